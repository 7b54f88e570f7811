// Package config holds the settings of a generated service: everything that depends on where it runs and not on what it
// computes.
//
// Every setting has one name in three spellings: --state-dir on the command line, WEIR_STATE_DIR in the environment, state_dir
// in the YAML file named by --config. A flag wins over the environment, that over the file, and the file over the default.
// Unknown names are errors everywhere, with the nearest known name as a hint. One table, [Options], drives the three readers,
// --help, --print-config and docs/config.md.
//
// A secret can be given in place, as @/path (the file's content without the line end), or by the sister setting with -file
// behind its name. Secrets are never printed.
//
// Durations are Go's, with d for days as well (90s, 1h30m, 7d). Sizes are bytes, with the units KB, MB, GB (powers of ten)
// and KiB, MiB, GiB.
package config

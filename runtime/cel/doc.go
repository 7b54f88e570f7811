// Package cel is what Go code compiled from CEL expressions links against: arithmetic that finds overflow, conversions, optionals,
// and the parts of strings, lists and timestamps where CEL differs from Go.
//
// The functions do exactly what cel-go does, errors included: a function that can fail returns an error with CEL's text. An
// error never refers to a string or bytes that it was given, so it may outlive them. Timestamps are UTC.
//
// Values: int64, uint64, float64, bool, string, []byte, time.Time, time.Duration, []T, map[K]V, [Opt] and the generated records
// and enums.
package cel

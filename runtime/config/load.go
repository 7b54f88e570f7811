package config

import (
	"errors"
	"fmt"
	"strings"
)

// Loaded is what the command line, the environment and the file say together.
type Loaded struct {
	Config Config
	// From says for each setting, by its name, where its value came from: "flag", a variable's name, a file's name, or nothing
	// for the default.
	From map[string]string
	// Help, Version and PrintConfig were asked for.
	Help, Version, PrintConfig bool
}

// The flags that are no settings.
const (
	flagConfig = "config"
	flagHelp   = "help"
	flagVer    = "version"
	flagPrint  = "print-config"
)

const envConfig = "WEIR_CONFIG"

// Load reads the settings of a service: args without the program's name, environ as os.Environ gives it. All problems are
// reported at once. It does not call Validate.
func Load(service string, args, environ []string) (*Loaded, error) {
	l := &Loaded{Config: Default(service), From: map[string]string{}}
	flags, file, err := l.parseFlags(args)
	if err != nil {
		return l, err
	}
	env, envFile, err := parseEnv(environ)
	errs := []error{err}
	if file == "" {
		file = envFile
	}
	if file != "" {
		errs = append(errs, l.applyFile(file))
	}
	for _, s := range env {
		errs = append(errs, l.apply(s.opt, s.value, s.opt.Env()))
	}
	for _, s := range flags {
		errs = append(errs, l.apply(s.opt, s.value, "flag"))
	}
	if err := errors.Join(errs...); err != nil {
		return l, err
	}
	// What follows from other settings is filled in again, in case that it was set to nothing.
	l.Config = l.Config.Complete(service)
	return l, nil
}

type setting struct {
	opt   *Option
	value string
}

func (l *Loaded) apply(o *Option, value, from string) error {
	l.From[o.Name] = from
	if err := o.set(&l.Config, value); err != nil {
		where := from
		if from == "flag" {
			where = "--" + o.Name
		}
		return fmt.Errorf("%s: %w", where, err)
	}
	return nil
}

// parseFlags reads --name=value, --name value and, for a switch, --name.
func (l *Loaded) parseFlags(args []string) (set []setting, file string, err error) {
	var errs []error
	for len(args) > 0 {
		a := args[0]
		args = args[1:]
		body, ok := strings.CutPrefix(a, "--")
		if !ok {
			body, ok = strings.CutPrefix(a, "-")
		}
		if !ok || body == "" {
			errs = append(errs, fmt.Errorf("%q: only flags are expected", a))
			continue
		}
		name, value, given := strings.Cut(body, "=")
		switch name {
		case flagHelp, "h":
			l.Help = true
			continue
		case flagVer:
			l.Version = true
			continue
		case flagPrint:
			l.PrintConfig = true
			continue
		}
		o := find(name)
		if o == nil && name != flagConfig {
			errs = append(errs, fmt.Errorf("--%s: no such flag%s", name, hint("--"+name, flagNames())))
			continue
		}
		if o != nil && o.Value == "" && !given {
			value, given = "true", true
		}
		if !given {
			if len(args) == 0 {
				errs = append(errs, fmt.Errorf("--%s: needs a value", name))
				continue
			}
			value, args = args[0], args[1:]
		}
		if name == flagConfig {
			file = value
			continue
		}
		set = append(set, setting{o, value})
	}
	return set, file, errors.Join(errs...)
}

func flagNames() []string {
	names := []string{"--" + flagConfig, "--" + flagHelp, "--" + flagVer, "--" + flagPrint}
	for i := range Options {
		names = append(names, "--"+Options[i].Name)
	}
	return names
}

func parseEnv(environ []string) (set []setting, file string, err error) {
	byEnv, names := map[string]*Option{}, []string{envConfig}
	for i := range Options {
		byEnv[Options[i].Env()] = &Options[i]
		names = append(names, Options[i].Env())
	}
	var errs []error
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, "WEIR_") {
			continue
		}
		if name == envConfig {
			file = value
		} else if o := byEnv[name]; o != nil {
			set = append(set, setting{o, value})
		} else {
			errs = append(errs, fmt.Errorf("%s: no such variable%s", name, hint(name, names)))
		}
	}
	return set, file, errors.Join(errs...)
}

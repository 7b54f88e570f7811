package run

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/internal/feed"
	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/diag"
)

// input is a file of --input. Of many files one is open at a time.
type input struct {
	src    *check.Source
	path   string
	format feed.Format
	size   int64 // 0: not known
	in     *feed.Input
}

// findInputs finds the files of --input and looks at the beginning of each, so that what is wrong there is said before anything takes
// time. What is open when an error comes is in the result.
func findInputs(u *cli.UI, p *check.Program, o Options) ([]*input, error) {
	format := feed.Auto
	if o.InputFormat != "" {
		var err error
		if format, err = feed.ParseFormat(o.InputFormat); err != nil {
			return nil, cli.Misused(err)
		}
	}
	var out []*input
	for _, text := range o.Inputs {
		name, pattern, ok := strings.Cut(text, "=")
		if !ok || name == "" || pattern == "" {
			return out, cli.Usagef("--input %s: it has to be SOURCE=FILE, or SOURCE=- for standard input", text)
		}
		i := slices.IndexFunc(p.Sources, func(s *check.Source) bool { return s.Name == name })
		if i < 0 {
			return out, cli.Usagef("--input %s: there is no source %q; %s", text, name, diag.DidYouMean(name, sourceNames(p)))
		}
		paths, err := files(pattern)
		if err != nil {
			return out, cli.Usagef("--input %s: %v", text, err)
		}
		for _, path := range paths {
			if path == "-" && slices.ContainsFunc(out, func(f *input) bool { return f.path == "-" }) {
				return out, cli.Usagef("only one source can be fed from standard input")
			}
			if slices.ContainsFunc(out, func(f *input) bool { return f.src == p.Sources[i] && f.path == path }) {
				return out, cli.Usagef("--input %s: %s is fed to this source already", text, path)
			}
			f := &input{src: p.Sources[i], path: path, format: format}
			if err := f.open(u); err != nil {
				return out, cli.Misused(err)
			}
			out = append(out, f)
			if _, f.size = f.in.Progress(); f.size > 0 {
				if err := f.close(); err != nil {
					return out, err
				}
			} // else it is a pipe, and can't be read again
		}
	}
	return out, nil
}

// files are the files that a pattern stands for, in the order of their names. A pattern that is the name of a file stands for it.
func files(pattern string) ([]string, error) {
	path := filepath.Clean(pattern)
	if _, err := os.Lstat(path); err == nil || pattern == "-" || !strings.ContainsAny(pattern, "*?[") {
		return []string{path}, nil
	}
	found, err := filepath.Glob(path)
	if err != nil {
		return nil, fmt.Errorf("%q is no pattern of file names: %w", pattern, err)
	}
	found = slices.DeleteFunc(found, func(path string) bool {
		st, err := os.Stat(path)
		return err == nil && st.IsDir()
	})
	if len(found) == 0 {
		return nil, fmt.Errorf("no file matches %q", pattern)
	}
	slices.Sort(found)
	return found, nil
}

// open opens the file unless it is open.
func (f *input) open(u *cli.UI) (err error) {
	if f.in != nil {
		return nil
	}
	if f.in, err = feed.Open(f.path, u.In, f.src, f.format); err == nil {
		f.in.Warn = func(msg string) { u.Warnf("%s", msg) }
	}
	return err
}

func (f *input) close() error {
	in := f.in
	if in == nil {
		return nil
	}
	f.in = nil
	return in.Close()
}

// until reads where the run is to end, as far as that can be checked without brokers.
func until(p *check.Program, text string) (config.Until, error) {
	u, err := config.ParseUntil(text)
	if err != nil {
		return u, cli.Misused(fmt.Errorf("--until: %w", err))
	}
	var topics []string
	for _, s := range p.Sources {
		topics = append(topics, s.Topic)
	}
	for _, o := range u.Offsets {
		if !slices.Contains(topics, o.Topic) {
			return u, cli.Usagef("--until %s: no source has the topic %q; %s", o, o.Topic, diag.DidYouMean(o.Topic, topics))
		}
	}
	return u, nil
}

func sourceNames(p *check.Program) []string {
	var names []string
	for _, s := range p.Sources {
		names = append(names, s.Name)
	}
	return names
}

// chosenSinks are the sinks to print, by topic.
func chosenSinks(p *check.Program, names []string) (map[string]*sink, error) {
	all := map[string]*check.Sink{}
	var known []string
	for _, s := range p.Sinks {
		all[s.Name] = s
		known = append(known, s.Name)
	}
	if len(names) == 0 {
		names = known
	}
	out := map[string]*sink{}
	for _, n := range names {
		s := all[n]
		if s == nil {
			return nil, cli.Usagef("--sink %s: there is no such sink; %s", n, diag.DidYouMean(n, known))
		}
		for _, topic := range s.TopicNames() {
			out[topic] = newSink(s)
		}
	}
	return out, nil
}

package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/internal/feed"
	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/diag"
)

// openInputs opens the files of --input. What is open when an error comes is in the result.
func openInputs(u *cli.UI, p *check.Program, o Options) ([]*feed.Input, error) {
	format := feed.Auto
	if o.InputFormat != "" {
		var err error
		if format, err = feed.ParseFormat(o.InputFormat); err != nil {
			return nil, cli.Misused(err)
		}
	}
	var out []*feed.Input
	stdin := false
	for _, text := range o.Inputs {
		name, path, ok := strings.Cut(text, "=")
		if !ok || name == "" || path == "" {
			return out, cli.Usagef("--input %s: it has to be SOURCE=FILE, or SOURCE=- for standard input", text)
		}
		i := slices.IndexFunc(p.Sources, func(s *check.Source) bool { return s.Name == name })
		if i < 0 {
			return out, cli.Usagef("--input %s: there is no source %q; %s", text, name, diag.DidYouMean(name, sourceNames(p)))
		}
		if path == "-" && stdin {
			return out, cli.Usagef("only one source can be fed from standard input")
		}
		stdin = stdin || path == "-"
		in, err := feed.Open(path, u.In, p.Sources[i], format)
		if err != nil {
			return out, cli.Misused(err)
		}
		in.Warn = func(msg string) { u.Warnf("%s", msg) }
		out = append(out, in)
	}
	return out, nil
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

// bytesRead is how much of all inputs was read.
func (r *runner) bytesRead() (total int64) {
	for _, in := range r.inputs {
		n, _ := in.Progress()
		total += n
	}
	return total
}

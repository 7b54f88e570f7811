package tester

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/spec/check"
)

// specOf is the spec that a scenario file is about: the one it names, else the only *.weir.yaml beside it.
func specOf(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	// Everything else in the file, mistakes included, is for the program that runs it.
	var head struct {
		Spec yaml.Node `yaml:"spec"`
	}
	if err := yaml.Unmarshal(text, &head); err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	dir := filepath.Dir(file)
	if head.Spec.Value != "" {
		return filepath.Join(dir, filepath.FromSlash(head.Spec.Value)), nil
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.weir.yaml"))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", cli.Usagef("%s does not say which spec it is about (spec: FILE), and there are %d beside it", file, len(found))
	}
	return found[0], nil
}

// schemaLiteral is a scenario.Schema as Go source: how the topics of the program are written.
func schemaLiteral(p *check.Program) string {
	var b strings.Builder
	b.WriteString("scenario.Schema{Topics: []scenario.Topic{\n")
	for _, s := range p.Sources {
		fmt.Fprintf(&b, "\t{Name: %q, Topic: %q", s.Name, s.Topic)
		csv(&b, s.Format, s.CSV)
		if f := s.Value.Field(s.KeyField); f != nil {
			fmt.Fprintf(&b, ", KeyField: %q", f.Wire)
		}
		b.WriteString("},\n")
	}
	for _, s := range p.Sinks {
		for _, topic := range s.TopicNames() {
			name := s.Name
			if s.By != nil {
				name = topic
			}
			fmt.Fprintf(&b, "\t{Name: %q, Topic: %q, Sink: true", name, topic)
			csv(&b, s.Format, s.CSV)
			if s.From.Updates && !s.From.Paced() {
				b.WriteString(", Updates: true")
			}
			b.WriteString("},\n")
		}
	}
	b.WriteString("}}")
	return b.String()
}

func csv(b *strings.Builder, f check.Format, o check.CSVOptions) {
	if f != check.CSV {
		return
	}
	delim := o.Delimiter
	if delim == 0 {
		delim = ','
	}
	fmt.Fprintf(b, ", Columns: %#v, Delimiter: %q, Nulls: %#v", o.Columns, string(rune(delim)), o.Nulls)
}

package config

import (
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// hidden stands for a secret that is set.
const hidden = "(hidden)"

// Print writes the settings in force as YAML, each with where it came from, secrets hidden. The output is a valid file for
// --config once the secrets are filled in.
func (l *Loaded) Print(w io.Writer) error {
	var b strings.Builder
	for i := range Options {
		o := &Options[i]
		v := o.get(&l.Config)
		if v == "" && l.From[o.Name] == "" || o.Name == "sasl-password-file" {
			continue
		}
		if o.Secret && v != "" {
			v = hidden
		}
		from := l.From[o.Name]
		if from == "" {
			from = "default"
		}
		fmt.Fprintf(&b, "%-50s # %s\n", o.Key()+": "+quoted(v), from)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// quoted is a value as it stands in a file. The reader takes the text of plain scalars as it is, so numbers need no quotes.
func quoted(v string) string {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte("k: "+v), &n); err == nil && v != "" {
		if p := n.Content[0].Content[1]; p.Kind == yaml.ScalarNode && p.Style == 0 && p.Value == v && p.Tag != "!!null" && n.Content[0].LineComment == "" {
			return v
		}
	}
	out, err := yaml.Marshal(v)
	if err != nil {
		return v
	}
	return strings.TrimSpace(string(out))
}

// Usage writes the text of --help.
func Usage(w io.Writer, service, spec string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s runs the topology of %s.\n\nEach setting is a flag, a variable WEIR_... and a key of the file given by --config; the\nfirst of these that has it wins. docs/config.md describes them.\n\n", service, spec)
	row := func(name, value, def, help string) {
		if value != "" {
			value = " " + value
		}
		fmt.Fprintf(&b, "  --%s%s\n", name, value)
		if def != "" && def != "false" {
			help += " Default: " + def + "."
		}
		for _, line := range wrap(help, 86) {
			fmt.Fprintf(&b, "        %s\n", line)
		}
	}
	for i := range Options {
		o := &Options[i]
		row(o.Name, o.Value, o.Default, o.Help)
	}
	b.WriteString("\n")
	row(flagConfig, "FILE", "", "YAML file with settings (variable WEIR_CONFIG).")
	row(flagPrint, "", "", "Show the settings in force and where each comes from, and stop.")
	row(flagVer, "", "", "Show the version and stop.")
	row(flagHelp, "", "", "Show this text and stop.")
	b.WriteString("\nExit codes: 0 done or stopped by SIGTERM or SIGINT, 1 failed, 2 wrong usage, 130 or 143 ended at once\nby a second SIGINT or SIGTERM.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func wrap(s string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// Markdown is the table of docs/config.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| Flag | Variable | File | Default | Meaning |\n|---|---|---|---|---|\n")
	for i := range Options {
		o := &Options[i]
		def, flag := "", "--"+o.Name
		if o.Default != "" {
			def = "`" + o.Default + "`"
		}
		help := o.Help
		if o.Value != "" && len(o.Choices) == 0 {
			flag += " " + strings.ReplaceAll(o.Value, "|", `\|`) // or it would end the cell
		}
		if len(o.Choices) > 0 {
			help += " One of `" + strings.Join(o.Choices, "`, `") + "`."
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | `%s` | %s | %s |\n", flag, o.Env(), o.Key(), def, help)
	}
	return b.String()
}

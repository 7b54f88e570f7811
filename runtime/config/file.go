package config

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
)

// applyFile reads a file of settings: a YAML mapping from names to values.
func (l *Loaded) applyFile(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(doc.Content) == 0 {
		return nil // nothing but comments
	}
	at := func(n *yaml.Node) string { return fmt.Sprintf("%s:%d:%d", path, n.Line, n.Column) }
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return fmt.Errorf("%s: expected a mapping from settings to values", at(root))
	}
	byKey, names := map[string]*Option{}, []string{}
	for i := range Options {
		byKey[Options[i].Key()] = &Options[i]
		names = append(names, Options[i].Key())
	}
	var errs []error
	seen := map[string]bool{}
	for i := 0; i < len(root.Content); i += 2 {
		k, v := root.Content[i], root.Content[i+1]
		o := byKey[k.Value]
		switch {
		case o == nil:
			errs = append(errs, fmt.Errorf("%s: %s: no such setting%s", at(k), k.Value, hint(k.Value, names)))
			continue
		case seen[k.Value]:
			errs = append(errs, fmt.Errorf("%s: %s: is there twice", at(k), k.Value))
			continue
		}
		seen[k.Value] = true
		value, err := scalar(v)
		if err == nil {
			l.From[o.Name] = path
			err = o.set(&l.Config, value)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", at(v), k.Value, err))
		}
	}
	return errors.Join(errs...)
}

// scalar is a value as it would be written behind a flag; a list becomes its elements with commas between them. The text is taken
// as it stands: 007 or 1e3 is no number before the setting says so.
func scalar(n *yaml.Node) (string, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "", nil
		}
		return n.Value, nil
	case yaml.SequenceNode:
		parts := make([]string, len(n.Content))
		for i, e := range n.Content {
			s, err := scalar(e)
			if err != nil {
				return "", err
			}
			parts[i] = s
		}
		return strings.Join(parts, ","), nil
	case yaml.AliasNode:
		return scalar(n.Alias)
	}
	return "", errors.New("is a mapping, but a single value is expected")
}

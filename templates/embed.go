// Package templates holds what `weir init` writes.
//
// Below project there is one file for each file of a new project. A name ends in .tmpl so that no tool takes it for what it
// will become; "NAME" in a name stands for the service, "dot-" at its start for a dot. The text is a text/template over [Project].
package templates

import (
	"embed"
	"io/fs"
	"path"
	"strings"
	"text/template"
)

//go:embed project/*.tmpl
var files embed.FS

// Project is what the templates know.
type Project struct {
	Service string // e.g. page-views
	Package string // of the generated code, e.g. pageviews
	Module  string // e.g. example.com/page-views
	// Replaced says that go.mod refers to a checkout of weir on this machine.
	Replaced bool
}

// Render returns the files of a new project by path.
func Render(p Project) (map[string]string, error) {
	names, err := fs.Glob(files, "project/*.tmpl")
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, name := range names {
		t, err := template.New(path.Base(name)).Option("missingkey=error").ParseFS(files, name)
		if err != nil {
			return nil, err
		}
		var b strings.Builder
		if err := t.Execute(&b, p); err != nil {
			return nil, err
		}
		target := strings.TrimSuffix(path.Base(name), ".tmpl")
		target = strings.ReplaceAll(target, "NAME", p.Service)
		if rest, ok := strings.CutPrefix(target, "dot-"); ok {
			target = "." + rest
		}
		out[target] = b.String()
	}
	return out, nil
}

// Package spec is the language as a library, for editors, language servers and other tools that have the text of a spec in hand:
// text in, diagnostics out. Nothing has to be a file. The packages below are the compiler's own phases; this one is what a tool
// needs of them, and keeps as it is.
//
//	var w spec.Workspace
//	w.Set("orders.weir.yaml", text) // as the editor has it, saved or not; again at each change
//	for _, d := range w.Diagnose("orders.weir.yaml") {
//		line, char := d.Subject.File.UTF16(d.Subject.Start)
//		// d.Code, d.Severity, d.Summary, d.Hint, d.Related; d.Fix is what a "quick fix" does
//	}
//
// Whatever the text is, an answer comes: half a spec has diagnostics as well, nothing panics (a fuzz test sees to it), and a spec
// of usual size takes milliseconds, so that a tool can ask at each keystroke.
package spec

import (
	"bytes"
	"io/fs"
	"sync"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

// Diagnose says what is wrong with a spec, sorted by position: errors, with which it can't be compiled, and warnings.
func Diagnose(file *source.File) diag.List {
	_, diags := check.Check(file)
	return diags
}

// Format is the spec in its canonical layout. It is nil if the text can't be read as YAML of the kind that specs are, or in the
// rare case that it can't be laid out without changing what it says.
func Format(file *source.File) []byte {
	text, _, err := syntax.Layout(file)
	if err != nil {
		return nil
	}
	return text
}

// Fix applies the safe fixes, as `weir check --fix` does, and returns the new text and what was corrected.
func Fix(file *source.File) ([]byte, diag.List) {
	fixed, applied := check.Fix(file)
	return fixed.Text, applied
}

// Workspace holds texts as an editor has them. Its zero value is empty and ready. It is safe for concurrent use: a text that is
// set while the one before it is being checked does not wait for that.
type Workspace struct {
	// Open reads a file that is imported and was not set; its name is relative to that of the spec's. Nil: there are no such files.
	// It is not to be changed once the workspace is in use.
	Open func(name string) ([]byte, error)

	mu    sync.Mutex
	files map[string]*document
}

// document is one text, and what was found out about it.
type document struct {
	file  *source.File
	once  sync.Once
	diags diag.List
}

// Set gives the text of a spec, in place of the one that it had. Diagnostics call the file by this name. The text must not be
// changed afterwards.
func (w *Workspace) Set(name string, text []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.files == nil {
		w.files = map[string]*document{}
	}
	file := source.New(name, text)
	file.Read = w.read
	w.files[name] = &document{file: file}
	w.forget()
}

// Remove forgets a spec, as when its editor is closed.
func (w *Workspace) Remove(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.files, name)
	w.forget()
}

// forget makes specs that import other files be checked again.
func (w *Workspace) forget() {
	for name, d := range w.files {
		if bytes.Contains(d.file.Text, []byte("imports:")) {
			w.files[name] = &document{file: d.file}
		}
	}
}

// read gives the text of a file that a spec imports.
func (w *Workspace) read(name string) ([]byte, error) {
	if f := w.File(name); f != nil {
		return f.Text, nil
	}
	if w.Open == nil {
		return nil, fs.ErrNotExist
	}
	return w.Open(name)
}

func (w *Workspace) document(name string) *document {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.files[name]
}

// File is the text that was set under a name, nil if there is none.
func (w *Workspace) File(name string) *source.File {
	if d := w.document(name); d != nil {
		return d.file
	}
	return nil
}

// Diagnose says what is wrong with a spec. A text is checked once, however often it is asked about. The list must not be changed;
// it is nil for a name that was not set.
func (w *Workspace) Diagnose(name string) diag.List {
	d := w.document(name)
	if d == nil {
		return nil
	}
	d.once.Do(func() { d.diags = Diagnose(d.file) })
	return d.diags
}

package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/diag/report"
	"github.com/weirstream/weir/spec/source"
)

// Load reads and compiles a spec and shows its problems on Err. A spec with errors is ErrReported.
func Load(u *UI, path string) (*gen.Result, error) { return load(u, path, report.Text) }

// load is Load with the problems in a format.
func load(u *UI, path string, f report.Format) (*gen.Result, error) {
	file, err := open(path)
	if err != nil {
		return nil, err
	}
	res, diags, err := gen.Compile(file)
	if err := u.diagnose(f, file, diags); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	if res == nil {
		return nil, ErrReported
	}
	return res, nil
}

func open(path string) (*source.File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		if st, serr := os.Stat(path); serr == nil && st.IsDir() {
			err = fmt.Errorf("%s is a directory", path)
		}
		return nil, Misused(err)
	}
	// Diagnostics name the file as the user did, with slashes on every system.
	file := source.New(filepath.ToSlash(filepath.Clean(path)), text)
	file.Read = func(name string) ([]byte, error) { return os.ReadFile(filepath.FromSlash(name)) }
	return file, nil
}

// Count is a number with its noun in the right form.
func Count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Grouped(n) + " " + noun + "s"
}

// Grouped writes a number with commas between groups of three digits.
func Grouped(n int64) string {
	s := fmt.Sprint(n)
	digits := strings.TrimPrefix(s, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return s[:len(s)-len(strings.TrimPrefix(s, "-"))] + digits
}

// Explain is `weir explain`.
func Explain(u *UI, path string) error {
	res, err := Load(u, path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(u.Out, res.Plan.Explain())
	return err
}

// Graph is `weir graph`.
func Graph(u *UI, path, format string) error {
	if format != "mermaid" && format != "dot" {
		return Usagef("%q is no format of a drawing; there are mermaid and dot", format)
	}
	res, err := Load(u, path)
	if err != nil {
		return err
	}
	text := res.Plan.Mermaid
	if format == "dot" {
		text = res.Plan.DOT
	}
	_, err = fmt.Fprint(u.Out, text())
	return err
}

// ErrNoCommand is what weir alone, without a command, ends with.
var ErrNoCommand = Misused(errors.New("no command given"))

// IsCode tells whether a word looks like the code of a diagnostic, such as WEIR3002.
func IsCode(word string) bool {
	digits, ok := strings.CutPrefix(strings.ToUpper(word), "WEIR")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// HelpCode is `weir help CODE`.
func HelpCode(u *UI, code string) error {
	page, ok := diag.Help(strings.ToUpper(code))
	if !ok {
		return Usagef("there is no diagnostic %s; docs/errors.md lists them", code)
	}
	_, err := fmt.Fprintln(u.Out, strings.TrimRight(page, "\n"))
	return err
}

package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/build"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/diag/report"
	"github.com/weirstream/weir/spec/source"
)

// CheckOptions are the flags of `weir check`.
type CheckOptions struct {
	Format string // one of report.Formats; empty: text
	Fix    bool   // apply the safe fixes first
	Strict bool   // a warning is as bad as an error
}

// Check is `weir check`; the path - is standard input. All specs are checked, whatever is wrong with one of them.
func Check(u *UI, paths []string, o CheckOptions) error {
	format, err := parseFormat(o.Format)
	if err != nil {
		return err
	}
	var all diag.List
	for _, path := range paths {
		if path == "-" && o.Fix {
			return Usagef("standard input can't be fixed; give the name of a file")
		}
		file, err := input(u, path)
		if err != nil {
			return err
		}
		if o.Fix {
			if file, err = fix(u, path, file); err != nil {
				return err
			}
		}
		_, diags := check.Check(file)
		all = append(all, diags...)
		if format != report.Text {
			continue
		}
		if err := u.diagnose(format, file, diags); err != nil {
			return err
		}
		if len(diags) == 0 {
			u.Notef("%s: no problems", file.Name)
		}
	}
	if format != report.Text {
		if err := u.diagnose(format, nil, all); err != nil {
			return err
		}
	}
	if all.HasErrors() || o.Strict && len(all) > 0 {
		return ErrReported
	}
	return nil
}

// fix writes a spec with its safe fixes applied, if there are any, and says what they were.
func fix(u *UI, path string, file *source.File) (*source.File, error) {
	fixed, applied := check.Fix(file)
	if len(applied) == 0 {
		return file, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(path, fixed.Text, info.Mode().Perm()); err != nil {
		return nil, err
	}
	for _, d := range applied {
		from := d.Subject.From()
		u.Notef("%s:%d:%d: fixed[%s]: %s: %s", file.Name, from.Line, from.Col, d.Code, d.Summary, d.Fix.Title)
	}
	return fixed, nil
}

// parseFormat reads the name of a format of diagnostics.
func parseFormat(name string) (report.Format, error) {
	if name == "" {
		return report.Text, nil
	}
	if !slices.Contains(report.Formats, name) {
		return "", Usagef("%q is no format of diagnostics; there are %s", name, strings.Join(report.Formats, ", "))
	}
	return report.Format(name), nil
}

// diagnose prints the diagnostics of a spec: as text on Err, for those who read it along with everything else that is said; for programs on
// Out, also if there are none, and then of any number of specs.
func (u *UI) diagnose(f report.Format, file *source.File, list diag.List) error {
	if f != report.Text {
		return report.Write(u.Out, f, list, build.Version())
	}
	if len(list) == 0 {
		return nil
	}
	_ = list.Render(u.Err, diag.Options{Color: u.ErrColor}) // nobody is left to tell that Err can't be written
	errs, safe := 0, 0
	for _, d := range list {
		if d.Severity == diag.Error {
			errs++
		}
		if d.Fix != nil && d.Fix.Safe && d.Fix.In(file) { // a file that the spec imports is checked for others as well, and left as it is
			safe++
		}
	}
	var parts []string
	if errs > 0 {
		parts = append(parts, Count(int64(errs), "error"))
	}
	if n := len(list) - errs; n > 0 {
		parts = append(parts, Count(int64(n), "warning"))
	}
	more := ""
	if safe > 0 {
		more = fmt.Sprintf("; weir check --fix corrects %d", safe)
	}
	u.Notef("\n%s; weir help %s says more%s", strings.Join(parts, " and "), list[0].Code, more)
	return nil
}

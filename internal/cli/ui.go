// Package cli is what the commands of weir share: where they print and with how much colour, how they read and compile a spec
// and show its problems, and what their exit codes mean.
package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// UI is where a command reads and prints. Results go to Out, everything said about them to Err.
type UI struct {
	In       io.Reader
	Out, Err io.Writer
	// OutTerminal and ErrTerminal say that a person looks at it. Colours, progress bars and tables are for people only.
	OutTerminal, ErrTerminal bool
	// OutColor and ErrColor say that the terminal gets colours: it is one, and NO_COLOR is not set.
	OutColor, ErrColor bool
}

// Standard is the UI of this process.
func Standard() *UI {
	u := &UI{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	u.OutTerminal = term.IsTerminal(int(os.Stdout.Fd()))
	u.ErrTerminal = term.IsTerminal(int(os.Stderr.Fd()))
	plain := os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
	u.OutColor, u.ErrColor = u.OutTerminal && !plain, u.ErrTerminal && !plain
	return u
}

// Width is the number of columns of the terminal behind Out, 0 if there is none.
func (u *UI) Width() int {
	f, ok := u.Out.(*os.File)
	if !ok || !u.OutTerminal {
		return 0
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return w
}

// Notef prints a line about what is going on.
func (u *UI) Notef(format string, args ...any) { fmt.Fprintf(u.Err, format+"\n", args...) }

// Warnf prints a warning.
func (u *UI) Warnf(format string, args ...any) {
	fmt.Fprintln(u.Err, u.paint(u.ErrColor, "33", "warning:"), fmt.Sprintf(format, args...))
}

// Fail prints an error.
func (u *UI) Fail(err error) {
	fmt.Fprintln(u.Err, u.paint(u.ErrColor, "31", "weir:"), strings.TrimRight(err.Error(), "\n"))
}

// Bold prints text in bold on the error terminal.
func (u *UI) Bold(s string) string { return u.paint(u.ErrColor, "1", s) }

func (u *UI) paint(on bool, code, s string) string {
	if !on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

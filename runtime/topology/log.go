package topology

import (
	"context"
	"log/slog"
	"strings"
)

// MaxLines is how many lines a step with log writes for each commit of a task. What is above is counted, so that a flood of records is none
// of lines.
const MaxLines = 10

// Lines are what a step logs. They are written while a commit is under way: after a crash its records are read again, and lines may come
// again.
type Lines struct {
	log   *slog.Logger
	level slog.Level
	n     int // in this commit
	off   bool
}

// NewLines makes the lines of a step.
func NewLines(c *Context, step string, level slog.Level) *Lines {
	l := &Lines{log: c.Log.With("step", step), level: level}
	l.off = !l.log.Enabled(context.Background(), level)
	c.Lines = append(c.Lines, l)
	return l
}

// Next tells whether the next line is to be written. It is asked before the line is made.
func (l *Lines) Next() bool {
	if l.off {
		return false
	}
	l.n++
	return l.n <= MaxLines
}

// Write writes a line, or if it could not be made why.
func (l *Lines) Write(line string, err error) {
	if err != nil {
		l.log.Log(context.Background(), l.level, "the line could not be made", "error", err)
		return
	}
	l.log.Log(context.Background(), l.level, strings.Clone(line)) // it may be a field of the record, whose bytes are used again
}

// Committed says how many lines were left out, and begins anew.
func (l *Lines) Committed() {
	if l.n > MaxLines {
		l.log.Log(context.Background(), l.level, "lines left out", "lines", l.n-MaxLines)
	}
	l.n = 0
}

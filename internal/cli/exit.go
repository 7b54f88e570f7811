package cli

import (
	"context"
	"errors"
	"fmt"
)

// The exit codes of every command.
const (
	OK      = 0
	Problem = 1 // the spec, a test, or the run has a problem
	Usage   = 2 // the command was not used as it should be
)

// ErrReported is returned by a command that has already said what is wrong. It exits with Problem.
var ErrReported = errors.New("reported")

// usageError is wrong usage.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// Usagef is the error of a command that was given what makes no sense: it exits with Usage.
func Usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// Misused marks err as wrong usage; nil stays nil.
func Misused(err error) error {
	if err == nil {
		return nil
	}
	return &usageError{err}
}

// Exit prints a command's error, if there is one to print, and returns the exit code that it means.
func Exit(u *UI, err error) int {
	switch {
	case err == nil:
		return OK
	case errors.Is(err, ErrReported):
		return Problem
	case errors.Is(err, context.Canceled): // the user interrupted it, and knows
		return Problem
	}
	u.Fail(err)
	if _, ok := errors.AsType[*usageError](err); ok {
		return Usage
	}
	return Problem
}

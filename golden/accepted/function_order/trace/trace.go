// Package trace notes calls, to show which happen and in which order.
package trace

import (
	"errors"

	"github.com/weirstream/weir/runtime/cel"
)

var calls []string

var errAsked = errors.New("as asked for")

// Mark notes a call.
func Mark(name string, result bool) bool {
	calls = append(calls, name)
	return result
}

// Fail notes a call and fails if it is asked to.
func Fail(name string, fail bool) (bool, error) {
	calls = append(calls, name)
	if fail {
		return false, errAsked
	}
	return true, nil
}

// Maybe notes a call.
func Maybe(name string, there bool) cel.Opt[string] {
	calls = append(calls, name)
	return cel.When(name, there)
}

// Count notes a call.
func Count(name string) int64 {
	calls = append(calls, name)
	return int64(len(name))
}

// Calls are those since the last time.
func Calls() []string {
	c := calls
	calls = nil
	return c
}

package risk

import "github.com/weirstream/weir/runtime/cel"

// Order is not the spec's.
type Order struct{}

// Cents is a type of its own.
type Cents int64

func Int(id string, cents int) bool { return false }

func Named(cents Cents) bool { return false }

func Pointers(lines []*string, coupon *cel.Opt[string]) bool { return false }

func Keys(m map[float64]string) bool { return false }

func Record(o *Order) bool { return false }

func Any(any, struct{}) bool { return false }

func Result(id string) (uint32, error) { return 0, nil }

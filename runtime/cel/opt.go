package cel

// Opt is an optional value. The zero Opt is none; the Value of a none is the zero value.
type Opt[T any] struct {
	Value T
	Valid bool
}

// Some is the optional that holds v.
func Some[T any](v T) Opt[T] { return Opt[T]{Value: v, Valid: true} }

// None is the optional that holds nothing.
func None[T any]() Opt[T] { return Opt[T]{} }

// When is the optional that holds v if ok, and otherwise none. Unlike a composite literal it can stand in a condition.
func When[T any](v T, ok bool) Opt[T] {
	if !ok {
		return Opt[T]{}
	}
	return Opt[T]{Value: v, Valid: true}
}

// Get is the value; an optional that holds none is an error.
func (o Opt[T]) Get() (T, error) {
	if !o.Valid {
		return o.Value, ErrNone
	}
	return o.Value, nil
}

// OrValue is the value, or otherwise v.
func (o Opt[T]) OrValue(v T) T {
	if o.Valid {
		return o.Value
	}
	return v
}

// Or is o if it holds a value, or otherwise p.
func (o Opt[T]) Or(p Opt[T]) Opt[T] {
	if o.Valid {
		return o
	}
	return p
}

// OptIndex is the element at i of a list that may be absent.
func OptIndex[T any](list Opt[[]T], i int64) Opt[T] { return IndexOpt(list.Value, i) }

// OptLookup is the value at key of a map that may be absent.
func OptLookup[K comparable, V any](m Opt[map[K]V], key K) Opt[V] { return LookupOpt(m.Value, key) }

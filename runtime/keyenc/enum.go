package keyenc

// Enum reads a component that others follow, with the function that parses the enum's names.
func Enum[E any](b []byte, parse func([]byte) (E, bool)) (v E, rest []byte, err error) {
	name, rest, err := Bytes(b)
	if err != nil {
		return v, nil, err
	}
	v, ok := parse(name)
	if !ok {
		return v, nil, ErrMalformed
	}
	return v, rest, nil
}

// LastEnum reads the last component, with the function that parses the enum's names.
func LastEnum[E any](b []byte, parse func([]byte) (E, bool)) (v E, rest []byte, err error) {
	v, ok := parse(b)
	if !ok {
		return v, nil, ErrMalformed
	}
	return v, b[len(b):], nil
}

// ParseTextEnum reads a key, with the function that parses the names of the enum called what.
func ParseTextEnum[E any](b []byte, parse func([]byte) (E, bool), what string) (v E, err error) {
	v, ok := parse(b)
	if !ok {
		return v, BadText(b, "no value of "+what)
	}
	return v, nil
}

package aggregate

// Timed is a value of one record, kept with the record's event time in Unix milliseconds.
type Timed[T any] struct {
	At    int64
	Value T
}

// Chosen is a value of one record, kept with what the record was chosen by.
type Chosen[T, K any] struct {
	By    K
	Value T
}

// Len is what a string or bytes take outside themselves.
func Len[T string | []byte](v T) int { return len(v) }

package risk

// Limit is no function.
var Limit = func(id string) bool { return false }

// Scorer is no function either.
type Scorer struct{}

// Score is.
func Score(id string) bool { return score(id) }

func score(id string) bool { return id != "" }

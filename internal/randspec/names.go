package randspec

import (
	"fmt"

	"github.com/weirstream/weir/spec/types"
)

// fieldNames are names that a careless generator trips over: Go keywords, names of Go's and of the generator's own, names that
// differ only by an underscore.
var fieldNames = []string{
	"amount", "status", "func", "range", "select", "go", "err", "nil", "len", "t", "r", "row", "at", "b", "k", "v", "group", "start",
	"fresh", "a", "min", "max", "error", "any", "cel", "time", "topology", "w", "out", "user_id", "userid", "chan", "defer", "struct",
	"interface", "switch", "rest", "o", "s", "c", "data", "id", "ok", "x", "append", "process", "seal", "advance", "clock", "stats",
	"log", "db", "context", "stores", "partition", "name", "url", "http_url", "make", "new", "strings", "bytes_", "window_", "store",
}

// uniqueNames deals out the names above in random order, and numbered ones after that.
func (g *gen) uniqueNames() func() string {
	perm := g.r.Perm(len(fieldNames))
	i := 0
	return func() string {
		i++
		if i <= len(perm) {
			return fieldNames[perm[i-1]]
		}
		return fmt.Sprintf("f%d", i)
	}
}

// freshNames is uniqueNames without those that a record has already.
func (g *gen) freshNames(t *types.Type) func() string {
	name := g.uniqueNames()
	return func() string {
		n := name()
		for t.Field(n) != nil {
			n = name()
		}
		return n
	}
}

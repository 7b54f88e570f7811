package oracle

import (
	"fmt"
	"slices"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/types"
)

// unionFromJSON builds a union: exactly one of its members is there, or the tag names it. Members that nobody needs are not looked
// into.
func unionFromJSON(t *types.Type, need Fields, obj map[string]any) (*record, error) {
	r := &record{Of: t, Fields: map[string]ref.Val{}}
	found := 0
	for _, f := range t.Fields {
		r.Fields[f.Name] = celtypes.OptionalNone
		x, _ := member(obj, f)
		if t.Tag != "" {
			tag, ok := obj[t.Tag].(string)
			if x = obj; !ok || !slices.Contains(f.Wires(), tag) {
				x = nil
			}
		}
		if x == nil {
			continue
		}
		found++
		if !need.has(t, f) {
			continue
		}
		val, err := fromJSON(f.Type, need, f.As, x)
		if err != nil {
			return nil, fmt.Errorf("member %s: %w", f.Name, err)
		}
		r.Fields[f.Name] = val
	}
	if found != 1 {
		return nil, fmt.Errorf("%d members", found)
	}
	return r, nil
}

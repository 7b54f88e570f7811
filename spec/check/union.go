package check

import (
	"slices"

	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// maxMembers is how many members a union has at most: decoders note those that they found in the bits of a word.
const maxMembers = 64

// union checks the members of a union and makes their fields the optionals that they are to expressions. With a tag the fields
// of a member stand beside it in the data, so all members are records, and none has a field of that name.
func (c *checker) union(t *types.Type, d *syntax.TypeDecl) {
	if len(d.Fields) > maxMembers {
		c.report(tooManyMembers(d.Fields[maxMembers]))
	}
	if d.Tag != nil {
		t.Tag = d.Tag.Value
	}
	for i, f := range t.Fields {
		m := f.Type
		switch {
		case m.Kind == types.Invalid:
			continue
		case m.Kind == types.Optional:
			c.report(optionalMember(d.Fields[i].Type, m))
			continue
		case t.Tag == "":
		case m.Kind != types.Record || m.Union:
			c.report(memberBesideTag(d.Fields[i].Type, m, d.Tag))
		default:
			k := slices.IndexFunc(m.Fields, func(mf *types.Field) bool { return slices.Contains(mf.Wires(), t.Tag) })
			if k >= 0 {
				c.report(tagTaken(d.Tag, m, m.Fields[k]))
			}
		}
		f.Type = types.OptionalOf(m)
	}
}

package oracle

import (
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// parser is what TYPE.parse_json does: the value that a text spells, as it would be read of a source.
func (ev *evaluator) parser(name string, t *types.Type) celenv.Parser {
	return celenv.Parser{Name: name, Type: t, Bind: func(text ref.Val) ref.Val {
		v, err := ParseJSON(t, string(text.(celtypes.String)))
		if err == nil {
			err = ev.conforms(t, v)
		}
		if err != nil {
			return celtypes.WrapErr(err)
		}
		return v
	}}
}

// ParseJSON reads a value of t from a JSON text. It does not look at the conditions of aliases.
func ParseJSON(t *types.Type, text string) (ref.Val, error) {
	v, err := unmarshal([]byte(text))
	if err != nil {
		return nil, err
	}
	return fromJSON(t, nil, types.RFC3339, v)
}

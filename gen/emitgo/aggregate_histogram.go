package emitgo

import (
	"fmt"
	"strconv"
	"strings"

	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/gen/codec"
	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// What histograms do. Their counts stand in the state itself, as there are always as many.

// boundsVar prints the variable with the bounds.
func (ag *aggregator) boundsVar() {
	t := ag.Args[0].Type
	if t.Kind == types.Decimal {
		ag.f.Import(module + "dec")
	}
	ag.f.P()
	ag.f.F("// %s are the bounds of %s: %s", ag.boundsName(), ag.Name, oneLine(ag.Constants[0].Text))
	ag.f.F("var %s = []%s{%s}", ag.boundsName(), ag.g.goType(ag.f, t), bounds(ag.Aggregate))
}

func (ag *aggregator) boundsName() string { return "bounds" + ag.name }

// bounds are the bounds as Go writes them.
func bounds(a *check.Aggregate) string {
	var texts []string
	for _, v := range a.Bounds() {
		text := ""
		switch v := v.(type) {
		case celtypes.Double:
			text = strconv.FormatFloat(float64(v), 'g', -1, 64)
		case celtypes.Duration:
			text = codec.Duration(v.Duration, "time")
		case celenv.Decimal:
			text = fmt.Sprintf("dec.Must(%q)", v)
		default: // an int or uint
			text = fmt.Sprint(v.Value())
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// bucket is the index of the count of the record's value.
func (ag *aggregator) bucket() string {
	ag.f.Import(module + "aggregate")
	return fmt.Sprintf("aggregate.Bucket(%s, %s, %s)", ag.boundsName(), ag.args[0], ag.compare(ag.Args[0].Type))
}

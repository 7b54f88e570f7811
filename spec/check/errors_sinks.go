package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func byOfOneTopic(by *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR5004", by.Span, "by chooses among topics, and there is one"), "leave it out, or write topics: {VALUE: TOPIC, ...} in place of topic")
}

func topicsWithoutBy(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR5004", at, "topics needs by, which chooses among them"), "write by: region, say, with a value for each record")
}

func badBy(text *syntax.Text, t *types.Type) diag.Diagnostic {
	d := problem("WEIR5004", text.Span, "topics are chosen by a string or an enum, not %s", a(t))
	switch {
	case t.Kind == types.Optional:
		return hinted(d, "it may be missing: add .orValue(…) with what to take then")
	case t.Scalar():
		return hinted(d, "write string(%s)", text.Value)
	}
	return d
}

func noEnumValue(name *syntax.Text, t *types.Type) diag.Diagnostic {
	return hinted(declared(problem("WEIR5004", name.Span, "%s has no value %s, so no record goes there", t.Name, name.Value), t), "%s", diag.DidYouMean(name.Value, t.Values))
}

func badHeader(text *syntax.Text, t *types.Type) diag.Diagnostic {
	d := problem("WEIR5003", text.Span, "a header is a string or bytes, not %s", a(t))
	if t.Scalar() || t.Kind == types.Enum {
		return hinted(d, "write string(%s)", text.Value)
	}
	return d
}

package check

import (
	"strings"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

func badTopic(at source.Span, topic string) diag.Diagnostic {
	return hinted(problem("WEIR5001", at, "Kafka allows no topic %q", topic), "up to 249 letters, digits, dots, dashes and underscores")
}

func topicTwice(at source.Span, topic, what, first string, firstAt source.Span) diag.Diagnostic {
	d := related(problem("WEIR5002", at, "topic %s of %s is also that of %s", topic, what, first), firstAt, "here")
	switch {
	case strings.HasPrefix(what, "source") && strings.HasPrefix(first, "source"):
		d.Hint = "one source can feed any number of steps"
	case strings.HasPrefix(first, "source"):
		d.Hint = "a service that reads what it writes never comes to an end: write to another topic"
	default:
		d.Hint = "what is written to a topic has one form: use another topic"
	}
	return d
}

func longInternalTopic(name *syntax.Text, topic string) diag.Diagnostic {
	return hinted(problem("WEIR5001", name.Span, "the internal topic %s… of this step would have a name of %d characters", topic[:40], len(topic)), "Kafka allows 249: give the service or the step a shorter name")
}

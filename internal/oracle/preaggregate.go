package oracle

import (
	"fmt"

	"github.com/weirstream/weir/spec/check"
)

// combines evaluates what a step with pre_aggregate takes of a record in front of its repartition topic: what fails there makes the record of the
// source a bad one, late or not. Otherwise such a step is one like others, but that its sums are merged of parts.
func (t *task) combines(st *check.Step, e *elem) error {
	if st.Window.Kind == check.Custom {
		if _, err := t.customOf(&window{step: st}, e); err != nil {
			return err
		}
	}
	for _, a := range st.Aggregate {
		if a.Func == check.Fold {
			continue
		}
		for _, x := range a.Args {
			if _, err := t.run.ev.eval(x, t.vars(e)); err != nil {
				return fmt.Errorf("step %s, aggregate %s: %w", st.Name, a.Name, err)
			}
		}
	}
	return nil
}

package engine

import (
	"time"

	"github.com/weirstream/weir/runtime/task"
	"github.com/weirstream/weir/runtime/topology"
)

// What a task combines in front of a repartition topic it writes with each commit, and in a bounded run before each watermark that is written there.
// Which records one partial aggregate has must not depend on when there is a commit there: where several records are equal it decides which of them
// counts, and of doubles in which order they are added up. So a commit of a bounded run waits for the place of the next watermark.

// combineLeast is what a buffer of partial aggregates may hold at the least.
const combineLeast = 64 << 10

// combineBytes is how much a buffer of partial aggregates may hold: all tasks of the service, on one instance, together a quarter of what the
// stores may. It does not depend on how many instances and workers there are.
func (e *Engine) combineBytes() int64 {
	buffers := int64(0)
	for i, s := range e.o.Topology.Subtopologies {
		for _, o := range s.Outputs {
			if o.Kind == topology.Repartition {
				buffers += int64(e.layout.Tasks[i])
			}
		}
	}
	return min(task.CombineBytes, max(combineLeast, e.cfg.OverlayBytes/4/max(1, buffers)))
}

// holdsBack reports whether a commit should wait until the ordered tasks have written what they combined. It does not where tasks are to leave, nor
// if the records that lead to the next watermark do not come for so long that the transaction may come to its end.
func (w *worker) holdsBack() bool {
	if len(w.leaving) > 0 || time.Since(w.began) > w.e.cfg.TransactionTimeout/2 {
		return false
	}
	for _, l := range w.lanes {
		if l.t.runner.Holds() {
			return true
		}
	}
	return false
}

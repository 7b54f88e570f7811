package oracle

import (
	"slices"

	"github.com/weirstream/weir/spec/check"
)

// liveness tells which streams lead to a sink. What doesn't is not run at all.
func liveness(p *check.Program) map[*check.Stream]bool {
	live := map[*check.Stream]bool{}
	var mark func(s *check.Stream)
	mark = func(s *check.Stream) {
		if live[s] {
			return
		}
		live[s] = true
		for _, in := range s.Merged {
			mark(in)
		}
		if s.Step != nil {
			if s.Step.Parted() {
				live[s.Step.Out] = true // of which s is a part
			}
			mark(s.Step.From)
		}
		if s.LateOf != nil {
			mark(s.LateOf.From)
		}
	}
	for _, s := range p.Sinks {
		mark(s.From)
	}
	return live
}

// consumers are the steps that read a stream and are run.
func (r *run) consumers(s *check.Stream) []*check.Step {
	var sts []*check.Step
	for _, st := range r.p.Steps {
		live := func(out *check.Stream) bool { return r.live[out] }
		if st.Takes(s) && (slices.ContainsFunc(st.Outs(), live) || st.Late != nil && r.live[st.Late]) {
			sts = append(sts, st)
		}
	}
	return sts
}

package oracle

import "github.com/weirstream/weir/spec/check"

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
			live[s.Step.Out] = true // of which s may be a branch
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
		if st.Takes(s) && (r.live[st.Out] || st.Late != nil && r.live[st.Late]) {
			sts = append(sts, st)
		}
	}
	return sts
}

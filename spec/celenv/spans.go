package celenv

import (
	celast "cel.dev/cel-go/common/ast"
)

// span is a half-open range of bytes.
type span struct{ start, end int }

func (a span) join(b span) span {
	return span{min(a.start, b.start), max(a.end, b.end)}
}

// spans holds the range of each sub-expression by its id: cel-go itself keeps one point of each, the operator's for a call.
type spans struct {
	src  *sourceText
	info *celast.SourceInfo
	byID map[int64]span
	// macros maps the offset of a macro's parenthesis to the macro's range: what a macro generates stands there.
	macros map[int]span
}

func newSpans(src *sourceText, a *celast.AST) *spans {
	s := &spans{src: src, info: a.SourceInfo(), byID: map[int64]span{}, macros: map[int]span{}}
	s.visit(a.Expr())
	return s
}

// of is the range of a sub-expression; of something that a macro made, the range of the macro.
func (s *spans) of(id int64) span {
	if sp, ok := s.byID[id]; ok {
		return sp
	}
	if r, ok := s.info.GetOffsetRange(id); ok {
		at := s.src.byteAt(int(r.Start))
		if sp, ok := s.macros[at]; ok {
			return sp
		}
		if i := s.src.tokenAt(at); i >= 0 {
			return span{s.src.tokens[i].start, s.src.tokens[i].end}
		}
	}
	return span{s.src.start(), s.src.end()}
}

// point is the index of the token at which cel-go sees a node, -1 if there is none.
func (s *spans) point(id int64) int {
	r, ok := s.info.GetOffsetRange(id)
	if !ok {
		return -1
	}
	return s.src.tokenAt(s.src.byteAt(int(r.Start)))
}

// name is the range of the name of a called function or selected field, or of the node if it has none.
func (s *spans) name(id int64) span {
	toks := s.src.tokens
	if call, ok := s.info.GetMacroCall(id); ok && call.Kind() == celast.CallKind && call.AsCall().FunctionName() == "has" {
		id = call.AsCall().Args()[0].ID()
	}
	if i := s.point(id); i >= 0 {
		switch toks[i].kind {
		case '(':
			if i > 0 && toks[i-1].kind == 'i' {
				return span{toks[i-1].start, toks[i-1].end}
			}
		case '.':
			for j := i + 1; j < len(toks) && j <= i+2; j++ {
				if toks[j].kind == 'i' {
					return span{toks[j].start, toks[j].end}
				}
			}
		}
	}
	return s.of(id)
}

// visit computes the range of a node and of all below it, and returns it.
func (s *spans) visit(e celast.Expr) (sp span, known bool) {
	if call, ok := s.info.GetMacroCall(e.ID()); ok {
		sp, known = s.node(e.ID(), call)
		if i := s.point(e.ID()); i >= 0 {
			s.macros[s.src.tokens[i].start] = sp
		}
	} else {
		sp, known = s.node(e.ID(), e)
	}
	if known {
		s.byID[e.ID()] = sp
	}
	return sp, known
}

func (s *spans) node(id int64, e celast.Expr) (span, bool) {
	var sp span
	known := false
	add := func(x span, ok bool) {
		if ok && known {
			sp = sp.join(x)
		} else if ok {
			sp, known = x, true
		}
	}
	if i := s.point(id); i >= 0 {
		add(s.around(i), true)
		if e.Kind() == celast.LiteralKind && s.src.text[sp.start:sp.end] == "-" && i+1 < len(s.src.tokens) {
			sp.end = s.src.tokens[i+1].end // a negative number is one literal
		}
	}
	switch e.Kind() {
	case celast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			add(s.visit(c.Target()))
		}
		for _, a := range c.Args() {
			add(s.visit(a))
		}
	case celast.SelectKind:
		add(s.visit(e.AsSelect().Operand()))
	case celast.ListKind:
		for _, x := range e.AsList().Elements() {
			add(s.visit(x))
		}
	case celast.MapKind:
		for _, x := range e.AsMap().Entries() {
			add(s.visit(x.AsMapEntry().Key()))
			add(s.visit(x.AsMapEntry().Value()))
		}
	case celast.StructKind:
		for i := s.point(id) - 1; i >= 0 && (s.src.tokens[i].kind == 'i' || s.src.tokens[i].kind == '.'); i-- {
			sp.start = s.src.tokens[i].start
		}
		for _, x := range e.AsStruct().Fields() {
			add(s.visit(x.AsStructField().Value()))
		}
	}
	if !known {
		return sp, false
	}
	return s.balance(sp), true
}

// around is the range of the token that a node's point is at, with the name before a parenthesis, the field behind a dot and
// everything up to a closing bracket.
func (s *spans) around(i int) span {
	toks := s.src.tokens
	sp := span{toks[i].start, toks[i].end}
	switch toks[i].kind {
	case '(', '[', '{':
		if i > 0 && toks[i].kind == '(' && toks[i-1].kind == 'i' {
			sp.start = toks[i-1].start
		}
		if m := toks[i].match; m > i {
			sp.end = toks[m].end
		}
	case '.':
		for j := i + 1; j < len(toks) && j <= i+2; j++ {
			if toks[j].kind == 'i' {
				sp.end = toks[j].end
				break
			}
		}
	}
	return sp
}

// balance widens a range until each bracket in it has its partner in it.
func (s *spans) balance(sp span) span {
	for changed := true; changed; {
		changed = false
		for _, t := range s.src.tokens {
			if t.start < sp.start || t.end > sp.end || t.match < 0 {
				continue
			}
			m := s.src.tokens[t.match]
			if m.start < sp.start || m.end > sp.end {
				sp, changed = sp.join(span{m.start, m.end}), true
			}
		}
	}
	return sp
}

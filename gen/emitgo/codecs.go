package emitgo

import (
	"maps"
	"slices"

	"github.com/weirstream/weir/gen/codec"
	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

// codecs collects what the program needs of each type while the tasks are printed, and then prints it.
type codecs struct {
	g     *generator
	order []*types.Type
	needs map[string]*codec.Need
	// values are those of aggregates that are no scalars, by the name that their functions end in.
	values map[string]*types.Type
	// texts are the types of values whose JSON text expressions make, by the function that does.
	texts map[string]*types.Type
	// textOf names it by the Go type.
	textOf map[string]string
	// parses are the functions that read values of declared types from texts, by the types' names.
	parses map[string]string
	use    codec.Use
	// csvSuffix is what stands behind decodeCSV in the name of a source's decoder.
	csvSuffix map[*check.Source]string
	// pending are declarations that expressions inside of methods need, printed at the end of the file.
	pending []string
}

// Decoded says which fields of the records that come in are decoded: those that somebody reads, and all of what is also parsed of a
// text. The others are skipped.
func Decoded(pl *plan.Plan) codec.Use {
	use := codec.Use{}
	for _, s := range pl.Program.Sources {
		for path := range pl.Reads(s.Out) {
			use.Read(s.Value, plan.Split(path)...)
		}
	}
	for _, name := range pl.Program.Parsed {
		use.Read(pl.Program.Named(name))
	}
	return use
}

// newCodecs asks for the types of all streams and for the decoders of all inputs.
func newCodecs(g *generator) *codecs {
	c := &codecs{g: g, needs: map[string]*codec.Need{}, values: map[string]*types.Type{}, texts: map[string]*types.Type{}, textOf: map[string]string{}, parses: map[string]string{}, use: Decoded(g.pl), csvSuffix: map[*check.Source]string{}}
	for _, t := range g.p.Types {
		c.need(t)
	}
	for _, sub := range g.pl.Subtopologies {
		if s := sub.Source; s != nil {
			n := c.need(s.Value)
			if s.Format == check.CSV {
				suffix := ""
				if len(n.CSVDecode) > 0 { // another source reads the same type, from other columns perhaps
					suffix = naming.Exported(s.Name)
				}
				n.CSVDecode = append(n.CSVDecode, csvOf(s.CSV, suffix))
				c.csvSuffix[s] = suffix
			} else {
				n.JSONDecode = true
			}
		} else if !sub.Cut.Combines {
			c.needState(g.pl.Payload(sub.Cut))
		}
		for _, st := range sub.Steps {
			if t := elementType(st); t != nil && t.Kind == types.Record {
				c.need(t)
			}
			if st.Select != nil {
				c.need(st.Row)
			}
			if !st.Repartition {
				c.needOuts(st)
			}
		}
		if sub.Cut != nil {
			c.needOuts(sub.Cut)
		}
		for _, s := range sub.Stores {
			if s.Step.Previous != nil || s.Step.Delay != nil || s.Step.Top != nil || s.Step.Dedup != nil && s.Step.Dedup.Keep == check.KeepLast {
				c.needState(s.Step.Row)
			}
			if s.Step.Fold != nil {
				c.needState(s.Step.Fold.Kept)
			}
			if s.Step.Process != nil {
				for _, state := range s.Step.Process.State {
					c.needState(g.storedType(s.Step, state))
				}
			}
		}
	}
	return c
}

// needOuts asks for what a step hands on. A processor has all of it, its own code may emit what nothing reads.
func (c *codecs) needOuts(st *check.Step) {
	for _, out := range st.Outs() {
		if st.Process != nil && c.g.pl.Runs(st) || c.g.pl.Live(out) {
			c.need(out.Type)
		}
	}
}

func (c *codecs) need(t *types.Type) *codec.Need {
	k := typeKey(t)
	n := c.needs[k]
	if n == nil {
		n = &codec.Need{Type: t, Struct: true}
		c.needs[k] = n
		c.order = append(c.order, t)
	}
	return n
}

// needState asks for appendState and decodeState of a record.
func (c *codecs) needState(t *types.Type) { c.need(t).State = []codec.State{{}} }

// needJSON asks for appendJSON of a record.
func (c *codecs) needJSON(t *types.Type) { c.need(t).JSONEncode = true }

// needValue asks for the functions of values of a type, whose names end in name.
func (c *codecs) needValue(name string, t *types.Type) { c.values[name] = t }

// needText asks for the function that makes the JSON text of a value, and returns its name, which begins with ident.
func (c *codecs) needText(t *types.Type, ident string) string {
	goType, _ := codec.GoType(t, c.g.codecNames())
	name := c.textOf[goType]
	if name == "" {
		name = c.g.names.Take(lowerFirst(ident) + "JSON")
		c.textOf[goType], c.texts[name] = name, t
	}
	return name
}

// needParse asks for the function that reads a value of a declared type from a JSON text, and returns its name.
func (c *codecs) needParse(name string) string {
	if c.parses[name] == "" {
		c.parses[name] = c.g.names.Take("parse" + naming.Exported(name) + "JSON")
	}
	return c.parses[name]
}

// needCSV asks for appendCSV of a record as a sink writes it, and returns the suffix of its name: sinks may differ in their
// columns.
func (c *codecs) needCSV(t *types.Type, sk *check.Sink) string {
	suffix := naming.Exported(sk.Name)
	n := c.need(t)
	n.CSVEncode = append(n.CSVEncode, csvOf(sk.CSV, suffix))
	return suffix
}

func csvOf(o check.CSVOptions, suffix string) codec.CSV {
	return codec.CSV{Suffix: suffix, Columns: o.Columns, Nulls: o.Nulls, Delimiter: o.Delimiter}
}

// files prints the types and the codecs.
func (c *codecs) files() (typesFile, codecFile *printer.File, err error) {
	typesFile, codecFile = c.g.newFile(), c.g.newFile()
	printed := map[string]bool{}
	if err := c.print(typesFile, codecFile, printed); err != nil {
		return nil, nil, err
	}
	if err := c.g.conditionFuncs(codecFile); err != nil {
		return nil, nil, err
	}
	// Which conditions are tested is known by now, and so is what they need.
	return typesFile, codecFile, c.print(typesFile, codecFile, printed)
}

// print prints what is asked for by now and was not printed before.
func (c *codecs) print(typesFile, codecFile *printer.File, printed map[string]bool) error {
	req := codec.Request{Names: c.g.codecNames(), Use: c.use}
	for _, t := range c.order {
		req.Types = append(req.Types, *c.needs[typeKey(t)])
	}
	for _, name := range slices.Sorted(maps.Keys(c.values)) {
		req.Values = append(req.Values, codec.Value{Name: name, Type: c.values[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(c.texts)) {
		req.Texts = append(req.Texts, codec.Text{Name: name, Type: c.texts[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(c.parses)) {
		req.Parses = append(req.Parses, codec.Parse{Name: c.parses[name], Type: c.g.p.Named(name)})
	}
	decls, err := codec.Generate(req)
	if err != nil {
		return err
	}
	for _, d := range decls {
		if printed[d.Name] {
			continue
		}
		printed[d.Name] = true
		f := codecFile
		if d.Type {
			f = typesFile
		}
		f.Import(d.Imports...)
		f.P(d.Code)
	}
	return nil
}

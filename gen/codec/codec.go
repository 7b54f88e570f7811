// Package codec prints the Go declarations with which a generated service reads and writes its data: struct types and enums,
// JSON and CSV decoders and encoders, the codec of state and repartition topics, copies.
//
// [Generate] takes what is needed of each type and gives each declaration once, the helpers of nested types included. What
// the declarations do byte by byte is in the packages that they call: jsonx, csvx and stateenc under runtime.
//
// For a record type Order the declarations are, as far as they are asked for:
//
//	type Order struct{ ... }
//	func (o *Order) decodeJSON(b []byte, s *jsonx.Scratch) error   // scanJSON does the work, also for records inside of records
//	func (o *Order) appendJSON(b []byte) []byte
//	func (o *Order) decodeCSV(b []byte, s *csvx.Scratch) error
//	func (o *Order) appendCSV(b []byte) []byte
//	func (o *Order) decodeState(b []byte) error
//	func (o *Order) appendState(b []byte) []byte
//	func (o *Order) clone()                                        // from then on o shares no memory with the record it came from
//
// and for an enum OrderStatus its constants, String, ParseOrderStatus and scanOrderStatusJSON.
//
// A decoder checks the conditions of aliases ([Names.Checks]) and puts in defaults; state is trusted to be right.
//
// Decoders build only the fields that somebody reads ([Use]). The others keep their zero value, and that they are there, or
// right, is not checked, beyond JSON's and CSV's own grammar. Decoding into a variable again uses its lists and maps again.
// After an error the fields hold anything.
package codec

import (
	"fmt"
	"go/format"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// Names gives the Go names of what the spec names.
type Names struct {
	Type      func(*types.Type) string // of a record or an enum: OrderStatus
	Field     func(*types.Field) string
	EnumConst func(t *types.Type, value string) string // OrderStatusPaid
	// Checks are the functions that tell whether a value fulfils the conditions of the alias that its type is named by; none for
	// a type without conditions.
	Checks func(*types.Type) []Check
	// Doc says what a record is, where that is not known by its name, and "" else; nil stands for one that always does.
	Doc func(*types.Type) string
}

// Check is a function from a value to whether it fulfils a condition.
type Check struct {
	Func string // its Go name: isEmail
	// Msg is the fault of a value that does not.
	Msg string
}

// Decl is one Go declaration with its comment, formatted as gofmt does.
type Decl struct {
	// Name is the type's Go name, or Type.method.
	Name string
	// Type says that this declares a type and not a codec of it.
	Type bool
	Code string
	// Imports are the import paths that Code needs, sorted.
	Imports []string
}

// Request is what a program needs.
type Request struct {
	Names  Names
	Types  []Need
	Values []Value
	Texts  []Text
	Parses []Parse
	// Use is what is read of the records that are decoded; nil is everything.
	Use Use
}

// Need is what a program needs of a type. What that needs of other types follows by itself.
type Need struct {
	Type                   *types.Type // a record, or an enum for Struct only
	Struct                 bool        // declare the Go type
	JSONDecode, JSONEncode bool
	Clone                  bool
	CSVDecode, CSVEncode   []CSV
	State                  []State
}

// CSV is one spelling of a record in CSV.
type CSV struct {
	// Suffix makes the methods' names: decodeCSV and appendCSV, followed by it.
	Suffix    string
	Columns   []string // wire names, in order
	Nulls     []string
	Delimiter byte
}

// State is one spelling of a record in a store or a repartition topic.
type State struct {
	// Suffix makes the methods' names: appendState and decodeState, followed by it.
	Suffix string
	Fields []*types.Field // in this order; nil is all
	// Bare leaves out version and layout, for values in something that has them.
	Bare bool
}

// The packages that generated code calls.
const (
	pkgDec    = "github.com/weirstream/weir/runtime/dec"
	pkgCivil  = "github.com/weirstream/weir/runtime/civil"
	pkgCel    = "github.com/weirstream/weir/runtime/cel"
	pkgJSON   = "github.com/weirstream/weir/runtime/jsonx"
	pkgCSV    = "github.com/weirstream/weir/runtime/csvx"
	pkgState  = "github.com/weirstream/weir/runtime/stateenc"
	pkgBits   = "math/bits"
	pkgBytes  = "bytes"
	pkgMaps   = "maps"
	pkgSlices = "slices"
	pkgString = "strings"
	pkgTime   = "time"
)

// Generate prints everything that is asked for, each declaration once, in the order of the request; what a type's
// declarations need of other types follows behind it.
func Generate(r Request) ([]Decl, error) {
	g := &generator{Names: r.Names, use: r.Use, done: map[string]bool{}, spellings: map[string]any{}}
	for i := range r.Types {
		if path := recursion(r.Types[i].Type, nil); path != nil {
			return nil, fmt.Errorf("type %s contains itself: %s", path[0], strings.Join(path, " in "))
		}
		if err := g.need(&r.Types[i]); err != nil {
			return nil, err
		}
	}
	for i := range r.Values {
		if err := g.value(&r.Values[i]); err != nil {
			return nil, err
		}
	}
	for i := range r.Texts {
		if err := g.text(&r.Texts[i]); err != nil {
			return nil, err
		}
	}
	for i := range r.Parses {
		if err := g.parse(&r.Parses[i]); err != nil {
			return nil, err
		}
	}
	return g.decls, nil
}

// recursion finds a record that contains itself, as no record can that has an end.
func recursion(t *types.Type, above []string) []string {
	switch t.Kind {
	case types.List, types.Map, types.Optional:
		return recursion(t.Elem, above)
	case types.Record:
		above = append(above[:len(above):len(above)], t.Name)
		if i := slices.Index(above, t.Name); i < len(above)-1 {
			return above[i:]
		}
		for _, f := range t.Fields {
			if path := recursion(f.Type, above); path != nil {
				return path
			}
		}
	}
	return nil
}

type generator struct {
	Names
	use  Use
	done map[string]bool // by Decl.Name
	// spellings are what the codecs with a suffix were asked to do, by a name: two of one name must be alike.
	spellings map[string]any
	decls     []Decl
}

// spelling notes what stands behind a name.
func (g *generator) spelling(name string, s any) error {
	if was, ok := g.spellings[name]; ok && !reflect.DeepEqual(was, s) {
		return fmt.Errorf("%s is asked for twice, in different ways", name)
	}
	g.spellings[name] = s
	return nil
}

func (g *generator) need(n *Need) error {
	t := n.Type
	if t.Kind == types.Enum {
		if n.Struct {
			return g.enum(t)
		}
		return nil
	}
	var steps []func() error
	if n.Struct {
		steps = append(steps, func() error { return g.structType(t) })
	}
	if n.JSONDecode {
		steps = append(steps, func() error { return g.jsonDecoder(t) })
	}
	if n.JSONEncode {
		steps = append(steps, func() error { return g.jsonEncoder(t) })
	}
	for i := range n.CSVDecode {
		steps = append(steps, func() error { return g.csvDecoder(t, &n.CSVDecode[i]) })
	}
	for i := range n.CSVEncode {
		steps = append(steps, func() error { return g.csvEncoder(t, &n.CSVEncode[i]) })
	}
	for i := range n.State {
		steps = append(steps, func() error { return g.stateCodec(t, &n.State[i]) })
	}
	if n.Clone {
		steps = append(steps, func() error { return g.cloner(t) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// decl prints a declaration unless there is one of that name already. Body may call decl for what it needs.
func (g *generator) decl(name string, isType bool, body func(p *printer) error) error {
	if g.done[name] {
		return nil
	}
	g.done[name] = true
	at := len(g.decls)
	g.decls = append(g.decls, Decl{})
	p := newPrinter(g.Names)
	if err := body(p); err != nil {
		return err
	}
	d, err := p.decl(name)
	d.Type = isType
	g.decls[at] = d
	return err
}

// printer collects the source text of one declaration.
type printer struct {
	Names
	code    strings.Builder
	imports map[string]bool
}

func newPrinter(n Names) *printer { return &printer{Names: n, imports: map[string]bool{}} }

// line prints a line; the format's verbs are fmt's.
func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(&p.code, format, args...)
	p.code.WriteByte('\n')
}

// pkg notes an import and returns the name that the package has in the code.
func (p *printer) pkg(path string) string {
	p.imports[path] = true
	return path[strings.LastIndexByte(path, '/')+1:]
}

// call is a call of a function of a package, as source text.
func (p *printer) call(path, function string, args ...string) string {
	return p.pkg(path) + "." + function + "(" + strings.Join(args, ", ") + ")"
}

// decl is what was printed. Text that does not parse is an error that shows it.
func (p *printer) decl(name string) (Decl, error) {
	code, err := format.Source([]byte(p.code.String()))
	if err != nil {
		var lines strings.Builder
		for i, line := range strings.Split(p.code.String(), "\n") {
			fmt.Fprintf(&lines, "%4d  %s\n", i+1, line)
		}
		return Decl{}, fmt.Errorf("generated code of %s: %w\n%s", name, err, lines.String())
	}
	d := Decl{Name: name, Code: string(code)}
	for path := range p.imports {
		d.Imports = append(d.Imports, path)
	}
	slices.Sort(d.Imports)
	return d, nil
}

func quote(s string) string { return strconv.Quote(s) }

// lowerFirst makes a Go name unexported.
func lowerFirst(s string) string {
	n := 0
	for n < len(s) && 'A' <= s[n] && s[n] <= 'Z' {
		n++
	}
	if n > 1 && n < len(s) && 'a' <= s[n] && s[n] <= 'z' { // the last capital begins the next word: CSVRow
		n--
	}
	return strings.ToLower(s[:n]) + s[n:]
}

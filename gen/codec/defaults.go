package codec

import (
	"fmt"
	"strconv"
	"time"

	"github.com/weirstream/weir/spec/types"
)

// defaultValue is the Go expression of a field's default.
func (p *printer) defaultValue(t *types.Type, f *types.Field) string {
	switch v := f.Default.Value.(type) {
	case string:
		switch f.Type.Kind {
		case types.Enum:
			return p.EnumConst(f.Type, v)
		case types.Decimal, types.Date, types.TimeOfDay:
			return defaultVar(p, t, f)
		}
		return quote(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case time.Duration:
		return p.durationLiteral(v)
	case []byte, time.Time:
		return defaultVar(p, t, f)
	default: // bool, int64, uint64
		return fmt.Sprint(v)
	}
}

// durationLiteral is a duration in the largest unit that it is a multiple of.
func (p *printer) durationLiteral(d time.Duration) string {
	pkg := p.pkg(pkgTime)
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Hour, "Hour"}, {time.Minute, "Minute"}, {time.Second, "Second"}, {time.Millisecond, "Millisecond"}} {
		if d != 0 && d%u.unit == 0 {
			return fmt.Sprintf("%d * %s.%s", d/u.unit, pkg, u.name)
		}
	}
	return strconv.FormatInt(int64(d), 10)
}

// defaultVar names the variable of a default that has no constant in Go.
func defaultVar(p *printer, t *types.Type, f *types.Field) string {
	return lowerFirst(p.Type(t)) + p.Field(f) + "Default"
}

// defaultVars declares those of a record.
func (g *generator) defaultVars(t *types.Type) error {
	for _, f := range g.use.fields(t) {
		if f.Default == nil {
			continue
		}
		var value func(p *printer) string
		switch v := f.Default.Value.(type) {
		case string:
			make := map[types.Kind]string{types.Date: "MustDate", types.TimeOfDay: "MustTime", types.Decimal: "Must"}[f.Type.Kind]
			if make == "" {
				continue
			}
			pkg := pkgCivil
			if f.Type.Kind == types.Decimal {
				pkg = pkgDec
			}
			value = func(p *printer) string { return p.call(pkg, make, quote(v)) }
		case []byte:
			value = func(*printer) string { return "[]byte(" + quote(string(v)) + ")" }
		case time.Time:
			value = func(p *printer) string {
				return fmt.Sprintf("%s.Date(%d, %d, %d, %d, %d, %d, %d, time.UTC)", p.pkg(pkgTime), v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), v.Nanosecond())
			}
		default:
			continue
		}
		name := defaultVar(newPrinter(g.Names), t, f)
		if err := g.decl(name, false, func(p *printer) error {
			p.line("// %s is what %s has where the data has no %s.", name, p.Type(t), wire(f))
			p.line("var %s = %s", name, value(p))
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

package randspec

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/internal/oracle"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// Input makes random records for a program's sources: event times cluster around window borders, some records come out of order
// or late, and some are bad in every way that on_error is for.
func Input(p *check.Program, seed uint64, records int, partitions int32) oracle.Input {
	g := &inputs{r: rand.New(rand.NewPCG(seed, 2)), p: p, partitions: partitions}
	for _, s := range p.Steps {
		if s.Window != nil {
			g.windows = append(g.windows, s.Window)
		}
	}
	base := int64(1709294400000) // 2024-03-01T12:00:00Z
	if g.r.IntN(10) == 0 {
		base = -90_000 // windows before the epoch
	}
	in := oracle.Input{}
	for _, s := range p.Sources {
		// What comes late behind a repartition topic has no determined outcome, so it comes to such steps in few inputs only.
		g.tame = repartitioned(p, s) && g.r.IntN(5) > 0
		bad := g.r.IntN(12)
		if s.OnError == check.Fail && g.r.IntN(8) > 0 {
			bad = 0
		}
		in[s.Name] = g.source(s, base, records, bad)
	}
	return in
}

// repartitioned tells whether records of a source travel through a repartition topic. Results of windows don't count: they are
// never late.
func repartitioned(p *check.Program, s *check.Source) bool {
	for _, st := range p.Steps {
		if !st.Repartition {
			continue
		}
		if bringsRecords(st.From, s) {
			return true
		}
	}
	return false
}

func bringsRecords(from *check.Stream, s *check.Source) bool {
	switch {
	case from.Merged != nil:
		return slices.ContainsFunc(from.Merged, func(in *check.Stream) bool { return bringsRecords(in, s) })
	case from.LateOf != nil:
		return bringsRecords(from.LateOf.From, s)
	case from.Step != nil:
		return from.Step.Window == nil && bringsRecords(from.Step.From, s)
	}
	return from.Source == s
}

type inputs struct {
	r          *rand.Rand
	p          *check.Program
	partitions int32
	windows    []*check.Window
	tame       bool // nothing of the source in hand comes later than its lag
}

func (g *inputs) chance(percent int) bool { return g.r.IntN(100) < percent }

// source makes the records of one source, bad percent of them bad.
func (g *inputs) source(s *check.Source, base int64, n, bad int) []oracle.Record {
	var recs []oracle.Record
	offsets := make([]int64, g.partitions)
	high := make([]int64, g.partitions)
	for i := range high {
		high[i] = base
	}
	now := base
	hot := combines(g.p) && g.chance(50)
	var first members
	for range n {
		if g.chance(3) {
			now += g.r.Int64N(600_000)
		} else {
			now += g.r.Int64N(2500)
		}
		v := g.record(s.Value, 0)
		if hot {
			g.warm(s, v, first)
		}
		if first == nil {
			first = v
		}
		key := g.key(s, v)
		part := int32(g.r.IntN(int(g.partitions)))
		if key != nil {
			h := fnv.New32a()
			h.Write(key)
			part = int32(h.Sum32() % uint32(g.partitions))
		}
		at := g.eventTime(s, now, high[part])
		high[part] = max(high[part], at)
		if f := eventTimeField(s); f != nil {
			v[f.Name] = g.timeText(f.As, at)
		}
		rec := oracle.Record{Partition: part, Offset: offsets[part], Key: key, Timestamp: time.UnixMilli(at).UTC()}
		if s.EventTime != nil && g.chance(20) {
			rec.Timestamp = time.UnixMilli(base + g.r.Int64N(1e6)).UTC()
		}
		offsets[part]++
		rec.Value = g.encode(s, v)
		if g.chance(bad) {
			g.spoil(s, &rec, v)
		}
		recs = append(recs, rec)
	}
	return recs
}

// eventTime is a time near now: often at the border of a window, sometimes behind.
func (g *inputs) eventTime(s *check.Source, now, high int64) int64 {
	at, lag := now, s.Lag.Milliseconds()
	if g.chance(25) {
		at -= g.r.Int64N(20_000)
	}
	if len(g.windows) > 0 {
		w := g.windows[g.r.IntN(len(g.windows))]
		size, lateness := w.Size.Milliseconds(), w.Lateness.Milliseconds()
		switch {
		case size == 0: // each record says it
			size = 4500
		case w.Every > 0 && g.chance(70):
			size = w.Every.Milliseconds()
		}
		now := now - w.Offset.Milliseconds()
		near := []int64{-1, 0, 0, 1}[g.r.IntN(4)]
		switch i := g.r.IntN(6); {
		case w.Kind == check.Sliding && i < 3: // as far from the latest record as the first and the last of a window, or at its time
			at = high + []int64{size, -size, 0}[i] + near
		case w.Kind == check.Session && i < 2: // as far from the record before as sessions may be
			at = high + size + near
		case i == 0: // where one window ends and the next begins
			at = now - now%size + near
		case i == 1: // what makes the watermark close a window
			at = now - now%size + lateness + lag + near
		case i == 2: // the last window that is closed by now
			end := high - lag - lateness - w.Offset.Milliseconds()
			at = end - end%size + near
		}
		at += w.Offset.Milliseconds()
	}
	if g.tame {
		return max(at, high-lag)
	}
	return at
}

// eventTimeField is the field that the event time is made of, nil if there is none.
func eventTimeField(s *check.Source) *types.Field {
	if s.EventTime == nil {
		return nil
	}
	name, _, _ := strings.Cut(s.EventTime.Text, " ")
	return s.Value.Field(name)
}

// raw is a JSON value as text; for CSV strings are unquoted later.
type raw string

// members holds a record's values by field name, in JSON.
type members map[string]raw

func (g *inputs) record(t *types.Type, depth int) members {
	m := members{}
	for _, f := range t.Fields {
		v, present := g.value(f.Type, f.As, depth)
		if f.Default != nil && g.chance(40) {
			v, present = "null", g.chance(50)
		}
		if present {
			m[f.Name] = v
		}
	}
	return m
}

// object writes a record, its members sometimes in another order, with white space, unknown members and duplicates.
func (g *inputs) object(t *types.Type, m members) raw {
	var parts []string
	for _, f := range t.Fields {
		v, ok := m[f.Name]
		if !ok {
			continue
		}
		name := f.Wire
		if f.WasWire != nil && g.chance(40) {
			name = f.WasWire[0]
		}
		parts = append(parts, string(jsonString(name))+g.space()+":"+g.space()+string(v))
	}
	if g.chance(10) {
		g.r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	}
	if g.chance(10) {
		extra := []string{`"nobody":{"a":[1,{"b":"}"}],"c":null}`, `"zz":"\"\\"`, `"":-1.5e-7`, `"unknown":[]`}[g.r.IntN(4)]
		parts = slices.Insert(parts, g.r.IntN(len(parts)+1), extra)
	}
	if f := t.Fields[0]; g.chance(4) && m[f.Name] != "" && !narrow(f.Type) { // the last of two counts, but either is checked
		if other, present := g.value(f.Type, f.As, 9); present {
			parts = slices.Insert(parts, 0, string(jsonString(f.Wire))+":"+string(other))
			parts = append(parts, string(jsonString(f.Wire))+":"+string(m[f.Name]))
		}
	}
	return raw("{" + g.space() + strings.Join(parts, ","+g.space()) + g.space() + "}")
}

// narrow tells whether the values made for a type may be ones that it refuses: a decimal of few digits, an alias, a union, or something
// with one of them in it.
func narrow(t *types.Type) bool {
	for t.Elem != nil && t.Alias == nil {
		t = t.Elem
	}
	return t.Alias != nil || t.Precision > 0 || t.Union || slices.ContainsFunc(t.Fields, func(f *types.Field) bool { return narrow(f.Type) })
}

func (g *inputs) space() string {
	if g.chance(5) {
		return []string{" ", "\n\t", "  "}[g.r.IntN(3)]
	}
	return ""
}

func jsonString(s string) raw {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return raw(strings.TrimSpace(b.String()))
}

// value is a random value in JSON; an absent optional may be left out.
func (g *inputs) value(t *types.Type, as types.TimeAs, depth int) (v raw, present bool) {
	switch t.Kind {
	case types.Optional:
		switch g.r.IntN(4) {
		case 0:
			return "", false
		case 1:
			return "null", true
		}
		return g.value(t.Elem, as, depth)
	case types.Record:
		if t.Union {
			return g.union(t, depth+1), true
		}
		return g.object(t, g.record(t, depth+1)), true
	case types.List:
		parts := make([]string, g.r.IntN(4))
		for i := range parts {
			parts[i] = g.element(t.Elem, as, depth)
		}
		return raw("[" + g.space() + strings.Join(parts, ","+g.space()) + "]"), true
	case types.Map:
		var parts []string
		for i := range g.r.IntN(3) {
			keys := map[types.Kind][]string{types.String: {"a", "b", ""}, types.Int: {"0", "3", "-7"}, types.Uint: {"1", "3", "100"}, types.Bool: {"true", "false", "true"}}
			k := keys[t.Key.Kind][i]
			parts = append(parts, strconv.Quote(k)+":"+g.element(t.Elem, as, depth))
		}
		return raw("{" + strings.Join(parts, ",") + "}"), true
	}
	return g.scalar(t, as), true
}

// union writes a union, now and then without a member.
func (g *inputs) union(t *types.Type, depth int) raw {
	f := t.Fields[g.r.IntN(len(t.Fields))]
	v, _ := g.value(f.Type.Elem, f.As, depth)
	name := f.Wire
	if f.WasWire != nil && g.chance(40) {
		name = f.WasWire[0]
	}
	parts := []string{string(jsonString(name)) + ":" + g.space() + string(v)}
	if t.Tag != "" {
		parts = []string{string(jsonString(t.Tag)) + g.space() + ":" + string(jsonString(name))}
		if fields := strings.TrimSpace(string(v[1 : len(v)-1])); fields != "" {
			parts = slices.Insert(parts, g.r.IntN(2), fields)
		}
	} else if other := t.Fields[g.r.IntN(len(t.Fields))]; other != f && g.chance(20) {
		parts = append(parts, string(jsonString(other.Wire))+":null")
	}
	if g.chance(2) {
		parts = nil
	}
	return raw("{" + g.space() + strings.Join(parts, ","+g.space()) + "}")
}

func (g *inputs) element(t *types.Type, as types.TimeAs, depth int) string {
	v, present := g.value(t, as, depth+1)
	if !present {
		return "null"
	}
	return string(v)
}

func (g *inputs) scalar(t *types.Type, as types.TimeAs) raw {
	n := func(from ...string) raw { return raw(from[g.r.IntN(len(from))]) }
	switch t.Kind {
	case types.Bool:
		return n("true", "false")
	case types.Int:
		if g.chance(5) {
			return n("9223372036854775807", "-9223372036854775808", "12.0", "1.2e1", "-0", "9223372036854775800")
		}
		return raw(strconv.Itoa(g.r.IntN(60) - 20))
	case types.Uint:
		if g.chance(5) {
			return n("18446744073709551615", "9223372036854775808", "7.0")
		}
		return raw(strconv.Itoa(g.r.IntN(40)))
	case types.Double:
		if g.chance(6) {
			return n("1e300", "-1e-300", "0.1", "3", "-0.0", "123456789.123456789", `"Infinity"`, "1E2")
		}
		return raw(strconv.FormatFloat(float64(g.r.IntN(400)-200)/4, 'g', -1, 64))
	case types.String:
		if g.chance(10) {
			return n(`"\u00e9\ud83d\ude00\n"`, `"é€😀"`, `"\"quoted\" \\ \/"`, `"a,b;c|d"`, `""`, `" padded "`, `"<&>"`, `"\u0000"`, `"NA"`, `"line\r\nbreak"`, `"\u2028"`)
		}
		return n(`"a"`, `"b"`, `"k1"`, `"k2"`, `"it's"`, `"mango"`, `"zebra"`, `""`)
	case types.Bytes:
		return n(`""`, `"YQ=="`, `"AP8="`, `"aGVsbG8="`)
	case types.Timestamp:
		return g.timeText(as, 1709294400000+g.r.Int64N(100_000)-50_000)
	case types.Decimal:
		if g.chance(5) {
			return n("9999999999999999999", "-0.0000000000000000001", "1e5", "123456.789", "12345678901234567.89")
		}
		v := strconv.FormatFloat(float64(g.r.IntN(4000)-2000)/100, 'f', g.r.IntN(4), 64)
		if g.chance(30) {
			return jsonString(v)
		}
		return raw(v)
	case types.Date:
		return n(`"2024-02-29"`, `"1970-01-01"`, `"1999-12-31"`, `"0001-01-01"`, `"2024-10-27"`)
	case types.TimeOfDay:
		return n(`"00:00:00"`, `"23:59:59.999999999"`, `"12:30:00"`, `"02:30:00.5"`, `"07:00:00.000"`)
	case types.Duration:
		return n(`"0s"`, `"1.5s"`, `"90s"`, `"1h30m"`, `"-2ms"`, `"1ns"`)
	}
	return jsonString(t.Values[g.r.IntN(len(t.Values))])
}

func (g *inputs) timeText(as types.TimeAs, ms int64) raw {
	switch as {
	case types.EpochMillis:
		return raw(strconv.FormatInt(ms, 10))
	case types.EpochSeconds:
		if ms%1000 == 0 {
			return raw(strconv.FormatInt(ms/1000, 10))
		}
		sign := ""
		if ms < 0 {
			sign, ms = "-", -ms
		}
		return raw(fmt.Sprintf("%s%d.%03d", sign, ms/1000, ms%1000))
	}
	t := time.UnixMilli(ms).UTC()
	if g.chance(10) {
		t = t.In(time.FixedZone("", []int{3600, -5*3600 - 1800, 14 * 3600}[g.r.IntN(3)]))
	}
	if g.chance(5) {
		t = t.Add(123456 * time.Nanosecond)
	}
	return jsonString(t.Format(time.RFC3339Nano))
}

// key makes a record's key: it equals its field where the source says so.
func (g *inputs) key(s *check.Source, m members) []byte {
	t := s.Key
	if t == nil {
		if g.chance(20) {
			return nil
		}
		return []byte([]string{"x", "y", "\xff"}[g.r.IntN(3)])
	}
	if s.KeyField != "" {
		v, k := g.plainKey(t, s.Value.Field(s.KeyField).As)
		m[s.KeyField] = v
		return k
	}
	if t.Kind == types.Optional {
		if g.chance(20) {
			return nil
		}
		t = t.Elem
	}
	_, k := g.plainKey(t, types.RFC3339)
	return k
}

// plainKey is one of few values of a key, as JSON in a field and as a Kafka key.
func (g *inputs) plainKey(t *types.Type, as types.TimeAs) (raw, []byte) {
	n := g.r.IntN(5)
	switch t.Kind {
	case types.Bool:
		b := strconv.FormatBool(n%2 == 0)
		return raw(b), []byte(b)
	case types.Int, types.Uint:
		return raw(strconv.Itoa(n)), []byte(strconv.Itoa(n))
	case types.Double:
		return raw(strconv.Itoa(n)), []byte(strconv.Itoa(n))
	case types.Bytes:
		b := []byte{byte(n), 0xff, 'x'}[:1+n%3]
		return jsonString(base64.StdEncoding.EncodeToString(b)), b
	case types.Timestamp:
		ms := 1709294400000 + int64(n)*1000
		return g.timeText(as, ms), []byte(time.UnixMilli(ms).UTC().Format(time.RFC3339))
	case types.Duration:
		d := fmt.Sprintf("%d.5s", n)
		return jsonString(d), []byte(d)
	case types.Decimal:
		d := fmt.Sprintf("%d.%d", n-2, n%3*5)
		return raw(d), []byte(d)
	case types.Date:
		d := fmt.Sprintf("2024-02-%02d", 25+n)
		return jsonString(d), []byte(d)
	case types.TimeOfDay:
		d := fmt.Sprintf("1%d:30:00", n)
		return jsonString(d), []byte(d)
	case types.Enum:
		v := t.Values[n%len(t.Values)]
		return jsonString(v), []byte(v)
	}
	k := []string{"a", "b", "k1", "", "é,\""}[n]
	return jsonString(k), []byte(k)
}

// encode writes a record in its source's format.
func (g *inputs) encode(s *check.Source, m members) []byte {
	if s.Format == check.JSON {
		return []byte(g.object(s.Value, m))
	}
	columns := s.CSV.Columns
	if columns == nil {
		for _, f := range s.Value.Fields {
			columns = append(columns, f.Wire)
		}
	}
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = "whatever"
		for _, f := range s.Value.Fields {
			if f.Wire == c {
				cells[i] = g.cell(s, m, f)
			}
		}
	}
	return []byte(strings.Join(cells, string(s.CSV.Delimiter)))
}

func (g *inputs) cell(s *check.Source, m members, f *types.Field) string {
	v, ok := m[f.Name]
	if !ok || v == "null" {
		if len(s.CSV.Nulls) == 0 {
			return ""
		}
		return s.CSV.Nulls[g.r.IntN(len(s.CSV.Nulls))]
	}
	text := string(v)
	if strings.HasPrefix(text, `"`) {
		_ = json.Unmarshal([]byte(v), &text) // made above
	}
	if slices.Contains(s.CSV.Nulls, text) || strings.ContainsAny(text, "\"\r\n"+string(s.CSV.Delimiter)) || g.chance(5) {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}

// spoil makes a record bad, or at least odd.
func (g *inputs) spoil(s *check.Source, rec *oracle.Record, m members) {
	f := s.Value.Fields[g.r.IntN(len(s.Value.Fields))]
	switch n := g.r.IntN(9); {
	case n == 0:
		rec.Key = nil
	case n == 1:
		rec.Key = []byte("\xfe no key")
	case n == 2 && s.Format == check.JSON:
		rec.Value = rec.Value[:g.r.IntN(len(rec.Value))]
	case n == 3 && s.Format == check.JSON:
		rec.Value = []byte([]string{"", "null", "[]", "42", "{", `{"a":}`, "{} {}", "nul", "\x00", `{"a" 1}`, `{,}`, `{"a":1,}`, "\xef\xbb\xbf{}", `"text"`}[g.r.IntN(14)])
	case n == 4:
		delete(m, f.Name)
		rec.Value = g.encode(s, m)
	case n == 5 && s.Format == check.JSON:
		m[f.Name] = "null"
		rec.Value = g.encode(s, m)
	case n == 6 && s.Format == check.JSON:
		rec.Value = nil
	default:
		wrong := []raw{`"?"`, "99999999999999999999", "-1", "1.5", `"2024-13-01T00:00:00Z"`, `"2024-02-30T00:00:00Z"`, "1e400"}
		if s.Format == check.JSON {
			wrong = append(wrong, "true", "[1]", "{}", "01", "+1", ".5", "1.", "nan", "'x'", `"\x"`, `"\ud800"`, "1e999999999", "-", "\"\t\"", "tru", "\"\xff\"")
		}
		m[f.Name] = wrong[g.r.IntN(len(wrong))]
		rec.Value = g.encode(s, m)
	}
}

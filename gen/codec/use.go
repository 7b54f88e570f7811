package codec

import "github.com/weirstream/weir/spec/types"

// Use says which fields of which records are read, by the records' names. It is per type, not per source: where two sources
// have the same type, both build what either's readers read. A nil Use is everything.
type Use map[string]map[string]bool

// Read notes that the value at a path of field names below t is read: with nothing behind it, all of t. Lists, maps and
// optionals on the way are seen through. A path that leads nowhere notes everything that it came through.
func (u Use) Read(t *types.Type, path ...string) {
	for {
		for t.Elem != nil {
			t = t.Elem
		}
		if t.Kind != types.Record {
			return
		}
		fields := u[t.Name]
		if fields == nil {
			fields = map[string]bool{}
			u[t.Name] = fields
		}
		if len(path) == 0 {
			for _, f := range t.Fields {
				if !fields[f.Name] || f.Type.Elem != nil || f.Type.Kind == types.Record {
					fields[f.Name] = true
					u.Read(f.Type)
				}
			}
			return
		}
		f := t.Field(path[0])
		if f == nil {
			path = nil
			continue
		}
		fields[f.Name] = true
		t, path = f.Type, path[1:]
	}
}

// Reads tells whether a field of a record is read.
func (u Use) Reads(t *types.Type, f *types.Field) bool { return u == nil || u[t.Name][f.Name] }

// fields are the fields of a record that are read, in order.
func (u Use) fields(t *types.Type) []*types.Field {
	var used []*types.Field
	for _, f := range t.Fields {
		if u.Reads(t, f) {
			used = append(used, f)
		}
	}
	return used
}

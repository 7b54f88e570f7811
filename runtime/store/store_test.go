package store

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/weirstream/weir/runtime/position"
)

func open(t *testing.T, o Options) *DB {
	t.Helper()
	d, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func at(n int64) Position {
	return Position{Watermark: n, Inputs: map[string]position.Offset{"in": {Offset: n, Epoch: 1}}, Changelogs: map[string]int64{"a": n}}
}

func commit(t *testing.T, d *DB, n int64) {
	t.Helper()
	if err := d.Batch().Set([]byte{1, byte(n)}, fmt.Append(nil, n)); err != nil {
		t.Fatal(err)
	}
	if err := d.Apply(d.Detach(), at(n)); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, d *DB) map[string]string {
	t.Helper()
	m := map[string]string{}
	err := d.Scan(nil, []byte{0xff}, func(k, v []byte) error {
		m[fmt.Sprintf("%q", k)] = hex.EncodeToString(v)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestGolden pins every kind of key and value that is stored.
func TestGolden(t *testing.T) {
	d := open(t, Options{Memory: true})
	defer d.Close()
	for i, name := range []string{"a", "b", "a"} {
		if id, err := d.StoreID(name); err != nil || id != []uint64{1, 2, 1}[i] {
			t.Fatalf("%s has id %d, %v", name, id, err)
		}
	}
	commit(t, d, 7)
	want := map[string]string{
		`"\x00format"`:   "31",
		`"\x00storea"`:   "01",
		`"\x00storeb"`:   "02",
		`"\x00position"`: "01" + "0000000000000007" + "01" + "02696e" + "07" + "02" + "01" + "0161" + "07",
		`"\x01\a"`:       "37",
	}
	if got := content(t, d); !maps.Equal(got, want) {
		t.Errorf("stored\n%v\nwant\n%v", got, want)
	}
}

func TestCrashGoesBackToAWholeCommit(t *testing.T) {
	fs := vfs.NewCrashableMem()
	d := open(t, Options{Dir: "db", FS: fs})
	if _, err := d.StoreID("a"); err != nil {
		t.Fatal(err)
	}
	for n := int64(1); n <= 9; n++ {
		commit(t, d, n)
		if n == 4 {
			if err := d.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	crashed := fs.CrashClone(vfs.CrashCloneCfg{})
	if err := d.Abandon(); err != nil {
		t.Fatal(err)
	}
	d = open(t, Options{Dir: "db", FS: crashed})
	pos, ok := d.Position()
	if !ok || !pos.Equal(at(4)) {
		t.Fatalf("opened at %v", pos)
	}
	from, err := d.Missing(at(9))
	if err != nil || from["a"] != 4 {
		t.Fatalf("missing %v, %v", from, err)
	}
	if _, err := d.Missing(at(3)); !errors.Is(err, position.ErrAhead) {
		t.Errorf("got %v", err)
	}
	for n := int64(5); n <= 9; n++ {
		if err := d.ApplyChangelog("a", []byte{byte(n)}, fmt.Append(nil, n), n); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.ApplyChangelog("a", []byte{2}, nil, 9); err != nil {
		t.Fatal(err)
	}
	if err := d.FinishRestore(at(9)); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, Options{Dir: "db", FS: crashed})
	defer d.Close()
	got := content(t, d)
	if pos, _ := d.Position(); !pos.Equal(at(9)) || len(got) != 3+8 || got[`"\x01\t"`] != "39" {
		t.Errorf("after the replay: %v %v", pos, got)
	}
}

func TestStoresThatLeaveKeepTheirPlace(t *testing.T) {
	d := open(t, Options{Memory: true})
	defer d.Close()
	commit(t, d, 5)
	if err := d.Apply(d.Detach(), Position{Changelogs: map[string]int64{"b": 2}}); err != nil {
		t.Fatal(err)
	}
	if pos, _ := d.Position(); !maps.Equal(pos.Changelogs, map[string]int64{"a": 5, "b": 2}) {
		t.Errorf("%v", pos.Changelogs)
	}
}

func TestDiscardAndRanges(t *testing.T) {
	d := open(t, Options{Memory: true, FlushEvery: 1})
	defer d.Close()
	for n := range int64(6) {
		commit(t, d, n)
	}
	if err := d.Batch().Set([]byte{1, 77}, nil); err != nil {
		t.Fatal(err)
	}
	d.Discard()
	if !d.Batch().Empty() {
		t.Error("discarded, but not empty")
	}
	if err := d.Batch().DeleteRange([]byte{1, 2}, []byte{1, 5}); err != nil {
		t.Fatal(err)
	}
	if err := d.Apply(d.Detach(), at(6)); err != nil {
		t.Fatal(err)
	}
	var keys []byte
	if err := d.Skip([]byte{1}, []byte{2}, func(k []byte) []byte {
		keys = append(keys, k[1])
		return []byte{1, k[1] + 1}
	}); err != nil || string(keys) != "\x00\x01\x05" {
		t.Errorf("left %v, %v", keys, err)
	}
	if v, c, err := d.Get([]byte{1, 3}); v != nil || c != nil || err != nil {
		t.Error("found what is deleted")
	}
	if d.Size() == 0 {
		t.Error("no size")
	}
}

// A large batch is put together in parts. What is in them takes effect in the order in which it was put in.
func TestLargeBatch(t *testing.T) {
	d := open(t, Options{Memory: true})
	defer d.Close()
	commit(t, d, 1)
	b := d.Batch()
	value := make([]byte, partBytes/3)
	for n := range byte(20) {
		if err := b.Set([]byte{1, 10 + n}, value); err != nil {
			t.Fatal(err)
		}
		if n == 9 { // all so far, those of other parts as well
			if err := b.DeleteRange([]byte{1, 0}, []byte{1, 20}); err != nil {
				t.Fatal(err)
			}
			if err := b.Set([]byte{1, 12}, []byte("again")); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(b.parts) < 5 || b.Len() < 20*len(value) || b.Empty() {
		t.Fatalf("%d parts with %d bytes", len(b.parts), b.Len())
	}
	if err := d.Apply(d.Detach(), at(2)); err != nil {
		t.Fatal(err)
	}
	var keys []byte
	if err := d.Scan([]byte{1}, []byte{2}, func(k, v []byte) error { keys = append(keys, k[1]); return nil }); err != nil {
		t.Fatal(err)
	}
	if string(keys) != "\x0c\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d" {
		t.Errorf("left %v", keys)
	}
	if pos, _ := d.Position(); !pos.Equal(at(2)) {
		t.Errorf("at %v", pos)
	}
	if err := d.Batch().Set([]byte{1, 1}, make([]byte, 2*partBytes)); err != nil {
		t.Fatal(err)
	}
	if err := d.Batch().Set([]byte{1, 2}, nil); err != nil {
		t.Fatal(err)
	}
	d.Discard()
}

func TestRefusedAndLeftAlone(t *testing.T) {
	for name, set := range map[string]func(*pebble.DB) error{
		"newer":   func(p *pebble.DB) error { return p.Set(keyFormat, []byte("2"), nil) },
		"foreign": func(p *pebble.DB) error { return p.Set([]byte("x"), nil, nil) },
		"newer position": func(p *pebble.DB) error {
			return errors.Join(p.Set(keyFormat, []byte("1"), nil), p.Set(keyPosition, []byte{9}, nil))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "db")
			p, err := pebble.Open(dir, &pebble.Options{Logger: &logger{}})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(set(p), p.Set([]byte("keep"), []byte("me"), nil), p.Close()); err != nil {
				t.Fatal(err)
			}
			_, err = Open(Options{Dir: dir})
			if _, ok := errors.AsType[*FormatError](err); !ok || !strings.Contains(err.Error(), dir) {
				t.Fatalf("got %v", err)
			}
			if p, err = pebble.Open(dir, &pebble.Options{Logger: &logger{}}); err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if _, c, err := p.Get([]byte("keep")); err != nil {
				t.Error("content is gone")
			} else {
				c.Close()
			}
		})
	}
}

func TestMoveAside(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "db")
	if to, err := MoveAside(dir); to != "" || err != nil {
		t.Fatalf("nothing there: %q, %v", to, err)
	}
	seen := map[string]bool{}
	for range 3 {
		d := open(t, Options{Dir: dir})
		commit(t, d, 1)
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		to, err := MoveAside(dir)
		if err != nil || seen[to] {
			t.Fatalf("%q, %v", to, err)
		}
		seen[to] = true
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Error("still there")
		}
		d = open(t, Options{Dir: to})
		if pos, _ := d.Position(); !pos.Equal(at(1)) {
			t.Error("the moved store lost something")
		}
		d.Close()
	}
}

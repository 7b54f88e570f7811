package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/weirstream/weir/runtime/position"
)

// Position is how far the DB's content has come.
type Position = position.Position

const formatVersion = 1

var (
	keyFormat   = []byte("\x00format")
	keyPosition = []byte("\x00position")
	keyStore    = []byte("\x00store")
)

// FormatError says that a directory is not a store that this service can read. The directory was left as it is.
type FormatError struct{ Dir, Problem string }

func (e *FormatError) Error() string {
	return fmt.Sprintf("state directory %s: %s; it was left untouched: use the service version that wrote it, or another state directory", e.Dir, e.Problem)
}

// DB is the committed state of one task. Batch, Detach and Discard belong to the task's goroutine; everything else may be called
// from any.
type DB struct {
	p     *pebble.DB
	o     Options
	open  *Batch
	ids   map[string]uint64
	last  uint64
	mu    sync.Mutex // guards what follows
	pos   Position
	has   bool
	fresh int64 // bytes applied since the last flush was started
	redo  *Batch
}

// Open opens the DB, and makes it when there is none. It is a [*FormatError] when the directory holds something else, or a
// format that is not known here.
func Open(o Options) (*DB, error) {
	p, err := pebble.Open(o.Dir, o.pebble())
	if err != nil {
		return nil, fmt.Errorf("open state directory %s: %w", o.Dir, err)
	}
	d := &DB{p: p, o: o, ids: map[string]uint64{}}
	if err := d.load(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return d, nil
}

func (d *DB) load() error {
	switch v, ok, err := d.read(keyFormat); {
	case err != nil:
		return err
	case !ok:
		empty, err := d.empty()
		if err != nil {
			return err
		}
		if !empty {
			return &FormatError{d.o.Dir, "there is a Pebble database of something else in it"}
		}
		if err := d.p.Set(keyFormat, strconv.AppendInt(nil, formatVersion, 10), pebble.NoSync); err != nil {
			return err
		}
	case string(v) != strconv.Itoa(formatVersion):
		return &FormatError{d.o.Dir, fmt.Sprintf("format version %q is not known here (this service reads version %d)", v, formatVersion)}
	}
	v, ok, err := d.read(keyPosition)
	if err != nil {
		return err
	}
	d.pos = position.Start()
	if ok {
		if d.pos, err = position.Decode(v); err != nil {
			return &FormatError{d.o.Dir, err.Error()}
		}
		d.has = true
	}
	end := slices.Clone(keyStore)
	end[len(end)-1]++
	return d.Scan(keyStore, end, func(k, v []byte) error {
		id, n := binary.Uvarint(v)
		if n != len(v) || id == 0 {
			return &FormatError{d.o.Dir, "a store's id is damaged"}
		}
		d.ids[string(k[len(keyStore):])] = id
		d.last = max(d.last, id)
		return nil
	})
}

func (d *DB) empty() (bool, error) {
	it, err := d.p.NewIter(nil)
	if err != nil {
		return false, err
	}
	empty := !it.First()
	return empty, errors.Join(it.Error(), it.Close())
}

// read returns a copy of a value.
func (d *DB) read(key []byte) ([]byte, bool, error) {
	v, c, err := d.Get(key)
	if err != nil || c == nil {
		return nil, false, err
	}
	v = slices.Clone(v)
	return v, true, c.Close()
}

// StoreID is the id of the store name, which begins its keys as a uvarint. A store that is opened for the first time gets one.
func (d *DB) StoreID(name string) (uint64, error) {
	if id, ok := d.ids[name]; ok {
		return id, nil
	}
	id := d.last + 1
	// Written at once and not with a commit: an id that is given out is right whether or not the commit comes about.
	err := d.p.Set(append(slices.Clone(keyStore), name...), binary.AppendUvarint(nil, id), pebble.NoSync)
	if err != nil {
		return 0, fmt.Errorf("state store %s: %w", name, err)
	}
	d.last, d.ids[name] = id, id
	return id, nil
}

// Get reads the value under a whole key (store id included). The value is valid until the closer is closed; the closer is nil
// when there is none.
func (d *DB) Get(key []byte) ([]byte, io.Closer, error) {
	v, c, err := d.p.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil, nil
	}
	return v, c, err
}

// Scan calls f for each entry with lo <= key < hi, in order of the keys, until f returns an error, which it returns. Key and
// value are valid until f returns. It sees the state as it was when Scan began.
func (d *DB) Scan(lo, hi []byte, f func(key, value []byte) error) error {
	it, err := d.p.NewIter(&pebble.IterOptions{LowerBound: lo, UpperBound: hi})
	if err != nil {
		return err
	}
	for ok := it.First(); ok && err == nil; ok = it.Next() {
		var v []byte
		if v, err = it.ValueAndErr(); err == nil {
			err = f(it.Key(), v)
		}
	}
	return errors.Join(err, it.Close())
}

// Iter is an iterator over the entries with lo <= key < hi, in front of the first one. It sees the state as it was when it was made.
func (d *DB) Iter(lo, hi []byte) (*Iter, error) {
	it, err := d.p.NewIter(&pebble.IterOptions{LowerBound: lo, UpperBound: hi})
	if err != nil {
		return nil, err
	}
	return &Iter{it: it}, nil
}

// Iter goes through entries. It belongs to one goroutine and is to be closed.
type Iter struct {
	it    *pebble.Iterator
	begun bool
}

// Next goes to the next entry; false at the end, or when reading failed, which Close then tells.
func (i *Iter) Next() bool {
	if !i.begun {
		i.begun = true
		return i.it.First()
	}
	return i.it.Next()
}

// Key is the entry's key, valid until the next call of Next or Close.
func (i *Iter) Key() []byte { return i.it.Key() }

// Value is the entry's value, valid until the next call of Next or Close.
func (i *Iter) Value() ([]byte, error) { return i.it.ValueAndErr() }

// Close ends the iterator, with the first error that it had.
func (i *Iter) Close() error { return i.it.Close() }

// Last is the last key of [lo, hi), nil if there is none.
func (d *DB) Last(lo, hi []byte) ([]byte, error) {
	it, err := d.p.NewIter(&pebble.IterOptions{LowerBound: lo, UpperBound: hi})
	if err != nil {
		return nil, err
	}
	var key []byte
	if it.Last() {
		key = append(key, it.Key()...)
	}
	return key, errors.Join(it.Error(), it.Close())
}

// Skip calls f with the first key of [lo, hi), then with the first one at or behind what f returned, and so on until there is
// none or f returns nil. It finds the distinct prefixes of keys without reading what lies between.
func (d *DB) Skip(lo, hi []byte, f func(key []byte) (next []byte)) error {
	it, err := d.p.NewIter(&pebble.IterOptions{LowerBound: lo, UpperBound: hi})
	if err != nil {
		return err
	}
	for ok := it.First(); ok; {
		next := f(it.Key())
		if next == nil {
			break
		}
		ok = it.SeekGE(next)
	}
	return errors.Join(it.Error(), it.Close())
}

// Position is the position of the content. It is false when the DB has none yet.
func (d *DB) Position() (Position, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.pos.Clone(), d.has
}

// Size is an estimate of the bytes the DB takes on its disk.
func (d *DB) Size() int64 { return int64(d.p.Metrics().DiskSpaceUsage()) }

// Close flushes and closes. The open batch is dropped.
func (d *DB) Close() error {
	d.Discard()
	return errors.Join(d.Flush(), d.p.Close())
}

// Abandon closes without flushing, as a crash would: what was not flushed is lost, and comes back from the changelogs.
func (d *DB) Abandon() error {
	d.Discard()
	return d.p.Close()
}

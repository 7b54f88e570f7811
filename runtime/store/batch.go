package store

import (
	"errors"
	"fmt"
	"maps"

	"github.com/cockroachdb/pebble/v2"
)

// Batch is what one commit changes. Entries and range deletes take effect in the order in which they were put in.
//
// It is put together in parts, which Apply makes one: a batch that grows is copied, again and again, and a commit may delete millions of
// entries.
type Batch struct {
	d     *DB
	parts []*pebble.Batch // the last one is being filled
	full  int             // bytes in the others
}

// Set puts an entry in. Key (store id included) and value are copied.
func (b *Batch) Set(key, value []byte) error { return b.part().Set(key, value, nil) }

// Delete deletes an entry if it is there. The key is copied.
func (b *Batch) Delete(key []byte) error { return b.part().Delete(key, nil) }

// DeleteRange deletes lo <= key < hi. Both are copied.
func (b *Batch) DeleteRange(lo, hi []byte) error { return b.part().DeleteRange(lo, hi, nil) }

// Empty reports whether nothing was put in.
func (b *Batch) Empty() bool { return len(b.parts) == 1 && b.parts[0].Empty() }

// Len is the size in bytes.
func (b *Batch) Len() int { return b.full + b.parts[len(b.parts)-1].Len() }

// Drop lets go of a batch that will not be applied.
func (b *Batch) Drop() error {
	var errs []error
	for _, p := range b.parts {
		errs = append(errs, p.Close())
	}
	return errors.Join(errs...)
}

// partBytes is how large a part becomes, and up to which size its buffer is used again: commits of one size follow each other.
const partBytes = 4 << 20

func (d *DB) newBatch() *Batch {
	return &Batch{d: d, parts: []*pebble.Batch{d.p.NewBatch(pebble.WithMaxRetainedSizeBytes(partBytes))}}
}

func (b *Batch) part() *pebble.Batch {
	p := b.parts[len(b.parts)-1]
	if n := p.Len(); n >= partBytes {
		b.full += n
		p = b.d.p.NewBatch(pebble.WithMaxRetainedSizeBytes(partBytes))
		b.parts = append(b.parts, p)
	}
	return p
}

// whole is the batch in one part.
func (b *Batch) whole() (*pebble.Batch, error) {
	if len(b.parts) == 1 {
		return b.parts[0], nil
	}
	all := b.d.p.NewBatchWithSize(b.Len())
	for i, p := range b.parts {
		if err := errors.Join(all.Apply(p, nil), p.Close()); err != nil {
			return nil, err
		}
		b.parts[i] = nil
	}
	b.parts = []*pebble.Batch{all}
	return all, nil
}

// Batch is the open batch, the one of the commit being prepared.
func (d *DB) Batch() *Batch {
	if d.open == nil {
		d.open = d.newBatch()
	}
	return d.open
}

// Detach takes the open batch away from the DB: the commit is sealed and waits for Kafka. The next Batch is a new one. Whoever
// detaches it hands it to Apply or drops it.
func (d *DB) Detach() *Batch {
	b := d.Batch()
	d.open = nil
	return b
}

// Discard drops the open batch.
func (d *DB) Discard() {
	if d.open != nil {
		_ = d.open.Drop() // closing a batch that was never committed only gives its memory back
		d.open = nil
	}
}

// Apply makes a detached batch part of the DB, together with the position it leads to, all or nothing. Batches are applied in
// the order in which they were detached. After an error the DB must be closed and opened again.
//
// A changelog that pos doesn't name keeps the end offset it had: a store that was taken out of the topology stays where it was,
// and if it is put back it goes on from there.
func (d *DB) Apply(b *Batch, pos Position) error {
	have, _ := d.Position()
	ends := have.Changelogs
	if ends == nil {
		ends = map[string]int64{}
	}
	maps.Copy(ends, pos.Changelogs)
	pos.Inputs, pos.Changelogs = maps.Clone(pos.Inputs), ends
	all, err := b.whole()
	if err != nil {
		return err
	}
	if err := all.Set(keyPosition, pos.Append(nil), nil); err != nil {
		return err
	}
	n := int64(all.Len())
	if err := d.p.Apply(all, pebble.NoSync); err != nil {
		return fmt.Errorf("state directory %s: %w", d.o.Dir, err)
	}
	d.mu.Lock()
	d.pos, d.has = pos, true
	d.fresh += n
	flush := d.o.FlushEvery > 0 && d.fresh >= d.o.FlushEvery
	d.mu.Unlock()
	if err := all.Close(); err != nil {
		return err
	}
	if flush {
		return d.AsyncFlush()
	}
	return nil
}

// AsyncFlush starts to write out what was applied since the last flush, and doesn't wait. An engine calls it now and then so
// that a quiet task has no old tail to replay either. It does nothing when nothing was applied.
func (d *DB) AsyncFlush() error {
	d.mu.Lock()
	n := d.fresh
	d.fresh = 0
	d.mu.Unlock()
	if n == 0 {
		return nil
	}
	_, err := d.p.AsyncFlush()
	return err
}

// Flush writes everything out and waits.
func (d *DB) Flush() error {
	d.mu.Lock()
	d.fresh = 0
	d.mu.Unlock()
	return d.p.Flush()
}

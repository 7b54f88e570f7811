package store

import (
	"fmt"
	"maps"

	"github.com/cockroachdb/pebble/v2"
)

// Batch is what one commit changes. Entries and range deletes take effect in the order in which they were put in.
type Batch struct{ p *pebble.Batch }

// Set puts an entry in. Key (store id included) and value are copied.
func (b *Batch) Set(key, value []byte) error { return b.p.Set(key, value, nil) }

// Delete deletes an entry if it is there. The key is copied.
func (b *Batch) Delete(key []byte) error { return b.p.Delete(key, nil) }

// DeleteRange deletes lo <= key < hi. Both are copied.
func (b *Batch) DeleteRange(lo, hi []byte) error { return b.p.DeleteRange(lo, hi, nil) }

// Empty reports whether nothing was put in.
func (b *Batch) Empty() bool { return b.p.Empty() }

// Len is the size in bytes.
func (b *Batch) Len() int { return b.p.Len() }

// Drop lets go of a batch that will not be applied.
func (b *Batch) Drop() error { return b.p.Close() }

// keptBatch is up to which size a batch's buffer is used again: commits of one size follow each other.
const keptBatch = 4 << 20

// Batch is the open batch, the one of the commit being prepared.
func (d *DB) Batch() *Batch {
	if d.open == nil {
		d.open = &Batch{d.p.NewBatch(pebble.WithMaxRetainedSizeBytes(keptBatch))}
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
	if err := b.p.Set(keyPosition, pos.Append(nil), nil); err != nil {
		return err
	}
	n := int64(b.Len())
	if err := d.p.Apply(b.p, pebble.NoSync); err != nil {
		return fmt.Errorf("state directory %s: %w", d.o.Dir, err)
	}
	d.mu.Lock()
	d.pos, d.has = pos, true
	d.fresh += n
	flush := d.o.FlushEvery > 0 && d.fresh >= d.o.FlushEvery
	d.mu.Unlock()
	if err := b.p.Close(); err != nil {
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

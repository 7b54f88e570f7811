package store

import "encoding/binary"

// redoBytes is how much of a changelog is applied at once.
const redoBytes = 1 << 20

// Missing is what the DB lacks to stand at target, see [Position.Missing]. On [position.ErrAhead] close the DB, move it aside
// and build a new one.
func (d *DB) Missing(target Position) (map[string]int64, error) {
	pos, _ := d.Position()
	return pos.Missing(target)
}

// ApplyChangelog replays one record of a store's changelog; next is the offset behind it. A null value deletes. The records of
// one changelog come in order, and those below the offset from Missing change nothing that is not replayed again anyway. The
// DB's position tells how far the replay got, so that one that was cut short goes on from there.
//
// Call FinishRestore at the end: until then the DB is between two commits.
func (d *DB) ApplyChangelog(store string, key, value []byte, next int64) error {
	id, err := d.StoreID(store)
	if err != nil {
		return err
	}
	if d.redo == nil {
		d.redo = d.newBatch()
	}
	k := append(binary.AppendUvarint(make([]byte, 0, len(key)+2), id), key...)
	if value == nil {
		err = d.redo.Delete(k)
	} else {
		err = d.redo.Set(k, value)
	}
	if err != nil {
		return err
	}
	d.mu.Lock()
	if d.pos.Changelogs == nil {
		d.pos.Changelogs = map[string]int64{}
	}
	d.pos.Changelogs[store] = max(d.pos.Changelogs[store], next)
	d.mu.Unlock()
	if d.redo.Len() >= redoBytes {
		return d.applyRedo()
	}
	return nil
}

func (d *DB) applyRedo() error {
	b := d.redo
	d.redo = nil
	if b == nil {
		return nil
	}
	pos, _ := d.Position()
	return d.Apply(b, pos)
}

// FinishRestore ends a replay: what the open batch holds is applied too, and the DB stands at target from now on.
func (d *DB) FinishRestore(target Position) error {
	if err := d.applyRedo(); err != nil {
		return err
	}
	return d.Apply(d.Detach(), target)
}

package feed

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Merge reads several inputs of a source as one, in order of event time: next comes the record with the lowest one among the first ones that are
// left of each, of one time that of the input which is named first. An input keeps its own order. A record that has no event time comes right
// behind the one before it.
//
// Inputs that come one after the other in time are open one after the other.
type Merge struct {
	time    func(*kgo.Record) (int64, error)
	waiting []*part // with the times of their first records, sorted; to be opened
	open    []*part // with a record each, sorted
	taken   bool    // the first one's record was returned
	read    int64   // bytes of inputs that are used up
}

// Part is an input of a Merge.
type Part struct {
	Open func() (*Input, error) // may be called twice
	Once bool                   // it may not: what can be read once is open all the time
}

// mostOpen is how many inputs are open at a time: each has its buffers.
const mostOpen = 500

type part struct {
	Part
	order int
	in    *Input
	rec   *kgo.Record
	at    int64 // the event time of rec, or if it has none, of one before it
}

// NewMerge looks at the first records of the parts. time tells the event time of a record, in Unix milliseconds.
func NewMerge(parts []Part, time func(*kgo.Record) (int64, error)) (*Merge, error) {
	m := &Merge{time: time}
	for i, x := range parts {
		p := &part{Part: x, order: i, at: math.MinInt64}
		find := m.look
		if x.Once {
			find = m.begin
		}
		if err := find(p); err != nil {
			return nil, errors.Join(err, m.Close())
		}
	}
	return m, nil
}

// look finds out when a part begins. A line of it that can't be understood is told of when it is fed.
func (m *Merge) look(p *part) (err error) {
	if p.in, err = p.Open(); err != nil {
		return err
	}
	p.in.Warn = nil
	if err = m.advance(p); err == nil {
		m.waiting = insert(m.waiting, p)
	} else if err == io.EOF {
		m.read += p.in.file.read.Load()
		err = nil
	}
	in := p.in
	p.in, p.rec = nil, nil
	return errors.Join(err, in.Close())
}

// begin opens a part and takes its first record in.
func (m *Merge) begin(p *part) (err error) {
	if len(m.open) == mostOpen {
		return fmt.Errorf("more than %d input files cover the same time, and would have to be read together: join some of them", mostOpen)
	}
	if p.in, err = p.Open(); err != nil {
		return err
	}
	return m.goOn(p)
}

// goOn takes the next record of an open part in, or closes it.
func (m *Merge) goOn(p *part) error {
	err := m.advance(p)
	if err == nil {
		m.open = insert(m.open, p)
		return nil
	}
	m.read += p.in.file.read.Load()
	if err == io.EOF {
		err = nil
	}
	return errors.Join(err, p.in.Close())
}

func (m *Merge) advance(p *part) (err error) {
	if p.rec, err = p.in.Next(); err != nil {
		return err
	}
	if at, err := m.time(p.rec); err == nil {
		p.at = at
	}
	return nil
}

// Next returns the next record, without topic and partition, or io.EOF. The record is the caller's.
func (m *Merge) Next() (*kgo.Record, error) {
	if m.taken {
		p := m.open[0]
		m.open, m.taken = slices.Delete(m.open, 0, 1), false
		if err := m.goOn(p); err != nil {
			return nil, err
		}
	}
	for len(m.waiting) > 0 && (len(m.open) == 0 || before(m.waiting[0], m.open[0]) < 0) {
		p := m.waiting[0]
		m.waiting = m.waiting[1:]
		if err := m.begin(p); err != nil {
			return nil, err
		}
	}
	if len(m.open) == 0 {
		return nil, io.EOF
	}
	m.taken = true
	return m.open[0].rec, nil
}

// Progress says how many bytes of the files were read.
func (m *Merge) Progress() int64 {
	n := m.read
	for _, p := range m.open {
		n += p.in.file.read.Load()
	}
	return n
}

// Close closes what is open.
func (m *Merge) Close() error {
	var errs []error
	for _, p := range m.open {
		errs = append(errs, p.in.Close())
	}
	m.open, m.waiting, m.taken = nil, nil, false
	return errors.Join(errs...)
}

// before is the order in which the records of parts come.
func before(p, q *part) int {
	switch {
	case p.at < q.at || p.at == q.at && p.order < q.order:
		return -1
	}
	return 1
}

func insert(sorted []*part, p *part) []*part {
	at, _ := slices.BinarySearchFunc(sorted, p, before)
	return slices.Insert(sorted, at, p)
}

package run

import (
	"context"
	"errors"
	"io"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/feed"
	"github.com/weirstream/weir/spec/check"
)

// feed writes the inputs to their sources' topics. In a bounded run the inputs of one source are read together, in order of event time, so that what
// comes out does not depend on how records are spread over files; else one is read after the other, as each may go on for ever.
func (r *runner) feed(ctx context.Context, cl *clients) (total int64, err error) {
	bar := r.feedBar()
	defer bar.finish()
	var bytes int64 // of the inputs before
	for _, group := range r.together() {
		n, err := cl.partitions(ctx, group[0].src.Topic)
		if err != nil {
			return total, err
		}
		in, err := r.records(group)
		if err != nil {
			return total, err
		}
		fed, err := feed.Produce(ctx, cl.producer, in, group[0].src.Topic, n, func(records int64) {
			bar.set(bytes+in.Progress(), total+records)
		})
		total += fed
		bytes += in.Progress()
		if err := errors.Join(err, in.Close()); err != nil {
			return total, err
		}
	}
	return total, nil
}

// together are the inputs that are read as one, in the order in which they were named first.
func (r *runner) together() (groups [][]*input) {
	at := map[*check.Source]int{}
	for _, in := range r.inputs {
		if i, ok := at[in.src]; ok && r.until.Bounded() {
			groups[i] = append(groups[i], in)
			continue
		}
		at[in.src] = len(groups)
		groups = append(groups, []*input{in})
	}
	return groups
}

// records is an input, or several of them read as one.
type records interface {
	feed.Records
	Progress() int64 // bytes of files
	io.Closer
}

// records opens inputs.
func (r *runner) records(group []*input) (records, error) {
	if len(group) == 1 {
		return single{group[0]}, group[0].open(r.ui)
	}
	times, err := eventTimes(r.res.Program, group[0].src)
	if err != nil {
		return nil, err
	}
	var parts []feed.Part
	for _, f := range group {
		parts = append(parts, feed.Part{Once: f.in != nil, Open: func() (*feed.Input, error) {
			if err := f.open(r.ui); err != nil {
				return nil, err
			}
			in := f.in
			f.in = nil // it is closed by who reads it
			return in, nil
		}})
	}
	return feed.NewMerge(parts, times)
}

// single is one input.
type single struct{ *input }

func (s single) Next() (*kgo.Record, error) { return s.in.Next() }
func (s single) Close() error               { return s.close() }

func (s single) Progress() int64 {
	if s.in == nil {
		return s.size
	}
	read, _ := s.in.Progress()
	return read
}

// Package feed turns files into the records of a source: CSV with or without a header, JSON lines, JSON lines in envelopes;
// plain, gzip or zstd; from a path or from standard input.
//
// A record's value is what the source's format says: a line of a JSON file goes into a JSON topic byte for byte, a row of a
// CSV file into a CSV topic with its cells as they stand (quotes included), in the order of the source's columns. A file of
// the other format is converted, typed by the spec. The key is the value of the source's key field in text form, or null.
//
// A line that can't be understood is fed as it is where its bytes can be the record (what is to become of it is for the
// source's on_error to say), and reported with file and line; where it can't, reading stops there.
package feed

import (
	"fmt"
	"io"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/spec/check"
)

// Format is how a file is written.
type Format string

// The formats of a file. Auto takes the file's ending (.csv, .tsv, .json, .jsonl, .ndjson, each also with .gz or .zst), else
// the format of the source.
const (
	Auto     Format = "auto"
	CSV      Format = "csv"
	JSON     Format = "json"
	Envelope Format = "envelope"
)

// ParseFormat reads a format's name.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case Auto, CSV, JSON, Envelope:
		return f, nil
	}
	return "", fmt.Errorf("%q is not a format of an input file; there are auto, csv, json and envelope", s)
}

// Input is an open file, about to become records of a source.
type Input struct {
	// Warn is called with a message for a line that is fed although it can't be understood; nil: nobody is told.
	Warn func(string)

	name string
	src  *check.Source
	file *file
	rows rows
}

// rows yields the records of one file format.
type rows interface {
	// next returns a record with Key, Value, and for envelopes Timestamp and Headers; io.EOF behind the last one.
	next() (*kgo.Record, error)
}

// Open opens a file for a source. Path "-" is standard input, read from stdin.
func Open(path string, stdin io.Reader, src *check.Source, format Format) (*Input, error) {
	f, err := open(path, stdin)
	if err != nil {
		return nil, err
	}
	in := &Input{name: f.name, src: src, file: f}
	switch format.of(path, src) {
	case CSV:
		in.rows, err = newCSVRows(in, strings.HasSuffix(bare(path), ".tsv"))
	case Envelope:
		in.rows = &envelopeRows{in: in}
	default:
		in.rows = &jsonRows{in: in}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return in, nil
}

// bare is a path without the ending of its compression.
func bare(path string) string {
	path = strings.ToLower(path)
	return strings.TrimSuffix(strings.TrimSuffix(path, ".gz"), ".zst")
}

func (f Format) of(path string, src *check.Source) Format {
	if f != Auto && f != "" {
		return f
	}
	switch p := bare(path); {
	case strings.HasSuffix(p, ".csv"), strings.HasSuffix(p, ".tsv"):
		return CSV
	case strings.HasSuffix(p, ".json"), strings.HasSuffix(p, ".jsonl"), strings.HasSuffix(p, ".ndjson"):
		return JSON
	}
	if src.Format == check.CSV {
		return CSV
	}
	return JSON
}

// Next returns the next record, without topic and partition, or io.EOF. The record is the caller's.
func (in *Input) Next() (*kgo.Record, error) { return in.rows.next() }

// Progress says how many bytes of the file were read, and how many it has; total is 0 when that is not known.
func (in *Input) Progress() (read, total int64) { return in.file.read.Load(), in.file.size }

// Source is the source that is fed.
func (in *Input) Source() *check.Source { return in.src }

// Name is the file's name for messages.
func (in *Input) Name() string { return in.name }

// Close closes the file.
func (in *Input) Close() error { return in.file.Close() }

func (in *Input) warn(line int, format string, args ...any) {
	if in.Warn != nil {
		in.Warn(in.errorf(line, format, args...).Error())
	}
}

func (in *Input) errorf(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", in.name, line, fmt.Errorf(format, args...))
}

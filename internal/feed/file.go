package feed

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const readBuffer = 256 << 10

// longestLine is what no record comes near to: what is longer is no text, and would fill the memory.
var longestLine = 64 << 20

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
	bom       = []byte{0xef, 0xbb, 0xbf}
)

// file is an open input, decompressed by what its first bytes say (its name may lie, standard input has none).
type file struct {
	name  string
	text  *bufio.Reader
	size  int64        // compressed; 0 when unknown
	read  atomic.Int64 // compressed
	close []func() error
	line  int // of the line last read, from 1
}

func open(path string, stdin io.Reader) (*file, error) {
	f := &file{name: path}
	raw := stdin
	if path == "-" {
		f.name = "<stdin>"
	} else {
		osf, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		f.close = append(f.close, osf.Close)
		if st, err := osf.Stat(); err == nil && st.Mode().IsRegular() {
			f.size = st.Size()
		} else if err == nil && st.IsDir() {
			osf.Close()
			return nil, fmt.Errorf("%s is a directory", path)
		}
		raw = osf
	}
	if err := f.decompress(bufio.NewReaderSize(&counter{raw, &f.read}, readBuffer)); err != nil {
		f.Close()
		return nil, err
	}
	// Spreadsheets put a byte order mark in front of the header.
	if head, _ := f.text.Peek(len(bom)); bytes.Equal(head, bom) {
		_, _ = f.text.Discard(len(bom))
	}
	return f, nil
}

func (f *file) decompress(raw *bufio.Reader) error {
	head, _ := raw.Peek(len(zstdMagic)) // a shorter input is no archive; a failing one fails again when it is read
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		z, err := gzip.NewReader(raw)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		f.text, f.close = bufio.NewReaderSize(z, readBuffer), append(f.close, z.Close)
	case bytes.Equal(head, zstdMagic):
		z, err := zstd.NewReader(raw)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		f.text, f.close = bufio.NewReaderSize(z, readBuffer), append(f.close, func() error { z.Close(); return nil })
	default:
		f.text = raw
	}
	return nil
}

// Close closes the file and what decompresses it, the innermost first.
func (f *file) Close() error {
	var errs []error
	for i := len(f.close) - 1; i >= 0; i-- {
		errs = append(errs, f.close[i]())
	}
	f.close = nil
	return errors.Join(errs...)
}

// readLine returns the next line with its line end, in memory of its own; io.EOF behind the last.
func (f *file) readLine() ([]byte, error) {
	var line []byte
	part, err := f.text.ReadSlice('\n')
	for line = append(line, part...); err == bufio.ErrBufferFull; line = append(line, part...) {
		if len(line) > longestLine {
			return nil, fmt.Errorf("%s:%d: the line is longer than %d bytes", f.name, f.line+1, longestLine)
		}
		part, err = f.text.ReadSlice('\n')
	}
	if len(line) == 0 && err == io.EOF {
		return nil, io.EOF
	}
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s:%d: %w", f.name, f.line+1, err)
	}
	f.line++
	return line, nil
}

// chomp removes the line end.
func chomp(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}

type counter struct {
	r io.Reader
	n *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

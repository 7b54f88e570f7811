package store

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options say where a DB is and what it may use.
type Options struct {
	// Dir is the DB's directory, made when missing. With Memory it is only a name.
	Dir string
	// Memory keeps everything in memory: nothing is left after Close.
	Memory bool
	// FS is the file system to use instead of the operating system's or, with Memory, a fresh one. For tests.
	FS vfs.FS
	// Cache is the block cache, best shared by all DBs of a process; see [NewCache]. nil: 8 MiB of its own.
	Cache *Cache
	// MemTable is the most bytes that collect before Pebble writes a table; 0: 2 MiB. Up to four may wait to be written.
	MemTable int64
	// FlushEvery starts a flush when that many bytes were applied since the last one, so that little is replayed after a
	// crash; 0: only when a memtable is full, or by AsyncFlush.
	FlushEvery int64
	// Log gets what Pebble reports as errors; nil: slog.Default().
	Log *slog.Logger
}

// Cache is a block cache.
type Cache = pebble.Cache

// NewCache makes a block cache of size bytes. Its memory is freed when it and every DB that uses it were let go (Unref, Close).
func NewCache(size int64) *Cache { return pebble.NewCache(size) }

const defaultMemTable = 2 << 20

func (o *Options) pebble() *pebble.Options {
	p := &pebble.Options{
		FS:                          o.FS,
		Cache:                       o.Cache,
		DisableWAL:                  true,
		FormatMajorVersion:          pebble.FormatColumnarBlocks,
		MemTableSize:                uint64(o.MemTable),
		MemTableStopWritesThreshold: 4,
		// A commit is applied behind the hot path. Waiting for compactions there would gain nothing, reads are few.
		L0CompactionThreshold: 4,
		L0StopWritesThreshold: 1000,
		MaxOpenFiles:          256,
		Logger:                &logger{o.Log, o.Dir},
	}
	if p.MemTableSize == 0 {
		p.MemTableSize = defaultMemTable
	}
	if p.FS == nil {
		p.FS = vfs.Default
		if o.Memory {
			p.FS = vfs.NewMem()
		}
	}
	for i := range p.Levels {
		p.Levels[i].Compression = func() *sstable.CompressionProfile { return sstable.SnappyCompression }
	}
	return p
}

// logger passes on errors only: Pebble reports each flush and compaction as information.
type logger struct {
	log *slog.Logger
	dir string
}

func (l *logger) Infof(string, ...any) {}

func (l *logger) Errorf(format string, args ...any) {
	l.logger().Error("state store", "dir", l.dir, "error", fmt.Sprintf(format, args...))
}

// Fatalf is what Pebble calls when it cannot go on, for instance because the disk is full. It must not return.
func (l *logger) Fatalf(format string, args ...any) {
	l.Errorf(format, args...)
	panic(fmt.Sprintf("state store %s: %s", l.dir, fmt.Sprintf(format, args...)))
}

func (l *logger) logger() *slog.Logger {
	if l.log == nil {
		return slog.Default()
	}
	return l.log
}

// MoveAside renames a store's directory so that a new one can be built in its place, and returns the new name. A directory
// that isn't there is no error, and the name is empty then.
func MoveAside(dir string) (string, error) {
	if _, err := os.Lstat(dir); os.IsNotExist(err) {
		return "", nil
	}
	base := dir + ".stale-" + time.Now().UTC().Format("20060102T150405")
	for i := 0; ; i++ {
		to := base
		if i > 0 {
			to = fmt.Sprintf("%s-%d", base, i)
		}
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		if err := os.Rename(dir, to); err != nil {
			return "", fmt.Errorf("move state directory aside: %w", err)
		}
		return to, nil
	}
}

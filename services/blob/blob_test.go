package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"
)

func open(t *testing.T, options ...Option) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "blobs"), options...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func put(t *testing.T, s *Store, b []byte) string {
	t.Helper()
	digest, _, err := s.Put(t.Context(), bytes.NewReader(b), digestOf(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

// tempFiles lists what lies in the folder for unfinished blobs.
func tempFiles(t *testing.T, s *Store) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, tempFolder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPutThenRead(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 50_000) // 800 KB: several reads
	for name, content := range map[string][]byte{"empty": {}, "one byte": {7}, "big": big} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			digest, size, err := s.Put(t.Context(), iotest.OneByteReader(bytes.NewReader(content[:min(len(content), 2000)])), "", anySize)
			if err != nil || size != int64(min(len(content), 2000)) || digest != digestOf(content[:size]) {
				t.Fatalf("Put of unknown bytes = %s, %d, %v", digest, size, err)
			}
			digest = put(t, s, content)
			r, err := s.Open(t.Context(), digest)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = r.Close() }()
			if err := iotest.TestReader(r, content); err != nil {
				t.Fatal(err)
			}
			if err := s.Verify(t.Context(), digest); err != nil {
				t.Fatal(err)
			}
			if left := tempFiles(t, s); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestModes(t *testing.T) {
	s := open(t)
	path, err := s.Path(put(t, s, []byte("scan")))
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string]os.FileMode{path: 0o440, filepath.Dir(path): 0o750, s.dir: 0o750} {
		st, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if got := st.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", p, got, want)
		}
	}
}

func TestPutRefuses(t *testing.T) {
	content := []byte("a page of typescript")
	broken := errors.New("line dropped")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	tests := map[string]struct {
		ctx    context.Context
		r      io.Reader
		digest string
		size   int64
		want   error
	}{
		"other digest":        {r: bytes.NewReader(content), digest: digestOf([]byte("x")), size: int64(len(content)), want: ErrDigestMismatch},
		"too few":             {r: bytes.NewReader(content), digest: digestOf(content), size: 21, want: ErrSizeMismatch},
		"too many":            {r: bytes.NewReader(content), digest: digestOf(content), size: 19, want: ErrSizeMismatch},
		"announced too large": {r: bytes.NewReader(content), size: 101, want: ErrTooLarge},
		"found too large":     {r: strings.NewReader(strings.Repeat("x", 101)), size: anySize, want: ErrTooLarge},
		"broken off":          {r: io.MultiReader(bytes.NewReader(content[:5]), iotest.ErrReader(broken)), digest: digestOf(content), size: 20, want: broken},
		"disk full":           {r: io.MultiReader(bytes.NewReader(content[:5]), iotest.ErrReader(syscall.ENOSPC)), size: anySize, want: syscall.ENOSPC},
		"cancelled":           {ctx: cancelled, r: bytes.NewReader(content), size: anySize, want: context.Canceled},
		"upper case":          {r: bytes.NewReader(content), digest: strings.ToUpper(digestOf(content)), size: 20, want: ErrBadDigest},
		"path for a digest":   {r: bytes.NewReader(content), digest: "../../etc/passwd", size: 20, want: ErrBadDigest},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t, MaxSize(100))
			ctx := c.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			if _, _, err := s.Put(ctx, c.r, c.digest, c.size); !errors.Is(err, c.want) {
				t.Fatalf("Put = %v, want %v", err, c.want)
			}
			if left := tempFiles(t, s); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if err := s.Each(t.Context(), func(i Info) error { t.Errorf("stored: %+v", i); return nil }); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestDiskFull writes to a real full disk where the machine has one to offer.
func TestDiskFull(t *testing.T) {
	s := open(t)
	temp := filepath.Join(s.dir, tempFolder)
	if err := syscall.Mount("tmpfs", temp, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("no small tmpfs here: %v", err)
	}
	defer func() { _ = syscall.Unmount(temp, 0) }()
	content := make([]byte, 1<<20)
	if _, _, err := s.Put(t.Context(), bytes.NewReader(content), digestOf(content), 1<<20); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("Put = %v, want ENOSPC", err)
	}
	if left := tempFiles(t, s); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestPutAgain(t *testing.T) {
	s := open(t)
	content := []byte("telegram 4117")
	digest := put(t, s, content)
	path, _ := s.Path(digest)
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(path, long, long); err != nil {
		t.Fatal(err)
	}
	put(t, s, content)
	after, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) {
		t.Error("the blob was written again")
	}
	if time.Since(after.ModTime()) > time.Hour {
		t.Error("its time was not renewed: a prune would take it")
	}
	// The bytes are compared even when the blob is there.
	if _, _, err := s.Put(t.Context(), strings.NewReader("telegram 4118"), digest, 13); !errors.Is(err, ErrDigestMismatch) {
		t.Errorf("Put of other bytes = %v, want ErrDigestMismatch", err)
	}
	// One of the wrong size is damaged and is replaced.
	if err := errors.Join(os.Chmod(path, 0o640), os.Truncate(path, 4)); err != nil {
		t.Fatal(err)
	}
	put(t, s, content)
	if err := s.Verify(t.Context(), digest); err != nil {
		t.Errorf("after putting a truncated blob again: %v", err)
	}
}

// TestPutMendsADamagedBlob damages a blob without changing its size, and puts it
// again with and without the digest told beforehand.
func TestPutMendsADamagedBlob(t *testing.T) {
	s := open(t)
	content := []byte("telegram 4117")
	digest := put(t, s, content)
	path, err := s.Path(digest)
	if err != nil {
		t.Fatal(err)
	}
	for told, size := range map[string]int64{digest: int64(len(content)), "": anySize} {
		if err := errors.Join(os.Chmod(path, 0o640), os.WriteFile(path, []byte("telegram 4118"), 0o640)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Put(t.Context(), bytes.NewReader(content), told, size); err != nil {
			t.Fatal(err)
		}
		if err := s.Verify(t.Context(), digest); err != nil {
			t.Errorf("put again as %q: %v", told, err)
		}
		if left := tempFiles(t, s); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func TestConcurrentPuts(t *testing.T) {
	s := open(t)
	content := bytes.Repeat([]byte("same"), 100_000)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			digest, size := digestOf(content), int64(len(content))
			if i%2 == 0 {
				digest, size = "", anySize
			}
			if _, _, err := s.Put(t.Context(), bytes.NewReader(content), digest, size); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := s.Verify(t.Context(), digestOf(content)); err != nil {
		t.Error(err)
	}
	if left := tempFiles(t, s); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// gate lets a test act in the middle of a Put, once it has read everything.
type gate struct {
	r      io.Reader
	at     func()
	passed bool
}

func (g *gate) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if err == io.EOF && !g.passed {
		g.passed = true
		g.at()
	}
	return n, err
}

func TestRemoveBesidePut(t *testing.T) {
	s := open(t)
	content := []byte("a blob that nothing refers to yet")
	digest := put(t, s, content)
	// Decided before the second Put, carried out after it: the blob has to stay.
	decided := time.Now()
	time.Sleep(2 * time.Millisecond) // longer than the clock of file times ticks
	put(t, s, content)
	if removed, err := s.Remove(t.Context(), digest, decided); removed || err != nil {
		t.Fatalf("Remove after a Put = %v, %v", removed, err)
	}
	// Carried out while a Put of the same bytes runs: the Put must not succeed without its blob.
	r := &gate{r: bytes.NewReader(content), at: func() {
		if removed, err := s.Remove(t.Context(), digest, time.Now().Add(time.Hour)); !removed || err != nil {
			t.Errorf("Remove = %v, %v", removed, err)
		}
	}}
	_, _, err := s.Put(t.Context(), r, digest, int64(len(content)))
	if !errors.Is(err, ErrNotFound) {
		t.Fatalf("Put whose blob was removed meanwhile = %v, want ErrNotFound", err)
	}
	put(t, s, content)
	if _, err := s.Stat(t.Context(), digest); err != nil {
		t.Error(err)
	}
	if removed, err := s.Remove(t.Context(), digestOf(nil), time.Now()); removed || err != nil {
		t.Errorf("Remove of a blob that is not there = %v, %v", removed, err)
	}
}

func TestFlippedByte(t *testing.T) {
	s := open(t)
	content := bytes.Repeat([]byte("typescript "), 100_000)
	digest := put(t, s, content)
	path, _ := s.Path(digest)
	for name, damage := range map[string]func([]byte) []byte{
		"first byte": func(b []byte) []byte { b[0] ^= 1; return b },
		"last byte":  func(b []byte) []byte { b[len(b)-1] ^= 0x80; return b },
		"truncated":  func(b []byte) []byte { return b[:len(b)-1] },
		"emptied":    func([]byte) []byte { return nil },
		"longer":     func(b []byte) []byte { return append(b, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.Chmod(path, 0o640); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, damage(bytes.Clone(content)), 0o440); err != nil {
				t.Fatal(err)
			}
			if err := s.Verify(t.Context(), digest); !errors.Is(err, ErrCorrupt) {
				t.Errorf("Verify = %v, want ErrCorrupt", err)
			}
			r, err := s.Open(t.Context(), digest)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = r.Close() }()
			if _, err := io.ReadAll(r); !errors.Is(err, ErrCorrupt) {
				t.Errorf("ReadAll = %v, want ErrCorrupt", err)
			}
		})
	}
}

func TestCrashLeftovers(t *testing.T) {
	s := open(t)
	old, young := filepath.Join(s.dir, tempFolder, "put-old"), filepath.Join(s.dir, tempFolder, "put-young")
	for _, p := range []string{old, young} {
		if err := os.WriteFile(p, []byte("half a sc"), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	hours := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, hours, hours); err != nil {
		t.Fatal(err)
	}
	s, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.CleanTemp(t.Context(), 24*time.Hour); n != 1 || err != nil {
		t.Fatalf("CleanTemp = %d, %v; want 1", n, err)
	}
	if left := tempFiles(t, s); len(left) != 1 || left[0] != young {
		t.Errorf("left: %v, want the young one", left)
	}
}

func TestEach(t *testing.T) {
	s := open(t)
	want := map[string]bool{}
	for _, c := range []string{"a", "b", "c", "d"} {
		want[put(t, s, []byte(c))] = true
	}
	stray := filepath.Join(s.dir, "ab", "notes.txt")
	misplaced := filepath.Join(s.dir, "00", strings.Repeat("f", 64))
	for _, p := range []string{stray, misplaced} {
		if err := os.MkdirAll(filepath.Dir(p), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte("?"), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	var foreign []string
	last := ""
	err := s.Each(t.Context(), func(i Info) error {
		if i.Digest == "" {
			foreign = append(foreign, i.Path)
			return nil
		}
		if !want[i.Digest] || i.Digest < last || i.Size != 1 {
			t.Errorf("unexpected or out of order: %+v", i)
		}
		last = i.Digest
		delete(want, i.Digest)
		return nil
	})
	if err != nil || len(want) > 0 {
		t.Errorf("Each = %v, not seen: %v", err, want)
	}
	if len(foreign) != 2 || foreign[0] != misplaced || foreign[1] != stray {
		t.Errorf("foreign files: %v", foreign)
	}
	stop := errors.New("enough")
	if err := s.Each(t.Context(), func(Info) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Each = %v, want what fn returned", err)
	}
}

func TestNotFound(t *testing.T) {
	s := open(t)
	nobody := digestOf([]byte("nobody"))
	_, err := s.Open(t.Context(), nobody)
	_, statErr := s.Stat(t.Context(), nobody)
	for name, err := range map[string]error{"Open": err, "Stat": statErr, "Verify": s.Verify(t.Context(), nobody)} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s = %v, want ErrNotFound", name, err)
		}
	}
	// A link out of the store is not read.
	path, _ := s.Path(nobody)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.Symlink("/etc/hostname", path)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), nobody); err == nil {
		t.Error("Open followed a symlink")
	}
	if _, err := s.Stat(t.Context(), nobody); !errors.Is(err, ErrCorrupt) {
		t.Errorf("Stat of a symlink = %v, want ErrCorrupt", err)
	}
}

func FuzzPath(f *testing.F) {
	f.Add(digestOf(nil))
	f.Add("../../../../../../../../../../../../../../../../../../etc/passwd")
	f.Add(strings.Repeat("g", 64))
	f.Fuzz(func(t *testing.T, digest string) {
		s := &Store{dir: "/store"}
		path, err := s.Path(digest)
		if err == nil && (filepath.Clean(path) != path || filepath.Dir(filepath.Dir(path)) != "/store" || filepath.Base(path) != digest) {
			t.Errorf("Path(%q) = %q", digest, path)
		}
	})
}

func BenchmarkPut(b *testing.B) {
	s, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	content := make([]byte, 64<<10)
	b.SetBytes(int64(len(content)))
	for i := 0; b.Loop(); i++ {
		content[0], content[1], content[2] = byte(i), byte(i>>8), byte(i>>16)
		if _, _, err := s.Put(b.Context(), bytes.NewReader(content), "", anySize); err != nil {
			b.Fatal(err)
		}
	}
}

package decode_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/decode"
	"github.com/fonds-archive/fonds/workers/decode/decodetest"
)

func TestLimits(t *testing.T) {
	colour := decodetest.PNGHeader(1000, 800, 8, 2)
	for _, c := range []struct {
		name   string
		limits decode.Limits
		says   string // empty for a page that passes
	}{
		{"defaults", decode.Limits{}, ""},
		{"bytes", decode.Limits{MaxBytes: int64(len(colour)) - 1}, "bytes; the limit is"},
		{"bytes, exact", decode.Limits{MaxBytes: int64(len(colour))}, ""},
		{"side", decode.Limits{MaxSide: 999}, "the limit is 999 on a side"},
		{"side, exact", decode.Limits{MaxSide: 1000}, ""},
		{"pixels", decode.Limits{MaxPixels: 799_999}, "800000 in all; the limit is 799999"},
		{"pixels, exact", decode.Limits{MaxPixels: 800_000}, ""},
		{"memory", decode.Limits{MaxDecoded: 800_000*7 - 1}, "MiB to decode"},
		{"memory, exact", decode.Limits{MaxDecoded: 800_000 * 7}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, "scan", colour)
			_, _, err := decode.Image(context.Background(), path, 1, t.TempDir(), c.limits)
			if c.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantRefusal(t, err, decodetest.TooLarge, c.says)
		})
	}
}

func wantRefusal(t *testing.T, err error, outcome fondsv1.Outcome, says string) {
	t.Helper()
	var r *decode.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("error is %v, want a Refusal", err)
	}
	if r.Outcome != outcome || !strings.Contains(r.Reason, says) {
		t.Errorf("refused with %v: %q; want %v and %q", r.Outcome, r.Reason, outcome, says)
	}
}

func TestSurroundingsAreNotTheScan(t *testing.T) {
	dir := t.TempDir()
	for name, path := range map[string]string{
		"missing":   filepath.Join(dir, "missing"),
		"directory": dir,
		"device":    "/dev/zero",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decode.Probe(context.Background(), path, decode.Limits{})
			var r *decode.Refusal
			if err == nil || errors.As(err, &r) {
				t.Errorf("error is %v, want a fault of the surroundings", err)
			}
			if name == "missing" && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("error is %v, want fs.ErrNotExist", err)
			}
		})
	}
}

func TestImageOfNoSuchPage(t *testing.T) {
	path := write(t, "scan", decodetest.PNG(8, 8))
	for _, n := range []int{-1, 0, 2} {
		_, release, err := decode.Image(context.Background(), path, n, t.TempDir(), decode.Limits{})
		release()
		wantRefusal(t, err, decodetest.Corrupt, "it declares 1")
	}
}

func TestImageOfRefusedPage(t *testing.T) {
	path := write(t, "scan", decodetest.PNGHeader(100_000, 100_000, 1, 0))
	_, release, err := decode.Image(context.Background(), path, 1, t.TempDir(), decode.Limits{})
	release()
	wantRefusal(t, err, decodetest.TooLarge, "100000 × 100000 pixels")
}

// A relative path becomes an absolute one, as the child runs elsewhere.
func TestImagePathIsAbsolute(t *testing.T) {
	path := write(t, "-r.png", decodetest.PNG(8, 8))
	t.Chdir(filepath.Dir(path))
	img, release, err := decode.Image(context.Background(), "-r.png", 1, t.TempDir(), decode.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if same, err := os.Stat(img.Path); err != nil || !filepath.IsAbs(img.Path) || same.Size() == 0 {
		t.Errorf("path is %q: %v", img.Path, err)
	}
}

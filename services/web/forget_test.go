package web

import (
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func drawn(_ context.Context, to io.Writer) error {
	return png.Encode(to, image.NewGray(image.Rect(0, 0, 600, 600)))
}

// TestForgottenPagesLeaveNoTiles forgets a scan of which one page is cut and another is
// just being cut; those of another scan stay.
func TestForgottenPagesLeaveNoTiles(t *testing.T) {
	t.Parallel()
	c, err := newTileCache(t.TempDir(), 1<<30, 1e6)
	if err != nil {
		t.Fatal(err)
	}
	cut := func(scan string, number int, fetch func(context.Context, io.Writer) error) error {
		_, err := c.page(t.Context(), pageKey{scan, number}, fetch)
		return err
	}
	for _, scan := range []string{"gone", "stays"} {
		if err := cut(scan, 1, drawn); err != nil {
			t.Fatal(err)
		}
	}
	if err := cut("gone", 2, func(ctx context.Context, to io.Writer) error {
		c.forget([]string{"gone"})
		return drawn(ctx, to)
	}); !errors.Is(err, errForgotten) {
		t.Errorf("a page that was being cut: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(c.root, "*")); err != nil || len(left) != 1 {
		t.Errorf("left are %v, %v", left, err)
	}
	if len(c.pages) != 1 || c.bytes != c.pages[pageKey{"stays", 1}].bytes {
		t.Errorf("%d pages of %d bytes are counted", len(c.pages), c.bytes)
	}
	withdrawn := errors.New("it is withdrawn")
	if err := cut("gone", 1, func(context.Context, io.Writer) error { return withdrawn }); !errors.Is(err, withdrawn) {
		t.Errorf("asked for again: %v", err)
	}
	if _, err := os.Stat(c.pages[pageKey{"stays", 1}].folder); err != nil {
		t.Error(err)
	}
}

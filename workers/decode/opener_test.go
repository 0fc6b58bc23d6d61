package decode_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/workers/decode"
	dt "github.com/fonds-archive/fonds/workers/decode/decodetest"
)

// noQuestions lets poppler draw, and nobody ask it for pages or images.
func noQuestions(t *testing.T) {
	t.Helper()
	standIn(t, "pdfinfo", "exit 9")
	standIn(t, "pdfimages", "exit 9")
}

func TestPopplerIsAskedOnceForAFile(t *testing.T) {
	needPoppler(t)
	path := write(t, "scan.pdf", dt.TextPDF("One", "Two"))
	o := decode.NewOpener(decode.Limits{})
	scan, err := o.Probe(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	noQuestions(t)
	for n := 1; n <= 2; n++ {
		image, release, err := o.Image(t.Context(), path, n, t.TempDir())
		if err != nil {
			t.Fatalf("page %d: %v", n, err)
		}
		if w, h := sizeOfPGM(t, image.GetPath()); w != scan.Pages[n-1].Width || h != scan.Pages[n-1].Height {
			t.Errorf("page %d is drawn %d × %d, and was counted as %v", n, w, h, scan.Pages[n-1])
		}
		release()
	}
	var refusal *decode.Refusal
	if _, _, err := o.Image(t.Context(), path, 3, t.TempDir()); !errors.As(err, &refusal) {
		t.Errorf("page 3 of 2: %v", err)
	}
}

func TestAFileThatHasChangedIsLookedAtAgain(t *testing.T) {
	needPoppler(t)
	path := write(t, "scan", dt.TextPDF("One"))
	o := decode.NewOpener(decode.Limits{})
	if _, err := o.Probe(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, dt.TextPDF("One", "Two"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	_, release, err := o.Image(t.Context(), path, 2, t.TempDir())
	release()
	if err != nil {
		t.Errorf("the second page of what it is now: %v", err)
	}
}

func TestOnlyTheLastScansAreRemembered(t *testing.T) {
	needPoppler(t)
	o := decode.NewOpener(decode.Limits{})
	first := write(t, "first.pdf", dt.TextPDF("One"))
	last := write(t, "last.pdf", dt.TextPDF("One"))
	for _, path := range []string{first, last} {
		if _, err := o.Probe(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 40 { // pictures, which need no poppler
		if n%10 == 0 { // still in use
			if _, release, err := o.Image(t.Context(), last, 1, t.TempDir()); err != nil {
				t.Fatal(err)
			} else {
				release()
			}
		}
		if _, err := o.Probe(t.Context(), write(t, fmt.Sprint(n), dt.PNG(8, 8))); err != nil {
			t.Fatal(err)
		}
	}
	noQuestions(t)
	if _, _, err := o.Image(t.Context(), first, 1, t.TempDir()); err == nil {
		t.Error("the scan that was seen first is still remembered")
	}
	if _, release, err := o.Image(t.Context(), last, 1, t.TempDir()); err != nil {
		t.Errorf("the scan that is in use was forgotten: %v", err)
	} else {
		release()
	}
}

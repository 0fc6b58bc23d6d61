package decode_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/decode"
	dt "github.com/fonds-archive/fonds/workers/decode/decodetest"
)

func TestProbePDF(t *testing.T) {
	needPoppler(t)
	for _, c := range []struct {
		name  string
		bytes []byte
		pages []facts
	}{
		{"text is drawn at 300 dpi", dt.TextPDF("One", "Two"), []facts{{2480, 3509, 300, 0}, {2480, 3509, 300, 0}}},
		{"a scan keeps its own resolution", dt.ImagePDF(612, 792, 0, 1700, 2200), []facts{{1700, 2200, 200, 0}}},
		{"a turned page is drawn turned", dt.ImagePDF(612, 792, 90, 1700, 2200), []facts{{2200, 1700, 200, 0}}},
		{"a scan that claims 72 dpi is not enlarged", dt.ImagePDF(2480, 3508, 0, 2480, 3508), []facts{{2480, 3508, 0, 0}}},
		{"a coarse scan is enlarged by a whole number", dt.ImagePDF(612, 792, 0, 612, 792), []facts{{1836, 2376, 216, 0}}},
		{"a very fine scan is reduced by a whole number", dt.ImagePDF(612, 792, 0, 5100, 6600), []facts{{2550, 3300, 300, 0}}},
		{"and so is a small one", dt.ImagePDF(144, 144, 0, 2400, 2400), []facts{{800, 800, 400, 0}}},
		{"a backdrop does not count", dt.ImagePDF(612, 792, 0, 40, 50), []facts{{2550, 3300, 300, 0}}},
		{"a large sheet is drawn as finely as fits", dt.PDF("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
			"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 7200 3600] >>"), []facts{{24400, 12200, 244, 0}}},
		{"the crop box is the page", dt.PDF("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
			"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /CropBox [72 72 144 216] >>"), []facts{{300, 600, 300, 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			scan, err := decode.Probe(context.Background(), write(t, "scan", c.bytes), decode.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			compare(t, scan.Pages, c.pages)
		})
	}
}

// What Image draws has the size that Probe told, and is gone after release.
func TestImageDrawsPDF(t *testing.T) {
	needPoppler(t)
	for name, file := range map[string][]byte{
		"text":    dt.TextPDF("One", "Two"),
		"scan":    dt.ImagePDF(612, 792, 0, 1700, 2200),
		"odd":     dt.ImagePDF(611, 793, 270, 1699, 2203),
		"cropped": dt.PDF("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /CropBox [72 72 144 216] >>"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, scratch := context.Background(), t.TempDir()
			path := write(t, "-r name with\nbreaks", file)
			scan, err := decode.Probe(ctx, path, decode.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for i, page := range scan.Pages {
				img, release, err := decode.Image(ctx, path, i+1, scratch, decode.Limits{})
				if err != nil {
					t.Fatal(err)
				}
				w, h := sizeOfPGM(t, img.Path)
				if w != page.Width || h != page.Height || img.Resolution != page.Resolution {
					t.Errorf("page %d is drawn as %d × %d at %d dpi; the probe told %+v", i+1, w, h, img.Resolution, page)
				}
				release()
				release()
			}
			wantEmpty(t, scratch)
		})
	}
}

func sizeOfPGM(t *testing.T, path string) (w, h uint32) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := fmt.Fscanf(bufio.NewReader(f), "P5\n%d %d\n", &w, &h); err != nil {
		t.Fatal(err)
	}
	return w, h
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v is left in the scratch folder (%v)", left, err)
	}
}

// A page that poppler cannot draw must not pass for a blank one.
func TestDamagedPageIsNotBlank(t *testing.T) {
	needPoppler(t)
	for _, file := range dt.Malformed() {
		if file.Name != "pdf-contents-cut.pdf" && file.Name != "pdf-contents-rubbish.pdf" {
			continue
		}
		scratch := t.TempDir()
		_, release, err := decode.Image(context.Background(), write(t, "scan", file.Bytes), 1, scratch, decode.Limits{})
		release()
		wantRefusal(t, err, dt.Corrupt, "")
		wantEmpty(t, scratch)
	}
}

// Every page that the probe lets pass is drawn, or refused: never blamed on
// the surroundings.
func TestMalformedPDFsAreDrawn(t *testing.T) {
	needPoppler(t)
	for _, file := range dt.Malformed() {
		if !file.Poppler {
			continue
		}
		t.Run(file.Name, func(t *testing.T) {
			t.Parallel()
			path, scratch := write(t, file.Name, file.Bytes), t.TempDir()
			for i, want := range file.Want {
				_, release, err := decode.Image(context.Background(), path, i+1, scratch, decode.Limits{})
				release()
				var r *decode.Refusal
				switch {
				case errors.As(err, &r):
					if !file.Allows(i+1, r.Outcome) {
						t.Errorf("page %d: %v (%s), want %v or %v", i+1, r.Outcome, r.Reason, want, file.Ends)
					}
				case err != nil || want != dt.Engine:
					t.Errorf("page %d: %v, want %v", i+1, err, want)
				}
			}
			wantEmpty(t, scratch)
		})
	}
}

// standIns are programs that misbehave in poppler's place.
func TestPopplerMisbehaves(t *testing.T) {
	const pages = `printf 'Pages: 1\nPage    1 size:  612 x 792 pts (letter)\nPage    1 rot:   0\n'`
	for _, c := range []struct {
		name                         string
		pdfinfo, pdfimages, pdftoppm string
		outcome                      fondsv1.Outcome
		says                         string
	}{
		{"hangs at once", "sleep 100", "", "", dt.Timeout, "more than 1s to read"},
		{"its child hangs", "sleep 100 & wait", "", "", dt.Timeout, "to read"},
		{"hangs at images", pages, "sleep 100", "", dt.Timeout, "to list the images"},
		{"hangs at drawing", pages, "", "sleep 100", dt.Timeout, "to draw"},
		{"floods", "exec cat /dev/zero", "", "", dt.TooLarge, "more than can be listed"},
		{"complains without end", "while echo complaint >&2; do :; done", "", "", dt.Timeout, ""},
		{"crashes", "kill -SEGV $$", "", "", dt.Failed, "crashed"},
		{"crashes at drawing", pages, "", "kill -ABRT $$", dt.Failed, "crashed to draw"},
		{"runs out of memory", pages, "", "echo 'terminate called: std::bad_alloc' >&2; kill -ABRT $$", dt.TooLarge, "MiB of memory"},
		{"writes too much", pages, "", `for last; do :; done; exec head -c 99999999 /dev/zero > "$last.pgm"`, dt.TooLarge, ""},
		{"says nothing", "true", "", "", dt.Corrupt, "no page can be found"},
		{"says rubbish", `printf 'Pages: many\nPage 1\nPage x size: y x z\n'`, "", "", dt.Corrupt, "no page can be found"},
		{"draws nothing", pages, "", "echo 'bad stream' >&2", dt.Corrupt, "could not draw"},
		{"complains in binary", `printf 'bad \001\377 thing\n' >&2; exit 1`, "", "", dt.Corrupt, "says: bad  thing)"},
		{"rubbish in the list of images", pages, `printf 'a b c d e f g h i j k l m n o\n1 0 image -1 1e999 x x x x x 0 0 x x\n'`, "echo 'bad stream' >&2", dt.Corrupt, "could not draw"},
	} {
		t.Run(c.name, func(t *testing.T) {
			standIn(t, "pdfinfo", c.pdfinfo)
			standIn(t, "pdfimages", c.pdfimages)
			standIn(t, "pdftoppm", c.pdftoppm)
			scratch := t.TempDir()
			// What hangs is not waited for long; what ends by itself may take its
			// time on a busy machine, also when something after it hangs.
			limits := decode.Limits{ProcessTimeout: 30 * time.Second}
			if c.outcome == dt.Timeout {
				limits.ProcessTimeout = time.Second
				if c.pdfinfo == pages {
					limits.ProcessTimeout = 5 * time.Second
				}
			}
			_, release, err := decode.Image(context.Background(), write(t, "scan", dt.TextPDF("One")), 1, scratch, limits)
			release()
			wantRefusal(t, err, c.outcome, c.says)
			wantEmpty(t, scratch)
		})
	}
}

// What came out short without a word is the disk's fault: it is tried again.
func TestPictureThatIsCutShortIsNotTheScans(t *testing.T) {
	const pages = `printf 'Pages: 1\nPage    1 size:  612 x 792 pts (letter)\nPage    1 rot:   0\n'`
	standIn(t, "pdfinfo", pages)
	standIn(t, "pdfimages", "")
	for name, script := range map[string]string{
		"missing":       "",
		"empty":         `: > "$last.pgm"`,
		"in its header": `printf 'P5\n100 1' > "$last.pgm"`,
		"no pixels":     `printf 'P5\n4 2\n255\n' > "$last.pgm"`,
		"cut short":     `printf 'P5\n4 2\n255\n1234567' > "$last.pgm"`,
		"and a word":    `echo 'bad font' >&2; printf 'P5\n4 2\n255\n1234567' > "$last.pgm"`,
		"it says so":    `echo "Could not write image to $last.pgm; exiting" >&2; exit 1`,
	} {
		t.Run(name, func(t *testing.T) {
			standIn(t, "pdftoppm", "for last; do :; done\n"+script)
			wantFault(t, write(t, "scan", dt.TextPDF("One")), t.TempDir())
		})
	}
	standIn(t, "pdftoppm", "for last; do :; done\n"+`printf 'P5\n4 2\n255\n12345678' > "$last.pgm"`)
	_, release, err := decode.Image(context.Background(), write(t, "scan", dt.TextPDF("One")), 1, t.TempDir(), decode.Limits{})
	release()
	if err != nil {
		t.Errorf("a whole picture: %v", err)
	}
}

// TestFullScratchDisk has the real program draw on a full disk, where the machine
// has one to offer.
func TestFullScratchDisk(t *testing.T) {
	needPoppler(t)
	scratch := t.TempDir()
	if err := syscall.Mount("tmpfs", scratch, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("no small tmpfs here: %v", err)
	}
	defer func() { _ = syscall.Unmount(scratch, 0) }()
	wantFault(t, write(t, "scan", dt.TextPDF("One")), scratch)
}

// wantFault wants an error that says nothing of the scan, and nothing left behind.
func wantFault(t *testing.T, scan, scratch string) {
	t.Helper()
	_, release, err := decode.Image(context.Background(), scan, 1, scratch, decode.Limits{})
	release()
	var r *decode.Refusal
	if err == nil || errors.As(err, &r) {
		t.Errorf("error is %v, want one of the surroundings", err)
	}
	wantEmpty(t, scratch)
}

// standIn puts a shell script in the place of one of poppler's programs.
func standIn(t *testing.T, program, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, program), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

func TestPopplerIsMissing(t *testing.T) {
	path := write(t, "scan", dt.TextPDF("One"))
	t.Setenv("PATH", t.TempDir())
	_, err := decode.Probe(context.Background(), path, decode.Limits{})
	var r *decode.Refusal
	if err == nil || errors.As(err, &r) || !strings.Contains(err.Error(), "install the package poppler-utils") {
		t.Errorf("error is %v, want the package to install", err)
	}
	if _, err := decode.Probe(context.Background(), write(t, "scan", dt.PNG(8, 8)), decode.Limits{}); err != nil {
		t.Errorf("a PNG file needs no poppler: %v", err)
	}
}

// A cancelled caller learns nothing about the scan.
func TestCancelIsNotTheScan(t *testing.T) {
	standIn(t, "pdfinfo", "sleep 100")
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := decode.Probe(ctx, write(t, "scan", dt.TextPDF("One")), decode.Limits{})
	var r *decode.Refusal
	if !errors.Is(err, context.Canceled) || errors.As(err, &r) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
}

func TestProbePDFOfManyPages(t *testing.T) {
	needPoppler(t)
	path := write(t, "scan", dt.TextPDF(strings.Split(strings.Repeat("x", 600), "")...))
	scan, err := decode.Probe(context.Background(), path, decode.Limits{})
	if err != nil || len(scan.Pages) != 600 {
		t.Errorf("%d pages and %v, want 600", len(scan.Pages), err)
	}
	_, err = decode.Probe(context.Background(), path, decode.Limits{MaxPages: 599})
	wantRefusal(t, err, dt.TooLarge, "600 pages; the limit is 599")
	for _, n := range []int{0, 601} {
		_, release, err := decode.Image(context.Background(), path, n, t.TempDir(), decode.Limits{})
		release()
		wantRefusal(t, err, dt.Corrupt, fmt.Sprintf("no page %d", n))
	}
}

// The real program meets its memory limit on a sheet that is allowed by its size.
func TestPopplerMemory(t *testing.T) {
	needPoppler(t)
	path := write(t, "scan", dt.PDF("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 7200 3600] >>"))
	scratch := t.TempDir()
	_, release, err := decode.Image(context.Background(), path, 1, scratch, decode.Limits{ProcessMemory: 64 << 20})
	release()
	wantRefusal(t, err, dt.TooLarge, "64 MiB of memory to draw")
	wantEmpty(t, scratch)
}

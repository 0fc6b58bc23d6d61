package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/fonds-archive/fonds/services/catalog"
)

var batchIn = regexp.MustCompile(`batches/[0-9a-f-]{36}`)

// texts reads a folder of --out.
func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		below, _ := filepath.Rel(dir, path)
		found[below] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func wantTexts(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	got := texts(t, dir)
	for name, text := range want {
		if g, ok := got[name]; !ok || g != text {
			t.Errorf("text %q is %q (there: %v), want %q", name, g, ok, text)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("text %q should not be there", name)
		}
	}
}

func TestIngestEndsWithEveryFileAccountedFor(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{
		"a.png":       page("TEXT first letter"),
		"sub/b.png":   page("BLANK"),
		"sub/c.tif":   page("TEXT one", "CORRUPT the strip is cut off", "TEXT three"),
		"sub/d.png":   page("REFUSED it is locked"),
		"empty.jpg":   {},
		"notes.txt":   []byte("not a scan"),
		"sub/x/e.png": page("TEXT deep"),
	})
	out := t.TempDir()
	r := a.must(exitData, "ingest", in, "--recursive", "--out", out)
	wantTexts(t, out, map[string]string{
		"a.png.txt": "first letter\n", "sub/b.png.txt": "", "sub/c.tif.txt": "one\n\f\fthree\n", "sub/x/e.png.txt": "deep\n",
	})
	for _, want := range []string{
		"empty.jpg    CORRUPT      the file is empty or no image",
		"sub/c.tif    CORRUPT 1/3  the strip is cut off",
		"sub/d.png    REFUSED      it is locked",
		"6 files, 8 pages: 4 text, 1 blank, 3 failed (2 corrupt, 1 refused)",
		": DONE_WITH_FAILURES",
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("the output lacks %q:\n%s", want, r.stdout)
		}
	}
	if want := "skipped: " + filepath.Join(in, "notes.txt") + ": not an image or PDF"; !strings.Contains(r.stderr, want) {
		t.Errorf("stderr lacks %q:\n%s", want, r.stderr)
	}
	if strings.Contains(r.stderr, "\x1b") || strings.Contains(r.stdout, "\x1b") {
		t.Error("terminal codes where there is no terminal")
	}
}

func TestSecondIngestRecognisesNothing(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"a.png": page("TEXT one", "TEXT two"), "b.png": page("BLANK")})
	first := a.must(exitOK, "ingest", in, "--wait")
	second := a.must(exitOK, "ingest", in, "--wait", "--out", t.TempDir())
	if want := "nothing to recognise: all 3 pages were read before"; !strings.Contains(second.stdout, want) {
		t.Errorf("no %q in %s", want, second)
	}
	if batchIn.FindString(first.stdout) == batchIn.FindString(second.stdout) {
		t.Error("a batch that was DONE was taken up again")
	}
}

// A file's text goes when the file now fails; a file that failed on some pages
// keeps those that are good.
func TestOutRemovesTheTextOfAFileThatFailsNow(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"a.png": page("TEXT good")})
	out := t.TempDir()
	a.must(exitOK, "ingest", in, "--out", out)
	wantTexts(t, out, map[string]string{"a.png.txt": "good\n"})
	if err := os.WriteFile(filepath.Join(in, "a.png"), page("BLANK", "CORRUPT bad now"), 0o644); err != nil {
		t.Fatal(err)
	}
	a.must(exitData, "ingest", in, "--out", out)
	wantTexts(t, out, map[string]string{})
}

func TestInterruptedIngestIsResumedByTheSameCommand(t *testing.T) {
	a := startArchive(t)
	files := map[string][]byte{}
	for i := range 24 {
		files[fmt.Sprintf("%02d.png", i)] = page(fmt.Sprintf("TEXT page %d", i))
	}
	in, out := tree(t, files), t.TempDir()
	ctx, interrupt := context.WithCancel(t.Context())
	var begun atomic.Int32
	a.setFault(func(method, _ string) error {
		if method == "UploadScan" && begun.Add(1) == 10 {
			interrupt()
		}
		return nil
	})
	first := a.fondsIn(ctx, "ingest", in, "--out", out)
	if first.code != exitInterrupted || !strings.Contains(first.stderr, "fonds batch watch ") || !strings.Contains(first.stderr, "the same command again") {
		t.Fatalf("want exit 130 and the way back, got %s", first)
	}
	a.setFault(nil)
	a.uploads()
	second := a.must(exitOK, "ingest", in, "--out", out)
	if n := len(a.uploads()); n == 0 || n >= 24 {
		t.Errorf("%d of 24 files were sent by the second command", n)
	}
	if !strings.Contains(second.stderr, "resuming batches/") {
		t.Errorf("the batch was not resumed: %s", second)
	}
	if got := len(texts(t, out)); got != 24 {
		t.Errorf("%d texts, want 24", got)
	}
	if list := a.must(exitOK, "batch", "list", "--json"); strings.Count(list.stdout, "\n") != 1 {
		t.Errorf("want one batch, got %s", list.stdout)
	}
}

func TestServerRestartInBetweenLosesNothing(t *testing.T) {
	a := startArchive(t)
	files := map[string][]byte{}
	for i := range 24 {
		files[fmt.Sprintf("%02d.png", i)] = page(fmt.Sprintf("TEXT page %d", i))
	}
	in, out := tree(t, files), t.TempDir()
	var begun atomic.Int32
	var restarts sync.WaitGroup
	a.setFault(func(method, _ string) error {
		if n := begun.Add(1); method == "UploadScan" && (n == 8 || n == 17) {
			restarts.Go(a.restart) // a handler cannot wait for its own server's end
		}
		return nil
	})
	r := a.must(exitOK, "ingest", in, "--out", out)
	restarts.Wait()
	if got := len(texts(t, out)); got != 24 {
		t.Errorf("%d texts, want 24: %s", got, r)
	}
}

func TestFileThatChangesIsSentAgain(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"a.png": page("TEXT before")})
	var once sync.Once
	a.setFault(func(method, path string) error {
		if method != "UploadScan" {
			return nil
		}
		var err error
		once.Do(func() {
			// By now the header with the old digest has been sent.
			if writeErr := os.WriteFile(filepath.Join(in, path), page("TEXT after"), 0o644); writeErr != nil {
				t.Error(writeErr)
			}
			err = &catalog.Error{Code: catalog.Invalid, Reason: "DIGEST_MISMATCH", Message: "other bytes came"}
		})
		return err
	})
	out := t.TempDir()
	a.must(exitOK, "ingest", in, "--out", out)
	wantTexts(t, out, map[string]string{"a.png.txt": "after\n"})
}

func TestFileThatNeverStandsStillIsReported(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"a.png": page("TEXT 0"), "b.png": page("TEXT b")})
	n := 0
	a.setFault(func(method, path string) error {
		if method != "UploadScan" || path != "a.png" {
			return nil
		}
		n++
		if err := os.WriteFile(filepath.Join(in, path), page(fmt.Sprintf("TEXT %d", n)), 0o644); err != nil {
			t.Error(err)
		}
		return &catalog.Error{Code: catalog.Invalid, Reason: "SIZE_MISMATCH", Message: "other bytes came"}
	})
	// It does not wait until the server gives the batch up, which takes minutes.
	r := a.must(exitData, "ingest", in, "--wait")
	for _, want := range []string{"a.png", "NOT DELIVERED", "changes while it is read", "INCOMPLETE", "give the same command again"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("the output lacks %q: %s", want, r)
		}
	}
}

func TestFileThatVanishesIsReported(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"a.png": page("TEXT a"), "b.png": page("TEXT b")})
	a.setFault(func(method, _ string) error {
		if method == "CreateBatch" {
			return os.Remove(filepath.Join(in, "b.png"))
		}
		return nil
	})
	r := a.must(exitData, "ingest", in, "--wait", "--json")
	var last, missing map[string]any
	for line := range strings.Lines(r.stdout) {
		last = map[string]any{}
		if err := json.Unmarshal([]byte(line), &last); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if last["path"] == "b.png" {
			missing = last
		}
	}
	if missing["state"] != "FILE_STATE_EXPECTED" || !strings.Contains(fmt.Sprint(missing["reason"]), "no such file") {
		t.Errorf("b.png is told as %v", missing)
	}
	if !strings.HasPrefix(fmt.Sprint(last["name"]), "batches/") {
		t.Errorf("the last line is %v, want the batch", last)
	}
}

func TestUploadThatTheServerRefusesDoesNotStopTheOthers(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"a.png": page("TEXT a"), "b.png": page("TEXT b"), "c.png": page("TEXT c")})
	a.setFault(func(_, path string) error {
		if path == "b.png" {
			return &catalog.Error{Code: catalog.Invalid, Reason: "SCAN_TOO_LARGE", Message: "the file is larger than this server takes"}
		}
		return nil
	})
	r := a.must(exitData, "ingest", in)
	if !strings.Contains(r.stdout, "2 files delivered, 1 not delivered") || !strings.Contains(r.stderr, "b.png: the file is larger") {
		t.Errorf("got %s", r)
	}
}

func TestCancelledBatchEndsItsIngest(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"a.png": page("TEXT a"), "b.png": page("TEXT b")})
	a.setFault(func(_, path string) error {
		if path == "" {
			return nil
		}
		batches, err := a.catalog.Batches(t.Context(), "", 1)
		if err != nil {
			return err
		}
		_, err = a.catalog.CancelBatch(t.Context(), batches[0].ID)
		return err
	})
	r := a.fonds("ingest", in, "--wait")
	// The watch may see the end before the uploads do.
	if r.code != exitRefused && r.code != exitData {
		t.Fatalf("got %s", r)
	}
	if !strings.Contains(strings.ToLower(r.stdout+r.stderr), "cancelled") {
		t.Errorf("nothing tells of the cancelling: %s", r)
	}
}

func TestNamesOfAllKinds(t *testing.T) {
	a := startArchive(t)
	long := strings.Repeat("ю", 125) + "x.png" // 255 bytes
	names := []string{"with blank.png", "line\nbreak.png", `quote"s' .png`, "письмо.png", long, "odd\xff\xfe.png", "per%cent.png", "-dash.png", "esc\x1b[2J.png"}
	files := map[string][]byte{}
	for i, name := range names {
		files[name] = page(fmt.Sprintf("TEXT file %d", i))
	}
	in, out := tree(t, files), t.TempDir()
	r := a.must(exitOK, "ingest", in, "--out", out)
	got := texts(t, out)
	if len(got) != len(names) {
		t.Fatalf("%d texts, want %d: %s", len(got), len(names), r)
	}
	for i, name := range names {
		if text := got[outPath(name)]; text != fmt.Sprintf("file %d\n", i) {
			t.Errorf("text of %q is %q", name, text)
		}
	}
	shownFiles := a.must(exitOK, "batch", "show", "last", "--files").stdout
	if strings.Contains(shownFiles, "\x1b") || strings.Contains(shownFiles, "\xff") || !strings.Contains(shownFiles, `"line\nbreak.png"`) || !strings.Contains(shownFiles, "odd%FF%FE.png") {
		t.Errorf("names are not shown safely:\n%q", shownFiles)
	}
}

func TestManifestGivesLanguagesAndCollections(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{
		"a.png": page("TEXT a"), "sub/b.png": page("TEXT b"), "c.png": page("TEXT c"),
		"m.tsv": []byte("file\tlanguage\tcollection\tpages\tground truth\na.png\trus\t\t1\tfull\nsub/b.png\teng+rus\tletters\t1\t\ngone.png\teng\t\t1\t\n"),
	})
	out := t.TempDir()
	r := a.must(exitData, "ingest", "--manifest", filepath.Join(in, "m.tsv"), "--out", out)
	wantTexts(t, out, map[string]string{"a.png.txt": "a\n", "sub/b.png.txt": "b\n"})
	if !strings.Contains(r.stderr, "gone.png: named on line 4 of the manifest: no such file") {
		t.Errorf("the missing file is not told of: %s", r)
	}
	files := a.must(exitOK, "batch", "show", "last", "--files", "--json").stdout
	for _, want := range []string{`"language":"rus"`, `"language":"eng+rus"`, `"collection":"collections/letters"`} {
		if !strings.Contains(files, want) {
			t.Errorf("no %s in %s", want, files)
		}
	}
	// With PATH its files are taken, and the manifest's settings for them.
	a.must(exitData, "ingest", in, "--manifest", filepath.Join(in, "m.tsv"), "--wait")
	files = a.must(exitOK, "batch", "show", "last", "--files", "--json").stdout
	if strings.Count(files, "\n") != 2 || !strings.Contains(files, `"path":"c.png"`) || !strings.Contains(files, `"language":"rus"`) {
		t.Errorf("with PATH the files are %s", files)
	}
}

func TestClashesAreRefusedBeforeAnythingIsSent(t *testing.T) {
	a := startArchive(t)
	one := tree(t, map[string][]byte{"a.png": page("TEXT 1")})
	two := tree(t, map[string][]byte{"a.png": page("TEXT 2")})
	r := a.must(exitUsage, "ingest", one, two, "--out", t.TempDir())
	if !strings.Contains(r.stderr, "would both write a.png.txt") {
		t.Errorf("got %s", r)
	}
	// Without --out both go, under paths that differ.
	a.must(exitOK, "ingest", one, two, "--wait")
	if a.uploads(); !strings.Contains(a.must(exitOK, "batch", "show", "last").stdout, "2, 2 arrived") {
		t.Error("not both files arrived")
	}
	same := tree(t, map[string][]byte{"x": page("TEXT 1"), "x.txt/y.png": page("TEXT 2")})
	r = a.must(exitUsage, "ingest", same, "-r", "--out", t.TempDir())
	if !strings.Contains(r.stderr, "needs as a folder") {
		t.Errorf("got %s", r)
	}
	if list := a.must(exitOK, "batch", "list", "--json").stdout; strings.Count(list, "\n") != 1 {
		t.Errorf("a refused command has made a batch: %s", list)
	}
}

func TestOutDoesNotLeaveItsFolder(t *testing.T) {
	a := startArchive(t)
	in := tree(t, map[string][]byte{"sub/a.png": page("TEXT a"), "b.png": page("TEXT b")})
	out, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(out, "sub")); err != nil {
		t.Fatal(err)
	}
	r := a.must(exitData, "ingest", in, "-r", "--out", out)
	if got := texts(t, outside); len(got) != 0 {
		t.Errorf("written outside of --out: %v", got)
	}
	if !strings.Contains(r.stderr, "no text written for sub/a.png") {
		t.Errorf("got %s", r)
	}
}

// A list too long for one message goes in parts and is one batch all the same.
func TestLongListOfFilesGoesInParts(t *testing.T) {
	a := startArchive(t)
	c, err := dialAddress(a.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	p := &plan{resumeKey: "k"}
	folder := strings.Repeat("f", 4000)
	for i := range 600 {
		p.files = append(p.files, source{wire: fmt.Sprintf("%s/%d.png", folder, i), size: 1})
	}
	calls := 0
	a.setFault(func(string, string) error { calls++; return nil })
	batch, err := (&ingestOptions{}).openBatch(t.Context(), c, p, newDisplay(os.Stderr, true))
	if err != nil {
		t.Fatal(err)
	}
	if batch.GetFiles() != 600 || calls < 2 {
		t.Errorf("%d files in %d calls", batch.GetFiles(), calls)
	}
}

func TestPersistGivesUpOnWhatWaitingDoesNotMend(t *testing.T) {
	calls := 0
	err := persist(t.Context(), nil, func(context.Context) error { calls++; return status.Error(codes.NotFound, "no") })
	if calls != 1 || status.Code(err) != codes.NotFound {
		t.Errorf("%d calls, %v", calls, err)
	}
	calls = 0
	lost := 0
	err = persist(t.Context(), func(error) { lost++ }, func(context.Context) error {
		if calls++; calls < 3 {
			return status.Error(codes.Unavailable, "away")
		}
		return nil
	})
	if err != nil || calls != 3 || lost != 2 {
		t.Errorf("%d calls, %d lost, %v", calls, lost, err)
	}
	p := patience{since: time.Now().Add(-longestLoss - time.Second), delay: time.Millisecond}
	if err := p.wait(t.Context(), status.Error(codes.Unavailable, "away")); status.Code(err) != codes.Unavailable {
		t.Errorf("after the longest loss: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.wait(ctx, status.Error(codes.Unavailable, "away")); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

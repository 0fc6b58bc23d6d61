package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	"github.com/fonds-archive/fonds/workers/engine"
	"github.com/fonds-archive/fonds/workers/engine/enginetest"
)

// bench is a folder in which children wait for "go" or "crash", and note which pages
// they decoded ahead.
type bench struct {
	t      *testing.T
	folder string
	pool   *engine.Pool
}

func newBench(t *testing.T, change func(*engine.Config)) *bench {
	t.Helper()
	b := &bench{t: t, folder: t.TempDir(), pool: newPool(t, change)}
	for _, notes := range []string{"begun", "decoded-ahead"} {
		if err := os.Mkdir(filepath.Join(b.folder, notes), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// page writes a page whose name is what its child does.
func (b *bench) page(name, text string) *enginev1.Recognize {
	b.t.Helper()
	path := filepath.Join(b.folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return &enginev1.Recognize{Image: &enginev1.Image{Path: path}}
}

// tell gives the children a word.
func (b *bench) tell(word string) { b.page(word, "") }

// ending is how a page ended.
type ending struct {
	text string
	err  error
}

// read begins to read a page.
func (b *bench) read(call *enginev1.Recognize) <-chan ending {
	done := make(chan ending, 1)
	go func() {
		got, err := b.pool.Recognize(b.t.Context(), call)
		done <- ending{got.GetBody().GetText(), err}
	}()
	return done
}

// noted waits until a child has noted what it did with a page.
func (b *bench) noted(what, name string) {
	b.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if _, err := os.Stat(filepath.Join(b.folder, what, name)); err == nil {
			return
		}
	}
	b.t.Fatalf("%s was not %s", name, what)
}

// wait waits for a page's end.
func (b *bench) wait(done <-chan ending) ending {
	b.t.Helper()
	select {
	case e := <-done:
		return e
	case <-time.After(60 * time.Second):
		b.t.Fatal("a page does not end")
	}
	return ending{}
}

func wantText(t *testing.T, what string, e ending, text string) {
	t.Helper()
	if e.err != nil || e.text != text {
		t.Errorf("%s: %q, %v", what, e.text, e.err)
	}
}

func TestTheNextPageIsDecodedWhileOneIsRead(t *testing.T) {
	b := newBench(t, nil)
	first := b.read(b.page("fake-held", "one"))
	b.noted("begun", "fake-held")
	second := b.read(b.page("second", "two"))
	b.noted("decoded-ahead", "second")
	b.tell("go")
	wantText(t, "first", b.wait(first), "one\n")
	wantText(t, "second", b.wait(second), "two\n")
	if s := b.pool.Stats(); s.Pages != 2 || s.Again != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestACrashWithTheNextPageDecodedHarmsNeither(t *testing.T) {
	b := newBench(t, nil)
	first := b.read(b.page("fake-held", "one"))
	b.noted("begun", "fake-held")
	second := b.read(b.page("second", "two"))
	b.noted("decoded-ahead", "second")
	b.tell("crash") // once
	b.tell("go")
	wantText(t, "first", b.wait(first), "one\n")
	wantText(t, "second", b.wait(second), "two\n")
	if s := b.pool.Stats(); s.Pages != 2 || s.Again != 1 || s.Crashes != 0 {
		t.Errorf("stats %+v, want 2 pages, one of them read again", s)
	}
}

func TestAPageThatCrashesDecodersIsBlamedAlone(t *testing.T) {
	b := newBench(t, nil)
	first := b.read(b.page("fake-held", "one"))
	b.noted("begun", "fake-held")
	guilty := b.read(b.page(enginetest.CrashDecoding, "bomb"))
	for range 20_000 { // until it has killed the first page's child
		if b.pool.Stats().Again == 1 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	b.tell("go")
	wantText(t, "first", b.wait(first), "one\n")
	e := b.wait(guilty)
	if crash, ok := errors.AsType[*engine.Crash](e.err); !ok || !strings.Contains(crash.Reason, "killed") {
		t.Errorf("the page that crashes: %v", e.err)
	}
	if s := b.pool.Stats(); s.Again != 1 || s.Crashes != 1 || s.Pages != 1 {
		t.Errorf("stats %+v, want the crash counted once and one page read again", s)
	}
}

func TestAPageThatCrashesEveryTimeIsBlamedWhateverIsBeside(t *testing.T) {
	b := newBench(t, nil)
	first := b.read(b.page("fake-held", "one"))
	b.noted("begun", "fake-held")
	guilty, third := b.read(b.page(enginetest.Crash, "x")), b.read(b.page("third", "three"))
	b.tell("go")
	wantText(t, "first", b.wait(first), "one\n")
	wantText(t, "third", b.wait(third), "three\n")
	if e := b.wait(guilty); e.err == nil {
		t.Error("no error")
	}
	if s := b.pool.Stats(); s.Crashes != 1 || s.Pages != 2 {
		t.Errorf("stats %+v", s)
	}
}

func TestTheDeadlineOfAPageBeginsWithItsOwnReading(t *testing.T) {
	b := newBench(t, func(c *engine.Config) { c.Deadline = 3 * time.Second })
	hung := b.read(b.page("fake-hang", "x"))
	b.noted("begun", "fake-hang")
	second := b.read(b.page("fake-slow", "two")) // decoded ahead, and waits for 3 s
	b.noted("decoded-ahead", "fake-slow")
	if e := b.wait(hung); !errors.Is(e.err, engine.ErrDeadline) {
		t.Errorf("hung: %v", e.err)
	}
	wantText(t, "second", b.wait(second), "two\n")
	if s := b.pool.Stats(); s.Timeouts != 1 || s.Again != 0 {
		t.Errorf("stats %+v: who hangs is not read again", s)
	}
}

func TestAFreePlaceTakesWhatWasPromisedToAnother(t *testing.T) {
	b := newBench(t, func(c *engine.Config) { c.Children = 2 })
	held := b.read(b.page("fake-held", "one"))
	b.noted("begun", "fake-held")
	var others []<-chan ending
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		others = append(others, b.read(b.page(name, name)))
	}
	for _, done := range others { // none waits for the page that is held
		if e := b.wait(done); e.err != nil {
			t.Error(e.err)
		}
	}
	b.tell("go")
	wantText(t, "held", b.wait(held), "one\n")
}

func TestACallThatGivesUpLeavesTheLine(t *testing.T) {
	b := newBench(t, nil)
	held := b.read(b.page("fake-held", "one"))
	b.noted("begun", "fake-held")
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	call := b.page("second", "two")
	go func() {
		_, err := b.pool.Recognize(ctx, call)
		gone <- err
	}()
	b.noted("decoded-ahead", "second")
	cancel()
	if err := <-gone; err == nil {
		t.Error("no error")
	}
	third := b.read(b.page("third", "three"))
	b.tell("go")
	wantText(t, "held", b.wait(held), "one\n")
	wantText(t, "third", b.wait(third), "three\n")
}

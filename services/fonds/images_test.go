package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/engine"
)

// painter is an engine that answers with what it is told.
type painter func(ctx context.Context) (*enginev1.Rendering, error)

func (p painter) Render(ctx context.Context, _ *enginev1.Render) (*enginev1.Rendering, error) {
	return p(ctx)
}

func paints(r *enginev1.Rendering, err error) painter {
	return func(context.Context) (*enginev1.Rendering, error) { return r, err }
}

func TestPageThatIsNotDrawnHasAReason(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good"), filepath.Join(dir, "bad")
	for path, content := range map[string][]byte{good: fakePage("a page"), bad: []byte("no picture")} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	corrupt := &enginev1.Rendering{Outcome: fondsv1.Outcome_OUTCOME_CORRUPT, Reason: "the strips are gone"}
	for name, c := range map[string]struct {
		scan   string
		engine painter
		code   catalog.Code
		reason string
		says   string
	}{
		"refused":   {bad, nil, catalog.Precondition, api.ReasonPageUnreadable, "cannot be shown"},
		"unread":    {good, paints(corrupt, nil), catalog.Precondition, api.ReasonPageUnreadable, "the strips are gone"},
		"no engine": {good, paints(nil, &engine.StartError{Path: "/gone", Err: fs.ErrNotExist}), catalog.Unavailable, reasonEngineUnavailable, "fonds doctor"},
		"closed":    {good, paints(nil, engine.ErrClosed), catalog.Unavailable, reasonEngineUnavailable, ""},
		"deadline":  {good, paints(nil, engine.ErrDeadline), catalog.Unavailable, reasonPictureTimeout, "in time"},
		"no place": {good, func(ctx context.Context) (*enginev1.Rendering, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, catalog.Unavailable, reasonPictureTimeout, "in time"},
	} {
		i := images{pool: c.engine, scratch: t.TempDir(), places: make(chan struct{}, 1), time: 10 * time.Second}
		if name == "no place" {
			i.time = 50 * time.Millisecond
		}
		_, _, _, release, err := i.Render(t.Context(), c.scan, 1, 0, false)
		release()
		e, ok := errors.AsType[*catalog.Error](err)
		if !ok || e.Code != c.code || e.Reason != c.reason || !strings.Contains(e.Message, c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if left, err := os.ReadDir(i.scratch); err != nil || len(left) > 0 {
			t.Errorf("%s leaves %v, %v", name, left, err)
		}
	}
	// What nobody could foresee stays an internal fault, and the end of a call its own.
	crash := &engine.Crash{Reason: "signal: killed"}
	i := images{pool: paints(nil, crash), scratch: t.TempDir(), places: make(chan struct{}, 1), time: time.Minute}
	if _, _, _, _, err := i.Render(t.Context(), good, 1, 0, false); !errors.Is(err, crash) {
		t.Errorf("a crash is told as %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, _, _, err := i.Render(gone, good, 1, 0, false); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that was cancelled is told as %v", err)
	}
}

func TestPagesDrawnAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	scan := filepath.Join(t.TempDir(), "page.pgm")
	if err := os.WriteFile(scan, fakePage("a page"), 0o600); err != nil {
		t.Fatal(err)
	}
	begun, goOn := make(chan struct{}, 10), make(chan struct{})
	i := images{scratch: t.TempDir(), places: make(chan struct{}, 2), time: time.Minute, pool: painter(func(context.Context) (*enginev1.Rendering, error) {
		begun <- struct{}{}
		<-goOn
		return &enginev1.Rendering{Outcome: fondsv1.Outcome_OUTCOME_TEXT}, nil
	})}
	ended := make(chan error, 3)
	for range 2 {
		go func() {
			_, _, _, release, err := i.Render(t.Context(), scan, 1, 0, false)
			release()
			ended <- err
		}()
	}
	<-begun
	<-begun
	// Both places are taken: a third page is not even begun.
	waiting, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, _, _, err := i.Render(waiting, scan, 1, 0, false); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third page: %v", err)
	}
	close(goOn)
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if len(begun) > 0 {
		t.Error("the third page was begun")
	}
	if _, _, _, _, err := i.Render(t.Context(), scan, 1, 0, false); err != nil {
		t.Errorf("a page after those: %v", err)
	}
}

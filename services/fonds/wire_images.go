package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/decode"
	"github.com/fonds-archive/fonds/workers/engine"
)

// pictureTime bounds the drawing of one page, the wait for a place included: a
// dense page of a PDF takes some seconds, and nobody looks at an empty frame
// for longer.
const pictureTime = 2 * time.Minute

// The reasons for a page that was not drawn, beside api.ReasonPageUnreadable.
const (
	reasonEngineUnavailable = "ENGINE_UNAVAILABLE"
	reasonPictureTimeout    = "PAGE_IMAGE_TIMEOUT"
)

// images draws pages for the catalog.
type images struct {
	pool interface {
		Render(ctx context.Context, call *enginev1.Render) (*enginev1.Rendering, error)
	}
	scratch string
	// places bounds the pages drawn at once, for a page of a PDF starts programs
	// before it comes to a child.
	places chan struct{}
	// time bounds one of them.
	time time.Duration
}

func newImages(pool *engine.Pool, scratch string, children int) images {
	return images{pool: pool, scratch: scratch, places: make(chan struct{}, children), time: pictureTime}
}

// Render draws one page as PNG.
func (i images) Render(caller context.Context, scanPath string, page int, maxSide uint32, upright bool) (string, uint32, uint32, func(), error) {
	nothing := func() {}
	ctx, cancel := context.WithTimeout(caller, i.time)
	defer cancel()
	select {
	case i.places <- struct{}{}:
		defer func() { <-i.places }()
	case <-ctx.Done():
		return "", 0, 0, nothing, pictureError(caller, ctx.Err())
	}
	folder, err := os.MkdirTemp(i.scratch, "page-")
	if err != nil {
		return "", 0, 0, nothing, fmt.Errorf("make folder for a page image: %w", err)
	}
	release := func() { _ = os.RemoveAll(folder) }
	target := filepath.Join(folder, "page.png")
	r, err := i.draw(ctx, scanPath, page, folder, &enginev1.Render{MaxSide: maxSide, Target: target, Upright: upright})
	if err != nil {
		release()
		return "", 0, 0, nothing, pictureError(caller, err)
	}
	return target, r.GetWidth(), r.GetHeight(), release, nil
}

// draw decodes a page and has a child draw it.
func (i images) draw(ctx context.Context, scanPath string, page int, folder string, call *enginev1.Render) (*enginev1.Rendering, error) {
	image, drop, err := decode.Image(ctx, scanPath, page, folder, decode.DefaultLimits())
	defer drop()
	if err != nil {
		return nil, err
	}
	call.Image = image
	r, err := i.pool.Render(ctx, call)
	if err == nil && r.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT {
		err = unreadable(r.GetReason())
	}
	return r, err
}

// pictureError tells the caller why there is no picture. An end of the caller's
// own context stays what it is.
func pictureError(caller context.Context, err error) error {
	refusal, refused := errors.AsType[*decode.Refusal](err)
	_, unstarted := errors.AsType[*engine.StartError](err)
	late := errors.Is(err, engine.ErrDeadline) || errors.Is(err, context.DeadlineExceeded) ||
		refused && refusal.Outcome == fondsv1.Outcome_OUTCOME_TIMEOUT
	switch {
	case caller.Err() != nil:
		return caller.Err()
	case late:
		return &catalog.Error{
			Code: catalog.Unavailable, Reason: reasonPictureTimeout,
			Message: "the page could not be drawn in time: try again when the server is less busy",
		}
	case refused:
		return unreadable(refusal.Reason)
	case unstarted, errors.Is(err, engine.ErrClosed):
		return &catalog.Error{
			Code: catalog.Unavailable, Reason: reasonEngineUnavailable,
			Message: "no engine child can be started to draw the page: run fonds doctor on the server",
		}
	}
	return err
}

func unreadable(reason string) error {
	return &catalog.Error{Code: catalog.Precondition, Reason: api.ReasonPageUnreadable, Message: "the page cannot be shown: " + reason}
}

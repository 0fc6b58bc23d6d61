//go:build tesseract

package main

import (
	"errors"
	"os"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// render writes the page as a PNG: in the coordinates of the original raster
// unless it is to be set upright, and no larger than asked for.
func render(call *enginev1.Render) (*enginev1.Rendering, error) {
	p, err := decode(call.GetImage(), true)
	if refused, ok := errors.AsType[*refusal](err); ok {
		return &enginev1.Rendering{Outcome: refused.outcome, Reason: refused.reason}, nil
	}
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if err := p.plain(true); err != nil {
		return nil, err
	}
	small, err := p.shrunk(int(call.GetMaxSide()))
	if err != nil {
		return nil, err
	}
	defer small.Close()
	var way turn
	if call.GetUpright() {
		way = exifTurn(p.orientation)
	}
	out, err := small.turned(way)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	if err := out.writePNG(call.GetTarget()); err != nil {
		return nil, errors.Join(err, os.Remove(call.GetTarget()))
	}
	return &enginev1.Rendering{
		Outcome: fondsv1.Outcome_OUTCOME_TEXT,
		Width:   uint32(out.width()), Height: uint32(out.height()),
	}, nil
}

//go:build tesseract

package main

// #include <leptonica/allheaders.h>
import "C"

import (
	"fmt"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protopath"
	"google.golang.org/protobuf/reflect/protorange"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// leastReduced is the longest side in pixels that a page keeps when it is reduced: A4
// at 150 dpi has 1754. What a file says of its resolution may be wrong.
const leastReduced = 1700

// reduction is the whole number by which a page's sides are divided before it is read.
func reduction(image *enginev1.Image, head header) int {
	finest, resolution := int(image.GetFinest()), int(image.GetResolution())
	if finest == 0 || resolution <= finest {
		return 1
	}
	wanted := (resolution + finest - 1) / finest
	return max(min(wanted, max(head.width, head.height)/leastReduced), 1)
}

// decodedSmaller is the part of a reduction that a JPEG decoder does by itself, at a
// fraction of the work: 1, 2, 4 or 8.
func decodedSmaller(factor int) int {
	part := 1
	for part < 8 && factor%(2*part) == 0 {
		part *= 2
	}
	return part
}

// reduce brings a plain page that was decoded to what is recognised of it, by the mean
// of each square of pixels.
func (p *page) reduce(resolution uint32) error {
	if p.factor <= 1 {
		return nil
	}
	width, height := max(p.fullWidth/p.factor, 1), max(p.fullHeight/p.factor, 1)
	if p.depth() == 1 {
		if err := p.replace(C.pixConvert1To8(nil, p.c, 255, 0)); err != nil {
			return err
		}
	}
	if p.width() != width || p.height() != height {
		if err := p.replace(C.pixScaleAreaMapToSize(p.c, C.l_int32(width), C.l_int32(height))); err != nil {
			return err
		}
	}
	p.steps = append(p.steps, &fondsv1.Step{
		Name: "reduce", Detail: fmt.Sprintf("from %d dpi, sides divided by %d", resolution, p.factor),
	})
	return nil
}

// reduced is a call about a page as it is read: at the resolution that it has then.
func reduced(call *enginev1.Recognize, p *page) *enginev1.Recognize {
	if p.factor <= 1 {
		return call
	}
	out := proto.CloneOf(call)
	out.Image.Resolution = (out.GetImage().GetResolution() + uint32(p.factor)/2) / uint32(p.factor)
	return out
}

// enlarge brings the body of a reduced page into the coordinates of the original:
// every box in it, whatever it is of.
func (p *page) enlarge(body *fondsv1.Body) error {
	if p.factor <= 1 || body == nil {
		return nil
	}
	body.Width, body.Height = uint32(p.fullWidth), uint32(p.fullHeight)
	return protorange.Range(body.ProtoReflect(), func(path protopath.Values) error {
		if m, ok := path.Index(-1).Value.Interface().(protoreflect.Message); ok {
			if box, ok := m.Interface().(*fondsv1.Box); ok {
				p.enlargeBox(box)
			}
		}
		return nil
	})
}

// enlargeBox scales a box. The last row and column of the reduced picture may stand
// for some pixels more than the others.
func (p *page) enlargeBox(b *fondsv1.Box) {
	right, bottom := int(b.GetX()+b.GetWidth()), int(b.GetY()+b.GetHeight())
	scale := func(v, reduced, full int) int {
		if v >= reduced {
			return full
		}
		return v * p.factor
	}
	x, y := scale(int(b.GetX()), p.fullWidth/p.factor, p.fullWidth), scale(int(b.GetY()), p.fullHeight/p.factor, p.fullHeight)
	b.X, b.Y = uint32(x), uint32(y)
	b.Width = uint32(scale(right, p.fullWidth/p.factor, p.fullWidth) - x)
	b.Height = uint32(scale(bottom, p.fullHeight/p.factor, p.fullHeight) - y)
}

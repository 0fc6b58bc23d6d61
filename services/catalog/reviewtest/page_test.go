package reviewtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/passage"
)

// Every page has this size in pixels, and the lines of a text are spread over it, or
// over the part of it that the text is of.
const (
	pageWidth  = 100
	pageHeight = 400
)

func digestOf(b []byte) catalog.Digest {
	sum := sha256.Sum256(b)
	return catalog.Digest(hex.EncodeToString(sum[:]))
}

// words makes a text of some lines of two words.
func words(rng *rand.Rand, lines int) string {
	var b strings.Builder
	for range lines {
		fmt.Fprintf(&b, "w%d w%d\n", rng.IntN(1000), rng.IntN(1000))
	}
	return b.String()
}

// body lays a text of such lines over a part of a page, nil for the whole.
func body(text string, part *catalog.Box, confidence float32, salt []byte) ([]byte, catalog.Measure, error) {
	area := catalog.Box{Width: pageWidth, Height: pageHeight}
	if part != nil {
		area = *part
	}
	b := &fondsv1.Body{Text: text, Width: pageWidth, Height: pageHeight, Confidence: confidence, Salt: salt}
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	at := 0
	for n, line := range lines {
		first := uint32(len(b.GetWords()))
		for i, word := range strings.Fields(line) {
			start := at + strings.Index(text[at:], word)
			at = start + len(word)
			b.Words = append(b.Words, &fondsv1.Word{Start: uint32(start), End: uint32(at), Confidence: confidence, Box: &fondsv1.Box{
				X: uint32(area.X + i*area.Width/2), Y: uint32(area.Y + n*area.Height/len(lines)),
				Width: uint32(area.Width / 3), Height: uint32(max(1, area.Height/len(lines)/2)),
			}})
		}
		b.Lines = append(b.Lines, &fondsv1.Line{WordStart: first, WordEnd: uint32(len(b.GetWords()))})
	}
	b.Paragraphs = []*fondsv1.Paragraph{{LineEnd: uint32(len(b.GetLines()))}}
	b.Blocks = []*fondsv1.Block{{ParagraphEnd: 1}}
	if text == "" {
		b.Words, b.Lines, b.Paragraphs, b.Blocks = nil, nil, nil, nil
	}
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(b)
	return encoded, passage.Measured(b), err
}

// checkBody is what fsck asks of a body.
func checkBody(encoded []byte, text string) error {
	var b fondsv1.Body
	if err := proto.Unmarshal(encoded, &b); err != nil {
		return err
	}
	if b.GetText() != text {
		return fmt.Errorf("the text is not the body's")
	}
	return nil
}

// halves cuts a part of a page in two, one above the other.
func halves(part *catalog.Box) (upper, lower *catalog.Box) {
	whole := catalog.Box{Width: pageWidth, Height: pageHeight}
	if part != nil {
		whole = *part
	}
	first, second := whole, whole
	first.Height = whole.Height / 2
	second.Y, second.Height = whole.Y+first.Height, whole.Height-first.Height
	return &first, &second
}

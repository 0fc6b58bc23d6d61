package export

import (
	"fmt"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// threeLines is a page of 100 by 90 with lines at the middles 15, 45 and 75 of the
// upright text, as it lies on a scan that must be turned by so many degrees clockwise
// to be read.
func threeLines(turn uint32) *fondsv1.Body {
	body := &fondsv1.Body{Width: 100, Height: 90, Turn: turn, Text: "one\ntwo\nthree\n"}
	starts, ends := []uint32{0, 4, 8}, []uint32{3, 7, 13}
	for n := range uint32(3) {
		near := 30*n + 10 // from the upper edge of the upright text
		box := &fondsv1.Box{X: 5, Y: near, Width: 90, Height: 10}
		switch turn {
		case 90: // the upper edge lies at the left
			body.Width, body.Height = 90, 100
			box = &fondsv1.Box{X: near, Y: 5, Width: 10, Height: 90}
		case 180:
			box.Y = 90 - near - 10
		case 270:
			body.Width, body.Height = 90, 100
			box = &fondsv1.Box{X: 90 - near - 10, Y: 5, Width: 10, Height: 90}
		}
		body.Words = append(body.Words, &fondsv1.Word{Start: starts[n], End: ends[n], Box: box})
		body.Lines = append(body.Lines, &fondsv1.Line{WordStart: n, WordEnd: n + 1, Box: box})
	}
	body.Paragraphs = []*fondsv1.Paragraph{{LineEnd: 3}}
	body.Blocks = []*fondsv1.Block{{ParagraphEnd: 1}}
	return body
}

func TestHalvesPartThePageBetweenLines(t *testing.T) {
	for _, turn := range []uint32{0, 90, 180, 270} {
		for at, want := range map[int][2]string{
			4: {"one\n", "two\nthree\n"}, 6: {"one\n", "two\nthree\n"},
			7: {"one\ntwo\n", "three\n"}, 8: {"one\ntwo\n", "three\n"}, 12: {"one\ntwo\n", "three\n"},
		} {
			t.Run(fmt.Sprintf("turned %d at %d", turn, at), func(t *testing.T) {
				body := threeLines(turn)
				first, second, ok := Halves(body, nil, at)
				if !ok {
					t.Fatal("no halves")
				}
				if got := [2]string{Cut(body, first).GetText(), Cut(body, second).GetText()}; got != want {
					t.Errorf("the halves say %q, want %q", got, want)
				}
				if area := func(b *fondsv1.Box) uint32 { return b.GetWidth() * b.GetHeight() }; area(first)+area(second) != 9000 {
					t.Errorf("the halves %v and %v do not make up the page", first, second)
				}
			})
		}
	}
}

// A half can be cut again, with the text of the half.
func TestHalvesOfAHalf(t *testing.T) {
	for _, turn := range []uint32{0, 90, 180, 270} {
		body := threeLines(turn)
		_, rest, _ := Halves(body, nil, 4)
		cut := Cut(body, rest)
		first, second, ok := Halves(cut, rest, len("two\n"))
		if !ok || Cut(body, first).GetText() != "two\n" || Cut(body, second).GetText() != "three\n" {
			t.Errorf("turned %d: %v and %v of %v", turn, first, second, rest)
		}
	}
}

func TestHalvesThatAreNone(t *testing.T) {
	for name, c := range map[string]struct {
		body *fondsv1.Body
		box  *fondsv1.Box
		at   int
	}{
		"first line":        {threeLines(0), nil, 2},
		"behind the text":   {threeLines(0), nil, 14},
		"no lines":          {&fondsv1.Body{Width: 10, Height: 10, Text: "x"}, nil, 0},
		"empty body":        {&fondsv1.Body{}, nil, 0},
		"cut above the box": {threeLines(0), &fondsv1.Box{Y: 60, Width: 100, Height: 30}, 4},
		"cut below the box": {threeLines(0), &fondsv1.Box{Width: 100, Height: 20}, 4},
	} {
		if first, second, ok := Halves(c.body, c.box, c.at); ok {
			t.Errorf("%s: %v and %v", name, first, second)
		}
	}
}

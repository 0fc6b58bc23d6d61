package align

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/export"
)

// show writes a body's words with the left and right edge of their boxes on the upright
// page, and the upper one where it is not that of the word before; ~ stands before one
// that was not read, ! behind one that a person wrote.
func show(b *fondsv1.Body) string {
	var s strings.Builder
	top := int64(margin)
	boxes := uprightBoxes(b)
	for n, w := range b.GetWords() {
		if n > 0 {
			s.WriteString("  ")
		}
		if w.GetInterpolated() {
			s.WriteString("~")
		}
		s.WriteString(wordText(b, w))
		if w.GetConfidence() == 1 {
			s.WriteString("!")
		}
		if w.GetBox() == nil {
			s.WriteString(" nowhere")
			continue
		}
		fmt.Fprintf(&s, " %d-%d", boxes[n].left, boxes[n].right)
		if boxes[n].top != top {
			top = boxes[n].top
			fmt.Fprintf(&s, "/%d", top)
		}
	}
	return s.String()
}

func TestOnto(t *testing.T) {
	for name, c := range map[string]struct{ base, corrected, want string }{
		"same":                                  {"aaa bbb\nccc\n", "aaa bbb\nccc\n", "aaa 100-145  bbb 160-205  ccc 100-145/140"},
		"nothing left":                          {"aaa bbb\n", "", ""},
		"a letter":                              {"aaa bxb ccc\n", "aaa bbb ccc\n", "aaa 100-145  bbb! 160-205  ccc 220-265"},
		"a word for a speck":                    {"aaa b ccc\n", "aaa wwwwwwww ccc\n", "aaa 100-145  ~wwwwwwww! 150-186  ccc 190-235"},
		"one for one":                           {"aaa zzz ccc\n", "aaa wwww ccc\n", "aaa 100-145  wwww! 160-205  ccc 220-265"},
		"joined":                                {"come to gether\n", "come together\n", "come 100-160  together! 175-310"},
		"letters apart":                         {"S E C R E T to\n", "SECRET to\n", "SECRET! 100-265  to 280-310"},
		"joined with a slip":                    {"come t0 gether\n", "come together\n", "come 100-160  together! 175-310"},
		"joined over a line end":                {"we inter-\nnational law\n", "we international\nlaw\n", "we 100-130  ~international! 100-220/140  law 235-280"},
		"split":                                 {"come ofthe\n", "come of the\n", "come 100-160  ~of! 175-200  ~the! 213-250"},
		"a speck":                               {"aaa . bbb\n", "aaa bbb\n", "aaa 100-145  bbb 190-235"},
		"a speck and a slip":                    {"| aaaaxa bbb\n", "aaaaaa bbb\n", "aaaaaa! 130-220  bbb 235-280"},
		"put between":                           {"aaa ccc\n", "aaa bbb ccc\n", "aaa 100-145  ~bbb! 148-157  ccc 160-205"},
		"put at the end":                        {"aaa bbb\nccc\n", "aaa bbb xx yy\nccc\n", "aaa 100-145  bbb 160-205  ~xx! 220-250  ~yy! 265-295  ccc 100-145/140"},
		"put at the start":                      {"aaa bbb\n", "xx aaa bbb\n", "~xx! 55-85  aaa 100-145  bbb 160-205"},
		"too much at the start":                 {"aaa\n", "xxxxxxxxxxxxxxxxxxx aaa\n", "~xxxxxxxxxxxxxxxxxxx! 0-95  aaa 100-145"},
		"some for some":                         {"aaa b0g% zzzz9 ccc\n", "aaa woven ill u ccc\n", "aaa 100-145  ~woven! 160-228  ~ill! 242-283  ~u! 296-310  ccc 325-370"},
		"as many for as many":                   {"aaa b0g zzzz9 ccc\n", "aaa who woven ccc\n", "aaa 100-145  who! 160-205  woven! 220-295  ccc 310-355"},
		"lines for lines":                       {"aaa\nqqqq www\nppp lll kkk\nccc\n", "aaa\nXYZ\nMNOU VF\nccc\n", "aaa 100-145  ~XYZ! 100-220/140  ~MNOU! 100-194/180  ~VF! 218-265  ccc 100-145/220"},
		"a line put in":                         {"aaa bbb\nccc\n", "aaa bbb\nxxx yy\nccc\n", "aaa 100-145  bbb 160-205  ~xxx! 100-145/125  ~yy! 160-190  ccc 100-145/140"},
		"a line put below":                      {"aaa bbb\n", "aaa bbb\nxxx yy\n", "aaa 100-145  bbb 160-205  ~xxx! 100-145/125  ~yy! 160-190"},
		"lines put above":                       {"aaa bbb\n", "xxx\nyy\n\naaa bbb\n", "~xxx! 100-145/50  ~yy! 100-130/75  aaa 100-145/100  bbb 160-205"},
		"lines joined":                          {"aaa bbb\nccc\n", "aaa bbb x ccc\n", "aaa 100-145  bbb 160-205  ~x! 220-235  ccc 100-145/140"},
		"a line parted":                         {"aaa bbb\n", "aaa\nbbb\n", "aaa 100-145  bbb 160-205"},
		"words taken out":                       {"aaa bbb ccc\nddd\neee\n", "ccc\neee\n", "ccc 220-265  eee 100-145/180"},
		"the right one of two":                  {"aaa bbb\naaa bbb\n", "aaa xxx\naaa bbb\n", "aaa 100-145  xxx! 160-205  aaa 100-145/140  bbb 160-205"},
		"a line taken out of two":               {"aaa x1\naaa yy\n", "aaa yy\n", "aaa 100-145/140  yy 160-190"},
		"a line put in that begins as the next": {"aaa x1\naaa yy\n", "aaa x1\naaa zz\naaa yy\n", "aaa 100-145  x1 160-190  ~aaa! 100-145/125  ~zz! 160-190  aaa 100-145/140  yy 160-190"},
		"decomposed":                            {"cafe\u0301 bbb\n", "caf\u00e9 bbb\n", "caf\u00e9 100-175  bbb 190-235"},
		"lines read across": {
			"Alpha Bravo Charlie Delta Echo Foxtrot\nGolf Hotel India Juliett Kilo Lima\n",
			"Alpha Bravo Charlie\nGolf Hotel India\n\nDelta Echo Foxtrot\nJuliett Kilo Lima\n",
			"Alpha 100-175  Bravo 190-265  Charlie 280-385  Golf 100-160/140  Hotel 175-250  India 265-340  " +
				"Delta 400-475/100  Echo 490-550  Foxtrot 565-670  Juliett 355-460/140  Kilo 475-535  Lima 550-610",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, turn := range []uint32{0, 90, 180, 270} {
				base := bodyOf(typeset(c.base), turn)
				before := proto.Clone(base)
				got := Onto(base, c.corrected, nil)
				check(t, base, got, c.corrected, nil)
				if s := show(got); s != c.want {
					t.Errorf("turned %d: got\n%s, want\n%s", turn, s, c.want)
				}
				if !proto.Equal(before, base) {
					t.Error("the base was changed")
				}
				if again := Onto(got, got.GetText(), nil); !proto.Equal(again, got) {
					t.Errorf("again: got %v, want %v", again, got)
				}
			}
		})
	}
}

func TestOntoAPageWithoutWords(t *testing.T) {
	corrected := "aaaa bbb\nc\n\nd\n"
	for name, c := range map[string]struct {
		base *fondsv1.Body
		part *fondsv1.Box
		want string
	}{
		"nothing known": {nil, nil, "aaaa! nowhere  bbb! nowhere  c! nowhere  d! nowhere"},
		"a part":        {nil, &fondsv1.Box{X: 40, Y: 60, Width: 80, Height: 30}, "~aaaa! 40-80/60  ~bbb! 90-120  ~c! 40-50/70  ~d! 40-50/80"},
		"a blank page": {
			&fondsv1.Body{Width: 800, Height: 90}, nil,
			"~aaaa! 0-400/0  ~bbb! 500-800  ~c! 0-100/30  ~d! 0-100/60",
		},
		"a part of it": {
			&fondsv1.Body{Width: 800, Height: 90}, &fondsv1.Box{X: 400, Y: 30, Width: 1000, Height: 60},
			"~aaaa! 400-600/30  ~bbb! 650-800  ~c! 400-450/50  ~d! 400-450/70",
		},
		"beside the page": {&fondsv1.Body{Width: 800, Height: 90}, &fondsv1.Box{X: 800, Width: 10, Height: 60}, "aaaa! nowhere  bbb! nowhere  c! nowhere  d! nowhere"},
		"a turned page": {
			&fondsv1.Body{Width: 90, Height: 800, Turn: 90}, nil,
			"~aaaa! 0-400/0  ~bbb! 500-800  ~c! 0-100/30  ~d! 0-100/60",
		},
		"one pixel":      {&fondsv1.Body{Width: 1, Height: 1}, nil, "~aaaa! 0-1/0  ~bbb! 0-1  ~c! 0-1  ~d! 0-1"},
		"a mere text":    {&fondsv1.Body{Text: "aaaa bbb\n"}, nil, "aaaa! nowhere  bbb! nowhere  c! nowhere  d! nowhere"},
		"words, no page": {&fondsv1.Body{Text: "aaaa", Words: []*fondsv1.Word{{End: 4, Confidence: 0.5}}}, nil, "aaaa nowhere  bbb! nowhere  c! nowhere  d! nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			got := Onto(c.base, corrected, c.part)
			check(t, c.base, got, corrected, c.part)
			if s := show(got); s != c.want {
				t.Errorf("got\n%s, want\n%s", s, c.want)
			}
		})
	}
}

// A page that was read with its columns in the wrong order keeps all its boxes.
func TestOntoMovedColumns(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	left, right := typeset(prose(r, 250)), typeset(prose(r, 250))
	for n := range right {
		right[n].box.left, right[n].box.right = right[n].box.left+1200, right[n].box.right+1200
		right[n].block++
		right[n].line += 1000
		right[n].paragraph += 1000
	}
	truth := append(slices.Clone(left), right...)
	damaged := append(damage(r, right, 0.05, 0, false), damage(r, left, 0.05, 0, false)...)
	base, want := bodyOf(damaged, 0), bodyOf(truth, 0)
	got := Onto(base, want.GetText(), nil)
	s := score{words: len(truth)}
	for n, box := range uprightBoxes(got) {
		if box == truth[n].box {
			s.right++
		}
	}
	t.Logf("%.2f %% of %d boxes right", 100*s.share(), s.words)
	if s.share() < 0.98 {
		t.Errorf("of %d words %d have the right box", s.words, s.right)
	}
	if len(got.GetBlocks()) != 2 {
		t.Errorf("%d blocks of two columns", len(got.GetBlocks()))
	}
}

// A text that stayed gives the same body but for its step, whatever the page is like.
func TestOntoTheSameText(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for _, turn := range []uint32{0, 90, 180, 270} {
		for range 5 {
			text := prose(r, 200)
			words := typeset(strings.Replace(text, "\n\n", "\n\f\n", 1))
			for n := range words {
				words[n].confidence = float32(r.IntN(1001)) / 1000
				words[n].box.top -= r.Int64N(5)
			}
			base := bodyOf(words, turn)
			got := Onto(base, base.GetText(), nil)
			check(t, base, got, text, nil)
			got.Steps = base.GetSteps()
			if !proto.Equal(got, base) {
				t.Errorf("turned %d: got %v, want %v", turn, got, base)
			}
		}
	}
}

// A part is cut as the export cuts it, and what is put into it stays in it.
func TestOntoAPart(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for _, turn := range []uint32{0, 90, 180, 270} {
		for range 20 {
			base := bodyOf(damage(r, typeset(prose(r, 150)), 0.1, 0.05, true), turn)
			x, y := r.Uint32N(base.GetWidth()/2), r.Uint32N(base.GetHeight()/2)
			part := &fondsv1.Box{X: x, Y: y, Width: 1 + r.Uint32N(base.GetWidth()-x), Height: 1 + r.Uint32N(base.GetHeight()-y)}
			cut := export.Cut(base, part)
			got := Onto(base, cut.GetText(), part)
			check(t, base, got, cut.GetText(), part)
			if !slices.Equal(uprightBoxes(got), uprightBoxes(cut)) {
				t.Fatalf("the part %v is cut in another way", part)
			}
			corrected := garble(r, cut.GetText(), 0.1) + " word put in\n\nand a line"
			got = Onto(base, corrected, part)
			check(t, base, got, corrected, part)
			if again := export.Cut(got, part); again.GetText() != got.GetText() {
				t.Fatalf("turned %d: of %q only %q lies in the part %v", turn, got.GetText(), again.GetText(), part)
			}
		}
	}
}

func TestNormalise(t *testing.T) {
	for s, want := range map[string]string{
		"":                               "",
		" \r\n\t \u00a0\u2029":           "",
		"a":                              "a\n",
		" a  b\t\u00a0c \r\nd\re\n\n\nf": " a  b\t c\nd\ne\n\n\nf\n",
		"a\n \t \nb\n":                   "a\n\nb\n",
		"\n\na\n\n":                      "\n\na\n",
		"    To Moscow\n\tNo.  12 \t\n":  "    To Moscow\n\tNo.  12\n",
		"a\u2028b\u2029c\u0085d\ve\ff":   "a\nb\n\nc\nd\ne\nf\n",
		"a\x00b\x1b[1mc\u009d\x7fd":      "ab[1mcd\n",
		"e\u0301 e\x00\u0301 и\u0306":    "é é й\n",
		"\ufeffa\xff\xfe\xedb":           "a\ufffdb\n",
		"Ё\u200dж \u202ea":               "Ё\u200dж \u202ea\n",
	} {
		got := Normalise(s)
		if got != want {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
		if again := Normalise(got); again != got {
			t.Errorf("%q becomes %q the second time", got, again)
		}
	}
}

// FuzzOnto makes a page of one text and corrects it to another.
func FuzzOnto(f *testing.F) {
	f.Add("aaa bbb\nccc\n\nddd", "aaa bxb\nccc ddd", uint8(0), uint32(0), uint32(0), uint32(0), uint32(0))
	f.Add("to gether ofthe", "together of the", uint8(1), uint32(10), uint32(10), uint32(500), uint32(900))
	f.Add("a b c d e f g h i", "x y z", uint8(2), uint32(0), uint32(0), uint32(1), uint32(1))
	f.Add("Telegram No. 5\nSECRET\n", "\n   Telegram  No.\t5\n\n\n\tSECRET \n\n", uint8(0), uint32(0), uint32(0), uint32(900), uint32(900))
	f.Add("", "a\xff\u2029b\u0301", uint8(3), uint32(3000), uint32(3000), uint32(1<<31), uint32(1<<31))
	f.Add("Alpha Bravo Charlie Delta Echo Foxtrot", "Delta Echo Foxtrot\n\nAlpha Bravo Charlie", uint8(0), uint32(90), uint32(90), uint32(300), uint32(300))
	f.Fuzz(func(t *testing.T, before, corrected string, quarters uint8, x, y, width, height uint32) {
		base := bodyOf(slices.DeleteFunc(typeset(Normalise(collapsed(before))), func(w printed) bool {
			return w.box.right > pageW || w.box.bottom > pageH
		}), uint32(quarters%4)*90)
		var part *fondsv1.Box
		if width > 0 && height > 0 {
			part = &fondsv1.Box{X: x % pageW, Y: y % pageW, Width: width, Height: height}
		}
		got := Onto(base, corrected, part)
		check(t, base, got, corrected, part)
		if part != nil && export.Cut(got, part).GetText() != got.GetText() {
			t.Errorf("%q does not lie in the part", got.GetText())
		}
		if again := Onto(got, corrected, part); !slices.Equal(uprightBoxes(again), uprightBoxes(got)) {
			t.Errorf("the second time the words stand elsewhere: %s, not %s", show(again), show(got))
		}
		if same := Onto(base, base.GetText(), nil); !slices.Equal(uprightBoxes(same), uprightBoxes(base)) {
			t.Errorf("words that stayed stand elsewhere: %s, not %s", show(same), show(base))
		}
		if !utf8.ValidString(got.GetText()) || Normalise(got.GetText()) != got.GetText() {
			t.Errorf("%q is not normalised", got.GetText())
		}
	})
}

// FuzzOntoAnyBody takes any message for a base.
func FuzzOntoAnyBody(f *testing.F) {
	for _, text := range []string{"", "aaa bbb\nccc\n\nddd", "a b\x00\u0301c"} {
		b, err := proto.Marshal(page(text))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, "aaa bxb ccc ddd eee", []byte{})
		f.Add(b, text, []byte{8, 1, 16, 1, 24, 100, 32, 100})
	}
	f.Fuzz(func(t *testing.T, b []byte, corrected string, box []byte) {
		base, part := &fondsv1.Body{}, &fondsv1.Box{}
		if proto.Unmarshal(b, base) != nil || proto.Unmarshal(box, part) != nil {
			t.Skip()
		}
		check(t, base, Onto(base, corrected, nil), corrected, nil)
		check(t, base, Onto(base, corrected, part), corrected, part)
	})
}

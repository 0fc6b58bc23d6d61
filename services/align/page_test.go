package align

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/export"
)

// Measures of a typeset page in pixels: of small type, at 300 dpi.
const (
	letter = 15
	high   = 25
	leap   = 40
	margin = 100
	pageW  = 2480
	pageH  = 3508
)

// printed is a word as it stands on a page.
type printed struct {
	text            string
	box             rect
	line, paragraph int
	block           int
	confidence      float32
}

// typeset puts a text on a page; blocks are parted by a form feed.
func typeset(text string) []printed {
	var words []printed
	top, line, paragraph := int64(margin), 0, 0
	for block, part := range strings.Split(text, "\f") {
		for par := range strings.SplitSeq(strings.Trim(part, "\n"), "\n\n") {
			for l := range strings.SplitSeq(strings.Trim(par, "\n"), "\n") {
				left := int64(margin)
				for w := range strings.FieldsSeq(l) {
					width := int64(letter * utf8.RuneCountInString(w))
					words = append(words, printed{
						text: w, box: rect{left, top, left + width, top + high},
						line: line, paragraph: paragraph, block: block, confidence: 0.9,
					})
					left += width + letter
				}
				top += leap
				line++
			}
			top += leap
			paragraph++
		}
	}
	return words
}

// bodyOf is the body of a page with these words that lies on the scan so that it has to
// be turned clockwise by so many degrees.
func bodyOf(words []printed, turn uint32) *fondsv1.Body {
	s := sheet{width: pageW, height: pageH, turn: turn}
	if turn == 90 || turn == 270 {
		s.width, s.height = pageH, pageW
	}
	s.area = s.upright(rect{0, 0, s.width, s.height})
	p := placer{sheet: s}
	var text strings.Builder
	for n, w := range words {
		t := token{line: w.line, paragraph: w.paragraph}
		if n > 0 {
			text.WriteString(map[bool]string{true: " ", false: "\n"}[w.line == words[n-1].line])
			if w.paragraph != words[n-1].paragraph {
				text.WriteString("\n")
			}
		}
		t.start = text.Len()
		text.WriteString(w.text)
		t.end = text.Len()
		p.tokens = append(p.tokens, t)
		p.runes = append(p.runes, utf8.RuneCountInString(w.text))
		p.origins = append(p.origins, origin{block: w.block, confidence: w.confidence})
		p.spots = append(p.spots, spot{rect: w.box, state: read})
	}
	if len(words) > 0 {
		text.WriteString("\n")
	}
	m := newMatcher(len(words), len(words))
	for n := range words {
		m.keep(n, n)
	}
	b := p.body(&fondsv1.Body{Width: uint32(s.width), Height: uint32(s.height), Turn: turn, Resolution: 300}, text.String(), m)
	b.Steps = []*fondsv1.Step{{Name: "recognise", Detail: "test"}}
	return b
}

func page(text string) *fondsv1.Body { return bodyOf(typeset(text), 0) }

// uprightBoxes are the boxes of a body's words on the page set upright; empty for none.
func uprightBoxes(b *fondsv1.Body) []rect {
	s := sheet{width: int64(b.GetWidth()), height: int64(b.GetHeight()), turn: b.GetTurn()}
	all := make([]rect, len(b.GetWords()))
	for n, w := range b.GetWords() {
		if w.GetBox() != nil {
			all[n] = s.upright(original(w.GetBox()))
		}
	}
	return all
}

func wordsOf(b *fondsv1.Body) []string {
	var all []string
	for _, w := range b.GetWords() {
		all = append(all, wordText(b, w))
	}
	return all
}

// check tests what holds for every body that Onto returns, and that it can be written.
func check(t *testing.T, base, got *fondsv1.Body, corrected string, part *fondsv1.Box) {
	t.Helper()
	checkBody(t, base, got, corrected, part)
	d := export.Document{Pages: []export.Page{{Scan: "s", Number: 1, Reading: &fondsv1.Reading{Body: got}}}}
	export.HOCR(d)
	export.ALTO(d)
	export.Text(d)
}

func checkBody(t *testing.T, base, got *fondsv1.Body, corrected string, part *fondsv1.Box) {
	t.Helper()
	if got.GetText() != Normalise(corrected) {
		t.Fatalf("the text is %q, not %q", got.GetText(), Normalise(corrected))
	}
	if fields := strings.Fields(got.GetText()); !slices.Equal(wordsOf(got), fields) {
		t.Fatalf("the words are %q, not %q", wordsOf(got), fields)
	}
	if got.GetWidth() != base.GetWidth() || got.GetHeight() != base.GetHeight() || got.GetTurn() != base.GetTurn() {
		t.Fatal("the page is another one")
	}
	end := uint32(0)
	for n, w := range got.GetWords() {
		if w.GetStart() < end || w.GetEnd() <= w.GetStart() || !(w.GetConfidence() >= 0 && w.GetConfidence() <= 1) {
			t.Fatalf("word %d is %v behind %d", n, w, end)
		}
		end = w.GetEnd()
		checkBox(t, base, w.GetBox(), part)
	}
	checkParts(t, got)
}

func checkBox(t *testing.T, base *fondsv1.Body, b, part *fondsv1.Box) {
	t.Helper()
	if b == nil {
		return
	}
	width, height := base.GetWidth(), base.GetHeight()
	if width == 0 || height == 0 {
		if part == nil {
			t.Fatalf("a box %v out of nothing", b)
		}
		width, height = part.GetX()+part.GetWidth(), part.GetY()+part.GetHeight()
	}
	if b.GetWidth() < 1 || b.GetHeight() < 1 || b.GetX() >= width || b.GetY() >= height ||
		b.GetWidth() > width-b.GetX() || b.GetHeight() > height-b.GetY() {
		t.Fatalf("a box %v on a page of %d by %d", b, width, height)
	}
}

// collapsed is a text whose words are joined by one blank and whose paragraphs are parted
// by one empty line.
func collapsed(text string) string {
	var b strings.Builder
	gap := false
	for line := range strings.SplitSeq(text, "\n") {
		words := strings.Fields(line)
		if len(words) > 0 && gap && b.Len() > 0 {
			b.WriteByte('\n')
		}
		if gap = len(words) == 0; !gap {
			b.WriteString(strings.Join(words, " ") + "\n")
		}
	}
	return b.String()
}

// checkParts tests that lines, paragraphs and blocks are runs that leave nothing out
// and follow the text's line ends.
func checkParts(t *testing.T, got *fondsv1.Body) {
	t.Helper()
	var lines, paragraphs []string
	words, next := wordsOf(got), uint32(0)
	for _, l := range got.GetLines() {
		if l.GetWordStart() != next || l.GetWordEnd() <= next || int(l.GetWordEnd()) > len(words) {
			t.Fatalf("line %v behind word %d", l, next)
		}
		next = l.GetWordEnd()
		lines = append(lines, strings.Join(words[l.GetWordStart():next], " "))
	}
	if int(next) != len(words) {
		t.Fatal("words without a line")
	}
	next = 0
	for _, p := range got.GetParagraphs() {
		if p.GetLineStart() != next || p.GetLineEnd() <= next || int(p.GetLineEnd()) > len(lines) {
			t.Fatalf("paragraph %v behind line %d", p, next)
		}
		next = p.GetLineEnd()
		paragraphs = append(paragraphs, strings.Join(lines[p.GetLineStart():next], "\n")+"\n")
	}
	if int(next) != len(lines) || strings.Join(paragraphs, "\n") != collapsed(got.GetText()) {
		t.Fatalf("the parts say %q", strings.Join(paragraphs, "\n"))
	}
	next = 0
	for _, b := range got.GetBlocks() {
		if b.GetParagraphStart() != next || b.GetParagraphEnd() <= next {
			t.Fatalf("block %v behind paragraph %d", b, next)
		}
		next = b.GetParagraphEnd()
	}
	if int(next) != len(paragraphs) {
		t.Fatal("paragraphs without a block")
	}
}

// prose makes a text of about so many words: frequent ones often, as in any language,
// numbers, names and marks between.
func prose(r *rand.Rand, words int) string {
	var b strings.Builder
	vocabulary := strings.Fields(vocabulary)
	for n, column := 0, 0; n < words; n++ {
		var w string
		switch x := r.Float64(); {
		case x < 0.03:
			w = fmt.Sprint(r.IntN(3000))
		case x < 0.05:
			w = []string{"—", "№", "\"", "и", "a"}[r.IntN(5)]
		case x < 0.35:
			w = vocabulary[r.IntN(20)]
		default:
			w = vocabulary[r.IntN(len(vocabulary))]
		}
		switch x := r.Float64(); {
		case x < 0.07:
			w += ","
		case x < 0.12:
			w += "."
		}
		column += utf8.RuneCountInString(w) + 1
		switch {
		case n == 0:
		case column > 66 && r.IntN(8) == 0:
			b.WriteString("\n\n")
			column = 0
		case column > 66:
			b.WriteString("\n")
			column = 0
		default:
			b.WriteString(" ")
		}
		b.WriteString(w)
	}
	return Normalise(b.String())
}

// vocabulary begins with the words that are frequent.
const vocabulary = `the of and to in a that for was on в и на не что с по к от из
at is by with be as it from this his would not have were are which he has had their но
за для о об как это его так был бы при до или все также только уже если
embassy ambassador telegram Moscow Peking Washington government Soviet Union delegation comrade minister foreign
affairs conversation reported stated question position agreement talks military assistance Korea Cuba Berlin border
proposal draft treaty reply message today yesterday according instructions considered necessary possible against
between during meeting leader party committee central secretary chairman visit invitation relations economic trade
посольство посол телеграмма Москва Пекин правительство Советский Союз делегация товарищ министр иностранных дел
беседа сообщил заявил вопрос позиция соглашение переговоры военная помощь Корея граница предложение проект договор
ответ сообщение сегодня вчера согласно указанию считаем необходимым возможным против между встреча партия комитет
центральный секретарь председатель визит приглашение отношения экономические торговля секретно экземпляр срочно
вручить немедленно телеграфируйте исполнение подтвердите получение просим передать выразить благодарность`

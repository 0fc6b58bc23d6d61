package align

import (
	"math"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// body puts the new body together.
func (p *placer) body(base *fondsv1.Body, text string, m *matcher) *fondsv1.Body {
	b := builder{placer: p, to: &fondsv1.Body{
		Text: text, Width: base.GetWidth(), Height: base.GetHeight(), Turn: base.GetTurn(),
		Resolution: base.GetResolution(), Steps: []*fondsv1.Step{{Name: "correct"}},
	}}
	sources := m.sources()
	var sum, weight float64
	for n, t := range p.tokens {
		w := &fondsv1.Word{
			Start: uint32(t.start), End: uint32(t.end), Confidence: 1,
			Box: p.sheet.box(p.spots[n].rect), Interpolated: p.spots[n].state == between,
		}
		if from := m.from[n]; from != none {
			w.Confidence = p.origins[from].confidence
		}
		sum += float64(p.runes[n]) * float64(w.Confidence)
		weight += float64(p.runes[n])
		b.to.Words = append(b.to.Words, w)
		b.line = b.line.join(p.spots[n].rect)
		last := n+1 == len(p.tokens)
		if last || p.tokens[n+1].line != t.line {
			b.endLine()
		}
		if last || p.tokens[n+1].paragraph != t.paragraph {
			b.endParagraph(sources)
		}
	}
	if len(p.tokens) > 0 {
		b.endBlock()
		b.to.Confidence = float32(math.Round(1000*sum/weight) / 1000)
	}
	return b.to
}

// sources gives for each word a word of the base that it comes from, or none.
func (m *matcher) sources() []int32 {
	all := append([]int32(nil), m.from...)
	for _, p := range m.pairings {
		for n := p.start; n < p.end; n++ {
			all[n] = p.base[0]
		}
	}
	return all
}

// builder ends lines, paragraphs and blocks behind the words that are there.
type builder struct {
	*placer
	to                       *fondsv1.Body
	line, paragraph, block   rect
	words, lines, paragraphs int // where the open one of each begins
	blockOfBase              int // that the open block comes from
}

func (b *builder) endLine() {
	b.to.Lines = append(b.to.Lines, &fondsv1.Line{
		WordStart: uint32(b.words), WordEnd: uint32(len(b.to.Words)), Box: b.sheet.box(b.line),
	})
	b.paragraph = b.paragraph.join(b.line)
	b.words, b.line = len(b.to.Words), rect{}
}

// endParagraph ends the block before it too, when most of its words come from another
// block of the base.
func (b *builder) endParagraph(sources []int32) {
	first := b.to.Lines[b.lines].WordStart
	if from := b.majority(sources[first:len(b.to.Words)]); from != none {
		if b.blockOfBase != from && len(b.to.Paragraphs) > b.paragraphs {
			b.endBlock()
		}
		b.blockOfBase = from
	}
	b.to.Paragraphs = append(b.to.Paragraphs, &fondsv1.Paragraph{
		LineStart: uint32(b.lines), LineEnd: uint32(len(b.to.Lines)), Box: b.sheet.box(b.paragraph),
	})
	b.block = b.block.join(b.paragraph)
	b.lines, b.paragraph = len(b.to.Lines), rect{}
}

// majority is the block of the base that most words come from, the first of these.
func (b *builder) majority(sources []int32) int {
	most, times := none, map[int]int{}
	for _, s := range sources {
		if s != none {
			times[b.origins[s].block]++
		}
	}
	for _, s := range sources {
		if s != none && (most == none || times[b.origins[s].block] > times[most]) {
			most = b.origins[s].block
		}
	}
	return most
}

func (b *builder) endBlock() {
	b.to.Blocks = append(b.to.Blocks, &fondsv1.Block{
		ParagraphStart: uint32(b.paragraphs), ParagraphEnd: uint32(len(b.to.Paragraphs)), Box: b.sheet.box(b.block),
	})
	b.paragraphs, b.block = len(b.to.Paragraphs), rect{}
}

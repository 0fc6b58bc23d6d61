package evaluation

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/services/accuracy"
)

// Sizes of the picture in its own units, pixels where it is shown at full size.
const (
	pictureWidth = 860
	margin       = 24
	plotRight    = pictureWidth - 110 // room for figures
	rowHeight    = 24
	groupGap     = 18
	barHeight    = 12
	legendHeight = 22
	mostGroups   = 24
	widestName   = 26 // letters
)

// style has colours that can be told apart in light and dark, by people who see few
// colours and in print: the third differs from both in lightness.
const style = `
svg { color-scheme: light dark }
text { font: 13px system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; fill: #1f2328 }
.title { font-size: 17px; font-weight: 600 }
.note { fill: #59636e; font-size: 12px }
.figure { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round }
.ground { fill: #ffffff }
.grid { stroke: #d8dee4 }
.whisker { stroke: #1f2328; stroke-width: 1.5; fill: none }
.c0 { fill: #8c959f } .c1 { fill: #0969da } .c2 { fill: #bf8700 } .c3 { fill: #8250df } .c4 { fill: #1a7f37 } .c5 { fill: #cf222e }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.note { fill: #9198a1 }
.figure { stroke: #0d1117 }
.ground { fill: #0d1117 }
.grid { stroke: #30363d }
.whisker { stroke: #e6edf3 }
.c0 { fill: #6e7681 } .c1 { fill: #4493f8 } .c2 { fill: #d29922 } .c3 { fill: #ab7df8 } .c4 { fill: #3fb950 } .c5 { fill: #f85149 }
}
`

const colours = 6

// Picture draws the CER of each recipe, over all pages and by kind, with whiskers for
// the 95 % intervals, as an SVG that stands alone.
func (r *Report) Picture() []byte {
	p := picture{report: r, scale: 1}
	for _, g := range r.Groups {
		if g.By != ByLanguage && len(p.groups) < mostGroups {
			p.groups = append(p.groups, g)
		}
	}
	p.measure()
	p.draw()
	return []byte(p.out.String())
}

// picture is an SVG in the making.
type picture struct {
	report *Report
	groups []Group
	// left is where bars begin; scale is the rate at their right end, and step that
	// between lines of the grid.
	left        int
	scale, step float64
	out         strings.Builder
}

// measure finds how long names are and how far bars reach.
func (p *picture) measure() {
	longest, most, value := 0, 0.0, 0.0
	for _, g := range p.groups {
		longest = max(longest, utf8.RuneCountInString(p.name(g)), utf8.RuneCountInString(groupNote(g)))
		for _, result := range g.Results {
			value = max(value, result.CER.Value)
			most = max(most, upper(result.CER))
		}
	}
	p.left = margin + 16 + 8*longest
	// An interval from few pages may reach far beyond all bars: it is cut off there.
	most = min(max(most, 0.001), max(2*value, 0.001))
	for _, step := range []float64{0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10} {
		if p.step = step; most/step <= 6 {
			break
		}
	}
	p.scale = p.step * math.Ceil(most/p.step-1e-9)
}

// upper is the end of an interval that is drawn.
func upper(e accuracy.Estimate) float64 {
	if e.Few() {
		return e.Value
	}
	return e.High
}

func (p *picture) name(g Group) string {
	if g.By == ByOrder {
		return "order not open"
	}
	return short(g.Name)
}

// short is a name that fits.
func short(name string) string {
	if utf8.RuneCountInString(name) > widestName {
		return string([]rune(name)[:widestName-1]) + "…"
	}
	return name
}

func groupNote(g Group) string {
	if g.Pages == 1 {
		return "1 page"
	}
	return fmt.Sprintf("%d pages", g.Pages)
}

func (p *picture) x(rate float64) float64 {
	return float64(p.left) + float64(plotRight-p.left)*min(rate/p.scale, 1)
}

func (p *picture) draw() {
	recipes := len(p.report.Recipes)
	legend, rows := p.legend()
	top := 70 + rows*legendHeight
	height := top + len(p.groups)*(max(recipes, 2)*rowHeight+groupGap) + 62
	p.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="title desc">`+"\n",
		pictureWidth, height, pictureWidth, height)
	p.printf("<title id=\"title\">Character error rate by recipe</title>\n<desc id=\"desc\">%s</desc>\n", escaped(p.described()))
	p.printf("<style>%s</style>\n<rect class=\"ground\" width=\"%d\" height=\"%d\"/>\n", style, pictureWidth, height)
	p.printf(`<text class="title" x="%d" y="34">Character error rate by recipe</text>`+"\n", margin)
	p.out.WriteString(legend)
	p.grid(top-8, height-56)
	y := top
	for _, g := range p.groups {
		p.group(g, y)
		y += max(recipes, 2)*rowHeight + groupGap
	}
	p.printf(`<text class="note" x="%d" y="%d">Less is better. Whiskers: 95 %% intervals over pages; none for fewer than %d pages.</text>`+"\n",
		margin, height-12, accuracy.FewPages)
	p.printf("</svg>\n")
}

// legend says which colour is whose, in as many rows as it takes.
func (p *picture) legend() (drawn string, rows int) {
	var b strings.Builder
	x, rows := margin, 1
	for i, recipe := range p.report.Recipes {
		name := short(recipe)
		width := 18 + 8*utf8.RuneCountInString(name) + 24
		if x > margin && x+width > pictureWidth {
			x, rows = margin, rows+1
		}
		y := 31 + rows*legendHeight
		fmt.Fprintf(&b, `<rect class="c%d" x="%d" y="%d" width="12" height="12" rx="2"/><text x="%d" y="%d">%s</text>`+"\n",
			i%colours, x, y, x+18, y+11, escaped(name))
		x += width
	}
	return b.String(), rows
}

func (p *picture) grid(top, bottom int) {
	for i := 0; float64(i)*p.step <= p.scale+p.step/2; i++ {
		x := p.x(float64(i) * p.step)
		p.printf(`<line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/><text class="note" x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n",
			x, top, x, bottom, x, bottom+16, tick(float64(i)*p.step))
	}
}

// tick writes a share as percent with no more digits than it has.
func tick(share float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", 100*share), "0"), ".") + " %"
}

func (p *picture) group(g Group, y int) {
	p.printf(`<text x="%d" y="%d">%s</text><text class="note" x="%d" y="%d">%s</text>`+"\n",
		margin, y+rowHeight/2+1, escaped(p.name(g)), margin, y+rowHeight/2+18, groupNote(g))
	for i, result := range g.Results {
		p.bar(i, result, y+i*rowHeight+(rowHeight-barHeight)/2)
	}
}

func (p *picture) bar(i int, result Result, y int) {
	e := result.CER
	if e.Pages == 0 {
		p.printf(`<text class="note" x="%d" y="%d">no page read</text>`+"\n", p.left+6, y+barHeight-1)
		return
	}
	end, middle := p.x(e.Value), float64(y)+barHeight/2
	p.printf(`<rect class="c%d" x="%d" y="%d" width="%.1f" height="%d" rx="1"/>`, i%colours, p.left, y, max(end-float64(p.left), 1), barHeight)
	if !e.Few() {
		low, high := p.x(e.Low), p.x(e.High)
		p.printf(`<path class="whisker" d="M%.1f %.1fH%.1fM%.1f %.1fv8`, low, middle, high, low, middle-4)
		if e.High <= p.scale {
			p.printf(`M%.1f %.1fv8`, high, middle-4)
		} else {
			p.printf(`M%.1f %.1fl5 4l-5 4`, high-5, middle-4) // it goes on
		}
		p.printf(`"/>`)
		end = max(end, high)
	}
	p.printf(`<text class="figure" x="%.1f" y="%d">%.2f %%</text>`+"\n", end+8, y+barHeight-1, 100*e.Value)
}

// described says the picture in words, for those who do not see it.
func (p *picture) described() string {
	var parts []string
	for _, g := range p.groups {
		for _, result := range g.Results {
			parts = append(parts, fmt.Sprintf("%s, %s: %s", p.name(g), result.Recipe, result.CER))
		}
	}
	return strings.Join(parts, "; ")
}

func (p *picture) printf(format string, args ...any) { fmt.Fprintf(&p.out, format, args...) }

// escaped makes a text one of XML: what XML cannot hold becomes U+FFFD.
func escaped(text string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return ""
	}
	return b.String()
}

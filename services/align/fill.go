package align

// row is a run of words of the text that stands on one line.
type row struct {
	start, end int
	rect               // around the words that have a place; empty when none has
	pitch      float64 // pixels a rune
}

// fill gives a place to the words that have none: in their line, between their
// neighbours; whole lines between the lines before and behind; and where there are
// none either, over the whole area.
func (p *placer) fill() {
	rows := p.rows()
	for n := range rows {
		if r := &rows[n]; !r.empty() {
			p.fillRow(r)
		}
	}
	for n := 0; n < len(rows); n++ {
		if !rows[n].empty() {
			continue
		}
		end := n + 1
		for end < len(rows) && rows[end].empty() {
			end++
		}
		p.fillRows(rows, n, end)
		n = end
	}
}

func (p *placer) rows() []row {
	var all []row
	for n, t := range p.tokens {
		if n == 0 || t.line != p.tokens[n-1].line {
			all = append(all, row{start: n})
		}
		all[len(all)-1].end = n + 1
	}
	for n := range all {
		r := &all[n]
		var pixels, runes int64
		for w := r.start; w < r.end; w++ {
			if s := p.spots[w]; s.known() {
				r.rect = r.join(s.rect)
				pixels += s.right - s.left
				runes += int64(p.runes[w])
			}
		}
		r.pitch = float64(pixels) / float64(max(runes, 1))
	}
	return all
}

// fillRow places the words of a line that has some with a place.
func (p *placer) fillRow(r *row) {
	for n := r.start; n < r.end; n++ {
		if p.spots[n].known() {
			continue
		}
		end := n + 1
		for end < r.end && !p.spots[end].known() {
			end++
		}
		p.fillRun(r, n, end)
		n = end
	}
}

// fillRun places words between their neighbours on the line, with a blank on each side,
// or beyond the one that there is, as wide as the line's other words are.
func (p *placer) fillRun(r *row, start, end int) {
	area := p.sheet.area
	width := float64(p.width(start, end))
	hasLeft, hasRight := start > r.start, end < r.end
	var line rect
	var left, pitch float64
	switch {
	case hasLeft && hasRight && p.spots[start-1].beside(p.spots[end].rect) && p.spots[start-1].left < p.spots[end].left:
		before, behind := p.spots[start-1].rect, p.spots[end].rect
		line = before.join(behind)
		pitch = max(float64(behind.left-before.right), 0) / (width + 2)
		left = float64(min(before.right, behind.left)) + pitch
	case hasLeft:
		line = p.spots[start-1].rect
		pitch = min(r.pitch, max(float64(area.right-line.right), 0)/(width+1))
		left = float64(line.right) + pitch
	default:
		line = p.spots[end].rect
		pitch = min(r.pitch, max(float64(line.left-area.left), 0)/(width+1))
		left = float64(line.left) - pitch*(width+1)
	}
	p.putRun(start, end, left, pitch, line)
}

// putRun places words one after the other.
func (p *placer) putRun(start, end int, left, pitch float64, line rect) {
	for n := start; n < end; n++ {
		right := left + pitch*float64(p.runes[n])
		p.put(n, left, right, line, p.sheet.area)
		left = right + pitch
	}
}

// fillRows places whole lines. They share the height between the line before and the
// one behind, or take lines of the same height below or above the one that there is.
func (p *placer) fillRows(rows []row, start, end int) {
	area := p.sheet.area
	n := float64(end - start)
	widest := 0
	for _, r := range rows[start:end] {
		widest = max(widest, p.width(r.start, r.end))
	}
	var top, height, left, pitch float64
	switch {
	case start > 0:
		before := rows[start-1]
		left, pitch = setting(rows[max(start-sampleRows, 0):start], before.rect)
		top = float64(before.bottom)
		room := area.bottom - before.bottom
		if end < len(rows) && rows[end].top >= before.bottom {
			room = rows[end].top - before.bottom
		}
		height = min(float64(before.bottom-before.top), max(float64(room), 0)/n)
	case end < len(rows):
		behind := rows[end]
		left, pitch = setting(rows[end:min(end+sampleRows, len(rows))], behind.rect)
		height = min(float64(behind.bottom-behind.top), max(float64(behind.top-area.top), 0)/n)
		top = float64(behind.top) - n*height
	default:
		left, pitch = float64(area.left), float64(area.right-area.left)/float64(widest)
		top, height = float64(area.top), float64(area.bottom-area.top)/n
	}
	pitch = min(pitch, max(float64(area.right)-left, 1)/float64(widest))
	for i := start; i < end; i++ {
		from := top + float64(i-start)*height
		line := rect{top: int64(from), bottom: int64(from + height)}
		p.putRun(rows[i].start, rows[i].end, left, pitch, line)
	}
}

// sampleRows is how many lines tell how others near them are set.
const sampleRows = 5

// setting is where lines begin that stand in the column of a line, and how wide their
// runes are.
func setting(rows []row, column rect) (left, pitch float64) {
	left = float64(column.left)
	var sum, number float64
	for _, r := range rows {
		if !r.empty() && r.left < column.right && r.right > column.left {
			left = min(left, float64(r.left))
			sum, number = sum+r.pitch, number+1
		}
	}
	return left, sum / max(number, 1)
}

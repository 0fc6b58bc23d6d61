//go:build tesseract

package main

// leastPage is what a page counts at least against its budget, in pixels: enlarging a
// small picture eight-fold costs no more than one pass over an ordinary page.
const leastPage = 4_000_000

// pass recognises a picture once.
func (a *attempt) pass(p *pix, with setting) ([]found, error) {
	if err := a.reader.session.show(p, with); err != nil {
		return nil, err
	}
	return a.recognise(p, with)
}

// recognise reads the picture that the session shows, and counts it.
func (a *attempt) recognise(p *pix, with setting) ([]found, error) {
	a.work += p.width() * p.height()
	words := a.reader.session.recognise()
	if !a.method.GetRows() {
		return words, nil
	}
	words, err := a.unrule(p, words)
	if err != nil || with.layout != layoutAuto {
		return words, err
	}
	return a.byRows(p, words, with)
}

// readPart reads a part of a picture, in the picture's coordinates. It gives nothing
// where the budget is spent.
func (a *attempt) readPart(p *pix, part rect, with setting) ([]found, error) {
	piece, err := p.cut(part)
	if err != nil {
		return nil, err
	}
	defer piece.Close()
	if !a.affords(piece) {
		return nil, nil
	}
	words, err := a.pass(piece, with)
	if err != nil {
		return nil, err
	}
	for i := range words {
		words[i].box = words[i].box.moved(part.left, part.top)
	}
	return words, nil
}

// affords says that one more pass over a picture is within the budget.
func (a *attempt) affords(p *pix) bool {
	return a.work+p.width()*p.height() <= a.allowance()
}

// allowance is the budget of the page in pixels.
func (a *attempt) allowance() int {
	return int(a.method.GetBudget() * float64(max(a.width*a.height, leastPage)))
}

func megapixels(n int) float64 { return float64(n) / 1e6 }

package agents

// fit says how a stretch of text agrees with a form that has the same skeleton.
type fit struct {
	confused int  // glyphs that differ as OCR confuses them, or are from another alphabet
	joined   bool // blanks are missing or letters are set apart
	ok       bool
}

// Bounds on what is still taken for a form. Short words agree by chance; the numbers leave no
// ordinary English or Russian word that looks like a name of the built-in file.
const (
	minConfused = 6 // glyphs of a name in which OCR may have confused some
	perConfused = 6 // one confused glyph for each so many, and one more
	minAlike    = 4 // glyphs of a name in which some are letters of the other alphabet
	minJoined   = 7 // glyphs of a name whose blanks may be missing
	minHyphened = 5 // glyphs of a name that a hyphen may break where the form has none
)

// compareForm compares glyphs with a form of the same skeleton. In running text capitals count: a
// name begins with one, an abbreviation is nothing else.
func compareForm(f *form, glyphs []glyph, abbreviation, person, capitals bool) (r fit) {
	n, gapped, split, misread := len(f.plain), 0, 0, 0
	for i := range glyphs {
		g := &glyphs[i]
		if g.plain != f.plain[i] {
			r.confused++
			// A small l in place of a capital I at the beginning is no word's own spelling.
			if capitalI := i == 0 && g.plain == 'l' && !g.upper && f.upper[0]; !capitalI && script(g.plain) == script(f.plain[i]) {
				misread++
			}
		}
		if i == 0 {
			continue
		}
		if g.gap != gapNone {
			gapped++
		}
		switch gapFit(f, glyphs, i) {
		case gapWrong:
			return fit{}
		case gapMissing:
			r.joined = true
		case gapExtra:
			split++
		case gapHyphenated:
			r.joined = true
			if n < minHyphened {
				return fit{}
			}
		}
	}
	spaced := n > 1 && gapped == n-1 && (n > 2 || abbreviation)
	switch {
	case split > 0 && !spaced,
		r.joined && split == 0 && n < minJoined && gapped == 0,
		r.confused > 0 && n < minAlike,
		r.confused == n && n < minJoined && !abbreviation, // Pack is no Раск
		misread > 0 && (abbreviation || n < minConfused || misread > 1+n/perConfused),
		capitals && !capitalsFit(f, glyphs, abbreviation, person):
		return fit{}
	}
	r.joined = r.joined || split > 0 && !abbreviation
	r.ok = true
	return r
}

type gapAgreement uint8

const (
	gapAgrees gapAgreement = iota
	gapMissing
	gapExtra
	gapHyphenated
	gapWrong
)

// gapFit compares what stands before glyph i with what the form has there.
func gapFit(f *form, glyphs []glyph, i int) gapAgreement {
	has, want := glyphs[i].gap, f.gaps[i]
	switch {
	case has == want, want == gapHard && has != gapGenitive:
		return gapAgrees
	case has == gapNone && want == gapBlank:
		if i+1 == len(f.gaps) || f.gaps[i+1] != gapNone {
			return gapWrong // an initial stands apart
		}
		return gapMissing
	case has == gapNone: // a hyphen or a full stop is left out as a matter of taste
		return gapAgrees
	case has == gapHard, has == gapGenitive:
		return gapWrong
	case want == gapNone && has == gapHyphen:
		return gapHyphenated
	case want == gapNone:
		return gapExtra
	case has == gapDot && want != gapDot:
		if initial := i < 2 || glyphs[i-1].gap != gapNone || glyphs[i-2].gap != gapNone; !initial {
			return gapWrong // the end of a sentence
		}
	}
	return gapAgrees
}

// capitalsFit reports whether the text has capitals where the form needs them.
func capitalsFit(f *form, glyphs []glyph, abbreviation, person bool) bool {
	for i := range glyphs {
		if !f.upper[i] || glyphs[i].upper {
			continue
		}
		switch {
		case abbreviation:
			return false
		case i == 0, person && (f.gaps[i] == gapBlank || f.gaps[i] == gapDot):
			if p := glyphs[i].plain; p == f.plain[i] || script(p) != script(f.plain[i]) {
				return false // OCR reads a capital I as a small l, but no capital as its own small letter
			}
		}
	}
	return true
}

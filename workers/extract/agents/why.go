package agents

import (
	"fmt"
	"strings"
)

// Factors of a score. They order candidates; they are no probabilities.
const (
	scoreDerived     = 0.95 // by initials, case or transliteration
	scoreConfused    = 0.9  // OCR confused a letter
	scoreKnownSlip   = 0.95 // the data list the slip
	scoreJoined      = 0.97 // blanks or hyphens differ
	scoreWithin      = 0.8  // the name stands within what is written
	scoreOneSlip     = 0.8
	scoreTwoSlips    = 0.65
	slipOfOCR        = 1.06 // a slip that OCR makes often
	outsideYears     = 0.5
	yearsUnknown     = 0.9 // a pseudonym with years, in a text without a date
	pointsBack       = 0.9 // a short form that a fuller one in the text explains
	unresolved       = 0.5 // the text does not decide
	surnameCandidate = 0.6 // a short form, matched alone
)

// typeWords name the types of variant in explanations.
var typeWords = map[Type]string{
	Authorised: "authorised name", Pseudonym: "pseudonym", Transliteration: "transliteration", Original: "original form",
	OCR: "known slip of OCR", Abbreviation: "abbreviation", Title: "title", Short: "short form", Former: "former name",
	Other: "other form",
}

// score rates a form and its fit, leaving aside who else bears it.
func (x *Index) score(o *found, at Date) float64 {
	score := 1.0
	if o.form.how != asWritten {
		score *= scoreDerived
	}
	if o.fit.confused > 0 {
		score *= scoreConfused
	}
	if o.fit.joined {
		score *= scoreJoined
	}
	v := x.variantOf(o.form)
	switch {
	case v.Type == OCR:
		score *= scoreKnownSlip
	case v.Type != Pseudonym || v.years() == "":
	case at.IsZero():
		score *= yearsUnknown
	case !v.validAt(at):
		score *= outsideYears
	}
	return score
}

// why says how a form leads to its agent: "pseudonym Filippov of Joseph Stalin, valid 1949–1953".
// With glyphs it also says how they differ from the form.
func (x *Index) why(o *found, glyphs []glyph, at Date) string {
	f := o.form
	v, name := x.variantOf(f), x.agents[f.agent].Name
	var b strings.Builder
	switch f.how {
	case byInitials:
		b.WriteString(f.text + " with initials for ")
	case byCase:
		b.WriteString(f.detail + " of ")
	case byTransliteration:
		b.WriteString(f.detail + " transliteration " + f.text + " of ")
	default:
	}
	if f.how == asWritten || v.Type == Authorised {
		b.WriteString(typeWords[v.Type] + " " + v.Text)
	} else {
		b.WriteString(v.Text + ", " + typeWords[v.Type])
	}
	if v.Type != Authorised {
		b.WriteString(" of " + name)
	}
	if years := v.years(); years != "" {
		b.WriteString(", " + years)
		if !v.validAt(at) {
			b.WriteString("; the text is of " + at.String())
		}
	}
	if o.fit.confused > 0 {
		b.WriteString("; OCR confusion: " + confusions(f, glyphs))
	}
	if o.fit.joined {
		b.WriteString("; blanks or hyphens differ")
	}
	return b.String()
}

// confusions lists the letters that OCR took for others: "l read as i".
func confusions(f *form, glyphs []glyph) string {
	var out []string
	for i := range glyphs {
		if glyphs[i].plain == f.plain[i] {
			continue
		}
		pair := string(appendPlain(nil, f.plain[i])) + " read as " + string(appendPlain(nil, glyphs[i].plain))
		if script(f.plain[i]) != script(glyphs[i].plain) {
			pair += " (" + script(glyphs[i].plain) + ")"
		}
		out = append(out, pair)
	}
	return strings.Join(out, ", ")
}

func script(plain uint16) string {
	if plain >= 0x400 && plain < 0x530 {
		return "Cyrillic"
	}
	return "Latin"
}

// whyAmbiguous says what keeps a mention from naming one agent.
func (x *Index) whyAmbiguous(options []found, agents, anchored, firm int, at Date) string {
	f := options[0].form
	v := x.variantOf(f)
	form := typeWords[v.Type] + " " + v.Text
	if firm == 0 && agents == 1 && v.Type == Pseudonym && !v.validAt(at) {
		return form + " of " + x.agents[f.agent].Name + " is outside its years, " + v.years() + "; the text is of " + at.String()
	}
	switch {
	case firm+anchored > 1:
		return fmt.Sprintf("%s fits %d agents that the text may mean", form, firm+anchored)
	case agents == 1:
		return form + " alone does not name " + x.agents[f.agent].Name + ": no fuller form stands in the text"
	}
	return fmt.Sprintf("%s is shared by %d agents, and no fuller form of one of them stands in the text", form, agents)
}

package extract

import (
	"strings"
	"unicode"
)

// acts tells that a run says, asks, comes, or is told, spoken with, called something.
func (r *formReader) acts(run nameRun) bool {
	if r.letters(run) || r.lineKinds[r.line] == titleLine || !r.isProse(r.line) {
		return false
	}
	switch r.word(run.first - 1) {
	case "the", "a", "an":
		return false
	}
	if r.acting(run.last) && !r.begins(run) {
		return true
	}
	if r.apposed(run.last) {
		return true
	}
	i := run.first - 1
	if r.at(i).mark == ':' && (r.word(i-1) == "signed" || r.word(i-1) == "present" || r.word(i-1) == "подписал" || r.word(i-1) == "присутствовали") {
		return true
	}
	if !r.near(run.first) {
		return false
	}
	w := r.word(i)
	switch {
	case toTell[w], telling[w] && unicode.Is(unicode.Cyrillic, letterOf(w)):
		return true
	case (w == "с" || w == "со") && !run.caps && instrumental(r.word(run.last-1)):
		return true
	case w == "with" || w == "с" || w == "со":
		for j := i - 1; j > i-4 && j >= 0; j-- {
			if talking[r.word(j)] {
				return true
			}
		}
	case w == "to" && r.word(i-1) == "according", w == "of" && deeds[r.word(i-1)], deeds[w] && unicode.Is(unicode.Cyrillic, letterOf(w)):
		return true
	}
	return false
}

// instrumental tells that a Russian word has the ending of a man's name behind "with".
func instrumental(w string) bool {
	return strings.HasSuffix(w, "ом") || strings.HasSuffix(w, "ем") || strings.HasSuffix(w, "ым")
}

// acting tells that a verb stands at token i, words that help it before it.
func (r *formReader) acting(i int) bool {
	for range 4 {
		w := r.word(i)
		if !helping[w] || r.at(i).mark != 0 {
			break
		}
		i++
		if (w == "has" || w == "had") && participle(r.word(i)) && r.near(i) && !r.startsUpper(i) {
			return true
		}
		if modal[w] && r.at(i).word() && !r.startsUpper(i) && r.near(i) && r.word(i) != "be" {
			return true
		}
	}
	return r.at(i).word() && telling[r.word(i)] && !r.startsUpper(i)
}

// participle tells that a word has the ending of one.
func participle(w string) bool {
	for _, e := range []string{"ed", "own", "one", "ken", "ven", "ght", "ent", "ome", "eft"} {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// begins tells that a run of one word begins a sentence and may be an ordinary word.
func (r *formReader) begins(run nameRun) bool {
	if run.caps || run.words > 1 || !r.sentenceStart(run.first) {
		return false
	}
	w := r.word(run.first)
	return strings.HasSuffix(w, "ы") || strings.HasSuffix(w, "и") || strings.HasSuffix(w, "ing") || strings.HasSuffix(w, "ly") || strings.HasSuffix(w, "tion") || r.ordinary(w)
}

// sentenceStart tells that a word has a capital because of where it stands.
func (r *formReader) sentenceStart(i int) bool {
	t := r.at(i - 1)
	return i == 0 || t.mark == '.' || t.mark == '!' || t.mark == '?' || t.mark == ':' || t.mark == ')' || t.mark != 0 && strings.ContainsRune(quotes, t.mark) || !r.near(i)
}

// ordinary tells that the text has a word without a capital too.
func (r *formReader) ordinary(w string) bool {
	if r.small == nil {
		r.small = map[string]bool{}
		for i := range r.tokens {
			if r.tokens[i].word() && !r.startsUpper(i) {
				r.small[r.word(i)] = true
			}
		}
	}
	return r.small[w]
}

// apposed tells that an office explains the name before token i: X, the editor of.
func (r *formReader) apposed(i int) bool {
	switch r.at(i).mark {
	case ',', '[', '(':
	default:
		return false
	}
	for j := i + 1; j < i+6; j++ {
		t := r.at(j)
		if t.mark != 0 || t.num >= 0 {
			return false
		}
		w := r.word(j)
		if offices[w] || w == "who" || w == "который" || w == "которого" || w == "которому" {
			return j > i+1 || !titles[w] || t.key != kComrade
		}
		if r.startsUpper(j) && r.owner[j] == 0 && !portfolios[w] && t.key == none {
			return false
		}
	}
	return false
}

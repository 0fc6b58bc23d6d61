package extract

import (
	"strings"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// next reads what begins at token i and returns the token to go on with.
func (r *formReader) next(i int) int {
	t := r.at(i)
	for r.line < len(r.lines)-1 && r.lines[r.line+1].first <= i {
		r.line++
	}
	if !t.word() {
		return i + 1
	}
	if t.traits&officeWord != 0 {
		r.office = i
	}
	if r.owner[i] != 0 || !r.startsUpper(i) {
		return i + 1
	}
	if r.zone(i) {
		r.add(nameRun{first: i, last: i + 2, words: 2}, agents.Place, true)
		return i + 2
	}
	run, ok := r.run(i)
	if !ok {
		return i + 1
	}
	if kind := r.kindOfRun(run); kind != "" {
		r.add(run, kind, true)
		return r.alias(run, kind)
	}
	if run.words > 0 {
		r.open = append(r.open, run)
	}
	return run.last
}

// zone tells that a zone with its letter begins at token i: Zone A, зона Б.
func (r *formReader) zone(i int) bool {
	switch r.word(i) {
	case "zone", "sector", "зона", "зоне", "зоны", "зону":
		return r.near(i+1) && r.single(i+1) && r.startsUpper(i+1) && r.free(i+1) && r.at(i+1).key != kPronoun && r.at(i+2).mark != '.'
	}
	return false
}

// run reads the words of a name from token i on: initials before or behind them,
// particles and hyphens between them.
func (r *formReader) run(i int) (nameRun, bool) {
	run := nameRun{first: i, last: i}
	j := i
	for r.initialOf(j) {
		run.initials = true
		j += 2
	}
	if run.initials && (!r.nameWord(j) || !r.near(j)) {
		return run, false
	}
	limit := 4
	for run.words < limit && r.nameWord(j) {
		if run.words > 0 {
			if !r.near(j) || r.upper(r.at(j).Span) != run.caps {
				break
			}
		} else {
			run.caps = r.upper(r.at(j).Span) || r.single(j) && r.upper(r.at(j+1).Span)
		}
		run.words++
		j++
		run.last = j
		if r.at(j).mark == '-' && r.closeTo(j) && r.closeTo(j+1) && r.free(j+1) &&
			(r.startsUpper(j+1) || run.words > 1 && r.at(j+1).word() && r.at(j+1).End-r.at(j+1).Start <= 12) { // Mao Tse-tung
			j += 2
			run.last = j
			continue
		}
		if articles[r.word(j)] && r.at(j+1).mark == '-' && r.near(j) && r.closeTo(j+1) && r.closeTo(j+2) && r.startsUpper(j+2) && r.free(j+2) {
			run.words++
			j += 3 // Baha ad-Din
			run.last = j
		}
		if particles[r.word(j)] && !r.startsUpper(j) && r.nameWord(j+1) && r.near(j) && r.near(j+1) {
			j++
		}
	}
	if run.words == 0 || run.words == 1 && !run.initials && r.single(run.first) {
		return run, false
	}
	if full, ok := r.full(run); ok {
		return full, true
	}
	end := run.last
	for !run.initials && r.initialOf(end) && end < run.last+4 && r.near(end) {
		end += 2
	}
	if end > run.last && !r.nameWord(end) && !r.abbreviation(run) {
		run.last, run.initials = end, true
	}
	return run, true
}

// full goes on from a surname in capitals to the given name and the father's: BOYKO
// Stepan Ivanovich.
func (r *formReader) full(run nameRun) (nameRun, bool) {
	i := run.last
	if !run.caps || run.words > 1 || !r.near(i) || !r.near(i+1) || !r.nameWord(i) || !r.nameWord(i+1) || r.upper(r.at(i).Span) {
		return run, false
	}
	given := nameRun{first: i, last: i + 2, words: 2}
	if !r.patronymic(given) {
		return run, false
	}
	run.last, run.words, run.initials = i+2, 3, true
	return run, true
}

// initialOf tells that an initial with its full stop stands at token i, which may be
// of two letters before a name.
func (r *formReader) initialOf(i int) bool {
	t := r.at(i)
	if !t.word() || !r.startsUpper(i) || r.at(i+1).mark != '.' || !r.closeTo(i+1) {
		return false
	}
	return utf8.RuneCountInString(r.plain[t.Start:t.End]) == 1 || digraphs[r.word(i)] && (r.nameWord(i+2) || r.startsUpper(i+2) && r.at(i+3).mark == '.')
}

// digraphs are Russian initials in Latin letters: Yu. A. Zhdanov.
var digraphs = wordSet("ya yu yo ye zh ch sh ts kh")

// free tells that no name has a token yet.
func (r *formReader) free(i int) bool { return i >= 0 && i < len(r.owner) && r.owner[i] == 0 }

// single tells that a word is one letter.
func (r *formReader) single(i int) bool {
	t := r.at(i)
	return t.word() && utf8.RuneCountInString(r.plain[t.Start:t.End]) == 1
}

// nameWord tells that a word may be part of a name: it has a capital, and is neither
// a word of the form nor an ordinary one.
func (r *formReader) nameWord(i int) bool {
	t := r.at(i)
	if !t.word() || t.key != none || !r.free(i) || !r.startsUpper(i) {
		return false
	}
	w := r.word(i)
	if r.single(i) {
		return (w == "u" || w == "у" && r.upper(r.at(i+1).Span)) && r.near(i+1) && r.startsUpper(i+1)
	}
	if compass[w] {
		return r.near(i+1) && r.startsUpper(i+1) && r.free(i+1) && !compass[r.word(i+1)] && r.nameWord(i+1)
	}
	return t.traits&noName == 0 && !romanNumber(w)
}

// genitives are the spellings of the 's.
var genitives = [...]string{"'s", "’s", "`s"}

// bare takes the 's of the genitive away.
func bare(w string) string {
	if !strings.HasSuffix(w, "s") {
		return w
	}
	for _, s := range genitives {
		if cut, ok := strings.CutSuffix(w, s); ok {
			return cut
		}
	}
	return w
}

func romanNumber(w string) bool { return strings.Trim(w, "ivx") == "" }

// near tells that nothing but blanks stands between a token and the one before, and
// no end of a line but within a paragraph.
func (r *formReader) near(i int) bool {
	if i <= 0 || i >= len(r.tokens) {
		return false
	}
	gap := r.plain[r.at(i-1).End:r.at(i).Start]
	if strings.Trim(gap, " \n\t\u00a0") != "" || strings.Count(gap, " ") > 2 {
		return false
	}
	switch strings.Count(gap, "\n") {
	case 0:
		return true
	case 1:
		l := r.lineAt(r.at(i).Start)
		return r.isProse(l) && r.isProse(l-1)
	}
	return false
}

// runSpan of a run without the 's behind it.
func (r *formReader) runSpan(run nameRun) Span {
	s := Span{r.at(run.first).Start, r.at(run.last - 1).End}
	if r.at(run.last-1).mark == '.' {
		return s
	}
	w := r.plain[s.Start:s.End]
	s.End = s.Start + len(bare(w))
	if cut, ok := strings.CutSuffix(w, "'S"); ok {
		s.End = s.Start + len(cut)
	}
	return s
}

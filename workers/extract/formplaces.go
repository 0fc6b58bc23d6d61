package extract

import (
	"strings"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// placed tells that a run names a place: a preposition or a noun of geography stands
// before it, or it begins the line that has place and day.
func (r *formReader) placed(run nameRun) bool {
	if r.abbreviation(run) {
		return false
	}
	i := run.first - 1
	w := r.word(i)
	if behind := r.behind(run); behind > run.last && geographicAfter[r.word(behind)] && !r.possessive(run) {
		return true
	}
	if geographicAfter[r.word(run.last)] && r.near(run.last) && !r.possessive(run) && (r.word(run.last) != "front" || run.caps) {
		return true
	}
	if r.at(i).mark == '.' && r.closeTo(i) {
		switch r.word(i - 1) {
		case "г", "гор", "о", "р", "оз", "ст", "с", "дер", "пос", "м":
			return !r.startsUpper(i-1) && r.near(run.first)
		}
	}
	if !r.near(run.first) {
		return r.dateline(run)
	}
	if w == "of" && (geographic[r.word(i-1)] || bearings[r.word(i-1)]) && !run.initials {
		return true
	}
	if w == "of" && geographic[r.word(i-1)] || w != "area" && w != "sector" && w != "zone" && geographic[w] && len(w) > 2 {
		return true
	}
	if run.words > 1 && r.lineKinds[r.line] == titleLine {
		return false
	}
	if run.caps && r.startsUpper(i) && (r.single(i) || r.upper(r.at(i).Span)) && (!r.isProse(r.line) || !r.sentenceStart(i)) {
		return false // words of a heading
	}
	switch {
	case placePrepositions[w]:
		return !r.possessive(run) && !r.quoteWord(run) && (run.words <= 2 || !r.startsUpper(i))
	case placeVerbs[w]:
		return !r.acting(run.last)
	case w == "from":
		return !r.possessive(run) && !r.messageBefore(i)
	case w == "to" || w == "for" || w == "к" || w == "до" || w == "на" || w == "for.":
		return !r.possessive(run) && r.moves(i)
	}
	return false
}

// possessive tells that the 's of the genitive ends a run.
// quoted tells that a run stands in quotation marks by itself, as newspapers, firms
// and ships do.
func (r *formReader) quoted(run nameRun) bool {
	first := run.first - 1
	if titles[r.word(first)] && r.at(first).mark == 0 {
		first-- // the ship "General X"
	}
	before, after := r.at(first).mark, r.at(run.last).mark
	return before != 0 && after != 0 && strings.ContainsRune(quotes, before) && strings.ContainsRune(quotes, after)
}

// named tells that a newspaper, a firm or a ship stands before its name in quotation
// marks.
func (r *formReader) named(run nameRun) bool {
	for i := run.first - 2; i >= 0 && i > run.first-5; i-- {
		if carriers[r.word(i)] {
			return true
		}
		if t := r.at(i); t.mark != 0 {
			return false
		}
	}
	return false
}

// adjectival tells that a run is a Russian adjective with its noun behind it.
func (r *formReader) adjectival(run nameRun) bool {
	next := r.at(run.last)
	w := r.word(run.last - 1)
	return run.words <= 2 && !run.caps && adjective(w) && strings.Contains(w, "ск") && next.word() &&
		!r.startsUpper(run.last) && r.near(run.last) && !r.acting(run.last)
}

// possessive tells that the 's of the genitive ends a run.
func (r *formReader) possessive(run nameRun) bool {
	w := r.word(run.last - 1)
	return bare(w) != w
}

// quoteWord tells that a run is the name of a language, a month, a people.
func (r *formReader) quoteWord(run nameRun) bool {
	w := r.word(run.first)
	for _, e := range []string{"ish", "ese", "ism", "ist"} {
		if run.words == 1 && strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// messageBefore tells that what comes "from" somebody is a message.
func (r *formReader) messageBefore(i int) bool {
	for j := i - 1; j >= 0 && j > i-4; j-- {
		switch t := r.at(j); {
		case t.key == kTelegram || t.key == kLetter || t.key == kCable || t.key == kNote || t.key == kReport || t.key == kReceived:
			return true
		case t.mark == '.' || t.mark == ',':
			return false
		}
		switch r.word(j) {
		case "message", "answer", "reply", "greetings", "heard", "learned", "learnt", "request", "know", "word", "words", "regards", "excerpt", "extract":
			return true
		}
	}
	return false
}

// moves tells that a verb of motion stands a few words before.
func (r *formReader) moves(i int) bool {
	if n := len(r.found); n > 0 && r.found[n-1].kind == agents.Place && r.found[n-1].End == r.at(i-1).End {
		return true // from X to Y
	}
	if r.ownedBy(i-1, agents.Place) && r.word(i-2) == "from" {
		return true
	}
	for j := i - 1; j >= 0 && j > i-8; j-- {
		t := r.at(j)
		if t.mark == '.' || t.mark == ';' {
			return false
		}
		if motion[r.word(j)] {
			return true
		}
	}
	return false
}

// dateline tells that a run begins a line and a date follows: ROME, 3 May.
func (r *formReader) dateline(run nameRun) bool {
	l := r.lines[r.line]
	if run.words > 3 || r.at(run.last).mark != ',' {
		return false
	}
	if run.first != l.first && strings.TrimSpace(r.plain[max(r.at(run.first).Start-3, 0):r.at(run.first).Start]) != "" {
		return false
	}
	_, next := r.dayAt(run.last + 1)
	return next > run.last+1
}

package text

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Snippet returns the piece of text, at most width characters long, that holds
// most of what was looked for: first as many different clauses as possible,
// then as many hits, then the earliest. It begins and ends between words where
// the width allows it and never inside a character, its accents included.
//
// snippet is text[start:end]. marks are the hits in it as bytes of the snippet,
// in order and apart from each other; a hit that the snippet cuts is marked as
// far as it goes. Without hits it is the beginning of the text. Hits that are
// no place in the text, or blank, are passed over.
func Snippet(text string, hits []Span, width int) (snippet string, marks []Span, start, end int) {
	width = max(width, 1)
	hits = usable(text, hits)
	first, last := best(text, hits, width)
	if len(hits) > 0 {
		start = hits[first].Start
		for _, h := range hits[first : last+1] {
			end = max(end, h.End)
		}
	}
	from, to := start, end
	start, end = widen(text, start, end, width)
	start, end = trim(text, start, end, from, to)
	for _, h := range hits {
		h.Start, h.End = max(h.Start, start)-start, min(h.End, end)-start
		if h.Start >= h.End {
			continue
		}
		if n := len(marks); n > 0 && h.Start <= marks[n-1].End {
			marks[n-1].End = max(marks[n-1].End, h.End)
			continue
		}
		marks = append(marks, h)
	}
	return text[start:end], marks, start, end
}

// usable returns the hits that lie in the text, on whole runes, and are more than
// blanks, in order.
func usable(text string, hits []Span) []Span {
	var sound []Span
	for _, h := range hits {
		if h.Start < 0 || h.Start >= h.End || h.End > len(text) || !boundary(text, h.Start) || !boundary(text, h.End) {
			continue
		}
		if strings.ContainsFunc(text[h.Start:h.End], func(r rune) bool { return !blank(r) }) {
			sound = append(sound, h)
		}
	}
	slices.SortStableFunc(sound, func(a, b Span) int { return a.Start - b.Start })
	return sound
}

func boundary(text string, at int) bool {
	return at == len(text) || utf8.RuneStart(text[at])
}

// best returns the first and the last of the hits to show. One pass: the window
// grows by each hit and lets go of the first ones that it has no room for.
func best(text string, hits []Span, width int) (first, last int) {
	clauses := map[int]int{}
	runes, from, to := 0, 0, 0 // characters in text[from:to], the window
	lo, bestClauses, bestHits := 0, 0, 0
	for i, h := range hits {
		if i == 0 {
			from, to = h.Start, h.Start
		}
		if h.End > to {
			runes += utf8.RuneCountInString(text[to:h.End])
			to = h.End
		}
		clauses[h.Clause]++
		for runes > width && lo < i {
			if clauses[hits[lo].Clause]--; clauses[hits[lo].Clause] == 0 {
				delete(clauses, hits[lo].Clause)
			}
			lo++
			runes -= utf8.RuneCountInString(text[from:hits[lo].Start])
			from = hits[lo].Start
		}
		if n := i - lo + 1; len(clauses) > bestClauses || len(clauses) == bestClauses && n > bestHits {
			first, last, bestClauses, bestHits = lo, i, len(clauses), n
		}
	}
	return first, last
}

// widen grows text[start:end] to width characters, half of them before where
// there is enough on both sides; a window that is too long keeps its start.
func widen(text string, start, end, width int) (int, int) {
	used := utf8.RuneCountInString(text[start:end])
	if used > width {
		to, _ := forward(text, start, width)
		return start, to
	}
	room := width - used
	end, used = forward(text, end, room-room/2)
	room -= used
	start, used = backward(text, start, room)
	end, _ = forward(text, end, room-used)
	return start, end
}

// forward goes n characters on, or to the end, and says how many it went.
func forward(text string, at, n int) (to, went int) {
	for ; went < n && at < len(text); went++ {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at, went
}

// backward goes n characters back, or to the beginning.
func backward(text string, at, n int) (to, went int) {
	for ; went < n && at > 0; went++ {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return at, went
}

// trim takes cut words and blanks off both ends of text[start:end], but nothing
// of text[from:to]. Where a word has no end there it is cut between characters.
func trim(text string, start, end, from, to int) (int, int) {
	if to > end {
		to = from
	}
	start = advance(text, start, from, isWord, isMark)
	end = retreat(text, end, max(to, start+1), isWord, isMark)
	for start > 0 && start < min(from, end) && punctuation(text, start) && !isBlankBefore(text, start) {
		start, _ = forward(text, start, 1) // the full stop of the word that was cut off
	}
	for end > max(to, start) && end < len(text) && !isBlankAt(text, end) {
		before, _ := backward(text, end, 1)
		if !punctuation(text, before) {
			break
		}
		end = before // the bracket before it
	}
	for start < end && isBlankAt(text, start) {
		start, _ = forward(text, start, 1)
	}
	for end > start {
		before, _ := backward(text, end, 1)
		if !isBlankAt(text, before) {
			break
		}
		end = before
	}
	return start, end
}

// advance returns the first place from at to limit where a cut parts nothing, by
// the first of the rules that leaves one; at itself where none does.
func advance(text string, at, limit int, rules ...rule) int {
	for _, belongs := range rules {
		for cut := at; cut <= limit; {
			if !inside(text, cut, belongs) {
				return cut
			}
			if cut == len(text) {
				break
			}
			cut, _ = forward(text, cut, 1)
		}
	}
	return at
}

// retreat is advance in the other direction.
func retreat(text string, at, limit int, rules ...rule) int {
	for _, belongs := range rules {
		for cut := at; cut >= limit; cut, _ = backward(text, cut, 1) {
			if !inside(text, cut, belongs) {
				return cut
			}
		}
	}
	return at
}

// rule says whether two characters of these classes belong together.
type rule func(before, after class) bool

// inside says whether a cut at this byte parts what belongs together.
func inside(text string, at int, belongs rule) bool {
	if at <= 0 || at >= len(text) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at:])
	return belongs(classOf(before), classOf(after))
}

func isWord(before, after class) bool {
	return after == mark || (before == letter || before == digit || before == mark) && (after == letter || after == digit)
}

func isMark(_, after class) bool { return after == mark }

func isBlankBefore(text string, at int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:at])
	return blank(r)
}

// punctuation says that the character is neither blank nor part of a word.
func punctuation(text string, at int) bool {
	r, _ := utf8.DecodeRuneInString(text[at:])
	switch classOf(r) {
	case letter, digit, ideograph, mark, numero:
		return false
	}
	return !blank(r)
}

func isBlankAt(text string, at int) bool {
	r, _ := utf8.DecodeRuneInString(text[at:])
	return blank(r)
}

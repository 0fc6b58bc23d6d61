package evaluate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Comparers of values that have parts of their own.

// recipient is who got copies of a document, how many and which.
type recipient struct {
	worded
	copies int
	number string
}

// copyLead is what stands before a recipient ("Copy Nº 2 to"), copyTail what stands after ("(2)").
var (
	copyLead = regexp.MustCompile(`(?i)^[^\pL\pN_]*(?:copy|copies|экз[\pL\pN_]*|exp)?[^\pL\pN_]*` +
		`(?:(?:no|nº|№|n)\.?[\s\pZ]*[\d/]+(?:-[\pL\pN_]+)?[\s\pZ]*)?(?:to\b)?[\s\pZ:.»]*`)
	copyTail = regexp.MustCompile(`\s*\(\d+\)[^\pL\pN_]*$`)
)

func readRecipient(s *statement) recipient {
	written := []string{s.raw}
	who := s.member("recipient")
	if name, ok := who.(string); ok {
		written = append(written, name)
	}
	for i, w := range written {
		written[i] = copyTail.ReplaceAllString(copyLead.ReplaceAllString(w, ""), "")
	}
	if _, object := who.(map[string]any); object {
		written = append(written, words("", who, "as_written", "name", "variants")...)
	}
	copies, ok := whole(first(s.member("copies"), "1"))
	if !ok {
		copies = 1
	}
	return recipient{worded{s, namesIn(written)}, copies, foldNumber(scalar(s.member("copy_number")))}
}

// withoutKeys leaves out of the names what is a key into the gold's list of authorities ("person:…").
func withoutKeys(names []string) []string {
	var kept []string
	for _, n := range names {
		if !strings.Contains(n, ":") {
			kept = append(kept, n)
		}
	}
	return kept
}

// No figure means one copy. A copy number that the gold does not have is not asked for.
var byRecipient = comparing(readRecipient, equal(func(gold, found recipient) bool {
	known := overlap(withoutKeys(gold.forms), found.forms) || gold.near(found.statement, half)
	return known && gold.copies == found.copies && (gold.number == "" || gold.number == found.number)
}))

// byDisposition compares where copies went: by the set of their numbers.
var byDisposition = comparing(func(s *statement) map[string]bool {
	numbers := map[string]bool{}
	for _, n := range list(s.member("copy_numbers")) {
		numbers[foldNumber(scalar(n))] = true
	}
	return numbers
}, equal(func(gold, found map[string]bool) bool { return len(gold) > 0 && sameSet(gold, found) }))

// shelfmark is a citation: its levels by name and the set of its sheets.
type shelfmark struct {
	levels map[string]string
	sheets map[string]bool
}

// Levels that every citation is compared in, and those that count only when the gold has them.
var (
	fixedLevels = []string{"archive", "fond", "opis", "delo", "papka"}
	extraLevels = []string{"por", "dok"}
)

// maxSheets bounds a range of sheets that is laid out one by one; a longer one is kept as a pair.
const maxSheets = 5000

func readShelfmark(s *statement) shelfmark {
	mark := shelfmark{map[string]string{}, map[string]bool{}}
	for _, level := range slices.Concat(fixedLevels, extraLevels) {
		mark.levels[level] = foldMark(scalar(s.member(level)))
	}
	for _, entry := range list(s.member("listy")) {
		mark.addSheets(entry)
	}
	return mark
}

// addSheets lays out {from, to, side} or a single number. Leading zeros are not part of a sheet.
func (m shelfmark) addSheets(entry any) {
	from, side := first(member(entry, "from")), foldMark(scalar(member(entry, "side")))
	if _, object := entry.(map[string]any); !object {
		from = entry
	}
	start := sheetNumber(from)
	end := sheetNumber(first(member(entry, "to"), from))
	a, errA := strconv.Atoi(start)
	b, errB := strconv.Atoi(end)
	if errA != nil || errB != nil || b < a || b-a >= maxSheets {
		m.sheets[start+"–"+end+" "+side] = true
		return
	}
	for n := a; n <= b; n++ {
		m.sheets[strconv.Itoa(n)+" "+side] = true
	}
}

func sheetNumber(value any) string {
	number := foldMark(scalar(value))
	if bare := strings.TrimLeft(number, "0"); bare != "" && '0' <= bare[0] && bare[0] <= '9' {
		return bare
	}
	return number
}

var byShelfmark = comparing(readShelfmark, equal(func(gold, found shelfmark) bool {
	for _, level := range fixedLevels {
		if gold.levels[level] != found.levels[level] {
			return false
		}
	}
	for _, level := range extraLevels {
		if gold.levels[level] != "" && gold.levels[level] != found.levels[level] {
			return false
		}
	}
	return sameSet(gold.sheets, found.sheets)
}))

func sameSet(a, b map[string]bool) bool {
	for key := range a {
		if !b[key] {
			return false
		}
	}
	return len(a) == len(b)
}

// byReference compares what a document says of another: which one, by number or else by date or
// place, and how it stands to it. The right document in the wrong relation is half right.
var byReference = comparing(func(s *statement) *statement { return s }, func(gold, found *statement) float64 {
	switch {
	case !sameReferent(gold, found):
		return 0
	case relation(gold) != relation(found):
		return 0.5
	}
	return 1
})

func relation(s *statement) string { return foldText(scalar(s.member("relation"))) }

func sameReferent(gold, found *statement) bool {
	want, got := gold.member("number"), found.member("number")
	if incoming := gold.member("incoming_number"); want == nil && incoming != nil {
		want, got = incoming, first(found.member("incoming_number"), got)
	}
	switch dated := gold.member("date"); {
	case want != nil && got != nil:
		return readRange(want) == readRange(got)
	case dated != nil: // a number that the gold does not have is believed only at the right place
		return sameDate(readDate(dated), readDate(found.member("date"))) && (got == nil || gold.near(found, touching))
	}
	return want == nil && got == nil && gold.near(found, half)
}

// touching is the share from which two pieces of evidence count as meeting at all.
const touching = 0.01

// byExtent compares messages inside a document by where they begin and end, nothing else: 0.5 is
// half of what either covers.
var byExtent = comparing(extents, equal(func(gold, found []Span) bool { return likest(gold, found) >= half }))

// extents returns what a message may be said to cover: all its evidence, its lines, its bytes.
func extents(s *statement) []Span {
	var all []Span
	if len(s.spans) > 0 {
		all = append(all, hull(s.spans))
	}
	start, okStart := position(s.member("line_start"))
	end, okEnd := position(s.member("line_end"))
	if block, ok := s.source.block(start, end); ok && okStart && okEnd && start < end {
		all = append(all, s.source.trim(block))
	}
	start, okStart = position(s.member("byte_start"))
	end, okEnd = position(s.member("byte_end"))
	if span := (Span{start, end}); okStart && okEnd && span.valid() {
		all = append(all, span)
	}
	return all
}

// step is one act of the cipher service and when it was done.
type step struct {
	act string
	at  date
}

// A time that the gold does not have is not asked for.
var byStep = comparing(func(s *statement) step {
	return step{foldText(scalar(s.member("step"))), readDate(s.member("at"))}
}, equal(func(gold, found step) bool {
	if gold.act != found.act || len(gold.at.ends) == 0 {
		return gold.act == found.act
	}
	return len(found.at.ends) > 0 && found.at.ends[0].within(gold.at.ends[0])
}))

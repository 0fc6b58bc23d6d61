package evaluate

import (
	"regexp"
	"slices"
	"strings"
)

// comparer gives the credit, 0 to 1, of each field (column) as an answer to each label (row).
type comparer func(labels, fields []*statement) [][]float64

// comparing makes a comparer of two steps: each statement is read once, then every pair of what was
// read is compared.
func comparing[T any](read func(*statement) T, credit func(gold, found T) float64) comparer {
	return func(labels, fields []*statement) [][]float64 {
		founds := make([]T, len(fields))
		for k, f := range fields {
			founds[k] = read(f)
		}
		rows := make([][]float64, len(labels))
		for i, l := range labels {
			gold := read(l)
			rows[i] = make([]float64, len(fields))
			for k := range fields {
				rows[i][k] = credit(gold, founds[k])
			}
		}
		return rows
	}
}

// equal is the credit of a comparison that is all or nothing.
func equal[T any](same func(gold, found T) bool) func(gold, found T) float64 {
	return func(gold, found T) float64 {
		if same(gold, found) {
			return 1
		}
		return 0
	}
}

// sameWord compares what was read as one folded word; nothing is no answer to anything.
var sameWord = equal(func(gold, found string) bool { return gold != "" && gold == found })

// A code is a word of a closed list: case and the kind of blank do not count.
var byCode = comparing(func(s *statement) string {
	return strings.ReplaceAll(foldText(scalar(s.value)), " ", "_")
}, sameWord)

// A language is its ISO 639-1 code; English names and three-letter codes are read too.
var byLanguage = comparing(func(s *statement) string {
	name := foldText(scalar(s.value))
	if code, ok := languages[name]; ok {
		return code
	}
	code, _, _ := strings.Cut(name, "-")
	return code
}, sameWord)

var languages = map[string]string{
	"russian": "ru", "english": "en", "chinese": "zh", "korean": "ko",
	"rus": "ru", "eng": "en", "zho": "zh", "chi": "zh", "kor": "ko",
}

// An address is the same with and without its scheme, brackets and a stroke at its end.
var byAddress = comparing(func(s *statement) string {
	address := scalar(first(s.member("url"), s.value))
	address = strings.Trim(strings.TrimSpace(address), `<>()[]"'`)
	address = strings.TrimRight(address, "/.,;")
	return caseless.String(scheme.ReplaceAllString(address, ""))
}, sameWord)

var scheme = regexp.MustCompile(`^[a-z]+://`)

// A number may come as it is, or as the number or value member of an object.
var byNumber = comparing(func(s *statement) string {
	return foldNumber(scalar(first(s.member("number"), s.member("value"), s.value)))
}, sameWord)

// numberRange is the first and last number of a range; one number is both.
type numberRange struct{ from, to string }

var specialMark = regexp.MustCompile(`(?i)^\s*spec(?:ial|\.)?\s*`)

// readRange reads {from, to}, {number} or a string such as 1967-1968.
func readRange(value any) numberRange {
	if from := member(value, "from"); from != nil {
		return numberRange{foldNumber(scalar(from)), foldNumber(scalar(first(member(value, "to"), from)))}
	}
	whole := specialMark.ReplaceAllString(scalar(first(member(value, "number"), value)), "")
	from, to, _ := strings.Cut(foldNumber(whole), "-")
	if to == "" {
		to = from
	}
	return numberRange{from, to}
}

var byRange = comparing(
	func(s *statement) numberRange { return readRange(s.value) },
	equal(func(gold, found numberRange) bool { return gold == found && gold.from != "" }),
)

var byDate = comparing(
	func(s *statement) date { return readDate(s.value) },
	equal(sameDate),
)

// series is a letter of the cipher service and the mark after it.
type series struct{ letter, mark string }

var (
	seriesWord = regexp.MustCompile(`(?i)series|серия`)
	plainWord  = regexp.MustCompile(`[\pL\pN_]+`)
)

func readSeries(s *statement) series {
	if _, object := s.value.(map[string]any); object {
		return series{foldNumber(scalar(s.member("series"))), foldNumber(scalar(s.member("mark")))}
	}
	read := append(plainWord.FindAllString(seriesWord.ReplaceAllString(scalar(s.value), " "), 2), "", "")
	return series{foldNumber(read[0]), foldNumber(read[1])}
}

// A mark that the gold does not have is not asked for.
var bySeries = comparing(readSeries, equal(func(gold, found series) bool {
	return gold.letter == found.letter && (gold.mark == "" || gold.mark == found.mark)
}))

// A text is right by its words or, where they were cut or joined otherwise, by its place.
var byText = comparing(readWords, equal(func(gold, found worded) bool {
	return overlap(gold.forms, found.forms) || likest(gold.places, found.cores) >= sameSpan ||
		hull(gold.cores).likeness(hull(found.cores)) >= sameSpan
}))

// sameSpan is the likeness from which two spans hold the same text.
const sameSpan = 0.6

// worded is a statement with the folded forms of its words.
type worded struct {
	*statement
	forms []string
}

func readWords(s *statement) worded {
	var forms []string
	for _, w := range s.words("text", "as_written", "mark") {
		forms = append(forms, foldText(w))
	}
	return worded{s, forms}
}

// An agent is right by any of its names or by its place, never by a key.
var byAgent = comparing(func(s *statement) worded {
	return worded{s, namesIn(s.words("as_written", "variants", "name", "office"))}
}, equal(func(gold, found worded) bool {
	return overlap(gold.forms, found.forms) || gold.near(found.statement, half)
}))

// half is how much of the shorter evidence must be common where the place alone decides.
const half = 0.5

func namesIn(written []string) []string {
	var names []string
	for _, w := range written {
		names = append(names, foldName(w)...)
	}
	return names
}

// overlap says whether two lists have a string in common.
func overlap(these, those []string) bool {
	return slices.ContainsFunc(these, func(s string) bool { return slices.Contains(those, s) })
}

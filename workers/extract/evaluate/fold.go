package evaluate

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Two spellings are the same when they fold to the same string. There is one folding for running
// text, one for names and one for numbers, because what a number may lose (its blanks) a title may
// not.

var (
	dashes = []string{"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-"}
	quotes = []string{
		"“", `"`, "”", `"`, "„", `"`, "‟", `"`, "«", `"`, "»", `"`, "″", `"`,
		"‘", "'", "’", "'", "‚", "'", "‛", "'", "′", "'", "`", "'",
	}
	plainDashes = strings.NewReplacer(dashes...)
	plainMarks  = strings.NewReplacer(slices.Concat(dashes, quotes)...)

	// latin writes Cyrillic letters as the registers of the cipher service are printed in English.
	latin = strings.NewReplacer(
		"а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "e", "ж", "zh", "з", "z",
		"и", "i", "й", "i", "к", "k", "л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r",
		"с", "s", "т", "t", "у", "u", "ф", "f", "х", "h", "ц", "ts", "ч", "ch", "ш", "sh",
		"щ", "shch", "ъ", "", "ы", "y", "ь", "", "э", "e", "ю", "iu", "я", "ia",
	)

	caseless = cases.Fold()
)

// edgeMarks are not counted at the edges of a text.
const edgeMarks = ` '".,:;!?()<>[]-/`

// inWord says whether a character can be part of a word.
func inWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

// foldText takes away what two ways of printing the same words differ in: case, compatibility
// forms, kinds of dashes and quotation marks, line breaks, Markdown, marks at the edges.
func foldText(s string) string {
	s = caseless.String(plainMarks.Replace(norm.NFKC.String(s)))
	s = squeeze(withoutMarkdown(s))
	if inner := strings.Trim(s, edgeMarks); inner != "" {
		return inner
	}
	return s
}

// withoutMarkdown puts blanks for the marks of emphasis, headings, tables, quotations and escapes.
// An underscore within a word is part of it.
func withoutMarkdown(s string) string {
	if !strings.ContainsAny(s, `*#|>\_`) {
		return s
	}
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		switch runes[i] {
		case '*', '#', '|', '>', '\\':
			runes[i] = ' '
		case '_':
			end := i + 1
			for end < len(runes) && runes[end] == '_' {
				end++
			}
			if i == 0 || end == len(runes) || !inWord(runes[i-1]) || !inWord(runes[end]) {
				for k := i; k < end; k++ {
					runes[k] = ' '
				}
			}
			i = end - 1
		}
	}
	return string(runes)
}

var (
	inBrackets     = regexp.MustCompile(`\[[^\]]*\]|\([^)]*\)`)
	squareBrackets = strings.NewReplacer("[", "", "]", "")
)

// maxHonorifics bounds how often words are taken off the head of a name.
const maxHonorifics = 32

// foldName returns every form under which a name may be compared: without forms of address, and
// with, without and inside its brackets.
func foldName(s string) []string {
	var forms []string
	for _, way := range []string{s, inBrackets.ReplaceAllString(s, " "), squareBrackets.Replace(s)} {
		form := foldText(way)
		for range maxHonorifics {
			shorter := strings.TrimSuffix(foldText(withoutHonorifics(form)), "'s")
			if shorter == form {
				break
			}
			form = shorter
		}
		if form != "" {
			forms = append(forms, joinInitials(form))
		}
	}
	return forms
}

// honorifics are forms of address and the words that lead to a recipient, folded.
var honorifics = setOf(strings.Fields(`
	comrade comrades comr com cde cdes cd tov тов т c t mr mrs ms dr
	gen general generals marshal col colonel maj major capt captain lt lieutenant to for кому`)...)

func isHonorific(word string) bool {
	return honorifics[word] || strings.HasPrefix(word, "tovarishch") || strings.HasPrefix(word, "товарищ")
}

// withoutHonorifics takes forms of address off the head of a folded name as long as a name stays.
func withoutHonorifics(name string) string {
	for {
		end := strings.IndexFunc(name, func(r rune) bool { return !inWord(r) })
		if end < 0 || !isHonorific(name[:end]) {
			return name
		}
		rest := strings.TrimLeftFunc(strings.TrimPrefix(name[end:], "."), func(r rune) bool {
			return r == ',' || unicode.IsSpace(r)
		})
		if rest == "" {
			return name
		}
		name = rest
	}
}

// joinInitials takes out the blank between an initial and what follows: "v. m. molotov" and
// "v.m. molotov" are one name.
func joinInitials(name string) string {
	runes := []rune(name)
	joined := make([]rune, 0, len(runes))
	for i, r := range runes {
		initial := r == ' ' && i >= 2 && runes[i-1] == '.' && inWord(runes[i-2]) && (i == 2 || !inWord(runes[i-3]))
		if initial && i+1 < len(runes) && inWord(runes[i+1]) {
			continue
		}
		joined = append(joined, r)
	}
	return string(joined)
}

// numberSign stands before a number, with a blank or a mark between. "№" and "Nº" fold to "no".
var numberSign = regexp.MustCompile(`^[^\pL\pN_]*(?:no|nr|n)(?:[^\pL\pN_]+|$)`)

// foldNumber takes number sign, blanks and case off a number and writes its letters in Latin. The
// register letter Ш is sh, and III where it was misread.
func foldNumber(s string) string {
	s = caseless.String(plainDashes.Replace(norm.NFKC.String(s)))
	s = withoutBlanks(numberSign.ReplaceAllString(s, ""))
	s = strings.Trim(latin.Replace(s), ".,;:()")
	if stem, misread := strings.CutSuffix(s, "/iii"); misread {
		return stem + "/sh"
	}
	return s
}

// foldMark folds one part of a shelfmark: apostrophes of soft signs and blanks are not part of it.
func foldMark(s string) string {
	s = withoutBlanks(norm.NFKC.String(s))
	s = strings.NewReplacer("'", "", "’", "").Replace(s)
	return latin.Replace(caseless.String(s))
}

func withoutBlanks(s string) string { return strings.Join(strings.Fields(s), "") }

func setOf(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[w] = true
	}
	return set
}

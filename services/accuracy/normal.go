package accuracy

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Normal brings a text to the form that is compared: NFC without soft hyphens and
// byte-order marks; one kind of quote and of dash, an ellipsis as three dots; runs of
// four or more leaders (. _ · , with or without blanks between) or hyphens as one blank;
// all white space, line and page breaks too, as one blank. Case, accents and hyphens at
// the ends of lines stay.
func Normal(text string) string { return string(normalised(text).letters) }

// page is a text in the form that is compared.
type page struct {
	letters []rune
	// lines holds the line of each letter in the text as given, counted from 1.
	lines []int32
}

func (p *page) add(letter rune, line int32) {
	p.letters = append(p.letters, letter)
	p.lines = append(p.lines, line)
}

// blank adds a blank, unless one stands there or nothing does.
func (p *page) blank(line int32) {
	if n := len(p.letters); n > 0 && p.letters[n-1] != ' ' {
		p.add(' ', line)
	}
}

// dropped are characters that show nothing.
var dropped = strings.NewReplacer("\u00ad", "", "\ufeff", "")

// normalised works line by line: nothing composes over the end of a line.
func normalised(text string) page {
	var spread page
	line := int32(0)
	for part := range strings.SplitSeq(dropped.Replace(text), "\n") {
		line++
		for _, letter := range norm.NFC.String(part) {
			spread.fold(letter, line)
		}
		spread.blank(line)
	}
	return spread.withoutLeaders()
}

// fold adds a letter in the one spelling that it is compared in.
func (p *page) fold(letter rune, line int32) {
	switch letter {
	case '“', '”', '„', '‟':
		p.add('"', line)
	case '‘', '’', '‚', '`', '´':
		p.add('\'', line)
	case '–', '—', '−', '‐', '‑', '⸗':
		p.add('-', line)
	case '…':
		p.add('.', line)
		p.add('.', line)
		p.add('.', line)
	default:
		// The separators of files, groups, records and units are blanks as well.
		if unicode.IsSpace(letter) || letter >= 0x1c && letter <= 0x1f {
			p.blank(line)
			return
		}
		p.add(letter, line)
	}
}

// leastRun is how many leaders or hyphens make a rule that nobody transcribes.
const leastRun = 4

// withoutLeaders puts a blank for each rule, and none at the end.
func (p *page) withoutLeaders() page {
	bare := page{letters: make([]rune, 0, len(p.letters)), lines: make([]int32, 0, len(p.letters))}
	for i := 0; i < len(p.letters); {
		run, end := p.run(i)
		if run >= leastRun {
			bare.blank(p.lines[i])
			i = end
			continue
		}
		for end = max(end, i+1); i < end; i++ {
			if p.letters[i] == ' ' {
				bare.blank(p.lines[i])
			} else {
				bare.add(p.letters[i], p.lines[i])
			}
		}
	}
	if n := len(bare.letters); n > 0 && bare.letters[n-1] == ' ' {
		bare.letters, bare.lines = bare.letters[:n-1], bare.lines[:n-1]
	}
	return bare
}

// run counts the leaders, or else the hyphens, from a place on, and tells where they
// end, blanks after leaders included.
func (p *page) run(start int) (count, end int) {
	for end = start; end < len(p.letters) && p.letters[end] == '-'; end++ {
		count++
	}
	if count > 0 {
		return count, end
	}
	for end < len(p.letters) && leader(p.letters[end]) {
		count++
		if end++; end < len(p.letters) && p.letters[end] == ' ' {
			end++
		}
	}
	return count, end
}

func leader(letter rune) bool {
	return letter == '.' || letter == '_' || letter == '·' || letter == ','
}

package main

import (
	"io"
	"os"
)

// pen writes words so that they stand out: by the means of a terminal where there is one,
// and by signs, which a file and a search keep.
type pen struct{ lines, colours bool }

func penFor(w io.Writer) pen {
	lines := isTerminal(w) && os.Getenv("TERM") != "dumb"
	return pen{lines: lines, colours: lines && os.Getenv("NO_COLOR") == ""}
}

// doubtful marks a word that the machine was not sure of.
func (p pen) doubtful(word string) string {
	if p.lines {
		return "\x1b[4m" + word + "\x1b[24m"
	}
	return word + "[?]"
}

// removed and added mark words that are gone, and that are new.
func (p pen) removed(words string) string { return p.coloured("31", "[-"+words+"-]") }
func (p pen) added(words string) string   { return p.coloured("32", "{+"+words+"+}") }

func (p pen) coloured(colour, words string) string {
	if p.colours {
		return "\x1b[" + colour + "m" + words + "\x1b[39m"
	}
	return words
}

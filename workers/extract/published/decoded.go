package published

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Decoded makes UTF-8 of a file's bytes and changes nothing else, so that place gives
// for a place in the text the one in the file. An error is always a *NotText.
func Decoded(name string, file []byte) (text string, place func(int) int, err error) {
	same := func(at int) int { return at }
	if err := picture(file); err != nil {
		return "", nil, err
	}
	e, called := encodingOf(file, mediaType(name, file))
	text, place = string(file), same
	if e != nil {
		decoded, err := e.NewDecoder().Bytes(file)
		if err != nil {
			return "", nil, &NotText{fmt.Sprintf("it cannot be decoded from %s", called)}
		}
		text = string(decoded)
		if place = placesIn(text, called, file); place == nil {
			return "", nil, &NotText{fmt.Sprintf("it is in %s, in which places are not told: convert it to UTF-8", called)}
		}
	}
	if at := strings.IndexByte(text, 0); at >= 0 {
		return "", nil, &NotText{fmt.Sprintf("byte %d is NUL: no text file has that; images and PDF are delivered with `fonds ingest`", place(at)+1)}
	}
	return text, place, nil
}

// placesIn gives places in a file for those in its text; nil for an encoding in which
// a character may take one byte and another two, as those of Chinese do.
func placesIn(text, called string, file []byte) func(int) int {
	size, first := func(rune) int { return 1 }, 0
	switch {
	case called == "utf-32":
		size, first = func(rune) int { return 4 }, 4 // its mark is no character of the text
	case strings.HasPrefix(called, "utf-16"):
		size = func(r rune) int { return 2 * max(1, utf16.RuneLen(r)) }
	case utf8.RuneCountInString(text) != len(file):
		return nil
	}
	starts := make([]int, len(text)+1)
	at := first
	for i, r := range text {
		for n := range utf8.RuneLen(r) {
			starts[i+n] = at
		}
		at += size(r)
	}
	starts[len(text)] = at
	return func(at int) int { return starts[min(max(at, 0), len(text))] }
}

package auth

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName bounds display names, in characters.
const maxName = 100

// reserved are names that stand for callers who are no users, in history and log.
var reserved = []string{LocalID, "system", "local operator"}

// displayName returns a name in the form in which names are compared: composed (NFC),
// with single spaces between its words. What cannot be seen is refused, as two people
// must not have names that look the same and differ.
func displayName(field, name string) (string, error) {
	if !utf8.ValidString(name) {
		return "", invalid(field, "the name is not UTF-8")
	}
	for _, r := range name {
		if !unicode.IsGraphic(r) {
			return "", invalid(field, "the name has the character %U, which cannot be seen: leave it out", r)
		}
	}
	name = strings.Join(strings.Fields(norm.NFC.String(name)), " ")
	switch {
	case !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
		return "", invalid(field, "the name has no letter")
	case utf8.RuneCountInString(name) > maxName:
		return "", invalid(field, "the name has %d characters; at most %d are kept", utf8.RuneCountInString(name), maxName)
	case slices.Contains(reserved, strings.ToLower(name)):
		return "", invalid(field, "%q is what calls without a token are shown as: take another name", name)
	}
	return name, nil
}

package text

import (
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/russian"
)

// stem returns the stem of a folded word by the Snowball rules for Russian where
// it is written in Cyrillic and for English where it is written in Latin; any
// other word as it is. Stop words are stemmed like others: phrases need them.
func stem(folded string) string {
	if folded == "" {
		return ""
	}
	switch plainWord(folded) {
	case unicode.Cyrillic:
		env := snowballstem.NewEnv(folded)
		russian.Stem(env)
		return env.Current()
	case unicode.Latin:
		env := snowballstem.NewEnv(folded)
		english.Stem(env)
		return env.Current()
	}
	return folded
}

package extract

import "testing"

func TestSpotsAtTheBeginningOfALineAreBlank(t *testing.T) {
	for text, want := range map[string]string{
		"’ CIPHERED TELEGRAM No. 5120":     "    CIPHERED TELEGRAM No. 5120",
		"‘IRKUTSK, TO SOROKIN":             "   IRKUTSK, TO SOROKIN",
		".С уважением,":                    " С уважением,",
		"  . To Comrade LUNIN":             "    To Comrade LUNIN",
		"~ СЕКРЕТНО":                       "  СЕКРЕТНО",
		"one\n' TWO":                       "one\n  TWO",
		"‘The wells hold’ was all.":        "‘The wells hold’ was all.",
		"‘the wells hold water until June": "‘the wells hold water until June",
		". . . . the wells":                ". . . . the wells",
		"... the wells":                    "... the wells",
		".":                                ".",
		"“To Comrade LUNIN.":               "“To Comrade LUNIN.",
		"– and the pumps":                  "– and the pumps",
		"I ask: ’ and ‘":                   "I ask: ’ and ‘",
		"‘Words that go on and on beyond what a letterhead has in one line, as messages do": "‘Words that go on and on beyond what a letterhead has in one line, as messages do",
	} {
		if got := blankMarks(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

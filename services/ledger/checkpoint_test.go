package ledger

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// What the key itself has signed need not be a checkpoint of this log.
func TestWhatIsNoCheckpoint(t *testing.T) {
	key := fixedKey(t, 1)
	root := strings.Repeat("A", 43) + "="
	sound := []string{key.Origin(), "14", root, "signed 2026-03-01T10:00:00.5Z", ""}
	for name, c := range map[string]struct {
		line int
		text string
		says string
	}{
		"sound":                   {4, "", ""},
		"a line for later":        {4, "witnessed by somebody\n", ""},
		"another origin":          {0, "fonds/1", "of the log fonds/1"},
		"a handover":              {0, handoverTitle, "of the log"},
		"no size":                 {1, "", "no checkpoint"},
		"leading zero":            {1, "014", "no checkpoint"},
		"a sign":                  {1, "+14", "no checkpoint"},
		"nothing in it":           {1, "0", "no checkpoint"},
		"less than nothing":       {1, "-14", "no checkpoint"},
		"more than tlog can take": {1, "281474976710657", "no checkpoint"},
		"more than a number":      {1, "9223372036854775808", "no checkpoint"},
		"a root too short":        {2, strings.Repeat("A", 40), "no checkpoint"},
		"root in other letters":   {2, strings.Repeat("A", 42) + "B=", "no checkpoint"},
		"no time":                 {3, "signed", "no checkpoint"},
		"not signed":              {3, "2026-03-01T10:00:00.5Z", "no checkpoint"},
		"a time elsewhere":        {3, "signed 2026-03-01T11:00:00.5+01:00", "no checkpoint"},
		"no day":                  {3, "signed 2026-02-30T10:00:00Z", "no checkpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			lines := append([]string{}, sound...)
			lines[c.line] = c.text
			signed, err := note.Sign(&note.Note{Text: strings.Join(lines, "\n")}, key.signer)
			if err != nil {
				t.Fatal(err)
			}
			got, by, err := openCheckpoint(string(signed), key.Verifiers())
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("tree %+v, error %v", got, err)
				}
				return
			}
			if want := (tree{key.Origin(), 14, [32]byte{}, time.Date(2026, 3, 1, 10, 0, 0, 5e8, time.UTC)}); err != nil || got != want || by != key.Verifier() {
				t.Errorf("tree %+v, error %v", got, err)
			}
		})
	}
}

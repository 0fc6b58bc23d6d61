package citation

import (
	"testing"
)

func addSpellings(f *testing.F) {
	f.Helper()
	for _, file := range []string{"domain.tsv", "more.tsv"} {
		for _, r := range spellings(f, file) {
			f.Add(r.written)
		}
	}
	for _, s := range []string{
		"", "\xff\xfe", "APRF\xd0, f. 45\xd0", "f.", "l", "(", "Ibid.", "\u202eAPRF, f. 1, op. 1, d. 1", "АПРФ. Ф. 1. Оп. 1. Д. 1. Л. 1л",
		"f0d0, ,,l.0", "F0D0L", "F0D0,L0AA 0", "APRF D0 Opis0", "F0Op00L0A verso", // found by fuzzing
	} {
		f.Add(s)
	}
}

// FuzzParse holds what Parse promises for any bytes: it ends, the pieces cover
// the input, and what it reads can be printed and read again.
func FuzzParse(f *testing.F) {
	addSpellings(f)
	f.Fuzz(func(t *testing.T, s string) {
		r := Parse(s)
		checkCover(t, s, &r)
		checkRoundTrip(t, r.Citations)
		for _, c := range r.Candidates {
			if s[c.Citation.Start:c.Citation.End] != c.Citation.Raw || c.Reason == "" {
				t.Errorf("candidate %+v does not stand where it says", c)
			}
		}
	})
}

// FuzzFind holds that citations stand in order, within the text and on
// characters, and that each overlaps itself.
func FuzzFind(f *testing.F) {
	addSpellings(f)
	f.Fuzz(func(t *testing.T, s string) {
		at := 0
		for _, c := range Find(s) {
			if c.Start < at || c.End <= c.Start || c.End > len(s) || s[c.Start:c.End] != c.Raw || !onBoundaries(s, c.Start, c.End) {
				t.Fatalf("%q: citation %d-%d %q after %d", s, c.Start, c.End, c.Raw, at)
			}
			at = c.End
			if m, why := Overlaps(&c, &c); m == Differ {
				t.Errorf("%q differs from itself: %s", c.Raw, why)
			}
			if Key(&c) == "" || c.Kind != Archival {
				t.Errorf("%q has kind %q and key %q", c.Raw, c.Kind, Key(&c))
			}
		}
	})
}

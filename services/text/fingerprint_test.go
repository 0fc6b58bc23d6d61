package text

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Fingerprints are stored. When this test fails, FingerprintVersion must be
// counted up, or the change that made it fail be undone.
func TestFingerprintGolden(t *testing.T) {
	var b strings.Builder
	for _, s := range []string{
		"Request to the embassy: send forty wagons of grain and coal before the winter, and report the day of arrival.",
		"Просим посольство отправить до зимы сорок вагонов зерна и угля и сообщить день прибытия. Ёж, ПЕКИH.",
		"请大使馆在冬天之前运送四十车粮食和煤炭，并报告到达的日期。此电请即转交。",
		"대사관은 겨울 전에 곡물과 석탄을 마흔 차량 보내고 도착하는 날을 보고하여 주시기 바랍니다.",
		"302/sh, № 0031–0032; MIG-15s, Prokop'yev, naïve Straße, ÀÉÎ ½ and 13.6.51 at 19:55",
		"too short",
	} {
		f := NewFingerprint(s)
		raw, err := f.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var back Fingerprint
		if err := back.UnmarshalBinary(raw); err != nil || back != f {
			t.Errorf("%q does not come back: %v", s, err)
		}
		sum := sha256.New()
		sum.Write(raw)
		for _, k := range f.Bands() {
			fmt.Fprintln(sum, k)
		}
		fmt.Fprintf(&b, "%d %d %s\n", f.Version, len(f.Bands()), hex.EncodeToString(sum.Sum(nil)))
	}
	golden(t, fmt.Sprintf("fingerprint.v%d", FingerprintVersion), b.String())
	if err := new(Fingerprint).UnmarshalBinary(nil); err == nil {
		t.Error("no bytes became a fingerprint")
	}
}

func TestFingerprintOfLittleText(t *testing.T) {
	empty, short := NewFingerprint(""), NewFingerprint("Received 19:55.")
	if Similarity(empty, empty) != 0 || Similarity(short, short) != 0 || short.Bands() != nil {
		t.Error("too little text is like something")
	}
}

// Blanks, line ends, divided words and case leave a fingerprint as it is.
func TestFingerprintLayout(t *testing.T) {
	s := "The embassy reports that forty wagons of grain have arrived; ПОСОЛЬСТВО сообщает о прибытии сорока вагонов зерна."
	want := NewFingerprint(s)
	for _, other := range []string{
		strings.ToUpper(s), strings.ReplaceAll(s, " ", "\r\n"), strings.ReplaceAll(s, " ", ""), "\f" + s + "\f",
		strings.ReplaceAll(s, "arrived", "arri-\nved"), strings.ReplaceAll(s, "ПОСОЛЬСТВО", "ПOCOЛЬCTBO"),
	} {
		if got := NewFingerprint(other); got != want {
			t.Errorf("another fingerprint: similarity %.2f for %q", Similarity(got, want), other)
		}
	}
}

// found is what an index finds: any band key in common.
func found(a, b Fingerprint) bool {
	keys := a.Bands()
	return slices.ContainsFunc(b.Bands(), func(k uint64) bool { return slices.Contains(keys, k) })
}

// telegrams are those of the measurements, half English, half Russian, of
// 300 to 2300 characters and all in the same two forms.
func telegrams(rng *rand.Rand, n int) []string {
	sheets := make([]string, n)
	for i := range sheets {
		language := []string{"en", "ru"}[i%2]
		sheets[i] = sheet(rng, language, message(rng, language, 300+rng.IntN(2000)))
	}
	return sheets
}

// Copies of a telegram are found and told from others of the same form: one
// clean and one set anew and misread, and both misread.
func TestCopiesAreFound(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	sheets := telegrams(rng, 100)
	for _, c := range []struct {
		errors float64
		both   bool
		found  float64 // least share that an index finds
		alike  float64 // least share of these at AlikeFrom or above
	}{
		{0.01, false, 1, 1},
		{0.03, false, 1, 1},
		{0.08, false, 0.9, 0.95},
		{0.01, true, 1, 1},
		{0.03, true, 0.98, 0.98},
		{0.08, true, 0.25, 0}, // beyond AlikeFrom's reach: nothing is promised of it
	} {
		candidates, alike := 0, 0
		least, sum := 1.0, 0.0
		for _, s := range sheets {
			a := s
			if c.both {
				a = misread(rng, a, c.errors)
			}
			x, y := NewFingerprint(a), NewFingerprint(misread(rng, relaid(rng, s), c.errors))
			j := Similarity(x, y)
			least, sum = min(least, j), sum+j
			if j >= AlikeFrom {
				alike++
			}
			if found(x, y) {
				candidates++
			}
		}
		n := float64(len(sheets))
		t.Logf("errors %.0f %%, both misread %v: found %.1f %%, alike %.1f %%, similarity %.2f, least %.2f",
			100*c.errors, c.both, 100*float64(candidates)/n, 100*float64(alike)/n, sum/n, least)
		if float64(candidates) < c.found*n || float64(alike) < c.alike*n {
			t.Errorf("errors %.2f, both %v: found %d, alike %d of %d", c.errors, c.both, candidates, alike, len(sheets))
		}
	}
}

func TestUnrelatedAreNotAlike(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	sheets := telegrams(rng, 120)
	prints := make([]Fingerprint, len(sheets))
	for i, s := range sheets {
		prints[i] = NewFingerprint(s)
	}
	pairs, candidates := 0, 0
	most := 0.0
	for i, a := range prints {
		for _, b := range prints[:i] {
			pairs++
			most = max(most, Similarity(a, b))
			if found(a, b) {
				candidates++
			}
		}
	}
	t.Logf("%d unrelated pairs of the same two forms: %.2f %% are candidates, greatest similarity %.2f", pairs, 100*float64(candidates)/float64(pairs), most)
	if candidates > pairs/20 || most >= AlikeFrom {
		t.Errorf("%d of %d candidates, greatest similarity %.2f", candidates, pairs, most)
	}
}

package extracttest

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func texts(t testing.TB) map[string]string {
	t.Helper()
	names, err := filepath.Glob("../testdata/corpus/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("no texts: %v", err)
	}
	out := map[string]string{}
	for _, n := range names {
		raw, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(n)] = string(raw)
	}
	return out
}

func TestDamageIsDeterministic(t *testing.T) {
	differ := 0
	for name, text := range texts(t) {
		a, ma := Damage(text, 0.05, 7)
		b, mb := Damage(text, 0.05, 7)
		if a != b || !slices.Equal(ma, mb) {
			t.Errorf("%s: two results for one seed", name)
		}
		if c, _ := Damage(text, 0.05, 8); c != a {
			differ++
		}
	}
	if differ < 30 {
		t.Errorf("another seed changed only %d texts", differ)
	}
}

// One error more or less is allowed on top of 15 %: a short text at 1 % has two.
func TestDamageKeepsItsRate(t *testing.T) {
	for _, rate := range []float64{0.01, 0.03, 0.08} {
		errors, length := 0, 0
		for name, text := range texts(t) {
			got, _ := Damage(text, rate, 1)
			runes := []rune(text)
			want := rate * float64(len(runes))
			d := distance(runes, []rune(got), int(2*want)+10)
			if math.Abs(float64(d)-want) > 0.15*want+1 {
				t.Errorf("%s at %v: %d errors, want %.1f", name, rate, d, want)
			}
			errors, length = errors+d, length+len(runes)
		}
		if got := float64(errors) / float64(length); math.Abs(got-rate) > 0.15*rate {
			t.Errorf("whole corpus: rate %.4f, want %v", got, rate)
		}
	}
}

func TestNoDamageWithoutRate(t *testing.T) {
	for _, rate := range []float64{0, -1} {
		got, m := Damage("Ёлка 5", rate, 1)
		if got != "Ёлка 5" || m[len(m)-1] != len(got) {
			t.Errorf("rate %v: %q, %v", rate, got, m)
		}
	}
}

// checkMapping holds the promises of Mapping.
func checkMapping(t *testing.T, clean, damaged string, m Mapping) {
	t.Helper()
	if len(m) != len(clean)+1 || m[0] != 0 || m[len(clean)] != len(damaged) {
		t.Fatalf("mapping of %d bytes to %d has %d entries", len(clean), len(damaged), len(m))
	}
	if !slices.IsSorted(m) {
		t.Fatal("mapping falls")
	}
	if !utf8.ValidString(clean) {
		return
	}
	for i, at := range m {
		if at < len(damaged) && !utf8.RuneStart(damaged[at]) {
			t.Fatalf("byte %d maps into the middle of a rune", i)
		}
	}
}

func TestMapping(t *testing.T) {
	for name, text := range texts(t) {
		got, m := Damage(text, 0.08, 3)
		checkMapping(t, text, got, m)
		for i, r := range text {
			after := i + utf8.RuneLen(r)
			a, b := m.Range(i, after)
			piece := got[a:b]
			switch {
			case r == '\n' && piece != "\n":
				t.Errorf("%s: a line end became %q", name, piece)
			case unicode.IsDigit(r) && piece != string(r) && !slices.Contains(confusions[string(r)], piece):
				t.Errorf("%s: %q became %q", name, r, piece)
			}
		}
	}
}

func TestConfusions(t *testing.T) {
	for from, to := range confusions {
		for _, s := range to {
			if unicode.IsDigit([]rune(from)[0]) && strings.ContainsFunc(s, unicode.IsDigit) {
				t.Errorf("%q becomes %q: the number could not be won back", from, s)
			}
			if n := utf8.RuneCountInString(from); distance([]rune(from), []rune(s), 9) != swapCost(n, s) {
				t.Errorf("%q becomes %q: part of it stays, so its cost is wrong", from, s)
			}
		}
	}
}

func TestWhatStaysWhole(t *testing.T) {
	const text = "from BEIJING see https://ciphers.example.org/document/204417 or rights@ciphers.example.org; series G T. No. 302/sh fond 059a"
	for _, keep := range []string{
		` https://ciphers\.example\.org/document/204417 `,
		` rights@ciphers\.example\.org\b`,
		` G +T\b`,
		`[3З][0oOО]2/sh `,
		` [0oOО][5S]9a$`,
	} {
		want := regexp.MustCompile(keep)
		for seed := range uint64(50) {
			if got, _ := Damage(text, 0.2, seed); !want.MatchString(got) {
				t.Errorf("seed %d: %s is gone from %q", seed, keep, got)
			}
		}
	}
}

func TestAlike(t *testing.T) {
	for _, c := range []struct {
		want, got string
		rate      float64
		alike     bool
	}{
		{"Deliver at once", "deliver  at once.", 0, true},
		{"Deliver at once", "Deliver at oncc", 0, false},
		{"Deliver at once", "Deliver at oncc", 0.01, true},
		{"Deliver at once", "Dcliver at oncc", 0.01, false},
		{"Deliver at once", "Dcliver at oncc", 0.08, true},
		{"Deliver at once", "Report at once", 0.08, false},
		{"МОЛОТОВ", "МОПОТОВ", 0.03, true},
		{"Mao", "Malik", 0.03, false},
		{"", "", 0.03, true},
	} {
		if got := Alike(c.want, c.got, c.rate); got != c.alike {
			t.Errorf("Alike(%q, %q, %v) = %v", c.want, c.got, c.rate, got)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b        string
		limit, want int
	}{
		{"", "", 0, 0},
		{"kitten", "sitting", 9, 3},
		{"kitten", "sitting", 3, 3},
		{"kitten", "sitting", 2, 3},
		{"abcd", "bcda", 4, 2},
		{"abc", "", 3, 3},
		{"abc", "", 1, 2},
		{"same", "same", 0, 0},
		{"same", "sane", 0, 1},
	} {
		if got := distance([]rune(c.a), []rune(c.b), c.limit); got != c.want {
			t.Errorf("distance(%q, %q, %d) = %d, want %d", c.a, c.b, c.limit, got, c.want)
		}
	}
}

func FuzzDamage(f *testing.F) {
	f.Add("ШИФРТЕЛЕГРАММА № 641\n13 ч. 20 м.", 0.08, uint64(1))
	f.Add("No. 2974\xff rn cl\r\n\f", 0.9, uint64(2))
	f.Add("", 1.0, uint64(3))
	f.Fuzz(func(t *testing.T, text string, rate float64, seed uint64) {
		if len(text) > 1<<14 || math.IsNaN(rate) || rate > 1 {
			return
		}
		got, m := Damage(text, rate, seed)
		checkMapping(t, text, got, m)
		if strings.Count(got, "\n") != strings.Count(text, "\n") {
			t.Error("line ends changed")
		}
	})
}

// FuzzDistance compares the banded distance with the plain one.
func FuzzDistance(f *testing.F) {
	f.Add("kitten", "sitting", 2)
	f.Add("Ёж", "", 1)
	f.Fuzz(func(t *testing.T, a, b string, limit int) {
		if len(a) > 200 || len(b) > 200 || limit < 0 || limit > 400 {
			return
		}
		x, y := []rune(a), []rune(b)
		if got, want := distance(x, y, limit), min(plainDistance(x, y), limit+1); got != want {
			t.Errorf("distance(%q, %q, %d) = %d, want %d", a, b, limit, got, want)
		}
	})
}

func plainDistance(a, b []rune) int {
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
		for j := range table[i] {
			switch {
			case i == 0 || j == 0:
				table[i][j] = i + j
			case a[i-1] == b[j-1]:
				table[i][j] = table[i-1][j-1]
			default:
				table[i][j] = 1 + min(table[i-1][j-1], table[i-1][j], table[i][j-1])
			}
		}
	}
	return table[len(a)][len(b)]
}

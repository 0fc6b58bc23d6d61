package text

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTrigrams(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"a", "_a_"},
		{"war", "_wa war ar_"},
		{"мир", "_ми мир ир_"},
		{"aaaa", "_aa aaa aa_"},
	} {
		if got := strings.Join(Trigrams(c.in), " "); got != c.want {
			t.Errorf("Trigrams(%q) = %s, want %s", c.in, got, c.want)
		}
	}
}

func TestSimilar(t *testing.T) {
	vocabulary := []string{
		"telegram", "te1egram", "telegrarn", "telegraph", "tclcgrarn", "beij", "bei", "peij", "1951", "1957", "телеграмм", "тслеграмм",
		"стал", "сталин", "сталинград", "telegram", "mao", "маo", "elegram", "telegramx", "毛泽", "毛译",
		"cornmand", "wam", "вьгстр",
	}
	for _, c := range []struct {
		term, want string
		limit      int
	}{
		{"telegram", "telegram elegram te1egram telegramx telegraph telegrarn", 10},
		{"telegram", "telegram elegram", 2},
		{"beij", "beij bei peij", 10},
		{"1951", "1951", 10},
		{"mao", "mao", 10},
		{"сталин", "сталин", 10},
		{"стали", "стал сталин", 10},
		{"телеграмм", "телеграмм тслеграмм", 10},
		{"毛泽", "毛泽", 10},
		{"command", "cornmand", 10},
		{"cornmand", "cornmand", 10},
		{"warn", "wam", 10},
		{"выстр", "вьгстр", 10},
		{"nothing", "", 10},
		{"telegram", "", 0},
		{"telegram", "", -1},
		{"", "", 10},
	} {
		var got []string
		for _, n := range Similar(c.term, slices.Values(vocabulary), c.limit) {
			got = append(got, n.Term)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("Similar(%q, %d) = %s, want %s", c.term, c.limit, strings.Join(got, " "), c.want)
		}
	}
}

// plainDistance is the distance by the whole table.
func plainDistance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			d := diagonal
			if a[i] != b[j] {
				d++
			}
			diagonal = row[j+1]
			row[j+1] = min(d, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// The band gives what the whole table gives, and whatever is within the
// distance shares as many trigrams as promised.
func TestSimilarMissesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var rows editRows
	near := 0
	for range 20000 {
		word := vocabulary["ru"][rng.IntN(len(vocabulary["ru"]))]
		if rng.IntN(2) == 0 {
			word = vocabulary["en"][rng.IntN(len(vocabulary["en"]))]
		}
		other := strings.ReplaceAll(misread(rng, word, 0.2), " ", "")
		a, b, bound := []rune(word), []rune(other), MaxDistance(word)
		want := plainDistance(a, b)
		if got := rows.distance(a, other, bound); got != min(want, bound+1) {
			t.Fatalf("distance of %q and %q within %d: %d, want %d", word, other, bound, got, want)
		}
		if want > bound || other == "" {
			continue
		}
		near++
		shared := 0
		grams := Trigrams(word)
		for _, g := range Trigrams(other) {
			if slices.Contains(grams, g) {
				shared++
			}
		}
		if len(grams) == utf8.RuneCountInString(word) && shared < SharedTrigrams(word) {
			t.Fatalf("%q and %q share %d trigrams, promised %d", word, other, shared, SharedTrigrams(word))
		}
	}
	if near < 1000 {
		t.Fatalf("only %d near words were tried", near)
	}
}

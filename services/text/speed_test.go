package text

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// pages are different pages of 2,000 characters each, English and Russian by
// turns, with this share of their characters misread: at 3 %, one word in six
// is one that was never seen before.
func pages(n int, errors float64) []string {
	rng := rand.New(rand.NewPCG(5, 6))
	all := make([]string, n)
	for i := range all {
		all[i] = string([]rune(misread(rng, message(rng, []string{"en", "ru"}[i%2], 2200), errors))[:2000])
	}
	return all
}

func each(b *testing.B, work func(page string)) {
	b.Helper()
	eachOf(b, pages(500, 0.03), work)
}

func eachOf(b *testing.B, all []string, work func(page string)) {
	b.Helper()
	i := 0
	for b.Loop() {
		work(all[i%len(all)])
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
}

func BenchmarkAnalysePage(b *testing.B) {
	for _, percent := range []int{0, 1, 3} {
		b.Run(fmt.Sprintf("misread=%d", percent), func(b *testing.B) {
			eachOf(b, pages(500, float64(percent)/100), func(p string) { Analyse(p) })
		})
	}
}

func BenchmarkFoldPage(b *testing.B) { each(b, func(p string) { Fold(p) }) }

func BenchmarkFingerprintPage(b *testing.B) { each(b, func(p string) { NewFingerprint(p) }) }

func BenchmarkDigestPage(b *testing.B) { each(b, func(p string) { Digest(p) }) }

func BenchmarkHitsPage(b *testing.B) {
	clauses, err := Query(`comrade OR товарищ "the embassy" telegr* -nobody`)
	if err != nil {
		b.Fatal(err)
	}
	each(b, func(p string) { Hits(p, clauses) })
}

func BenchmarkSnippetPage(b *testing.B) {
	each(b, func(p string) {
		Snippet(p, []Span{{Start: 700, End: 706}, {Start: 800, End: 812, Clause: 1}}, 160)
	})
}

// The time for each byte stays the same at 1, 10 and 100 pages in one text.
func BenchmarkAnalyseLength(b *testing.B) {
	for _, times := range []int{1, 10, 100} {
		text := strings.Join(pages(times, 0), "\n")
		b.Run(fmt.Sprint(times), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Analyse(text)
			}
		})
	}
}

// A term against a vocabulary of 10,000, all of it and not just candidates.
func BenchmarkSimilar(b *testing.B) {
	seen := map[string]bool{}
	for _, p := range pages(1000, 0.03) {
		for t := range Terms(p) {
			seen[t.Text] = true
		}
	}
	for b.Loop() {
		n := 0
		Similar("telegram", func(yield func(string) bool) {
			for term := range seen {
				if n++; n > 10000 || !yield(term) {
					return
				}
			}
		}, 20)
	}
}

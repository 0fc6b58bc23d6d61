package agents_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// benchPage is a page of about 2,000 characters in the density of names that telegrams have.
func benchPage() string {
	const paragraph = `CIPHERED TELEGRAM. To Comrade MAO ZEDONG, copy to Comrade Kim Il Sung. We received your telegram about
the situation on the front. We agree that the delegation should leave Kaesong no later than the tenth, and that Peng Dehuai
should report to the Central Committee of the CCP. The American command has moved its units from Pusan to the north; it is
necessary to strengthen the defence of Wonsan and to bring up ammunition by night. The question of aircraft was discussed
with the general who came from Moscow, and he asked that the airfields be made ready within twenty days. `
	return strings.Repeat(paragraph, 4)[:2000]
}

// BenchmarkFind shows that the time is linear in the length: compare the MB/s of the three sizes.
func BenchmarkFind(b *testing.B) {
	x := agents.BuiltInIndex()
	for _, times := range []int{1, 10, 100} {
		text := strings.Repeat(benchPage(), times)
		b.Run(fmt.Sprintf("pages=%d", times), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				x.Find(text)
			}
			b.ReportMetric(float64(times)*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}

// BenchmarkFindWorst walks deep into the index from every word.
func BenchmarkFindWorst(b *testing.B) {
	x := agents.BuiltInIndex()
	for _, times := range []int{1, 10, 100} {
		text := strings.Repeat("United Nations Commission for the Unification and Rehabilitation of ", 30*times)
		b.Run(fmt.Sprintf("pages=%d", times), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				x.Find(text)
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	x := agents.BuiltInIndex()
	for _, name := range []string{"Comrade Mao Zedong", "Kim", "Razuvaef"} {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				x.Match(name, agents.Date{}, agents.Person)
			}
		})
	}
}

func BenchmarkNewIndex(b *testing.B) {
	a := agents.BuiltIn()
	for b.Loop() {
		agents.NewIndex(a)
	}
}

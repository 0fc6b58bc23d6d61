package ledger

import (
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

// BenchmarkSequence gives leaves to acts, a thousand in a transaction.
func BenchmarkSequence(b *testing.B) {
	a := newArchive(b)
	acts := actsTo(actsAtOnce)
	for b.Loop() {
		b.StopTimer()
		a.do(b, acts...)
		b.StartTimer()
		a.sequence(b)
	}
	b.ReportMetric(float64(b.N)*actsAtOnce/b.Elapsed().Seconds(), "acts/s")
}

// BenchmarkSequenceOne gives a leaf to one act: what each second costs a quiet archive.
func BenchmarkSequenceOne(b *testing.B) {
	a := newArchive(b)
	for b.Loop() {
		b.StopTimer()
		a.do(b, act(0))
		b.StartTimer()
		a.sequence(b)
	}
}

// BenchmarkCheck checks a log of 100,000 acts.
func BenchmarkCheck(b *testing.B) {
	a := newArchive(b)
	acts := actsTo(10 * actsAtOnce)
	for range 10 {
		a.do(b, acts...)
	}
	a.sequence(b)
	for b.Loop() {
		if found := a.check(b); found != nil {
			b.Fatal(found)
		}
	}
}

// BenchmarkProve proves one act in a log of 100,000.
func BenchmarkProve(b *testing.B) {
	a := newArchive(b)
	acts := actsTo(10 * actsAtOnce)
	for range 10 {
		a.do(b, acts...)
	}
	a.sequence(b)
	one := a.acts(b, 77777, 1)
	for b.Loop() {
		a.view(b, func(r catalog.Reader) error {
			_, _, err := ProveActs(r, one, a.key.Verifiers())
			return err
		})
	}
}

// BenchmarkVerifyBundle checks a bundle of seven acts on five regions.
func BenchmarkVerifyBundle(b *testing.B) {
	key := fixedKey(b, 1)
	bundle := newHistory(b).seal(b, key)
	for b.Loop() {
		if _, err := VerifyBundle(bundle, key.Verifiers()); err != nil {
			b.Fatal(err)
		}
	}
}

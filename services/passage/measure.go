package passage

import (
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// doubtful is the confidence below which a word is work to expect.
const doubtful = 0.6

// Measured tells how sure the words of a body are.
func Measured(body *fondsv1.Body) catalog.Measure {
	m := catalog.Measure{Confidence: int(1000*body.GetConfidence() + 0.5), Words: len(body.GetWords())}
	if m.Words == 0 {
		m.Confidence = -1 // there is nothing to be sure of
	}
	for _, w := range body.GetWords() {
		if w.GetConfidence() < doubtful {
			m.Doubtful++
		}
	}
	return m
}

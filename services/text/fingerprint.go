package text

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	// FingerprintVersion of the preparation and the hashing below. Stored
	// fingerprints of two versions cannot be compared, so whatever changes one
	// of them, a change of Fold included, must count it up; a golden test tells.
	FingerprintVersion = 1

	// AlikeFrom is the similarity from which two texts are worth showing to a
	// person as copies of one. Of made-up telegrams in one form, unrelated ones
	// stay below 0.27 and copies that are both misread at 3 % above 0.35. Where
	// both are misread at 8 % it is about 0.23: fewer than half of such pairs
	// share a band, and nearly none is this much alike.
	AlikeFrom = 0.3

	// shingle is the number of letters and figures in one shingle, blanks and
	// punctuation left out: one long word or two.
	shingle = 8
	// sketch is the number of minima kept. The similarity is then known to
	// within 1/(2*sqrt(sketch)), four hundredths.
	sketch = 144
	// bandRows minima make one band. Two texts of similarity j have a band in
	// common with a chance of 1-(1-j^bandRows)^(sketch/bandRows): 0.999 at 0.5,
	// 0.95 at 0.4, 0.05 at 0.1.
	bandRows = 3
	// minShingles is how much text must be there to tell anything: a line.
	minShingles = 24
)

// Fingerprint tells how much of their text two texts have in common, without
// the texts. It is a MinHash with one permutation over shingles of letters:
// line ends, page breaks, hyphens and blanks put in or lost do not change it,
// and a wrong letter spoils only the shingles that hold it.
//
// The zero Fingerprint is that of a text with too little to compare: it is like
// nothing, itself included.
type Fingerprint struct {
	// Version is FingerprintVersion at the time of writing; 0 for too little text.
	Version uint8
	// Minima are the least hashes of each of the bins that the shingles are dealt
	// into.
	Minima [sketch]uint32
}

// NewFingerprint returns the fingerprint of a text.
func NewFingerprint(s string) Fingerprint {
	d := dealer{}
	var w word
	for sc := (scanner{s: s}); sc.next(&w); {
		for i := range w.parts[:w.n] {
			d.part(&w.parts[i])
		}
	}
	return d.fingerprint()
}

// dealer takes a text's letters one after another and deals the hash of each
// shingle into its bin.
type dealer struct {
	window   [shingle]rune
	at       int // letters so far
	rolling  uint64
	minima   [sketch]uint32
	taken    [sketch]bool
	shingles int
}

// part adds a part of a word. An East Asian character says as much as three
// letters do and is taken for three.
func (d *dealer) part(p *part) {
	if p.kind == ideograph {
		for _, r := range character(p.raw) {
			d.letter(r)
			d.letter(r)
			d.letter(r)
		}
		return
	}
	for _, r := range p.form.folded {
		d.letter(r)
	}
}

// rollBase and rollTop are those of a rolling polynomial hash modulo 2^64: any odd
// number with well spread bits, and its power that leaves the window.
const rollBase = 0x9e3779b97f4a7c15

var rollTop = func() uint64 {
	top := uint64(1)
	for range shingle {
		top *= rollBase
	}
	return top
}()

func (d *dealer) letter(r rune) {
	i := d.at % shingle
	d.rolling = d.rolling*rollBase + uint64(r) - uint64(d.window[i])*rollTop
	d.window[i] = r
	if d.at++; d.at < shingle {
		return
	}
	d.shingles++
	h := mix(d.rolling)
	bin, value := h%sketch, uint32(h>>32)
	if !d.taken[bin] || value < d.minima[bin] {
		d.taken[bin], d.minima[bin] = true, value
	}
}

// fingerprint fills the bins that got no shingle from others, chosen by the
// number of the bin alone, so that two texts choose alike.
func (d *dealer) fingerprint() Fingerprint {
	if d.shingles < minShingles {
		return Fingerprint{}
	}
	f := Fingerprint{Version: FingerprintVersion, Minima: d.minima}
	for i := range f.Minima {
		for try := uint64(1); !d.taken[i]; try++ {
			if from := mix(uint64(i)<<32|try) % sketch; d.taken[from] {
				f.Minima[i] = d.minima[from]
				break
			}
		}
	}
	return f
}

// mix spreads the bits of x over all 64: two rounds of multiplying and folding.
func mix(x uint64) uint64 {
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	x ^= x >> 29
	x *= 0xff51afd7ed558ccd
	return x ^ x>>32
}

// Similarity estimates the share of shingles that two texts have in common
// among all that either has: 1 for the same letters, about 0 for unrelated texts.
// It is 0 where one of them has too little text or another version.
func Similarity(a, b Fingerprint) float64 {
	if a.Version == 0 || a.Version != b.Version {
		return 0
	}
	same := 0
	for i, m := range a.Minima {
		if m == b.Minima[i] {
			same++
		}
	}
	return float64(same) / sketch
}

// Bands returns the keys under which an index keeps a fingerprint: two texts
// that share any key are candidates for Similarity. There are 48 and they differ
// between versions; none for too little text.
func (f Fingerprint) Bands() []uint64 {
	if f.Version == 0 {
		return nil
	}
	keys := make([]uint64, 0, sketch/bandRows)
	for i := 0; i < sketch; i += bandRows {
		key := uint64(f.Version)<<32 | uint64(i)
		for _, m := range f.Minima[i : i+bandRows] {
			key = mix(key) ^ uint64(m)
		}
		keys = append(keys, mix(key))
	}
	return keys
}

// fingerprintSize is that of a stored one: the version and the minima.
const fingerprintSize = 1 + 4*sketch

// MarshalBinary returns the 577 bytes under which a fingerprint is stored.
func (f Fingerprint) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, fingerprintSize)
	b = append(b, f.Version)
	for _, m := range f.Minima {
		b = binary.BigEndian.AppendUint32(b, m)
	}
	return b, nil
}

var errFingerprint = errors.New("no fingerprint")

// UnmarshalBinary reads what MarshalBinary wrote, whatever its version.
func (f *Fingerprint) UnmarshalBinary(b []byte) error {
	if len(b) != fingerprintSize {
		return fmt.Errorf("%w: %d bytes, want %d", errFingerprint, len(b), fingerprintSize)
	}
	f.Version = b[0]
	for i := range f.Minima {
		f.Minima[i] = binary.BigEndian.Uint32(b[1+4*i:])
	}
	return nil
}

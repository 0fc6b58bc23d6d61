package ledger

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/export"
)

// regions checks the text of each region that a person has had a hand in, and that there
// are no texts besides.
func (v *verification) regions(regions []catalog.Region) {
	v.indexBodies()
	texts := map[uint32]*fondsv1.ProvedText{}
	for _, t := range v.bundle.GetTexts() {
		n := t.GetRegionNumber()
		switch {
		case texts[n] != nil:
			v.failed.add(regionPart(n, "text"), "it is there twice")
		case n < 1 || int(n) > len(regions):
			v.failed.add(regionPart(n, "text"), "the manifest has %d regions", len(regions))
		case !byPerson(regions[n-1]):
			v.failed.add(regionPart(n, "text"), "no person has made it, so nothing proves it")
		}
		texts[n] = t
	}
	for i, g := range regions {
		proved := ProvedRegion{Number: i + 1}
		if byPerson(g) {
			v.region(&proved, g, texts[uint32(i+1)])
		}
		v.report.Regions = append(v.report.Regions, proved)
	}
}

func regionPart(number uint32, part string) string { return fmt.Sprintf("region %d: %s", number, part) }

// byPerson tells that a region says of itself that a person had a hand in it.
func byPerson(g catalog.Region) bool {
	return g.Origin == catalog.Person || g.Assurance > catalog.AssuranceMachine
}

// region checks one region: its text, the act of correction, the signatures.
func (v *verification) region(p *ProvedRegion, g catalog.Region, t *fondsv1.ProvedText) {
	number := uint32(p.Number)
	if t == nil {
		v.failed.add(regionPart(number, "text"), "it is missing")
		return
	}
	made := v.correction(p, g)
	if made == nil {
		v.failed.add(regionPart(number, "correction"), "no act says that a person made the reading %.40q of this page", g.Reading)
		return
	}
	body := v.bodyOf(t)
	switch {
	case body == nil:
		v.failed.add(regionPart(number, "body"), "the bundle has no body with the SHA-256 %.64q that the text names, or two", t.GetBodyDigest())
		return
	case body.digest != made.BodyDigest:
		v.failed.add(regionPart(number, "body"), "its SHA-256 is %s, and the acts name %s", body.digest, made.BodyDigest)
		return
	}
	place := g.Place()
	whole := reflect.DeepEqual(place, *made.Place)
	if g.Whole && !whole {
		v.failed.add(regionPart(number, "correction"), "the manifest says that the reading is of this part alone, and it is of another")
	}
	v.text(number, t, g, whole, body)
	v.signatures(p, g, catalog.Content{Reading: g.Reading, BodyDigest: made.BodyDigest, Place: &place})
}

// text checks that a text is what a region shows of its body.
func (v *verification) text(number uint32, t *fondsv1.ProvedText, g catalog.Region, whole bool, raw *provedBody) {
	body, err := raw.decode()
	shown := ""
	if err == nil {
		shown, err = textOf(g, whole, body)
	}
	switch {
	case err != nil:
		v.failed.add(regionPart(number, "body"), "%v", err)
	case shown != t.GetText():
		v.failed.add(regionPart(number, "text"), "it is not the text of the body")
	}
}

// correction gives the content that people made as a reading of the region's page; nil
// when there is no such act. It may have been made of more of the page than the region is:
// a part of what was corrected is corrected too.
func (v *verification) correction(p *ProvedRegion, g catalog.Region) (made *catalog.Content) {
	for _, a := range v.corrections {
		c := a.Content
		if c.Reading != g.Reading || c.Place.Scan != g.Scan || c.Place.Page != g.Page {
			continue
		}
		if made != nil && !reflect.DeepEqual(c, *made) {
			v.failed.add(regionPart(uint32(p.Number), "correction"), "two acts say different things of one reading")
		}
		made = &c
		for _, person := range append([]string{a.Person}, a.Contributors...) {
			if !slices.Contains(p.Contributors, person) {
				p.Contributors = append(p.Contributors, person)
			}
		}
		p.Assurance = catalog.AssuranceCorrected
	}
	return made
}

// signatures finds the signatures under exactly this content.
func (v *verification) signatures(p *ProvedRegion, g catalog.Region, content catalog.Content) {
	number := uint32(p.Number)
	signed, err := content.Digest()
	if err != nil {
		v.failed.add(regionPart(number, "signature"), "%v", err)
		return
	}
	for _, a := range v.signings {
		if a.ContentDigest != signed {
			continue
		}
		if slices.Contains(p.Contributors, a.Person) {
			v.failed.add(regionPart(number, "signer"), "%.80q contributed to the text that the signature is under", a.Person)
			continue
		}
		p.Assurance = catalog.AssuranceVerified
		p.Signed = append(p.Signed, Signing{Person: a.Person, At: a.At, Leaf: a.Leaf, In: a.RevisionName})
	}
	if g.Assurance >= catalog.AssuranceVerified && len(p.Signed) == 0 {
		v.failed.add(regionPart(number, "signature"), "the manifest says VERIFIED, and no act has a signature under this text at this place")
	}
}

// provedBody is a body of the bundle, decoded when it is first looked at.
type provedBody struct {
	raw    []byte
	digest catalog.Digest
	body   *fondsv1.Body
	err    error
}

func (b *provedBody) decode() (*fondsv1.Body, error) {
	if b.body == nil && b.err == nil {
		b.body, b.err = decodeBody(b.raw)
	}
	return b.body, b.err
}

func decodeBody(raw []byte) (*fondsv1.Body, error) {
	body := &fondsv1.Body{}
	if err := proto.Unmarshal(raw, body); err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	return body, nil
}

// indexBodies takes the digest of each body that stands beside the texts, and checks that
// each has a text and stands there once.
func (v *verification) indexBodies() {
	v.bodies = map[catalog.Digest]*provedBody{}
	named := map[string]bool{}
	for _, t := range v.bundle.GetTexts() {
		named[t.GetBodyDigest()] = true
	}
	for i, raw := range v.bundle.GetBodies() {
		own := sum(raw)
		if v.bodies[own] != nil || !named[string(own)] {
			v.failed.add(fmt.Sprintf("body %d", i+1), "it is there twice, or no text comes from it")
		}
		v.bodies[own] = &provedBody{raw: raw, digest: own}
	}
}

// bodyOf gives the body that a text comes from; nil for none.
func (v *verification) bodyOf(t *fondsv1.ProvedText) *provedBody {
	inline := t.GetBody()
	if t.GetBodyDigest() == "" {
		return &provedBody{raw: inline, digest: sum(inline)}
	}
	if len(inline) > 0 {
		return nil // one or the other
	}
	return v.bodies[catalog.Digest(t.GetBodyDigest())]
}

// textOf is the text that a region shows of a body, all of it when the body is of the
// region alone. That follows from the acts: what is signed says nothing of Region.Whole.
func textOf(g catalog.Region, whole bool, body *fondsv1.Body) (string, error) {
	text := body.GetText()
	switch {
	case whole:
		return text, nil
	case g.Range != nil:
		if g.Range.Start < 0 || g.Range.Start > g.Range.End || g.Range.End > len(text) {
			return "", errors.New("the region is a stretch that it does not have")
		}
		return text[g.Range.Start:g.Range.End], nil
	case g.Box != nil:
		box, ok := boxMessage(g.Box)
		if !ok {
			return "", errors.New("the region is a box that no page has")
		}
		return export.Cut(body, box).GetText(), nil
	}
	return text, nil
}

func boxMessage(b *catalog.Box) (*fondsv1.Box, bool) {
	for _, n := range []int{b.X, b.Y, b.Width, b.Height} {
		if n < 0 || n > 1<<30 {
			return nil, false
		}
	}
	return &fondsv1.Box{X: uint32(b.X), Y: uint32(b.Y), Width: uint32(b.Width), Height: uint32(b.Height)}, true
}

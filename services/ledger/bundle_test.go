package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

const (
	ownDocument   = "0191e2a4-0000-7000-8000-00000000000a"
	otherDocument = "0191e2a4-0000-7000-8000-00000000000b"
)

// history is what people did to a document and another one, and the revision that a
// bundle is made of. Bundles of it are the same in each run: the key is.
type history struct {
	number   int
	revision catalog.Revision
	bodies   map[string][]byte // by reading
	texts    []*fondsv1.ProvedText
	shown    [][]byte // the bodies that texts name
	acts     []catalog.Act
}

// fixedKey is made from a source that is no chance.
func fixedKey(t testing.TB, seed byte) *Key {
	t.Helper()
	secret, own, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{seed}, 64)), "fonds/0123456789abcdef0123456789abcdef")
	if err != nil {
		t.Fatal(err)
	}
	signer, again, err := parseSecret(secret)
	if err != nil || again != own {
		t.Fatalf("the verifier key is %s and not %s, %v", again, own, err)
	}
	return &Key{signer: signer, own: own, all: []string{own}}
}

// bodyOf lays words out on a page: lines 40 pixels apart, words 100.
func bodyOf(t testing.TB, lines ...string) []byte {
	t.Helper()
	b := &fondsv1.Body{Width: 1000, Height: 1000}
	var text strings.Builder
	for y, line := range lines {
		first := uint32(len(b.GetWords()))
		for x, w := range strings.Fields(line) {
			if x > 0 {
				text.WriteByte(' ')
			}
			start := uint32(text.Len())
			text.WriteString(w)
			b.Words = append(b.Words, &fondsv1.Word{
				Start: start, End: uint32(text.Len()), Confidence: 1,
				Box: &fondsv1.Box{X: uint32(100 * x), Y: uint32(40 * y), Width: 90, Height: 30},
			})
		}
		text.WriteByte('\n')
		b.Lines = append(b.Lines, &fondsv1.Line{WordStart: first, WordEnd: uint32(len(b.GetWords()))})
	}
	b.Paragraphs = []*fondsv1.Paragraph{{LineEnd: uint32(len(b.GetLines()))}}
	b.Blocks = []*fondsv1.Block{{ParagraphEnd: 1}}
	b.Text = text.String()
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// newHistory has five regions: a whole page, a part of a page that was corrected alone, a
// part of a page that was corrected as a whole in another document, a machine's text, and
// a stretch of an imported one that nobody has signed.
func newHistory(t testing.TB) *history {
	t.Helper()
	scan := sum([]byte("a scan"))
	part := &catalog.Box{X: 0, Y: 40, Width: 1000, Height: 80}
	verified := func(page int, reading string) catalog.Region {
		return catalog.Region{
			Scan: scan, Page: page, Reading: reading, Origin: catalog.Person,
			Outcome: catalog.Text, Assurance: catalog.AssuranceVerified,
		}
	}
	regions := []catalog.Region{verified(1, "r1"), verified(2, "r2"), verified(3, "r3"), verified(4, "r4"), verified(1, "r5")}
	regions[1].Box, regions[1].Whole = part, true
	regions[2].Box = part
	regions[3].Origin, regions[3].Assurance = catalog.Machine, catalog.AssuranceMachine
	regions[4].Scan = sum([]byte("an edition"))
	regions[4].Range, regions[4].Whole = &catalog.Range{Start: 10, End: 30}, true
	regions[4].Assurance = catalog.AssuranceCorrected
	h := &history{number: 8, revision: catalog.Revision{Document: ownDocument, Number: 8, Title: "Telegram 1", Regions: regions}}
	h.bodies = map[string][]byte{
		"r1": bodyOf(t, "We are sending the first", "telegram to you"),
		"r2": bodyOf(t, "Second part alone"),
		"r3": bodyOf(t, "Outside of it", "inside of", "the part", "and outside again"),
		"r5": bodyOf(t, "From an edition"),
	}
	for i, text := range []string{
		"We are sending the first\ntelegram to you\n", "Second part alone\n", "inside of\nthe part\n", "", "From an edition\n",
	} {
		if body := h.bodies[regions[i].Reading]; body != nil {
			h.texts = append(h.texts, &fondsv1.ProvedText{RegionNumber: uint32(i + 1), Text: text, BodyDigest: string(sum(body))})
			h.shown = append(h.shown, body)
		}
	}
	wholePage := regions[2]
	wholePage.Box = nil
	own := func(number int) catalog.RevisionName {
		return catalog.RevisionName{Document: ownDocument, Number: number}
	}
	h.corrected(t, "anna", own(2), regions[0], "anna", "boris")
	h.corrected(t, "boris", own(3), regions[1], "boris")
	h.corrected(t, "anna", catalog.RevisionName{Document: otherDocument, Number: 4}, wholePage, "anna", "clara")
	h.corrected(t, "dora", own(5), regions[4], "dora")
	h.signed(t, "vera", own(6), regions[0])
	h.signed(t, "anna", own(7), regions[1])
	h.signed(t, "vera", own(8), regions[2])
	return h
}

func (h *history) corrected(t testing.TB, person string, in catalog.RevisionName, g catalog.Region, contributors ...string) {
	t.Helper()
	h.act(t, catalog.ActTextCorrected, person, in, g, map[string]any{"contributors": contributors, "based_on": "m" + g.Reading})
}

func (h *history) signed(t testing.TB, person string, in catalog.RevisionName, g catalog.Region) {
	t.Helper()
	h.act(t, catalog.ActTextSigned, person, in, g, map[string]any{"signature": "s" + g.Reading})
}

func (h *history) act(t testing.TB, kind, person string, in catalog.RevisionName, g catalog.Region, facts map[string]any) {
	t.Helper()
	place := g.Place()
	content := catalog.Content{Reading: g.Reading, BodyDigest: sum(h.bodies[g.Reading]), Place: &place}
	digest, err := content.Digest()
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := h.revision.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	facts["document"], facts["revision"] = in.Document, in.Number
	facts["revision_digest"], facts["content"], facts["content_digest"] = sum(manifest), content, digest
	if in.Document != ownDocument || in.Number != h.revision.Number {
		facts["revision_digest"] = sum([]byte(fmt.Sprint(in)))
	}
	h.acts = append(h.acts, catalog.Act{
		Kind: kind, Person: person, Subject: catalog.ReadingSubject(g.Reading), Facts: encoded(t, facts),
		At: time.Date(2026, 3, 1, 9, len(h.acts), 0, 123456000, time.UTC),
	})
}

// facts changes what an act says.
func (h *history) facts(t testing.TB, act int, change func(map[string]any)) {
	t.Helper()
	var facts map[string]any
	if err := json.Unmarshal(h.acts[act].Facts, &facts); err != nil {
		t.Fatal(err)
	}
	change(facts)
	h.acts[act].Facts = encoded(t, facts)
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// seal puts the acts into a log among others, and makes the bundle.
func (h *history) seal(t testing.TB, key *Key) *fondsv1.Proof {
	t.Helper()
	var log []catalog.Act
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = hashes[index]
		}
		return found, nil
	})
	add := func(a catalog.Act) {
		a.Leaf = int64(len(log))
		data, err := a.Data()
		if err != nil {
			t.Fatal(err)
		}
		completed, err := tlog.StoredHashes(a.Leaf, data, reader)
		if err != nil {
			t.Fatal(err)
		}
		log, hashes = append(log, a), append(hashes, completed...)
	}
	for i, a := range h.acts {
		add(act(i))
		add(a)
	}
	size := int64(len(log))
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		t.Fatal(err)
	}
	c, err := key.checkpoint(size, root, time.Date(2026, 3, 1, 10, 0, 0, 654321000, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	p := &fondsv1.Proof{Name: fmt.Sprintf("documents/%s/revisions/%d", ownDocument, h.number), Texts: h.texts, Bodies: h.shown}
	if p.Manifest, err = h.revision.Manifest(); err != nil {
		t.Fatal(err)
	}
	if p.Checkpoint, err = CheckpointMessage(c, key.Verifiers()); err != nil {
		t.Fatal(err)
	}
	for i := range h.acts {
		a := log[2*i+1]
		m, err := ActMessage(a)
		if err != nil {
			t.Fatal(err)
		}
		path, err := tlog.ProveRecord(size, a.Leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		proved := &fondsv1.ProvedAct{Act: m}
		for _, hash := range path {
			proved.Hashes = append(proved.Hashes, hash[:])
		}
		p.Acts = append(p.Acts, proved)
	}
	return p
}

// inline is a bundle as it was before bodies stood beside the texts.
func inline(p *fondsv1.Proof) *fondsv1.Proof {
	p = proto.CloneOf(p)
	for i, t := range p.GetTexts() { // of newHistory each has a body of its own
		t.Body, t.BodyDigest = p.GetBodies()[i], ""
	}
	p.Bodies = nil
	return p
}

func later(at *timestamppb.Timestamp) *timestamppb.Timestamp {
	return timestamppb.New(at.AsTime().Add(time.Microsecond))
}

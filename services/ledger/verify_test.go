package ledger

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// parts gives the parts of a bundle that do not hold.
func parts(t testing.TB, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var failed Failures
	if !errors.As(err, &failed) {
		t.Fatalf("error %v", err)
	}
	var names []string
	for _, f := range failed {
		names = append(names, f.Part)
	}
	return names
}

func TestBundleIsProved(t *testing.T) {
	key := fixedKey(t, 1)
	bundle := newHistory(t).seal(t, key)
	var file bytes.Buffer
	if err := WriteBundle(&file, bundle); err != nil {
		t.Fatal(err)
	}
	read, err := ReadBundle(&file)
	if err != nil || !proto.Equal(read, bundle) {
		t.Fatalf("the file has %v, %v", read, err)
	}
	report, err := VerifyBundle(read, []string{fixedKey(t, 2).Verifier(), key.Verifier()})
	if err != nil {
		t.Fatal(err)
	}
	if !report.Covered || report.Document != ownDocument || report.Number != 8 || report.Acts != 7 || report.Size != 14 || report.Key != key.Verifier() {
		t.Errorf("report %+v", report)
	}
	want := []struct {
		assurance    catalog.Assurance
		contributors []string
		signers      []string
	}{
		{catalog.AssuranceVerified, []string{"anna", "boris"}, []string{"vera"}},
		{catalog.AssuranceVerified, []string{"boris"}, []string{"anna"}},
		{catalog.AssuranceVerified, []string{"anna", "clara"}, []string{"vera"}},
		{0, nil, nil},
		{catalog.AssuranceCorrected, []string{"dora"}, nil},
	}
	for i, r := range report.Regions {
		var signers []string
		for _, s := range r.Signed {
			signers = append(signers, s.Person)
		}
		w := want[i]
		if r.Number != i+1 || r.Assurance != w.assurance || !slices.Equal(r.Contributors, w.contributors) || !slices.Equal(signers, w.signers) {
			t.Errorf("region %+v, not %+v", r, w)
		}
	}
	if in := report.Regions[0].Signed[0].In; in != (catalog.RevisionName{Document: ownDocument, Number: 6}) {
		t.Errorf("region 1 was signed in %+v", in)
	}
}

// A revision in which nobody acted on a text has texts that are proved, and no more.
func TestManifestThatNoActNames(t *testing.T) {
	key := fixedKey(t, 1)
	h := newHistory(t)
	h.number, h.revision.Title = 9, "Another title"
	report, err := VerifyBundle(h.seal(t, key), key.Verifiers())
	if err != nil || report.Covered || len(report.Regions) != 5 || report.Regions[2].Assurance != catalog.AssuranceVerified {
		t.Errorf("report %+v, %v", report, err)
	}
}

// A name that no act names may be wrong where the document was made of another; otherwise
// people have worked on what it shows in the document itself.
func TestNameOfABundle(t *testing.T) {
	key := fixedKey(t, 1)
	other := "documents/0191e2a4-0000-7000-8000-00000000000c/revisions/9"
	made := []catalog.RevisionName{{Document: otherDocument, Number: 4}}
	for name, c := range map[string]struct {
		title  string // another than that of the acts' revision
		madeOf []catalog.RevisionName
		name   string
		fails  bool
	}{
		"the name of the acts' document":         {title: "Another title"},
		"another document's":                     {title: "Another title", name: other, fails: true},
		"another document's, and it was made of": {title: "Another title", name: other, madeOf: made},
		"other revision, with bytes acts name":   {name: fmt.Sprintf("documents/%s/revisions/9", ownDocument), fails: true},
		"other document, with bytes acts name":   {name: other, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHistory(t)
			if c.title != "" {
				h.number, h.revision.Title, h.revision.MadeOf = 9, c.title, c.madeOf
			}
			bundle := h.seal(t, key)
			if c.name != "" {
				bundle.Name = c.name
			}
			report, err := VerifyBundle(bundle, key.Verifiers())
			if got := parts(t, err); report.Covered || slices.Equal(got, []string{"name"}) != c.fails || !c.fails && got != nil {
				t.Errorf("%q do not hold: %v; covered: %v", got, err, report.Covered)
			}
		})
	}
}

// Bundles of before bodies stood beside the texts are proved as they were.
func TestBundleWithBodiesInItsTexts(t *testing.T) {
	key := fixedKey(t, 1)
	bundle := newHistory(t).seal(t, key)
	report, err := VerifyBundle(inline(bundle), key.Verifiers())
	want, _ := VerifyBundle(bundle, key.Verifiers())
	if err != nil || !reflect.DeepEqual(report, want) {
		t.Errorf("report %+v, %v; want %+v", report, err, want)
	}
}

// Whatever is changed in a bundle, the part is named.
func TestTamperedBundle(t *testing.T) {
	key := fixedKey(t, 1)
	sound := newHistory(t).seal(t, key)
	for name, c := range map[string]struct {
		change func(p *fondsv1.Proof)
		parts  []string
	}{
		"nothing": {func(*fondsv1.Proof) {}, nil},
		"name":    {func(p *fondsv1.Proof) { p.Name = "documents/x" }, []string{"name"}},
		"note's root": {
			func(p *fondsv1.Proof) {
				replaceNote(p, base64.StdEncoding.EncodeToString(p.GetCheckpoint().GetRoot()), strings.Repeat("A", 43)+"=")
			},
			[]string{
				"checkpoint signature", "checkpoint root", "act 1: inclusion", "act 2: inclusion", "act 3: inclusion",
				"act 4: inclusion", "act 5: inclusion", "act 6: inclusion", "act 7: inclusion",
			},
		},
		"note's origin":    {func(p *fondsv1.Proof) { replaceNote(p, "fonds/0", "fonds/1") }, []string{"checkpoint signature"}},
		"note's signature": {func(p *fondsv1.Proof) { replaceNote(p, "=\n", "A=\n") }, []string{"checkpoint signature"}},
		"note's time": {
			func(p *fondsv1.Proof) { replaceNote(p, "signed 2026", "signed 2025") },
			[]string{"checkpoint signature", "checkpoint time"},
		},
		"no note":           {func(p *fondsv1.Proof) { p.Checkpoint.Note = "" }, []string{"checkpoint signature"}},
		"no checkpoint":     {func(p *fondsv1.Proof) { p.Checkpoint = nil }, []string{"checkpoint signature"}},
		"checkpoint's size": {func(p *fondsv1.Proof) { p.Checkpoint.Size++ }, []string{"checkpoint size"}},
		"checkpoint's root": {func(p *fondsv1.Proof) { p.Checkpoint.Root[3] ^= 1 }, []string{"checkpoint root"}},
		"checkpoint's time": {func(p *fondsv1.Proof) { p.Checkpoint.CreateTime = later(p.GetCheckpoint().GetCreateTime()) }, []string{"checkpoint time"}},
		"no time":           {func(p *fondsv1.Proof) { p.Checkpoint.CreateTime = nil }, []string{"checkpoint time"}},
		"checkpoint's key":  {func(p *fondsv1.Proof) { p.Checkpoint.VerifierKey += "A" }, []string{"checkpoint key"}},

		"act's leaf":           {func(p *fondsv1.Proof) { p.Acts[2].Act.Leaf++ }, []string{"act 3: inclusion"}},
		"act's leaf negative":  {func(p *fondsv1.Proof) { p.Acts[2].Act.Leaf = -1 }, []string{"act 3: inclusion"}},
		"act's leaf too high":  {func(p *fondsv1.Proof) { p.Acts[2].Act.Leaf = 1 << 62 }, []string{"act 3: inclusion"}},
		"act's kind":           {func(p *fondsv1.Proof) { p.Acts[2].Act.Kind += "x" }, []string{"act 3: kind"}},
		"act's person":         {func(p *fondsv1.Proof) { p.Acts[0].Act.Person = "vera" }, []string{"act 1: person"}},
		"act's subject":        {func(p *fondsv1.Proof) { p.Acts[6].Act.Subject = "" }, []string{"act 7: subject"}},
		"act's time":           {func(p *fondsv1.Proof) { p.Acts[6].Act.CreateTime = later(p.GetActs()[6].GetAct().GetCreateTime()) }, []string{"act 7: time"}},
		"act's time no time":   {func(p *fondsv1.Proof) { p.Acts[6].Act.CreateTime = &timestamppb.Timestamp{Nanos: -1} }, []string{"act 7: time"}},
		"act's hash":           {func(p *fondsv1.Proof) { p.Acts[5].Hashes[1][31] ^= 128 }, []string{"act 6: inclusion"}},
		"act's hash too short": {func(p *fondsv1.Proof) { p.Acts[5].Hashes[1] = p.GetActs()[5].GetHashes()[1][:31] }, []string{"act 6: inclusion"}},
		"a hash gone":          {func(p *fondsv1.Proof) { p.Acts[5].Hashes = p.GetActs()[5].GetHashes()[1:] }, []string{"act 6: inclusion"}},
		"a hash too many":      {func(p *fondsv1.Proof) { p.Acts[5].Hashes = append(p.GetActs()[5].GetHashes(), make([]byte, 32)) }, []string{"act 6: inclusion"}},
		"who signed, in the data": {
			func(p *fondsv1.Proof) { replaceData(p, 6, `"person":"vera"`, `"person":"olga"`) },
			[]string{"act 7: inclusion", "act 7: person"},
		},
		"data said twice": {
			func(p *fondsv1.Proof) { replaceData(p, 0, `"person":"anna"`, `"person":"olga","person":"anna"`) },
			[]string{"act 1: inclusion", "act 1: data", "region 1: correction"},
		},
		"data with blanks": {
			func(p *fondsv1.Proof) { replaceData(p, 3, `{"kind"`, ` {"kind"`) },
			[]string{"act 4: inclusion", "act 4: data", "region 5: correction"},
		},
		"data that are none": {
			func(p *fondsv1.Proof) { p.Acts[3].Act.Data = []byte("{") },
			[]string{"act 4: inclusion", "act 4: data", "region 5: correction"},
		},
		"content in the data": {
			func(p *fondsv1.Proof) { replaceData(p, 6, `"reading":"r3"`, `"reading":"r1"`) },
			[]string{"act 7: inclusion", "act 7: facts", "region 3: signature"},
		},
		"an act of another": {
			func(p *fondsv1.Proof) {
				p.Acts[3].Act, p.Acts[2].Act = p.GetActs()[2].GetAct(), p.GetActs()[3].GetAct()
			},
			[]string{"act 3: inclusion", "act 4: inclusion"},
		},
		"a correction gone": {func(p *fondsv1.Proof) { p.Acts = p.GetActs()[1:] }, []string{"region 1: correction"}},
		"a signature gone":  {func(p *fondsv1.Proof) { p.Acts = slices.Delete(p.GetActs(), 5, 6) }, []string{"region 2: signature"}},

		"manifest's title": {func(p *fondsv1.Proof) { replaceManifest(p, "Telegram 1", "Telegram 2") }, []string{"manifest"}},
		"manifest garbled": {func(p *fondsv1.Proof) { p.Manifest = p.GetManifest()[1:] }, []string{"manifest", "manifest"}},
		"no manifest":      {func(p *fondsv1.Proof) { p.Manifest = nil }, []string{"manifest", "manifest"}},
		"manifest's reading": {
			func(p *fondsv1.Proof) { replaceManifest(p, `"reading":"r1"`, `"reading":"r2"`) },
			[]string{"manifest", "region 1: correction"},
		},
		"manifest's place": {
			func(p *fondsv1.Proof) { replaceManifest(p, `"page":2,"box":{"x":0,`, `"page":2,"box":{"x":1,`) },
			[]string{"manifest", "region 2: correction", "region 2: text", "region 2: signature"},
		},
		"manifest's cut": {
			func(p *fondsv1.Proof) {
				replaceManifest(p, `"page":3,"box":{"x":0,"y":40`, `"page":3,"box":{"x":0,"y":0`)
			},
			[]string{"manifest", "region 3: text", "region 3: signature"},
		},
		"manifest's box": {
			func(p *fondsv1.Proof) { replaceManifest(p, `"page":3,"box":{"x":0`, `"page":3,"box":{"x":-1`) },
			[]string{"manifest", "region 3: body", "region 3: signature"},
		},
		"manifest's range": {
			func(p *fondsv1.Proof) { replaceManifest(p, `"end":30`, `"end":90`) },
			[]string{"manifest", "region 5: correction", "region 5: body"},
		},
		"manifest says whole": {
			func(p *fondsv1.Proof) { replaceManifest(p, `"reading":"r3",`, `"reading":"r3","whole":true,`) },
			[]string{"manifest", "region 3: correction"},
		},
		"a machine's text as a person's": {
			func(p *fondsv1.Proof) { replaceManifest(p, `"origin":1`, `"origin":2`) },
			[]string{"manifest", "region 4: text"},
		},
		"a machine's text as verified": {
			func(p *fondsv1.Proof) { replaceManifest(p, `"assurance":1`, `"assurance":3`) },
			[]string{"manifest", "region 4: text"},
		},
		"a person's text as a machine's": {
			func(p *fondsv1.Proof) {
				replaceManifest(p, `"reading":"r5","origin":2,"outcome":1,"assurance":2`, `"reading":"r5","origin":1,"outcome":1,"assurance":1`)
			},
			[]string{"manifest", "region 5: text"},
		},

		"a text": {func(p *fondsv1.Proof) { textFor(p, 1).Text = "We are sending the last\ntelegram to you\n" }, []string{"region 1: text"}},
		"a cut text": {
			func(p *fondsv1.Proof) { textFor(p, 3).Text += "and outside again\n" },
			[]string{"region 3: text"},
		},
		"a body":                      {func(p *fondsv1.Proof) { b := p.GetBodies()[1]; b[len(b)-1] ^= 1 }, []string{"body 2", "region 2: body"}},
		"no body":                     {func(p *fondsv1.Proof) { p.Bodies = p.GetBodies()[:3] }, []string{"region 5: body"}},
		"a body too much":             {func(p *fondsv1.Proof) { p.Bodies = append(p.GetBodies(), []byte("x")) }, []string{"body 5"}},
		"a body twice":                {func(p *fondsv1.Proof) { p.Bodies = append(p.GetBodies(), p.GetBodies()[0]) }, []string{"body 5"}},
		"a text names no body":        {func(p *fondsv1.Proof) { textFor(p, 5).BodyDigest = "" }, []string{"body 4", "region 5: body"}},
		"a text names another's body": {func(p *fondsv1.Proof) { textFor(p, 5).BodyDigest = textFor(p, 1).GetBodyDigest() }, []string{"body 4", "region 5: body"}},
		"two bodies of one text":      {func(p *fondsv1.Proof) { textFor(p, 1).Body = p.GetBodies()[0] }, []string{"region 1: body"}},
		"a body within a text": {func(p *fondsv1.Proof) {
			q := inline(p)
			q.GetTexts()[1].GetBody()[9] ^= 1
			p.Texts, p.Bodies = q.GetTexts(), nil
		}, []string{"region 2: body"}},
		"no body within a text": {func(p *fondsv1.Proof) {
			q := inline(p)
			q.GetTexts()[3].Body = nil
			p.Texts, p.Bodies = q.GetTexts(), nil
		}, []string{"region 5: body"}},
		"text gone": {func(p *fondsv1.Proof) {
			p.Texts = slices.DeleteFunc(p.GetTexts(), func(t *fondsv1.ProvedText) bool { return t.GetRegionNumber() == 3 })
		}, []string{"body 3", "region 3: text"}},
		"text twice": {func(p *fondsv1.Proof) { p.Texts = append(p.GetTexts(), textFor(p, 1)) }, []string{"region 1: text"}},
		"text too much": {
			func(p *fondsv1.Proof) {
				p.Texts = append(p.GetTexts(), &fondsv1.ProvedText{RegionNumber: 4, Text: "a machine's"})
			},
			[]string{"region 4: text"},
		},
		"text of no region": {
			func(p *fondsv1.Proof) {
				p.Texts = append(p.GetTexts(), &fondsv1.ProvedText{RegionNumber: 6}, &fondsv1.ProvedText{})
			},
			[]string{"region 6: text", "region 0: text"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			bundle := proto.CloneOf(sound)
			c.change(bundle)
			_, err := VerifyBundle(bundle, key.Verifiers())
			if got := parts(t, err); !slices.Equal(got, c.parts) {
				t.Errorf("%q do not hold, not %q: %v", got, c.parts, err)
			}
		})
	}
}

func replaceNote(p *fondsv1.Proof, from, to string) {
	p.Checkpoint.Note = replaced(p.GetCheckpoint().GetNote(), from, to)
}

func replaceManifest(p *fondsv1.Proof, from, to string) {
	p.Manifest = []byte(replaced(string(p.GetManifest()), from, to))
}

func replaceData(p *fondsv1.Proof, act int, from, to string) {
	p.Acts[act].Act.Data = []byte(replaced(string(p.GetActs()[act].GetAct().GetData()), from, to))
}

// replaced changes the last place, and fails where there is none.
func replaced(s, from, to string) string {
	at := strings.LastIndex(s, from)
	if at < 0 {
		panic(fmt.Sprintf("%q is not in %q", from, s))
	}
	return s[:at] + to + s[at+len(from):]
}

func textFor(p *fondsv1.Proof, region uint32) *fondsv1.ProvedText {
	i := slices.IndexFunc(p.GetTexts(), func(t *fondsv1.ProvedText) bool { return t.GetRegionNumber() == region })
	return p.GetTexts()[i]
}

func TestKeysToVerifyBy(t *testing.T) {
	key, other := fixedKey(t, 1), fixedKey(t, 2)
	bundle := newHistory(t).seal(t, key)
	elsewhere := strings.Replace(key.Verifier(), "fonds/", "fonds-", 1)
	for name, keys := range map[string][]string{
		"none": nil, "another": {other.Verifier()}, "no key": {"x"}, "of another name": {elsewhere},
	} {
		_, err := VerifyBundle(bundle, keys)
		if got := parts(t, err); !slices.Contains(got, "checkpoint signature") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, keys := range map[string][]string{
		"twice": {key.Verifier(), key.Verifier()}, "and another": {other.Verifier(), key.Verifier()},
	} {
		if _, err := VerifyBundle(bundle, keys); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// No byte of the file can be another: it is no bundle then, or a part does not hold, or it
// says the same.
func TestEveryByteOfABundle(t *testing.T) {
	key := fixedKey(t, 1)
	bundle := newHistory(t).seal(t, key)
	var file bytes.Buffer
	if err := WriteBundle(&file, bundle); err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	unread, failed := 0, 0
	for at := random.IntN(17); at < file.Len(); at += 1 + random.IntN(120) {
		spoilt := bytes.Clone(file.Bytes())
		spoilt[at] ^= byte(1 << random.IntN(7))
		p, err := ReadBundle(bytes.NewReader(spoilt))
		if err != nil {
			unread++
			continue
		}
		if _, err := VerifyBundle(p, key.Verifiers()); err != nil {
			failed++
			continue
		}
		if !proto.Equal(p, bundle) {
			t.Fatalf("byte %d, %q for %q, passes", at, spoilt[at], file.Bytes()[at])
		}
	}
	if unread == 0 || failed == 0 {
		t.Errorf("%d could not be read, %d did not hold", unread, failed)
	}
}

func TestWhatIsNoBundle(t *testing.T) {
	for _, file := range []string{"", "x", "[]", `{"name":1}`, `{"surprise":true}`, "{}{}", `{"manifest":"?"}`} {
		p, err := ReadBundle(strings.NewReader(file))
		var typed *catalog.Error
		if !errors.As(err, &typed) || typed.Code != catalog.Invalid {
			t.Errorf("%q: %v, %v", file, p, err)
		}
	}
	p, err := ReadBundle(strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := VerifyBundle(p, nil); !slices.Equal(parts(t, err), []string{"name", "checkpoint signature"}) {
		t.Errorf("an empty bundle: %v", err)
	}
}

// Whatever a file says, what passes as verified is what was verified, at its place.
func FuzzVerifyBundle(f *testing.F) {
	key := fixedKey(f, 1)
	h := newHistory(f)
	bundle := h.seal(f, key)
	known := map[string]bool{}
	for _, t := range h.texts {
		known[t.GetText()] = true
	}
	for _, change := range []func(*fondsv1.Proof){
		func(*fondsv1.Proof) {},
		func(p *fondsv1.Proof) { p.Name = strings.Replace(p.GetName(), "revisions/8", "revisions/9", 1) },
		func(p *fondsv1.Proof) { p.Acts = p.GetActs()[3:] },
		func(p *fondsv1.Proof) { p.Checkpoint.Size = 1 << 63 },
		func(p *fondsv1.Proof) { p.Manifest = []byte(`{"regions":[{"origin":2,"range":{"start":-1,"end":5}}]}`) },
	} {
		p := proto.CloneOf(bundle)
		change(p)
		var file bytes.Buffer
		if err := WriteBundle(&file, p); err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes())
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := ReadBundle(bytes.NewReader(file))
		if err != nil {
			return
		}
		report, err := VerifyBundle(p, key.Verifiers())
		if err != nil {
			parts(t, err)
			return
		}
		for i, r := range report.Regions {
			if r.Assurance == catalog.AssuranceVerified && !known[textFor(p, uint32(i+1)).GetText()] {
				t.Errorf("region %d is verified as %q", i+1, textFor(p, uint32(i+1)).GetText())
			}
		}
	})
}

// The notes of checkpoints come from outside too: kept by somebody, in a bundle.
func FuzzOpenCheckpoint(f *testing.F) {
	key := fixedKey(f, 1)
	c, err := key.checkpoint(14, [32]byte{1}, time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(c.Note)
	f.Add(strings.Replace(c.Note, "14", "014", 1))
	f.Add("fonds/0\n9223372036854775807\n" + strings.Repeat("A", 43) + "=\nsigned 2026-03-01T10:00:00Z\n\n— x y\n")
	f.Fuzz(func(t *testing.T, signed string) {
		got, by, err := openCheckpoint(signed, key.Verifiers())
		if err == nil && (!got.agrees(c) || by != key.Verifier()) {
			t.Errorf("%q passes as %+v", signed, got)
		}
		if got.size > maxLeaves {
			t.Errorf("%q has %d leaves", signed, got.size)
		}
	})
}

// The last letter before the signature's "=" has bits that mean nothing: a note in which
// they are changed is another note, though the signature under it is the same.
func TestNoteIsWrittenInOneWay(t *testing.T) {
	key := fixedKey(t, 1)
	c, err := key.checkpoint(14, [32]byte{1}, time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	at := len(c.Note) - len("?=\n")
	if !strings.HasSuffix(c.Note, "=\n") || strings.HasSuffix(c.Note, "==\n") {
		t.Fatalf("the note ends otherwise: %q", c.Note)
	}
	changed := c.Note[:at] + string(letters[strings.IndexByte(letters, c.Note[at])^1]) + c.Note[at+1:]
	if _, _, err := openCheckpoint(changed, key.Verifiers()); err == nil {
		t.Error("a changed byte goes unseen")
	}
	if _, _, err := openCheckpoint(c.Note, key.Verifiers()); err != nil {
		t.Error(err)
	}
}

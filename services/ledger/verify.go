package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// VerifyBundle checks a bundle with nothing but the verifier keys of the log, which have to
// come from elsewhere than the bundle: that a key signed the checkpoint, that each act is
// in the log there, that the manifest is the one that the acts of its revision name, and
// for each region that shows a person's reading that its text is the one that was corrected
// and signed, and that no contributor signed it. It fails with Failures that name every
// part that does not hold; the report is worth something only when it does not fail.
//
// It does not prove that nothing came later: a newer revision, a newer checkpoint.
func VerifyBundle(bundle *fondsv1.Proof, keys []string) (Report, error) {
	v := &verification{bundle: bundle}
	v.name()
	if !v.checkpoint(keys) {
		return v.report, v.failed // there is nothing to prove anything in
	}
	for i, a := range bundle.GetActs() {
		v.act(i+1, a)
	}
	v.report.Acts = len(bundle.GetActs())
	if regions, ok := v.manifest(); ok {
		v.regions(regions)
	}
	if len(v.failed) > 0 {
		return v.report, v.failed
	}
	return v.report, nil
}

// verification is one run over a bundle.
type verification struct {
	bundle *fondsv1.Proof
	report Report
	failed Failures
	signed tree
	// bodies are those that stand beside the texts.
	bodies map[catalog.Digest]*provedBody
	// corrections and signings are the acts on texts that can be read.
	corrections, signings []textAct
}

// textAct is a correction or a signature.
type textAct struct {
	catalog.Act
	textFacts
}

// textFacts are the facts of text.corrected and text.signed.
type textFacts struct {
	catalog.RevisionName
	RevisionDigest catalog.Digest  `json:"revision_digest"`
	Content        catalog.Content `json:"content"`
	ContentDigest  catalog.Digest  `json:"content_digest"`
	// Contributors and BasedOn are those of a correction, Signature is that of a signature.
	Contributors []string `json:"contributors"`
	BasedOn      string   `json:"based_on"`
	Signature    string   `json:"signature"`
}

var revisionName = regexp.MustCompile(`^documents/([0-9a-f-]{36})/revisions/([1-9][0-9]{0,8})$`)

func (v *verification) name() {
	parts := revisionName.FindStringSubmatch(v.bundle.GetName())
	if parts == nil {
		v.failed.add("name", "%.100q is not of the form documents/{uuid}/revisions/{n}", v.bundle.GetName())
		return
	}
	v.report.Document = parts[1]
	v.report.Number, _ = strconv.Atoi(parts[2]) // nine digits at most
}

// checkpoint checks the note, and that the message says what the note says. It returns
// whether there is a tree to prove acts in.
func (v *verification) checkpoint(keys []string) bool {
	c := v.bundle.GetCheckpoint()
	t, key, err := openCheckpoint(c.GetNote(), keys)
	if err != nil {
		v.failed.add("checkpoint signature", "%v", err)
		if t.size == 0 {
			return false
		}
	}
	v.signed = t
	v.report.Size, v.report.Root, v.report.SignedAt, v.report.Key = t.size, digest(t.root), t.at, key
	for _, part := range []struct {
		name string
		same bool
	}{
		{"size", c.GetSize() == uint64(t.size)},
		{"root", bytes.Equal(c.GetRoot(), t.root[:])},
		{"time", c.GetCreateTime().CheckValid() == nil && c.GetCreateTime().AsTime().Equal(t.at)},
		{"key", err != nil || c.GetVerifierKey() == key},
	} {
		if !part.same {
			v.failed.add("checkpoint "+part.name, "it is not that of the signed note")
		}
	}
	return true
}

// act checks one act: that it is in the log, and that the message says what its data say.
func (v *verification) act(number int, p *fondsv1.ProvedAct) {
	part := fmt.Sprintf("act %d: ", number)
	m := p.GetAct()
	if err := included(m, p.GetHashes(), v.signed); err != nil {
		v.failed.add(part+"inclusion", "%v", err)
	}
	a, err := parseData(m.GetData())
	if err != nil {
		v.failed.add(part+"data", "%v", err)
		return
	}
	a.Leaf = m.GetLeaf()
	for _, field := range []struct {
		name string
		same bool
	}{
		{"kind", m.GetKind() == a.Kind},
		{"person", m.GetPerson() == a.Person},
		{"subject", m.GetSubject() == a.Subject},
		{"time", m.GetCreateTime().CheckValid() == nil && m.GetCreateTime().AsTime().Equal(a.At)},
	} {
		if !field.same {
			v.failed.add(part+field.name, "it is not that of the act's data")
		}
	}
	if a.Kind != catalog.ActTextCorrected && a.Kind != catalog.ActTextSigned {
		return
	}
	facts, err := parseFacts(a)
	if err != nil {
		v.failed.add(part+"facts", "%v", err)
		return
	}
	if a.Kind == catalog.ActTextSigned {
		v.signings = append(v.signings, textAct{a, facts})
	} else {
		v.corrections = append(v.corrections, textAct{a, facts})
	}
}

// parseData reads a leaf's bytes, which have to be those that the act is encoded as: JSON
// leaves room to say two things at once.
func parseData(data []byte) (catalog.Act, error) {
	var said struct {
		Kind    string          `json:"kind"`
		Person  string          `json:"person"`
		Subject string          `json:"subject"`
		At      time.Time       `json:"at"`
		Facts   json.RawMessage `json:"facts"`
	}
	if err := json.Unmarshal(data, &said); err != nil {
		return catalog.Act{}, fmt.Errorf("they cannot be read: %w", err)
	}
	a := catalog.Act{Kind: said.Kind, Person: said.Person, Subject: said.Subject, At: said.At, Facts: said.Facts}
	again, err := a.Data()
	if err != nil || !bytes.Equal(again, data) {
		return catalog.Act{}, errors.New("they are not in the form that acts are encoded in")
	}
	return a, nil
}

func parseFacts(a catalog.Act) (textFacts, error) {
	var f textFacts
	if err := json.Unmarshal(a.Facts, &f); err != nil {
		return f, fmt.Errorf("they cannot be read: %w", err)
	}
	content, err := f.Content.Digest()
	switch {
	case err != nil:
		return f, err
	case content != f.ContentDigest:
		return f, errors.New("the content has not the digest that they name")
	case f.Content.Reading == "" || f.Content.Place == nil:
		return f, errors.New("they name no reading and place")
	case a.Kind == catalog.ActTextCorrected && len(f.Contributors) == 0:
		return f, errors.New("a correction names its contributors")
	}
	return f, nil
}

// manifest checks the manifest against the acts of its revision and gives its regions,
// if it can be read.
func (v *verification) manifest() ([]catalog.Region, bool) {
	raw := v.bundle.GetManifest()
	own := sum(raw)
	wrong := false
	of := map[string]bool{} // documents
	var named catalog.RevisionName
	for _, acts := range [][]textAct{v.corrections, v.signings} {
		for _, a := range acts {
			of[a.Document] = true
			if a.Document == v.report.Document && a.Number == v.report.Number {
				v.report.Covered = true
				wrong = wrong || a.RevisionDigest != own
			} else if a.RevisionDigest == own {
				named = a.RevisionName
			}
		}
	}
	if wrong {
		v.failed.add("manifest", "its SHA-256 is %s, and an act of this revision names another", own)
	}
	var r catalog.Revision
	if err := r.ReadManifest(raw); err != nil {
		v.failed.add("manifest", "it cannot be read: %v", err)
		return nil, false
	}
	switch {
	case v.report.Document == "": // which has been told
	case named.Document != "":
		v.failed.add("name", "an act names these very bytes as documents/%.36s/revisions/%d", named.Document, named.Number)
	case len(of) > 0 && !of[v.report.Document] && len(r.MadeOf) == 0:
		// People work on what a document shows in that document, or in what it was made of.
		v.failed.add("name", "no act is of this document, and the manifest names no other that it was made of")
	}
	return r.Regions, true
}

func sum(b []byte) catalog.Digest {
	h := sha256.Sum256(b)
	return catalog.Digest(hex.EncodeToString(h[:]))
}

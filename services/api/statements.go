package api

import (
	"encoding/json"
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// Statements knows the fields that a document may have and the form of their values.
// Its errors tell a caller what was wrong.
type Statements interface {
	// FormOf gives the form of a field's value: the name of a member of FieldValue.
	FormOf(name string) (string, error)
	// Normal gives the JSON of a value, with the names of the contract, the form in
	// which rules give theirs. A citation is read from raw.
	Normal(name string, value []byte, raw string) ([]byte, error)
	// Words gives those by which a text can prove a value: as it is written, where that
	// is known or the value is itself words of the text; "" for none.
	Words(name string, value []byte, raw string) string
}

// mostStated bounds the statements of one call, and the proofs of each: a text is
// searched for every one.
const mostStated = 1000

// mostValue bounds the JSON of a value in bytes: each of its texts has 20,000 at most, but
// some are lists of them, and every revision from then on has them all.
const mostValue = 100_000

// fieldPath begins the paths of a mask that name fields.
const fieldPath = "fields."

// statementsAsked returns the statements that a mask names, by the name of the field;
// nil when it names none.
func (s *catalogServer) statementsAsked(d *fondsv1.Document, paths []string) (map[string][]catalog.Field, error) {
	var stated map[string][]catalog.Field
	for _, path := range paths {
		name, ok := strings.CutPrefix(path, fieldPath)
		if !ok {
			continue
		}
		if _, err := s.Statements.FormOf(name); err != nil {
			return nil, invalid("update_mask", err.Error())
		}
		if stated == nil {
			stated = map[string][]catalog.Field{}
		}
		stated[name] = nil
	}
	taken := 0
	for i, f := range d.GetFields() {
		if _, masked := stated[f.GetName()]; !masked {
			continue
		}
		if taken++; taken > mostStated {
			return nil, invalid("document.fields", fmt.Sprintf("at most %d statements are taken at once", mostStated))
		}
		statement, err := s.statementAsked(fmt.Sprintf("document.fields[%d]", i), f)
		if err != nil {
			return nil, err
		}
		stated[f.GetName()] = append(stated[f.GetName()], statement)
	}
	return stated, nil
}

// statementAsked translates what a caller states; who says so and how far people
// stand behind it is not the caller's to say.
func (s *catalogServer) statementAsked(field string, m *fondsv1.Field) (catalog.Field, error) {
	f := catalog.Field{Name: m.GetName(), Raw: m.GetRaw()}
	form, value, err := valueAsked(m.GetValue())
	if err != nil {
		return f, invalid(field+".value", err.Error())
	}
	if len(value) > mostValue {
		return f, invalid(field+".value", fmt.Sprintf("the value has %d bytes; at most %d are taken", len(value), mostValue))
	}
	wanted, err := s.Statements.FormOf(f.Name)
	switch {
	case err != nil:
		return f, invalid(field+".name", err.Error())
	case form != "" && form != wanted:
		return f, invalid(field+".value", fmt.Sprintf("the value of %s is %s, and %s was given", f.Name, wanted, form))
	case form != "" || f.Raw != "" && wanted == "citation":
		if f.Value, err = s.Statements.Normal(f.Name, value, f.Raw); err != nil {
			return f, invalid(field+".value", err.Error())
		}
	case f.Raw != "" || len(m.GetEvidence()) > 0:
		return f, invalid(field+".value", fmt.Sprintf("%s has words and no value: leave out raw and evidence to say that there is none", f.Name))
	}
	if n := len(m.GetEvidence()); n > mostStated {
		return f, invalid(field+".evidence", fmt.Sprintf("there are %d proofs; at most %d are taken", n, mostStated))
	}
	for i, e := range m.GetEvidence() {
		evidence, err := evidenceAsked(fmt.Sprintf("%s.evidence[%d]", field, i), e)
		if err != nil {
			return f, err
		}
		f.Evidence = append(f.Evidence, evidence)
	}
	return f, nil
}

// valueAsked returns which member of FieldValue is set and its JSON, with the names
// of the contract; "" for none.
func valueAsked(v *fondsv1.FieldValue) (form string, value []byte, err error) {
	if v.GetValue() == nil {
		return "", nil, nil
	}
	if n, ok := v.GetValue().(*fondsv1.FieldValue_Number); ok { // protojson gives 64 bits as words
		value, err = json.Marshal(n.Number)
		return "number", value, err
	}
	encoded, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(v)
	if err != nil {
		return "", nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(encoded, &members); err != nil {
		return "", nil, err
	}
	for form, value := range members {
		return form, value, nil
	}
	return "", nil, fmt.Errorf("a value has no form")
}

// evidenceAsked takes a proof; whether the words are there is for the catalog to see.
func evidenceAsked(field string, m *fondsv1.Evidence) (catalog.Evidence, error) {
	_, _, reading, err := readingName(m.GetReading())
	if err != nil {
		return catalog.Evidence{}, invalid(field+".reading", err.Error())
	}
	if n := len(m.GetBoxes()); n > mostStated {
		return catalog.Evidence{}, invalid(field+".boxes", fmt.Sprintf("there are %d boxes; at most %d are taken", n, mostStated))
	}
	e := catalog.Evidence{Reading: reading, Start: int(m.GetStart()), End: int(m.GetEnd())}
	for _, b := range m.GetBoxes() {
		box, err := boxAsked(field+".boxes", b)
		if err != nil {
			return e, err
		}
		e.Boxes = append(e.Boxes, [4]int{box.X, box.Y, box.Width, box.Height})
	}
	return e, nil
}

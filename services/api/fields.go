package api

import (
	"encoding/json"
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// fieldsOf translates the fields of a revision. A value that cannot be translated
// is left out: its words as written stay.
func fieldsOf(r catalog.Revision) []*fondsv1.Field { return fieldsNamed(r, nil) }

// fieldsNamed translates the fields that have one of the names; nil for all.
func fieldsNamed(r catalog.Revision, names map[string]bool) []*fondsv1.Field {
	pages := readingNames(r)
	list, err := r.Fields.List()
	if err != nil {
		return nil // what cannot be decoded is for an audit to tell
	}
	if names != nil {
		list = slices.DeleteFunc(list, func(f catalog.Field) bool { return !names[f.Name] })
	}
	fields := make([]*fondsv1.Field, len(list))
	for i, f := range list {
		fields[i] = fieldOf(f, pages)
	}
	return fields
}

// fieldOf translates a statement. A proof in a reading that the revision does not show
// any more is left out: pages has the names of those that it shows, by their IDs.
func fieldOf(f catalog.Field, pages map[string]string) *fondsv1.Field {
	m := &fondsv1.Field{
		Name: f.Name, Raw: f.Raw, Confidence: f.Confidence, Rule: f.Rule, Person: f.Person,
		Assurance: fondsv1.Assurance(f.Assurance), SaidTime: timestamp(f.SaidAt),
		Statement: f.Statement, SignedBy: f.SignedBy,
		PersonName: f.Person, SignedByName: f.SignedBy, // until they are called
	}
	if value, err := valueOf(f.Name, f.Value); err == nil {
		m.Value = value
	}
	for _, e := range f.Evidence {
		if pages[e.Reading] != "" {
			m.Evidence = append(m.Evidence, evidenceOf(e, pages))
		}
	}
	for _, said := range f.Instead {
		m.Instead = append(m.Instead, fieldOf(said, pages))
	}
	return m
}

func evidenceOf(e catalog.Evidence, pages map[string]string) *fondsv1.Evidence {
	m := &fondsv1.Evidence{Reading: pages[e.Reading], Start: number(e.Start), End: number(e.End)}
	for _, b := range e.Boxes {
		m.Boxes = append(m.Boxes, &fondsv1.Box{X: number(b[0]), Y: number(b[1]), Width: number(b[2]), Height: number(b[3])})
	}
	return m
}

var lenient = protojson.UnmarshalOptions{DiscardUnknown: true}

// valueOf translates a value in the form that belongs to a field's name.
func valueOf(name string, value []byte) (*fondsv1.FieldValue, error) {
	v := &fondsv1.FieldValue{}
	into := func(m proto.Message) error {
		if err := lenient.Unmarshal(value, m); err != nil {
			return fmt.Errorf("value of %s: %w", name, err)
		}
		return nil
	}
	switch name {
	case "catalogue_date", "document_date", "sent_at", "received_at", "relayed_received_at", "mentioned_date":
		m := &fondsv1.DateValue{}
		v.Value = &fondsv1.FieldValue_Date{Date: m}
		return v, into(m)
	case "addressee", "sender", "signatory", "via", "from_place", "to_place", "issuing_body", "translator", "contributor":
		m := &fondsv1.AgentValue{}
		v.Value = &fondsv1.FieldValue_Agent{Agent: m}
		return v, into(m)
	case "citation":
		m := &fondsv1.CitationValue{}
		v.Value = &fondsv1.FieldValue_Citation{Citation: m}
		return v, into(m)
	case "series":
		m := &fondsv1.SeriesValue{}
		v.Value = &fondsv1.FieldValue_Series{Series: m}
		return v, into(m)
	case "distribution":
		m := &fondsv1.DistributionValue{}
		v.Value = &fondsv1.FieldValue_Distribution{Distribution: m}
		return v, into(m)
	case "copy_disposition":
		m := &fondsv1.DispositionValue{}
		v.Value = &fondsv1.FieldValue_Disposition{Disposition: m}
		return v, into(m)
	case "source_url":
		m := &fondsv1.LinkValue{}
		v.Value = &fondsv1.FieldValue_Link{Link: m}
		return v, into(m)
	case "special_number":
		m := &fondsv1.NumberRangeValue{}
		v.Value = &fondsv1.FieldValue_NumberRange{NumberRange: m}
		return v, into(m)
	case "processing_step":
		m := &fondsv1.StepValue{}
		v.Value = &fondsv1.FieldValue_Step{Step: m}
		return v, into(m)
	case "telegram_reference":
		m := &fondsv1.ReferenceValue{}
		v.Value = &fondsv1.FieldValue_Reference{Reference: m}
		return v, into(m)
	case "embedded_message":
		m := &fondsv1.EmbeddedValue{}
		v.Value = &fondsv1.FieldValue_Embedded{Embedded: m}
		return v, into(m)
	case "gloss":
		m := &fondsv1.GlossValue{}
		v.Value = &fondsv1.FieldValue_Gloss{Gloss: m}
		return v, into(m)
	case "person", "place", "organisation":
		m := &fondsv1.MentionValue{}
		v.Value = &fondsv1.FieldValue_Mention{Mention: m}
		return v, into(m)
	}
	return plainValue(v, name, value)
}

// plainValue translates a string, a number, or an object with one text in it.
func plainValue(v *fondsv1.FieldValue, name string, value []byte) (*fondsv1.FieldValue, error) {
	var decoded any
	if err := json.Unmarshal(value, &decoded); err != nil {
		return nil, fmt.Errorf("value of %s: %w", name, err)
	}
	switch d := decoded.(type) {
	case string:
		v.Value = &fondsv1.FieldValue_Text{Text: d}
	case float64:
		v.Value = &fondsv1.FieldValue_Number{Number: int64(d)}
	case map[string]any:
		for _, key := range []string{"text", "mark"} {
			if s, ok := d[key].(string); ok {
				v.Value = &fondsv1.FieldValue_Text{Text: s}
			}
		}
	}
	return v, nil
}

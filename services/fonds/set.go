package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/extract/statement"
)

// setOptions are the flags of set.
type setOptions struct {
	none     []string
	takeBack []string
	words    []string
}

func newSetCommand() *cobra.Command {
	var o setOptions
	cmd := &cobra.Command{
		Use:   "set NAME [FIELD=VALUE...]",
		Short: "Say what a field of a document is, above what the rules say",
		Long: `Say what a field of a document is, above what the rules say.

What a person states stands above the rules and survives every later reading of the
document by them; what they said stays beside it. Several VALUEs of one FIELD are
several statements, and they take the place of all that was said under that name.

--none says that the document has no such field; --take-back takes back what people
said, and what the rules say stands again.

The words that prove a VALUE are looked for in the text: the value itself, or those
of --words where the text writes it otherwise, as it does with dates.

` + "`fonds fields`" + ` lists the fields with the values that they take. The server knows who
makes the call, and keeps who has said it, and when.`,
		Example: `  fonds set documents/0199… telegram_number=5121
  fonds set documents/0199… 'sent_at=1950-03-02T07:05' --words 'sent_at=07:05 2 March 1950'
  fonds set documents/0199… signatory=person:stalin --words signatory=FILIPPOV
  fonds set documents/0199… addressee=person:stalin 'addressee={"as_written": "Molotov", "role": "alternative"}'
  fonds set documents/0199… 'citation=APRF, f. 45, op. 1, d. 339, ll. 31-32' --none priority
  fonds set documents/0199… --take-back telegram_number`,
		Args: needs(cobra.MinimumNArgs(1), "one document NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args[0], args[1:]) },
	}
	addServerFlag(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&o.none, "none", nil, "the document has no such FIELD")
	f.StringArrayVar(&o.takeBack, "take-back", nil, "take back what people said of FIELD")
	f.StringArrayVar(&o.words, "words", nil, "FIELD=WORDS of the text that prove the value")
	return cmd
}

func (o *setOptions) run(cmd *cobra.Command, written string, values []string) error {
	name, err := documentName(written)
	if err != nil {
		return err
	}
	fields, names, err := o.statements(values)
	if err != nil {
		return err
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	before, err := c.getDocument(cmd.Context(), name, 0)
	if err != nil {
		return err
	}
	request := &fondsv1.UpdateDocumentRequest{
		Document: &fondsv1.Document{Name: name, Etag: before.GetEtag(), Fields: fields}, UpdateMask: &fieldmaskpb.FieldMask{},
	}
	for _, n := range names {
		if slices.Contains(o.takeBack, n) && !statedByPerson(before, n) {
			fmt.Fprintf(cmd.ErrOrStderr(), "--take-back %s: nobody has said anything of it\n", n)
			continue
		}
		request.UpdateMask.Paths = append(request.UpdateMask.Paths, "fields."+n)
	}
	after := before
	if len(request.GetUpdateMask().GetPaths()) > 0 { // else it would be a revision like the one before
		ctx, cancel := context.WithTimeout(cmd.Context(), callTime)
		defer cancel()
		if after, err = c.catalog.UpdateDocument(ctx, request); err != nil {
			return err
		}
	}
	o.nameUnproved(cmd.ErrOrStderr(), after)
	if wantsJSON(cmd) {
		return writeResource(cmd.OutOrStdout(), after)
	}
	return writeRestated(cmd, before, after, names)
}

// statements reads the command line: what is stated, and the names of fields that are
// spoken of, each once and in the order in which they come.
func (o *setOptions) statements(values []string) (fields []*fondsv1.Field, names []string, err error) {
	spoken := map[string]string{}
	speak := func(name, how string) error {
		if _, err := statement.FormOf(name); err != nil {
			return usagef("%v", err)
		}
		if before, again := spoken[name]; again && (before != how || how != "VALUE") {
			return usagef("%s is given %s and %s: say one of them", name, before, how)
		}
		if spoken[name] == "" {
			spoken[name] = how
			names = append(names, name)
		}
		return nil
	}
	for _, v := range values {
		name, value, _ := strings.Cut(v, "=")
		if !strings.Contains(v, "=") {
			return nil, nil, usagef("%s: write FIELD=VALUE, such as telegram_number=5121", shown(v))
		}
		if err := speak(name, "VALUE"); err != nil {
			return nil, nil, err
		}
		if strings.TrimSpace(value) == "" {
			return nil, nil, usagef("%s has no value: --none %s says that the document has none, --take-back %s leaves it to the rules", name, name, name)
		}
		f, err := statedField(name, value)
		if err != nil {
			return nil, nil, err
		}
		fields = append(fields, f)
	}
	for _, name := range o.none {
		if err := speak(name, "--none"); err != nil {
			return nil, nil, err
		}
		fields = append(fields, &fondsv1.Field{Name: name})
	}
	for _, name := range o.takeBack {
		if err := speak(name, "--take-back"); err != nil {
			return nil, nil, err
		}
	}
	if len(names) == 0 {
		return nil, nil, usagef("say what to set: FIELD=VALUE, --none FIELD or --take-back FIELD; `fonds fields` lists the fields")
	}
	return fields, names, o.addWords(fields)
}

// statedField makes a statement of what a person wrote.
func statedField(name, value string) (*fondsv1.Field, error) {
	s, err := statement.Read(name, value)
	if err != nil {
		return nil, usagef("%v", err)
	}
	f := &fondsv1.Field{Name: name, Raw: s.Raw}
	if len(s.Value) == 0 {
		return f, nil
	}
	encoded, err := json.Marshal(map[string]json.RawMessage{string(s.Form): s.Value})
	if err != nil {
		return nil, fmt.Errorf("encode the value of %s: %w", name, err)
	}
	f.Value = &fondsv1.FieldValue{}
	// What the contract does not have, such as the place of a message in the text, is
	// for the rules alone.
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(encoded, f.Value); err != nil {
		return nil, usagef("%s: %v", name, err)
	}
	return f, nil
}

// addWords gives statements the words of --words.
func (o *setOptions) addWords(fields []*fondsv1.Field) error {
	for _, given := range o.words {
		name, words, _ := strings.Cut(given, "=")
		if strings.TrimSpace(words) == "" {
			return usagef("--words %s: write FIELD=WORDS, such as 'sent_at=2 March 1950'", shown(given))
		}
		i := slices.IndexFunc(fields, func(f *fondsv1.Field) bool { return f.GetName() == name && f.GetRaw() == "" && f.GetValue() != nil })
		if i < 0 {
			return usagef("--words %s: no value of %s is given that it could prove", shown(given), shown(name))
		}
		fields[i].Raw = words
	}
	return nil
}

// nameUnproved tells of which --words nobody knows where they stand. The value is kept
// all the same: a person has stated it.
func (o *setOptions) nameUnproved(w io.Writer, after *fondsv1.Document) {
	for _, given := range o.words {
		name, words, _ := strings.Cut(given, "=")
		for _, f := range fieldsOfName(after, name) {
			if f.GetRaw() == words && len(f.GetEvidence()) == 0 {
				fmt.Fprintf(w, "--words %s: the text does not have these words, or has them in several places: nothing proves the value of %s\n", shown(given), name)
			}
		}
	}
}

// writeRestated shows what was said of fields before and what is now.
func writeRestated(cmd *cobra.Command, before, after *fondsv1.Document, names []string) error {
	w := cmd.OutOrStdout()
	if _, err := fmt.Fprintf(w, "%s revision %d: %s\n", after.GetName(), after.GetRevision(), titleOf(after)); err != nil {
		return err
	}
	t := table{header: []string{"FIELD", "BEFORE", "NOW", "SAYS", "PROVED BY"}}
	for _, name := range names {
		was, is := fieldsOfName(before, name), fieldsOfName(after, name)
		for i := range max(len(was), len(is), 1) {
			row := []string{name, "-", "-", "-", "-"}
			if i < len(was) {
				row[1] = fieldShown(was[i])
			}
			if i < len(is) {
				row[2], row[3], row[4] = fieldShown(is[i]), saysOf(is[i]), proofShown(is[i])
			}
			t.add(row...)
		}
	}
	return t.write(w)
}

// statedByPerson tells that what stands of a field is a person's word.
func statedByPerson(d *fondsv1.Document, name string) bool {
	return slices.ContainsFunc(fieldsOfName(d, name), func(f *fondsv1.Field) bool { return f.GetPerson() != "" })
}

func fieldsOfName(d *fondsv1.Document, name string) []*fondsv1.Field {
	var found []*fondsv1.Field
	for _, f := range d.GetFields() {
		if f.GetName() == name {
			found = append(found, f)
		}
	}
	return found
}

// longestShown is how many characters of a value a line shows.
const longestShown = 60

// fieldShown writes the value of a statement for a person.
func fieldShown(f *fondsv1.Field) string {
	var text string
	switch v := f.GetValue().GetValue().(type) {
	case nil:
		return "(none)"
	case *fondsv1.FieldValue_Text:
		text = v.Text
	case *fondsv1.FieldValue_Number:
		text = fmt.Sprint(v.Number)
	case *fondsv1.FieldValue_Date:
		text = v.Date.GetIso()
		if zone := v.Date.GetTz(); zone != "" && zone != "unstated" {
			text += " " + zone
		}
	case *fondsv1.FieldValue_Agent:
		text = agentShown(v.Agent.GetName(), v.Agent.GetAsWritten(), v.Agent.GetOffice())
	case *fondsv1.FieldValue_Mention:
		text = agentShown(v.Mention.GetName(), strings.Join(v.Mention.GetVariants(), ", "), "")
	case *fondsv1.FieldValue_Link:
		text = v.Link.GetUrl()
	case *fondsv1.FieldValue_Citation:
		text = f.GetRaw()
	case *fondsv1.FieldValue_Distribution:
		text = copyWords(v.Distribution)
	case *fondsv1.FieldValue_NumberRange:
		text = rangeWords(v.NumberRange)
	case *fondsv1.FieldValue_Step:
		text = stepWords(v.Step)
	case *fondsv1.FieldValue_Embedded:
		text = embeddedWords(v.Embedded)
	case *fondsv1.FieldValue_Gloss:
		text = glossWords(v.Gloss)
	default:
		text = partsShown(f.GetValue())
	}
	return oneLine(text, longestShown)
}

// agentShown writes who is meant, and as what he stands in the text.
func agentShown(name, written, office string) string {
	switch {
	case name == "" && written == "":
		return office
	case name == "":
		return written
	case written == "" || written == name:
		return name
	}
	return name + " (" + written + ")"
}

// partsShown writes the parts of a value: {"step":"deciphered","person":"Zhelnov"}.
func partsShown(v *fondsv1.FieldValue) string {
	raw, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(v)
	if err != nil {
		return err.Error()
	}
	var members map[string]map[string]any
	if err := json.Unmarshal(raw, &members); err != nil {
		return string(raw)
	}
	for _, parts := range members {
		if b, err := json.Marshal(parts); err == nil {
			return string(b)
		}
	}
	return "-"
}

// saysOf tells who states something.
func saysOf(f *fondsv1.Field) string {
	if f.GetPerson() != "" {
		return f.GetPerson()
	}
	return orDash(f.GetRule())
}

// provenance tells who states something; of a person when, and what the rules said.
func provenance(f *fondsv1.Field) string {
	text := saysOf(f)
	if f.GetPerson() == "" {
		return text
	}
	if f.GetSaidTime() != nil {
		text += ", " + moment(f.GetSaidTime())
	}
	for _, said := range f.GetInstead() {
		text += "; " + saysOf(said) + ": " + fieldShown(said)
	}
	return text
}

// proofShown gives the words that prove a statement.
func proofShown(f *fondsv1.Field) string {
	if len(f.GetEvidence()) == 0 {
		return "-"
	}
	return oneLine(f.GetRaw(), longestShown)
}

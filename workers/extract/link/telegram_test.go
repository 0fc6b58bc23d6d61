package link_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/text"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/link"
)

var rules = extract.New(agents.BuiltInIndex())

// telegram is one to be written on a form.
type telegram struct {
	number, own, from, to, date, text string
	russian                           bool
}

// form writes it as it came from the printer.
func (t telegram) form() string {
	var b strings.Builder
	line := func(format, value string) {
		if value != "" {
			fmt.Fprintf(&b, format+"\n", value)
		}
	}
	if t.russian {
		line("ШИФРТЕЛЕГРАММА № %s\n", t.number)
		line("Тов. %s\n", t.to)
		line("%s\n", t.text)
		line("%s\n", t.from)
		line("№ %s", t.own)
		line("%s", t.date)
		return b.String()
	}
	line("CIPHERED TELEGRAM No. %s\n", t.number)
	line("To Comrade %s\n", t.to)
	line("%s\n", t.text)
	line("%s\n", t.from)
	line("No. %s", t.own)
	line("%s", t.date)
	return b.String()
}

// read gives the text to the rules.
func read(t testing.TB, id, text string) *link.Document {
	t.Helper()
	found := rules.ExtractOne(text)
	if len(found) != 1 {
		t.Fatalf("%s: the rules found %d documents", id, len(found))
	}
	return documentOf(t, id, found[0])
}

func documentOf(t testing.TB, id string, found extract.Document) *link.Document {
	t.Helper()
	var fields []catalog.Field
	for _, f := range found.Fields {
		value, err := json.Marshal(f.Value)
		if err != nil {
			t.Fatal(err)
		}
		field := catalog.Field{Name: f.Name, Value: value, Raw: f.Raw}
		for _, e := range f.Evidence {
			field.Evidence = append(field.Evidence, catalog.Evidence{Reading: id, Start: e.Start, End: e.End})
		}
		fields = append(fields, field)
	}
	return link.Read(id, fields)
}

func names(list []link.Name) string {
	var s []string
	for _, n := range list {
		s = append(s, n.Shown)
	}
	return strings.Join(s, "+")
}

// shown puts down what a reference says: number, day, and from whom to whom.
func shown(r link.Reference) string {
	return fmt.Sprintf("%s %s %s>%s", r.Number(), r.Date(), names(r.From), names(r.To))
}

// readFirst reads the first document in a text.
func readFirst(t testing.TB, s string) *link.Document {
	t.Helper()
	found := rules.ExtractOne(s)
	if len(found) == 0 {
		return link.Read("", nil)
	}
	return documentOf(t, "", found[0])
}

// documentWithPrint is what copies are told by.
type documentWithPrint struct {
	*link.Document
	print text.Fingerprint
}

func firstWords(s string) string {
	words := strings.Fields(s)
	return strings.Join(words[:min(len(words), 8)], " ")
}

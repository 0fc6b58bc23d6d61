package catalog_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// rule is a statement that rules make of a text's bytes.
func rule(name, value, reading string, start, end int) catalog.Field {
	return catalog.Field{
		Name: name, Value: json.RawMessage(value), Raw: value, Rule: "heading@1", Confidence: 0.9, Assurance: catalog.AssuranceMachine,
		Evidence: []catalog.Evidence{{Reading: reading, Start: start, End: end}},
	}
}

// extract stores what rules of a version state of a document, and returns it.
func (a *archive) extract(id, rules string, fields ...catalog.Field) catalog.DocumentHead {
	a.t.Helper()
	head, err := a.Document(a.t.Context(), id, 0)
	a.must(err)
	_, err = a.StoreFields(a.t.Context(), []catalog.Extracted{{Document: id, Revision: head.Head, Fields: fields, Rules: rules}})
	a.must(err)
	head, err = a.Document(a.t.Context(), id, 0)
	a.must(err)
	return head
}

// say states a field in a person's name: with values, that there is none, or (no
// statement) nothing any more.
func (a *archive) say(id, person, name string, statements ...catalog.Field) catalog.DocumentHead {
	a.t.Helper()
	head, err := a.UpdateDocument(a.t.Context(), id, "", person, catalog.Change{Statements: map[string][]catalog.Field{name: statements}})
	a.must(err)
	return head
}

func value(v string) catalog.Field { return catalog.Field{Value: json.RawMessage(v)} }

// said lists the statements under a name as VALUE/WHO.
func said(t *testing.T, head catalog.DocumentHead, name string) string {
	t.Helper()
	list, err := head.Revision.Fields.List()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range list {
		if f.Name == name {
			found = append(found, string(f.Value)+"/"+f.Person+f.Rule)
		}
	}
	return strings.Join(found, " ")
}

func (a *archive) first(name string, head catalog.DocumentHead) catalog.Field {
	a.t.Helper()
	list, err := head.Revision.Fields.List()
	a.must(err)
	i := slices.IndexFunc(list, func(f catalog.Field) bool { return f.Name == name })
	if i < 0 {
		a.t.Fatalf("there is no %s in %+v", name, list)
	}
	return list[i]
}

func TestStatementKeepsWhatRulesSaid(t *testing.T) {
	a := newArchive(t)
	a.readScan("telegrams", "a.tif", "A")
	d := a.documents()[0]
	reading := d.Revision.Regions[0].Reading
	a.extract(d.ID, "1", rule("telegram_number", `"5120"`, reading, 0, 4), rule("priority", `"Urgent"`, reading, 0, 4))

	a.clock = a.clock.Add(time.Hour)
	f := a.first("telegram_number", a.say(d.ID, "anna", "telegram_number", value(`"5121"`)))
	if f.Person != "anna" || !f.SaidAt.Equal(a.clock) || f.Assurance != catalog.AssuranceCorrected {
		t.Errorf("stated: %+v", f)
	}
	if len(f.Instead) != 1 || string(f.Instead[0].Value) != `"5120"` || f.Instead[0].Rule != "heading@1" {
		t.Errorf("in the place of %+v", f.Instead)
	}
	// Another person, and the rules again: what rules said first stays.
	a.say(d.ID, "boris", "telegram_number", value(`"5122"`))
	head := a.extract(d.ID, "2", rule("telegram_number", `"5123"`, reading, 0, 4))
	if got := said(t, head, "telegram_number"); got != `"5122"/boris` {
		t.Errorf("telegram number: %s", got)
	}
	if f := a.first("telegram_number", head); len(f.Instead) != 1 || string(f.Instead[0].Value) != `"5120"` {
		t.Errorf("in the place of %+v", f.Instead)
	}
	if got := said(t, head, "priority"); got != "" {
		t.Errorf("what the rules do not say any more: %s", got)
	}
	// None, and taken back: what rules said stands again at once.
	head = a.say(d.ID, "anna", "telegram_number", catalog.Field{})
	if got := said(t, head, "telegram_number"); got != "/anna" {
		t.Errorf("none: %s", got)
	}
	head = a.say(d.ID, "anna", "telegram_number")
	if got := said(t, head, "telegram_number"); got != `"5120"/heading@1` {
		t.Errorf("taken back: %s", got)
	}
	if head.Extracted == head.Head {
		t.Error("the document does not wait for the rules of today")
	}
	a.audit()
}

func TestStatementSurvivesANewReading(t *testing.T) {
	a := newArchive(t)
	b := a.batch("telegrams", "eng", "", "a.tif")
	a.arrive(b, "a.tif", "A")
	a.drain(1, allText)
	d := a.documents()[0]
	reading := d.Revision.Regions[0].Reading
	a.extract(d.ID, "1", rule("telegram_number", `"5120"`, reading, 0, 4), rule("priority", `"Urgent"`, reading, 0, 4))
	own := value(`"5121"`)
	own.Evidence = []catalog.Evidence{{Reading: reading, Start: 0, End: 4}}
	a.say(d.ID, "anna", "telegram_number", own)

	b = a.batch("telegrams", "rus", "", "a.tif")
	a.arrive(b, "a.tif", "A")
	a.drain(1, allText)
	head := a.documents()[0]
	if head.Revision.Regions[0].Reading == reading {
		t.Fatal("the document shows the reading of before")
	}
	if got := said(t, head, "telegram_number"); got != `"5121"/anna` {
		t.Errorf("telegram number: %s", got)
	}
	if got := said(t, head, "priority"); got != "" {
		t.Errorf("what rules said of the text before: %s", got)
	}
	// What rules said of the text before is not what comes back.
	if got := said(t, a.say(d.ID, "anna", "telegram_number"), "telegram_number"); got != "" {
		t.Errorf("taken back: %s", got)
	}
	a.audit()
}

func TestSplitAndMergeKeepStatements(t *testing.T) {
	a := newArchive(t)
	a.readScan("telegrams", "a.tif", "A")
	d := a.documents()[0]
	pages := d.Revision.Regions
	a.extract(d.ID, "1", rule("priority", `"Urgent"`, pages[0].Reading, 0, 4))
	second := value(`"81"`)
	second.Evidence = []catalog.Evidence{{Reading: pages[1].Reading, Start: 0, End: 4}}
	a.say(d.ID, "anna", "outgoing_number", second)
	both := value(`"G"`)
	both.Evidence = []catalog.Evidence{{Reading: pages[0].Reading, Start: 0, End: 4}, {Reading: pages[1].Reading, Start: 0, End: 4}}
	a.say(d.ID, "anna", "classification", both)
	head := a.say(d.ID, "anna", "stamp", value(`{"text":"A"}`))

	parts, err := a.SplitDocument(t.Context(), d.ID, head.Etag(), "boris", []catalog.Part{{Regions: pages[:1]}, {Title: "B", Regions: pages[1:]}})
	a.must(err)
	for name, want := range map[string][2]string{
		"outgoing_number": {"", `"81"/anna`}, "classification": {`"G"/anna`, ""}, "stamp": {`{"text":"A"}/anna`, ""}, "priority": {"", ""},
	} {
		if got := [2]string{said(t, parts[0], name), said(t, parts[1], name)}; got != want {
			t.Errorf("%s after the split: %q, want %q", name, got, want)
		}
	}
	a.say(parts[1].ID, "anna", "stamp", value(`{"text":"B"}`))
	merged, err := a.MergeDocuments(t.Context(), d.ID, "", "boris", []string{parts[1].ID})
	a.must(err)
	for name, want := range map[string]string{"outgoing_number": `"81"/anna`, "classification": `"G"/anna`, "stamp": `{"text":"A"}/anna`} {
		if got := said(t, merged, name); got != want {
			t.Errorf("%s after the merge: %s, want %s", name, got, want)
		}
	}
	a.audit()
}

// A part of a page shows what stands in its box.
func TestSplitWithinAPageKeepsStatements(t *testing.T) {
	a := newArchive(t)
	b := a.batch("telegrams", "eng", "", "a.tif")
	a.arrive(b, "a.tif", "A")
	a.drain(1, allText)
	d := a.documents()[0]
	upper, lower := d.Revision.Regions[0], d.Revision.Regions[0]
	upper.Box, lower.Box = &catalog.Box{Width: 100, Height: 90}, &catalog.Box{Y: 90, Width: 100, Height: 110}
	own := value(`"81"`)
	own.Evidence = []catalog.Evidence{{Reading: upper.Reading, Start: 0, End: 4, Boxes: [][4]int{{10, 100, 50, 20}}}}
	a.say(d.ID, "anna", "outgoing_number", own)
	parts, err := a.SplitDocument(t.Context(), d.ID, "", "boris", []catalog.Part{{Regions: []catalog.Region{upper}}, {Title: "B", Regions: []catalog.Region{lower}}})
	a.must(err)
	if above, below := said(t, parts[0], "outgoing_number"), said(t, parts[1], "outgoing_number"); above != "" || below != `"81"/anna` {
		t.Errorf("above %q, below %q", above, below)
	}
}

// The same said by another version of the rules makes no revision, and the document
// counts as read by it.
func TestSameStatementsOfOtherRules(t *testing.T) {
	a := newArchive(t)
	a.readScan("telegrams", "a.tif", "A")
	d := a.documents()[0]
	f := rule("telegram_number", `"5120"`, d.Revision.Regions[0].Reading, 0, 4)
	head := a.extract(d.ID, "1", f)
	f.Rule, f.Confidence = "heading@2", 0.8
	again := a.extract(d.ID, "2", f)
	if again.Head != head.Head {
		t.Errorf("revision %d after %d", again.Head, head.Head)
	}
	readBy := func(version string, head catalog.DocumentHead) bool {
		read, err := a.ReadBy(t.Context(), version, []catalog.DocumentHead{head})
		a.must(err)
		return read[head.ID]
	}
	if readBy("1", again) || !readBy("2", again) {
		t.Error("the document does not count as read by the second rules alone")
	}
	if changed := a.say(d.ID, "anna", "priority", value(`"Urgent"`)); readBy("2", changed) {
		t.Error("a revision that waits for the rules counts as read by them")
	}
	a.audit()
}

func TestAuditTellsWhoCannotHaveSaidIt(t *testing.T) {
	a := newArchive(t)
	a.readScan("telegrams", "a.tif", "A")
	d := a.documents()[0]
	both := rule("telegram_number", `"5120"`, d.Revision.Regions[0].Reading, 0, 4)
	both.Person, both.Assurance = "anna", catalog.AssuranceCorrected
	nobody := catalog.Field{Name: "priority", Value: json.RawMessage(`"Urgent"`), Assurance: catalog.AssuranceCorrected}
	gone := catalog.Field{Name: "stamp", Person: "anna", Assurance: catalog.AssuranceCorrected}
	gone.Instead = []catalog.Field{rule("stamp", `{"text":"A"}`, "nowhere", 0, 4)}
	a.extract(d.ID, "1", both, nobody, gone)
	var found []string
	a.must(a.Audit(t.Context(), &catalog.Audit{
		Scan: func(catalog.Scan) error { return nil }, Body: func([]byte, string) error { return nil },
		Found: func(_, problem string) { found = append(found, problem) },
	}))
	for _, want := range []string{"by anna and by the rule heading@1", "nobody is named who stated it", "by the reading nowhere, which is missing"} {
		if !slices.ContainsFunc(found, func(p string) bool { return strings.Contains(p, want) }) {
			t.Errorf("the audit does not tell of %q: %q", want, found)
		}
	}
}

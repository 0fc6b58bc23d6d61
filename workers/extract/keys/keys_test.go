package keys_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/citation"
	"github.com/fonds-archive/fonds/workers/extract/keys"
)

// meets tells what a store does: same kind, the text or one of a range, ranges that meet.
func meets(a catalog.Key, b catalog.Lookup) bool {
	text := a.Text == b.Text || b.Before != "" && a.Text >= b.Text && a.Text < b.Before
	return a.Kind == b.Kind && text && a.Low <= b.High && a.High >= b.Low
}

func finds(of []catalog.Key, asked []catalog.Lookup) bool {
	for _, a := range of {
		for _, b := range asked {
			if meets(a, b) {
				return true
			}
		}
	}
	return false
}

// field is a rule's as a catalog keeps it.
func field(t *testing.T, f extract.Field) catalog.Field {
	t.Helper()
	value, err := json.Marshal(f.Value)
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Field{Name: f.Name, Raw: f.Raw, Value: value}
}

func TestQuestionsFindFields(t *testing.T) {
	shelfmark := func(raw string) catalog.Field {
		return field(t, extract.Field{Name: "citation", Raw: raw, Value: citation.Value{}})
	}
	number := func(name, v string) catalog.Field { return field(t, extract.Field{Name: name, Value: v}) }
	day := field(t, extract.Field{Name: "received_at", Value: extract.Date{ISO: "1951-06-13T19:55"}})
	month := field(t, extract.Field{Name: "document_date", Value: extract.Date{ISO: "1951-06", Precision: "month"}})
	mentioned := field(t, extract.Field{Name: "mentioned_date", Value: extract.Date{ISO: "1951-06-13"}})
	known := field(t, extract.Field{Name: "addressee", Value: extract.Agent{ID: "person:stalin", Written: "Stalin"}})
	to := field(t, extract.Field{Name: "addressee", Value: extract.Agent{ID: "person:x", Written: "X"}})
	unknown := field(t, extract.Field{Name: "signatory", Value: extract.Agent{Written: "LUNIN"}})
	for _, c := range []struct {
		field catalog.Field
		kind  string
		text  string
		found bool
	}{
		{number("telegram_number", "3557"), "telegram_number", "No. 3557", true},
		{number("telegram_number", "3557"), "telegram_number", "№ 3557", true},
		{number("telegram_number", "3557"), "telegram_number", "355", false},
		{number("telegram_number", "3557"), "registry_number", "3557", false},
		{number("outgoing_number", "302/sh"), "registry_number", "302/ш", true},
		{number("outgoing_number", "335/III"), "registry_number", "335/sh", true},
		{field(t, extract.Field{Name: "special_number", Value: extract.NumberRange{From: "1821", To: "1823"}}), "registry_number", "1822", true},
		{shelfmark("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "citation", "АПРФ. Ф. 45. Оп. 1. Д. 339. Л. 32–40", true},
		{shelfmark("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "citation", "APRF, f. 45, op. 1, d. 339", true},
		{shelfmark("APRF, f. 45, op. 1, d. 339"), "citation", "APRF, f. 45, op. 1, d. 339, l. 7", true},
		{shelfmark("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "citation", "APRF, f. 45, op. 1, d. 339, l. 33", false},
		{shelfmark("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "citation", "RGASPI, f. 45, op. 1, d. 339, l. 31", false},
		{field(t, extract.Field{Name: "source_url", Value: extract.Link{URL: "https://a.example.org/d/7"}}), "source_url", "http://A.example.org/d/7/", true},
		{day, "date", "1951-06-13", true},
		{day, "date", "1951-06-01/1951-06-30", true},
		{day, "date", "1951-06-14", false},
		{day, "date", "1951", true},
		{day, "date", "13.6.1951", true},
		{day, "date", "1950-01-01/1951-06", true},
		{day, "date", "1951-07", false},
		{month, "date", "1951-06-13", true},
		{month, "date", "1951-05-01/1951-06-01", true},
		{month, "date", "1951-05-31", false},
		{mentioned, "date", "1951-06-13", false},
		{shelfmark("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "citation", "f. 45, op. 1, d. 339, l. 31", true},
		{shelfmark("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "citation", "45.1.339.31", true},
		{shelfmark("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "citation", "APRF, f. 45, op. 1", true},
		{shelfmark("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "citation", "APRF, f. 45", true},
		{shelfmark("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "citation", "APRF, f. 4", false},
		{shelfmark("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "citation", "RGASPI, f. 45, op. 1", false},
		{to, "agent", "Nobody Known", false},
		{known, "agent/addressee", "Сталин", true},
		{known, "agent/addressee", "Filippov", true},
		{to, "agent", "person:x", true},
		{to, "agent/addressee", "person:x", true},
		{to, "agent/signatory", "person:x", false},
		{unknown, "agent/signatory", "name:lunin", true},
	} {
		t.Run(fmt.Sprint(c.kind, " ", c.text), func(t *testing.T) {
			asked, err := keys.Maker{Names: agents.BuiltInIndex}.Lookups(c.kind, c.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := finds(keys.Of(c.field), asked); got != c.found {
				t.Errorf("%v against %v: %v", keys.Of(c.field), asked, got)
			}
		})
	}
}

func TestQuestionsThatMakeNoSense(t *testing.T) {
	for kind, text := range map[string]string{
		"telegram_number": "№", "date": "13 June", "citation": "the archive", "colour": "red",
		"agent/telegram_number": "person:x", "agent": " ", "source_url": "/",
	} {
		if got, err := (keys.Maker{}).Lookups(kind, text); err == nil {
			t.Errorf("%s %q gives %v", kind, text, got)
		}
	}
}

func FuzzKeys(f *testing.F) {
	f.Add("citation", "APRF, f. 45, op. 1, d. 339, ll. 31-32")
	f.Add("date", "1951-06-13/1951-06-14")
	f.Fuzz(func(t *testing.T, kind, text string) {
		got, err := keys.Maker{}.Lookups(kind, text)
		if (err == nil) != (len(got) > 0) {
			t.Errorf("%d keys and %v", len(got), err)
		}
		for _, k := range got {
			if k.Low > k.High || k.Before != "" && k.Before <= k.Text {
				t.Errorf("%q gives %+v", text, k)
			}
		}
	})
}

func TestCitationReadings(t *testing.T) {
	for text, want := range map[string][]string{
		"APRF, f. 45, op. 1, d. 339, ll. 31-32":         {"APRF, f. 45, op. 1, d. 339, ll. 31-32"},
		"АПРФ. Ф. 45. Оп. 1. Д. 339; RGASPI 558.11.339": {"APRF, f. 45, op. 1, d. 339", "RGASPI, f. 558, op. 11, d. 339"},
		"558.11.339": {"RGASPI, f. 558, op. 11, d. 339", "f. 558, op. 11, d. 339"},
		"AVP RF. F. 0129. Op. 47. D. 355. L. 14. L. 47-52.": {"AVPRF, f. 0129, op. 47, p. 355, d. 14, ll. 47-52", "AVPRF, f. 0129, op. 47, d. 355, ll. 14, 47-52"},
		"the archive": nil,
	} {
		var got []string
		open := 0
		for _, r := range (keys.Maker{}).CitationReadings(text) {
			got = append(got, r[0])
			if r[1] != "" {
				open++
			}
		}
		if !slices.Equal(got, want) || strings.Contains(text, ";") && open > 0 {
			t.Errorf("%s: %q, %d of them with a reason; want %q", text, got, open, want)
		}
	}
}

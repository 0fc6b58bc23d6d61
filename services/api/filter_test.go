package api

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/keys"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	exactly := func(kind, text string) catalog.HasKey { return catalog.HasKey{Kind: kind}.Exactly(text) }
	few := func(kind, text string) catalog.HasKey { return catalog.HasKey{Kind: kind, Few: true}.Exactly(text) }
	june := catalog.HasKey{Kind: "field/sent_at", From: "1951-06", Before: "1951-06~"}
	day := time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)
	complete, title := catalog.IsComplete(true), catalog.TitleContains("a b")
	for filter, want := range map[string]catalog.Condition{
		"":                                 nil,
		"  ":                               nil,
		`complete = true`:                  complete,
		`complete != false`:                catalog.Not{Condition: catalog.IsComplete(false)},
		`extracted = false`:                catalog.IsExtracted(false),
		`title:"a b"`:                      title,
		`title = "a b"`:                    catalog.Titled("a b"),
		`collection = "collections/x"`:     catalog.InCollection("x"),
		`holding_path != 'a/b c.png'`:      catalog.Not{Condition: catalog.AtPath("a/b c.png")},
		`assurance >= ASSURANCE_CORRECTED`: catalog.OfAssurance{Least: 2, Most: 3},
		`assurance = verified`:             catalog.OfAssurance{Least: 3, Most: 3},
		`create_time >= "2026-02-28"`:      catalog.Created{From: day},
		`update_time <= "2026-02-28"`:      catalog.Updated{Before: day.AddDate(0, 0, 1)},
		`create_time < timestamp("2026-02-28T00:00:00Z")`:             catalog.Created{Before: day},
		`complete = true AND title:"a b"`:                             catalog.And{complete, title},
		`complete = true OR title:"a b"`:                              catalog.Or{complete, title},
		`complete = true OR title:"a b" AND extracted = true`:         catalog.And{catalog.Or{complete, title}, catalog.IsExtracted(true)},
		`NOT complete = true`:                                         catalog.Not{Condition: complete},
		`-complete = true`:                                            catalog.Not{Condition: complete},
		`NOT (NOT complete = true)`:                                   complete,
		`fields.telegram_number = 3557`:                               few("field/telegram_number", "3557"),
		`fields.telegram_number = "№ 302/Ш"`:                          few("field/telegram_number", "302/sh"),
		`fields.telegram_number = 0017`:                               few("field/telegram_number", "0017"),
		`(fields.telegram_number = 17)`:                               few("field/telegram_number", "17"),
		`fields.telegram_number:*`:                                    catalog.HasKey{Kind: "field/telegram_number"},
		`fields.record_type = "ciphered telegram"`:                    exactly("field/record_type", "ciphered telegram"),
		`fields.record_type = ciphered_telegram`:                      exactly("field/record_type", "ciphered telegram"),
		`fields.classification:"СЕКРЕТНО"`:                            catalog.HasKey{Kind: "field/classification", Part: "секретно"},
		`fields.copy_count > 2`:                                       catalog.HasKey{Kind: "field/copy_count", Low: 3, High: 1 << 30},
		`parts > 1`:                                                   catalog.HasKey{Kind: "parts", Low: 2, High: 1 << 30},
		`fields.sent_at = "1951-06"`:                                  june,
		`fields.sent_at >= "1951-06" AND fields.sent_at <= "1951-06"`: june,
		`fields.sent_at = "13.6.1951"`:                                catalog.HasKey{Kind: "field/sent_at", From: "1951-06-13", Before: "1951-06-13~"},
		`fields.sent_at < "1951"`:                                     catalog.HasKey{Kind: "field/sent_at", From: "0", Before: "1951"},
		`fields.addressee = "Nobody Known"`:                           exactly("field/addressee", "nobody known"),
		`fields.to_place = "Пекин"`:                                   catalog.Or{exactly("field/to_place", "пекин"), exactly("agent/to_place", "place:beijing")},
		`fields.citation = "APRF, f. 45, op. 1, d. 339, ll. 31-32"`:   sheets(t, "APRF, f. 45, op. 1, d. 339, ll. 31-32"),
		`fields.citation = "АПРФ. Ф. 45. Оп. 1. Д. 339. Л. 31–32"`:    sheets(t, "APRF, f. 45, op. 1, d. 339, ll. 31-32"),
		`fields.source_url = "http://A.example.org/d/7/"`:             few("field/source_url", "a.example.org/d/7"),
	} {
		q, err := documentQuery(filter, keys.Maker{Names: agents.BuiltInIndex})
		if err != nil || !reflect.DeepEqual(q.Where, want) {
			t.Errorf("%s\n  gave %#v, %v\n  want %#v", filter, q.Where, err, want)
		}
	}
}

func sheets(t *testing.T, shelfmark string) catalog.Condition {
	t.Helper()
	found, err := keys.Maker{}.Lookups(keys.Citation, shelfmark)
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	return catalog.HasKey{Kind: found[0].Kind, Low: found[0].Low, High: found[0].High, Few: true}.Exactly(found[0].Text)
}

// TestFilterRefuses: every refusal says at which character, and what is possible.
func TestFilterRefuses(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string]struct{ character, says string }{
		`colour = "red"`: {"1", "create_time, extracted, holding_path"},
		`complete = true AND fields.colour = "red"`: {"21", "telegram_number"},
		`complete = true AND x`:                     {"21", "comparisons, such as"},
		`complete = true title:"x"`:                 {"17", "AND or OR"},
		`"x" = title`:                               {"1", "left"},
		`title = a.b`:                               {"9", "quotation marks"},
		`fields.sent_at = 1951-06-13`:               {"22", "quotation marks"},
		`fields.sent_at = "13 June"`:                {"1", "1951-06-13"},
		`fields.title > "a"`:                        {"1", `:"PART"`},
		`fields.copy_count = "many"`:                {"1", "number"},
		`fields.citation = "the archive"`:           {"1", "APRF, f. 45"},
		`fields.addressee = ""`:                     {"1", "nothing to be compared"},
		`complete = yes`:                            {"1", "true or false"},
		`assurance = ASSURANCE_UNSPECIFIED`:         {"1", "ASSURANCE_MACHINE"},
		`collection = ""`:                           {"1", "collections/ID"},
		`title < "x"`:                               {"1", `title:"PART"`},
		`create_time > "now"`:                       {"1", "2026-02-28"},
		`  ((complete = true)`:                      {"21", "expected"},
		`title:"`:                                   {"7", "quotation mark without an end"},
		`title:`:                                    {"7", "missing at the end"},
		`(`:                                         {"2", "missing at the end"},
		`title:"a" AND`:                             {"11", "AND stands between two"},
		`NOT`:                                       {"1", "NOT stands before"},
		`title = "a" = "b"`:                         {"13", `'=' is not expected here`},
		`complete = maybe`:                          {"1", `complete is compared with true or false`},
		`ы = "x" AND title:"`:                       {"19", "quotation mark without an end"},
		strings.Repeat("complete = true AND ", 100) + "complete = true": {"2001", "100 comparisons"},
	} {
		_, err := documentQuery(filter, keys.Maker{})
		var refused *catalog.Error
		if !errors.As(err, &refused) || refused.Field != "filter" || refused.Code != catalog.Invalid {
			t.Errorf("%s: %v", filter, err)
			continue
		}
		if refused.Metadata["character"] != want.character || !strings.Contains(refused.Message, want.says) {
			t.Errorf("%s: %s; want character %s and %q", filter, refused.Message, want.character, want.says)
		}
	}
}

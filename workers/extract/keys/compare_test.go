package keys_test

import (
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/citation"
	"github.com/fonds-archive/fonds/workers/extract/keys"
)

// met tells what a store does with a condition on keys.
func met(t *testing.T, of []catalog.Key, c catalog.Condition) bool {
	t.Helper()
	switch c := c.(type) {
	case catalog.Not:
		return !met(t, of, c.Condition)
	case catalog.Or:
		for _, p := range c {
			if met(t, of, p) {
				return true
			}
		}
		return false
	case catalog.HasKey:
		for _, k := range of {
			if k.Kind == c.Kind && k.Text >= c.From && (c.Before == "" || k.Text < c.Before) && strings.Contains(k.Text, c.Part) &&
				(c.Low == 0 && c.High == 0 || k.Low <= c.High && k.High >= c.Low) {
				return true
			}
		}
		return false
	}
	t.Fatalf("a condition of type %T", c)
	return false
}

func TestConditionsOnFields(t *testing.T) {
	t.Parallel()
	words := func(name, v, raw string) catalog.Field {
		return field(t, extract.Field{Name: name, Value: v, Raw: raw})
	}
	date := func(iso string) catalog.Field {
		return field(t, extract.Field{Name: "sent_at", Value: extract.Date{ISO: iso}})
	}
	cited := func(raw string) catalog.Field {
		return field(t, extract.Field{Name: "citation", Raw: raw, Value: citation.Value{}})
	}
	signed := field(t, extract.Field{Name: "signatory", Raw: "FILIPPOV", Value: extract.Agent{ID: "person:stalin", Name: "Joseph Stalin", Written: "FILIPPOV"}})
	unknown := field(t, extract.Field{Name: "signatory", Raw: "LUNIN", Value: extract.Agent{Written: "LUNIN"}})
	copies := field(t, extract.Field{Name: "copy_count", Value: 4})
	copyFor := field(t, extract.Field{Name: "distribution", Value: extract.Distribution{Recipient: extract.Agent{ID: "person:molotov", Written: "Молотову"}, Copies: 1}})
	named := field(t, extract.Field{Name: "place", Value: extract.Mention{ID: "place:beijing", Name: "Beijing", Variants: []string{"PEKING", "Пекина"}}})
	maker := keys.Maker{Names: agents.BuiltInIndex}
	for _, c := range []struct {
		field           catalog.Field
		operator, value string
		want            bool
	}{
		{words("telegram_number", "302/sh", "№ 302/Ш"), "=", "302/Ш", true},
		{words("telegram_number", "302/sh", "№ 302/Ш"), "=", "335/III", false},
		{words("telegram_number", "302/sh", "№ 302/Ш"), ":", "302", true},
		{words("telegram_number", "302/sh", "№ 302/Ш"), "!=", "No. 302/sh", false},
		{words("telegram_number", "302/sh", "№ 302/Ш"), ":", "*", true},
		{words("record_type", "ciphered_telegram", "ШИФРТЕЛЕГРАММА"), "=", "Ciphered telegram", true},
		{words("record_type", "ciphered_telegram", "ШИФРТЕЛЕГРАММА"), "=", "шифртелеграмма", true},
		{words("title", "Cable from  Ivanov", "Cable from\n Ivanov"), ":", "FROM IVANOV", true},
		{date("1951-06-13T19:55"), "=", "1951-06-13", true},
		{date("1951-06-13T19:55"), "=", "1951", true},
		{date("1951-06-13T19:55"), "=", "13.06.1951", true},
		{date("1951-06-13T19:55"), "=", "1951-06-13T19:50", false},
		{date("1951-06-13T19:55"), "<=", "1951-06-13", true},
		{date("1951-06-13T19:55"), "<", "1951-06-13", false},
		{date("1951-06-13T19:55"), ">", "1951-06-13", false},
		{date("1951-06-13T19:55"), ">=", "1951-06-13T19:55", true},
		{date("1951-06"), "=", "1951-06-13", false},
		{date("--06-13"), "<", "1951", false},
		{date("--06-13"), ">", "1900", false},
		{signed, "=", "Filippov", true},
		{signed, "=", "Stalin", true},
		{signed, "=", "Сталин", true},
		{signed, "=", "person:stalin", true},
		{signed, "=", "person:molotov", false},
		{signed, "!=", "Mao Zedong", true},
		{signed, ":", "filip", true},
		{unknown, "=", "Lunin", true},
		{unknown, "=", "Stalin", false},
		{copyFor, "=", "Molotov", true},
		{named, "=", "Beijing", true},
		{named, "=", "Пекин", true},
		{named, "=", "Peking", true},
		{copies, "=", "4", true},
		{copies, ">", "4", false},
		{copies, ">=", "4", true},
		{copies, "<", "5", true},
		{copies, "!=", "3", true},
		{cited("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "=", "АПРФ, ф. 45, оп. 1, д. 339, л. 32", true},
		{cited("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "=", "APRF, f. 45, op. 1, d. 339, l. 33", false},
		{cited("APRF, f. 45, op. 1, d. 339, ll. 31-32"), ":", "APRF, f. 45, op. 1", true},
		{cited("APRF, f. 45, op. 1, d. 339, ll. 31-32"), ":", "APRF, f. 45", true},
		{cited("APRF, f. 45, op. 1, d. 339, ll. 31-32"), ":", "APRF, f. 45, op. 10", false},
		{cited("APRF, f. 45, op. 1, d. 339, ll. 31-32"), "!=", "RGASPI, f. 45, op. 1, d. 339, l. 31", true},
	} {
		condition, err := maker.Condition(c.field.Name, c.operator, c.value)
		if err != nil {
			t.Errorf("%s %s %s: %v", c.field.Name, c.operator, c.value, err)
			continue
		}
		if got := met(t, keys.Of(c.field), condition); got != c.want {
			t.Errorf("%s %s %s: %v, want %v\n  keys %v\n  condition %#v", c.field.Name, c.operator, c.value, got, c.want, keys.Of(c.field), condition)
		}
	}
}

func FuzzCondition(f *testing.F) {
	f.Add("sent_at", ">=", "1951-06")
	f.Add("citation", ":", "APRF, f. 45")
	f.Add("copy_count", "<", "3")
	f.Fuzz(func(t *testing.T, name, operator, value string) {
		if c, err := (keys.Maker{}).Condition(name, operator, value); err == nil && c == nil {
			t.Errorf("%s %s %s gives no condition", name, operator, value)
		}
	})
}

package storetest

import (
	"errors"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// putKeyed puts what putQueried does, and keys.
func (f *fixture) putKeyed() {
	f.Helper()
	f.putQueried()
	number := func(text string) catalog.Key { return catalog.Key{Kind: "number", Text: text} }
	date := func(text string) catalog.Key { return catalog.Key{Kind: "date", Text: text} }
	sheets := func(low, high int) catalog.Key {
		return catalog.Key{Kind: "citation", Text: "aprf|45", Low: low, High: high}
	}
	f.tx(func(tx catalog.Tx) error {
		return errors.Join(
			tx.PutKeys("d1", []catalog.Key{number("4117"), date("1951-06-13T19:55"), sheets(31, 32), sheets(40, 44)}),
			tx.PutKeys("d2", []catalog.Key{number("4117/2"), date("1951-06"), sheets(33, 33)}),
			tx.PutKeys("d3", []catalog.Key{number("4118"), number("4119"), date("1950-10-02")}),
			tx.PutKeys("d4", []catalog.Key{number("4117")}),
		)
	})
}

func conditions(f *fixture) {
	f.putKeyed()
	number := func(text string) catalog.HasKey { return catalog.HasKey{Kind: "number"}.Exactly(text) }
	sheets := func(low, high int) catalog.HasKey {
		return catalog.HasKey{Kind: "citation", Low: low, High: high}.Exactly("aprf|45")
	}
	date := func(from, before string) catalog.HasKey {
		return catalog.HasKey{Kind: "date", From: from, Before: before}
	}
	few := number("4117")
	few.Few = true
	for name, c := range map[string]struct {
		where catalog.Condition
		want  []string
	}{
		"none":                         {nil, []string{"d5", "d3", "d2", "d1"}},
		"no condition of several":      {catalog.And{}, []string{"d5", "d3", "d2", "d1"}},
		"no alternative":               {catalog.Or{}, []string{}},
		"key":                          {number("4117"), []string{"d1"}},
		"key that few have":            {few, []string{"d1"}},
		"no other kind":                {catalog.HasKey{Kind: "Number"}.Exactly("4117"), []string{}},
		"any key of a kind":            {catalog.HasKey{Kind: "number"}, []string{"d3", "d2", "d1"}},
		"part of a key":                {catalog.HasKey{Kind: "number", Part: "7/"}, []string{"d2"}},
		"several keys of one document": {catalog.HasKey{Kind: "number", Part: "411"}, []string{"d3", "d2", "d1"}},
		"not":                          {catalog.Not{Condition: number("4117")}, []string{"d5", "d3", "d2"}},
		"not of not":                   {catalog.Not{Condition: catalog.Not{Condition: number("4117")}}, []string{"d1"}},
		"or":                           {catalog.Or{number("4117"), number("4119")}, []string{"d3", "d1"}},
		"or, twice the same":           {catalog.Or{number("4118"), number("4119")}, []string{"d3"}},
		"or without a key":             {catalog.Or{number("4117"), catalog.InCollection("side")}, []string{"d2", "d1"}},
		"and":                          {catalog.And{number("4117"), catalog.InCollection("side")}, []string{}},
		"and of or":                    {catalog.And{catalog.Or{number("4118"), few}, catalog.InCollection("main")}, []string{"d3", "d1"}},
		"ranges that meet":             {sheets(32, 33), []string{"d2", "d1"}},
		"second range":                 {sheets(41, 41), []string{"d1"}},
		"between ranges":               {sheets(34, 39), []string{}},
		"range of texts":               {date("1951-06", "1951-07"), []string{"d2", "d1"}},
		"from":                         {date("1951-06-01", ""), []string{"d1"}},
		"before":                       {date("", "1951-06"), []string{"d3"}},
		"title":                        {catalog.Titled("Telegram 4117"), []string{"d1"}},
		"title in another case":        {catalog.Titled("telegram 4117"), []string{}},
		"at least corrected":           {catalog.OfAssurance{Least: catalog.AssuranceCorrected, Most: catalog.AssuranceVerified}, []string{"d3", "d2"}},
		"without assurance":            {catalog.OfAssurance{}, []string{"d5"}},
		"not extracted":                {catalog.IsExtracted(false), []string{"d5", "d3", "d2", "d1"}},
		"extracted":                    {catalog.IsExtracted(true), []string{}},
		"created":                      {catalog.Created{From: begin, Before: begin.Add(time.Microsecond)}, []string{"d5", "d3", "d2", "d1"}},
		"created later":                {catalog.Created{From: begin.Add(time.Microsecond)}, []string{}},
		"created before":               {catalog.Created{Before: begin}, []string{}},
		"revised":                      {catalog.Updated{From: begin}, []string{"d5", "d3", "d2", "d1"}},
		"revised before":               {catalog.Updated{Before: begin}, []string{}},
	} {
		found := func(q catalog.DocumentQuery) []string {
			return each(read(f, func(r catalog.Reader) ([]catalog.DocumentHead, error) { return r.Documents(q) }),
				func(h catalog.DocumentHead) string { return h.ID })
		}
		equal(f, name, found(catalog.DocumentQuery{Where: c.where, Limit: 10}), c.want)
		if len(c.want) > 1 {
			equal(f, name+", first", found(catalog.DocumentQuery{Where: c.where, Limit: 1}), c.want[:1])
			equal(f, name+", after", found(catalog.DocumentQuery{Where: c.where, After: c.want[0], Limit: 10}), c.want[1:])
		}
	}
	deleted := read(f, func(r catalog.Reader) ([]catalog.DocumentHead, error) {
		return r.Documents(catalog.DocumentQuery{Where: number("4117"), Deleted: true, Limit: 10})
	})
	equal(f, "deleted ones too", each(deleted, func(h catalog.DocumentHead) string { return h.ID }), []string{"d4", "d1"})
}

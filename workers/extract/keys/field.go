package keys

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/text"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/citation"
	"github.com/fonds-archive/fonds/workers/extract/link"
	"github.com/fonds-archive/fonds/workers/extract/statement"
)

// Field is the kind of the keys by which filters compare a field: it is followed by a
// slash and the field's name.
const Field = "field"

// form says how the values of a field are compared.
type form uint8

const (
	words  form = iota + 1 // folded text
	number                 // of a register
	count
	date
	agent
	shelfmark
	address // on the web
)

// formOf says how a field is compared; ok is false where there is none of the name.
func formOf(name string) (f form, ok bool) {
	stated, err := statement.FormOf(name)
	if err != nil {
		return 0, false
	}
	switch stated {
	case statement.Text:
		if isNumber(name) {
			return number, true
		}
		return words, true
	case statement.Number:
		return count, true
	case statement.Date:
		return date, true
	case statement.Agent, statement.Distribution, statement.Mention:
		return agent, true
	case statement.Citation:
		return shelfmark, true
	case statement.Link:
		return address, true
	case statement.NumberRange:
		return number, true
	}
	return words, true
}

// isNumber tells that the texts of a field are numbers of a register.
func isNumber(name string) bool {
	switch name {
	case "telegram_number", "outgoing_number", "incoming_number", "document_number", "registration_number":
		return true
	}
	return false
}

// Fields gives the names of the fields that can be compared, in order.
func (Maker) Fields() []string { return slices.Sorted(slices.Values(statement.Names())) }

// maxText bounds the text of a key, in bytes: what a filter asks for stands at the
// beginning of a field or is short. Words further on are for full-text search.
const maxText = 500

// fold gives the form in which texts of fields are compared: ciphered_telegram is what
// a person writes as two words.
func fold(s string) string {
	// A letter folds to three bytes of its own at most, and what is longer is cut.
	s = strings.Join(strings.Fields(strings.ReplaceAll(text.Fold(cut(s, 4*maxText)), "_", " ")), " ")
	return cut(s, maxText)
}

// cut gives the beginning of a text in whole letters.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// ofField gives the keys by which filters compare a statement.
func ofField(name string, raw string, value any) []catalog.Key {
	kind := Field + "/" + name
	var found []catalog.Key
	add := func(texts ...string) {
		for _, t := range texts {
			k := catalog.Key{Kind: kind, Text: t}
			if t != "" && !slices.Contains(found, k) {
				found = append(found, k)
			}
		}
	}
	named := func(a extract.Agent) {
		add(fold(a.Name), fold(a.Written))
		if len(found) == 0 {
			add(fold(a.Office))
		}
	}
	switch v := value.(type) {
	case string:
		add(folded(name, v))
		if !isNumber(name) {
			add(fold(raw))
		}
	case float64:
		if n := int(v); n > 0 && n < widest {
			found = append(found, catalog.Key{Kind: kind, Text: strconv.Itoa(n), Low: n, High: n})
		}
	case extract.Date:
		add(v.ISO)
	case extract.Agent:
		named(v)
	case extract.Distribution:
		named(v.Recipient)
		if v.Recipient.ID != "" {
			found = append(found, catalog.Key{Kind: Agent + "/" + name, Text: v.Recipient.ID})
		}
	case extract.Mention:
		add(fold(v.Name))
		for _, variant := range v.Variants {
			add(fold(variant))
		}
		if v.ID != "" {
			found = append(found, catalog.Key{Kind: Agent + "/" + name, Text: v.ID})
		}
	case extract.Series:
		add(fold(v.Series), fold(v.Series+" "+v.Mark))
	case extract.Disposition:
		add(fold(v.Where))
	case extract.Link:
		add(cut(foldURL(v.URL), maxText), fold(v.DocumentID))
	case extract.NumberRange:
		add(link.Number(v.From), link.Number(v.To))
	case extract.Step:
		add(fold(v.Step), fold(v.Person))
	case extract.Reference:
		add(fold(v.Relation), fold(v.Kind), link.Number(v.Number), link.Number(v.IncomingNumber), v.Date)
	case extract.Embedded:
		add(fold(v.Relation), fold(v.From), fold(v.To))
	case extract.Gloss:
		add(fold(v.Text), fold(v.Target))
	case citation.Value:
		add(fold(raw))
	case map[string]any:
		for _, part := range []string{"text", "mark"} {
			if s, ok := v[part].(string); ok {
				add(fold(s))
			}
		}
	}
	return found
}

// folded gives the form in which a field's text is compared.
func folded(name, s string) string {
	switch f, _ := formOf(name); f {
	case number:
		return cut(link.Number(s), maxText)
	case address:
		return cut(foldURL(s), maxText)
	case date:
		return s
	}
	return fold(s)
}

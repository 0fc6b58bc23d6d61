package published

import (
	"fmt"
	"runtime/debug"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
)

// longestTitle is the number of characters of a title that was made.
const longestTitle = 200

// Documents finds the documents of a text; one alone when whole is set. A fault of the
// rules is an error of this text.
func (t Texts) Documents(text string, whole bool) (found []catalog.FoundDocument, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the rules panicked: %v\n%s", p, debug.Stack())
		}
	}()
	if whole {
		return documents(text, t.Extractor().ExtractOne(text)), nil
	}
	return documents(text, t.Extractor().Extract(text)), nil
}

func documents(text string, found []extract.Document) []catalog.FoundDocument {
	list := make([]catalog.FoundDocument, len(found))
	for i, d := range found {
		list[i] = catalog.FoundDocument{
			Start: d.Span.Start, End: len(text), Confidence: d.Confidence,
			Title: title(d, text), FirstWords: short(text[d.Span.Start:d.Span.End], 80),
		}
		if i == 0 {
			list[0].Start = 0
			continue
		}
		list[i-1].End = list[i].Start
	}
	return list
}

// title takes a document's heading, or says what it is, from whom to whom and when,
// or takes its first words.
func title(d extract.Document, text string) string {
	first := func(names ...string) string {
		for _, name := range names {
			for _, f := range d.Fields {
				if f.Name == name {
					return valueText(f)
				}
			}
		}
		return ""
	}
	if t := first("title"); t != "" {
		return short(t, longestTitle)
	}
	number, from, to := first("telegram_number"), first("signatory", "sender", "from_place"), first("addressee", "to_place")
	if number == "" && (from == "" || to == "") {
		return short(text[d.Span.Start:d.Span.End], longestTitle/2)
	}
	kind := strings.ReplaceAll(first("record_type"), "_", " ")
	if kind == "" {
		kind = "telegram"
	}
	made := upperFirst(kind)
	if number != "" {
		made += " No. " + number
	}
	if from != "" {
		made += " from " + from
	}
	if to != "" {
		made += " to " + to
	}
	if day := first("document_date", "sent_at", "received_at", "catalogue_date"); len(day) >= 10 {
		made += fmt.Sprintf(", %.10s", day)
	}
	return short(made, longestTitle)
}

func valueText(f extract.Field) string {
	switch v := f.Value.(type) {
	case string:
		return v
	case extract.Date:
		return v.ISO
	case extract.Agent:
		for _, s := range []string{v.Name, v.Written, v.Office} {
			if s != "" {
				return s
			}
		}
	}
	return f.Raw
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return strings.ToUpper(string(r)) + s[n:]
}

// short puts words in one line without Markdown's marks, and cuts it between words.
func short(s string, characters int) string {
	var b strings.Builder
	n := 0
	for word := range strings.FieldsSeq(s) {
		if word = strings.Trim(word, "#*|_"); word == "" {
			continue
		}
		length := utf8.RuneCountInString(word)
		if n > 0 && n+1+length > characters {
			return b.String() + " …"
		}
		if n > 0 {
			b.WriteByte(' ')
			n++
		}
		if length > characters {
			return string([]rune(word)[:characters]) + "…"
		}
		b.WriteString(word)
		n += length
	}
	return b.String()
}

// address returns the first address on the web that a text says it was published at: one
// in its first lines, where an edition's header stands. It is empty for none.
func address(text string) string {
	head := text[:min(len(text), 2000)]
	at := strings.Index(head, "http")
	if at < 0 {
		return ""
	}
	rest := head[at:]
	if end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>\"|()[]", r) }); end >= 0 {
		rest = rest[:end]
	}
	rest = strings.TrimRight(rest, ".,;:")
	if !strings.HasPrefix(rest, "http://") && !strings.HasPrefix(rest, "https://") || strings.Count(rest, "/") < 3 {
		return ""
	}
	return rest
}

// Package keys makes what documents are found by: of a field its keys, of a
// question the keys that answer it, both in the same normal form.
//
// It never asks a database.
package keys

import (
	"strconv"
	"strings"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/citation"
	"github.com/fonds-archive/fonds/workers/extract/link"
)

// The kinds of keys.
const (
	Telegram = "telegram_number"
	Registry = "registry_number"
	Citation = "citation"
	// Shelfmark is a citation without its archive.
	Shelfmark = "shelfmark"
	SourceURL = "source_url"
	// Date is when the document was written, sent, received or catalogued: not what it
	// only mentions. The text is the date, the range its days.
	Date = "date"
	// OwnDate is the same by its days alone.
	OwnDate = "own_date"
	// Agent is followed by a slash and the role; without a role by nothing.
	Agent = "agent"
)

// widest is above any list number and any day.
const widest = 1 << 30

// Parts is how many documents a text seems to hold; Low and High are the number.
const Parts = "parts"

// OfParts returns the key of a text that seems to hold several documents.
func OfParts(n int) []catalog.Key {
	if n < 2 {
		return nil
	}
	return []catalog.Key{{Kind: Parts, Low: n, High: n}}
}

// OfAll returns the keys of all that is stated of a document.
func OfAll(stated []catalog.Field) []catalog.Key {
	var keys []catalog.Key
	for _, f := range stated {
		keys = append(keys, Of(f)...)
	}
	return keys
}

// Of returns the keys of a statement; none for one that says that there is no value,
// or whose value is not of its name's form.
func Of(f catalog.Field) []catalog.Key {
	if len(f.Value) == 0 {
		return nil
	}
	value, err := extract.ReadValue(f.Name, f.Value)
	if err != nil {
		return nil
	}
	return append(lookedUp(f, value), ofField(f.Name, f.Raw, value)...)
}

// lookedUp gives the keys by which documents are looked up.
func lookedUp(f catalog.Field, value any) []catalog.Key {
	switch v := value.(type) {
	case string:
		return ofText(f.Name, v)
	case extract.NumberRange:
		return ofRange(v)
	case extract.Date:
		return ofDate(f.Name, v)
	case extract.Link:
		return []catalog.Key{{Kind: SourceURL, Text: foldURL(v.URL)}}
	case extract.Agent:
		return ofAgent(f.Name, v)
	case extract.Mention:
		if v.ID != "" {
			return []catalog.Key{{Kind: Agent, Text: v.ID}}
		}
	case citation.Value:
		if c := citation.Parse(f.Raw).Citations; len(c) == 1 {
			return ofCitation(&c[0])
		}
	}
	return nil
}

// ofDate gives the keys of a date that is the document's own.
func ofDate(name string, v extract.Date) []catalog.Key {
	switch name {
	case "catalogue_date", "document_date", "sent_at", "received_at":
		if first, last, ok := daysOf(v.ISO); ok {
			return []catalog.Key{{Kind: Date, Text: v.ISO, Low: first, High: last}, {Kind: OwnDate, Low: first, High: last}}
		}
	}
	return nil
}

func ofText(name, v string) []catalog.Key {
	switch name {
	case "telegram_number":
		return []catalog.Key{{Kind: Telegram, Text: link.Number(v)}}
	case "outgoing_number", "incoming_number", "document_number", "registration_number":
		return []catalog.Key{{Kind: Registry, Text: link.Number(v)}}
	}
	return nil
}

func ofRange(v extract.NumberRange) []catalog.Key {
	low, errLow := strconv.Atoi(v.From)
	high, errHigh := strconv.Atoi(v.To)
	if errLow != nil || errHigh != nil || high < low || high-low > 100 {
		return []catalog.Key{{Kind: Registry, Text: link.Number(v.From)}}
	}
	var keys []catalog.Key
	for n := low; n <= high; n++ {
		keys = append(keys, catalog.Key{Kind: Registry, Text: strconv.Itoa(n)})
	}
	return keys
}

func ofAgent(role string, v extract.Agent) []catalog.Key {
	text := v.ID
	if text == "" {
		text = "name:" + strings.ToLower(v.Written)
	}
	if text == "name:" {
		return nil
	}
	return []catalog.Key{{Kind: Agent, Text: text}, {Kind: Agent + "/" + role, Text: text}}
}

// ofCitation makes a key for each range of lists, with the archive and without; one
// without lists meets all.
func ofCitation(c *citation.Citation) []catalog.Key {
	file := citation.LooseKey(c)
	_, bare, _ := strings.Cut(file, "|")
	ranges := c.Spans()
	if len(ranges) == 0 {
		ranges = [][2]int{{0, widest}}
	}
	var keys []catalog.Key
	for _, r := range ranges {
		if c.Archive != "" {
			keys = append(keys, catalog.Key{Kind: Citation, Text: file, Low: r[0], High: r[1]})
		}
		if c.Fond != "" {
			keys = append(keys, catalog.Key{Kind: Shelfmark, Text: bare, Low: r[0], High: r[1]})
		}
	}
	return keys
}

func foldURL(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if _, rest, found := strings.Cut(s, "://"); found {
		s = rest
	}
	return strings.TrimRight(s, "/.")
}

// daysOf counts the days since 1 January 1970 of the first and the
// last day that a date may mean. There are none for a date without a year.
func daysOf(iso string) (first, last int, ok bool) {
	day, _, _ := strings.Cut(iso, "T")
	for _, precision := range []struct {
		layout              string
		years, months, days int
	}{{"2006-01-02", 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if t, err := time.Parse(precision.layout, day); err == nil {
			end := t.AddDate(precision.years, precision.months, precision.days)
			return dayOf(t), dayOf(end) - 1, true
		}
	}
	return 0, 0, false
}

func dayOf(t time.Time) int { return int(t.Unix() / (24 * 60 * 60)) }

func dayAt(day int) time.Time { return time.Unix(int64(day)*24*60*60, 0).UTC() }

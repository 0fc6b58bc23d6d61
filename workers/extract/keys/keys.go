// Package keys makes what documents are found by: of a field its keys, of a
// question the keys that answer it, both in the same normal form.
//
// It never asks a database.
package keys

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/citation"
	"github.com/fonds-archive/fonds/workers/extract/link"
)

// The kinds of keys.
const (
	Telegram  = "telegram_number"
	Registry  = "registry_number"
	Citation  = "citation"
	SourceURL = "source_url"
	Date      = "date"
	// OwnDate is the day on which the document was written, sent, received or
	// catalogued: not one that it only mentions.
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
	return append(keys, OfCorrespondence(stated)...)
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

// ofDate gives keys of a day; its own dates have one kind of their own.
func ofDate(name string, v extract.Date) []catalog.Key {
	day, ok := dayOf(v.ISO)
	if !ok {
		return nil
	}
	keys := []catalog.Key{{Kind: Date, Low: day, High: day}, {Kind: Date + "/" + name, Low: day, High: day}}
	switch name {
	case "catalogue_date", "document_date", "sent_at", "received_at":
		keys = append(keys, catalog.Key{Kind: OwnDate, Low: day, High: day})
	}
	return keys
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

// ofCitation makes a key for each range of lists; one without lists meets all.
func ofCitation(c *citation.Citation) []catalog.Key {
	file := citation.LooseKey(c)
	ranges := c.Spans()
	if len(ranges) == 0 {
		return []catalog.Key{{Kind: Citation, Text: file, Low: 0, High: widest}}
	}
	keys := make([]catalog.Key, len(ranges))
	for i, r := range ranges {
		keys[i] = catalog.Key{Kind: Citation, Text: file, Low: r[0], High: r[1]}
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

// dayOf counts the days since 1 January 1970 of a date with year, month and day.
func dayOf(iso string) (int, bool) {
	if len(iso) < len("1951-06-13") {
		return 0, false
	}
	t, err := time.Parse("2006-01-02", iso[:10])
	if err != nil {
		return 0, false
	}
	return int(t.Unix() / 86400), true
}

// Maker makes keys of questions. Its zero value is ready and knows no names.
type Maker struct {
	// Names gives the authority file, where agents are found by any of their names.
	Names func() *agents.Index
}

// Keys returns the keys of which a document must have one, for what a person wrote.
func (m Maker) Keys(kind, text string) ([]catalog.Key, error) {
	switch base, role, _ := strings.Cut(kind, "/"); base {
	case Telegram, Registry:
		if n := link.Number(text); n != "" {
			return []catalog.Key{{Kind: kind, Text: n}}, nil
		}
		return nil, fmt.Errorf("%q is no number", text)
	case SourceURL:
		return []catalog.Key{{Kind: kind, Text: foldURL(text)}}, nil
	case Agent:
		return m.agentKeys(role, text)
	case Date, OwnDate:
		return dates(kind, text)
	case Citation:
		return citations(text)
	}
	return nil, fmt.Errorf("there is no key %q", kind)
}

// agentKeys takes an ID, or a name in any of its forms.
func (m Maker) agentKeys(role, written string) ([]catalog.Key, error) {
	if role != "" {
		if form, ok := formOf(role); !ok || form != agent {
			return nil, fmt.Errorf("%q is no role: write the name of a field such as addressee, signatory, sender, via or to_place", role)
		}
	}
	if strings.TrimSpace(written) == "" {
		return nil, errors.New("the agent's name is empty")
	}
	var keys []catalog.Key
	for _, id := range m.agentsNamed(written) {
		keys = append(keys, catalog.Key{Kind: agentKind(role), Text: id})
	}
	if isID(written) {
		return keys, nil
	}
	// Names that the authority file does not have are kept as they are written.
	return append(keys, catalog.Key{Kind: agentKind(role), Text: "name:" + strings.ToLower(written)}), nil
}

func agentKind(role string) string {
	if role == "" {
		return Agent
	}
	return Agent + "/" + role
}

// dates reads a day, or two with "/" between.
func dates(kind, text string) ([]catalog.Key, error) {
	from, to, ranged := strings.Cut(text, "/")
	if !ranged {
		to = from
	}
	low, okLow := dayOf(from)
	high, okHigh := dayOf(to)
	if !okLow || !okHigh || high < low {
		return nil, fmt.Errorf("%q is no day such as 1951-06-13, nor two days with / between", text)
	}
	return []catalog.Key{{Kind: kind, Low: low, High: high}}, nil
}

func citations(text string) ([]catalog.Key, error) {
	parsed := citation.Parse(text)
	var keys []catalog.Key
	for i := range parsed.Citations {
		if c := &parsed.Citations[i]; c.Kind == citation.Archival {
			keys = append(keys, ofCitation(c)...)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("no archival reference was found in %q: write it like APRF, f. 45, op. 1, d. 339, ll. 31-32", text)
	}
	return keys, nil
}

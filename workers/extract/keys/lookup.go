package keys

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/citation"
	"github.com/fonds-archive/fonds/workers/extract/link"
)

// Maker makes keys of questions. Its zero value is ready and knows no names.
type Maker struct {
	// Names gives the authority file, where agents are found by any of their names.
	Names func() *agents.Index
}

// Of returns the keys of all that is stated of a document.
func (Maker) Of(stated []catalog.Field) []catalog.Key { return OfAll(stated) }

// Lookups returns what to look for, for what a person wrote: a document must have one
// of the keys.
func (m Maker) Lookups(kind, text string) ([]catalog.Lookup, error) {
	switch base, role, _ := strings.Cut(kind, "/"); base {
	case Telegram, Registry:
		if n := link.Number(text); n != "" {
			return []catalog.Lookup{{Key: catalog.Key{Kind: kind, Text: n}}}, nil
		}
		return nil, fmt.Errorf("%q is no number", text)
	case SourceURL:
		if u := foldURL(text); u != "" {
			return []catalog.Lookup{{Key: catalog.Key{Kind: kind, Text: u}}}, nil
		}
		return nil, fmt.Errorf("%q is no address", text)
	case Agent:
		return m.agents(role, text)
	case Date:
		return dates(text)
	case Citation:
		return citations(text)
	}
	return nil, fmt.Errorf("there is no key %q", kind)
}

// agents takes an ID, or a name in any of its forms.
func (m Maker) agents(role, written string) ([]catalog.Lookup, error) {
	written = strings.TrimSpace(written)
	kind := Agent
	if role != "" {
		if form, ok := formOf(role); !ok || form != agent {
			return nil, fmt.Errorf("%q is no role: write the name of a field such as addressee, signatory, sender, via or to_place", role)
		}
		kind += "/" + role
	}
	if written == "" {
		return nil, errors.New("the agent's name is empty")
	}
	var lookups []catalog.Lookup
	for _, id := range m.agentsNamed(written) {
		lookups = append(lookups, catalog.Lookup{Key: catalog.Key{Kind: kind, Text: id}})
	}
	if isID(written) {
		return lookups, nil
	}
	// Names that the authority file does not have are kept as they are written.
	return append(lookups, catalog.Lookup{Key: catalog.Key{Kind: kind, Text: "name:" + strings.ToLower(written)}}), nil
}

// Days reads a day, month or year, or two with "/" between, as the key of the days that
// a document's own date must meet.
func (Maker) Days(text string) (catalog.Key, error) {
	from, to, ranged := strings.Cut(text, "/")
	if !ranged {
		to = from
	}
	first, okFirst := spanOf(from)
	last, okLast := spanOf(to)
	if !okFirst || !okLast || last[1] < first[0] {
		return catalog.Key{}, fmt.Errorf("%q is no date such as 1951-06-13, 13.6.1951, 1951-06 or 1951, nor two with / between, the earlier first", text)
	}
	return catalog.Key{Kind: OwnDate, Low: first[0], High: last[1]}, nil
}

func spanOf(written string) ([2]int, bool) {
	iso, ok := dateOf(strings.TrimSpace(written))
	if !ok {
		return [2]int{}, false
	}
	first, last, ok := daysOf(iso)
	return [2]int{first, last}, ok
}

// dates gives the stretch of the index from the beginning of the year, where dates of
// which only that or the month is known stand too.
func dates(text string) ([]catalog.Lookup, error) {
	days, err := Maker{}.Days(text)
	if err != nil {
		return nil, err
	}
	key := catalog.Key{Kind: Date, Text: yearOf(days.Low), Low: days.Low, High: days.High}
	return []catalog.Lookup{{Key: key, Before: yearOf(days.High) + "~"}}, nil
}

func yearOf(day int) string {
	return strconv.Itoa(dayAt(day).Year())
}

// Reading is one way to read a citation that somebody wrote.
type Reading struct {
	// Short is its normal form in English.
	Short string
	// Why tells what is open about it; empty for what is plainly written.
	Why string

	lookups []catalog.Lookup
}

// noArchive is why a citation may mean files of several archives.
const noArchive = "no archive is named: files of all archives with these numbers"

// Readings gives the ways to read a citation, the likeliest first.
func Readings(text string) []Reading {
	parsed := citation.Parse(text)
	var readings []Reading
	add := func(c *citation.Citation, why string) {
		if c.Kind != citation.Archival || slices.ContainsFunc(readings, func(r Reading) bool { return r.Short == c.Short() }) {
			return
		}
		if lookups := lookupsOf(c); len(lookups) > 0 {
			readings = append(readings, Reading{Short: c.Short(), Why: why, lookups: lookups})
		}
	}
	for i := range parsed.Citations {
		why := ""
		if parsed.Citations[i].Archive == "" {
			why = noArchive
		}
		add(&parsed.Citations[i], why)
	}
	for i := range parsed.Candidates {
		add(&parsed.Candidates[i].Citation, parsed.Candidates[i].Reason)
	}
	return readings
}

// lookupsOf gives what to look for: of a citation that ends above the file, all files
// below what it names.
func lookupsOf(c *citation.Citation) []catalog.Lookup {
	var lookups []catalog.Lookup
	for _, k := range ofCitation(c) {
		if k.Kind == Shelfmark && c.Archive != "" {
			continue
		}
		l := catalog.Lookup{Key: k}
		if above := strings.TrimRight(k.Text, "|"); above != k.Text {
			// The parts of a key end with "|", and "}" is the sign behind it.
			l.Text, l.Before = above+"|", above+"}"
		}
		lookups = append(lookups, l)
	}
	return lookups
}

func citations(text string) ([]catalog.Lookup, error) {
	var lookups []catalog.Lookup
	for _, r := range Readings(text) {
		lookups = append(lookups, r.lookups...)
	}
	switch {
	case len(lookups) == 0:
		return nil, fmt.Errorf("no archival reference was found in %q: write it like APRF, f. 45, op. 1, d. 339, ll. 31-32", text)
	case len(lookups) > maxShelfmarks:
		return nil, fmt.Errorf("%d ranges of sheets are more than the %d that one question may have", len(lookups), maxShelfmarks)
	}
	return lookups, nil
}

// CitationReadings gives the ways to read a citation, each in normal form and with what
// is open about it.
func (Maker) CitationReadings(text string) [][2]string {
	var all [][2]string
	for _, r := range Readings(text) {
		all = append(all, [2]string{r.Short, r.Why})
	}
	return all
}

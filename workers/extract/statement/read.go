package statement

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/citation"
)

// Stated is what somebody states under the name of a field.
type Stated struct {
	Name string
	Form Form
	// Value is JSON of the value type of the form; empty for a citation, which is read
	// from Raw.
	Value json.RawMessage
	// Raw is the value as written, where that is known.
	Raw string
}

// maxWritten is the longest value that is read, in bytes: a summary has a page.
const maxWritten = 20_000

// Read reads a value as a person writes it on a command line: words, a date, an ID, a
// reference; or the JSON object of the form, beginning with a brace. It looks up no
// names. Its errors say what values the field takes.
func Read(name, written string) (Stated, error) {
	form, err := FormOf(name)
	if err != nil {
		return Stated{}, err
	}
	written = strings.TrimSpace(written)
	s := Stated{Name: name, Form: form}
	if err := checkWords(written); err != nil {
		return s, takesInstead(name, form, err)
	}
	if form == Citation {
		s.Raw = written
		_, err := readCitation(written)
		return s, takesInstead(name, form, err)
	}
	value, err := readWritten(form, name, written)
	if err != nil {
		return s, takesInstead(name, form, err)
	}
	if s.Value, err = json.Marshal(value); err != nil {
		return s, fmt.Errorf("value of %s: %w", name, err)
	}
	return s, nil
}

// takesInstead says behind an error what values a field takes.
func takesInstead(name string, form Form, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w; it takes %s", name, err, takesOf(name, form))
}

// readWritten reads a value of any form but that of citations.
func readWritten(form Form, name, written string) (any, error) {
	if strings.HasPrefix(written, "{") && form != Text && form != Number {
		return decode(form, []byte(written))
	}
	switch form {
	case Text:
		return written, nil
	case Number:
		n, err := strconv.Atoi(written)
		if err != nil {
			return nil, fmt.Errorf("%q is no whole number", cut(written))
		}
		return n, nil
	case Date:
		iso, zone, _ := strings.Cut(written, " ")
		return readDate(extract.Date{ISO: iso, Zone: strings.TrimSpace(zone)})
	case Agent:
		if isID(written) {
			return extract.Agent{ID: written}, nil
		}
		return extract.Agent{Written: written}, nil
	case Mention:
		if isID(written) {
			return extract.Mention{ID: written, Variants: []string{}}, nil
		}
		return extract.Mention{Variants: []string{written}}, nil
	case Series:
		letter, mark, _ := strings.Cut(written, " ")
		return extract.Series{Series: letter, Mark: strings.TrimSpace(mark)}, nil
	case Link:
		return readLink(written)
	case NumberRange:
		from, to, ranged := strings.Cut(written, "-")
		if !ranged {
			to = from
		}
		return extract.NumberRange{From: strings.TrimSpace(from), To: strings.TrimSpace(to)}, nil
	}
	return nil, fmt.Errorf("%q is not written as an object in braces", cut(written))
}

// checkWords refuses words that are no text of one value.
func checkWords(s string) error {
	switch {
	case s == "":
		return fmt.Errorf("the value is empty")
	case len(s) > maxWritten:
		return fmt.Errorf("the value has %d bytes, and at most %d are taken", len(s), maxWritten)
	case !utf8.ValidString(s):
		return fmt.Errorf("the value is not UTF-8")
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return fmt.Errorf("the value has control characters in it")
	}
	return nil
}

var idForm = regexp.MustCompile(`^(person|place|organisation):\S*$`)

// isID tells that something is meant as the ID of an authority file.
func isID(s string) bool { return idForm.MatchString(s) }

var (
	day    = `(0[1-9]|[12][0-9]|3[01])`
	month  = `(0[1-9]|1[0-2])`
	dates  = regexp.MustCompile(`^([0-9]{4}|-)(-` + month + `(-` + day + `(T([01][0-9]|2[0-3]):[0-5][0-9])?)?)?$`)
	levels = map[int]string{len("1951"): "year", len("1951-06"): "month", len("1951-06-13"): "day", len("1951-06-13T19:55"): "minute"}
)

// readDate checks a date and says how precise it is. Where the year is not known two
// hyphens stand in its place, and no zone is said to be no zone.
func readDate(d extract.Date) (extract.Date, error) {
	if !dates.MatchString(d.ISO) || d.ISO == "-" || strings.HasPrefix(d.ISO, "0000") {
		return d, fmt.Errorf("%q is no date", cut(d.ISO))
	}
	full := strings.Replace(d.ISO, "--", "2000-", 1)
	precision := levels[len(full)]
	if precision == "day" || precision == "minute" {
		if _, err := time.Parse(time.DateOnly, full[:len(time.DateOnly)]); err != nil {
			return d, fmt.Errorf("there is no day %s", d.ISO)
		}
	}
	if d.Precision != "" && d.Precision != precision {
		return d, fmt.Errorf("%s is precise to the %s, not to the %s", d.ISO, precision, cut(d.Precision))
	}
	d.Precision = precision
	if d.Zone == "" {
		d.Zone = "unstated"
	}
	return d, nil
}

func readLink(written string) (extract.Link, error) {
	u, err := url.Parse(written)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.ContainsFunc(written, unicode.IsSpace) {
		return extract.Link{}, fmt.Errorf("%q is no address", cut(written))
	}
	return extract.LinkOf(written), nil
}

// readCitation reads exactly one archival reference.
func readCitation(written string) (citation.Value, error) {
	parsed := citation.Parse(written)
	if len(parsed.Citations) > 1 {
		return citation.Value{}, fmt.Errorf("%q holds %d references: state each by itself", cut(written), len(parsed.Citations))
	}
	if len(parsed.Citations) == 0 || parsed.Citations[0].Kind != citation.Archival {
		return citation.Value{}, fmt.Errorf("no archival reference was found in %q", cut(written))
	}
	for _, span := range parsed.Rest {
		if rest := strings.TrimSpace(written[span.Start:span.End]); rest != "" {
			return citation.Value{}, fmt.Errorf("%q could not be read in it", cut(rest))
		}
	}
	return parsed.Citations[0].Value(), nil
}

// misread says in words of the caller's what is wrong with JSON.
func misread(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field == "":
		return fmt.Errorf("%s does not fit here", article(wrong.Value))
	case errors.As(err, &wrong):
		return fmt.Errorf("%s does not fit as %s", article(wrong.Value), wrong.Field)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON ends too early")
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

// article names a kind of JSON value, such as "number" or "number 2.5".
func article(kind string) string {
	if strings.HasPrefix(kind, "array") || strings.HasPrefix(kind, "object") {
		return "an " + kind
	}
	return "a " + kind
}

// decode reads the JSON of a form into its value type; a name that it does not have
// is an error.
func decode(form Form, encoded []byte) (any, error) {
	target, ok := map[Form]any{
		Date: &extract.Date{}, Agent: &extract.Agent{}, Series: &extract.Series{}, Distribution: &extract.Distribution{},
		Disposition: &extract.Disposition{}, Link: &extract.Link{}, NumberRange: &extract.NumberRange{}, Step: &extract.Step{},
		Reference: &extract.Reference{}, Embedded: &extract.Embedded{}, Gloss: &extract.Gloss{}, Mention: &extract.Mention{},
		Text: new(string), Number: new(int),
	}[form]
	if !ok {
		return nil, fmt.Errorf("a value of the form %s is not read from JSON", form)
	}
	d := json.NewDecoder(bytes.NewReader(encoded))
	d.DisallowUnknownFields()
	if err := d.Decode(target); err != nil {
		return nil, misread(err)
	}
	if d.More() {
		return nil, fmt.Errorf("something follows the value")
	}
	return target, nil
}

// Package statement reads what a person states about a document: it knows the names of
// fields and the form of each one's value, and gives a value the normal form in which
// the rules give theirs, so that both are served, compared and found alike.
//
// It never looks at a document's text, never decides between a person's statement and
// a rule's, and knows no names of people but those of the authority file it is given.
package statement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Form is the kind of value that a field takes. The words are those of the members of
// FieldValue in the contract.
type Form string

// The forms.
const (
	Text         Form = "text"
	Number       Form = "number"
	Date         Form = "date"
	Agent        Form = "agent"
	Citation     Form = "citation"
	Series       Form = "series"
	Distribution Form = "distribution"
	Disposition  Form = "disposition"
	Link         Form = "link"
	NumberRange  Form = "number_range"
	Step         Form = "step"
	Reference    Form = "reference"
	Embedded     Form = "embedded"
	Gloss        Form = "gloss"
	Mention      Form = "mention"
)

// Field is a field that a document may have.
type Field struct {
	Name string `json:"field"`
	Form Form   `json:"form"`
	// Means says what it is.
	Means string `json:"means"`
	// Example is a value as Read takes it.
	Example string `json:"example"`
}

// Fields are all there are, in the order in which an archivist describes a document.
var Fields = []Field{
	{"title", Text, "title as catalogued or as printed over the text", "Telegram from Sorokin to Lunin, 2 March 1950"},
	{"record_type", Text, "kind of document", "ciphered_telegram"},
	{"summary", Text, "the cataloguer's abstract", "Asks for two pumps and a mechanic."},
	{"telegram_number", Text, "number in the heading of a telegram", "5120"},
	{"document_number", Text, "number of a resolution, note or letter", "P74/212"},
	{"outgoing_number", Text, "the sender's register number (iskh.)", "81/sh"},
	{"incoming_number", Text, "the receiver's register number (vkh.)", "20714"},
	{"special_number", NumberRange, "special number of a telegram that went in parts", "640-642"},
	{"registration_number", Text, "any other register number on the sheet", "7714"},
	{"collection_number", Text, "number that an edition gives the document", "Document 12"},
	{"series", Series, "series letter of the cipher service, and the mark behind it", "G T"},
	{"document_date", Date, "date that the document itself bears", "1950-03-02"},
	{"sent_at", Date, "when it was sent", "1950-03-02T22:00 local time"},
	{"received_at", Date, "when the receiving cipher service had it", "1950-03-02T07:05"},
	{"relayed_received_at", Date, "when the intermediary had the message that he relays", "1950-03-01T18:30"},
	{"catalogue_date", Date, "date that the cataloguer gives", "1950-03"},
	{"mentioned_date", Date, "another date in the text", "1950-02-27"},
	{"from_place", Agent, "place that it was sent from", "place:beijing"},
	{"to_place", Agent, "place that it was sent to", "place:moscow"},
	{"via", Agent, "channel or intermediary", "Zotov"},
	{"issuing_body", Agent, "body in the letterhead", "Cipher Department"},
	{"sender", Agent, "author by the title, the heading or an author line", "person:mao-zedong"},
	{"signatory", Agent, "who signed", "SOROKIN"},
	{"addressee", Agent, "who it is for; role: final, intermediary, alternative", `{"id": "person:stalin", "role": "final"}`},
	{"classification", Text, "secrecy", "Top secret"},
	{"declassification", Text, "mark that the secrecy was lifted", "Declassified"},
	{"priority", Text, "urgency", "Urgent"},
	{"transmission_mode", Text, "how it had to be sent", "Only by ciphered telegraph"},
	{"copying_restriction", Text, "ban on copies", "Making copies is prohibited"},
	{"handling_instruction", Text, "order to the cipher clerk or the intermediary", "Deliver immediately"},
	{"distribution", Distribution, "a copy for somebody", `{"recipient": {"as_written": "Lunin"}, "copies": 1, "copy_number": "2"}`},
	{"copy_count", Number, "how many copies were made", "6"},
	{"copy_number", Text, "which copy this is", "2"},
	{"copy_disposition", Disposition, "where copies are", `{"copy_numbers": ["3", "4"], "where": "filed"}`},
	{"processing_step", Step, "one who deciphered, printed, verified, typed, dispatched, executed or recorded it", `{"step": "deciphered", "person": "Zotov", "rank": "Captain", "at": "1950-03-02T09:40"}`},
	{"stamp", Text, "words of a stamp", "Subject to return within 48 hours"},
	{"annotation", Text, "note by hand or by an editor on the sheet", "In pencil: to the file"},
	{"citation", Citation, "archival reference", "APRF, f. 45, op. 1, d. 339, ll. 31-32"},
	{"published_in", Text, "printed edition", "Documents of Foreign Policy, vol. 3, no. 12"},
	{"publisher", Text, "archive on the web, or house, that published it", "Digital Archive"},
	{"source_url", Link, "address on the web", "https://archive.example.org/document/204417"},
	{"record_id", Text, "identifier of the record on the web", "204417"},
	{"original_language", Text, "language of the original", "ru"},
	{"content_language", Text, "language of the text at hand", "en"},
	{"contents_form", Text, "original, translation, transcript …", "English translation"},
	{"translator", Agent, "who translated it", "Ann Smith"},
	{"contributor", Agent, "who gave it", "Ann Smith"},
	{"credits", Text, "who paid for it", "Made possible by a grant"},
	{"rights", Text, "statement of rights", "Free for study with credit"},
	{"contact", Text, "address for questions of rights", "rights@archive.example.org"},
	{"telegram_reference", Reference, "another telegram, letter or statement", `{"kind": "telegram", "number": "79", "date": "1950-02-27", "relation": "in_reply_to"}`},
	{"embedded_message", Embedded, "message inside the document", `{"relation": "relayed", "from": "Zotov", "to": "Lunin", "first": "The wells", "last": "until June."}`},
	{"gloss", Gloss, "editor's words in brackets", `{"kind": "identity", "target": "Lunin", "text": "Gurov"}`},
	{"footnote", Text, "editor's note", "The place is not on any map."},
	{"omission", Text, "mark of a place that an editor left out", "…"},
	{"lacuna", Text, "mark of a place that could not be read", "[illegible]"},
	{"person", Mention, "person named in the text", "person:stalin"},
	{"place", Mention, "place named in the text", "place:beijing"},
	{"organisation", Mention, "organisation named in the text", "Foreign Ministry"},
}

// coded are the fields of text whose values are no words of the document, but a word
// that all documents share.
var coded = map[string]bool{"record_type": true, "original_language": true, "content_language": true}

// recordTypes are the kinds of documents.
var recordTypes = []string{
	"ciphered_telegram", "telegram", "cable", "letter", "note", "report", "resolution", "memorandum_of_conversation",
	"message", "directive", "statement", "draft", "excerpt", "news_report", "editorial_text", "other",
}

var formOf = func() map[string]Form {
	forms := make(map[string]Form, len(Fields))
	for _, f := range Fields {
		forms[f.Name] = f.Form
	}
	return forms
}()

// FormOf gives the form of a field's value. For a name that is none the error says
// which names are like it.
func FormOf(name string) (Form, error) {
	if form, ok := formOf[name]; ok {
		return form, nil
	}
	message := fmt.Sprintf("there is no field %q", cut(name))
	if like := alike(name); len(like) > 0 {
		return "", fmt.Errorf("%s; did you mean %s?", message, strings.Join(like, " or "))
	}
	return "", fmt.Errorf("%s; the fields are %s", message, strings.Join(Names(), ", "))
}

// Names are those of all fields, in their order.
func Names() []string {
	names := make([]string, len(Fields))
	for i, f := range Fields {
		names[i] = f.Name
	}
	return names
}

// mostAlike is how many names a misspelt one is told.
const mostAlike = 3

// alike gives the names that a misspelt one may mean, the likeliest first: a third of
// the letters may be wrong, or it is a part of the name.
func alike(name string) []string {
	name = strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(cut(name)))
	distance := map[string]int{}
	var like []string
	for _, n := range Names() {
		d := levenshtein.ComputeDistance(name, n)
		if len(name) >= 3 && strings.Contains(n, name) {
			d = 1
		}
		if d <= max(len(n)/3, 1) {
			distance[n] = d
			like = append(like, n)
		}
	}
	slices.SortStableFunc(like, func(a, b string) int { return distance[a] - distance[b] })
	return like[:min(len(like), mostAlike)]
}

// cut shortens a name that somebody wrote to what an error can show.
func cut(name string) string {
	const most = 40
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "…"
}

// takes says in words what the values of a form look like.
var takes = map[Form]string{
	Text:         "words",
	Number:       "a whole number, such as 3",
	Date:         "a date or time without an offset, such as 1951-06-13, 1951-06-13T19:55, 1951-06 or 1951; behind a blank what is said of the zone, such as 1951-06-13T22:00 Beijing time",
	Agent:        `an ID of the authority file, such as person:stalin, a name as written, or {"as_written": …, "role": …, "gloss": …, "office": …}`,
	Citation:     "an archival reference, such as APRF, f. 45, op. 1, d. 339, ll. 31-32",
	Series:       "a letter and, behind a blank, a mark: G, or G T",
	Distribution: `{"recipient": {"as_written": "Stalin"}, "copies": 1, "copy_number": "2"}`,
	Disposition:  `{"copy_numbers": ["3", "4"], "where": "filed"}`,
	Link:         "an address with http:// or https://",
	NumberRange:  "a number, or two with - between: 1821-1823",
	Step:         `{"step": "deciphered", "person": "Zhelnov", "rank": "Captain", "at": "1952-04-18T04:20", "number": "204"}`,
	Reference:    `{"kind": "telegram", "number": "4117", "date": "1949-03-12", "from": …, "to": …, "relation": "in_reply_to"}`,
	Embedded:     `{"relation": "relayed", "from": …, "to": …, "date": …, "first": "its first words", "last": "its last words"}`,
	Gloss:        `{"kind": "identity", "target": "Lunin", "text": "Gurov"}`,
	Mention:      `an ID of the authority file, such as place:beijing, a form as written, or {"id": …, "variants": […]}`,
}

// takesOf says what values a field takes: those of its form, or of a list.
func takesOf(name string, form Form) string {
	switch name {
	case "record_type":
		return "one of " + strings.Join(recordTypes, ", ")
	case "original_language", "content_language":
		return "a code of ISO 639, such as ru, en or zh"
	}
	return takes[form]
}

// Takes says in words what values a field takes.
func (f Field) Takes() string { return takesOf(f.Name, f.Form) }

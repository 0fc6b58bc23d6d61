package extract

import (
	"encoding/json"
	"fmt"

	"github.com/fonds-archive/fonds/workers/extract/citation"
)

// ReadValue decodes a value that was stored as JSON into the type that belongs to a
// field's name: one of this package's value types, citation.Value, string or float64.
func ReadValue(name string, encoded []byte) (any, error) {
	switch name {
	case "catalogue_date", "document_date", "sent_at", "received_at", "relayed_received_at", "mentioned_date":
		return decode[Date](name, encoded)
	case "addressee", "sender", "signatory", "via", "from_place", "to_place", "issuing_body", "translator", "contributor":
		return decode[Agent](name, encoded)
	case "citation":
		return decode[citation.Value](name, encoded)
	case "series":
		return decode[Series](name, encoded)
	case "distribution":
		return decode[Distribution](name, encoded)
	case "copy_disposition":
		return decode[Disposition](name, encoded)
	case "source_url":
		return decode[Link](name, encoded)
	case "special_number":
		return decode[NumberRange](name, encoded)
	case "processing_step":
		return decode[Step](name, encoded)
	case "telegram_reference":
		return decode[Reference](name, encoded)
	case "embedded_message":
		return decode[Embedded](name, encoded)
	case "gloss":
		return decode[Gloss](name, encoded)
	case "person", "place", "organisation":
		return decode[Mention](name, encoded)
	}
	return decode[any](name, encoded)
}

func decode[T any](name string, encoded []byte) (any, error) {
	var v T
	if err := json.Unmarshal(encoded, &v); err != nil {
		return nil, fmt.Errorf("value of %s: %w", name, err)
	}
	return v, nil
}

// Agent is a person, place or body in a role.
type Agent struct {
	// ID and Name are those of the authority file, where it has the name.
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// Written is the name without titles and glosses.
	Written string `json:"as_written,omitempty"`
	// Gloss is what an editor put in brackets behind the name.
	Gloss string `json:"gloss,omitempty"`
	// Role of an addressee: final, intermediary, alternative.
	Role string `json:"role,omitempty"`
	// Office is what the person is, where no name is given.
	Office    string `json:"office,omitempty"`
	Bracketed bool   `json:"bracketed,omitempty"`
}

// Series is a cipher service's series letter and the mark behind it.
type Series struct {
	Series string `json:"series"`
	Mark   string `json:"mark,omitempty"`
}

// Distribution is a copy for somebody.
type Distribution struct {
	Recipient  Agent  `json:"recipient"`
	Copies     int    `json:"copies"`
	CopyNumber string `json:"copy_number,omitempty"`
}

// Disposition tells where copies are.
type Disposition struct {
	CopyNumbers []string `json:"copy_numbers"`
	Where       string   `json:"where"`
}

// Link is an address in the text.
type Link struct {
	URL        string `json:"url"`
	Host       string `json:"host"`
	DocumentID string `json:"document_id,omitempty"`
}

// NumberRange is a number whose telegram was sent in parts.
type NumberRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Step is one of those that handled a telegram.
type Step struct {
	// Step is deciphered, printed, verified, typed, dispatched, executed or recorded.
	Step   string `json:"step"`
	Person string `json:"person,omitempty"`
	Rank   string `json:"rank,omitempty"`
	At     string `json:"at,omitempty"`
	Number string `json:"number,omitempty"`
}

// Reference points to another telegram, letter or statement.
type Reference struct {
	Kind           string `json:"kind"`
	Number         string `json:"number,omitempty"`
	IncomingNumber string `json:"incoming_number,omitempty"`
	Date           string `json:"date,omitempty"`
	From           string `json:"from,omitempty"`
	To             string `json:"to,omitempty"`
	// Whose is your, my or our, where the words say it.
	Whose string `json:"whose,omitempty"`
	// Relation is in_reply_to, supplements, refers_to, implements, encloses or follows.
	Relation string `json:"relation"`
}

// Embedded is a message inside the document.
type Embedded struct {
	// Relation is relayed, draft, quoted, enclosed, excerpt or service_note.
	Relation string `json:"relation"`
	From     string `json:"from,omitempty"`
	To       string `json:"to,omitempty"`
	Date     string `json:"date,omitempty"`
	Span
	// First and Last are its first and last words.
	First string `json:"first"`
	Last  string `json:"last"`
}

// Gloss is an editor's words in brackets.
type Gloss struct {
	// Kind is identity, variant, supplied, translation, original_word, stamp_note,
	// illegible, sic or title.
	Kind   string `json:"kind"`
	Target string `json:"target,omitempty"`
	Text   string `json:"text"`
}

// Mention is a person, place or organisation that the document names.
type Mention struct {
	ID       string   `json:"id,omitempty"`
	Name     string   `json:"name,omitempty"`
	Variants []string `json:"variants"`
}

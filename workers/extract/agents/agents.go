// Package agents knows persons, places and organisations by their authorised names and by the
// other forms that papers use: pseudonyms, transliterations, abbreviations, slips of OCR. The names
// lie in a data file that an archivist edits as CSV or JSON; an Index built from it finds the agents
// in running text and matches a single name, and says why each time.
//
// It never invents an agent that is not in the data, never merges two agents, and never decides
// between them when the text does not: then it returns the candidates.
package agents

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"sync"
)

// Kind tells persons, places and organisations apart.
type Kind string

// The kinds of agent. An agent's ID begins with its kind and a colon.
const (
	Person       Kind = "person"
	Place        Kind = "place"
	Organisation Kind = "organisation"
)

var kinds = []Kind{Person, Place, Organisation}

// Type says what a variant is to the authorised name.
type Type string

// The types of variant. Authorised is the type of the authorised name itself and Withdrawn takes
// something away from the file below in Merge; the others add a form.
const (
	Authorised      Type = "authorised"
	Pseudonym       Type = "pseudonym"
	Transliteration Type = "transliteration"
	Original        Type = "original" // in the script of the language
	OCR             Type = "ocr"
	Abbreviation    Type = "abbreviation"
	Title           Type = "title"
	Short           Type = "short" // a surname or a single part
	Former          Type = "former"
	Other           Type = "other"
	Withdrawn       Type = "withdrawn"
)

var types = []Type{
	Pseudonym, Transliteration, Original, OCR, Abbreviation, Title, Short, Former, Other, Withdrawn,
}

// Agent is a person, place or organisation: one authorised name and its variants.
type Agent struct {
	ID        string    `json:"id"` // kind, colon, a word of a-z, 0-9 and hyphens: person:stalin
	Kind      Kind      `json:"kind"`
	Name      string    `json:"name"`
	VIAF      string    `json:"viaf,omitempty"`     // digits
	Wikidata  string    `json:"wikidata,omitempty"` // Q and digits
	Note      string    `json:"note,omitempty"`
	Withdrawn bool      `json:"withdrawn,omitempty"` // in a file merged over another: remove the agent
	Variants  []Variant `json:"variants,omitempty"`
}

// Variant is another form of an agent's name.
type Variant struct {
	Text string `json:"variant"`
	Type Type   `json:"type"`
	// From and To are the first and last date at which the form was used; both inclusive.
	From Date `json:"valid_from,omitzero"`
	To   Date `json:"valid_to,omitzero"`
	// Ambiguous forms (a common surname, an ordinary word) name the agent only where a fuller form
	// of the same agent stands in the same text.
	Ambiguous bool   `json:"ambiguous,omitempty"`
	Lang      string `json:"lang,omitempty"` // ISO 639-1, for forms in the script of the language
	Note      string `json:"note,omitempty"`
}

// Authority is the content of an authority file, in the order of the file.
type Authority struct {
	Agents []Agent `json:"agents"`
}

//go:embed agents.csv
var builtIn []byte

// BuiltIn returns a copy of the authority file that the program carries.
func BuiltIn() *Authority {
	a, err := ReadCSV(bytes.NewReader(builtIn))
	if err != nil {
		panic(fmt.Sprintf("agents: the built-in authority file does not read: %v", err))
	}
	return a
}

// BuiltInIndex returns the index over BuiltIn. It is built at the first call and shared.
var BuiltInIndex = sync.OnceValue(func() *Index { return NewIndex(BuiltIn()) })

// Agent returns the agent with that ID, or nil.
func (a *Authority) Agent(id string) *Agent {
	i := slices.IndexFunc(a.Agents, func(g Agent) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return &a.Agents[i]
}

// Package citation reads archival citations, above all Russian ones, into one
// normal form, prints them in four styles, and tells whether two of them mean
// the same sheets.
//
// It keeps every value as the text has it: it never fills in an archive, a
// fond or a delo that the text does not name, except by Ibid. and its like, and
// it never merges two numbers that only look alike. What it mends it flags, and
// what it cannot read it gives back. It knows nothing of documents, stores or
// the rest of the text.
package citation

import (
	"slices"
	"strings"
)

// Kind says what sort of source a citation names.
type Kind string

// Kinds of source.
const (
	// Archival is a shelfmark by fond, opis and delo, or an archive alone.
	Archival Kind = "archival"
	// Newspaper is an issue of a newspaper.
	Newspaper Kind = "newspaper"
	// Other is an archive that has no fonds and opisi; see Citation.Reference.
	Other Kind = "other"
)

// Copy statuses that Citation.CopyStatus takes; empty where the text is silent.
const (
	StatusOriginal = "original"
	StatusCopy     = "copy"
	StatusPrinted  = "printed"
	StatusDraft    = "draft"
)

// Flag is a stable code for what a reader of a citation should know about it.
type Flag string

// Flags. Those up to Inherited speak of what the citation says, the others of
// what was mended to read it.
const (
	NoArchive      Flag = "NO_ARCHIVE"      // no archive is named
	UnknownArchive Flag = "UNKNOWN_ARCHIVE" // the archive is not in the table; its name is kept as written
	FormerArchive  Flag = "FORMER_ARCHIVE"  // the archive goes by its name at the time
	NoShelfmark    Flag = "NO_SHELFMARK"    // an archive and nothing more
	FondPadded     Flag = "FOND_PADDED"     // fond or opis begins with 0: the one without may be the same
	Verso          Flag = "VERSO"           // a verso is among the listy
	Unnumbered     Flag = "UNNUMBERED"      // a list without a number
	Inherited      Flag = "INHERITED"       // upper levels come from the citation before (Ibid., bare d. or l.)

	LettersShifted Flag = "LETTERS_SHIFTED" // P. D. L. came out as D. L. L.
	LetterDoubled  Flag = "LETTER_DOUBLED"  // L. L. 88
	DeloLost       Flag = "DELO_LOST"       // D. without a number
	FForD          Flag = "F_FOR_D"         // F. where the archive has only D.
	OForOp         Flag = "O_FOR_OP"        // O. for Op.
	PForR          Flag = "P_FOR_R"         // Cyrillic Р read as P
	LookAlike      Flag = "LOOK_ALIKE"      // Latin and Cyrillic letters mixed
	OCRDigit       Flag = "OCR_DIGIT"       // l, I or O for a digit, or a digit or l for a letter
	OCRPoint       Flag = "OCR_POINT"       // a comma for the full stop of an abbreviation
	WrongExpansion Flag = "WRONG_EXPANSION" // the archive's name was expanded or translated wrongly
	SplitByText    Flag = "SPLIT_BY_TEXT"   // foreign words stand inside; see Citation.Gaps
	RangeExpanded  Flag = "RANGE_EXPANDED"  // 131-33 read as 131-133
	RangeReversed  Flag = "RANGE_REVERSED"  // the second list comes before the first
)

// Leaf is one side of a list.
type Leaf struct {
	Number string // without leading zeros, with its letter: 85, 85a
	Verso  bool
}

func (l Leaf) plain() string {
	if l.Verso {
		return l.Number + "ob"
	}
	return l.Number
}

// Range is a run of listy, both ends included; From equals To for a single one.
type Range struct {
	From, To   Leaf
	Unnumbered bool // a list without a number; From and To are empty
}

// Citation is one reference. Levels are strings without their letters; one that
// the text does not name is empty.
type Citation struct {
	Kind        Kind
	Archive     string // code of the table, or as written with blanks folded
	ThenArchive string // code of the archive's former name, where the text uses that
	Fond        string // with leading zeros: 059a and 59a are two names
	Opis        string
	Papka       string
	Delo        string
	Por         string // running number, stands for delo in places
	Dok         string // document number, stands for delo in places
	Tom         string // volume of the delo
	Listy       []Range
	Reference   string // of a newspaper or of another kind of archive, as written
	CopyStatus  string // of the document there: original, copy, printed or draft

	PapkaFirst bool // papka stands before delo
	Ukrainian  bool // levels are called sprava and arkush

	Flags []Flag
	Raw   string // as written
	// Start and End are byte offsets of Raw in the input. Gaps are pairs of
	// offsets of foreign words inside it (columns of a scan run together).
	Start, End int
	Gaps       [][2]int
}

// Has tells whether the citation bears the flag.
func (c *Citation) Has(f Flag) bool { return slices.Contains(c.Flags, f) }

func (c *Citation) flag(flags ...Flag) {
	for _, f := range flags {
		if !c.Has(f) {
			c.Flags = append(c.Flags, f)
		}
	}
}

// Same tells whether both name the same place in the same way of naming.
// Offsets, flags, copy status and the words as written are left aside.
func (c *Citation) Same(d *Citation) bool {
	return c.Kind == d.Kind && c.Archive == d.Archive && c.ThenArchive == d.ThenArchive &&
		c.Fond == d.Fond && c.Opis == d.Opis && c.Papka == d.Papka && c.Delo == d.Delo &&
		c.Por == d.Por && c.Dok == d.Dok && c.Tom == d.Tom && c.Reference == d.Reference &&
		c.PapkaFirst == d.PapkaFirst && c.Ukrainian == d.Ukrainian &&
		c.Has(DeloLost) == d.Has(DeloLost) && slices.Equal(c.Listy, d.Listy)
}

// Value is the form in which a citation is stored as a field.
type Value struct {
	Archive     string      `json:"archive,omitempty"`
	ThenArchive string      `json:"then_archive,omitempty"`
	Fond        string      `json:"fond,omitempty"`
	Opis        string      `json:"opis,omitempty"`
	Delo        string      `json:"delo,omitempty"`
	Papka       string      `json:"papka,omitempty"`
	Por         string      `json:"por,omitempty"`
	Dok         string      `json:"dok,omitempty"`
	Tom         string      `json:"tom,omitempty"`
	Listy       []ListValue `json:"listy"`
	CopyStatus  string      `json:"copy_status,omitempty"`
	Kind        Kind        `json:"kind,omitempty"` // empty for archival
	Reference   string      `json:"reference,omitempty"`
}

// ListValue is a range of listy as stored. Side is "ob" where both ends are
// versos; where only one is, that end bears the ob itself (2 to 2ob). A list
// without a number has both ends empty.
type ListValue struct {
	From       string `json:"from"`
	To         string `json:"to"`
	Side       string `json:"side,omitempty"`
	Unnumbered bool   `json:"unnumbered,omitempty"`
}

// Value gives the form that is stored.
func (c *Citation) Value() Value {
	v := Value{
		Archive: c.Archive, ThenArchive: c.ThenArchive, Fond: c.Fond, Opis: c.Opis, Delo: c.Delo,
		Papka: c.Papka, Por: c.Por, Dok: c.Dok, Tom: c.Tom, Listy: []ListValue{},
		CopyStatus: c.CopyStatus, Reference: c.Reference,
	}
	if c.Kind != Archival {
		v.Kind = c.Kind
	}
	for _, r := range c.Listy {
		v.Listy = append(v.Listy, r.value())
	}
	return v
}

func (r Range) value() ListValue {
	switch {
	case r.Unnumbered:
		return ListValue{Unnumbered: true}
	case r.From.Verso && r.To.Verso:
		return ListValue{From: r.From.Number, To: r.To.Number, Side: "ob"}
	}
	return ListValue{From: r.From.plain(), To: r.To.plain()}
}

// foldBlanks makes one blank of every run of them.
func foldBlanks(s string) string { return strings.Join(strings.Fields(s), " ") }

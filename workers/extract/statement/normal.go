package statement

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// Checker gives values their normal form. Safe for concurrent use.
type Checker struct {
	// Names is asked for the authority file when the first ID is looked up.
	Names func() *agents.Index
}

// FormOf gives the form of a field's value, by its word; an error for a name that is
// no field's.
func (Checker) FormOf(name string) (string, error) {
	form, err := FormOf(name)
	return string(form), err
}

// Normal checks the JSON of a value against the form of its field and returns it as
// the rules write it: the precision of a date filled in, the authorised name of an
// agent, the host of an address. A citation is read from raw, whatever its value says.
// Its errors say what was wrong and what values the field takes.
func (c Checker) Normal(name string, value []byte, raw string) ([]byte, error) {
	form, err := FormOf(name)
	if err != nil {
		return nil, err
	}
	normal, err := c.normal(name, form, value, raw)
	if err != nil {
		return nil, takesInstead(name, form, err)
	}
	encoded, err := json.Marshal(normal)
	if err != nil {
		return nil, fmt.Errorf("value of %s: %w", name, err)
	}
	return encoded, nil
}

// Words gives the words by which a text can prove a value: those as written, or a value
// that is itself words of the document. A date, a count or the word for a type is none.
func (Checker) Words(name string, value []byte, raw string) string {
	form, err := FormOf(name)
	if raw != "" || err != nil || len(value) == 0 {
		return raw
	}
	decoded, err := extract.ReadValue(name, value)
	if err != nil {
		return ""
	}
	switch v := decoded.(type) {
	case string:
		if form == Text && !coded[name] {
			return v
		}
	case extract.Agent:
		return v.Written
	case extract.Distribution:
		return v.Recipient.Written
	case extract.Link:
		return v.URL
	case extract.Mention:
		if len(v.Variants) > 0 {
			return v.Variants[0]
		}
	case map[string]any: // a stamp or an omission
		for _, words := range v {
			written, _ := words.(string)
			return written
		}
	}
	return ""
}

func (c Checker) normal(name string, form Form, value []byte, raw string) (any, error) {
	if raw != "" {
		if err := checkWords(raw); err != nil {
			return nil, err
		}
	}
	if form == Citation {
		if raw == "" {
			return nil, errors.New("a reference is read from the words, and there are none in raw")
		}
		return readCitation(raw)
	}
	decoded, err := decode(form, value)
	if err != nil {
		return nil, err
	}
	if err := checkAllWords(value); err != nil {
		return nil, err
	}
	switch v := decoded.(type) {
	case *string:
		return normalText(name, *v)
	case *int:
		return *v, want(*v >= 0, "%d is below zero", *v)
	case *extract.Date:
		return readDate(*v)
	case *extract.Agent:
		if v.ID != "" && v.Written == "" {
			v.Written = raw
		}
		return v, c.agent(name, v)
	case *extract.Mention:
		if v.ID != "" && len(v.Variants) == 0 && raw != "" {
			v.Variants = []string{raw}
		}
		return v, c.mention(name, v)
	case *extract.Distribution:
		v.Copies = max(v.Copies, 1)
		return v, c.agent(name, &v.Recipient)
	case *extract.Link:
		return normalLink(v)
	}
	return decoded, checkParts(decoded)
}

// checkParts checks the values that are a few words each.
func checkParts(decoded any) error {
	switch v := decoded.(type) {
	case *extract.Series:
		return want(v.Series != "", "the letter is missing")
	case *extract.Disposition:
		return want(len(v.CopyNumbers) > 0 && v.Where != "", "copy_numbers or where is missing")
	case *extract.NumberRange:
		return want(v.From != "" && v.To != "", "a number is missing")
	case *extract.Step:
		return cmp.Or(oneOf("step", v.Step, "deciphered", "printed", "verified", "typed", "dispatched", "executed", "recorded"), optionalDate(v.At))
	case *extract.Reference:
		return cmp.Or(
			oneOf("kind", v.Kind, "telegram", "letter", "message", "note", "statement", "directive", "draft", "protest"),
			oneOf("relation", v.Relation, "in_reply_to", "supplements", "refers_to", "implements", "encloses", "follows"),
			optionalDate(v.Date))
	case *extract.Embedded:
		return cmp.Or(oneOf("relation", v.Relation, "relayed", "draft", "quoted", "enclosed", "excerpt", "service_note"), optionalDate(v.Date))
	case *extract.Gloss:
		return cmp.Or(want(v.Text != "", "text is missing"),
			oneOf("kind", v.Kind, "identity", "variant", "supplied", "translation", "original_word", "stamp_note", "illegible", "sic", "title"))
	}
	return fmt.Errorf("a value of type %T is of no form", decoded)
}

// want is an error unless a condition holds.
func want(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, args...)
}

func oneOf(part, word string, words ...string) error {
	return want(slices.Contains(words, word), "%s is %q, and must be one of %s", part, cut(word), strings.Join(words, ", "))
}

func optionalDate(iso string) error {
	if iso == "" {
		return nil
	}
	_, err := readDate(extract.Date{ISO: iso})
	return err
}

// normalText gives text its form: the rules keep a stamp and an omission as objects.
func normalText(name, text string) (any, error) {
	switch text = strings.TrimSpace(text); name {
	case "stamp":
		return map[string]string{"text": text}, checkWords(text)
	case "omission":
		return map[string]string{"mark": text}, checkWords(text)
	case "record_type":
		return text, want(slices.Contains(recordTypes, text), "%q is no kind of document", cut(text))
	case "original_language", "content_language":
		return text, want(language.MatchString(text), "%q is no code of a language", cut(text))
	}
	return text, checkWords(text)
}

// language is the form of a code in ISO 639.
var language = regexp.MustCompile(`^[a-z]{2,3}$`)

func normalLink(v *extract.Link) (any, error) {
	link, err := readLink(v.URL)
	if v.DocumentID != "" {
		link.DocumentID = v.DocumentID
	}
	return link, err
}

// checkAllWords checks every text in a value.
func checkAllWords(value []byte) error {
	var decoded any
	if err := json.Unmarshal(value, &decoded); err != nil {
		return err
	}
	var check func(any) error
	check = func(v any) error {
		switch v := v.(type) {
		case string:
			if v == "" {
				return nil
			}
			return checkWords(v)
		case []any:
			for _, part := range v {
				if err := check(part); err != nil {
					return err
				}
			}
		case map[string]any:
			for _, part := range v {
				if err := check(part); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return check(decoded)
}

// agent checks who is meant: an ID gets its authorised name, else there are words.
func (c Checker) agent(name string, v *extract.Agent) error {
	if v.Role != "" {
		if err := oneOf("role", v.Role, "final", "intermediary", "alternative"); err != nil {
			return err
		}
	}
	if v.ID == "" {
		v.Name = ""
		return want(strings.TrimSpace(v.Written) != "" || strings.TrimSpace(v.Office) != "", "there is neither an ID nor a name as written")
	}
	a, err := c.known(v.ID)
	if err != nil {
		return err
	}
	v.Name = a.Name
	if strings.HasSuffix(name, "_place") {
		return want(a.Kind == agents.Place, "%s is no place", v.ID)
	}
	return nil
}

// mention checks who is named.
func (c Checker) mention(name string, v *extract.Mention) error {
	if v.ID == "" {
		v.Name = ""
		return want(len(v.Variants) > 0 && v.Variants[0] != "", "there is neither an ID nor a form as written")
	}
	a, err := c.known(v.ID)
	if err != nil {
		return err
	}
	v.Name = a.Name
	if v.Variants == nil {
		v.Variants = []string{}
	}
	return want(string(a.Kind) == name, "%s is no %s", v.ID, name)
}

// known finds an agent in the authority file. For an ID that it does not have the
// error names those that are like it.
func (c Checker) known(id string) (agents.Agent, error) {
	index := c.Names()
	if a, ok := index.Agent(id); ok && !a.Withdrawn {
		return a, nil
	}
	kind, word, _ := strings.Cut(id, ":")
	var like []string
	for _, m := range index.Match(strings.ReplaceAll(cut(word), "-", " "), agents.Date{}, agents.Kind(kind)) {
		if like = append(like, m.Agent); len(like) == mostAlike {
			break
		}
	}
	if len(like) > 0 {
		return agents.Agent{}, fmt.Errorf("the authority file has no %q; did you mean %s?", cut(id), strings.Join(like, " or "))
	}
	return agents.Agent{}, fmt.Errorf("the authority file has no %q: see `fonds agents match`", cut(id))
}

package evaluate

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Values are what encoding/json makes of them: strings, numbers, lists and objects. Everything here
// takes whatever comes: a value of the wrong form is a wrong value and no error.

// member returns a member of an object; nil when there is none.
func member(value any, key string) any {
	object, _ := value.(map[string]any)
	return object[key]
}

// scalar returns a string or number as it is written; "" for anything else.
func scalar(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int:
		return strconv.Itoa(v)
	}
	return ""
}

// whole returns a whole number, which may be written as a string.
func whole(value any) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(scalar(value)))
	return n, err == nil
}

// position returns a line or an offset, which is never written as a string.
func position(value any) (int, bool) {
	if _, written := value.(string); written {
		return 0, false
	}
	return whole(value)
}

// list returns the elements of a list; none when it is not one.
func list(value any) []any {
	elements, _ := value.([]any)
	return elements
}

// words returns the words that a statement gives: its raw, its value and the named members of it,
// lists laid open.
func words(raw string, value any, keys ...string) []string {
	candidates := []any{raw, value}
	for _, key := range keys {
		candidates = append(candidates, member(value, key))
	}
	var all []string
	for _, c := range candidates {
		for _, element := range append(list(c), c) {
			if s, ok := element.(string); ok && strings.TrimSpace(s) != "" {
				all = append(all, s)
			}
		}
	}
	return all
}

// first returns the first value that says something.
func first(values ...any) any {
	for _, v := range values {
		if v != nil && v != "" {
			return v
		}
	}
	return nil
}

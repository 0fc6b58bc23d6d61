package catalog

import (
	"bytes"
	"fmt"
)

// FieldChange is a statement that comes (Before is nil), goes (After is nil) or
// changes.
type FieldChange struct {
	Before, After *Field
}

// CompareFields tells in what two lists of statements differ, by the order of the
// first and then of the second. Statements are the same when they say the same of the
// same words: how sure a rule is, and which version of it spoke, makes no change. Of
// those that differ under one name the first that goes and the first that comes are
// one change, and so on.
func CompareFields(before, after []Field) []FieldChange {
	left := map[string]int{}
	for _, f := range after {
		left[f.said()]++
	}
	var changes []FieldChange
	gone := map[string][]int{} // by name, places in changes
	for i, f := range before {
		if s := f.said(); left[s] > 0 {
			left[s]--
			continue
		}
		gone[f.Name] = append(gone[f.Name], len(changes))
		changes = append(changes, FieldChange{Before: &before[i]})
	}
	for i, f := range after {
		s := f.said()
		if left[s] == 0 {
			continue
		}
		left[s]--
		if places := gone[f.Name]; len(places) > 0 {
			changes[places[0]].After = &after[i]
			gone[f.Name] = places[1:]
			continue
		}
		changes = append(changes, FieldChange{After: &after[i]})
	}
	return changes
}

// said is equal for statements that say the same of the same words.
func (f Field) said() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\x00%s\x00%s\x00%s", f.Name, f.Person, f.Value, f.Raw)
	for _, e := range f.Evidence {
		fmt.Fprintf(&b, "\x00%s %d %d", e.Reading, e.Start, e.End)
	}
	return b.String()
}

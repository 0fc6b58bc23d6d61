package catalog

import (
	"context"
	"encoding/json"
	"fmt"
)

// HistoryEntry is a revision, who made it, and what is new in it.
type HistoryEntry struct {
	Revision Revision
	// PersonName is what people call its author.
	PersonName string
	// Changes are phrases, such as "region 2: corrected".
	Changes []string
}

// History returns the revisions of a document below a number (0 from the newest),
// newest first.
func (c *Catalog) History(ctx context.Context, document string, below, limit int) ([]HistoryEntry, error) {
	var history []HistoryEntry
	err := c.store.View(ctx, func(r Reader) error {
		d, err := r.Document(document)
		if err != nil {
			return orNotFound(err, ReasonDocumentNotFound, "document", document)
		}
		if err := d.Withdrawn(); err != nil {
			return err
		}
		revisions, err := r.RevisionsBelow(document, below, limit+1)
		if err != nil {
			return err
		}
		withdrawn, err := withdrawnIn(r, document)
		if err != nil {
			return err
		}
		history = make([]HistoryEntry, 0, limit)
		for i, revision := range revisions[:min(len(revisions), limit)] {
			e := HistoryEntry{Revision: revision, Changes: []string{"created"}}
			if e.PersonName, err = called(r, revision.Author); err != nil {
				return err
			}
			if i+1 < len(revisions) {
				if e.Changes, err = changesBetween(revisions[i+1], revision); err != nil {
					return err
				}
			}
			for _, field := range withdrawn[revision.Number] {
				e.Changes = append(e.Changes, field+": taken back")
			}
			history = append(history, e)
		}
		return nil
	})
	return history, err
}

// withdrawnIn gives the fields that people have taken back, by revision: a statement that
// is gone may have gone with another part of the document as well.
func withdrawnIn(r Reader, document string) (map[int][]string, error) {
	acts, err := r.ActsOn("documents/" + document)
	if err != nil {
		return nil, err
	}
	withdrawn := map[int][]string{}
	for _, a := range acts {
		var facts withdrawnFacts
		if a.Kind == ActFieldWithdrawn && json.Unmarshal(a.Facts, &facts) == nil { // fsck tells of one that cannot be decoded
			withdrawn[facts.Revision] = append(withdrawn[facts.Revision], facts.Field)
		}
	}
	return withdrawn, nil
}

// changesBetween says in phrases what a revision has that the one before had not.
func changesBetween(before, after Revision) ([]string, error) {
	var changes []string
	if before.Title != after.Title {
		changes = append(changes, fmt.Sprintf("title: %q became %q", before.Title, after.Title))
	}
	was := make(map[string]Region, len(before.Regions))
	at := make(map[string]int, len(before.Regions))
	for i, g := range before.Regions {
		was[g.Place().Key()], at[g.Place().Key()] = g, i
	}
	moved := false
	for i, g := range after.Regions {
		key := g.Place().Key()
		old, known := was[key]
		if !known {
			changes = append(changes, fmt.Sprintf("region %d: added", i+1))
			continue
		}
		moved = moved || at[key] != i
		delete(was, key)
		if phrase := regionChange(old, g); phrase != "" {
			changes = append(changes, fmt.Sprintf("region %d: %s", i+1, phrase))
		}
	}
	if len(was) > 0 {
		changes = append(changes, fmt.Sprintf("%d regions taken out", len(was)))
	} else if moved {
		changes = append(changes, "regions in another order")
	}
	fields, err := fieldChanges(before.Fields, after.Fields)
	return append(changes, fields...), err
}

// regionChange says what became of a region; empty for nothing.
func regionChange(before, after Region) string {
	switch {
	case before.Reading != after.Reading && after.Origin == Person:
		if before.Assurance == AssuranceVerified {
			return "corrected, and to be signed anew"
		}
		return "corrected"
	case before.Reading != after.Reading:
		return "read by machine"
	case before.Assurance < AssuranceVerified && after.Assurance == AssuranceVerified:
		return "signed"
	case before.Outcome != after.Outcome:
		return "ended"
	}
	return ""
}

// fieldChanges says which statements are new, by name.
func fieldChanges(before, after Fields) ([]string, error) {
	old, err := before.List()
	if err != nil {
		return nil, err
	}
	now, err := after.List()
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, f := range old {
		known[f.identity()] = true
	}
	var changes []string
	stated, ruled := map[string]bool{}, 0
	for _, f := range now {
		switch {
		case known[f.identity()]:
		case f.Person == "":
			ruled++
		case !stated[f.Name]:
			stated[f.Name] = true
			if f.SignedBy != "" {
				changes = append(changes, f.Name+": signed")
			} else {
				changes = append(changes, f.Name+": stated")
			}
		}
	}
	switch {
	case ruled == 1:
		changes = append(changes, "1 field found by rules")
	case ruled > 1:
		changes = append(changes, fmt.Sprintf("%d fields found by rules", ruled))
	}
	return changes, nil
}

// identity tells statements apart.
func (f Field) identity() string {
	return f.Name + "\x00" + string(f.Value) + "\x00" + f.Statement + "\x00" + f.SignedBy + "\x00" + f.Rule
}

package sqlite

import (
	"encoding/json"
	"fmt"

	"github.com/fonds-archive/fonds/services/catalog"
)

// linkAt is where a link stands among those of its document.
type linkAt struct {
	document string
	position int
}

type placedLink struct {
	linkAt
	catalog.Link
}

type linkEnd struct {
	linkAt
	rank   int
	target string
}

func readLink(r *row) placedLink {
	l := placedLink{linkAt: linkAt{r.text(), r.int()}}
	l.Kind = catalog.LinkKind(r.int())
	if err := json.Unmarshal(r.blob(), &l.Link); err != nil {
		r.err = fmt.Errorf("%w: link %d of %s: %w", catalog.ErrDamaged, l.position, l.document, err)
	}
	l.Document = l.document
	return l
}

func readLinkEnd(r *row) linkEnd {
	return linkEnd{linkAt{r.text(), r.int()}, r.int(), r.text()}
}

func (v *view) LinksOf(document string) ([]catalog.Link, error) {
	links, err := all(v, `SELECT l.document, l.position, l.kind, l.body
		FROM documents d CROSS JOIN links l ON l.document = d.id
		WHERE d.id = ? AND d.deleted_at = 0 ORDER BY l.position`, readLink, document)
	if err != nil || len(links) == 0 {
		return nil, err
	}
	ends, err := all(v, `SELECT e.document, e.position, e.rank, e.target
		FROM link_ends e CROSS JOIN documents d ON d.id = e.target
		WHERE e.document = ? AND d.deleted_at = 0 ORDER BY e.position, e.rank`, readLinkEnd, document)
	return joinEnds(links, ends), err
}

// linksTo are the places of the links to a document that are given to anybody.
const linksTo = `SELECT e.document, e.position
		FROM documents t CROSS JOIN link_ends e ON e.target = t.id AND e.rank = 0
		CROSS JOIN documents d ON d.id = e.document
		WHERE t.id = ? AND t.deleted_at = 0 AND d.deleted_at = 0
		ORDER BY e.document, e.position LIMIT ?`

func (v *view) LinksTo(document string, limit int) ([]catalog.Link, error) {
	links, err := all(v, `SELECT l.document, l.position, l.kind, l.body FROM (`+linksTo+`) e
		CROSS JOIN links l ON l.document = e.document AND l.position = e.position
		ORDER BY e.document, e.position`, readLink, document, max(limit, 0))
	if err != nil || len(links) == 0 {
		return nil, err
	}
	ends, err := all(v, `SELECT c.document, c.position, c.rank, c.target FROM (`+linksTo+`) e
		CROSS JOIN link_ends c ON c.document = e.document AND c.position = e.position
		CROSS JOIN documents d ON d.id = c.target
		WHERE d.deleted_at = 0 ORDER BY c.document, c.position, c.rank`, readLinkEnd, document, max(limit, 0))
	return joinEnds(links, ends), err
}

// joinEnds gives links their targets and candidates, both in the order of document,
// position and rank. What is alike with nothing is no link.
func joinEnds(links []placedLink, ends []linkEnd) []catalog.Link {
	var joined []catalog.Link
	for _, l := range links {
		for len(ends) > 0 && ends[0].linkAt == l.linkAt {
			if ends[0].rank == 0 {
				l.Target = ends[0].target
			} else {
				l.Candidates = append(l.Candidates, ends[0].target)
			}
			ends = ends[1:]
		}
		if l.IsReference() || l.Target != "" {
			joined = append(joined, l.Link)
		}
	}
	return joined
}

func (v *view) LinkSources(document string, limit int) ([]string, error) {
	return all(v, `SELECT DISTINCT e.document FROM link_ends e CROSS JOIN documents d ON d.id = e.document
		WHERE e.target = ? AND d.deleted_at = 0 ORDER BY e.document LIMIT ?`,
		func(r *row) string { return r.text() }, document, max(limit, 0))
}

func (t *tx) PutLinks(document string, links []catalog.Link) error {
	for _, table := range []string{"links", "link_ends"} {
		if _, err := t.exec(`DELETE FROM `+table+` WHERE document = ?`, document); err != nil {
			return err
		}
	}
	for i, l := range links {
		body, err := json.Marshal(l)
		if err != nil {
			return fmt.Errorf("encode link %d of %s: %w", i, document, err)
		}
		if _, err := t.exec(`INSERT INTO links (document, position, kind, body) VALUES (?, ?, ?, ?)`,
			document, i, int(l.Kind), body); err != nil {
			return err
		}
		for rank, target := range append([]string{l.Target}, l.Candidates...) {
			if target == "" {
				continue
			}
			if _, err := t.exec(`INSERT INTO link_ends (document, position, rank, target) VALUES (?, ?, ?, ?)`,
				document, i, rank, target); err != nil {
				return err
			}
		}
	}
	return nil
}

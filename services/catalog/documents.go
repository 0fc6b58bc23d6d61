package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Document returns a document as of a revision; 0 is the newest.
func (c *Catalog) Document(ctx context.Context, id string, revision int) (DocumentHead, error) {
	var head DocumentHead
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		head, err = documentAt(r, id, revision)
		return err
	})
	return head, err
}

func documentAt(r Reader, id string, revision int) (DocumentHead, error) {
	d, err := r.Document(id)
	if err != nil {
		return DocumentHead{}, orNotFound(err, ReasonDocumentNotFound, "document", id)
	}
	if err := d.Withdrawn(); err != nil {
		return DocumentHead{}, err
	}
	if revision == 0 {
		revision = d.Head
	}
	rev, err := r.Revision(id, revision)
	if err != nil {
		return DocumentHead{}, orNotFound(err, ReasonRevisionNotFound, "revision", fmt.Sprintf("%s/revisions/%d", id, revision))
	}
	return DocumentHead{Document: d, Revision: rev}, nil
}

// Documents returns documents in the order of the IDs; all or none.
func (c *Catalog) Documents(ctx context.Context, ids []string) ([]DocumentHead, error) {
	var heads []DocumentHead
	err := c.store.View(ctx, func(r Reader) error {
		heads = make([]DocumentHead, len(ids))
		for i, id := range ids {
			var err error
			if heads[i], err = documentAt(r, id, 0); err != nil {
				return err
			}
		}
		return nil
	})
	return heads, err
}

// ListDocuments returns the documents that a query selects.
func (c *Catalog) ListDocuments(ctx context.Context, q DocumentQuery) ([]DocumentHead, error) {
	var heads []DocumentHead
	err := c.store.View(ctx, func(r Reader) error {
		var err error
		heads, err = r.Documents(q)
		return err
	})
	return heads, err
}

// NewDocument describes a document that a person makes over pages that exist.
type NewDocument struct {
	Collection string
	Title      string
	Regions    []Region
	Person     string
	// RequestID makes the same document once; empty for no such promise.
	RequestID string
}

// CreateDocument makes a document that shows what its pages' works ended in.
func (c *Catalog) CreateDocument(ctx context.Context, n NewDocument) (DocumentHead, error) {
	var head DocumentHead
	err := c.store.Tx(ctx, func(tx Tx) error {
		made, err := c.madeBefore(tx, n)
		if err != nil {
			return err
		}
		if made != "" {
			head, err = documentAt(tx, made, 0)
			return err
		}
		d := Document{ID: c.newID(), Collection: n.Collection, CreatedAt: c.now()}
		r, err := c.compose(tx, d, n.Title, n.Regions, n.Person)
		if err != nil {
			return err
		}
		if err := c.revise(tx, d, r, DocumentCreated); err != nil {
			return err
		}
		if n.RequestID != "" {
			if err := c.remember(tx, n, d.ID); err != nil {
				return err
			}
		}
		head, err = documentAt(tx, d.ID, 0)
		return err
	})
	return head, err
}

// requestAge is how long a request ID is remembered.
const requestAge = 24 * time.Hour

// Request is what a request ID has made. Digest is that of what was asked for.
type Request struct {
	Person    string
	ID        string
	Document  string
	Digest    Digest
	CreatedAt time.Time
}

// digest is equal for requests that ask for the same.
func (n NewDocument) digest() (Digest, error) {
	encoded, err := Revision{Title: n.Title, Regions: n.Regions}.Manifest()
	if err != nil {
		return "", err
	}
	return digestOf(append([]byte(n.Collection+"\x00"), encoded...)), nil
}

// madeBefore gives the document that the same request has made; "" for none.
func (c *Catalog) madeBefore(tx Tx, n NewDocument) (string, error) {
	if n.RequestID == "" {
		return "", nil
	}
	before, err := tx.Request(n.Person, n.RequestID)
	if errors.Is(err, ErrNotFound) || err == nil && before.CreatedAt.Before(c.now().Add(-requestAge)) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	digest, err := n.digest()
	if err != nil {
		return "", err
	}
	if before.Digest != digest {
		return "", &Error{
			Code: Precondition, Reason: ReasonRequestReused, Field: "request_id",
			Message: "this request ID has made another document within the last day: take a new ID for a new request",
		}
	}
	return before.Document, nil
}

// remember notes what a request has made, and forgets those of yesterday.
func (c *Catalog) remember(tx Tx, n NewDocument, document string) error {
	if err := tx.DeleteRequests(c.now().Add(-requestAge)); err != nil {
		return err
	}
	digest, err := n.digest()
	if err != nil {
		return err
	}
	return tx.InsertRequest(Request{Person: n.Person, ID: n.RequestID, Document: document, Digest: digest, CreatedAt: c.now()})
}

// Change says what UpdateDocument changes; nil leaves it as it is.
type Change struct {
	Title   *string
	Regions []Region
	// Statements are the person's, by the name of the field: they take the place of
	// what people have said under it. An empty list takes that back.
	Statements map[string][]Field
	// Keys gives what a document is found by, of all that is stated of it, so that it is
	// found at once by what is stated here; what it is found by beside, such as its
	// text, comes again when the rules read it. Nil to wait for them.
	Keys func(stated []Field) []Key
}

// UpdateDocument makes a new revision with another title, other regions or other
// statements. The regions that stay keep what they show.
func (c *Catalog) UpdateDocument(ctx context.Context, id, etag, person string, change Change) (DocumentHead, error) {
	var head DocumentHead
	err := c.store.Tx(ctx, func(tx Tx) error {
		present, err := c.present(tx, id, etag)
		if err != nil {
			return err
		}
		title, regions := present.Revision.Title, present.Revision.Regions
		if change.Title != nil {
			title = *change.Title
		}
		if change.Regions != nil {
			regions = keepShown(present.Revision.Regions, change.Regions)
		}
		r, err := c.compose(tx, present.Document, title, regions, person)
		if err != nil {
			return err
		}
		r.Fields, r.MadeOf = present.Revision.Fields, present.Revision.MadeOf
		if change.Regions != nil {
			r.MadeOf = []RevisionName{{Document: id, Number: present.Head}}
		}
		if r.Fields, err = c.restated(tx, id, present.Revision.Fields, r.Regions, change.Statements, person); err != nil {
			return err
		}
		if err := change.putKeys(tx, id, r.Fields); err != nil {
			return err
		}
		if change.Regions == nil && change.Statements == nil && present.Extracted == present.Head {
			present.Extracted++ // the text is the same
		}
		if r, err = c.reviseSaying(tx, present.Document, r, DocumentRevised, nil); err != nil {
			return err
		}
		if err := c.withdrawn(tx, present.Revision.Fields, change.Statements, r); err != nil {
			return err
		}
		head, err = documentAt(tx, id, 0)
		return err
	})
	return head, err
}

// putKeys has a document found by what is stated of it now.
func (c Change) putKeys(tx Tx, id string, stated Fields) error {
	if c.Statements == nil || c.Keys == nil {
		return nil
	}
	list, err := stated.List()
	if err != nil {
		return err
	}
	return tx.PutKeys(id, c.Keys(list))
}

// keepShown gives each wanted region what the same region of before shows. Where several lay
// at one place, as after a merge, they are dealt out in their order; where fewer are wanted,
// those stay that most people stand behind.
func keepShown(before, wanted []Region) []Region {
	type place struct {
		scan Digest
		page int
		box  Box
		part Range
	}
	at := func(g Region) place {
		p := place{scan: g.Scan, page: g.Page}
		if g.Box != nil {
			p.box = *g.Box
		}
		if g.Range != nil {
			p.part = *g.Range
		}
		return p
	}
	shown, asked := map[place][]Region{}, map[place]int{}
	for _, g := range before {
		shown[at(g)] = append(shown[at(g)], g)
	}
	for _, g := range wanted {
		asked[at(g)]++
	}
	for p, list := range shown {
		shown[p] = mostAssured(list, asked[p])
	}
	regions := make([]Region, len(wanted))
	for i, g := range wanted {
		regions[i] = Region{Scan: g.Scan, Page: g.Page, Box: g.Box, Range: g.Range}
		list := shown[at(g)]
		if len(list) > 0 {
			regions[i] = list[0]
		}
		if len(list) > 1 { // what is wanted beyond those that there were shows what the last does
			shown[at(g)] = list[1:]
		}
	}
	return regions
}

// mostAssured gives at most so many of the regions of one place, in their order.
func mostAssured(list []Region, most int) []Region {
	if len(list) <= most {
		return list
	}
	numbers := make([]int, len(list))
	for i := range numbers {
		numbers[i] = i
	}
	slices.SortStableFunc(numbers, func(a, b int) int { return int(list[b].Assurance) - int(list[a].Assurance) })
	numbers = numbers[:most]
	slices.Sort(numbers)
	kept := make([]Region, most)
	for i, n := range numbers {
		kept[i] = list[n]
	}
	return kept
}

// compose checks a title and regions and fills in what new regions show.
func (c *Catalog) compose(tx Tx, d Document, title string, regions []Region, person string) (Revision, error) {
	if strings.TrimSpace(title) == "" {
		return Revision{}, invalid("document.title", "the title is empty")
	}
	if len(regions) == 0 {
		return Revision{}, invalid("document.regions", "a document needs at least one region")
	}
	filled := make([]Region, len(regions))
	pages := footing{reader: tx, document: d, scans: map[Digest]*scanSeen{}}
	for i, g := range regions {
		var err error
		if filled[i], err = pages.fill(g); err != nil {
			return Revision{}, err
		}
	}
	if err := assure(tx, filled); err != nil {
		return Revision{}, err
	}
	if err := checkExtent(tx, "document.regions", filled); err != nil {
		return Revision{}, err
	}
	return Revision{Title: title, Regions: filled, Author: person}, nil
}

// deletedFacts are the facts of a deletion, and of its taking back.
type deletedFacts struct {
	Revision int `json:"revision"`
}

// DeleteDocument hides a document. Its revisions stay readable, until it is purged.
func (c *Catalog) DeleteDocument(ctx context.Context, id, etag, person string) (DocumentHead, error) {
	return c.setDeleted(ctx, id, etag, person, true)
}

// UndeleteDocument brings a deleted document back, within Limits.UndeleteWithin and
// unless it is to be purged.
func (c *Catalog) UndeleteDocument(ctx context.Context, id, etag, person string) (DocumentHead, error) {
	return c.setDeleted(ctx, id, etag, person, false)
}

func (c *Catalog) setDeleted(ctx context.Context, id, etag, person string, deleted bool) (DocumentHead, error) {
	var head DocumentHead
	err := c.store.Tx(ctx, func(tx Tx) error {
		var err error
		if head, err = documentAt(tx, id, 0); err != nil {
			return err
		}
		if err := checkEtag(head.Document, etag); err != nil {
			return err
		}
		if deleted == !head.DeletedAt.IsZero() {
			return nil
		}
		if !deleted {
			if err := c.returnable(tx, head.Document); err != nil {
				return err
			}
		}
		if err := c.setHidden(tx, head, person, deleted); err != nil {
			return err
		}
		head, err = documentAt(tx, id, 0)
		return err
	})
	return head, err
}

// setHidden hides a document that is there, or brings a hidden one back.
func (c *Catalog) setHidden(tx Tx, head DocumentHead, person string, deleted bool) error {
	event := DocumentUndeleted
	// What came or went meanwhile has to be linked with it.
	head.DeletedAt, head.Derived = time.Time{}, 0
	if deleted {
		event, head.DeletedAt = DocumentDeleted, c.now()
	}
	head.Events++
	if err := tx.PutDocument(head.Document); err != nil {
		return err
	}
	if err := c.appendEvent(tx, head.Document, event, person, nil); err != nil {
		return err
	}
	if err := c.act(tx, event, person, "documents/"+head.ID, deletedFacts{head.Head}); err != nil {
		return err
	}
	if deleted {
		return relink(tx, head.ID)
	}
	return c.comeBack(tx, head)
}

// comeBack brings a document that was deleted up to what was read, signed and decided
// about its collection meanwhile.
func (c *Catalog) comeBack(tx Tx, head DocumentHead) error {
	regions := slices.Clone(head.Revision.Regions)
	if err := assure(tx, regions); err != nil {
		return err
	}
	if sameRegions(regions, head.Revision.Regions) {
		if err := c.awaitReviews(tx, head.Document, head.Revision); err != nil {
			return err
		}
		return c.catchUp(tx, head.Document)
	}
	next := head.Revision
	next.Regions, next.Author = regions, SystemPerson
	head.follow()
	if err := c.revise(tx, head.Document, next, DocumentRevised); err != nil {
		return err
	}
	d, err := tx.Document(head.ID)
	if err != nil {
		return err
	}
	return c.catchUp(tx, d)
}

// present returns a document that is there to be changed.
func (c *Catalog) present(r Reader, id, etag string) (DocumentHead, error) {
	head, err := documentAt(r, id, 0)
	if err != nil {
		return head, err
	}
	if !head.DeletedAt.IsZero() {
		return head, deleted()
	}
	return head, checkEtag(head.Document, etag)
}

func deleted() error {
	return &Error{Code: Precondition, Reason: ReasonDocumentDeleted, Message: "the document is deleted: undelete it first"}
}

func checkEtag(d Document, etag string) error {
	if etag == "" || etag == d.Etag() {
		return nil
	}
	return &Error{
		Code: Conflict, Reason: ReasonEtagMismatch,
		Message:  fmt.Sprintf("the document has changed: its etag is %q now, not %q; read it again", d.Etag(), etag),
		Metadata: map[string]string{"etag": d.Etag()},
	}
}

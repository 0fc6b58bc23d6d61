package api

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// From the domain's nouns to the contract's messages.

func timestamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// named puts an ID behind a prefix; no ID gives no name.
func named(prefix, id string) string {
	if id == "" {
		return ""
	}
	return prefix + id
}

// documentOf translates a document; the regions only when asked.
func documentOf(h catalog.DocumentHead, regions bool) *fondsv1.Document {
	m := revisionOf(h, regions)
	setHead(m, h.Document)
	return m
}

// setHead sets what may change without a new revision.
func setHead(m *fondsv1.Document, d catalog.Document) {
	m.Etag = d.Etag()
	m.DeleteTime = timestamp(d.DeletedAt)
	m.Extracted = d.Extracted == d.Head
}

// revisionOf translates what never changes of a document as of a revision.
func revisionOf(h catalog.DocumentHead, regions bool) *fondsv1.Document {
	m := &fondsv1.Document{
		Name:          "documents/" + h.ID,
		Collection:    "collections/" + h.Collection,
		Title:         h.Revision.Title,
		Revision:      number(h.Revision.Number),
		Assurance:     fondsv1.Assurance(h.Revision.Assurance()),
		Complete:      h.Revision.Complete(),
		ContentDigest: string(h.Revision.Digest),
		CreateTime:    timestamp(h.CreatedAt),
		UpdateTime:    timestamp(h.Revision.CreatedAt),
		Person:        h.Revision.Author,
		PersonName:    h.Revision.Author, // until it is called
	}
	if h.Holding != "" {
		m.Holding = m.Collection + "/holdings/" + h.Holding
	}
	if !regions {
		return m
	}
	m.MadeOf, m.Fields, m.Regions = madeOf(h.Revision), fieldsOf(h.Revision), regionsOf(h.Revision)
	return m
}

func madeOf(r catalog.Revision) []string {
	var names []string
	for _, n := range r.MadeOf {
		names = append(names, fmt.Sprintf("documents/%s/revisions/%d", n.Document, n.Number))
	}
	return names
}

func regionsOf(r catalog.Revision) []*fondsv1.Region {
	regions := make([]*fondsv1.Region, len(r.Regions))
	for i, g := range r.Regions {
		regions[i] = regionOf(g)
	}
	return regions
}

func pageNameOf(scan catalog.Digest, page int) string {
	return fmt.Sprintf("scans/%s/pages/%d", scan, page)
}

func regionOf(g catalog.Region) *fondsv1.Region {
	m := &fondsv1.Region{
		Page:      pageNameOf(g.Scan, g.Page),
		Outcome:   fondsv1.Outcome(g.Outcome),
		Reason:    g.Reason,
		Assurance: fondsv1.Assurance(g.Assurance),
	}
	m.Origin = fondsv1.Origin(g.Origin)
	m.Whole = g.Whole
	if g.Range != nil {
		m.Range = &fondsv1.TextRange{Start: number(g.Range.Start), End: number(g.Range.End)}
	}
	if g.Reading != "" {
		m.Reading = m.GetPage() + "/readings/" + g.Reading
	}
	if g.Box != nil {
		m.Box = &fondsv1.Box{X: number(g.Box.X), Y: number(g.Box.Y), Width: number(g.Box.Width), Height: number(g.Box.Height)}
	}
	return m
}

// number translates a count, which the domain keeps from being negative.
func number(n int) uint32 { return uint32(max(n, 0)) }

func readingOf(r catalog.Reading) (*fondsv1.Reading, error) {
	m := &fondsv1.Reading{
		Name:       pageNameOf(r.Scan, r.Page) + "/readings/" + r.ID,
		Origin:     fondsv1.Origin(r.Origin),
		Recipe:     string(r.Recipe),
		BodyDigest: string(r.BodyDigest),
		CreateTime: timestamp(r.CreatedAt),
	}
	m.Box = boxMessage(r.Box)
	if r.BasedOn != "" {
		m.BasedOn = pageNameOf(r.Scan, r.Page) + "/readings/" + r.BasedOn
	}
	if r.Range != nil {
		m.RangeStart, m.RangeEnd = number(r.Range.Start), number(r.Range.End)
	}
	for _, person := range r.Contributors {
		m.Contributors = append(m.Contributors, "users/"+person)
		m.ContributorNames = append(m.ContributorNames, person) // until it is called
	}
	var err error
	if m.Body, err = decoded(r.Body, &fondsv1.Body{}); err != nil {
		return nil, fmt.Errorf("body of reading %s: %w", r.ID, err)
	}
	if r.Origin == catalog.Imported {
		m.Edition, err = decoded(r.Engine, &fondsv1.Edition{})
	} else {
		m.Engine, err = decoded(r.Engine, &fondsv1.Engine{})
	}
	if err != nil {
		return nil, fmt.Errorf("engine or edition of reading %s: %w", r.ID, err)
	}
	if m.Envelope, err = decoded(r.Envelope, &fondsv1.Envelope{}); err != nil {
		return nil, fmt.Errorf("envelope of reading %s: %w", r.ID, err)
	}
	return m, nil
}

// decoded reads a stored message into m; without bytes there is none.
func decoded[M proto.Message](b []byte, m M) (M, error) {
	if len(b) == 0 {
		var none M
		return none, nil
	}
	return m, proto.Unmarshal(b, m)
}

func scanOf(s catalog.Scan) *fondsv1.Scan {
	return &fondsv1.Scan{
		Name: "scans/" + string(s.Digest), Size: uint64(max(s.Size, 0)), MediaType: s.MediaType,
		PageCount: number(s.PageCount), CreateTime: timestamp(s.CreatedAt),
	}
}

func batchOf(b catalog.Batch) *fondsv1.Batch {
	return &fondsv1.Batch{
		Name: "batches/" + b.ID, State: fondsv1.BatchState(b.State),
		Collection: named("collections/", b.Collection), Language: b.Language,
		Files: number(b.Files), FilesArrived: number(b.FilesArrived), FilesEnded: number(b.FilesEnded),
		Counts: countsOf(b.Counts), PagesReused: number(b.Reused), Person: b.Person,
		CreateTime: timestamp(b.CreatedAt), EndTime: timestamp(b.EndedAt),
	}
}

func fileOf(f catalog.FileReport) *fondsv1.BatchFile {
	return &fondsv1.BatchFile{
		Number: number(f.Number), Path: f.Path, Size: uint64(max(f.Size, 0)), Language: f.Language,
		Collection: named("collections/", f.Collection), State: fondsv1.FileState(f.State),
		Scan: named("scans/", string(f.Scan)), Document: named("documents/", f.Document),
		Counts: countsOf(f.Counts), Reason: f.Reason, EndSequence: number(f.EndSequence),
	}
}

func filesOf(reports []catalog.FileReport) []*fondsv1.BatchFile {
	files := make([]*fondsv1.BatchFile, len(reports))
	for i, r := range reports {
		files[i] = fileOf(r)
	}
	return files
}

func countsOf(c catalog.Counts) *fondsv1.Counts {
	return &fondsv1.Counts{
		Pages:      number(c.Pages),
		Text:       number(c.Ended[catalog.Text]),
		Blank:      number(c.Ended[catalog.Blank]),
		Unreadable: number(c.Ended[catalog.Unreadable]),
		Corrupt:    number(c.Ended[catalog.Corrupt]),
		TooLarge:   number(c.Ended[catalog.TooLarge]),
		Timeout:    number(c.Ended[catalog.Timeout]),
		Failed:     number(c.Ended[catalog.Failed]),
		Refused:    number(c.Ended[catalog.Refused]),
	}
}

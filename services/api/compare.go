package api

import (
	"context"
	"fmt"
	"unicode/utf8"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/align"
	"github.com/fonds-archive/fonds/services/catalog"
)

// CompareReadings tells how two texts differ, or what they say of a part of the page.
func (s *reviewServer) CompareReadings(ctx context.Context, req *fondsv1.CompareReadingsRequest) (*fondsv1.CompareReadingsResponse, error) {
	part, err := partAsked(req.GetBox(), req.GetRange())
	if err != nil {
		return nil, err
	}
	var texts [2]string
	for i, name := range []string{req.GetBefore(), req.GetAfter()} {
		scan, page, id, err := readingName(name)
		if err != nil {
			return nil, err
		}
		reading, err := s.Catalog.Reading(ctx, scan, page, id)
		if err != nil {
			return nil, err
		}
		if texts[i], err = textOfPart(reading, part); err != nil {
			return nil, err
		}
	}
	if err := mayCompare(ctx, len(texts[0])+len(texts[1])); err != nil {
		return nil, err
	}
	m := &fondsv1.CompareReadingsResponse{BeforeText: texts[0], AfterText: texts[1]}
	for _, c := range align.Changes(texts[0], texts[1]) {
		m.Changes = append(m.Changes, &fondsv1.TextChange{
			Before: c.Before, After: c.After, BeforeStart: number(c.BeforeStart), AfterStart: number(c.AfterStart),
		})
	}
	return m, nil
}

// mostCompared bounds the bytes of two texts that are compared: 4 MB take 0.7 s and 200 MB
// of memory, and pages of typescript have 3,000 bytes.
const mostCompared = 4 << 20

// mayCompare refuses to begin what would take long, or what nobody waits for any more.
func mayCompare(ctx context.Context, bytes int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if bytes <= mostCompared {
		return nil
	}
	return &catalog.Error{
		Code: catalog.Precondition, Reason: ReasonTextTooLarge,
		Message: fmt.Sprintf("the two texts have %d bytes, and at most %d are compared at a time: name a part of the page, a box or a range", bytes, mostCompared),
	}
}

// partAsked reads a part of a page, as a place of no page in particular.
func partAsked(box *fondsv1.Box, stretch *fondsv1.TextRange) (part catalog.Place, err error) {
	switch {
	case box != nil && stretch != nil:
		return part, invalid("range", "a part of a page is a box or a range, not both")
	case box != nil:
		part.Box, err = boxAsked("box", box)
	case stretch != nil:
		if stretch.GetStart() >= stretch.GetEnd() || stretch.GetEnd() > 1<<30 {
			return part, invalid("range", "a range has a start below its end")
		}
		part.Range = &catalog.Range{Start: int(stretch.GetStart()), End: int(stretch.GetEnd())}
	}
	return part, err
}

// textOfPart is what a reading says of a part of its page; all that it says where it is of
// that very part, or where none is asked for.
func textOfPart(r catalog.Reading, part catalog.Place) (string, error) {
	own := catalog.Place{Box: r.Box, Range: r.Range}
	whole := part == catalog.Place{}
	if whole || own.Key() == part.Key() {
		return r.Text, nil
	}
	switch cut := part.Range; {
	case part.Box != nil && r.Range != nil, cut != nil && (r.Origin != catalog.Imported || r.Range != nil):
		return "", otherPart(r)
	case cut != nil && (cut.End > len(r.Text) || !startsRune(r.Text, cut.Start) || !startsRune(r.Text, cut.End)):
		return "", invalid("range", fmt.Sprintf("the reading has %d bytes, and a range begins and ends between letters", len(r.Text)))
	}
	text, _, err := shownText(catalog.Region{Box: part.Box, Range: part.Range}, r)
	return text, err
}

func startsRune(text string, at int) bool { return at == len(text) || utf8.RuneStart(text[at]) }

func otherPart(r catalog.Reading) error {
	return &catalog.Error{
		Code: catalog.Precondition, Reason: ReasonOtherPart,
		Message:  fmt.Sprintf("reading %s is of another part of the page: compare readings of the same part, or leave the part out", r.ID),
		Metadata: map[string]string{"reading": r.ID},
	}
}

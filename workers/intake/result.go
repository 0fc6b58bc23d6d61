package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/passage"
)

// malformedError is what no further try can mend.
type malformedError struct{ what string }

func (e *malformedError) Error() string { return e.what }

func malformed(format string, args ...any) error {
	return &malformedError{what: fmt.Sprintf(format, args...)}
}

// Limits on what a message may claim.
const (
	maxBody  = 64 << 20
	maxPages = 100_000
)

var hexDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// result turns a text into what the catalog stores, and checks it: other
// programs may write to the stream.
func (c Config) result(ctx context.Context, d *bus.TextDelivery) (catalog.Result, error) {
	if d.Err != nil {
		return catalog.Result{}, malformed("%v", d.Err)
	}
	t := d.Text
	work := t.GetWork()
	if !hexDigest.MatchString(work.GetScan()) || work.GetRecipe() != "" && !hexDigest.MatchString(work.GetRecipe()) {
		return catalog.Result{}, malformed("the work's digests are not digests")
	}
	if t.GetOutcome() <= fondsv1.Outcome_OUTCOME_UNSPECIFIED || t.GetOutcome() > fondsv1.Outcome_OUTCOME_REFUSED {
		return catalog.Result{}, malformed("outcome %d is not known", t.GetOutcome())
	}
	r := catalog.Result{
		Key: catalog.WorkKey{
			Scan: catalog.Digest(work.GetScan()), Page: int(work.GetPage()), Recipe: catalog.Digest(work.GetRecipe()),
		},
		Attempt: int(t.GetAttempt()),
		Outcome: catalog.Outcome(t.GetOutcome()),
		Reason:  t.GetReason(),
	}
	if r.Key.IsProbe() {
		err := addProbe(&r, t.GetProbe())
		return r, err
	}
	err := c.addReading(ctx, &r, t)
	return r, err
}

func addProbe(r *catalog.Result, p *fondsv1.Probe) error {
	if len(p.GetPages()) > maxPages {
		return malformed("the probe has %d pages, more than %d", len(p.GetPages()), maxPages)
	}
	if r.Outcome == catalog.Blank || r.Outcome == catalog.Unreadable {
		return malformed("a probe cannot end in %s", fondsv1.Outcome(r.Outcome))
	}
	r.MediaType = p.GetMediaType()
	for i, page := range p.GetPages() {
		if o := page.GetOutcome(); o != 0 && (o < fondsv1.Outcome_OUTCOME_CORRUPT || o > fondsv1.Outcome_OUTCOME_REFUSED) {
			return malformed("the probe says that page %d has ended in %s", i+1, o)
		}
		r.Pages = append(r.Pages, catalog.Page{
			Scan: r.Key.Scan, Number: i + 1,
			Width: int(page.GetWidth()), Height: int(page.GetHeight()), Resolution: int(page.GetResolution()),
			Outcome: catalog.Outcome(page.GetOutcome()), Reason: page.GetReason(),
		})
	}
	return nil
}

func (c Config) addReading(ctx context.Context, r *catalog.Result, t *fondsv1.Text) error {
	if t.GetBodyDigest() == "" {
		if r.Outcome == catalog.Text {
			return malformed("outcome TEXT without a text")
		}
		return nil
	}
	body, err := c.body(ctx, t)
	if err != nil {
		return err
	}
	var decoded fondsv1.Body
	if err := proto.Unmarshal(body, &decoded); err != nil {
		return malformed("decode body: %v", err)
	}
	engine, err := proto.Marshal(t.GetEngine())
	if err != nil {
		return malformed("encode engine: %v", err)
	}
	envelope, err := proto.Marshal(t.GetEnvelope())
	if err != nil {
		return malformed("encode envelope: %v", err)
	}
	r.Reading = &catalog.Reading{
		Text: decoded.GetText(), Body: body, BodyDigest: catalog.Digest(t.GetBodyDigest()), Measure: passage.Measured(&decoded),
		Engine: engine, Envelope: envelope,
	}
	return nil
}

// body returns the body's bytes, from the message or from the blob store, after
// checking that they are what the digest says.
func (c Config) body(ctx context.Context, t *fondsv1.Text) ([]byte, error) {
	if t.GetBody() == nil {
		if t.GetBodySize() > maxBody || !hexDigest.MatchString(t.GetBodyDigest()) {
			return nil, malformed("the text refers to a body of %d bytes under %q", t.GetBodySize(), t.GetBodyDigest())
		}
		return c.Blobs.ReadBlob(ctx, t.GetBodyDigest(), maxBody)
	}
	body, err := proto.MarshalOptions{Deterministic: true}.Marshal(t.GetBody())
	if err != nil {
		return nil, malformed("encode body: %v", err)
	}
	sum := sha256.Sum256(body)
	if hex.EncodeToString(sum[:]) != t.GetBodyDigest() {
		return nil, malformed("the body's digest is %x, not %s", sum, t.GetBodyDigest())
	}
	return body, nil
}

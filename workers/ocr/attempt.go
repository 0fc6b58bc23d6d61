package ocr

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/workers/decode"
	"github.com/fonds-archive/fonds/workers/engine"
)

// errTooOften ends a job that was handed out again and again and never came
// back: its page may be what kills the workers.
var errTooOften = errors.New("every worker that was given the page was lost")

// spareDeliveries is how often more than it is tried a job may be handed out: a
// worker that stops hands back what it has not read, which the server counts as
// a delivery like any other. Only a job beyond that has lost its workers.
const spareDeliveries = 16

// attempt makes one try at a job. An error means that another try may end
// otherwise; whatever a page itself is to blame for is an outcome. A text that
// comes with an error is how the job ends if there is no other try.
func (c Config) attempt(ctx context.Context, d *bus.Delivery) (*fondsv1.Text, error) {
	if d.Count > c.MaxDeliveries+spareDeliveries {
		return nil, errTooOften
	}
	path, release, err := c.Blobs.Local(ctx, d.Job.GetWork().GetScan())
	if err != nil {
		return nil, fmt.Errorf("fetch the scan: %w", err)
	}
	defer release()
	if d.Job.GetWork().GetPage() == 0 {
		return c.probe(ctx, d.Job, path)
	}
	return c.read(ctx, d.Job, path)
}

// probe counts the pages of a scan.
func (c Config) probe(ctx context.Context, job *fondsv1.Job, path string) (*fondsv1.Text, error) {
	scan, err := c.scans.Probe(ctx, path)
	var refusal *decode.Refusal
	if err != nil && !errors.As(err, &refusal) {
		return nil, err
	}
	text := c.ended(job, fondsv1.Outcome_OUTCOME_TEXT, "")
	text.Probe = &fondsv1.Probe{MediaType: scan.MediaType}
	if refusal != nil {
		text.Outcome, text.Reason = refusal.Outcome, printable(refusal.Reason)
		return text, mayPass(refusal)
	}
	for _, p := range scan.Pages {
		text.Probe.Pages = append(text.Probe.Pages, &fondsv1.ProbedPage{
			Width: p.Width, Height: p.Height, Resolution: p.Resolution, Outcome: p.Outcome, Reason: printable(p.Reason),
		})
	}
	return text, nil
}

// read has one page recognised.
func (c Config) read(ctx context.Context, job *fondsv1.Job, path string) (*fondsv1.Text, error) {
	started := time.Now()
	image, release, err := c.scans.Image(ctx, path, int(job.GetWork().GetPage()), c.Scratch)
	defer release()
	if refusal, ok := errors.AsType[*decode.Refusal](err); ok {
		return c.ended(job, refusal.Outcome, refusal.Reason), mayPass(refusal)
	}
	if err != nil {
		return nil, err
	}
	recognition, err := c.Engine.Recognize(ctx, &enginev1.Recognize{
		Image: image, Recipe: job.GetRecipe(), Results: c.Results.Folder(),
	})
	if err != nil {
		return nil, err
	}
	if err := c.Results.Note(recognition); err != nil { // the page is read all the same
		c.Log.Warn("keep a result for other works", "error", err)
	}
	text := c.ended(job, recognition.GetOutcome(), recognition.GetReason())
	text.Envelope.Cost = &fondsv1.Cost{
		Wall:       durationpb.New(time.Since(started)),
		Cpu:        durationpb.New(time.Duration(recognition.GetCpuMicros()) * time.Microsecond),
		PeakMemory: recognition.GetPeakMemory(),
	}
	if recognition.GetBody() == nil {
		return text, nil
	}
	if err := setBody(text, recognition.GetBody()); err != nil {
		return nil, err
	}
	return text, nil
}

// mayPass gives a refusal back as an error when the machine may be to blame and
// not the scan: a program that ran out of time, or was killed from outside.
func mayPass(refusal *decode.Refusal) error {
	switch refusal.Outcome {
	case fondsv1.Outcome_OUTCOME_TIMEOUT, fondsv1.Outcome_OUTCOME_FAILED:
		return refusal
	}
	return nil
}

func setBody(text *fondsv1.Text, body *fondsv1.Body) error {
	encoded, err := encodeBody(body)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(encoded)
	text.Body, text.BodyDigest = body, hex.EncodeToString(sum[:])
	return nil
}

// encodeBody gives the bytes that a body's digest is taken of.
func encodeBody(body *fondsv1.Body) ([]byte, error) {
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode body: %w", err)
	}
	return encoded, nil
}

// ended is the text of a job that ended so.
func (c Config) ended(job *fondsv1.Job, outcome fondsv1.Outcome, reason string) *fondsv1.Text {
	return &fondsv1.Text{
		Work: job.GetWork(), Attempt: job.GetAttempt(), Outcome: outcome, Reason: printable(reason),
		Collections: job.GetCollections(), Batch: job.GetBatch(), Engine: c.Self.GetEngine(),
		Envelope: &fondsv1.Envelope{EndTime: timestamppb.Now(), Host: c.Host, Attempt: job.GetAttempt()},
	}
}

// longestReason bounds a reason in bytes. Programs that crash may say a lot.
const longestReason = 4 << 10

// printable makes a reason one that a message takes: programs that crash may also
// print bytes that are no text.
func printable(reason string) string {
	return strings.ToValidUTF8(reason[:min(len(reason), longestReason)], "�")
}

// lastOutcome is how a job ends whose last try failed.
func lastOutcome(err error) fondsv1.Outcome {
	if errors.Is(err, engine.ErrDeadline) {
		return fondsv1.Outcome_OUTCOME_TIMEOUT
	}
	return fondsv1.Outcome_OUTCOME_FAILED
}

package api_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/catalog"
)

// later is a clock that tests put forward.
type later struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (l *later) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return clock().Add(l.ahead)
}

func (l *later) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ahead += d
}

// bench is a review desk whose clock can be put forward, with reviews in each state.
type bench struct {
	*world
	clock              *later
	anna, boris, clara context.Context
	// held is Anna's, with her draft. corrected by her waits for a signature, and checked
	// too, which Boris holds. machine is as it was read, deleted was corrected and deleted.
	held, corrected, checked, machine, deleted *fondsv1.Review
	// fields is a document with a statement of Anna's.
	fields *fondsv1.Document
}

const half = "Anna's half\nof a <b>draft</b>"

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{world: &world{}, clock: &later{}}
	keep := func(s catalog.Store) catalog.Store {
		b.store = s
		return s
	}
	a := serveOver(t, keep, func(d *api.Deps) {
		d.Catalog = catalog.New(b.store, b.clock.now, newID, catalog.DefaultLimits())
	})
	b.desk = &desk{archive: a, reviews: fondsv1.NewReviewServiceClient(a.conn)}
	b.anna, b.boris, b.clara = b.somebody("Anna", catalog.Verifies), b.somebody("Boris", catalog.Verifies), b.somebody("Clara", catalog.Verifies)
	var err error
	b.machine = b.waiting(b.published())
	b.held = b.waiting(b.published())
	b.held, err = b.reviews.ClaimReview(b.anna, &fondsv1.ClaimReviewRequest{Name: b.held.GetName()})
	b.must(err)
	_, err = b.reviews.SaveDraft(b.anna, &fondsv1.SaveDraftRequest{Name: b.held.GetName(), Text: half, Etag: b.held.GetEtag()})
	b.must(err)
	b.corrected = b.submit(b.anna, b.waiting(b.published()), "corrected\n")
	b.checked = b.submit(b.anna, b.waiting(b.published()), "corrected too\n")
	b.checked, err = b.reviews.ClaimReview(b.boris, &fondsv1.ClaimReviewRequest{Name: b.checked.GetName()})
	b.must(err)
	b.deleted = b.submit(b.anna, b.waiting(b.published()), "corrected and deleted\n")
	_, err = b.docs.DeleteDocument(t.Context(), &fondsv1.DeleteDocumentRequest{Name: documentOf(b.deleted)})
	b.must(err)
	f := b.fieldOf("text")
	b.fields, err = b.docs.UpdateDocument(b.anna, &fondsv1.UpdateDocumentRequest{
		Document:   &fondsv1.Document{Name: b.published(), Fields: []*fondsv1.Field{f}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"fields." + f.GetName()}},
	})
	b.must(err)
	return b
}

func documentOf(r *fondsv1.Review) string {
	name, _, _ := strings.Cut(r.GetName(), "/reviews/")
	return name
}

// state is all that there is of the reviews and their texts.
func (b *bench) state() string {
	b.t.Helper()
	var all strings.Builder
	for _, r := range []*fondsv1.Review{b.held, b.corrected, b.checked, b.machine} {
		now, err := b.reviews.GetReview(b.t.Context(), &fondsv1.GetReviewRequest{Name: r.GetName()})
		b.must(err)
		fmt.Fprintf(&all, "%s %s %q %v %q %s\n", now.GetName(), now.GetState(), now.GetText(), now.GetDraft(), now.GetClaimedBy(), now.GetEtag())
		fmt.Fprintf(&all, "%q\n", b.text(documentOf(r)))
	}
	fmt.Fprintln(&all, b.get(b.fields.GetName()))
	return all.String()
}

// refusal is one call that has to be refused, and how.
type refusal struct {
	name   string
	call   func(b *bench) error
	code   codes.Code
	reason string
	// field that is wrong, and what the metadata have to have.
	field, metadata string
}

// saving, and those below, make the call of one person on a review.
func saving(who func(*bench) context.Context, r func(*bench) *fondsv1.Review, etag func(*bench) string) func(*bench) error {
	return func(b *bench) error {
		_, err := b.reviews.SaveDraft(who(b), &fondsv1.SaveDraftRequest{Name: r(b).GetName(), Text: "over it", Etag: etag(b)})
		return err
	}
}

func submitting(who func(*bench) context.Context, r func(*bench) *fondsv1.Review, etag func(*bench) string) func(*bench) error {
	return func(b *bench) error {
		_, err := b.reviews.SubmitReview(who(b), &fondsv1.SubmitReviewRequest{Name: r(b).GetName(), Text: new("over it"), Etag: etag(b)})
		return err
	}
}

func sendingBack(who func(*bench) context.Context, r func(*bench) *fondsv1.Review, etag func(*bench) string) func(*bench) error {
	return func(b *bench) error {
		_, err := b.reviews.SendBack(who(b), &fondsv1.SendBackRequest{Name: r(b).GetName(), Comment: "no", Etag: etag(b)})
		return err
	}
}

func signing(who func(*bench) context.Context, r func(*bench) *fondsv1.Review, etag func(*bench) string) func(*bench) error {
	return func(b *bench) error {
		now := r(b)
		digest := now.GetContentDigest()
		if digest == "" {
			digest = strings.Repeat("0", 64)
		}
		_, err := b.reviews.SignReview(who(b), &fondsv1.SignReviewRequest{Name: now.GetName(), ContentDigest: digest, Etag: etag(b)})
		return err
	}
}

func anna(b *bench) context.Context  { return b.anna }
func boris(b *bench) context.Context { return b.boris }
func clara(b *bench) context.Context { return b.clara }

func held(b *bench) *fondsv1.Review      { return b.held }
func corrected(b *bench) *fondsv1.Review { return b.corrected }
func checked(b *bench) *fondsv1.Review   { return b.checked }
func machine(b *bench) *fondsv1.Review   { return b.machine }
func deleted(b *bench) *fondsv1.Review   { return b.deleted }

// present is the etag that a review has.
func present(r func(*bench) *fondsv1.Review) func(*bench) string {
	return func(b *bench) string { return b.waiting(documentOf(r(b))).GetEtag() }
}

func etag(e string) func(*bench) string { return func(*bench) string { return e } }

// nobodys is a review of a document that is there, and one of none.
func nobodys(b *bench) *fondsv1.Review {
	return &fondsv1.Review{Name: documentOf(b.held) + "/reviews/0123456789abcdef"}
}

func nowhere(*bench) *fondsv1.Review {
	return &fondsv1.Review{Name: "documents/0192f0c5-0000-7000-8000-000000000000/reviews/0123456789abcdef"}
}

func refusals() []refusal {
	var all []refusal
	writes := map[string]func(func(*bench) context.Context, func(*bench) *fondsv1.Review, func(*bench) string) func(*bench) error{
		"save": saving, "submit": submitting, "send back": sendingBack, "sign": signing,
	}
	for name, write := range writes {
		of, who := held, anna
		if name == "send back" || name == "sign" {
			of, who = corrected, boris
		}
		all = append(all,
			refusal{name + " over what has changed", write(who, of, etag("1.1")), codes.Aborted, catalog.ReasonEtagMismatch, "", "etag"},
			refusal{name + " with the etag of another", write(who, of, present(machine)), codes.Aborted, catalog.ReasonEtagMismatch, "", "etag"},
			refusal{name + " with an etag that is none", write(who, of, etag("<script>'; --\u202e")), codes.Aborted, catalog.ReasonEtagMismatch, "", "etag"},
			refusal{name + " with a long etag", write(who, of, etag(strings.Repeat("9", 101))), codes.InvalidArgument, catalog.ReasonInvalidArgument, "etag", ""},
			refusal{name + " what is held by Anna", write(boris, held, etag("1.1")), codes.FailedPrecondition, catalog.ReasonNotClaimed, "", "claimed_by"},
			refusal{name + " what is held by Boris", write(clara, checked, present(checked)), codes.FailedPrecondition, catalog.ReasonNotClaimed, "", "claimed_by"},
			refusal{name + " what is deleted", write(clara, deleted, etag("1.1")), codes.FailedPrecondition, catalog.ReasonDocumentDeleted, "", ""},
			refusal{name + " a review that is not there", write(anna, nobodys, etag("1.1")), codes.NotFound, catalog.ReasonReviewNotFound, "", ""},
			refusal{name + " a document that is not there", write(anna, nowhere, etag("1.1")), codes.NotFound, catalog.ReasonReviewNotFound, "", ""},
		)
		if name != "sign" {
			all = append(all, refusal{name + " without an etag", write(who, of, etag("")), codes.InvalidArgument, catalog.ReasonInvalidArgument, "etag", ""})
		}
	}
	for name, take := range map[string]func(b *bench, who context.Context, r *fondsv1.Review) error{
		"claim": func(b *bench, who context.Context, r *fondsv1.Review) error {
			_, err := b.reviews.ClaimReview(who, &fondsv1.ClaimReviewRequest{Name: r.GetName()})
			return err
		},
		"release": func(b *bench, who context.Context, r *fondsv1.Review) error {
			_, err := b.reviews.ReleaseReview(who, &fondsv1.ReleaseReviewRequest{Name: r.GetName()})
			return err
		},
		"skip": func(b *bench, who context.Context, r *fondsv1.Review) error {
			_, err := b.reviews.SkipReview(who, &fondsv1.SkipReviewRequest{Name: r.GetName()})
			return err
		},
	} {
		all = append(all,
			refusal{name + " what is held by another", func(b *bench) error { return take(b, b.boris, b.held) }, codes.FailedPrecondition, catalog.ReasonClaimed, "", "claimed_by"},
			refusal{name + " what is deleted", func(b *bench) error { return take(b, b.boris, b.deleted) }, codes.FailedPrecondition, catalog.ReasonDocumentDeleted, "", ""},
			refusal{name + " what is not there", func(b *bench) error { return take(b, b.boris, nobodys(b)) }, codes.NotFound, catalog.ReasonReviewNotFound, "", ""},
		)
	}
	return append(all, signatures()...)
}

// signatures are those that are refused whatever the etag.
func signatures() []refusal {
	another := func(b *bench) error {
		_, err := b.reviews.SignReview(b.clara, &fondsv1.SignReviewRequest{Name: b.corrected.GetName(), ContentDigest: strings.Repeat("ab", 32)})
		return err
	}
	sign := func(who func(*bench) context.Context, e string, statements ...string) func(b *bench) error {
		return func(b *bench) error {
			if len(statements) == 0 {
				statements = []string{b.fields.GetFields()[0].GetStatement()}
			}
			_, err := b.reviews.SignFields(who(b), &fondsv1.SignFieldsRequest{Name: b.fields.GetName(), Statements: statements, Etag: e})
			return err
		}
	}
	comment := func(text string) func(b *bench) error {
		return func(b *bench) error {
			_, err := b.reviews.SendBack(b.boris, &fondsv1.SendBackRequest{Name: b.corrected.GetName(), Comment: text, Etag: present(corrected)(b)})
			return err
		}
	}
	return []refusal{
		{"sign another text", another, codes.FailedPrecondition, catalog.ReasonContentChanged, "", ""},
		{"sign one's own", signing(anna, corrected, present(corrected)), codes.PermissionDenied, catalog.ReasonOwnWork, "", ""},
		{"sign a machine's", signing(boris, machine, present(machine)), codes.FailedPrecondition, catalog.ReasonNotCorrected, "", ""},
		{"send a machine's back", sendingBack(boris, machine, present(machine)), codes.FailedPrecondition, catalog.ReasonNotCorrected, "", ""},
		{"send back with blanks", comment(" \t\n"), codes.InvalidArgument, catalog.ReasonInvalidArgument, "comment", ""},
		{"send back without a word", comment(""), codes.InvalidArgument, catalog.ReasonInvalidArgument, "comment", ""},
		{"send back at length", comment(strings.Repeat("я", 4001)), codes.InvalidArgument, catalog.ReasonInvalidArgument, "comment", ""},
		{"sign a field that has changed", sign(boris, "1.1"), codes.Aborted, catalog.ReasonEtagMismatch, "", ""},
		{"sign one's own field", sign(anna, ""), codes.PermissionDenied, catalog.ReasonOwnWork, "", ""},
		{"sign no field", sign(boris, "", "0192f0c5-0000-7000-8000-000000000000"), codes.FailedPrecondition, catalog.ReasonContentChanged, "statements", ""},
		{"save too long a text", func(b *bench) error {
			_, err := b.reviews.SaveDraft(b.anna, &fondsv1.SaveDraftRequest{Name: b.held.GetName(), Text: strings.Repeat("я", 1_000_001), Etag: present(held)(b)})
			return err
		}, codes.InvalidArgument, catalog.ReasonInvalidArgument, "text", ""},
	}
}

// Each call is refused as the contract says, and everything is as it was.
func TestReviewsRefuse(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := b.state()
	for _, r := range refusals() {
		changed := b.catalog.Changed()
		err := r.call(b)
		if err == nil {
			t.Errorf("%s: it is done", r.name)
			continue
		}
		if got := metadataOf(err)[r.metadata]; r.metadata != "" && got == "" {
			t.Errorf("%s: the metadata are %v", r.name, metadataOf(err))
		}
		if status.Code(err) != r.code {
			t.Errorf("%s: %v", r.name, err)
		}
		wantStatus(t, err, r.code, r.reason, r.field)
		wantUnchanged(t, r.name, changed)
		judge(t, r.name, nil, err)
		if after := b.state(); after != before {
			t.Fatalf("%s: there is now\n%s\nthere was\n%s", r.name, after, before)
		}
	}
}

// Whose claim has run out may go on, unless another has taken the review. Then the draft
// is there for the other, and who comes late loses nothing and overwrites nothing.
func TestClaimThatHasRunOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.clock.pass(20 * time.Minute)
	now := b.waiting(documentOf(b.held))
	if now.GetClaimedBy() != "" || now.GetDraft().GetText() != half {
		t.Fatalf("after the claim has run out: %v", now)
	}
	saved, err := b.reviews.SaveDraft(b.anna, &fondsv1.SaveDraftRequest{Name: now.GetName(), Text: half + "!", Etag: now.GetEtag()})
	b.must(err)
	if saved.GetClaimedByName() != "Anna" {
		t.Errorf("who goes on holds it again: %v", saved)
	}
	b.clock.pass(20 * time.Minute)
	taken, err := b.reviews.ClaimReview(b.boris, &fondsv1.ClaimReviewRequest{Name: now.GetName()})
	if err != nil || taken.GetDraft().GetText() != half+"!" {
		t.Fatalf("who takes it over has %v, %v", taken.GetDraft(), err)
	}
	_, err = b.reviews.SaveDraft(b.anna, &fondsv1.SaveDraftRequest{Name: now.GetName(), Text: "late", Etag: saved.GetEtag()})
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonNotClaimed, "")
	_, err = b.reviews.SubmitReview(b.anna, &fondsv1.SubmitReviewRequest{Name: now.GetName(), Text: new("late"), Etag: saved.GetEtag()})
	wantStatus(t, err, codes.FailedPrecondition, catalog.ReasonNotClaimed, "")
	if metadataOf(err)["etag"] != taken.GetEtag() {
		t.Errorf("the metadata are %v, the etag is %s", metadataOf(err), taken.GetEtag())
	}
	there := b.waiting(documentOf(b.held))
	if there.GetDraft().GetText() != half+"!" || there.GetClaimedByName() != "Boris" {
		t.Errorf("there is %v", there)
	}
}

package catalog

import (
	"errors"
	"fmt"
)

// Code is the kind of an error, a closed set. The set is small because a caller
// can do only a few different things about an error: mend the request, read
// again and retry, ask for something else, or give up and tell a person. What
// exactly went wrong is told by Reason, which is stable and meant for programs,
// and by Message, which is meant for people and may change at any time.
//
// Exactly these survive the wire: Code as the gRPC code, Reason and Metadata as
// google.rpc.ErrorInfo with domain "fonds", Field as google.rpc.BadRequest.
// Any error that is not an *Error is an internal fault: the caller is told no
// more than that, and the text goes to the log.
type Code uint8

// The codes.
const (
	// Invalid means that the request can never succeed as it is.
	Invalid Code = iota + 1
	// NotFound means that what was named is not there.
	NotFound
	// AlreadyExists means that what was to be made is there.
	AlreadyExists
	// Conflict means that the state has changed since it was read: read again.
	Conflict
	// Precondition means that the state forbids it until something else is done.
	Precondition
	// Denied means that the caller may not do this.
	Denied
	// Exhausted means that a limit was reached.
	Exhausted
	// Unavailable means that a part is not there now: try later.
	Unavailable
	// Unauthenticated means that it is not known who is calling.
	Unauthenticated
)

// Error is an error of the domain.
type Error struct {
	// Code is its kind.
	Code Code
	// Reason is stable, in the form UPPER_SNAKE_CASE.
	Reason string
	// Message tells a person what was wrong and what to do.
	Message string
	// Field names the part of the request that was wrong, if one was.
	Field string
	// Metadata has facts for programs.
	Metadata map[string]string
}

func (e *Error) Error() string { return e.Message }

// The reasons that this package gives. Others are given by services/api for
// what it finds before the domain is reached.
const (
	ReasonDocumentNotFound    = "DOCUMENT_NOT_FOUND"
	ReasonRevisionNotFound    = "REVISION_NOT_FOUND"
	ReasonReadingNotFound     = "READING_NOT_FOUND"
	ReasonScanNotFound        = "SCAN_NOT_FOUND"
	ReasonPageNotFound        = "PAGE_NOT_FOUND"
	ReasonBatchNotFound       = "BATCH_NOT_FOUND"
	ReasonFileNotInBatch      = "FILE_NOT_IN_BATCH"
	ReasonEtagMismatch        = "ETAG_MISMATCH"
	ReasonDocumentDeleted     = "DOCUMENT_DELETED"
	ReasonAssuranceNotReached = "ASSURANCE_NOT_REACHED"
	ReasonBatchEnded          = "BATCH_ENDED"
	ReasonWorkNotFound        = "WORK_NOT_FOUND"
	ReasonRecipeNotFound      = "RECIPE_NOT_FOUND"
	ReasonFileNotEnded        = "FILE_NOT_ENDED"
	ReasonInvalidArgument     = "INVALID_ARGUMENT"
	ReasonScanNotInCollection = "SCAN_NOT_IN_COLLECTION"
	ReasonFileChanged         = "FILE_CHANGED"
	ReasonResumeMismatch      = "RESUME_MISMATCH"
	ReasonRequestReused       = "REQUEST_ID_REUSED"
	ReasonOtherCollection     = "OTHER_COLLECTION"
	ReasonCollectionNotFound  = "COLLECTION_NOT_FOUND"
	ReasonReviewNotFound      = "REVIEW_NOT_FOUND"
	ReasonNothingToReview     = "NOTHING_TO_REVIEW"
	ReasonClaimed             = "CLAIMED"
	ReasonNotClaimed          = "NOT_CLAIMED"
	ReasonOwnWork             = "OWN_WORK"
	ReasonNoNamedContributor  = "NO_NAMED_CONTRIBUTOR"
	ReasonContentChanged      = "CONTENT_CHANGED"
	ReasonNotCorrected        = "NOT_CORRECTED"
	ReasonOnePerson           = "ONE_PERSON_COLLECTION"
	ReasonRoleMissing         = "ROLE_MISSING"
	ReasonUserNotFound        = "USER_NOT_FOUND"
	ReasonUserExists          = "USER_EXISTS"
	ReasonUnauthenticated     = "UNAUTHENTICATED"
	ReasonProofPending        = "PROOF_PENDING"
	ReasonNothingSigned       = "NOTHING_SIGNED"
	ReasonCampaignNotFound    = "CAMPAIGN_NOT_FOUND"
	ReasonCampaignState       = "CAMPAIGN_STATE"
	ReasonSampleWorse         = "SAMPLE_WORSE"
	ReasonSampleTooSmall      = "SAMPLE_TOO_SMALL"
)

func notFound(reason, what, name string) error {
	return &Error{Code: NotFound, Reason: reason, Message: fmt.Sprintf("%s %q does not exist", what, name)}
}

func invalid(field, format string, args ...any) error {
	return &Error{Code: Invalid, Reason: ReasonInvalidArgument, Field: field, Message: fmt.Sprintf(format, args...)}
}

// ErrNotFound is what a Store returns for a key that it does not have. Verbs
// turn it into an *Error that names what was asked for.
var ErrNotFound = errors.New("not found")

// ErrRefused is what a Store returns when the database itself refuses a reading, a
// statement or a signature.
var ErrRefused = errors.New("refused by the database")

// ErrDamaged is what a Store returns when what it has stored is not what was
// stored: an internal fault that an audit reports.
var ErrDamaged = errors.New("stored data is damaged")

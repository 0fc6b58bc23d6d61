package auth

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// The reasons that are given here, beside those of catalog.
const (
	ReasonSecretMistyped  = "SECRET_MISTYPED"
	ReasonLinkUsed        = "LINK_USED"
	ReasonLinkExpired     = "LINK_EXPIRED"
	ReasonSessionEnded    = "SESSION_ENDED"
	ReasonOtherPerson     = "OTHER_PERSON"
	ReasonUserBarred      = "USER_BARRED"
	ReasonTooManyAttempts = "TOO_MANY_ATTEMPTS"
)

// retryAfter is the key of the whole seconds to wait in an error's metadata.
const retryAfter = "retry_after_seconds"

func unauthenticated(reason, format string, args ...any) error {
	return &catalog.Error{Code: catalog.Unauthenticated, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

func invalid(field, format string, args ...any) error {
	return &catalog.Error{Code: catalog.Invalid, Reason: catalog.ReasonInvalidArgument, Field: field, Message: fmt.Sprintf(format, args...)}
}

func userNotFound(id string) error {
	return &catalog.Error{
		Code: catalog.NotFound, Reason: catalog.ReasonUserNotFound,
		Message: fmt.Sprintf("user %q does not exist", id),
	}
}

func tooManyAttempts(wait time.Duration) error {
	seconds := int(math.Ceil(wait.Seconds()))
	return &catalog.Error{
		Code: catalog.Exhausted, Reason: ReasonTooManyAttempts,
		Message:  fmt.Sprintf("too many attempts to sign in have failed: wait %d s and try again", seconds),
		Metadata: map[string]string{retryAfter: strconv.Itoa(seconds)},
	}
}

// RetryAfter returns the whole seconds that an error tells the caller to wait; zero for
// an error that does not.
func RetryAfter(err error) int {
	e, ok := errors.AsType[*catalog.Error](err)
	if !ok {
		return 0
	}
	seconds, err := strconv.Atoi(e.Metadata[retryAfter])
	if err != nil {
		return 0
	}
	return seconds
}

// hasCode tells the kind of an error.
func hasCode(err error, code catalog.Code) bool {
	e, ok := errors.AsType[*catalog.Error](err)
	return ok && e.Code == code
}

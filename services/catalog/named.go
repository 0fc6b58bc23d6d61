package catalog

import "errors"

// Two people with names of their own stand behind what is VERIFIED. Whoever calls without a
// token is nobody in particular, and so is a program: one person could be both callers.

// submitted tells that a person with a name submitted a reading, or made a statement: a user
// who is no program. Who had a part in what it came from has not seen what it says now.
func submitted(r Reader, subject string) (bool, error) {
	acts, err := r.ActsOn(subject)
	if err != nil {
		return false, err
	}
	for _, a := range acts {
		if a.Kind == ActTextCorrected || a.Kind == ActFieldStated {
			return hasName(r, a.Person)
		}
	}
	return false, nil
}

// hasName tells that somebody is a user, and no program.
func hasName(r Reader, person string) (bool, error) {
	u, err := r.User(person)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil && !u.Service, err
}

func nameless() error {
	return &Error{
		Code: Precondition, Reason: ReasonNoNamedContributor,
		Message: "nobody who has a name stands behind this yet: a person with an account of their own has to submit it, unchanged if it is right, before another signs",
	}
}

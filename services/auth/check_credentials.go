package auth

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// issuedFacts are the facts of an act by which a token and a link were issued.
type issuedFacts struct {
	Token catalog.Digest `json:"token"`
	Link  catalog.Digest `json:"link,omitempty"`
}

// admissionsLogged are what the acts on a user say of what may let them in.
type admissionsLogged struct {
	tokens, links map[catalog.Digest]time.Time
	// gone were issued before all were made void.
	gone map[catalog.Digest]bool
	// revokedAt is when that was done the last time; zero for never.
	revokedAt time.Time
}

func readAdmissions(acts []catalog.Act) admissionsLogged {
	l := admissionsLogged{tokens: map[catalog.Digest]time.Time{}, links: map[catalog.Digest]time.Time{}, gone: map[catalog.Digest]bool{}}
	for _, a := range acts {
		switch a.Kind {
		case catalog.ActTokenIssued:
			var f issuedFacts
			if json.Unmarshal(a.Facts, &f) != nil {
				continue // the check of the log tells of it
			}
			l.tokens[f.Token] = a.At
			if f.Link != "" {
				l.links[f.Link] = a.At
			}
		case catalog.ActTokensRevoked:
			l.revokedAt = a.At
			for d := range l.tokens {
				l.gone[d] = true
			}
			for d := range l.links {
				l.gone[d] = true
			}
		}
	}
	return l
}

// wrong tells what is wrong with a credential of a user, of whom others are all; "" for
// nothing. No act tells of a session: it is held against the link that it came from, whose
// row outlives it. Who puts a session beside a link that somebody has used is not found.
func (l admissionsLogged) wrong(c catalog.Credential, all []catalog.Credential, now time.Time) string {
	switch c.Kind {
	case catalog.BearerToken:
		return l.issued(c, l.tokens, time.Time{})
	case catalog.LoginLink:
		return l.issued(c, l.links, l.links[c.Digest].Add(linkLife))
	}
	switch {
	case c.ExpiresAt.Before(now):
		return ""
	case c.CreatedAt.Before(l.revokedAt):
		return "is from before all were made void, and was put back"
	case c.ExpiresAt.IsZero() || c.ExpiresAt.After(c.CreatedAt.Add(sessionMax)):
		return "lets them in for longer than a session lasts"
	case !slices.ContainsFunc(all, func(link catalog.Credential) bool {
		return link.Kind == catalog.LoginLink && link.ExpiresAt.Equal(c.CreatedAt)
	}):
		return "no link was used for it"
	}
	return ""
}

// issued checks a token or a link against the acts that issued such; latest is when it may
// run out at the latest, zero for never.
func (l admissionsLogged) issued(c catalog.Credential, acts map[catalog.Digest]time.Time, latest time.Time) string {
	switch _, known := acts[c.Digest]; {
	case !known:
		return "no act says that it was issued"
	case l.gone[c.Digest]:
		return "was made void, and was put back"
	case !latest.IsZero() && (c.ExpiresAt.IsZero() || c.ExpiresAt.After(latest)):
		return fmt.Sprintf("lets them in until after %s, when it had to run out", latest)
	}
	return ""
}

// credentialName names a credential in a finding, by what nobody can come in with.
func credentialName(u catalog.User, c catalog.Credential) string {
	kind := [...]string{"credential", "token", "link", "session"}
	what := kind[0]
	if int(c.Kind) < len(kind) {
		what = kind[c.Kind]
	}
	return fmt.Sprintf("%s: %s %.12s", subject(u), what, c.Digest)
}

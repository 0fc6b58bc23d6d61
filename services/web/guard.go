package web

import (
	"net/http"
	"time"
)

// policy lets the page load nothing but its own files and pictures: text of scans that
// ends up as markup by a mistake runs nowhere and calls nobody.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// requestHeader is what no form and no page of another site can send without asking
// first; calls that write need it beside the session.
const requestHeader = "X-Fonds-Request"

// maxBody bounds the body of a call: a text of a million characters takes up to 4 bytes
// each in UTF-8, and no page comes near.
const maxBody = 4 << 20

// guard sets the headers of every answer and refuses what other sites send.
func (p *page) guard(next http.Handler) http.Handler {
	crossSite := http.NewCrossOriginProtection()
	crossSite.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p.writeError(w, problem{
			Status: http.StatusForbidden, Code: "PERMISSION_DENIED", Reason: "CROSS_SITE",
			Message: "the request came from another site",
		})
	}))
	checked := crossSite.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store") // what may be kept says so itself
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		checked.ServeHTTP(w, r)
	})
}

// The cookie's names: browsers take one that begins with __Host- only over TLS, for the
// whole site and no other host, so that a neighbour cannot plant one.
const (
	cookieName       = "fonds_session"
	secureCookieName = "__Host-fonds_session"
)

func (p *page) cookieName(r *http.Request) string {
	if p.secure(r) {
		return secureCookieName
	}
	return cookieName
}

func (p *page) secure(r *http.Request) bool { return p.Secure || r.TLS != nil }

// session returns the secret that the browser sent; "" for none.
func (p *page) session(r *http.Request) string {
	c, err := r.Cookie(p.cookieName(r))
	if err != nil || len(c.Value) > 512 {
		return ""
	}
	return c.Value
}

func (p *page) setSession(w http.ResponseWriter, r *http.Request, secret string, expires time.Time) {
	c := &http.Cookie{ //nolint:gosec // secure wherever there is TLS; on loopback there is none
		Name: p.cookieName(r), Value: secret, Path: "/", Expires: expires,
		HttpOnly: true, Secure: p.secure(r), SameSite: http.SameSiteStrictMode,
	}
	if secret == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

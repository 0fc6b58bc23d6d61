package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// policy lets the page load nothing but its own files and pictures: text of scans that
// ends up as markup by a mistake runs nowhere and calls nobody.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// requestHeader is what no form and no page of another site can send without asking
// first; calls that write need it beside the session.
const requestHeader = "X-Fonds-Request"

// personHeader is whose page it is, as WhoAmI names them. The cookie is of who signed in
// last in that browser; the API refuses a call in which they differ.
const (
	personHeader   = "X-Fonds-Person"
	personMetadata = "fonds-person"
)

// guard sets the headers of every answer and refuses what other sites send.
func (p *page) guard(next http.Handler) (http.Handler, error) {
	crossSite := http.NewCrossOriginProtection()
	if p.PublicURL != "" {
		// A proxy may ask for another host than the browser did.
		if err := crossSite.AddTrustedOrigin(p.PublicURL); err != nil {
			return nil, fmt.Errorf("public address: %w", err)
		}
	}
	crossSite.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/login/") { // a person's browser, and no script
			p.showLogin(w, http.StatusForbidden, loginText{Problem: "This came from another site. The link stays good: copy it into the address bar, and sign in from there."})
			return
		}
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
		h.Set("Referrer-Policy", "same-origin")
		if p.secure(r) || local(r.Host) { // elsewhere browsers do not heed it, and complain
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
		}
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store") // what may be kept says so itself
		r.Body = http.MaxBytesReader(w, r.Body, largeBody)
		checked.ServeHTTP(w, r)
	}), nil
}

// local tells that a host is this machine, which browsers trust without TLS.
func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// remote is the address of who asks, without the port. A proxy adds whom it was asked by
// behind what that one says of itself, so only the last address counts.
func (p *page) remote(r *http.Request) string {
	peer, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr // a listener without ports
	}
	if ip, err := netip.ParseAddr(peer); p.PublicURL == "" || err != nil || !ip.Unmap().IsLoopback() {
		return peer
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	last := strings.TrimSpace(hops[len(hops)-1])
	if at, err := netip.ParseAddrPort(last); err == nil {
		return at.Addr().String()
	}
	if at, err := netip.ParseAddr(last); err == nil {
		return at.String()
	}
	return peer
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

// secure tells that the browser has TLS, which may end at the proxy in front.
func (p *page) secure(r *http.Request) bool {
	return r.TLS != nil || strings.HasPrefix(p.PublicURL, "https:")
}

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

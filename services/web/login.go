package web

import (
	"html/template"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// secretForm is what a link's secret looks like, whoever made it: no more is let
// through to be looked up.
var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{8,256}$`)

// loginPage is what a link shows. It works without scripts.
var loginPage = template.Must(template.ParseFS(files, "static/login.html"))

// loginText is what the page says.
type loginText struct {
	// Problem is what went wrong; empty before anything was tried.
	Problem string
	// Retry is whether the button stays.
	Retry bool
}

// offerLogin shows the button. It uses nothing up and looks nothing up: mail scanners
// fetch links, and a guess must cost a counted attempt.
func (p *page) offerLogin(w http.ResponseWriter, r *http.Request) {
	text := loginText{Retry: true}
	if !secretForm.MatchString(r.PathValue("secret")) {
		text = loginText{Problem: "This link is not complete. Copy all of it into the address bar."}
	}
	p.showLogin(w, http.StatusOK, text)
}

// login uses a link up and begins a session.
func (p *page) login(w http.ResponseWriter, r *http.Request) {
	secret := r.PathValue("secret")
	if !secretForm.MatchString(secret) {
		p.showLogin(w, http.StatusNotFound, loginText{Problem: "This link is not complete. Copy all of it into the address bar."})
		return
	}
	session, expires, err := p.Sessions.OpenLink(r.Context(), secret, p.remote(r))
	if err != nil {
		p.refuseLogin(w, err)
		return
	}
	if old := p.session(r); old != "" {
		if err := p.Sessions.EndSession(r.Context(), old); err != nil {
			p.Log.Warn("end the session before", "error", err)
		}
	}
	p.setSession(w, r, session, expires)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// refuseLogin says why a link did not open. Who comes second to a link is told so, and
// can raise the alarm; a secret of 256 bits gives nothing away by that.
func (p *page) refuseLogin(w http.ResponseWriter, err error) {
	e := problemOf(err)
	switch e.Status {
	case http.StatusTooManyRequests:
		if e.RetryAfter == 0 {
			e.RetryAfter = time.Minute
		}
		wait := strconv.Itoa(int(e.RetryAfter / time.Second))
		w.Header().Set("Retry-After", wait)
		p.showLogin(w, e.Status, loginText{Problem: "Too many attempts to sign in have failed. Try again in " + wait + " seconds.", Retry: true})
	case http.StatusUnauthorized, http.StatusNotFound, http.StatusForbidden, http.StatusPreconditionFailed, http.StatusBadRequest:
		p.showLogin(w, http.StatusForbidden, loginText{Problem: "This link does not open: " + e.Message + ". Ask the operator for a new one."})
	default:
		p.Log.Error("open a link", "error", err)
		p.showLogin(w, http.StatusServiceUnavailable, loginText{Problem: "The archive cannot be reached now. The link stays good: try again.", Retry: true})
	}
}

func (p *page) showLogin(w http.ResponseWriter, status int, text loginText) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := loginPage.Execute(w, text); err != nil {
		p.Log.Debug("page was not taken", "error", err)
	}
}

// logout ends the session, and has the browser forget the pictures it kept.
func (p *page) logout(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(requestHeader) == "" {
		p.writeError(w, problem{Status: http.StatusForbidden, Code: "PERMISSION_DENIED", Reason: "CROSS_SITE", Message: "calls need the header " + requestHeader})
		return
	}
	if session := p.session(r); session != "" {
		if err := p.Sessions.EndSession(r.Context(), session); err != nil {
			p.writeError(w, problemOf(err))
			return
		}
		p.access.forget(session)
	}
	p.setSession(w, r, "", time.Unix(0, 0))
	w.Header().Set("Clear-Site-Data", `"cache"`)
	w.WriteHeader(http.StatusNoContent)
}

package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"google.golang.org/grpc/metadata"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
)

// TestNothingTypedIsLost goes through the ways in which a text could get lost, or become
// another's, in one browser. Each has an archive of its own.
func TestNothingTypedIsLost(t *testing.T) {
	browser := chromium(t)
	for _, c := range []struct {
		name string
		test func(context.Context, *testing.T)
	}{
		{"the heartbeat overwrites nobody", testHeartbeat},
		{"nor does a verifier's", testVerifiersHeartbeat},
		{"a shared browser keeps people apart", testSharedBrowser},
		{"two windows keep their texts", testTwoWindows},
		{"what is done is not typed into", testDone},
		{"a field's form is not dropped", testFieldForm},
		{"who is not signed out is told", testSignOut},
		{"texts of a review that is gone", testGone},
		{"plain HTTP from another machine", testPlainHTTP},
		{"a text that is too long", testTooLong},
		{"units", testKeeping},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(browser, t) })
	}
}

// colleague is somebody who works by other means than the page.
type colleague struct {
	*archive
	id   string
	link string // opens the page for them
	ctx  context.Context
}

func (a *archive) colleague(name string) *colleague {
	a.t.Helper()
	user, secrets, err := a.accounts.AddUser(a.t.Context(), auth.Local(), name, []catalog.Role{catalog.Verifies}, false)
	must(a.t, err)
	ctx := metadata.AppendToOutgoingContext(a.t.Context(), "authorization", "Bearer "+secrets.Token)
	return &colleague{archive: a, id: user.ID, link: auth.LoginPath + secrets.Link, ctx: ctx}
}

// newLink is another link, for one whose first is used up.
func (c *colleague) newLink() string {
	c.t.Helper()
	_, secrets, err := c.accounts.IssueToken(c.t.Context(), auth.Local(), c.id)
	must(c.t, err)
	return auth.LoginPath + secrets.Link
}

func (c *colleague) claim(name string) *fondsv1.Review {
	c.t.Helper()
	r, err := c.reviews.ClaimReview(c.ctx, &fondsv1.ClaimReviewRequest{Name: name})
	must(c.t, err)
	return r
}

func (c *colleague) save(name, etag, text string) {
	c.t.Helper()
	_, err := c.reviews.SaveDraft(c.ctx, &fondsv1.SaveDraftRequest{Name: name, Text: text, Etag: etag})
	must(c.t, err)
}

// desk is a page of the workbench, of a document with one review.
type desk struct {
	*tab
	*archive
	doc, name string
}

// deskOf opens the only review of an archive for somebody.
func deskOf(browser context.Context, t *testing.T, a *archive, who *colleague) *desk {
	t.Helper()
	doc := a.ingested("northern-sea-route", "04-telegram-4158.jpg", "4158")
	d := &desk{tab: a.site(t).person(browser, "Anna", who.link), archive: a, doc: doc, name: a.review(doc).GetName()}
	d.holdTheHeart()
	d.again()
	return d
}

// holdTheHeart takes the page's heartbeat, to be made by beat() when a test says so.
func (d *desk) holdTheHeart() {
	d.tab.t.Helper()
	d.do("take the heartbeat", send(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `{const set = window.setInterval; window.setInterval = (f, t) => (t === 240000 ? ((window.beat = f), 0) : set(f, t));}`,
	}))
}

// again opens the review anew.
func (d *desk) again() {
	d.tab.t.Helper()
	d.open("/review/" + d.name)
	d.edited()
}

func (d *desk) edited() {
	d.tab.t.Helper()
	d.until("lines are there", `document.querySelector("#lines textarea") !== null`)
}

// write types at the end of the first line.
// In one piece: between keys the page would save, and a dialog about that take the rest.
func (d *desk) write(text string) {
	d.tab.t.Helper()
	d.until("the text may be changed", `(() => { const f = document.querySelector("#lines textarea"); f.focus(); f.setSelectionRange(f.value.length, f.value.length); return document.activeElement === f; })()`)
	d.insert(text)
}

func (d *desk) beat() {
	d.tab.t.Helper()
	eval[bool](d.tab, `(beat(), true)`)
}

// told waits for a dialog.
func (d *desk) told(heading string) {
	d.tab.t.Helper()
	d.until("it is told: "+heading, fmt.Sprintf(`document.querySelector("dialog[open] h2")?.textContent.includes(%q)`, heading))
}

func (d *desk) answer(value string) {
	d.tab.t.Helper()
	d.do("answer "+value, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector('dialog[open] button[value=%q]').click()`, value)))
	d.until("the dialog is gone", `document.querySelector("dialog[open]") === null`)
}

// state waits for words in the bar.
func (d *desk) state(words string) {
	d.tab.t.Helper()
	d.until("the bar says "+words, fmt.Sprintf(`document.querySelector("#save-state").textContent.includes(%q)`, words))
}

// holds waits until the server's draft has words.
func (d *desk) holds(words string) {
	d.tab.t.Helper()
	for end := time.Now().Add(stepTime); !strings.Contains(d.draft(), words); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			d.tab.t.Fatalf("the draft is %.80q", d.draft())
		}
	}
}

func (d *desk) draft() string { return d.review(d.doc).GetDraft().GetText() }

// testHeartbeat: the heartbeat prolongs the claim, and gets an etag by it: with that a save would go
// through over whatever others have done since the page was opened.
func testHeartbeat(browser context.Context, t *testing.T) {
	a := newArchive(t)
	anna, boris := a.colleague("Anna"), a.colleague("Boris")
	d := deskOf(browser, t, a, anna)
	const changed = "The text was changed elsewhere"

	// Nothing has changed but the etag.
	boris.later(d.name, func(string) {})
	d.beat()
	d.write(" A")
	d.saved()
	if got := d.draft(); !strings.Contains(got, " A\n") {
		t.Errorf("after a claim in between the draft is %.60q", got)
	}

	boris.later(d.name, func(etag string) { boris.save(d.name, etag, "Boris worked for an hour") })
	d.beat()
	d.told(changed)
	d.answer("")
	d.write("!")
	d.state("Not saved: a decision is needed")
	if got := d.draft(); got != "Boris worked for an hour" {
		t.Errorf("the other's draft is %.60q", got)
	}
	d.do("decide", chromedp.Click(`//button[text()="Decide now"]`))
	d.told(changed)
	d.answer("mine")
	d.saved()
	if got := d.draft(); !strings.Contains(got, " A!\n") {
		t.Errorf("what was kept is %.60q", got)
	}

	// Another window of hers.
	anna.save(d.name, a.review(d.doc).GetEtag(), "words of the other window")
	d.beat()
	d.told(changed)
	d.answer("theirs")
	d.until("the other text stands there", lines+` === "words of the other window"`)

	submitted := "submitted by Boris"
	boris.later(d.name, func(etag string) {
		_, err := a.reviews.SubmitReview(boris.ctx, &fondsv1.SubmitReviewRequest{Name: d.name, Text: &submitted, Etag: etag})
		must(t, err)
	})
	d.beat()
	d.told(changed)
	d.answer("")
	if r := a.review(d.doc); r.GetText() != submitted+"\n" || r.GetDraft() != nil {
		t.Errorf("the submitted text is %q, with the draft %v", r.GetText(), r.GetDraft())
	}
	d.quiet()
}

// later has somebody claim a review when the claims of others are over, work on it, and
// give it back.
func (c *colleague) later(name string, work func(etag string)) {
	c.t.Helper()
	c.clock.forward(20 * time.Minute)
	work(c.claim(name).GetEtag())
	_, err := c.reviews.ReleaseReview(c.ctx, &fondsv1.ReleaseReviewRequest{Name: name})
	must(c.t, err)
}

// testVerifiersHeartbeat: a verifier's heartbeat must not let a comment on one text pass for one on the next.
func testVerifiersHeartbeat(browser context.Context, t *testing.T) {
	a := newArchive(t)
	anna, boris := a.colleague("Anna"), a.colleague("Boris")
	d := &desk{archive: a, doc: a.ingested("northern-sea-route", "04-telegram-4158.jpg", "4158")}
	d.name = a.review(d.doc).GetName()
	submit := func(text string) func(string) {
		return func(etag string) {
			_, err := a.reviews.SubmitReview(boris.ctx, &fondsv1.SubmitReviewRequest{Name: d.name, Text: &text, Etag: etag})
			must(t, err)
		}
	}
	boris.later(d.name, submit("first"))
	d.tab = a.site(t).person(browser, "Anna", anna.link)
	d.holdTheHeart()
	d.open("/review/" + d.name)
	d.until("it may be signed", `document.querySelector("#main-deed") !== null`)
	boris.later(d.name, submit("second"))
	eval[string](d.tab, `(async () => { beat(); await new Promise((r) => setTimeout(r, 300)); return ""; })()`)
	d.do("send back", chromedp.Click(`//button[text()="Send back…"]`))
	d.typed("there is a mistake")
	d.answer("send")
	d.told("This has changed since you opened it")
	d.do("show it", chromedp.Click(chromedp.CSS("dialog[open] button")))
	d.until("the second is shown", `document.querySelector("#lines")?.textContent.includes("second")`)
	if c := a.review(d.doc).GetComment(); c != nil {
		t.Errorf("there is the comment %v", c)
	}
	// What was typed stands there again.
	d.until("it may be sent back", `[...document.querySelectorAll("#deeds button")].some((b) => b.textContent === "Send back…" && !b.disabled)`)
	d.do("send back", chromedp.Click(`//button[text()="Send back…"]`))
	d.until("the comment is back", `document.querySelector("#comment")?.value === "there is a mistake"`)
}

// testSharedBrowser has two people at one browser: the page of the first never saves with the session of the
// second, and goes on when she is back.
func testSharedBrowser(browser context.Context, t *testing.T) {
	a := newArchive(t)
	anna, boris := a.colleague("Anna"), a.colleague("Boris")
	d := deskOf(browser, t, a, anna)
	signIn := func(link string) {
		t.Helper()
		if got := eval[int](d.tab, fmt.Sprintf(`fetch(%q, {method: "POST"}).then((r) => r.status)`, link)); got != 200 {
			t.Fatalf("sign in in another tab: %d", got)
		}
	}
	signIn(boris.link)
	d.write(" WORDS OF ANNA")
	d.state("somebody else has signed in in this browser")
	d.state("kept in this browser")
	if draft := a.review(d.doc).GetDraft(); draft != nil {
		t.Errorf("there is a draft of %v: %.60q", draft.GetEditors(), draft.GetText())
	}
	d.do("submit", chromedp.Evaluate[chromedp.Void](`document.querySelector("#main-deed").click()`))
	d.until("words in doubt are asked about", `document.querySelector('dialog[open] button[value="submit"]') !== null`)
	d.answer("submit")
	d.until("that is refused", `document.querySelector("#notices").textContent.includes("somebody else has signed in")`)
	if r := a.review(d.doc); r.GetState() != fondsv1.ReviewState_REVIEW_STATE_TO_CORRECT || r.GetReading().GetContributors() != nil {
		t.Errorf("it was submitted by %v", r.GetReading().GetContributors())
	}
	// Also the last call of a page that is closed.
	d.do("hide", chromedp.Evaluate[chromedp.Void](`dispatchEvent(new Event("pagehide"))`))

	signIn(anna.newLink())
	d.press("Control+s")
	d.saved()
	draft := a.review(d.doc).GetDraft()
	if e := draft.GetEditors(); len(e) != 1 || !strings.HasSuffix(e[0], anna.id) || !strings.Contains(draft.GetText(), "WORDS OF ANNA") {
		t.Errorf("the draft of %v, who is not Anna alone: %.60q", e, draft.GetText())
	}
}

// testTwoWindows has one person with two windows of the same browser.
func testTwoWindows(browser context.Context, t *testing.T) {
	a := newArchive(t)
	anna := a.colleague("Anna")
	one := deskOf(browser, t, a, anna)
	ctx, stop := chromedp.NewContext(one.ctx)
	defer stop()
	must(t, chromedp.Do(ctx, chromedp.Navigate("about:blank")))
	two := &desk{tab: &tab{t: t, ctx: ctx, site: one.tab.site}, archive: a, doc: one.doc, name: one.name}
	two.again()

	// Neither sends a word to the server, as when the machine is switched off.
	for _, d := range []*desk{one, two} {
		eval[bool](d.tab, `(window.fetch = () => Promise.reject(new TypeError("gone"))) !== null`)
	}
	one.write(" ONE")
	one.state("Not saved yet")
	two.write(" TWO")
	two.state("Not saved yet")
	for _, d := range []*desk{one, two} {
		d.do("leave", chromedp.Navigate("about:blank"))
	}
	one.again()
	one.saved()
	one.holds(" ONE\n")
	two.again()
	two.told("This browser has text that was never saved")
	two.answer("mine")
	two.holds(" TWO\n")
}

// testDone: nothing is behind a text any more once it is submitted.
func testDone(browser context.Context, t *testing.T) {
	a := newArchive(t)
	d := deskOf(browser, t, a, a.colleague("Anna"))
	const breaks = `{const real = window.fetch; let held = []; window.go = () => held.splice(0).forEach((f) => f());
		window.fetch = async (url, o) => {
			if (String(url).endsWith("/ClaimNextReview")) throw new TypeError("gone");
			if (String(url).endsWith("/SubmitReview")) { window.submitting = true; await new Promise((r) => held.push(r)); }
			return real(url, o);
		}}`
	eval[bool](d.tab, breaks+"; true")
	d.write(" A")
	d.do("submit", chromedp.Evaluate[chromedp.Void](`document.querySelector("#main-deed").click()`))
	d.until("words in doubt are asked about", `document.querySelector('dialog[open] button[value="submit"]') !== null`)
	d.answer("submit")
	d.until("it is on its way", "window.submitting")
	d.write(" lost?")
	d.press("Enter")
	eval[bool](d.tab, "go(); true")
	d.until("it is done", `document.querySelector("#deeds").textContent.includes("This one is done; the next cannot be opened")`)
	d.write(" lost?")
	if got := eval[string](d.tab, lines); strings.Contains(got, "lost?") || !strings.Contains(got, " A\n") {
		t.Errorf("the page has %.60q", got)
	}
	if got := a.review(d.doc).GetText(); !strings.Contains(got, " A\n") || strings.Contains(got, "lost?") {
		t.Errorf("submitted was %.60q", got)
	}
	d.accessible("done")
	d.do("to the queue", chromedp.Click(`//a[text()="To the queue"]`))
	d.until("the queue is there", `document.querySelector("#reviews li, #empty:not([hidden])") !== null`)
}

// testFieldForm: the keys that submit a text save a field while its form is used.
func testFieldForm(browser context.Context, t *testing.T) {
	a := newArchive(t)
	anna := a.colleague("Anna")
	d := deskOf(browser, t, a, anna)
	a.derive()
	d.again()
	d.press("Alt+f")
	d.until("fields are there", `document.querySelectorAll("#panel-fields .field").length > 2`)
	const date = `[...document.querySelectorAll("#panel-fields .field")].find((f) => f.querySelector("h3").textContent.startsWith("Document date"))`
	d.do("change the date", chromedp.Evaluate[chromedp.Void](date+`.querySelector("button[aria-label^=Change]").click()`))
	d.do("empty it", chromedp.Evaluate[chromedp.Void](date+`.querySelector("input").focus(), `+date+`.querySelector("input").select()`))
	d.typed("1949-03-25")
	d.do("submit by the mouse", chromedp.Evaluate[chromedp.Void](`document.querySelector("#main-deed").click()`))
	d.told("A field is being changed")
	d.accessible("a field is being changed")
	d.answer("look")
	d.until("the field is back", `document.activeElement?.closest("#panel-fields form") !== null`)
	d.press("Control+Enter")
	d.until("it is hers", date+`.textContent.includes("stated by you")`)
	if r := a.review(d.doc); r.GetState() != fondsv1.ReviewState_REVIEW_STATE_TO_CORRECT {
		t.Errorf("the text is %v", r.GetState())
	}
}

// testSignOut: nobody leaves a machine believing that they are out.
func testSignOut(browser context.Context, t *testing.T) {
	a := newArchive(t)
	d := deskOf(browser, t, a, a.colleague("Anna"))
	d.write(" A")
	d.saved()
	const kept = `Object.keys(localStorage).filter((k) => k.startsWith("fonds-draft:")).length`
	d.ignore(true)
	d.tab.site.stop()
	d.do("sign out", chromedp.Click(`//button[text()="Sign out"]`))
	d.until("that is told", `document.querySelector("header [role=alert]")?.textContent.includes("You are still signed in")`)
	d.accessible("still signed in")
	if n := eval[int](d.tab, kept); n != 1 {
		t.Errorf("%d texts are kept", n)
	}
	d.tab.site.start()
	d.ignore(false)
	d.do("sign out", chromedp.Click(`//button[text()="Sign out"]`))
	d.until("she is out", `document.querySelector("main h1")?.textContent === "You are not signed in"`)
	if n := eval[int](d.tab, kept); n != 0 {
		t.Errorf("%d texts are kept", n)
	}
	d.quiet()
}

// testGone: what is hidden may come back, what is destroyed does not, and what was typed
// for a review that is no more is given to who typed it.
func testGone(browser context.Context, t *testing.T) {
	a := newArchive(t)
	anna := a.colleague("Anna")
	d := deskOf(browser, t, a, anna)
	keep := func(review string) {
		t.Helper()
		d.do("leave", chromedp.Navigate("http://"+d.tab.site.address+"/assets/icon.svg"))
		eval[bool](d.tab, fmt.Sprintf(`[["w1", "saved"], ["w2", "never saved"]].forEach(([w, text]) => localStorage.setItem("fonds-draft:users/%s:%s:" + w, JSON.stringify({text, base: "saved", accepted: [], time: Date.now()}))) || true`, anna.id, review))
	}
	const kept = `Object.keys(localStorage).filter((k) => k.startsWith("fonds-draft:")).length`
	none := d.doc + "/reviews/0123456789abcdef"
	keep(none)
	d.open("/review/" + none)
	d.until("what was never saved is shown", `document.querySelector("#notices details .text")?.textContent === "never saved"`)
	d.until("what was saved is forgotten", kept+" === 1")
	d.accessible("gone")
	d.do("forget", chromedp.Click(`//button[text()="Forget it"]`))
	d.until("all is forgotten", kept+" === 0")

	keep(d.name)
	_, err := a.docs.DeleteDocument(t.Context(), &fondsv1.DeleteDocumentRequest{Name: d.doc})
	must(t, err)
	d.open("/review/" + d.name)
	d.until("it is hidden", `document.querySelector("#notices")?.textContent.includes("the document is deleted")`)
	d.until("nothing is forgotten", kept+" === 2")

	operator := func(name string) context.Context {
		_, secrets, err := a.accounts.AddUser(t.Context(), auth.Local(), name, []catalog.Role{catalog.Operates}, false)
		must(t, err)
		return metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+secrets.Token)
	}
	purges := fondsv1.NewPurgeServiceClient(a.conn)
	p, err := purges.RequestPurge(operator("Olga"), &fondsv1.RequestPurgeRequest{Documents: []string{d.doc}, Reason: "why"})
	must(t, err)
	_, err = purges.ConfirmPurge(operator("Otto"), &fondsv1.ConfirmPurgeRequest{Name: p.GetName()})
	must(t, err)
	d.open("/review/" + d.name)
	d.until("all is forgotten", `document.querySelector("#notices")?.textContent.includes("There is no such review") && `+kept+" === 0")
}

// testPlainHTTP reaches the page as from another machine without TLS, where browsers hold
// much back: Sec-Fetch-Site, and all that needs a secure context.
func testPlainHTTP(browser context.Context, t *testing.T) {
	a := newArchive(t)
	anna := a.colleague("Anna")
	doc := a.ingested("northern-sea-route", "04-telegram-4158.jpg", "4158")
	s := a.site(t)
	s.address = strings.Replace(s.address, "127.0.0.1", "archive.test", 1)
	p := s.person(browser, "Anna", anna.link)
	if eval[bool](p, "isSecureContext") {
		t.Fatal("this is a secure context, and proves nothing")
	}
	d := &desk{tab: p, archive: a, doc: doc, name: a.review(doc).GetName()}
	d.again()
	d.write(" A")
	d.saved()
	d.quiet()
	s.address = strings.Replace(s.address, "archive.test", "127.0.0.1", 1)
}

// testTooLong saves a text that no call may have: it is told, and not tried for ever.
func testTooLong(browser context.Context, t *testing.T) {
	a := newArchive(t)
	d := deskOf(browser, t, a, a.colleague("Anna"))
	told := eval[string](d.tab, fmt.Sprintf(`(async () => {
		const { Draft } = await import("/assets/draft.js");
		const draft = new Draft({ name: %q, text: "", etag: "1" }, { name: "users/x" });
		const told = new Promise((r) => draft.addEventListener("conflict", (e) => r(e.detail.message)));
		draft.edit("x".repeat(4_300_000), []);
		return (await draft.save()) || told;
	})()`, d.name))
	if !strings.Contains(told, "too long: a call may have 4096 KiB") {
		t.Errorf("it is said %q", told)
	}
}

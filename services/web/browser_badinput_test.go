package web_test

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
)

// scripts would each leave a mark in the browser, wherever it goes next, if anything ran.
const scripts = `<script>localStorage.ran=1</script>"'><img src=x onerror=localStorage.ran=1><svg onload=localStorage.ran=1>` +
	`<a href="javascript:localStorage.ran=1">x</a>{{localStorage.ran=1}}${localStorage.ran=1}<!--`

// script is one of them, for what takes few letters.
const script = "<script>localStorage.ran=1</script>"

// typings are what people and programs put into a field of one line. All of it is text.
var typings = map[string]string{
	"blank": "   ", "script": scripts, "handler": `" onfocus="localStorage.ran=1" autofocus x="`, "right to left": "abc\u202edef\u200fאבג",
	"astral": "𐏈🗄️𝔣👩‍👩‍👧", "quotes": `"'` + "`«»„“”&amp;&lt;", "upwards": "../../../etc/passwd", "long": strings.Repeat("Long ", 1000),
}

// machineWords are those that say nothing to a person.
var machineWords = regexp.MustCompile(`undefined|\[object|NaN|TypeError|SyntaxError|[A-Z]{3,}_[A-Z]{3,}|\bproto\b|\bnull\b|%!|INVALID|document\.fields\[`)

// plainWords checks that what is shown is a sentence that a person understands.
func (p *tab) plainWords(what, said string) {
	p.t.Helper()
	if len(strings.Fields(said)) < 2 || len(said) > 1500 || machineWords.MatchString(said) {
		p.t.Errorf("%s: the page says %q", what, said)
	}
}

// unharmed fails when a script has run or the console has said something.
func (p *tab) unharmed(what string) {
	p.t.Helper()
	if ran := eval[bool](p, `localStorage.getItem("ran") !== null || "ran" in window`); ran {
		p.t.Fatalf("%s: a script has run", what)
	}
	p.quiet()
}

// insert puts text where the cursor is, as pasting and input methods do.
func (p *tab) insert(text string) {
	p.t.Helper()
	p.do("insert", send(input.InsertText, input.InsertTextParams{Text: text}))
}

// TestPageWithBadInput puts into every field of the page what does not belong there.
func TestPageWithBadInput(t *testing.T) {
	browser := chromium(t)
	a := newArchive(t)
	anna := a.colleague("Anna " + script)
	d := deskOf(browser, t, a, anna)
	a.derive()
	for _, step := range []struct {
		name string
		do   func(*testing.T, *desk, *colleague)
	}{
		{"links", badLinks},
		{"search", badSearches},
		{"filters", badFilters},
		{"text", badTexts},
		{"long text", longText},
		{"fields", badFields},
		{"role", lostRole},
		{"session", lostSession},
		{"fields out of date", fieldsOutOfDate},
		{"comment", badComments},
		{"stored", storedScripts},
	} {
		begun := time.Now()
		step.do(t, d, anna)
		d.unharmed(step.name)
		t.Logf("%s: %v", step.name, time.Since(begun).Round(10*time.Millisecond))
	}
}

// badLinks opens links that are none, and uses one twice.
func badLinks(_ *testing.T, d *desk, who *colleague) {
	used := who.newLink()
	d.open(used)
	d.ignore(true) // Chromium tells of every page with a status above 400
	d.do("use the link", chromedp.Click("button.main"))
	d.until("she is in", `document.querySelector("#reviews") !== null`)
	for name, link := range map[string]string{
		"cut off": used[:len(used)/2], "used": used, "mistyped": used[:len(used)-2] + "xx", "short": "/login/x",
		"script": "/login/%3Cscript%3ElocalStorage.ran=1%3C%2Fscript%3E", "long": "/login/" + strings.Repeat("x", 3000),
	} {
		d.open(link)
		if eval[bool](d.tab, `document.querySelector("button.main") !== null`) {
			d.do("sign in", chromedp.Click("button.main"))
		}
		d.until(name+" is refused", `document.querySelector("[role=alert]") !== null`)
		d.plainWords(name, d.text("[role=alert]"))
		d.unharmedQuietly(name)
	}
	d.accessible("a link that does not open")
	d.ignore(false)
}

// unharmedQuietly is unharmed where the console may say something.
func (p *tab) unharmedQuietly(what string) {
	p.t.Helper()
	if eval[bool](p, `localStorage.getItem("ran") !== null`) {
		p.t.Fatalf("%s: a script has run", what)
	}
}

func badSearches(_ *testing.T, d *desk, _ *colleague) {
	d.open("/")
	d.until("the queue is there", `document.querySelector("#reviews li") !== null`)
	queries := map[string]string{"unclosed": `"open`, "operators": "OR OR -", "only a star": "*", "too long": strings.Repeat("word ", 1000)}
	maps.Copy(queries, typings)
	for name, query := range queries {
		d.do("begin anew", chromedp.Evaluate[chromedp.Void](`document.querySelector("#found-title").textContent = ""; document.querySelector("#query").value = ""; document.querySelector("#query").focus()`))
		d.insert(query)
		typed := eval[string](d.tab, `document.querySelector("#query").value`)
		d.press("Enter")
		if strings.TrimSpace(query) == "" {
			d.until("nothing is asked", `document.querySelector("#found").hidden`)
			continue
		}
		d.until(name+" is answered", `document.querySelector("#found-title").textContent.length > 0`)
		d.plainWords("search for "+name, strings.ReplaceAll(d.text("#found-title"), typed, "…"))
		if still := eval[string](d.tab, `document.querySelector("#query").value`); still != typed {
			d.tab.t.Errorf("%s: what was typed is now %q", name, still)
		}
		d.unharmed("search for " + name)
	}
}

// badFilters come by the address, since the lists have nothing else to choose.
func badFilters(_ *testing.T, d *desk, _ *colleague) {
	for _, query := range []string{
		"state=<script>localStorage.ran=1</script>&order=nonsense&parent=../x", "parent=collections/nowhere", "done=<img src=x onerror=localStorage.ran=1>&q=%00",
		"q=" + strings.Repeat("%F0%9F%97%84", 50), "state=REVIEW_STATE_DONE&order=REVIEW_ORDER_CONFIDENCE", "q=%22%3E%3Cimg%20src=x%20onerror=localStorage.ran=1%3E",
	} {
		d.open("/?" + query)
		d.until("the queue is there: "+query, `document.querySelector("#reviews li, #empty:not([hidden])") !== null || document.querySelector("#message").textContent.length > 0`)
		if said := d.text("#message"); said != "" {
			d.plainWords(query, said)
		}
		d.unharmed(query)
	}
	for _, path := range []string{"/documents/nowhere", "/documents/%3Cscript%3E", "/documents/0192f0c5-0000-7000-8000-000000000000", "/review/documents/x/reviews/y", "/review/documents/0192f0c5-0000-7000-8000-000000000000/reviews/0123456789abcdef"} {
		d.open(path)
		d.until("it is not there: "+path, `(document.querySelector("#message")?.textContent || document.querySelector("#notices")?.textContent || "").length > 10`)
		d.plainWords(path, d.text("#message")+d.text("#notices p"))
		d.unharmed(path)
	}
}

// badTexts types into the text; what the server has of it is what was typed.
func badTexts(t *testing.T, d *desk, _ *colleague) {
	d.again()
	for name, text := range typings {
		d.do("to an empty line", chromedp.Evaluate[chromedp.Void](`(() => { const f = document.querySelector("#lines textarea"); f.focus(); f.select(); })()`))
		d.insert(text)
		want := eval[string](d.tab, lines)
		if !strings.HasPrefix(want, text) {
			t.Errorf("%s: the page has %q", name, want)
		}
		d.until(name+" is saved", `document.querySelector("#save-state").textContent.startsWith("Saved")`)
		for range 200 {
			if d.draft() == want {
				break
			}
			time.Sleep(25 * time.Millisecond)
		}
		if got := d.draft(); got != want {
			t.Errorf("%s: the server has %q, the page %q", name, got, want)
		}
		d.unharmed("text: " + name)
	}
	d.set("#lines textarea", "")
	d.until("an empty line is saved", `document.querySelector("#save-state").textContent.startsWith("Saved")`)
}

// longText is above what the contract takes: it is refused in words and stays.
func longText(t *testing.T, d *desk, _ *colleague) {
	const length = 80_000 * len("wordwordword ")
	d.again()
	d.do("much text", chromedp.Evaluate[chromedp.Void](
		`(() => { const f = document.querySelector("#lines textarea"); f.value = "wordwordword ".repeat(80000); f.dispatchEvent(new Event("input", {bubbles: true})); })()`))
	d.told("could not be saved")
	d.plainWords("a long text", eval[string](d.tab, `document.querySelector("dialog[open] p").textContent`))
	d.answer("")
	// What differs between two such texts has more parts than a call takes arguments.
	if parts := eval[int](d.tab, `import("/assets/dom.js").then(({ h }) => h("p", {}, Array(300000).fill("x")).childNodes.length)`); parts != 300_000 {
		t.Errorf("of 300,000 parts %d are shown", parts)
	}
	d.state("Not saved")
	if got := eval[int](d.tab, lines+".length"); got < length {
		t.Errorf("of the text %d characters are left", got)
	}
	d.set("#lines textarea", "short again")
	d.do("decide", chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll("#notices button")].at(-1).click()`))
	d.until("it is saved", `document.querySelector("#save-state").textContent.startsWith("Saved")`)
	if !strings.HasPrefix(d.draft(), "short again") {
		t.Errorf("the server has %.100q", d.draft())
	}
}

// badFields fills the forms of fields: one for each kind of value.
func badFields(t *testing.T, d *desk, _ *colleague) {
	d.again()
	d.press("Alt+f")
	d.until("fields are there", `document.querySelectorAll("#panel-fields .field").length > 2`)
	wrong := map[string][]string{
		"document_date": {"", "31.02.1949", "yesterday", "1949-13-01", scripts, "abc\u202e", "🗄️", strings.Repeat("1", 5000)},
		"citation":      {"", "nothing of the kind", scripts, "\u202eAPRF", "🗄️", strings.Repeat("APRF, f. 45 ", 300)},
		"copy_count":    {"", "-1", "1.5", "many", "99999999999999999999", scripts, "٣"},
		"annotation":    {"", "  ", strings.Repeat("я", 20_001)},
		"addressee":     {"", "   "},
	}
	for name, values := range wrong {
		d.add(name)
		for _, value := range values {
			d.set(`#panel-fields .adding form input, #panel-fields .adding form textarea`, value)
			d.do("save", chromedp.Evaluate[chromedp.Void](adding+`.querySelector("form button.main").click()`))
			d.until(fmt.Sprintf("%s %.20q is refused", name, value), verdict+` && `+adding+`.querySelector(".verdict").classList.contains("wrong")`)
			d.plainWords(fmt.Sprintf("%s, %.20q", name, value), eval[string](d.tab, verdict))
			if still := eval[string](d.tab, `document.querySelector("#panel-fields .adding form input, #panel-fields .adding form textarea").value`); still != value {
				t.Errorf("%s: what was typed, %.40q, is now %.40q", name, value, still)
			}
			d.unharmed("field " + name)
		}
		if name == "document_date" {
			d.accessible("a field that is refused")
		}
		d.button(adding, "Cancel")
	}
	// What is text is taken as it is, and shown as it is.
	d.add("annotation")
	d.set("#panel-fields .adding form textarea", scripts)
	d.do("save", chromedp.Evaluate[chromedp.Void](adding+`.querySelector("form button.main").click()`))
	d.until("it stands there", fmt.Sprintf(`%s?.textContent.includes(%q)`, card("annotation"), scripts[:30]))
}

// lostRole has an operator take somebody's role while they type.
func lostRole(t *testing.T, d *desk, who *colleague) {
	d.again()
	set := func(role catalog.Role) {
		_, err := who.accounts.UpdateUser(t.Context(), auth.Local(), who.id, "", []catalog.Role{role}, false)
		must(t, err)
	}
	set(catalog.Reads)
	d.write(" without a role")
	d.told("could not be saved")
	said := d.text("dialog[open] p")
	d.plainWords("no role", said)
	if !strings.Contains(said, "role") {
		t.Errorf("it says %q", said)
	}
	d.accessible("a text that is refused")
	d.keep("refused-laptop-light")
	d.answer("")
	if !strings.Contains(eval[string](d.tab, lines), "without a role") {
		t.Error("what was typed is gone")
	}
	set(catalog.Verifies)
	d.do("decide", chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll("#notices button")].at(-1).click()`))
	d.until("it is saved", `document.querySelector("#save-state").textContent.startsWith("Saved")`)
	if !strings.Contains(d.draft(), "without a role") {
		t.Errorf("the server has %q", d.draft())
	}
}

// lostSession ends it while somebody types, and has them come back.
func lostSession(t *testing.T, d *desk, who *colleague) {
	d.again()
	d.press("Alt+f")
	d.until("fields are there", `document.querySelectorAll("#panel-fields .field").length > 2`)
	_, err := who.accounts.RevokeTokens(t.Context(), auth.Local(), who.id)
	must(t, err)
	d.write(" signed out")
	d.state("signed out")
	d.plainWords("no session", d.text("#save-state"))
	d.add("summary")
	d.set("#panel-fields .adding form textarea", "Typed while signed out")
	d.do("save", chromedp.Evaluate[chromedp.Void](adding+`.querySelector("form button.main").click()`))
	d.until("the field is refused", adding+`.querySelector(".verdict").classList.contains("wrong")`)
	d.plainWords("a field without a session", eval[string](d.tab, verdict))
	if still := eval[string](d.tab, `document.querySelector("#panel-fields .adding form textarea").value`); still != "Typed while signed out" {
		t.Errorf("what was typed into the field is %q", still)
	}
	d.ignore(true)
	d.do("go away", chromedp.Navigate("about:blank"))
	d.open("/review/" + d.name)
	d.until("she is told", `document.querySelector("main h1")?.textContent.includes("not signed in")`)
	d.open(who.newLink())
	d.do("sign in", chromedp.Click("button.main"))
	d.until("she is in", `document.querySelector("#reviews") !== null`)
	d.ignore(false)
	d.again()
	d.until("it is back, and saved", lines+`.includes("signed out") && document.querySelector("#save-state").textContent.startsWith("Saved")`)
	if !strings.Contains(d.draft(), "signed out") {
		t.Errorf("the server has %q", d.draft())
	}
}

// fieldsOutOfDate has another change the document while somebody fills a field.
func fieldsOutOfDate(t *testing.T, d *desk, _ *colleague) {
	d.again()
	d.press("Alt+f")
	d.until("fields are there", `document.querySelectorAll("#panel-fields .field").length > 2`)
	d.add("summary")
	d.set("#panel-fields .adding form textarea", "Typed meanwhile "+scripts)
	retitle(t, d.archive, d.doc, "Another title")
	d.do("save", chromedp.Evaluate[chromedp.Void](adding+`.querySelector("form button.main").click()`))
	d.told("Somebody has changed this document")
	if said := d.text("dialog[open]"); !strings.Contains(said, "Typed meanwhile "+scripts[:20]) {
		t.Errorf("what was typed is not shown: %q", said)
	}
	d.accessible("a document that has changed")
	d.answer("")
}

func retitle(t *testing.T, a *archive, document, title string) {
	t.Helper()
	_, err := a.docs.UpdateDocument(t.Context(), &fondsv1.UpdateDocumentRequest{
		Document: &fondsv1.Document{Name: document, Title: title}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"title"}},
	})
	must(t, err)
}

// badComments sends a text back without a reason, with too long a one, and when another
// has taken it; the reason stays until it is sent.
func badComments(t *testing.T, d *desk, _ *colleague) {
	boris := d.colleague("Boris")
	document := d.ingested("northern-sea-route", "01-telegram-4117.png", "4117")
	name := d.review(document).GetName()
	_, err := d.reviews.SubmitReview(boris.ctx, &fondsv1.SubmitReviewRequest{Name: name, Text: new("corrected " + scripts), Etag: d.review(document).GetEtag()})
	must(t, err)
	d.open("/review/" + name)
	ask := func() {
		t.Helper()
		d.until("it can be sent back", `!document.querySelector("dialog[open]") && [...document.querySelectorAll("#deeds button")].some((b) => b.textContent === "Send back…" && !b.disabled && b.getAttribute("aria-disabled") !== "true")`)
		d.button(`document.querySelector("#deeds")`, "Send back…")
		d.until("it is asked why", `document.querySelector("dialog[open] #comment") !== null`)
	}
	send := func(comment string) {
		t.Helper()
		ask()
		d.set("#comment", comment)
		d.do("send", chromedp.Evaluate[chromedp.Void](`document.querySelector('dialog[open] button[value="send"]').click()`))
	}
	refused := func(what, words string) {
		t.Helper()
		d.until(what+" is refused", fmt.Sprintf(`[...document.querySelectorAll("#notices .bad p")].at(-1)?.textContent.includes(%q)`, words))
		d.plainWords(what, eval[string](d.tab, `[...document.querySelectorAll("#notices .bad p")].at(-1).textContent`))
		d.unharmed(what)
	}
	send("")
	if !eval[bool](d.tab, `document.querySelector("dialog[open] #comment") !== null`) {
		t.Error("a text can be sent back without a word")
	}
	d.press("Escape")
	send("   ")
	refused("a blank comment", "say what is wrong")
	long := strings.Repeat("Wrong. ", 600)
	send(long)
	refused("a long comment", "4000")
	ask()
	if got := eval[string](d.tab, `document.querySelector("#comment").value`); got != long {
		t.Errorf("of the comment there is left %.60q", got)
	}
	d.press("Escape")

	d.clock.forward(20 * time.Minute)
	boris.claim(name)
	send("The number is wrong. " + scripts)
	refused("a review that is taken", "Boris has taken")
	_, err = d.reviews.ReleaseReview(boris.ctx, &fondsv1.ReleaseReviewRequest{Name: name})
	must(t, err)
	d.open("/review/" + name)
	send("The number is wrong. " + scripts)
	d.until("it is sent", fmt.Sprintf(`location.pathname !== "/review/%s"`, name))
	if got := d.review(document).GetComment().GetText(); got != "The number is wrong. "+scripts {
		t.Errorf("the comment is %q", got)
	}
}

// storedScripts has scripts wherever the archive keeps words, and looks at every page.
func storedScripts(t *testing.T, d *desk, _ *colleague) {
	retitle(t, d.archive, d.doc, "Title "+scripts)
	_, err := d.docs.UpdateCollection(t.Context(), &fondsv1.UpdateCollectionRequest{
		Collection: &fondsv1.Collection{Name: "collections/northern-sea-route", DisplayName: "Box " + script}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"display_name"}},
	})
	must(t, err)
	d.again()
	d.set("#lines textarea", "wagons "+scripts)
	d.until("it is saved", `document.querySelector("#save-state").textContent.startsWith("Saved")`)
	d.press("Control+Enter")
	d.until("it is submitted", fmt.Sprintf(`document.querySelector("dialog[open]") || location.pathname !== "/review/%s"`, d.name))
	if eval[bool](d.tab, `Boolean(document.querySelector("dialog[open]"))`) {
		d.answer("submit")
		d.until("it is submitted", fmt.Sprintf(`location.pathname !== "/review/%s"`, d.name))
	}
	d.derive()
	for _, path := range []string{"/", "/?q=wagons", "/review/" + d.name, "/" + d.doc} {
		d.open(path)
		d.until("its words are there: "+path, fmt.Sprintf(`document.body.innerText.includes(%q)`, script))
		for _, panel := range []string{"fields", "compare", "history"} {
			if !strings.HasPrefix(path, "/review/") {
				break
			}
			if panel == "fields" {
				d.press("Alt+f")
			}
			d.do("open "+panel, chromedp.Click(chromedp.CSS("#tab-"+panel)))
			d.until(panel+" is there", fmt.Sprintf(`document.querySelector("#panel-%s").children.length > 0 && !document.querySelector("#panel-%s").textContent.startsWith("Loading")`, panel, panel))
		}
		d.unharmed(path)
	}
}

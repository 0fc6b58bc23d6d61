package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// office is an archive with two people at their browsers.
type office struct {
	*archive
	t           *testing.T
	site        *site
	anna, boris *tab
	// Documents by the number of the telegram.
	documents map[string]string
}

// TestTwoPeopleAtThePage drives the page as people do: one corrects a telegram, with the
// server gone in between, and is refused when signing; the other signs, and exactly the
// signed text is served.
func TestTwoPeopleAtThePage(t *testing.T) {
	browser := chromium(t)
	a := newArchive(t)
	o := &office{archive: a, t: t, documents: map[string]string{
		"4158": a.ingested("northern-sea-route", "04-telegram-4158.jpg", "4158"),
		"4117": a.ingested("northern-sea-route", "01-telegram-4117.png", "4117"),
		"4171": a.ingested("northern-sea-route", "07-telegram-4171.png", "4171"),
		"4192": a.ingested("cipher-office", "12-letter-4192.jpg", "4192"),
	}}
	a.derive()
	o.site = a.site(t)
	o.anna = o.site.person(browser, "Anna", a.person("Анна Мельникова", catalog.Verifies))
	o.boris = o.site.person(browser, "Boris", a.person("Boris Vetrov", catalog.Verifies))
	for _, step := range []struct {
		name string
		do   func(*office)
	}{
		{"queue", (*office).seeTheQueue},
		{"editor", (*office).correctByKeyboard},
		{"scan", (*office).clickTheScan},
		{"unplugged", (*office).loseTheServer},
		{"elsewhere", (*office).changeElsewhere},
		{"taken", (*office).loseTheClaim},
		{"fields", (*office).stateFields},
		{"more fields", (*office).addFields},
		{"sign", (*office).sign},
		{"send back", (*office).sendBack},
		{"document", (*office).readTheDocument},
	} {
		begun := time.Now()
		step.do(o)
		t.Logf("%s: %v", step.name, time.Since(begun).Round(10*time.Millisecond))
		o.anna.quiet()
		o.boris.quiet()
	}
}

func (o *office) work(number string) string {
	return "/review/" + o.review(o.documents[number]).GetName()
}

// draft is what the server has of somebody's work.
func (o *office) draft(number string) string {
	return o.review(o.documents[number]).GetDraft().GetText()
}

// lines is the script for the text as it stands in the page.
const lines = `[...document.querySelectorAll("#lines textarea")].map((l) => l.value).join("\n")`

func (p *tab) saved() {
	p.t.Helper()
	p.until("the draft is saved", `document.querySelector("#save-state").textContent.startsWith("Saved")`)
}

func (o *office) seeTheQueue() {
	anna := o.anna
	anna.until("all wait", `document.querySelectorAll("#reviews li").length === 4`)
	anna.until("progress is drawn", `document.querySelectorAll("svg.shares").length === 2`)
	anna.accessible("queue")
	anna.shots("queue")
	anna.do("choose an order", chromedp.SetValue(`select[name="order"]`, "REVIEW_ORDER_CONFIDENCE"),
		chromedp.Evaluate[chromedp.Void](`document.querySelector("#filters").dispatchEvent(new Event("change"))`))
	anna.until("the least sure is first", `document.querySelector("#reviews .title").textContent.startsWith("07")`)
	anna.open("/?q=wagons")
	anna.until("it is found", `document.querySelectorAll("#hits mark").length > 0`)
	if got := anna.text("#found-title"); got != "Found 1 document" {
		o.t.Errorf("found: %q", got)
	}
	anna.accessible("search")
	anna.keep("search-laptop-light")
	anna.do("a broken query", chromedp.Navigate("http://"+anna.site.address+`/?q="open`))
	anna.until("the query is refused in words", `document.querySelector("#found-title").textContent.length > 20`)
}

// correctByKeyboard mends what was misread without the mouse.
func (o *office) correctByKeyboard() {
	anna := o.anna
	anna.open(o.work("4158"))
	anna.ready()
	anna.accessible("workbench")
	anna.shots("correct")
	anna.until("four words are in doubt", `document.querySelectorAll("#lines .doubt").length === 4`)

	anna.press("F8")
	anna.typed("ШИФРТЕЛЕГРАММА")
	anna.press("Alt+Down")
	anna.press("Backspace")
	anna.press("Backspace")
	anna.until("one word stands for two", `document.querySelector("#lines textarea").value === "ШИФРТЕЛЕГРАММА № 4158"`)
	anna.press("F8")
	anna.press("End")
	anna.press("Backspace")
	anna.press("Backspace")
	anna.until("one word is in doubt", `document.querySelectorAll("#lines .doubt").length === 1`)
	anna.press("Enter")
	anna.until("none is", `document.querySelectorAll("#lines .doubt").length === 0 && document.querySelector("#work").textContent.includes("no doubtful words left")`)
	anna.press("Control+z")
	anna.until("acceptance is undone", `document.querySelectorAll("#lines .doubt").length === 1`)
	anna.press("Control+Shift+z")
	anna.until("and done again", `document.querySelectorAll("#lines .doubt").length === 0`)

	// Lines that are broken and joined keep their words and places.
	anna.press("Home")
	anna.press("Shift+Enter")
	anna.press("Backspace")
	anna.saved()
	want := "ШИФРТЕЛЕГРАММА № 4158\n\nИГАРКА, СОРОКИНУ\n\nВручить"
	if got := o.draft("4158"); !strings.HasPrefix(got, want) {
		o.t.Errorf("the server's draft is %q", got)
	}
	anna.do("reload", chromedp.Reload())
	anna.ready()
	if got := eval[string](anna, lines); got != o.draft("4158") || eval[int](anna, `document.querySelectorAll("#lines .doubt").length`) != 0 {
		o.t.Errorf("after a reload the page has %q", got)
	}
	anna.press("F1")
	anna.until("keys are listed", `document.querySelector("dialog[open] kbd") !== null`)
	anna.accessible("keys")
	anna.keep("keys-laptop-light")
	anna.press("Escape")
}

// clickTheScan finds a word by a click on the page.
func (o *office) clickTheScan() {
	anna := o.anna
	anna.press("Alt+0")
	type size struct{ X, Y, Width, Height float64 }
	at := eval[size](anna, `(({x, y, width, height}) => ({x, y, width, height}))(document.querySelector("#scan").getBoundingClientRect())`)
	// Красноярска, on a page of 1620 × 1140 that is fitted to the width.
	var box *fondsv1.Box
	body := readWords(o.t, "4158")
	for _, w := range body.GetWords() {
		if body.GetText()[w.GetStart():w.GetEnd()] == "Красноярска" {
			box = w.GetBox()
		}
	}
	scale := (at.Width - 8) / 1620
	x := at.X + at.Width/2 + (float64(box.GetX()+box.GetWidth()/2)-810)*scale
	y := at.Y + at.Height/2 + (float64(box.GetY()+box.GetHeight()/2)-570)*scale
	anna.do("click the scan", chromedp.MouseClickXY(x, y))
	anna.until("the word is selected", `(() => { const f = document.activeElement; return f.value?.slice(f.selectionStart, f.selectionEnd) === "Красноярска"; })()`)
	for range 4 {
		anna.press("Alt+=")
	}
	anna.press("Alt+r")
	time.Sleep(300 * time.Millisecond)
	anna.keep("zoomed-turned-laptop-light")
	for range 3 {
		anna.press("Alt+r")
	}
	anna.press("Alt+i")
	time.Sleep(200 * time.Millisecond)
	anna.keep("strip-laptop-light")
	anna.press("Alt+i")
}

// loseTheServer types while nobody is there, and closes the page then.
func (o *office) loseTheServer() {
	anna := o.anna
	anna.ignore(true)
	o.site.stop()
	anna.press("End")
	anna.typed(" [sic]")
	anna.until("it is said", `document.querySelector("#save-state").textContent.startsWith("Not saved yet")`)
	anna.accessible("unsaved")
	anna.keep("unsaved-laptop-light")
	o.site.start()
	anna.saved()
	if got := o.draft("4158"); !strings.Contains(got, "может [sic]\n") {
		o.t.Errorf("after the server came back its draft is %q", got)
	}

	o.site.stop()
	for range " [sic]" {
		anna.press("Backspace")
	}
	anna.until("it is said again", `document.querySelector("#save-state").textContent.startsWith("Not saved yet")`)
	anna.do("close the page", chromedp.Navigate("about:blank"))
	time.Sleep(300 * time.Millisecond) // the last call of the page finds nobody, as a rule
	o.site.start()
	anna.ignore(false)
	anna.open(o.work("4158"))
	anna.ready()
	anna.until("what was typed is back", `!`+lines+`.includes("[sic]")`)
	anna.saved()
	if got := o.draft("4158"); strings.Contains(got, "[sic]") {
		o.t.Errorf("the server's draft is still %q", got)
	}
}

const callFromPage = `(async (method, request) => {
	const r = await fetch("/api/fonds.v1." + method, {method: "POST", headers: {"Content-Type": "application/json", "X-Fonds-Request": "1"}, body: JSON.stringify(request)});
	return JSON.stringify(await r.json());
})`

// changeElsewhere saves another text from another window of the same person.
func (o *office) changeElsewhere() {
	anna := o.anna
	review := o.review(o.documents["4158"])
	eval[string](anna, fmt.Sprintf(`%s("ReviewService/SaveDraft", {name: %q, text: "another text", etag: %q})`, callFromPage, review.GetName(), review.GetEtag()))
	anna.press("End")
	anna.typed("!")
	anna.until("both texts are shown", `document.querySelector("dialog[open]")?.textContent.includes("another text")`)
	anna.accessible("conflict")
	anna.keep("conflict-laptop-light")
	anna.do("keep mine", chromedp.Click(chromedp.CSS(`dialog button[value="mine"]`)))
	anna.saved()
	if got := o.draft("4158"); !strings.Contains(got, "СОРОКИНУ\n") || !strings.Contains(got, "!") {
		o.t.Errorf("what was kept is %q", got)
	}
	anna.press("Control+z")
	anna.until("the other text is an undo away", lines+` === "another text"`)
	anna.press("Control+Shift+z")
	anna.until("and hers is back", lines+`.includes("4158!")`)
	anna.press("End")
	anna.press("Backspace")
	anna.until("the mark is gone", "!"+lines+`.includes("!")`)
	anna.saved()
}

// loseTheClaim has the other person take a review over while the first one types on.
func (o *office) loseTheClaim() {
	anna, boris := o.anna, o.boris
	anna.open(o.work("4117"))
	anna.ready()
	boris.open(o.work("4117"))
	boris.until("it is held", `document.querySelector("#notices").textContent.includes("Мельникова is working on this")`)
	boris.keep("held-laptop-light")
	boris.accessible("held")
	o.clock.forward(20 * time.Minute)
	boris.do("try again", chromedp.Click(chromedp.CSS("#notices button")))
	boris.until("it is his", `document.querySelectorAll("#lines textarea").length > 0`)
	boris.press("End")
	boris.typed(" B")
	boris.saved()

	anna.press("End")
	anna.typed(" A")
	anna.until("the loss is told", `document.querySelector("dialog[open] h2")?.textContent.includes("Boris Vetrov has taken")`)
	anna.keep("taken-laptop-light")
	anna.accessible("taken")
	boris.do("give it back", chromedp.Click(`//button[text()="Give back"]`))
	boris.until("the queue is there", `document.querySelector("#reviews li") !== null`)
	anna.do("take it back", chromedp.Click(chromedp.CSS(`dialog button[value="again"]`)))
	anna.until("both texts are shown", `document.querySelector("dialog[open]")?.textContent.includes("ROUTE B")`)
	anna.do("keep mine", chromedp.Click(chromedp.CSS(`dialog button[value="mine"]`)))
	anna.saved()
	if got := o.draft("4117"); !strings.Contains(got, "ROUTE A") {
		o.t.Errorf("after the claim came back the draft is %q", got)
	}
}

func (o *office) stateFields() {
	anna := o.anna
	anna.open(o.work("4158"))
	anna.ready()
	anna.press("Alt+f")
	anna.until("fields are there", `document.querySelectorAll("#panel-fields .field").length > 2`)
	time.Sleep(300 * time.Millisecond)
	anna.accessible("fields")
	anna.shots("fields")
	const date = `[...document.querySelectorAll("#panel-fields .field")].find((f) => f.querySelector("h3").textContent.startsWith("Document date"))`
	anna.do("change the date", chromedp.Evaluate[chromedp.Void](date+`.querySelector("button[aria-label^=Change]").click()`))
	anna.do("empty it", chromedp.Evaluate[chromedp.Void](date+`.querySelector("input").select()`))
	anna.typed("31.02.1949")
	anna.until("it is no date", date+`.querySelector(".verdict.wrong")?.textContent.includes("has 28 days")`)
	anna.accessible("a wrong date")
	anna.keep("date-wrong-laptop-light")
	anna.do("empty it", chromedp.Evaluate[chromedp.Void](date+`.querySelector("input").select()`))
	anna.typed("1949-03-25")
	anna.until("it is read", date+`.querySelector(".verdict").textContent.includes("Friday, 25 March 1949")`)
	anna.press("Enter")
	anna.until("it is hers", date+`.textContent.includes("stated by you")`)
	document, err := o.docs.GetDocument(o.t.Context(), &fondsv1.GetDocumentRequest{Name: o.documents["4158"]})
	must(o.t, err)
	for _, f := range document.GetFields() {
		if f.GetName() == "document_date" && (f.GetValue().GetDate().GetIso() != "1949-03-25" || f.GetAssurance() != fondsv1.Assurance_ASSURANCE_CORRECTED) {
			o.t.Errorf("the date is %v", f)
		}
	}
}

func (o *office) sign() {
	anna, boris := o.anna, o.boris
	anna.do("to the text", chromedp.Click(chromedp.CSS("#lines textarea")))
	anna.press("Control+Enter")
	anna.until("the next is given", `location.pathname !== "`+o.work("4158")+`" && document.querySelectorAll("#lines li").length > 0`)
	anna.open(o.work("4158"))
	anna.ready()
	anna.until("she may not sign", `document.querySelector("#why-not")?.textContent.includes("A second person must sign") && document.querySelector("#main-deed").disabled`)
	anna.accessible("own work")
	anna.keep("own-work-laptop-light")
	review := o.review(o.documents["4158"])
	refused := eval[string](anna, fmt.Sprintf(`%s("ReviewService/SignReview", {name: %q, contentDigest: %q})`, callFromPage, review.GetName(), review.GetContentDigest()))
	if !strings.Contains(refused, "OWN_WORK") {
		o.t.Errorf("signing one's own work: %s", refused)
	}

	boris.open(o.work("4158"))
	boris.ready()
	boris.until("what she changed is marked", `document.querySelectorAll("#lines ins").length > 0 && document.querySelectorAll("#lines del").length > 0`)
	boris.press("Down")
	boris.press("Down")
	boris.accessible("verify")
	boris.shots("verify")
	boris.press("Alt+f")
	boris.until("the date can be signed", `document.querySelector("#panel-fields button[aria-label='Sign Document date']") !== null`)
	o.proveEarlier()
	boris.do("sign the date", chromedp.Click(chromedp.CSS("#panel-fields button[aria-label='Sign Document date']")))
	boris.until("it is verified", `document.querySelector("#panel-fields .badge.ASSURANCE_VERIFIED") !== null`)
	boris.do("history", chromedp.Click(chromedp.CSS("#tab-history")))
	boris.until("history is there", `document.querySelectorAll("#panel-history li").length > 1`)
	boris.accessible("history")
	boris.shots("history")
	boris.do("compare", chromedp.Click(chromedp.CSS("#tab-compare")))
	boris.until("differences are there", `document.querySelectorAll("#panel-compare ins").length > 0`)
	boris.accessible("compare")
	boris.shots("compare")
	signed := o.review(o.documents["4158"]).GetText()
	boris.press("Control+Enter")
	boris.until("the next is given", `location.pathname !== "`+o.work("4158")+`"`)
	boris.do("give it back", chromedp.Click(`//button[text()="Give back"]`))
	boris.until("the queue is there", `document.querySelector("#reviews li") !== null`)
	text, err := o.docs.GetText(o.t.Context(), &fondsv1.GetTextRequest{Name: o.documents["4158"], MinAssurance: fondsv1.Assurance_ASSURANCE_VERIFIED})
	must(o.t, err)
	if got := text.GetRegions()[0].GetText(); got != signed || !strings.HasPrefix(got, "ШИФРТЕЛЕГРАММА № 4158\n\nИГАРКА, СОРОКИНУ\n") {
		o.t.Errorf("verified text is %q, signed was %q", got, signed)
	}
}

func (o *office) sendBack() {
	anna, boris := o.anna, o.boris
	anna.open(o.work("4192"))
	anna.ready()
	anna.press("Control+Enter")
	anna.until("the doubtful word is asked about", `document.querySelector("dialog[open] q") !== null`)
	anna.accessible("doubtful")
	anna.do("all the same", chromedp.Click(chromedp.CSS(`dialog button[value="submit"]`)))
	anna.until("it is submitted", `location.pathname !== "`+o.work("4192")+`"`)
	boris.open(o.work("4192"))
	boris.ready()
	boris.do("send back", chromedp.Click(`//button[text()="Send back…"]`))
	boris.typed("The first letter of «С уважением» <script>alert(1)</script>")
	boris.keep("send-back-laptop-light")
	boris.accessible("send back")
	boris.do("send", chromedp.Click(chromedp.CSS(`dialog button[value="send"]`)))
	boris.until("it is sent", `location.pathname !== "`+o.work("4192")+`"`)
	anna.open(o.work("4192"))
	anna.ready()
	anna.until("the comment is shown as it is", `document.querySelector("#notices q")?.textContent.includes("<script>")`)
	anna.keep("sent-back-laptop-light")
	anna.open("/")
	anna.until("the queue says so", `document.querySelector(".sent-back") !== null`)
	anna.until("progress is drawn", `document.querySelectorAll("svg.shares").length === 2`)
	anna.accessible("queue in use")
	anna.keep("queue-in-use-laptop-light")
	// She found nothing to correct in it.
	anna.open("/" + o.documents["4192"])
	anna.until("history says that she accepted it", `document.querySelector("#history").textContent.includes("region 1: accepted as it was")`)
}

func (o *office) readTheDocument() {
	anna := o.anna
	anna.open("/" + o.documents["4158"])
	anna.until("it is there", `document.querySelector(".region .text") !== null && document.querySelectorAll("#history li").length > 1 && document.querySelector(".thumb img").complete`)
	time.Sleep(200 * time.Millisecond)
	anna.accessible("document")
	anna.shots("document")
	// 200 %: half as many pixels for each letter's place.
	anna.open(o.work("4117"))
	anna.ready()
	anna.screen(640, 360, 2, false)
	anna.keep("workbench-200-light")
	anna.window(1280, 720, false)
}

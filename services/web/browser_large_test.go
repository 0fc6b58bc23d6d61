package web_test

import (
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// enlarged is what was read in a sample, on a page so many times its size. The picture
// stays small: only its size counts, and drawing 46 million pixels takes long.
func enlarged(t *testing.T, readings string, times uint32) *fondsv1.Body {
	t.Helper()
	body := readWords(t, readings)
	for _, w := range body.GetWords() {
		b := w.GetBox()
		b.X, b.Y, b.Width, b.Height = b.X*times, b.Y*times, b.Width*times, b.Height*times
	}
	body.Lines, body.Paragraphs, body.Blocks = nil, nil, nil
	body.Width, body.Height = body.Width*times, body.Height*times
	return body
}

// ink is how much of the canvas is dark: nothing while there is no scan.
const ink = `(() => {
	const scan = document.querySelector("#scan");
	const c = new OffscreenCanvas(scan.width || 1, scan.height || 1).getContext("2d", {willReadFrequently: true});
	c.drawImage(scan, 0, 0);
	const d = c.getImageData(0, 0, c.canvas.width, c.canvas.height).data;
	let n = 0;
	for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 0 && d[i] < 110) n++;
	return n;
})()`

// TestALargeScanIsShownAtOnce opens pages of 7 and 46 million pixels while whole pictures
// are long in coming: a coarse one is there, the text can be worked on, and the larger
// page is not cut before somebody looks closer.
func TestALargeScanIsShownAtOnce(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	a := newArchive(t)
	a.images.hold = make(chan struct{})
	large := a.delivered("large", "04-telegram-4158.jpg", enlarged(t, "4158", 2))
	huge := a.delivered("large", "01-telegram-4117.png", enlarged(t, "4117", 5))
	s := a.site(t)
	anna := s.person(browser, "Anna", a.person("Anna", catalog.Corrects))

	anna.open("/review/" + a.review(large).GetName())
	anna.until("the scan is there, coarsely", ink+` > 300`)
	anna.until("it is said that more comes", `document.querySelector("#scan-state").textContent.startsWith("Sharpening the scan of 7 million pixels")`)
	anna.accessible("coarse scan")
	anna.keep("coarse-laptop-light")
	anna.press("End")
	anna.typed("!")
	anna.saved()

	anna.open("/review/" + a.review(huge).GetName())
	anna.until("the huge scan is there, coarsely", ink+` > 300`)
	if n := a.images.waiting(); n != 1 {
		t.Errorf("%d pages were cut", n)
	}
	for range 8 {
		anna.press("Alt+=")
	}
	anna.until("looking closer has it cut", `document.querySelector("#scan-state").textContent.startsWith("Sharpening the scan of")`)
	close(a.images.hold)
	anna.until("nothing is said any more", `document.querySelector("#scan-state").textContent === ""`)
	anna.press("Alt+9") // the whole page, which is smaller than was said
	anna.until("tiles have come", `performance.getEntriesByType("resource").some((r) => r.name.includes("/tiles/") && r.responseEnd > 0)`)
	anna.quiet()
}

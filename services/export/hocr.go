package export

import (
	"fmt"
	"math"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// HOCR returns the document as one hOCR 1.2 file (XHTML): an ocr_page for each
// page, in it ocr_carea, ocr_par, ocr_line and ocrx_word for blocks, paragraphs,
// lines and words, with bbox in pixels of the original raster and x_wconf from 0
// to 100. On a page that has to be turned clockwise to be upright, its lines have
// that many degrees as textangle, which counts counter-clockwise as the text lies.
func HOCR(d Document) []byte {
	var m markup
	m.add("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html>\n")
	m.add("<html xmlns=\"http://www.w3.org/1999/xhtml\">\n <head>\n  <title>%s</title>\n", inXML(d.Title))
	m.add("  <meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"/>\n")
	m.add("  <meta name=\"ocr-system\" content=\"%s\"/>\n", inXML(system(d)))
	m.add("  <meta name=\"ocr-number-of-pages\" content=\"%d\"/>\n", len(d.Pages))
	m.add("  <meta name=\"ocr-capabilities\" content=\"ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf\"/>\n")
	m.add(" </head>\n <body>\n")
	for i, p := range d.Pages {
		h := hocrPage{markup: &m, body: p.Reading.GetBody(), page: i + 1}
		width, height := p.size()
		m.add("  <div class=\"ocr_page\" id=\"page_%d\" title=\"%s\">\n", i+1, inXML(fmt.Sprintf(
			"image %q; bbox 0 0 %d %d; ppageno %d%s", p.Scan, width, height, i, scanResolution(p))))
		for n, b := range h.body.GetBlocks() {
			h.block(n+1, b)
		}
		m.add("  </div>\n")
	}
	m.add(" </body>\n</html>\n")
	return m.Bytes()
}

// system names the engine of the first page that was read; "fonds" where none was.
func system(d Document) string {
	for _, p := range d.Pages {
		if name := engineName(p.Reading.GetEngine()); name != "" {
			return name
		}
	}
	return "fonds"
}

func scanResolution(p Page) string {
	dpi := p.resolution()
	if dpi == 0 {
		return ""
	}
	return fmt.Sprintf("; scan_res %d %d", dpi, dpi)
}

func bbox(b *fondsv1.Box) string {
	return fmt.Sprintf("bbox %d %d %d %d", b.GetX(), b.GetY(),
		uint64(b.GetX())+uint64(b.GetWidth()), uint64(b.GetY())+uint64(b.GetHeight()))
}

// hocrPage writes one page; paragraphs, lines and words are numbered through it.
type hocrPage struct {
	*markup
	body                   *fondsv1.Body
	page                   int
	paragraph, line, words int
}

func (h *hocrPage) block(n int, b *fondsv1.Block) {
	h.add("   <div class=\"ocr_carea\" id=\"block_%d_%d\" title=\"%s\">\n", h.page, n, bbox(b.GetBox()))
	for _, p := range part(h.body.GetParagraphs(), b.GetParagraphStart(), b.GetParagraphEnd()) {
		h.paragraph++
		h.add("    <p class=\"ocr_par\" id=\"par_%d_%d\" title=\"%s\">\n", h.page, h.paragraph, bbox(p.GetBox()))
		for _, l := range part(h.body.GetLines(), p.GetLineStart(), p.GetLineEnd()) {
			h.textLine(l)
		}
		h.add("    </p>\n")
	}
	h.add("   </div>\n")
}

func (h *hocrPage) textLine(l *fondsv1.Line) {
	words := printable(h.body, l)
	if len(words) == 0 {
		return
	}
	h.line++
	angle := ""
	if turn := h.body.GetTurn(); turn != 0 {
		angle = fmt.Sprintf("; textangle %d", turn)
	}
	h.add("     <span class=\"ocr_line\" id=\"line_%d_%d\" title=\"%s%s\">\n", h.page, h.line, bbox(l.GetBox()), angle)
	for _, w := range words {
		h.words++
		h.add("      <span class=\"ocrx_word\" id=\"word_%d_%d\" title=\"%s; x_wconf %d\">%s</span>\n",
			h.page, h.words, bbox(w.GetBox()), int(math.Round(100*float64(confidence(w.GetConfidence())))), w.text)
	}
	h.add("     </span>\n")
}

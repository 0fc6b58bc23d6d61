package export

import (
	"fmt"
	"strings"
	"time"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// ALTO returns the document as one ALTO 4.4 file with a Page for each page.
// Blocks become ComposedBlock, paragraphs TextBlock, words String with WC from 0
// to 1; the unit is the pixel of the original raster. fileName is the digest of
// the first page's scan, and fileIdentifier names each page in order. On a page
// that has to be turned clockwise to be upright, ROTATION says how many degrees
// its text lies counter-clockwise. Steps, engine and recipe of each page stand in
// its own OCRProcessing.
func ALTO(d Document) []byte {
	var m markup
	m.add("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	m.add("<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"" +
		" xsi:schemaLocation=\"http://www.loc.gov/standards/alto/ns-v4# http://www.loc.gov/standards/alto/v4/alto-4-4.xsd\" SCHEMAVERSION=\"4.4\">\n")
	m.add(" <Description>\n  <MeasurementUnit>pixel</MeasurementUnit>\n")
	sources(&m, d)
	for i, p := range d.Pages {
		processing(&m, i+1, p)
	}
	m.add(" </Description>\n <Layout>\n")
	for i, p := range d.Pages {
		altoPage(&m, i+1, p)
	}
	m.add(" </Layout>\n</alto>\n")
	return m.Bytes()
}

func sources(m *markup, d Document) {
	m.add("  <sourceImageInformation>\n")
	if len(d.Pages) > 0 {
		m.add("   <fileName>%s</fileName>\n", inXML(d.Pages[0].Scan))
	}
	for _, p := range d.Pages {
		m.add("   <fileIdentifier>%s</fileIdentifier>\n", inXML(fmt.Sprintf("scans/%s/pages/%d", p.Scan, p.Number)))
	}
	if d.Name != "" {
		m.add("   <documentIdentifier>%s</documentIdentifier>\n", inXML(d.Name))
	}
	m.add("  </sourceImageInformation>\n")
}

// processing tells how a page was read; of a page that was not, nothing.
func processing(m *markup, n int, p Page) {
	r := p.Reading
	if r.GetEngine() == nil {
		return
	}
	m.add("  <OCRProcessing ID=\"OCR_%d\">\n   <ocrProcessingStep>\n", n)
	if at := r.GetEnvelope().GetEndTime(); at.IsValid() {
		m.add("    <processingDateTime>%s</processingDateTime>\n", at.AsTime().UTC().Format(time.RFC3339))
	}
	for _, s := range r.GetBody().GetSteps() {
		m.add("    <processingStepDescription>%s</processingStepDescription>\n", inXML(s.GetName()+": "+s.GetDetail()))
	}
	if r.GetRecipe() != "" {
		m.add("    <processingStepSettings>recipe %s</processingStepSettings>\n", inXML(r.GetRecipe()))
	}
	e := r.GetEngine()
	m.add("    <processingSoftware>\n     <softwareName>%s</softwareName>\n     <softwareVersion>%s</softwareVersion>\n",
		inXML(e.GetName()), inXML(e.GetTesseract()))
	if with := companions(e); with != "" {
		m.add("     <applicationDescription>%s</applicationDescription>\n", inXML(with))
	}
	m.add("    </processingSoftware>\n   </ocrProcessingStep>\n  </OCRProcessing>\n")
}

// companions names what ran beside the recogniser.
func companions(e *fondsv1.Engine) string {
	var with []string
	for _, c := range [][2]string{{"Leptonica", e.GetLeptonica()}, {"gosseract", e.GetGosseract()}, {"CPU", e.GetCpu()}} {
		if c[1] != "" {
			with = append(with, c[0]+" "+c[1])
		}
	}
	return strings.Join(with, ", ")
}

func altoPage(m *markup, n int, p Page) {
	body := p.Reading.GetBody()
	width, height := p.size()
	m.add("  <Page ID=\"page_%d\" PHYSICAL_IMG_NR=\"%d\" WIDTH=\"%d\" HEIGHT=\"%d\"", n, n, width, height)
	if p.Reading.GetEngine() != nil {
		m.add(" PROCESSING=\"OCR_%d\"", n)
	}
	if body != nil {
		m.add(" PC=\"%s\"", decimal(body.GetConfidence()))
	}
	rotation := ""
	if turn := body.GetTurn(); turn != 0 {
		rotation = fmt.Sprintf(" ROTATION=\"%d\"", turn)
	}
	m.add("%s>\n   <PrintSpace HPOS=\"0\" VPOS=\"0\" WIDTH=\"%d\" HEIGHT=\"%d\">\n", rotation, width, height)
	a := altoBody{markup: m, body: body, page: n, rotation: rotation}
	for i, b := range body.GetBlocks() {
		a.block(i+1, b)
	}
	m.add("   </PrintSpace>\n  </Page>\n")
}

func place(b *fondsv1.Box) string {
	return fmt.Sprintf("HPOS=\"%d\" VPOS=\"%d\" WIDTH=\"%d\" HEIGHT=\"%d\"", b.GetX(), b.GetY(), b.GetWidth(), b.GetHeight())
}

// altoBody writes one page's text; paragraphs, lines and words are numbered through it.
type altoBody struct {
	*markup
	body                   *fondsv1.Body
	page                   int
	rotation               string
	paragraph, line, words int
}

func (a *altoBody) block(n int, b *fondsv1.Block) {
	a.add("    <ComposedBlock ID=\"block_%d_%d\" %s>\n", a.page, n, place(b.GetBox()))
	for _, p := range part(a.body.GetParagraphs(), b.GetParagraphStart(), b.GetParagraphEnd()) {
		a.paragraph++
		a.add("     <TextBlock ID=\"par_%d_%d\" %s%s>\n", a.page, a.paragraph, place(p.GetBox()), a.rotation)
		for _, l := range part(a.body.GetLines(), p.GetLineStart(), p.GetLineEnd()) {
			a.textLine(l)
		}
		a.add("     </TextBlock>\n")
	}
	a.add("    </ComposedBlock>\n")
}

func (a *altoBody) textLine(l *fondsv1.Line) {
	words := printable(a.body, l)
	if len(words) == 0 {
		return
	}
	a.line++
	a.add("      <TextLine ID=\"line_%d_%d\" %s>\n", a.page, a.line, place(l.GetBox()))
	for i, w := range words {
		if i > 0 {
			a.add("       <SP/>\n")
		}
		a.words++
		a.add("       <String ID=\"word_%d_%d\" %s WC=\"%s\" CONTENT=\"%s\"/>\n",
			a.page, a.words, place(w.GetBox()), decimal(w.GetConfidence()), w.text)
	}
	a.add("      </TextLine>\n")
}

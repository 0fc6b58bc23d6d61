package decodetest

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const (
	catalog  = "<< /Type /Catalog /Pages 2 0 R >>"
	onePage  = "<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
	blankA4  = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
	withText = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 150] /Contents 4 0 R >>"
)

func pdfs() []File {
	good := TextPDF("Telegram", "Answer")
	files := []File{
		whole("pdf-header.pdf", Corrupt, "%PDF-1.7\n"),
		whole("pdf-rubbish.pdf", Corrupt, "%PDF-1.4\n", bytes.Repeat([]byte("rubbish "), 200)),
		whole("pdf-cut-early.pdf", Corrupt, good[:120]),
		whole("pdf-no-pages.pdf", Corrupt, PDF(catalog, "<< /Type /Pages /Count 0 /Kids [] >>")),
		whole("pdf-no-catalog.pdf", Corrupt, PDF("<< /Type /Font >>")),
		whole("pdf-pages-are-text.pdf", Corrupt, PDF(catalog, "(pages)")),
		whole("pdf-locked.pdf", Refused, locked("/Filter /Standard")),
		whole("pdf-locked-by-stranger.pdf", Refused, locked("/Filter /Stranger")),
		whole("pdf-huge-page.pdf", TooLarge, PDF(catalog, onePage, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99999999 99999999] >>")),
		whole("pdf-wide-page.pdf", TooLarge, PDF(catalog, onePage, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1000000 10] >>")),
		whole("pdf-count-2e9.pdf", Corrupt, PDF(catalog, "<< /Type /Pages /Count 2000000000 /Kids [3 0 R] >>", blankA4)),
		passed("pdf-bytes-before.pdf", read, "\r\n\x00mail gateway\n", good[:0], PDF(catalog, onePage, blankA4)),
		passed("pdf-no-contents.pdf", read, PDF(catalog, onePage, blankA4)),
		passed("pdf-no-xref.pdf", read, withoutXref(PDF(catalog, onePage, blankA4))),
		passed("pdf-contents-rubbish.pdf", anyEnd, PDF(catalog, onePage, withText, Stream("", []byte("(((( << [ q q q BT 99 Tf \xff\xfe")))),
		passed("pdf-contents-cut.pdf", anyEnd, PDF(catalog, onePage, withText, Stream("/Filter /FlateDecode", []byte("\x78\x9c\x01")))),
		passed("pdf-contents-bomb.pdf", append([]fondsv1.Outcome{Timeout, TooLarge}, anyEnd...), PDF(catalog, onePage, withText, Stream("/Filter /FlateDecode", deflate(4<<20)))),
		whole("pdf-image-cut.pdf", Corrupt, ImagePDF(595, 842, 0, 2000, 3000)[:4000]),
	}
	files = append(files,
		pages("pdf-good.pdf", good, Engine, Engine),
		pages("pdf-name-with-page-line.pdf", PDFWith("/Info << /Title (x\nPages: 9\nPage 1 size: 1 x 1 pts) >>", catalog, onePage, blankA4), Engine),
		pages("pdf-cut-before-xref.pdf", good[:bytes.Index(good, []byte("xref\n"))+30], Corrupt),
		pages("pdf-loop.pdf", PDF(catalog, "<< /Type /Pages /Count 1 /Kids [2 0 R] >>"), Corrupt),
		pages("pdf-page-missing.pdf", PDF(catalog, "<< /Type /Pages /Count 2 /Kids [3 0 R 9 0 R] >>", blankA4), Engine, Corrupt),
		pages("pdf-count-too-high.pdf", PDF(catalog, "<< /Type /Pages /Count 3 /Kids [3 0 R] >>", blankA4), Engine, Corrupt, Corrupt),
		pages("pdf-form-draws-itself.pdf", PDF(catalog, onePage,
			"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>",
			Stream("", []byte("/F Do")),
			Stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>", []byte("/F Do /F Do"))), Engine),
		pages("pdf-deep-tree.pdf", deepTree(300), Engine),
	)
	for i := range files {
		files[i].Poppler = true
	}
	return files
}

func pages(name string, b []byte, want ...fondsv1.Outcome) File {
	return File{Name: name, Bytes: b, Want: want, Ends: anyEnd}
}

// locked is a PDF whose password fits no key: the check alone is enough.
func locked(filter string) []byte {
	key := "<" + strings.Repeat("5a", 32) + ">"
	return PDFWith("/ID [<00><00>] /Encrypt << "+filter+" /V 1 /R 2 /P -4 /O "+key+" /U "+key+" >>", catalog, onePage, blankA4)
}

// withoutXref breaks the place of the table, so that readers have to rebuild it.
func withoutXref(b []byte) []byte {
	at := bytes.LastIndex(b, []byte("startxref"))
	return join(b[:at], "startxref\n999999\n%%EOF\n")
}

func deflate(spaces int) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, err := z.Write(bytes.Repeat([]byte(" "), spaces))
	must(err)
	must(z.Close())
	return b.Bytes()
}

// deepTree is a page below n nodes of the page tree.
func deepTree(n int) []byte {
	objects := []string{catalog}
	for i := range n {
		objects = append(objects, fmt.Sprintf("<< /Type /Pages /Count 1 /Kids [%d 0 R] >>", i+3))
	}
	return PDF(append(objects, fmt.Sprintf("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] >>", n+1))...)
}

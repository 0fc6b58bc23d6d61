package decode

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
)

// sheet is what poppler says of one PDF page.
type sheet struct {
	width, height float64 // in points of 1/72 inch, before /Rotate
	turned        bool    // by 90 or 270 degrees
	images        map[int]float64
}

// maxDensities bounds the different image resolutions noted for one page.
const maxDensities = 64

// imageRun is how many pages are listed by one pdfimages process, so that its
// deadline does not depend on the number of pages.
const imageRun = 250

// probePDF asks poppler for the pages of the file.
func probePDF(ctx context.Context, path string, limits Limits) ([]Page, error) {
	sheets, total, err := readSheets(ctx, path, 1, limits.MaxPages, limits)
	if err != nil {
		return nil, err
	}
	if total > limits.MaxPages {
		return nil, tooLarge("the file declares %d pages; the limit is %d", total, limits.MaxPages)
	}
	for first := 1; first <= total; first += imageRun {
		if err := listImages(ctx, path, first, min(total, first+imageRun-1), sheets, limits); err != nil {
			return nil, err
		}
	}
	pages := make([]Page, total)
	for i := range pages {
		pages[i] = sheets[i+1].page(limits)
	}
	return pages, nil
}

// lookAtPDF asks poppler for one page of a file.
func lookAtPDF(ctx context.Context, path string, n int, limits Limits) (Page, error) {
	sheets, total, err := readSheets(ctx, path, n, n, limits)
	if err != nil {
		return Page{}, err
	}
	if n < 1 || n > total {
		return Page{}, corrupt("the file has no page %d; it declares %d", n, total)
	}
	if err := listImages(ctx, path, n, n, sheets, limits); err != nil {
		return Page{}, err
	}
	return pick([]Page{sheets[n].page(limits)}, 1)
}

// drawPDF draws page n as a grey PNM file below scratch. Tesseract works on
// grey; colour would take three times the time to write and to read.
func drawPDF(ctx context.Context, path string, n int, page Page, scratch string, limits Limits) (*enginev1.Image, func(), error) {
	none := func() {}
	dir, err := os.MkdirTemp(scratch, "page-")
	if err != nil {
		return nil, none, fmt.Errorf("draw page: %w", err)
	}
	release := sync.OnceFunc(func() { os.RemoveAll(dir) })
	file, err := draw(ctx, path, n, page, dir, limits)
	if err != nil {
		release()
		return nil, none, err
	}
	return &enginev1.Image{Path: file, Resolution: page.Resolution, MaxPixels: limits.MaxPixels}, release, nil
}

// draw runs pdftoppm and returns the file that it made in dir.
func draw(ctx context.Context, path string, n int, page Page, dir string, limits Limits) (string, error) {
	root, err := filepath.Abs(filepath.Join(dir, "page"))
	if err != nil {
		return "", fmt.Errorf("draw page: %w", err)
	}
	// A byte a pixel and a header; one row and one column more for rounding.
	size := uint64(page.Width+1)*uint64(page.Height+1) + 1024
	number := strconv.Itoa(n)
	v, err := poppler{limits, size}.run(ctx, func([]byte) {}, "pdftoppm",
		"-f", number, "-l", number, "-singlefile", "-gray", "-cropbox",
		"-r", strconv.FormatFloat(page.dpi, 'f', -1, 64), path, root)
	if err != nil {
		return "", err
	}
	if strings.Contains(v.complaint, "Could not write image") {
		return "", fmt.Errorf("draw page: %s", v.reason())
	}
	if r := v.refusal("to draw the page", limits); r != nil {
		return "", r
	}
	file := root + ".pgm"
	whole, err := isWhole(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && v.complaint != "":
		return "", corrupt("poppler could not draw the page: %s", v.reason())
	case err != nil:
		return "", fmt.Errorf("draw page: %w", err)
	case !whole: // poppler does not look whether the disk took what it wrote
		return "", errors.New("draw page: the picture is cut short: is the disk full?")
	case v.complaint == "":
		return file, nil
	}
	// Poppler draws what it can. A page of which that is nothing is not blank.
	white, err := isWhite(file)
	if err != nil {
		return "", fmt.Errorf("draw page: %w", err)
	}
	if white {
		return "", corrupt("the page is damaged and came out empty (poppler says: %s)", v.reason())
	}
	return file, nil
}

// isWhole tells whether a PGM file of poppler's has all the bytes that its header
// announces: one a pixel.
func isWhole(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	head := make([]byte, 64) // magic, width and height, and the value of white
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	var w, h, white, end int64
	if _, err := fmt.Sscanf(string(head[:n]), "P5\n%d %d\n%d\n", &w, &h, &white); err != nil {
		return false, nil //nolint:nilerr // cut short within its header
	}
	for range 3 {
		end += int64(bytes.IndexByte(head[end:], '\n')) + 1
	}
	return info.Size() == end+w*h, nil
}

// isWhite tells whether a PGM file of poppler's holds nothing but white behind
// its header, which has three lines.
func isWhite(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for range 3 {
		if _, err := r.ReadSlice('\n'); err != nil {
			return false, err
		}
	}
	piece, white := make([]byte, 1<<16), bytes.Repeat([]byte{0xff}, 1<<16)
	for {
		n, err := r.Read(piece)
		if !bytes.Equal(piece[:n], white[:n]) {
			return false, nil
		}
		if errors.Is(err, io.EOF) {
			return true, nil
		} else if err != nil {
			return false, err
		}
	}
}

// pdfinfoCannotOpen is pdfinfo's exit status for a file that it cannot open.
const pdfinfoCannotOpen = 1

// readSheets asks for the number of pages in the file and the size of pages
// first to last. A page that poppler cannot find is missing from the answer.
func readSheets(ctx context.Context, path string, first, last int, limits Limits) (map[int]*sheet, int, error) {
	sheets, total, unread := map[int]*sheet{}, 0, true
	v, err := poppler{limits: limits}.run(ctx, func(line []byte) {
		if rest, ok := bytes.CutPrefix(line, []byte("Pages:")); ok {
			// Titles come before and may hold anything: the last line counts.
			n, err := strconv.Atoi(string(bytes.TrimSpace(rest)))
			total, unread = n, err != nil
			clear(sheets)
		} else if bytes.HasPrefix(line, []byte("Page ")) {
			noteSheet(sheets, strings.Fields(string(line)), first, last)
		}
	}, "pdfinfo", "-f", strconv.Itoa(first), "-l", strconv.Itoa(last), path)
	if err != nil {
		return nil, 0, err
	}
	switch {
	case strings.Contains(v.complaint, "Incorrect password"):
		return nil, 0, refused("the PDF file is locked with a password: remove it first, for example with: qpdf --password=… --decrypt IN.pdf OUT.pdf")
	case strings.Contains(v.complaint, "Couldn't open file"):
		return nil, 0, fmt.Errorf("read PDF file: pdfinfo could not open %s", path)
	case strings.Contains(v.complaint, "Unknown crypt filter"), strings.Contains(v.complaint, "security handler"):
		return nil, 0, refused("the PDF file is encrypted in a way that is not read here: save it without protection first")
	case strings.Contains(v.complaint, "Wrong page range"):
		return nil, 0, corrupt("the PDF file is damaged: no page %d can be found in it", first)
	case v.exit == pdfinfoCannotOpen:
		return nil, 0, corrupt("the PDF file is too damaged to be opened; it may be incomplete (poppler says: %s)", v.reason())
	}
	if r := v.refusal("to read the PDF file", limits); r != nil {
		return nil, 0, r
	}
	if unread || total < 1 {
		return nil, 0, corrupt("the PDF file is damaged: no page can be found in it")
	}
	return sheets, total, nil
}

// noteSheet reads the lines "Page 3 size: 595 x 842 pts (A4)" and "Page 3 rot: 90".
func noteSheet(sheets map[int]*sheet, words []string, first, last int) {
	if len(words) < 4 {
		return
	}
	n, err := strconv.Atoi(words[1])
	if err != nil || n < first || n > last {
		return
	}
	if sheets[n] == nil {
		sheets[n] = &sheet{}
	}
	switch s := sheets[n]; {
	case words[2] == "size:" && len(words) >= 6:
		s.width, _ = strconv.ParseFloat(words[3], 64)
		s.height, _ = strconv.ParseFloat(words[5], 64)
	case words[2] == "rot:":
		s.turned = words[3] == "90" || words[3] == "270"
	}
}

// listImages notes for pages first to last how much of the sheet (in square
// inches) is covered at which resolution.
func listImages(ctx context.Context, path string, first, last int, sheets map[int]*sheet, limits Limits) error {
	v, err := poppler{limits: limits}.run(ctx, func(line []byte) {
		noteImage(sheets, strings.Fields(string(line)))
	}, "pdfimages", "-list", "-f", strconv.Itoa(first), "-l", strconv.Itoa(last), path)
	if err != nil {
		return err
	}
	if r := v.refusal("to list the images of the PDF file", limits); r != nil && v.signal != 0 {
		return r
	}
	return nil // what it could not list is drawn as text is
}

// noteImage reads one line of the list:
// page num type width height color comp bpc enc interp object ID x-ppi y-ppi size ratio.
// An image that lies in the page itself has one word for object and ID.
func noteImage(sheets map[int]*sheet, words []string) {
	if len(words) < 14 {
		return
	}
	n, _ := strconv.Atoi(words[0])
	across, _ := strconv.ParseUint(words[3], 10, 32)
	down, _ := strconv.ParseUint(words[4], 10, 32)
	x, _ := strconv.ParseUint(words[len(words)-4], 10, 16)
	y, _ := strconv.ParseUint(words[len(words)-3], 10, 16)
	if s := sheets[n]; s != nil && x > 0 && y > 0 {
		s.note(int(max(x, y)), float64(across)/float64(x)*float64(down)/float64(y))
	}
}

func (s *sheet) note(density int, area float64) {
	if s.images == nil {
		s.images = map[int]float64{}
	}
	if _, ok := s.images[density]; ok || len(s.images) < maxDensities {
		s.images[density] += area
	}
}

// page decides how the sheet is drawn. A nil sheet is one that poppler could
// not find.
func (s *sheet) page(limits Limits) Page {
	var p Page
	if s == nil || !(s.width > 0 && s.height > 0) || math.IsInf(s.width*s.height, 0) {
		p.refuse(corrupt("the PDF file declares this page, but it cannot be found or has no size"))
		return p
	}
	dpi := s.density()
	if most := s.mostDPI(limits); most < min(dpi, leastDPI) {
		p.refuse(tooLarge("the page is %.0f × %.0f points, %.0f × %.0f pixels at %d dpi; the limit is %d pixels, %d on a side",
			s.width, s.height, s.width*leastDPI/72, s.height*leastDPI/72, leastDPI, limits.MaxPixels, limits.MaxSide))
		return p
	} else if dpi > most {
		dpi = most
	}
	p = Page{dpi: dpi, Resolution: plausible(dpi), bits: 16}
	p.Width = uint32(math.Ceil(s.width * dpi / 72))
	p.Height = uint32(math.Ceil(s.height * dpi / 72))
	if s.turned {
		p.Width, p.Height = p.Height, p.Width
	}
	limits.admit(&p)
	return p
}

const (
	// textDPI is at what resolution text and drawings are drawn: what
	// Tesseract's models were trained at.
	textDPI = 300
	// leastDPI is the lowest resolution at which typescript can be read.
	leastDPI = 150
	// Longest sides of a page in pixels: below leastRaster an image is a
	// backdrop; from pageRaster on (A4 at 150 dpi has 1754) it is a scan good
	// enough to be read as it is, however coarse it claims to be.
	leastRaster, pageRaster = 600, 1700
	// fineDPI is the highest resolution at which a scan is drawn in full. A
	// datasheet scanned at 600 dpi took 13.6 s to recognise as it was and 6.0 s
	// at 300 dpi, with 8.7 % of its characters wrong both times; a typescript at
	// 2400 dpi took 10.8 s and had 2.3 % wrong, at 300 dpi 0.7 s and 1.0 %.
	fineDPI = 400
)

// density chooses the dots per inch. A sheet that is covered by a scan gets
// the scan's own resolution, so that its pixels are neither blurred nor
// multiplied; a coarse one is enlarged and a very fine one reduced by a whole
// number. Every other sheet gets textDPI.
func (s *sheet) density() float64 {
	scan := 0
	for density, area := range s.images {
		if area >= s.width/72*s.height/72/2 {
			scan = max(scan, density)
		}
	}
	raster := max(s.width, s.height) / 72 * float64(scan)
	switch {
	case raster < leastRaster:
		return textDPI
	case raster < pageRaster && scan < leastDPI:
		return float64(scan) * math.Ceil(leastDPI/float64(scan))
	case scan > fineDPI:
		return float64(scan) / math.Ceil(float64(scan)/fineDPI)
	}
	return float64(scan)
}

// mostDPI is the highest resolution at which the sheet stays within the limits.
func (s *sheet) mostDPI(limits Limits) float64 {
	inches := s.width / 72 * s.height / 72
	pixels := min(float64(limits.MaxPixels), float64(limits.MaxDecoded)/2)
	return math.Floor(min(math.Sqrt(pixels/inches), float64(limits.MaxSide)/(max(s.width, s.height)/72)))
}

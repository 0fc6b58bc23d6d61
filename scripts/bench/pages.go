package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// page is one image file of one page.
type page struct {
	path     string
	language string
	truth    string // ground truth, "" for a sheet without text
	sheet    bool   // a noisy blank one
}

// set is the pages of one comparison, in a folder of their own with a manifest.
type set struct {
	name     string
	folder   string
	manifest string
	pages    []page
}

// turned are the bundled pages that lie on their head or side: plain Tesseract
// does not read them, so its pace on them says nothing.
var turned = []string{"02-telegram-4123.jpg", "07-telegram-4171.png"}

// bundled collects the upright single pages with text of scripts/samples, each in
// several copies.
func (b *bench) bundled(copies int) (set, error) {
	rows, err := readTable(filepath.Join(b.samples, "manifest.tsv"))
	if err != nil {
		return set{}, err
	}
	var pages []page
	for _, row := range rows {
		p := page{path: filepath.Join(b.samples, row["file"]), language: row["lang"]}
		if !plainImage(p.path) || slices.Contains(turned, row["file"]) {
			continue
		}
		p.truth, err = truthOf(p.path)
		if err == nil && p.truth != "" && !strings.Contains(p.truth, "\f") { // which parts pages
			pages = append(pages, p)
		}
	}
	return b.lay("bundled samples", slices.Repeat(pages, copies))
}

// realScans collects typed and printed single pages with ground truth in the
// languages that are installed, spread evenly when there are more than wanted.
func (b *bench) realScans(ctx context.Context) (set, error) {
	rows, err := readTable(filepath.Join(b.scans, "MANIFEST.tsv"))
	if err != nil {
		return set{}, err
	}
	installed, err := languages(ctx)
	if err != nil {
		return set{}, err
	}
	var pages []page
	for _, row := range rows {
		p := page{path: filepath.Join(b.scans, row["file"]), language: row["language"]}
		kind := row["kind"] == "typed" || row["kind"] == "printed"
		if !kind || row["pages"] != "1" || !plainImage(p.path) || !containsAll(installed, strings.Split(p.language, "+")) {
			continue
		}
		if p.truth, err = truthOf(p.path); err == nil && p.truth != "" {
			pages = append(pages, p)
		}
	}
	if n := len(pages); n > b.scanPages {
		spread := make([]page, b.scanPages)
		for i := range spread {
			spread[i] = pages[i*n/b.scanPages]
		}
		pages = spread
	}
	return b.lay("real scans", pages)
}

// plainImage tells by the name whether plain Tesseract reads such a file.
func plainImage(path string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"}, strings.ToLower(filepath.Ext(path)))
}

func containsAll(have, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(have, w) })
}

// languages lists the models that Tesseract finds.
func languages(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "tesseract", "--list-langs").Output()
	if err != nil {
		return nil, fmt.Errorf("ask Tesseract for its models: %w", err)
	}
	return strings.Fields(string(out)), nil // the heading's words are no languages
}

// truthOf reads NAME.gt.txt beside an image.
func truthOf(path string) (string, error) {
	b, err := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".gt.txt")
	if err != nil {
		return "", fmt.Errorf("read ground truth: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// readTable reads tab-separated values under a line of names.
func readTable(path string) ([]map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	defer file.Close()
	var names []string
	var rows []map[string]string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		values := strings.Split(lines.Text(), "\t")
		if names == nil {
			names = values
			continue
		}
		row := map[string]string{}
		for i, v := range values[:min(len(values), len(names))] {
			row[names[i]] = v
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	return rows, nil
}

// lay puts pages into a folder with a manifest. A page that comes again gets a
// comment, since fonds would read equal files once.
func (b *bench) lay(name string, pages []page) (set, error) {
	if len(pages) == 0 {
		return set{}, fmt.Errorf("%s: no page to read", name)
	}
	folder, err := b.folder("pages")
	if err != nil {
		return set{}, err
	}
	s := set{name: name, folder: folder, manifest: filepath.Join(folder, "manifest.tsv")}
	var manifest strings.Builder
	manifest.WriteString("file\tlang\n")
	laid := map[string]int{}
	for _, p := range pages {
		body, err := os.ReadFile(p.path)
		if n := laid[p.path]; err == nil && n > 0 {
			body, err = withComment(body, fmt.Sprintf("copy %d", n))
		}
		if err != nil {
			return set{}, fmt.Errorf("copy %s: %w", p.path, err)
		}
		laid[p.path]++
		file := fmt.Sprintf("%03d%s", len(s.pages), strings.ToLower(filepath.Ext(p.path)))
		p.path = filepath.Join(folder, file)
		if err := os.WriteFile(p.path, body, 0o600); err != nil {
			return set{}, fmt.Errorf("copy a page: %w", err)
		}
		s.pages = append(s.pages, p)
		manifest.WriteString(file + "\t" + p.language + "\n")
	}
	if err := os.WriteFile(s.manifest, []byte(manifest.String()), 0o600); err != nil {
		return set{}, fmt.Errorf("write manifest: %w", err)
	}
	return s, nil
}

// withComment returns the same picture in other bytes: a text chunk after a PNG's
// header, a comment segment after a JPEG's start.
func withComment(picture []byte, comment string) ([]byte, error) {
	const header = 8 + 25 // signature and IHDR
	switch {
	case len(picture) > header && string(picture[:8]) == "\x89PNG\r\n\x1a\n":
		typed := append([]byte("tEXtComment\x00"), comment...)
		chunk := binary.BigEndian.AppendUint32(nil, uint32(len(typed)-4))
		chunk = append(chunk, typed...)
		chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(typed))
		return slices.Concat(picture[:header], chunk, picture[header:]), nil
	case len(picture) > 2 && picture[0] == 0xff && picture[1] == 0xd8:
		// After the first segment, which is JFIF's or EXIF's and has to be first.
		if len(picture) < 6 {
			return nil, errors.New("a JPEG without segments")
		}
		end := 4 + int(binary.BigEndian.Uint16(picture[4:6]))
		if end > len(picture) {
			return nil, errors.New("a JPEG whose first segment is cut off")
		}
		segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(len(comment)+2))
		return slices.Concat(picture[:end], segment, []byte(comment), picture[end:]), nil
	}
	return nil, errors.New("neither PNG nor JPEG")
}

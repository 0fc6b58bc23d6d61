// Command makesamples renders the pages of scripts/samples: it types each NAME.gt.txt with a
// typewriter face, wears the sheet (uneven strikes, stained paper, skew, blur, noise) and writes
// it in the format that NAME asks for, with manifest.tsv beside. The texts are written by hand and
// are never touched. The same texts, font, Go release and kind of processor give the same bytes, so
// a change of this command shows as a change of the samples and of nothing else.
package main

import (
	"flag"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
)

// dpi is the resolution of every sample: the least at which typescript reads well, so that a
// dozen pages stay below 3 MB.
const dpi = 200

// defaultFont is a Courier with Cyrillic from Debian's package fonts-urw-base35.
const defaultFont = "/usr/share/fonts/opentype/urw-base35/NimbusMonoPS-Regular.otf"

// sample is one file to write; its text is NAME.gt.txt, pages parted by form feeds.
type sample struct {
	file string // name with the extension that chooses the format
	lang string // Tesseract's language codes, for the manifest
	seed uint64
	look look
	turn turn // how the sheet lay on the scanner
	cut  int  // keep this share of the bytes, in percent; 0 keeps all
}

var samples = []sample{
	{file: "01-telegram-4117.png", lang: "eng", seed: 4117, look: office},
	{file: "02-telegram-4123.jpg", lang: "eng", seed: 4123, look: yellowed, turn: turnedByEXIF},
	{file: "03-telegram-4140.png", lang: "rus", seed: 4140, look: office},
	{file: "04-telegram-4158.jpg", lang: "rus", seed: 4158, look: faded},
	{file: "05-register-4117.tif", lang: "eng", seed: 1405, look: copier},
	{file: "06-memorandum-5306.pdf", lang: "rus", seed: 5306, look: office},
	{file: "07-telegram-4171.png", lang: "eng", seed: 4171, look: office, turn: upsideDown},
	{file: "08-blank.png", lang: "eng", seed: 8, look: dusty},
	{file: "09-damaged.png", lang: "eng", seed: 9, look: office, cut: 40},
	{file: "10-telegram-4176.jpg", lang: "eng", seed: 4176, look: crooked},
	{file: "11-carbon-4180.jpg", lang: "eng", seed: 4180, look: carbon},
	{file: "12-letter-4192.jpg", lang: "rus", seed: 4192, look: yellowed},
}

func main() {
	fontFile := flag.String("font", defaultFont, "OpenType `file` of the typewriter face")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: makesamples [-font FILE] FOLDER")
		os.Exit(2)
	}
	if err := run(*fontFile, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "makesamples:", err)
		os.Exit(1)
	}
}

// run writes all samples and their manifest into folder, which already holds the texts.
func run(fontFile, folder string) error {
	machine, err := newTypewriter(fontFile)
	if err != nil {
		return fmt.Errorf("load typewriter face: %w (Debian: apt install fonts-urw-base35)", err)
	}
	var manifest strings.Builder
	manifest.WriteString("file\tlang\n")
	for _, s := range samples {
		body, err := s.render(machine, folder)
		if err != nil {
			return fmt.Errorf("render %s: %w", s.file, err)
		}
		if err := os.WriteFile(filepath.Join(folder, s.file), body, 0o644); err != nil {
			return fmt.Errorf("write sample: %w", err)
		}
		fmt.Printf("%-26s %7d bytes\n", s.file, len(body))
		fmt.Fprintf(&manifest, "%s\t%s\n", s.file, s.lang)
	}
	if err := os.WriteFile(filepath.Join(folder, "manifest.tsv"), []byte(manifest.String()), 0o644); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	return nil
}

// render types, wears, turns and encodes one sample.
func (s sample) render(machine *typewriter, folder string) ([]byte, error) {
	name := strings.TrimSuffix(s.file, filepath.Ext(s.file))
	if s.cut > 0 { // what is thrown away needs no text of its own
		name = "10-telegram-4176"
	}
	text, err := os.ReadFile(filepath.Join(folder, name+".gt.txt"))
	if err != nil {
		return nil, fmt.Errorf("read text: %w", err)
	}
	var sheets []image.Image
	for n, page := range strings.Split(string(text), "\f") {
		sheet, err := s.look.sheet(machine, page, s.seed+uint64(n)<<32)
		if err != nil {
			return nil, fmt.Errorf("page %d: %w", n+1, err)
		}
		sheets = append(sheets, s.turn.apply(sheet))
	}
	body, err := encode(filepath.Ext(s.file), sheets, s.turn)
	if err != nil {
		return nil, err
	}
	if s.cut > 0 {
		body = body[:len(body)*s.cut/100]
	}
	return body, nil
}

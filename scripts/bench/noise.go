package main

import (
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// noisy makes a set in which every fifth page is a blank sheet with the noise of
// a scanner.
func (b *bench) noisy() (set, error) {
	text, err := b.bundled(1)
	if err != nil {
		return set{}, err
	}
	folder, err := b.folder("noise")
	if err != nil {
		return set{}, err
	}
	var pages []page
	for n := range b.sheets {
		for i := range 4 {
			pages = append(pages, text.pages[(4*n+i)%len(text.pages)])
		}
		sheet := page{path: filepath.Join(folder, fmt.Sprintf("noise%d.png", n)), language: "eng", sheet: true}
		if err := writeSheet(sheet.path, uint64(n)); err != nil {
			return set{}, err
		}
		pages = append(pages, sheet)
	}
	return b.lay("bundled samples", pages)
}

// writeSheet writes an empty A4 sheet at 300 dpi as a poor scanner sees it: grain,
// and dark or light specks in one pixel of 20 each. It is the specks that cost
// Tesseract two minutes; grain alone, or half as many specks, it passes over
// within seconds. The same seed gives the same sheet.
func writeSheet(path string, seed uint64) error {
	const width, height = 2480, 3508
	const paper, grain, specks = 235, 10, 20
	rng := rand.New(rand.NewPCG(seed, 300))
	sheet := image.NewGray(image.Rect(0, 0, width, height))
	for i := range sheet.Pix {
		level := paper + grain*rng.NormFloat64()
		switch rng.IntN(specks) {
		case 0: // pepper, from grey to black
			level -= float64(100 + rng.IntN(155))
		case 1: // salt
			level = 255
		}
		sheet.Pix[i] = uint8(max(0, min(255, level)))
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("make a sheet of noise: %w", err)
	}
	defer file.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(file, sheet); err != nil {
		return fmt.Errorf("make a sheet of noise: %w", err)
	}
	return nil
}

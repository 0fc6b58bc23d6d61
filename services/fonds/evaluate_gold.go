package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// goldFile is a file whose text is known.
type goldFile struct {
	// name is its path below the folder, with slashes; path the one to open.
	name, path string
	// gold is the text that is known to be right.
	gold string
	// language and kind as the manifest tells them; orderOpen as its note does.
	language, kind string
	orderOpen      bool
}

const (
	// goldEnding makes of NAME.EXT's stem the name of its text.
	goldEnding = ".gt.txt"
	// maxGold bounds a gold text in bytes: 1 MiB is some 300 pages, and comparing as
	// much with as much takes half a minute.
	maxGold = 1 << 20
	// maxGoldFiles bounds what is evaluated at once.
	maxGoldFiles = 100_000
	// longestKind is how many letters of a kind are shown.
	longestKind = 40
)

// goldFolder is what a folder of images and texts holds.
type goldFolder struct {
	files []goldFile
	// trouble says what should have been read and was not.
	trouble []string
	// bare counts images without a text.
	bare int
}

// findGold finds the files below a folder whose texts stand beside them.
func findGold(folder string) (*goldFolder, error) {
	info, err := os.Stat(folder)
	switch {
	case err != nil && os.IsNotExist(err):
		return nil, notFoundf("--gold %s: no such folder", shown(folder))
	case err != nil:
		return nil, dataf("--gold %s: %s", shown(folder), reasonOf(err))
	case !info.IsDir():
		return nil, usagef("--gold %s is a file: name the folder of images and texts", shown(folder))
	}
	g := &goldFolder{}
	rows, err := g.manifest(folder)
	if err != nil {
		return nil, err
	}
	if err := g.walk(folder, rows); err != nil {
		return nil, err
	}
	if len(g.files) == 0 && len(g.trouble) == 0 {
		return nil, dataf("--gold %s: no text was found for any image (%s looked at): put what stands on NAME.png into NAME%s beside it, as UTF-8",
			shown(folder), plural(g.bare, "image"), goldEnding)
	}
	return g, nil
}

// manifest reads the folder's manifest, if it has one, by path.
func (g *goldFolder) manifest(folder string) (map[string]manifestRow, error) {
	rows := map[string]manifestRow{}
	for _, name := range []string{"MANIFEST.tsv", "manifest.tsv"} {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		m, err := readManifest(path)
		if err != nil {
			return nil, err
		}
		for _, row := range m.rows {
			rows[filepath.Clean(row.file)] = row
			if _, err := os.Stat(m.local(row)); err != nil {
				g.missed(row.file, fmt.Sprintf("named on line %d of %s: %s", row.line, name, reasonOf(err)))
			}
		}
		break
	}
	return rows, nil
}

func (g *goldFolder) missed(name, why string) {
	g.trouble = append(g.trouble, shown(name)+": "+why)
}

// walk takes the files of all folders below; hidden ones are left out.
func (g *goldFolder) walk(folder string, rows map[string]manifestRow) error {
	used := map[string]bool{}
	var golds []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		below, relErr := filepath.Rel(folder, path)
		switch {
		case relErr != nil:
			return relErr
		case err != nil:
			g.missed(below, reasonOf(err))
			return nil
		case path != folder && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case strings.HasSuffix(entry.Name(), goldEnding):
			golds = append(golds, below)
			return nil
		case !claimsPicture(entry.Name()):
			return nil
		}
		gold := strings.TrimSuffix(below, filepath.Ext(below)) + goldEnding
		if _, err := os.Stat(filepath.Join(folder, gold)); err != nil {
			g.bare++
			return nil
		}
		used[gold] = true
		if len(g.files) == maxGoldFiles {
			return dataf("--gold %s holds more than %d images with texts: take a part of them", shown(folder), maxGoldFiles)
		}
		g.take(folder, below, gold, rows[below])
		return nil
	})
	for _, gold := range golds {
		if !used[gold] {
			g.missed(gold, "there is no image or PDF of the same name beside it")
		}
	}
	return err
}

// take adds a file, unless its text cannot be used.
func (g *goldFolder) take(folder, below, gold string, row manifestRow) {
	text, err := readGold(filepath.Join(folder, gold))
	if err != nil {
		g.missed(gold, err.Error())
		return
	}
	g.files = append(g.files, goldFile{
		name: filepath.ToSlash(below), path: filepath.Join(folder, below), gold: text,
		language: row.language, kind: oneLine(row.kind, longestKind),
		orderOpen: strings.Contains(row.note, "layout-sensitive"),
	})
}

// readGold reads a text that must be one.
func readGold(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", localError(err)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("not a regular file")
	case info.Size() > maxGold:
		return "", fmt.Errorf("larger than %d MiB: cut the file and its text into parts", maxGold>>20)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", localError(err)
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == 0 || r == utf8.RuneError && n == 1 {
			return "", fmt.Errorf("not text in UTF-8: byte %d is %#02x; convert it, such as with `iconv -t utf-8`", i, b[i])
		}
		i += n
	}
	return string(b), nil
}

// languages are those that the files are in, sorted.
func (g *goldFolder) languages() []string {
	var all []string
	for _, f := range g.files {
		all = append(all, f.language)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

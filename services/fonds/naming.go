package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// nameOnWire gives each file its path in the batch: the path below its PATH
// argument. Where that would give two files the same path, all files get their
// path below the folder that is common to all arguments: `ingest a b` then has
// a/1.jpg and b/1.jpg.
func nameOnWire(files []source, arguments []string) error {
	for i := range files {
		files[i].wire = wirePath(files[i].below)
	}
	wire := func(s source) string { return s.wire }
	if _, _, clash := sameBy(files, wire); clash {
		common := commonFolder(arguments)
		for i := range files {
			below, err := filepath.Rel(common, files[i].absolute)
			if err != nil {
				return dataf("%s: %v", shown(files[i].local), err)
			}
			files[i].wire = wirePath(below)
		}
	}
	if a, b, clash := sameBy(files, wire); clash {
		return usagef("%s and %s would have the same path %s in the batch: ingest them one after the other",
			shown(a.local), shown(b.local), shown(a.wire))
	}
	return nil
}

// commonFolder returns the deepest folder that all arguments lie in.
func commonFolder(arguments []string) string {
	common := ""
	for i, argument := range arguments {
		absolute, err := filepath.Abs(argument)
		if err != nil {
			return "/"
		}
		folder := filepath.Dir(absolute)
		if i == 0 {
			common = folder
		}
		for {
			if below, err := filepath.Rel(common, folder); err == nil && filepath.IsLocal(below) {
				break
			}
			common = filepath.Dir(common)
		}
	}
	return common
}

// sameBy finds two files with the same key.
func sameBy(files []source, key func(source) string) (a, b source, found bool) {
	seen := make(map[string]int, len(files))
	for i, s := range files {
		if first, ok := seen[key(s)]; ok {
			return files[first], s, true
		}
		seen[key(s)] = i
	}
	return source{}, source{}, false
}

// wirePath gives a path as UTF-8. A name that is not UTF-8 is escaped: each byte
// that does not fit, and "%", as %XX; all other names stay as they are.
func wirePath(name string) string {
	name = filepath.ToSlash(name)
	if utf8.ValidString(name) {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		if r == '%' || r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, "%%%02X", name[i])
		} else {
			b.WriteString(name[i : i+n])
		}
		i += n
	}
	return b.String()
}

// longestName is the longest file name in bytes that common file systems take.
const longestName = 255

// outPath gives where the text of a file goes below the folder of --out: its
// path below the PATH argument and ".txt". A name that becomes too long with
// that is cut and gets the beginning of its digest, so that it stays unique.
func outPath(below string) string {
	folder, name := filepath.Split(below)
	if len(name)+len(".txt") > longestName {
		sum := sha256.Sum256([]byte(name))
		cut := longestName - len(".txt") - len("~01234567")
		for cut > 0 && !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = name[:cut] + "~" + hex.EncodeToString(sum[:4])
	}
	return filepath.Join(folder, name+".txt")
}

// checkOutPaths refuses files whose texts would take each other's place.
func checkOutPaths(files []source) error {
	key := func(s source) string { return outPath(s.below) }
	if a, b, clash := sameBy(files, key); clash {
		return usagef("%s and %s would both write %s below --out: ingest them one after the other into folders of their own",
			shown(a.local), shown(b.local), shown(key(a)))
	}
	byPath := make(map[string]source, len(files))
	for _, s := range files {
		byPath[key(s)] = s
	}
	for _, s := range files {
		for folder := filepath.Dir(key(s)); folder != "."; folder = filepath.Dir(folder) {
			if other, clash := byPath[folder]; clash {
				return usagef("%s would write the file %s below --out, which %s needs as a folder: rename one of them",
					shown(other.local), shown(folder), shown(s.local))
			}
		}
	}
	return nil
}

// resumeKey names an ingest command: the same command on the same host finds its
// unfinished batch again. The manifest counts with its content, because the
// settings of files that the batch has already do not change.
func resumeKey(host string, absolute []string, collection, language, recipe, manifest string, content []byte) string {
	absolute = slices.Sorted(slices.Values(absolute))
	facts := append([]string{"fonds ingest 1", host, collection, language, manifest}, absolute...)
	if recipe != "" {
		facts = append(facts, "recipe "+recipe)
	}
	h := sha256.New()
	for _, fact := range facts {
		fmt.Fprintf(h, "%d:%s\n", len(fact), fact)
	}
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

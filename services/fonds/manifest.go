package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// maxManifest bounds a manifest: 200,000 rows of 300 bytes are 60 MB.
const maxManifest = 64 << 20

var (
	languagePattern   = regexp.MustCompile(`^[A-Za-z0-9_/]+([+][A-Za-z0-9_/]+)*$`)
	collectionPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// manifest says how the files of a folder differ.
type manifest struct {
	path    string
	content []byte
	rows    []manifestRow
}

// manifestRow is what a manifest says of one file.
type manifestRow struct {
	// line counts from 1; the header is line 1.
	line int
	// file is the path as written.
	file string
	// language such as "eng+rus", collection as an ID; empty where not given.
	language   string
	collection string
	// kind and note of a page whose text is known, as written; see evaluate text.
	kind, note string
}

// readManifest reads a manifest file.
func readManifest(path string) (*manifest, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, dataf("manifest %s: %s", shown(path), reasonOf(err))
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxManifest+1))
	if err != nil {
		return nil, dataf("manifest %s: %s", shown(path), reasonOf(err))
	}
	if len(content) > maxManifest {
		return nil, dataf("manifest %s is larger than %d MiB: split it", shown(path), maxManifest>>20)
	}
	rows, err := parseManifest(content)
	if err != nil {
		return nil, dataf("manifest %s: %v", shown(path), err)
	}
	return &manifest{path: path, content: content, rows: rows}, nil
}

// parseManifest reads tab-separated values with a header. A field that begins
// with a quotation mark is quoted: tabs and line ends in it belong to it, and a
// doubled mark is one. Columns that are not known are left alone.
func parseManifest(content []byte) ([]manifestRow, error) {
	reader := tsvReader{rest: bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))}
	header, _, err := reader.next()
	if err != nil {
		return nil, err
	}
	column := func(name string) int {
		return slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) })
	}
	file, lang, language, collection := column("file"), column("lang"), column("language"), column("collection")
	kind, note := column("kind"), column("note")
	if file < 0 {
		return nil, fmt.Errorf("line 1: no column %q: the first line names the columns, parted by tabs: file, and if wanted lang and collection", "file")
	}
	var rows []manifestRow
	first := map[string]int{}
	for {
		fields, line, err := reader.next()
		if err != nil {
			return nil, err
		}
		if fields == nil {
			return rows, nil
		}
		if len(fields) > len(header) {
			return nil, fmt.Errorf("line %d: %d fields, but the header names %d", line, len(fields), len(header))
		}
		row := manifestRow{line: line, file: field(fields, file)}
		row.language = strings.TrimSpace(field(fields, lang))
		if row.language == "" {
			row.language = strings.TrimSpace(field(fields, language))
		}
		row.collection = strings.TrimPrefix(strings.TrimSpace(field(fields, collection)), "collections/")
		row.kind, row.note = strings.TrimSpace(field(fields, kind)), field(fields, note)
		if err := row.check(); err != nil {
			return nil, err
		}
		clean := filepath.Clean(row.file)
		if before := first[clean]; before != 0 {
			return nil, fmt.Errorf("line %d: %s is named a second time, first on line %d", line, shown(row.file), before)
		}
		first[clean] = line
		rows = append(rows, row)
	}
}

func field(fields []string, column int) string {
	if column < 0 || column >= len(fields) {
		return ""
	}
	return fields[column]
}

func (r manifestRow) check() error {
	switch {
	case r.file == "":
		return fmt.Errorf("line %d: the column file is empty", r.line)
	case strings.ContainsRune(r.file, 0):
		return fmt.Errorf("line %d: the file name has a zero byte", r.line)
	case r.language != "" && !isLanguage(r.language):
		return fmt.Errorf("line %d: language %s: write codes such as eng or eng+rus", r.line, shown(r.language))
	case r.collection != "" && !collectionPattern.MatchString(r.collection):
		return fmt.Errorf("line %d: collection %s: %s", r.line, shown(r.collection), collectionRule)
	}
	return nil
}

const collectionRule = "use a-z, 0-9 and -, 63 characters at most"

func isLanguage(s string) bool { return len(s) <= 200 && languagePattern.MatchString(s) }

// tsvReader cuts tab-separated values into rows.
type tsvReader struct {
	rest []byte
	line int
}

// next returns the next row that is not empty and the line that it begins on,
// or nil at the end.
func (t *tsvReader) next() (fields []string, line int, err error) {
	for len(t.rest) > 0 {
		t.line++
		line = t.line
		if end := blankLine(t.rest); end > 0 {
			t.rest = t.rest[end:]
			continue
		}
		for {
			value, more, err := t.field(line)
			if err != nil {
				return nil, line, err
			}
			fields = append(fields, value)
			if !more {
				return fields, line, nil
			}
		}
	}
	return nil, t.line, nil
}

// blankLine returns the length of an empty first line with its end, else 0.
func blankLine(b []byte) int {
	switch {
	case b[0] == '\n':
		return 1
	case bytes.HasPrefix(b, []byte("\r\n")):
		return 2
	}
	return 0
}

// field takes one field and its separator; more tells that the row goes on.
func (t *tsvReader) field(line int) (value string, more bool, err error) {
	if len(t.rest) > 0 && t.rest[0] == '"' {
		return t.quoted(line)
	}
	end := bytes.IndexAny(t.rest, "\t\n")
	if end < 0 {
		value, t.rest = string(t.rest), nil
		return strings.TrimSuffix(value, "\r"), false, nil
	}
	value, more = string(t.rest[:end]), t.rest[end] == '\t'
	t.rest = t.rest[end+1:]
	if !more {
		value = strings.TrimSuffix(value, "\r")
	}
	return value, more, nil
}

func (t *tsvReader) quoted(line int) (value string, more bool, err error) {
	var b strings.Builder
	rest := t.rest[1:]
	for {
		end := bytes.IndexByte(rest, '"')
		if end < 0 {
			return "", false, fmt.Errorf("line %d: a quoted field begins here and never ends: close it with \", or double the \" that belongs to the name", line)
		}
		b.Write(rest[:end])
		rest = rest[end+1:]
		if len(rest) == 0 || rest[0] != '"' {
			break
		}
		b.WriteByte('"')
		rest = rest[1:]
	}
	value = b.String()
	t.line += strings.Count(value, "\n")
	switch {
	case len(rest) == 0 || rest[0] == '\n':
		more = false
	case bytes.HasPrefix(rest, []byte("\r\n")):
		rest = rest[1:]
	case rest[0] == '\t':
		more = true
	default:
		return "", false, fmt.Errorf("line %d: text after the closing \" of a field: double a \" that belongs to the name", t.line)
	}
	t.rest = rest[min(1, len(rest)):]
	return value, more, nil
}

// folder is what the manifest's paths are relative to.
func (m *manifest) folder() string { return filepath.Dir(m.path) }

func (m *manifest) local(row manifestRow) string {
	if filepath.IsAbs(row.file) {
		return filepath.Clean(row.file)
	}
	return filepath.Join(m.folder(), row.file)
}

// find takes the files that the manifest names, in its order.
func (m *manifest) find(f *finder) []source {
	for _, row := range m.rows {
		path := m.local(row)
		info, err := os.Stat(path)
		switch {
		case err != nil:
			// apply tells of it.
		case info.IsDir():
			f.skipped(path, fmt.Sprintf("a folder, named on line %d of the manifest", row.line))
		default:
			f.file(0, path, belowRoot(row.file))
		}
	}
	return f.files
}

// belowRoot makes a path relative that leads up or begins at the root, so that
// neither a batch nor --out has paths that lead elsewhere.
func belowRoot(path string) string {
	path = filepath.Clean("/" + path)
	return strings.TrimPrefix(path, "/")
}

// apply gives files the settings of their rows and tells of rows whose file
// does not exist.
func (m *manifest) apply(files []source, missing func(path, why string)) {
	byPath := make(map[string]int, len(files))
	for i, s := range files {
		byPath[s.absolute] = i
	}
	for _, row := range m.rows {
		path := m.local(row)
		absolute, err := filepath.Abs(path)
		if err != nil {
			absolute = path
		}
		if i, ok := byPath[absolute]; ok {
			files[i].language, files[i].collection = row.language, row.collection
			continue
		}
		if _, err := os.Stat(path); err != nil {
			missing(path, fmt.Sprintf("named on line %d of the manifest: %s", row.line, reasonOf(err)))
		}
	}
}

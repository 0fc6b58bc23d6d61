// Package scripts tests the tree itself: which folders there are, who imports whom, that every
// package says what it is for. It reads sources only and never builds or runs anything.
package scripts

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	root   = ".."
	module = "github.com/fonds-archive/fonds"

	longFile     = 500 // lines; listed, not forbidden
	longFunction = 70
)

// unwatched are what builds and tools leave behind; .gitignore names the same.
var unwatched = []string{".git", ".tools", "bin", "data", "proto/deps"}

// source is one Go file.
type source struct {
	name      string // relative to the root, with slashes
	folder    string
	test      bool
	generated bool
	lines     int
	syntax    *ast.File
	imports   []string
}

var fileSet = token.NewFileSet()

// walk calls visit with every watched file, relative to the root.
func walk(t *testing.T, visit func(name string, entry fs.DirEntry)) {
	t.Helper()
	err := filepath.WalkDir(root, func(full string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, full)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() && slices.Contains(unwatched, name) {
			return fs.SkipDir
		}
		if name != "." {
			visit(name, entry)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("walk the tree: %v", err)
	}
}

// sources parses every Go file of the tree.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	walk(t, func(name string, entry fs.DirEntry) {
		if entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return
		}
		file, err := parser.ParseFile(fileSet, filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("parse: %v", err)
		}
		s := source{
			name: name, folder: path.Dir(name), syntax: file,
			test: strings.HasSuffix(name, "_test.go"), generated: ast.IsGenerated(file),
			lines: fileSet.File(file.FileStart).LineCount(),
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatalf("%s: import %s: %v", name, spec.Path.Value, err)
			}
			s.imports = append(s.imports, imported)
		}
		all = append(all, s)
	})
	if len(all) < 10 {
		t.Fatalf("found only %d Go files: is this the root?", len(all))
	}
	return all
}

func TestTopLevel(t *testing.T) {
	allowed := []string{
		"proto", "services", "workers", "deploy", "scripts",
		"go.mod", "go.sum", "Makefile", "README.md", "LICENSE", "CHANGELOG.md",
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasPrefix(name, ".") && !slices.Contains(unwatched, name) && !slices.Contains(allowed, name) {
			t.Errorf("%s stands at the top level; the tree's rooms are %v", name, allowed)
		}
	}
}

func TestNamesSayWhatIsInside(t *testing.T) {
	vague := regexp.MustCompile(`^(utils?|helpers?|common|misc)$`)
	elsewhere := []string{"docs", "internal", "pkg", "cmd"}
	walk(t, func(name string, entry fs.DirEntry) {
		base := path.Base(name)
		stem := strings.TrimSuffix(strings.TrimSuffix(base, ".go"), "_test")
		switch {
		case entry.IsDir() && (slices.Contains(elsewhere, base) || vague.MatchString(base)):
			t.Errorf("folder %s: name it for what it does, below services or workers", name)
		case !entry.IsDir() && strings.HasSuffix(base, ".go") && vague.MatchString(stem):
			t.Errorf("file %s: name it for the noun or verb inside", name)
		}
	})
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said := map[string]bool{}
	for _, s := range sources(t) {
		if strings.HasSuffix(s.syntax.Name.Name, "_test") {
			continue // an external test package speaks for the package it tests
		}
		documented := s.generated || s.syntax.Doc != nil && len(strings.Fields(s.syntax.Doc.Text())) > 5
		said[s.folder] = said[s.folder] || documented
	}
	for folder, ok := range said {
		if !ok {
			t.Errorf("package %s has no doc comment: say what it is for and what it never does", folder)
		}
	}
}

// below says whether a folder or import is the given one or lies beneath it.
func below(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

// standard says whether an import belongs to Go's own library.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".") && imported != "C"
}

// A layer is a folder and what the code beneath it may not import, tests aside.
var layers = []struct {
	folder    string
	forbidden func(imported string) bool
	why       string
}{
	{
		"services/catalog", func(i string) bool { return !standard(i) },
		"the domain stands on the standard library alone",
	},
	{
		"services/text", func(i string) bool { return below(i, module) },
		"text knows nothing of the archive",
	},
	{
		"services/accuracy", func(i string) bool { return below(i, module) },
		"errors are counted in texts, of whatever",
	},
	{
		"services/api", ofModule("services/store", "workers"),
		"a handler calls the catalog",
	},
	{
		"services/web", ofModule("services/store", "workers"),
		"a page calls the catalog",
	},
	{
		"services/store", ofModule("services/api", "services/web", "services/bus", "workers"),
		"a store adapts the catalog and nothing else",
	},
	{
		"workers", ofModule("services/store", "services/api", "services/web", "services/fonds"),
		"a worker gets its Store handed in",
	},
	{
		"workers/ocr", ofModule("services/catalog"),
		"recognition knows NATS and blobs only",
	},
	{
		"workers/decode", ofModule("services"),
		"decoding knows bytes only",
	},
	{
		"workers/engine", ofModule("services"),
		"the supervisor knows frames only",
	},
	{
		"workers/tesseract", ofModule("services"),
		"the engine child knows frames only",
	},
}

// ofModule forbids some folders of this module.
func ofModule(folders ...string) func(string) bool {
	return func(imported string) bool {
		return slices.ContainsFunc(folders, func(folder string) bool { return below(imported, module+"/"+folder) })
	}
}

func TestImportDirection(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, layer := range layers {
			if !below(s.folder, layer.folder) {
				continue
			}
			for _, imported := range s.imports {
				if layer.forbidden(imported) {
					t.Errorf("%s imports %s: %s", s.name, imported, layer.why)
				}
			}
		}
	}
}

// A suite that proves backends (storetest …) is a test in all but its file names.
func (s source) testing() bool { return s.test || strings.HasSuffix(s.folder, "test") }

func TestOnlyOneFolderWiresAll(t *testing.T) {
	for _, s := range sources(t) {
		if s.testing() || below(s.folder, "services/fonds") || measuresStore(s.folder) {
			continue
		}
		for _, imported := range s.imports {
			backend := below(imported, module+"/services/store/sqlite") || below(imported, module+"/services/store/postgres")
			if backend && !below(s.folder, "services/store") {
				t.Errorf("%s imports %s: only services/fonds chooses a backend", s.name, imported)
			}
			if below(imported, module+"/services/fonds") {
				t.Errorf("%s imports the main program", s.name)
			}
		}
	}
}

// measuresStore tells that a folder compares the archive with its bare database.
func measuresStore(folder string) bool { return below(folder, "scripts/editors") }

func TestOnlyOneFolderLinksC(t *testing.T) {
	for _, s := range sources(t) {
		if below(s.folder, "workers/tesseract") {
			continue
		}
		for _, imported := range s.imports {
			if imported == "C" || strings.Contains(imported, "gosseract") {
				t.Errorf("%s imports %q: only workers/tesseract links C", s.name, imported)
			}
		}
	}
}

func TestOnlyStoresSpeakSQL(t *testing.T) {
	for _, s := range sources(t) {
		if s.testing() || below(s.folder, "services/store") || measuresStore(s.folder) {
			continue
		}
		for _, imported := range s.imports {
			if below(imported, "database/sql") || below(imported, "modernc.org/sqlite") {
				t.Errorf("%s imports %s: only services/store knows a database", s.name, imported)
			}
		}
	}
}

// The tree must build wherever it is laid: it names no registry's host, no folder of one machine
// and nothing beside itself. The words are put together here so that this file does not hold them.
func TestNoPlaceOutsideIsNamed(t *testing.T) {
	hosts := []string{
		"proxy.golang" + ".org", "sum.golang" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org",
		"security.debian" + ".org", "archive.ubuntu" + ".com", "pypi" + ".org", "registry.k8s" + ".io",
		"docker" + ".io", "ghcr" + ".io", "quay" + ".io",
	}
	machine := regexp.MustCompile(`(^|[^\w.])/` + `work/`)
	beside := "../" + "shared"
	walk(t, func(name string, entry fs.DirEntry) {
		if !entry.Type().IsRegular() || name == "go.sum" || name == ".git" { // a file in a second worktree
			return
		}
		body, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Error(err)
			return
		}
		if !utf8.Valid(body) || strings.ContainsRune(string(body), 0) {
			return // an image
		}
		for n, line := range strings.Split(string(body), "\n") {
			for _, host := range hosts {
				if strings.Contains(line, host) {
					t.Errorf("%s:%d names the host %s", name, n+1, host)
				}
			}
			if machine.MatchString(line) {
				t.Errorf("%s:%d names a folder of one machine", name, n+1)
			}
			if strings.Contains(line, beside) && !strings.HasSuffix(name, "_test.go") {
				t.Errorf("%s:%d names %s outside a test", name, n+1, beside)
			}
		}
	})
}

// Not forbidden, but worth a second look: go test -v ./scripts shows them.
func TestListWhatGrewLong(t *testing.T) {
	for _, s := range sources(t) {
		if s.generated {
			continue
		}
		if s.lines > longFile {
			t.Logf("%s has %d lines", s.name, s.lines)
		}
		for _, declaration := range s.syntax.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			first, last := fileSet.Position(function.Pos()), fileSet.Position(function.End())
			if lines := last.Line - first.Line + 1; lines > longFunction {
				t.Logf("%s:%d %s has %d lines", s.name, first.Line, function.Name.Name, lines)
			}
		}
	}
}

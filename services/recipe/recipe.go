// Package recipe knows recipes by name: those that are shipped, and those of a folder
// that an archive has of its own. It checks them, and makes of a name and languages what
// the catalog stores and workers follow. It never reads a page, and never changes a recipe
// that readings were made with: those stand in the database, by digest.
package recipe

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/encoding/protojson"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// The recipes that are shipped.
const (
	Plain    = "plain"
	Adaptive = "adaptive"
)

//go:embed shipped/*.json
var shippedFiles embed.FS

// Book is the recipes that a server knows. It does not change.
type Book struct {
	recipes map[string]*fondsv1.Recipe
	// chosen is the name of the one that is taken where none is named.
	chosen string
}

// Shipped returns the book without recipes of the archive's own.
func Shipped() *Book {
	b, err := Open("", Adaptive)
	if err != nil {
		panic(err) // a fault of the build: its test reads them all
	}
	return b
}

// Open reads the shipped recipes and those of a folder, which may be "": one a *.json
// file. chosen is the name of the one that is taken where none is named.
func Open(folder, chosen string) (*Book, error) {
	b := &Book{recipes: map[string]*fondsv1.Recipe{}, chosen: chosen}
	shipped, err := fs.Sub(shippedFiles, "shipped")
	if err != nil {
		return nil, err
	}
	if err := b.read(shipped); err != nil {
		return nil, err
	}
	if folder != "" {
		if _, err := os.Stat(folder); err != nil {
			return nil, fmt.Errorf("open the folder of recipes: %w", err)
		}
		if err := b.read(os.DirFS(folder)); err != nil {
			return nil, fmt.Errorf("read the recipes in %s: %w", folder, err)
		}
	}
	if _, err := b.Recipe(chosen); err != nil {
		return nil, err
	}
	return b, nil
}

// largestFile bounds a recipe's file in bytes; the shipped ones have some 2,000.
const largestFile = 1 << 20

func (b *Book) read(folder fs.FS) error {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		info, err := fs.Stat(folder, name)
		if err != nil {
			return err
		}
		if info.Size() > largestFile {
			return fmt.Errorf("%s has %d bytes: a recipe has at most %d", name, info.Size(), largestFile)
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		r, err := Read(data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if strings.TrimSuffix(path.Base(name), ".json") != r.GetName() {
			return fmt.Errorf("%s: the recipe in it is called %q: name the file %s.json", name, r.GetName(), r.GetName())
		}
		if _, there := b.recipes[r.GetName()]; there {
			return fmt.Errorf("%s: there is a recipe %q already, which stands in readings: take another name", name, r.GetName())
		}
		b.recipes[r.GetName()] = r
	}
	return nil
}

// Read decodes and checks a recipe as files have it: the message Recipe in JSON, with a
// name, a version and a method, without languages and digest. Models that it names are
// pinned; those of other languages are what workers have.
func Read(data []byte) (*fondsv1.Recipe, error) {
	r := &fondsv1.Recipe{}
	if err := protojson.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("decode recipe: %w", err)
	}
	if err := protovalidate.Validate(r); err != nil {
		return nil, fmt.Errorf("the recipe is not valid: %w", err)
	}
	switch {
	case r.GetName() == "" || r.GetVersion() == 0:
		return nil, errors.New("a recipe has a name and a version, which counts up from 1")
	case r.GetMethod() == nil:
		return nil, errors.New(`a recipe has a method: "method": {} for Tesseract's own`)
	case r.GetDigest() != "" || len(r.GetLanguages()) > 0:
		return nil, errors.New("a recipe's file has no digest and no languages: those come with the pages")
	}
	return r, nil
}

// List returns the recipes sorted by name, without languages and models of workers.
func (b *Book) List() []*fondsv1.Recipe {
	var all []*fondsv1.Recipe
	for _, name := range slices.Sorted(maps.Keys(b.recipes)) {
		all = append(all, b.recipes[name])
	}
	return all
}

// Default is the name of the recipe that is taken where none is named.
func (b *Book) Default() string { return b.chosen }

// Recipe returns a recipe by its name, the default for none. It is not to be changed.
func (b *Book) Recipe(name string) (*fondsv1.Recipe, error) {
	if name == "" {
		name = b.chosen
	}
	r, ok := b.recipes[name]
	if !ok {
		return nil, &catalog.Error{
			Code: catalog.NotFound, Reason: catalog.ReasonRecipeNotFound, Field: "recipe",
			Message:  fmt.Sprintf("there is no recipe %q: there are %s", name, strings.Join(slices.Sorted(maps.Keys(b.recipes)), ", ")),
			Metadata: map[string]string{"recipe": name},
		}
	}
	return r, nil
}

// Resolve makes of a name and languages such as "eng+rus" what readings are made with: the
// method, and models that one of the workers has together.
func (b *Book) Resolve(name, language string, workers []*fondsv1.Worker) (catalog.Recipe, error) {
	r, err := b.Recipe(name)
	if err != nil {
		return catalog.Recipe{}, err
	}
	models, err := modelsFor(r, language, workers)
	if err != nil {
		return catalog.Recipe{}, err
	}
	method, err := canonical(r.GetMethod())
	if err != nil {
		return catalog.Recipe{}, err
	}
	resolved := catalog.Recipe{Name: r.GetName(), Version: int(r.GetVersion()), Models: models, Method: method}
	for _, p := range r.GetParameters() {
		resolved.Parameters = append(resolved.Parameters, catalog.Parameter{Name: p.GetName(), Value: p.GetValue()})
	}
	return resolved.Named()
}

// canonical is a method's JSON with its keys sorted: what the library writes differs from
// build to build, by its own word.
func canonical(m *fondsv1.Method) (json.RawMessage, error) {
	written, err := protojson.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode method: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(written))
	decoder.UseNumber()
	var parts any
	if err := decoder.Decode(&parts); err != nil {
		return nil, fmt.Errorf("encode method: %w", err)
	}
	return json.Marshal(parts)
}

// Message is a recipe as workers and callers get it. A method that this build does not
// know whole is an error: a page read without a part of it would be another reading.
func Message(r catalog.Recipe) (*fondsv1.Recipe, error) {
	m := &fondsv1.Recipe{Digest: string(r.Digest), Name: r.Name, Version: uint32(r.Version)}
	for _, model := range r.Models {
		m.Languages = append(m.Languages, model.Language)
		m.Models = append(m.Models, &fondsv1.Model{Language: model.Language, Sha256: string(model.SHA256)})
	}
	for _, p := range r.Parameters {
		m.Parameters = append(m.Parameters, &fondsv1.Parameter{Name: p.Name, Value: p.Value})
	}
	if len(r.Method) == 0 {
		return m, nil
	}
	m.Method = &fondsv1.Method{}
	if err := protojson.Unmarshal(r.Method, m.Method); err != nil {
		return nil, fmt.Errorf("decode the method of recipe %s: %w", r.Digest, err)
	}
	return m, nil
}

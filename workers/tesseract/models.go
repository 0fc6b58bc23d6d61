//go:build tesseract

package main

// #include <tesseract/capi.h>
import "C"

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const modelSuffix = ".traineddata"

// tessdata is the folders of models, those first that were given first: a model of a
// language stands in the way of those of the same language in later folders, unless a
// recipe asks for one of those by its digest. Digests are computed when first asked for
// and kept, as Tesseract keeps the model that it has loaded.
type tessdata struct {
	folders []string
	models  map[string]model // by path
	// joined are folders of links to models that lie in different folders, by what they
	// link to: Tesseract looks into one folder only.
	joined map[string]string
}

// model is a file as it was when its digest was taken.
type model struct {
	digest string
	info   os.FileInfo
}

// openTessdata finds the folders: those given, and TESSDATA_PREFIX, or else the library's
// own, behind them.
func openTessdata(given ...string) (*tessdata, error) {
	own := os.Getenv("TESSDATA_PREFIX")
	if own == "" {
		own = builtinTessdata()
	}
	t := &tessdata{models: map[string]model{}, joined: map[string]string{}}
	for _, folder := range given {
		info, err := os.Stat(folder)
		if err != nil {
			return nil, fmt.Errorf("open tessdata folder: %w", err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("open tessdata folder: %q is not a folder", folder)
		}
		t.folders = append(t.folders, folder)
	}
	info, err := os.Stat(own)
	switch {
	case err == nil && info.IsDir():
		t.folders = append(t.folders, own)
	case len(given) == 0:
		return nil, fmt.Errorf("open tessdata folder: %q is not a folder", own)
	}
	return t, nil
}

// Close removes the folders of links.
func (t *tessdata) Close() error {
	var failed error
	for _, folder := range t.joined {
		failed = errors.Join(failed, os.RemoveAll(folder))
	}
	return failed
}

// builtinTessdata asks Tesseract where it was built to look. The answer comes
// even when there is no English model there, which the binding's own question
// would need.
func builtinTessdata() string {
	api := C.TessBaseAPICreate()
	defer C.TessBaseAPIDelete(api)
	C.TessBaseAPIInit3(api, nil, nil)
	return C.GoString(C.TessBaseAPIGetDatapath(api))
}

// installed is a model in one of the folders.
type installed struct{ language, folder string }

func (i installed) path() string { return filepath.Join(i.folder, i.language+modelSuffix) }

// list gives the models, folder by folder and sorted in each, "osd" and those of whole
// scripts, such as "script/Cyrillic", included.
func (t *tessdata) list() ([]installed, error) {
	var out []installed
	for _, folder := range t.folders {
		var here []installed
		for _, below := range []string{"", "script"} {
			paths, err := filepath.Glob(filepath.Join(folder, below, "*"+modelSuffix))
			if err != nil {
				return nil, fmt.Errorf("list models: %w", err)
			}
			for _, path := range paths {
				language := filepath.ToSlash(filepath.Join(below, strings.TrimSuffix(filepath.Base(path), modelSuffix)))
				here = append(here, installed{language, folder})
			}
		}
		slices.SortFunc(here, func(a, b installed) int { return strings.Compare(a.language, b.language) })
		out = append(out, here...)
	}
	return out, nil
}

// find gives the first folder that has a model of the language, with a digest if one is
// wanted.
func (t *tessdata) find(language, digest string) (found installed, err error) {
	got := ""
	for _, folder := range t.folders {
		here := installed{language, folder}
		if _, err := os.Stat(here.path()); errors.Is(err, os.ErrNotExist) {
			continue
		}
		if got, err = t.digest(here); err != nil {
			return here, err
		}
		if digest == "" || digest == got {
			return here, nil
		}
	}
	where := strings.Join(t.folders, ", ")
	if got == "" {
		return found, fmt.Errorf("model %q is not installed in %s", language, where)
	}
	return found, fmt.Errorf("model %q in %s is %s, the recipe wants %s", language, where, got, digest)
}

// folderOf gives the folder of a language's model; "" when there is none.
func (t *tessdata) folderOf(language string) string {
	for _, folder := range t.folders {
		if _, err := os.Stat(installed{language, folder}.path()); err == nil {
			return folder
		}
	}
	return ""
}

// has says whether there is a model of a language.
func (t *tessdata) has(language string) bool { return t.folderOf(language) != "" }

// folderFor gives one folder that has the models of a recipe: where they lie in several,
// one of links to them.
func (t *tessdata) folderFor(recipe *fondsv1.Recipe) (string, error) {
	wanted := digestsOf(recipe)
	var all []installed
	var key strings.Builder
	together := true
	for _, language := range recipe.GetLanguages() {
		found, err := t.find(language, wanted[language])
		if err != nil {
			return "", err
		}
		all = append(all, found)
		together = together && found.folder == all[0].folder
		key.WriteString(found.path() + "\x00")
	}
	if together {
		return all[0].folder, nil
	}
	if folder, ok := t.joined[key.String()]; ok {
		return folder, nil
	}
	folder, err := join(all)
	if err == nil {
		t.joined[key.String()] = folder
	}
	return folder, err
}

// join makes a folder of links to models.
func join(models []installed) (string, error) {
	folder, err := os.MkdirTemp("", "fonds-models-")
	if err != nil {
		return "", fmt.Errorf("make a folder for models: %w", err)
	}
	for _, m := range models {
		at := installed{m.language, folder}.path()
		target, err := filepath.Abs(m.path())
		if err == nil {
			err = os.MkdirAll(filepath.Dir(at), 0o700)
		}
		if err == nil {
			err = os.Symlink(target, at)
		}
		if err != nil {
			return "", errors.Join(fmt.Errorf("link model %s: %w", m.language, err), os.RemoveAll(folder))
		}
	}
	return folder, nil
}

func digestsOf(recipe *fondsv1.Recipe) map[string]string {
	wanted := map[string]string{}
	for _, m := range recipe.GetModels() {
		wanted[m.GetLanguage()] = m.GetSha256()
	}
	return wanted
}

// errModelChanged ends the process: what it has loaded is not what lies there.
var errModelChanged = errors.New("was replaced while the engine ran")

// digest is the SHA-256 of a model in hex. A file that is no longer the one of
// which it was taken is an error.
func (t *tessdata) digest(at installed) (string, error) {
	known, ok := t.models[at.path()]
	if !ok {
		return t.take(at)
	}
	info, err := os.Stat(at.path())
	if err != nil {
		return "", fmt.Errorf("look at model %s: %w", at.language, err)
	}
	if !os.SameFile(info, known.info) || info.Size() != known.info.Size() || !info.ModTime().Equal(known.info.ModTime()) {
		return "", fmt.Errorf("model %s %w", at.language, errModelChanged)
	}
	return known.digest, nil
}

// take computes the digest of a model.
func (t *tessdata) take(at installed) (string, error) {
	file, err := os.Open(at.path())
	if err != nil {
		return "", fmt.Errorf("open model %s: %w", at.language, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("look at model %s: %w", at.language, err)
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("read model %s: %w", at.language, err)
	}
	digest := hex.EncodeToString(hash.Sum(nil))
	t.models[at.path()] = model{digest, info}
	return digest, nil
}

// languageCode is what may stand in a path: no dot, no slash at the edges.
var languageCode = regexp.MustCompile(`^[A-Za-z0-9_]+(/[A-Za-z0-9_]+)?$`)

// touchesFiles matches variables by which Tesseract reads or writes files of its
// own, opens windows or prints.
var touchesFiles = regexp.MustCompile(`file|write|debug|display|interactive|user_words|user_patterns|dump|save|train`)

// check refuses a recipe that nobody could run. That the folders have not exactly
// its models is an error, with which the process ends: jobs come only to workers
// that have announced those models, so the folder has changed since then, which
// is the fault of no page.
func (t *tessdata) check(recipe *fondsv1.Recipe) error {
	fail := func(format string, args ...any) error {
		return &refusal{fondsv1.Outcome_OUTCOME_FAILED, fmt.Sprintf(format, args...)}
	}
	if len(recipe.GetLanguages()) == 0 {
		return fail("the recipe names no language")
	}
	for _, language := range recipe.GetLanguages() {
		if !languageCode.MatchString(language) {
			return fail("the recipe's language %q is not a language code", language)
		}
	}
	for _, p := range recipe.GetParameters() {
		if touchesFiles.MatchString(p.GetName()) {
			return fail("the recipe's parameter %q names files or debugging, which a recipe may not", p.GetName())
		}
	}
	wanted := digestsOf(recipe)
	for _, language := range recipe.GetLanguages() {
		if _, err := t.find(language, wanted[language]); err != nil {
			return err
		}
	}
	return nil
}

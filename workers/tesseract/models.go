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

// tessdata is the folder of models. Digests are computed when first asked for
// and kept, as Tesseract keeps the model that it has loaded.
type tessdata struct {
	folder string
	models map[string]model
}

// model is a file of the folder as it was when its digest was taken.
type model struct {
	digest string
	info   os.FileInfo
}

// openTessdata finds the folder: the flag, TESSDATA_PREFIX, or the library's own.
func openTessdata(flag string) (*tessdata, error) {
	folder := flag
	if folder == "" {
		folder = os.Getenv("TESSDATA_PREFIX")
	}
	if folder == "" {
		folder = builtinTessdata()
	}
	info, err := os.Stat(folder)
	if err != nil {
		return nil, fmt.Errorf("open tessdata folder: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("open tessdata folder: %q is not a folder", folder)
	}
	return &tessdata{folder: folder, models: map[string]model{}}, nil
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

// languages lists the models in the folder, sorted, "osd" and those of whole
// scripts, such as "script/Cyrillic", included.
func (t *tessdata) languages() ([]string, error) {
	var out []string
	for _, below := range []string{"", "script"} {
		paths, err := filepath.Glob(filepath.Join(t.folder, below, "*"+modelSuffix))
		if err != nil {
			return nil, fmt.Errorf("list models: %w", err)
		}
		for _, path := range paths {
			out = append(out, filepath.ToSlash(filepath.Join(below, strings.TrimSuffix(filepath.Base(path), modelSuffix))))
		}
	}
	slices.Sort(out)
	return out, nil
}

// has says whether the folder holds the model of a language.
func (t *tessdata) has(language string) bool {
	_, err := os.Stat(t.path(language))
	return err == nil
}

func (t *tessdata) path(language string) string {
	return filepath.Join(t.folder, language+modelSuffix)
}

// errModelChanged ends the process: what it has loaded is not what lies there.
var errModelChanged = errors.New("was replaced while the engine ran")

// digest is the SHA-256 of a model in hex. A file that is no longer the one of
// which it was taken is an error.
func (t *tessdata) digest(language string) (string, error) {
	known, ok := t.models[language]
	if !ok {
		return t.take(language)
	}
	info, err := os.Stat(t.path(language))
	if err != nil {
		return "", fmt.Errorf("look at model %s: %w", language, err)
	}
	if !os.SameFile(info, known.info) || info.Size() != known.info.Size() || !info.ModTime().Equal(known.info.ModTime()) {
		return "", fmt.Errorf("model %s %w", language, errModelChanged)
	}
	return known.digest, nil
}

// take computes the digest of a model.
func (t *tessdata) take(language string) (string, error) {
	file, err := os.Open(t.path(language))
	if err != nil {
		return "", fmt.Errorf("open model %s: %w", language, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("look at model %s: %w", language, err)
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("read model %s: %w", language, err)
	}
	digest := hex.EncodeToString(hash.Sum(nil))
	t.models[language] = model{digest, info}
	return digest, nil
}

// languageCode is what may stand in a path: no dot, no slash at the edges.
var languageCode = regexp.MustCompile(`^[A-Za-z0-9_]+(/[A-Za-z0-9_]+)?$`)

// touchesFiles matches variables by which Tesseract reads or writes files of its
// own, opens windows or prints.
var touchesFiles = regexp.MustCompile(`file|write|debug|display|interactive|user_words|user_patterns|dump|save|train`)

// check refuses a recipe that nobody could run. That the folder has not exactly
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
	wanted := map[string]string{}
	for _, m := range recipe.GetModels() {
		wanted[m.GetLanguage()] = m.GetSha256()
	}
	for _, language := range recipe.GetLanguages() {
		got, err := t.digest(language)
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("model %q is not installed in %s", language, t.folder)
		}
		if err != nil {
			return err
		}
		if want, ok := wanted[language]; ok && want != got {
			return fmt.Errorf("model %q in %s is %s, the recipe wants %s", language, t.folder, got, want)
		}
	}
	return nil
}

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
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

const modelSuffix = ".traineddata"

// tessdata is the folder of models. Digests are computed when first asked for
// and kept: the folder is not expected to change under a running child, and
// Tesseract keeps the model that it has loaded.
type tessdata struct {
	folder  string
	digests map[string]string
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
	return &tessdata{folder: folder, digests: map[string]string{}}, nil
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

// languages lists the models in the folder, sorted, "osd" included.
func (t *tessdata) languages() ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(t.folder, "*"+modelSuffix))
	if err != nil {
		return nil, fmt.Errorf("list models: %w", err)
	}
	var out []string
	for _, path := range paths {
		out = append(out, strings.TrimSuffix(filepath.Base(path), modelSuffix))
	}
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

// digest is the SHA-256 of a model in hex.
func (t *tessdata) digest(language string) (string, error) {
	if known, ok := t.digests[language]; ok {
		return known, nil
	}
	file, err := os.Open(t.path(language))
	if err != nil {
		return "", fmt.Errorf("open model %s: %w", language, err)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("read model %s: %w", language, err)
	}
	digest := hex.EncodeToString(hash.Sum(nil))
	t.digests[language] = digest
	return digest, nil
}

// languageCode is what may stand in a path: no dot, no slash at the edges.
var languageCode = regexp.MustCompile(`^[A-Za-z0-9_]+(/[A-Za-z0-9_]+)?$`)

// touchesFiles matches variables by which Tesseract reads or writes files of its
// own, opens windows or prints.
var touchesFiles = regexp.MustCompile(`file|write|debug|display|interactive|user_words|user_patterns|dump|save|train`)

// check refuses a recipe whose models are not exactly those of the folder.
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
			return fail("model %q is not installed in %s", language, t.folder)
		}
		if err != nil {
			return err
		}
		if want, ok := wanted[language]; ok && want != got {
			return fail("model %q in %s is %s, the recipe wants %s", language, t.folder, got, want)
		}
	}
	return nil
}

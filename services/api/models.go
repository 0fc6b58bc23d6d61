package api

import (
	"fmt"
	"slices"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// recipesFor makes a recipe for each distinct language of the files out of the
// models that live workers have.
func recipesFor(files []catalog.NewFile, workers []*fondsv1.Worker) (map[string]catalog.Recipe, error) {
	if len(workers) == 0 {
		return nil, &catalog.Error{
			Code: catalog.Unavailable, Reason: ReasonNoWorker,
			Message: "no worker is live: start one with `fonds serve --roles ocr`, or wait a few seconds after a start, and try again",
		}
	}
	recipes := map[string]catalog.Recipe{}
	for _, f := range files {
		if _, known := recipes[f.Language]; known {
			continue
		}
		codes, err := languageCodes(f.Language)
		if err != nil {
			return nil, err
		}
		models, err := modelsFor(codes, workers)
		if err != nil {
			return nil, err
		}
		if recipes[f.Language], err = catalog.NewRecipe(models, nil); err != nil {
			return nil, err
		}
	}
	return recipes, nil
}

// languageCodes splits "eng+rus"; each code may stand there once.
func languageCodes(language string) ([]string, error) {
	codes := strings.Split(language, "+")
	for i, code := range codes {
		if code == "osd" {
			return nil, invalid("language", `"osd" finds the orientation of a page and cannot read text: name a language such as "eng"`)
		}
		if slices.Contains(codes[:i], code) {
			return nil, invalid("language", fmt.Sprintf("%q names %q twice", language, code))
		}
	}
	return codes, nil
}

// modelsFor chooses models that one worker has together: those that most workers
// have, so that most can help; among equals those with the lowest digests, so
// that the same workers always give the same recipe.
func modelsFor(codes []string, workers []*fondsv1.Worker) ([]catalog.Model, error) {
	count := map[string]int{}
	sets := map[string][]catalog.Model{}
	for _, w := range workers {
		set, ok := modelSet(codes, w)
		if !ok {
			continue
		}
		key := fmt.Sprint(set)
		count[key]++
		sets[key] = set
	}
	best := ""
	for key := range sets {
		if best == "" || count[key] > count[best] || count[key] == count[best] && key < best {
			best = key
		}
	}
	if best == "" {
		return nil, modelMissing(codes, workers)
	}
	return sets[best], nil
}

// modelSet gives a worker's models for the languages in their order.
func modelSet(codes []string, w *fondsv1.Worker) ([]catalog.Model, bool) {
	set := make([]catalog.Model, len(codes))
	for i, code := range codes {
		j := slices.IndexFunc(w.GetModels(), func(m *fondsv1.Model) bool { return m.GetLanguage() == code })
		if j < 0 {
			return nil, false
		}
		set[i] = catalog.Model{Language: code, SHA256: catalog.Digest(w.GetModels()[j].GetSha256())}
	}
	return set, true
}

// modelMissing tells which languages nobody can read and what to install.
func modelMissing(codes []string, workers []*fondsv1.Worker) error {
	var missing, packages []string
	for _, code := range codes {
		if !slices.ContainsFunc(workers, func(w *fondsv1.Worker) bool { _, ok := modelSet([]string{code}, w); return ok }) {
			missing = append(missing, code)
		}
	}
	problem := fmt.Sprintf("no worker can read %q", strings.Join(missing, "+"))
	if len(missing) == 0 {
		missing = codes
		problem = fmt.Sprintf("no single worker can read all of %q", strings.Join(codes, "+"))
	}
	for _, code := range missing {
		packages = append(packages, debianPackage(code))
	}
	names := strings.Join(packages, " ")
	plural := ""
	if len(packages) > 1 {
		plural = "s"
	}
	return &catalog.Error{
		Code: catalog.Precondition, Reason: ReasonModelMissing,
		Message: fmt.Sprintf("%s: install the package%s %s on a worker's machine (`apt-get install %s`) and restart the worker",
			problem, plural, names, names),
		Metadata: map[string]string{"languages": strings.Join(missing, "+"), "packages": names},
	}
}

// scriptCodes are Debian's names for Tesseract's models of whole scripts, where
// they are not the name itself in small letters.
var scriptCodes = map[string]string{
	"Arabic": "arab", "Armenian": "armn", "Bengali": "beng", "Canadian_Aboriginal": "cans",
	"Cherokee": "cher", "Cyrillic": "cyrl", "Devanagari": "deva", "Ethiopic": "ethi",
	"Fraktur": "frak", "Georgian": "geor", "Greek": "grek", "Gujarati": "gujr", "Gurmukhi": "guru",
	"Hangul": "hang", "Hangul_vert": "hang-vert", "Hebrew": "hebr", "Japanese": "jpan",
	"Japanese_vert": "jpan-vert", "Kannada": "knda", "Khmer": "khmr", "Lao": "laoo", "Latin": "latn",
	"Malayalam": "mlym", "Myanmar": "mymr", "Oriya": "orya", "Sinhala": "sinh", "Syriac": "syrc",
	"Tamil": "taml", "Telugu": "telu", "Thaana": "thaa", "Tibetan": "tibt", "Vietnamese": "viet",
}

// debianPackage names the package of Debian and Ubuntu that has a model.
func debianPackage(code string) string {
	if script, ok := strings.CutPrefix(code, "script/"); ok {
		if short, known := scriptCodes[script]; known {
			return "tesseract-ocr-script-" + short
		}
		code = "script-" + script
	}
	return "tesseract-ocr-" + strings.ToLower(strings.ReplaceAll(code, "_", "-"))
}

package recipe

import (
	"fmt"
	"slices"
	"strings"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

// The reasons of the errors that are given here.
const (
	ReasonModelMissing = "MODEL_MISSING"
	ReasonNoWorker     = "NO_WORKER"
)

// modelsFor finds models for a recipe and languages.
func modelsFor(r *fondsv1.Recipe, language string, workers []*fondsv1.Worker) ([]catalog.Model, error) {
	if len(workers) == 0 {
		return nil, &catalog.Error{
			Code: catalog.Unavailable, Reason: ReasonNoWorker,
			Message: "no worker is live: start one with `fonds serve --roles ocr`, or wait a few seconds after a start, and try again",
		}
	}
	codes, err := languageCodes(language)
	if err != nil {
		return nil, err
	}
	pinned := map[string]string{}
	for _, m := range r.GetModels() {
		pinned[m.GetLanguage()] = m.GetSha256()
	}
	return choose(codes, pinned, workers)
}

// languageCodes splits "eng+rus"; each code may stand there once.
func languageCodes(language string) ([]string, error) {
	codes := strings.Split(language, "+")
	for i, code := range codes {
		if code == "osd" {
			return nil, invalid(`"osd" finds the orientation of a page and cannot read text: name a language such as "eng"`)
		}
		if slices.Contains(codes[:i], code) {
			return nil, invalid(fmt.Sprintf("%q names %q twice", language, code))
		}
	}
	return codes, nil
}

// choose takes models that one worker has together: those that most workers
// have, so that most can help; among equals those with the lowest digests, so
// that the same workers always give the same recipe.
func choose(codes []string, pinned map[string]string, workers []*fondsv1.Worker) ([]catalog.Model, error) {
	count := map[string]int{}
	sets := map[string][]catalog.Model{}
	for _, w := range workers {
		set, ok := modelSet(codes, pinned, w)
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
		return nil, modelMissing(codes, pinned, workers)
	}
	return sets[best], nil
}

// modelSet gives a worker's models for the languages in their order: the pinned one, or
// the first that it has.
func modelSet(codes []string, pinned map[string]string, w *fondsv1.Worker) ([]catalog.Model, bool) {
	set := make([]catalog.Model, len(codes))
	for i, code := range codes {
		j := slices.IndexFunc(w.GetModels(), func(m *fondsv1.Model) bool {
			return m.GetLanguage() == code && (pinned[code] == "" || pinned[code] == m.GetSha256())
		})
		if j < 0 {
			return nil, false
		}
		set[i] = catalog.Model{Language: code, SHA256: catalog.Digest(w.GetModels()[j].GetSha256())}
	}
	return set, true
}

func invalid(message string) error {
	return &catalog.Error{Code: catalog.Invalid, Reason: catalog.ReasonInvalidArgument, Field: "language", Message: message}
}

// modelMissing tells which languages nobody can read and what to install.
func modelMissing(codes []string, pinned map[string]string, workers []*fondsv1.Worker) error {
	var missing, packages []string
	for _, code := range codes {
		digest := pinned[code]
		if digest != "" && !someHas(code, digest, workers) {
			return &catalog.Error{
				Code: catalog.Precondition, Reason: ReasonModelMissing,
				Message:  fmt.Sprintf("the recipe wants the model %q with the SHA-256 %s, which no worker has: start one with `fonds serve --tessdata FOLDER` for the folder that it lies in", code, digest),
				Metadata: map[string]string{"languages": code, "sha256": digest},
			}
		}
	}
	for _, code := range codes {
		if !slices.ContainsFunc(workers, func(w *fondsv1.Worker) bool { _, ok := modelSet([]string{code}, pinned, w); return ok }) {
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

func someHas(code, digest string, workers []*fondsv1.Worker) bool {
	return slices.ContainsFunc(workers, func(w *fondsv1.Worker) bool {
		_, ok := modelSet([]string{code}, map[string]string{code: digest}, w)
		return ok
	})
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

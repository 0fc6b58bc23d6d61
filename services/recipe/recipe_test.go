package recipe

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/catalog"
)

func worker(models ...string) *fondsv1.Worker {
	w := &fondsv1.Worker{}
	for i := 0; i < len(models); i += 2 {
		w.Models = append(w.Models, &fondsv1.Model{Language: models[i], Sha256: models[i+1]})
	}
	return w
}

func TestShipped(t *testing.T) {
	b := Shipped()
	var names []string
	for _, r := range b.List() {
		names = append(names, r.GetName())
		if r.GetDescription() == "" {
			t.Errorf("%s does not say what it does", r.GetName())
		}
	}
	if got := strings.Join(names, " "); got != "adaptive plain" || b.Default() != Adaptive {
		t.Errorf("got %s, default %s", got, b.Default())
	}
	if plain, err := b.Recipe(Plain); err != nil || len(plain.GetMethod().GetLadder()) > 0 || plain.GetMethod().GetBudget() > 1 {
		t.Errorf("plain does more than Tesseract by itself: %v, %v", plain, err)
	}
}

// What a reading was made with can be told from its digest alone, and goes to workers as
// it came from the file.
func TestResolve(t *testing.T) {
	b, workers := Shipped(), []*fondsv1.Worker{worker("eng", "e", "rus", "r")}
	resolved, err := b.Resolve("", "eng+rus", workers)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.Resolve(Adaptive, "eng+rus", workers)
	if err != nil || again.Digest != resolved.Digest {
		t.Errorf("the same recipe has two digests: %v", err)
	}
	for _, other := range []struct{ name, language string }{{Plain, "eng+rus"}, {Adaptive, "rus+eng"}, {Adaptive, "eng"}} {
		if r, err := b.Resolve(other.name, other.language, workers); err != nil || r.Digest == resolved.Digest {
			t.Errorf("%v has the digest of another one: %v", other, err)
		}
	}
	m, err := Message(resolved)
	if err != nil {
		t.Fatal(err)
	}
	adaptive, _ := b.Recipe(Adaptive)
	if !proto.Equal(m.GetMethod(), adaptive.GetMethod()) || m.GetDigest() != string(resolved.Digest) || m.GetName() != Adaptive ||
		strings.Join(m.GetLanguages(), "+") != "eng+rus" || m.GetModels()[1].GetSha256() != "r" {
		t.Errorf("got %v", m)
	}
}

func TestResolveRefuses(t *testing.T) {
	pinned := `{"name": "mine", "version": 1, "method": {}, "models": [{"language": "eng", "sha256": "best"}]}`
	b := open(t, map[string]string{"mine.json": pinned})
	for name, c := range map[string]struct {
		recipe, language string
		workers          []*fondsv1.Worker
		reason, says     string
	}{
		"no such recipe":  {"other", "eng", []*fondsv1.Worker{worker("eng", "e")}, catalog.ReasonRecipeNotFound, "adaptive, mine, plain"},
		"nobody":          {"", "eng", nil, ReasonNoWorker, "fonds serve"},
		"no model":        {"", "rus", []*fondsv1.Worker{worker("eng", "e")}, ReasonModelMissing, "apt-get install tesseract-ocr-rus"},
		"another model":   {"mine", "eng", []*fondsv1.Worker{worker("eng", "e")}, ReasonModelMissing, "--tessdata"},
		"a language less": {"mine", "eng+rus", []*fondsv1.Worker{worker("eng", "best")}, ReasonModelMissing, "tesseract-ocr-rus"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.Resolve(c.recipe, c.language, c.workers)
			told, ok := errors.AsType[*catalog.Error](err)
			if !ok || told.Reason != c.reason || !strings.Contains(told.Message, c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
	r, err := b.Resolve("mine", "eng", []*fondsv1.Worker{worker("eng", "e"), worker("eng", "e", "eng", "best")})
	if err != nil || r.Models[0].SHA256 != "best" {
		t.Errorf("the pinned model is not taken: %v, %v", r, err)
	}
}

func open(t *testing.T, files map[string]string) *Book {
	t.Helper()
	b, err := openFiles(t, files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func openFiles(t *testing.T, files map[string]string) (*Book, error) {
	t.Helper()
	folder := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Open(folder, Adaptive)
}

func TestFilesThatAreNoRecipes(t *testing.T) {
	for name, c := range map[string]struct{ file, content, says string }{
		"not JSON":      {"a.json", "layout: auto", "a.json"},
		"other words":   {"a.json", `{"name": "a", "version": 1, "method": {"speed": 3}}`, "speed"},
		"no name":       {"a.json", `{"version": 1, "method": {}}`, "name"},
		"no version":    {"a.json", `{"name": "a", "method": {}}`, "version"},
		"no method":     {"a.json", `{"name": "a", "version": 1}`, "method"},
		"with a digest": {"a.json", `{"name": "a", "version": 1, "method": {}, "digest": "x"}`, "digest"},
		"name":          {"b.json", `{"name": "a", "version": 1, "method": {}}`, "a.json"},
		"shipped name":  {"plain.json", `{"name": "plain", "version": 2, "method": {}}`, "another name"},
		"out of bounds": {"a.json", `{"name": "a", "version": 1, "method": {"budget": 1e9}}`, "budget"},
		"large":         {"a.json", `{"name": "` + strings.Repeat("a", largestFile) + `"}`, "at most"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := openFiles(t, map[string]string{c.file: c.content}); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want it to name %s", err, c.says)
			}
		})
	}
	if _, err := Open(filepath.Join(t.TempDir(), "absent"), Adaptive); err == nil {
		t.Error("a folder that is not there is taken")
	}
	if _, err := Open("", "absent"); err == nil {
		t.Error("a default that is not there is taken")
	}
}

// A recipe of a newer build is not followed in part.
func TestMessageOfAMethodFromLater(t *testing.T) {
	if _, err := Message(catalog.Recipe{Method: []byte(`{"telepathy": true}`)}); err == nil {
		t.Error("an unknown part is passed over")
	}
	if m, err := Message(catalog.Recipe{}); err != nil || m.GetMethod() != nil {
		t.Errorf("a recipe of before methods: %v, %v", m, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, r := range Shipped().List() {
		data, err := canonical(r.GetMethod())
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(`{"name": "a", "version": 1, "method": ` + string(data) + `}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Read(data)
		if err != nil {
			return
		}
		method, err := canonical(r.GetMethod())
		if err != nil {
			t.Fatal(err)
		}
		m, err := Message(catalog.Recipe{Method: method})
		if err != nil || !proto.Equal(m.GetMethod(), r.GetMethod()) {
			t.Errorf("%s comes back as %v: %v", data, m, err)
		}
	})
}

//go:build tesseract

package main

import (
	"os"
	"path/filepath"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// A folder that is given goes before Tesseract's own, whose models are still there: a
// recipe gets the one that it names by digest, and one page may need models of both.
func TestModelsOfTwoFolders(t *testing.T) {
	own := newReader(t, "eng", "rus").models
	engOwn, err := own.find("eng", "")
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(engOwn.path())
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	// Tesseract reads a model by its table of contents: what follows it is another file
	// to a digest and the same model to the engine.
	if err := os.WriteFile(filepath.Join(folder, "eng"+modelSuffix), append(content, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	models, err := openTessdata(folder)
	if err != nil {
		t.Fatal(err)
	}
	first, err := models.find("eng", "")
	if err != nil || first.folder != folder {
		t.Errorf("the folder that was given does not go first: %v, %v", first, err)
	}
	digest, err := own.digest(engOwn)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := models.find("eng", digest); err != nil || second.folder != engOwn.folder {
		t.Errorf("by its digest: %v, %v", second, err)
	}
	pinned := recipe("eng")
	pinned.Models = []*fondsv1.Model{{Language: "eng", Sha256: digest}}
	if sessionKey(pinned) == sessionKey(recipe("eng")) {
		t.Error("two models have one session")
	}
	r := &reader{models: models}
	t.Cleanup(func() { _ = r.session.Close() })
	for _, rec := range []*fondsv1.Recipe{recipe("eng"), pinned, recipe("eng", "rus")} {
		if got := read(t, r, testImage(t, "typed.png"), rec); got.GetOutcome() != fondsv1.Outcome_OUTCOME_TEXT {
			t.Errorf("%v: %v %q", rec, got.GetOutcome(), got.GetReason())
		}
	}
	joined, err := models.folderFor(recipe("eng", "rus"))
	if err != nil || joined == folder || joined == engOwn.folder {
		t.Errorf("models of two folders: %q, %v", joined, err)
	}
	if err := models.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(joined); !os.IsNotExist(err) {
		t.Errorf("the links stay: %v", err)
	}
}

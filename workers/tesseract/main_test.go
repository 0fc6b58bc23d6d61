//go:build tesseract

package main

import (
	"log"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine"
)

// childVariable makes the test binary the child itself.
const childVariable = "FONDS_TESSERACT_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(burnVariable) != "" {
		burn() // never returns
	}
	if os.Getenv(childVariable) != "" {
		main()
		return
	}
	// Tesseract runs in this process too, on one thread as in a child.
	if os.Getenv("OMP_THREAD_LIMIT") != "1" {
		err := syscall.Exec("/proc/self/exe", os.Args, append(os.Environ(), "OMP_THREAD_LIMIT=1"))
		log.Fatal("run the tests with one thread: ", err)
	}
	os.Exit(m.Run())
}

// childConfig runs real children under the supervisor.
func childConfig(t testing.TB, args ...string) engine.Config {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return engine.Config{
		Path: path, Args: args, DescribeArgs: []string{"--describe"},
		Env: []string{childVariable + "=1"}, Deadline: 60 * time.Second,
	}
}

// newReader gives a reader in this process, on the installed models.
func newReader(t testing.TB, languages ...string) *reader {
	t.Helper()
	models, err := openTessdata()
	if err != nil {
		t.Skipf("no models: %v", err)
	}
	for _, language := range languages {
		if !models.has(language) {
			t.Skipf("model %q is not installed", language)
		}
	}
	r := &reader{models: models}
	t.Cleanup(func() {
		if err := r.session.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func testImage(t testing.TB, name string) *enginev1.Image {
	t.Helper()
	path := name
	if !filepath.IsAbs(name) {
		var err error
		if path, err = filepath.Abs(filepath.Join("testdata", name)); err != nil {
			t.Fatal(err)
		}
	}
	return &enginev1.Image{Path: path, MaxPixels: 100_000_000}
}

func recipe(languages ...string) *fondsv1.Recipe { return &fondsv1.Recipe{Languages: languages} }

// typed is what typed.png and the files made from it say.
var typed = []string{
	"From Moscow to the embassy in Paris.",
	"The courier left on the fifth of May",
	"and carries both sealed envelopes.",
	"Confirm the arrival by return wire.",
	"Signed for the registry, Number 214.",
}

// read recognises a file and fails on anything but an answer.
func read(t *testing.T, r *reader, image *enginev1.Image, rec *fondsv1.Recipe) *enginev1.Recognition {
	t.Helper()
	got, err := r.recognize(&enginev1.Recognize{Image: image, Recipe: rec})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// linesOf gives the lines of a text that are not empty.
func linesOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}

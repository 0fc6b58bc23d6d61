package decode_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/decode"
	"github.com/fonds-archive/fonds/workers/decode/decodetest"
)

func TestMalformed(t *testing.T) {
	files := decodetest.Malformed()
	if len(files) < 50 {
		t.Errorf("%d files in the corpus, want 50 at least", len(files))
	}
	seen := map[string]bool{}
	for _, file := range files {
		if seen[file.Name] || len(file.Name) > 255 {
			t.Errorf("%q: name used twice or too long", file.Name)
		}
		seen[file.Name] = true
		t.Run(file.Name, func(t *testing.T) {
			t.Parallel()
			if file.Poppler {
				needPoppler(t)
			}
			got, reasons := outcomes(t, write(t, file.Name, file.Bytes))
			t.Logf("%v: %q", got, reasons)
			if !slices.Equal(got, file.Want) {
				t.Errorf("outcomes are %v, want %v", got, file.Want)
			}
		})
	}
}

// outcomes are those of the pages, or that of the scan as a whole.
func outcomes(t *testing.T, path string) (got []fondsv1.Outcome, reasons []string) {
	t.Helper()
	scan, err := decode.Probe(context.Background(), path, decode.Limits{})
	if refusal, ok := errors.AsType[*decode.Refusal](err); ok {
		return []fondsv1.Outcome{refusal.Outcome}, []string{refusal.Reason}
	} else if err != nil {
		t.Fatalf("the surroundings are blamed: %v", err)
	}
	for _, p := range scan.Pages {
		got = append(got, p.Outcome)
		reasons = append(reasons, p.Reason)
		if (p.Outcome == 0) != (p.Reason == "") {
			t.Errorf("outcome %v with reason %q", p.Outcome, p.Reason)
		}
	}
	return got, reasons
}

func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func needPoppler(t *testing.T) {
	t.Helper()
	for _, program := range []string{"pdfinfo", "pdfimages", "pdftoppm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("poppler-utils is not installed")
		}
	}
}

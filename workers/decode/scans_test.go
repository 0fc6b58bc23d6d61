package decode_test

import (
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/workers/decode"
)

// realScans is a set of real files, where the machine has it.
const realScans = "../../../shared/scans"

// notAsListed are files of which the list says otherwise, and why.
var notAsListed = map[string]string{
	"derived/bad_crc.png":           "1 page: the header is sound, the pixels are the engine's matter",
	"derived/truncated.jpg":         "1 page: the header is sound, the pixels are the engine's matter",
	"derived/truncated.tif":         "2 pages: the first is whole, the second is lost",
	"ingest-file/Test_rs20846.djvu": "0 pages: DjVu is not read",
	"paperless-ngx/simple.heic":     "0 pages: HEIC is not read",
}

func TestRealScans(t *testing.T) {
	f, err := os.Open(filepath.Join(realScans, "MANIFEST.tsv"))
	if err != nil {
		t.Skip("no real scans on this machine")
	}
	defer f.Close()
	needPoppler(t)
	list := csv.NewReader(f)
	list.Comma, list.LazyQuotes = '\t', true
	rows, err := list.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		name, pages := row[0], row[4]
		t.Run(name, func(t *testing.T) {
			scan, err := decode.Probe(context.Background(), filepath.Join(realScans, name), decode.Limits{})
			if refusal, ok := errors.AsType[*decode.Refusal](err); ok {
				t.Logf("%s: %v: %s", scan.MediaType, refusal.Outcome, refusal.Reason)
			} else if err != nil {
				t.Fatal(err)
			}
			for i, p := range scan.Pages {
				if p.Outcome != 0 {
					t.Logf("page %d: %v: %s", i+1, p.Outcome, p.Reason)
				}
			}
			got := strconv.Itoa(len(scan.Pages))
			if why, ok := notAsListed[name]; ok {
				if !strings.HasPrefix(why, got+" page") || got == pages {
					t.Errorf("%s pages, want %s; the list says %s", got, why, pages)
				}
			} else if got != pages {
				t.Errorf("%s pages, the list says %s", got, pages)
			}
		})
	}
}

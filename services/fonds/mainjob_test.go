package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// samples are the bundled pages. mostErrors is what each may have of wrong
// characters, a hundredth of its ground truth; most have none.
const (
	samples    = "../../scripts/samples"
	mostErrors = 5
)

// TestMainJob does what the README promises: a folder of scans in by one
// command, text out over gRPC, nothing read twice, and all there after a restart.
func TestMainJob(t *testing.T) {
	t.Parallel()
	s := newSite(t).extracting()
	server := s.start()
	c := s.dial()
	out := t.TempDir()
	command := []string{"ingest", samples, "--manifest", filepath.Join(samples, "manifest.tsv"), "--collection", "telegrams", "--wait", "--out", out}
	table := s.ends(exitData, command...) // one of the files is damaged
	t.Log(strings.TrimSpace(table))
	batch := s.batch(c)
	files := s.files(c, batch.GetName())
	checkSamples(t, s, c, files, table)
	checkTexts(t, out)
	for _, name := range []string{"05-register-4117.tif", "06-memorandum-5306.pdf", "03-telegram-4140.png"} {
		checkDocument(t, s, c, name, files[name], out)
	}
	has(t, "batch list", s.want("batch", "list"), batch.GetName(), "DONE_WITH_FAILURES")
	has(t, "batch show", s.want("batch", "show", "last"), "09-damaged.png", "CORRUPT")
	has(t, "batch watch", s.ends(exitData, "batch", "watch", "last"), "09-damaged.png", "DONE_WITH_FAILURES")

	before := s.published()
	again := s.ends(exitData, command...)
	has(t, "the second ingest", again, "nothing to recognise: all", "were read before")
	if now := s.published(); now != before {
		t.Errorf("the second ingest published texts: %d messages became %d", before, now)
	}
	checkTexts(t, out)

	has(t, "fsck beside the server", s.want("fsck", "--data", s.data), "0 problems")
	checkFields(t, s, server)
	listed := s.want("list", "--json", "--limit", "0")
	s.stop(server)
	has(t, "fsck", s.want("fsck", "--data", s.data), "0 problems")
	server = s.start()
	if now := s.want("list", "--json", "--limit", "0"); now != listed {
		t.Errorf("after a restart the list is\n%s\nbefore it was\n%s", now, listed)
	}
	checkDocument(t, s, c, "01-telegram-4117.png", files["01-telegram-4117.png"], out)
	s.stop(server)
}

// checkFields checks that what a telegram says about itself was found on its page,
// and that it is found by it.
func checkFields(t *testing.T, s *site, server *process) {
	t.Helper()
	s.await("every document was extracted", server, func() bool {
		return !strings.Contains(s.want("list", "--json", "--limit", "0"), `"extracted":false`)
	})
	for _, command := range [][]string{
		{"lookup", "--telegram", "No. 4117"}, {"lookup", "--registry", "218/ш"}, {"lookup", "--date", "1949-03-12"},
	} {
		has(t, strings.Join(command, " "), s.want(command...), "01-telegram-4117.png", "SOROKIN", "LUNIN")
	}
	has(t, "lookup of nothing", s.want("lookup", "--telegram", "99999"), "no document found")
	line, _, _ := strings.Cut(s.want("lookup", "--telegram", "4117", "--json"), "\n")
	var d struct {
		Name   string
		Fields []struct {
			Name     string
			Evidence []struct{ Boxes []struct{ Width int } }
		}
	}
	if err := json.Unmarshal([]byte(line), &d); err != nil {
		t.Fatal(err)
	}
	for _, f := range d.Fields {
		if len(f.Evidence) == 0 || len(f.Evidence[0].Boxes) == 0 || f.Evidence[0].Boxes[0].Width == 0 {
			t.Errorf("%s has no box on the page: %+v", f.Name, f)
		}
	}
	has(t, "get", s.want("get", d.Name, "--fields"), "telegram_number", "No. 4117", "signatory", "SOROKIN", "heading@1")
}

// published counts the messages in the public feed.
func (s *site) published() uint64 {
	s.t.Helper()
	js, err := jetstream.New(s.stranger())
	if err != nil {
		s.t.Fatal(err)
	}
	stream, err := js.Stream(s.t.Context(), "FONDS_TEXT")
	if err != nil {
		s.t.Fatal(err)
	}
	return stream.CachedInfo().State.LastSeq
}

// checkSamples checks that every file of the folder is accounted for.
func checkSamples(t *testing.T, s *site, c *client, files map[string]*fondsv1.BatchFile, table string) {
	t.Helper()
	entries, err := os.ReadDir(samples)
	if err != nil {
		t.Fatal(err)
	}
	scans := 0
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext == ".txt" || ext == ".tsv" {
			has(t, "ingest", table, fmt.Sprintf("skipped: %s", filepath.Join(samples, e.Name())))
			continue
		}
		scans++
		want := fondsv1.Outcome_OUTCOME_TEXT
		switch e.Name() {
		case "08-blank.png":
			want = fondsv1.Outcome_OUTCOME_BLANK
		case "09-damaged.png":
			want = fondsv1.Outcome_OUTCOME_CORRUPT
			has(t, "ingest", table, "09-damaged.png")
		}
		regions := s.regions(c, files[e.Name()])
		if len(regions) == 0 {
			t.Errorf("%s has no pages: %v", e.Name(), files[e.Name()])
		}
		for _, r := range regions {
			if r.GetOutcome() != want || (r.GetReason() == "") != (want == fondsv1.Outcome_OUTCOME_TEXT) {
				t.Errorf("%s ended as %v, want %s, with a reason unless it is text", e.Name(), r, want)
			}
		}
	}
	if len(files) != scans {
		t.Errorf("the batch has %d files, the folder %d scans", len(files), scans)
	}
}

// checkTexts compares what --out wrote with the ground truth.
func checkTexts(t *testing.T, out string) {
	t.Helper()
	texts := texts(t, out)
	if _, there := texts["09-damaged.png.txt"]; there {
		t.Error("a damaged file has a text")
	}
	delete(texts, "09-damaged.png.txt")
	truths, err := filepath.Glob(filepath.Join(samples, "*.gt.txt"))
	if err != nil || len(truths) != len(texts) {
		t.Errorf("%d texts for %d ground truths (%v): %q", len(texts), len(truths), err, slices.Collect(maps.Keys(texts)))
	}
	for name, got := range texts {
		truth := filepath.Join(samples, strings.TrimSuffix(strings.TrimSuffix(name, ".txt"), filepath.Ext(strings.TrimSuffix(name, ".txt")))+".gt.txt")
		raw, err := os.ReadFile(truth)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := strings.Join(strings.Fields(string(raw)), " ")
		wrong := distance([]rune(want), []rune(strings.Join(strings.Fields(got), " ")))
		t.Logf("%-28s %d of %d characters wrong", name, wrong, len([]rune(want)))
		if wrong*100 > mostErrors*len([]rune(want)) {
			t.Errorf("%s: %d of %d characters are wrong:\n%s", name, wrong, len([]rune(want)), got)
		}
	}
}

// distance counts insertions, deletions and substitutions between two texts.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// checkDocument fetches a document in every form and its scan and page images.
func checkDocument(t *testing.T, s *site, c *client, name string, file *fondsv1.BatchFile, out string) {
	t.Helper()
	original, err := os.ReadFile(filepath.Join(samples, name))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(original)
	digest := hex.EncodeToString(sum[:])
	document := file.GetDocument()
	has(t, "list", s.want("list", "--collection", "telegrams", "--filter", `title:"`+name+`"`), document)
	has(t, "get", s.want("get", document), document, name, "scans/"+digest+"/pages/1", "TEXT")

	written, err := os.ReadFile(filepath.Join(out, name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	if text := s.want("text", document); text != string(written) {
		t.Errorf("text %s gives\n%q\nand --out has\n%q", name, text, written)
	}
	var answer struct {
		Complete bool
		Regions  []struct{ Text string }
	}
	if err := json.Unmarshal([]byte(s.want("text", document, "--format", "json")), &answer); err != nil || !answer.Complete {
		t.Errorf("text %s as JSON: %v, %+v", name, err, answer)
	}
	pages := strings.Split(string(written), "\f")
	for i, region := range answer.Regions {
		if len(pages) != len(answer.Regions) || region.Text != pages[i] {
			t.Errorf("region %d of %s has the text\n%q\nand --out has\n%q", i+1, name, region.Text, pages)
		}
	}
	for format, marks := range map[string][]string{
		"hocr": {"ocr_page", "ocrx_word", "x_wconf"}, "alto": {"<Page", "<String", "CONTENT=", "HPOS="},
	} {
		content := s.want("text", document, "--format", format)
		has(t, format+" of "+name, content, marks...)
		// A word with an accent or an entity would be cut there: take a plain one.
		has(t, format+" of "+name, content, longestWord(string(written)))
		if err := wellFormed(content); err != nil {
			t.Errorf("%s of %s: %v", format, name, err)
		}
	}
	copied := filepath.Join(t.TempDir(), "scan")
	s.want("scan", "get", digest, "-o", copied)
	if got, err := os.ReadFile(copied); err != nil || !bytes.Equal(got, original) {
		t.Errorf("the scan of %s did not come back as it was: %v", name, err)
	}
	checkImage(t, c, fmt.Sprintf("scans/%s/pages/%d", digest, len(pages)))
}

// longestWord gives the longest word of letters alone.
func longestWord(text string) string {
	longest := ""
	for word := range strings.FieldsSeq(text) {
		if len(word) > len(longest) && !strings.ContainsAny(word, `&<>"'.,;:()-`) {
			longest = word
		}
	}
	return longest
}

func wellFormed(document string) error {
	d := xml.NewDecoder(strings.NewReader(document))
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// checkImage fetches a page as PNG, whole and small.
func checkImage(t *testing.T, c *client, page string) {
	t.Helper()
	for _, maxSide := range []uint32{0, 300} {
		stream, err := c.catalog.GetPageImage(t.Context(), &fondsv1.GetPageImageRequest{Name: page, MaxSide: maxSide})
		if err != nil {
			t.Fatal(err)
		}
		var content bytes.Buffer
		var first *fondsv1.GetPageImageResponse
		for {
			message, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", page, err)
			}
			if first == nil {
				first = message
			}
			content.Write(message.GetData())
		}
		picture, err := png.Decode(&content)
		if err != nil {
			t.Fatalf("%s: %v", page, err)
		}
		size := picture.Bounds().Size()
		if first.GetMediaType() != "image/png" || int(first.GetWidth()) != size.X || int(first.GetHeight()) != size.Y {
			t.Errorf("%s has %v and is announced as %d by %d of %s", page, size, first.GetWidth(), first.GetHeight(), first.GetMediaType())
		}
		if maxSide != 0 && max(size.X, size.Y) != int(maxSide) || maxSide == 0 && size.X < 500 {
			t.Errorf("%s with at most %d pixels a side has %v", page, maxSide, size)
		}
	}
}

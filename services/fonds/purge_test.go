package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// marker stands in everything that is purged: in the picture, its name, its texts.
const marker = "zibeline"

// sheetOf is a picture that the fake engine reads as the given lines.
func sheetOf(lines ...string) []byte {
	head := "P5\n"
	for _, line := range lines {
		head += "# " + line + "\n"
	}
	return append([]byte(head+"200 200\n255\n"), bytes.Repeat([]byte{255}, 200*200)...)
}

// marked names the files of a data folder in which the marker stands. Those of the
// system's own may come and go meanwhile.
func (s *site) marked() []string {
	s.t.Helper()
	var found []string
	err := filepath.WalkDir(s.data, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && e.IsDir() {
			return nil
		}
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(marker)) {
			found = append(found, strings.TrimPrefix(path, s.data))
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	fatal(s.t, err)
	return found
}

// as runs a command in the name of who has a token in a file.
func (s *site) as(token string, args ...string) (string, int) {
	s.t.Helper()
	return s.fonds(s.t.Context(), append(args, "--token-file", token)...)
}

func (s *site) wantAs(code int, token string, args ...string) string {
	s.t.Helper()
	out, got := s.as(token, args...)
	if got != code {
		s.t.Fatalf("%s: fonds %s: exit %d, want %d\n%s", filepath.Base(token), strings.Join(args, " "), got, code, out)
	}
	return out
}

// people adds users, and gives the files of their tokens.
func (s *site) people(roles map[string]string) map[string]string {
	s.t.Helper()
	tokens := map[string]string{}
	folder := s.t.TempDir()
	for name, role := range roles {
		tokens[name] = filepath.Join(folder, name)
		s.want("user", "add", name, "--role", role, "--out", tokens[name])
	}
	return tokens
}

// named gives the document of a file.
func (s *site) named(path string) *fondsv1.Document {
	s.t.Helper()
	d := &fondsv1.Document{}
	fatal(s.t, protojson.Unmarshal([]byte(strings.TrimSpace(s.want("lookup", "--json", "--scan", path))), d))
	return d
}

// browse signs somebody in, and gives what asks for a path of the review page.
func (s *site) browse(name string) func(path string) int {
	s.t.Helper()
	var issued struct{ Link string }
	unmarshal(s.t, s.want("user", "token", name, "--json"), &issued)
	jar, err := cookiejar.New(nil)
	fatal(s.t, err)
	client := &http.Client{Jar: jar, Timeout: time.Minute}
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://"+s.http+issued.Link, nil)
	fatal(s.t, err)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := client.Do(request)
	fatal(s.t, err)
	_ = answer.Body.Close()
	return func(path string) int {
		s.t.Helper()
		answer, err := client.Get("http://" + s.http + path)
		fatal(s.t, err)
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		return answer.StatusCode
	}
}

// TestPurgeLeavesNothingOfADocument runs the whole program: a page is read, indexed,
// corrected, signed, shown and purged, and of a word that was on it no file has anything
// left; another page stays, and what was proved of it.
func TestPurgeLeavesNothingOfADocument(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t).extracting()
	server := s.start()
	in := tree(t, map[string][]byte{
		marker + ".pgm": sheetOf("CIPHERED TELEGRAM No. 5120", "The "+marker+" was found at "+marker+"town"),
		"stays.pgm":     sheetOf("CIPHERED TELEGRAM No. 5121", "The sapphire stays where it is"),
	})
	s.want("ingest", in, "-r", "--wait", "--collection", "telegrams")
	doomed, stays := s.named(filepath.Join(in, marker+".pgm")), s.named(filepath.Join(in, "stays.pgm"))
	name, scan := doomed.GetName(), strings.TrimPrefix(doomed.GetRegions()[0].GetPage(), "scans/")
	s.sees(name, "search", marker)
	tokens := s.people(map[string]string{"Anna": "verifier", "Vera": "verifier", "Olga": "operator", "Otto": "operator"})
	for document, text := range map[string]string{name: "The " + marker + " is corrected\n", stays.GetName(): "The sapphire is corrected\n"} {
		corrected := filepath.Join(tree(t, map[string][]byte{"c.txt": []byte(text)}), "c.txt")
		s.wantAs(exitOK, tokens["Anna"], "review", "correct", document, "--file", corrected, "--yes")
		s.wantAs(exitOK, tokens["Vera"], "review", "sign", document, "--yes")
	}
	s.wantAs(exitOK, tokens["Anna"], "set", name, "place="+marker)
	s.sees(name, "search", marker, "corrected")
	proof := filepath.Join(t.TempDir(), "stays.proof")
	s.want("proof", stays.GetName(), "--out", proof)
	look := s.browse("Anna")
	page, _, _ := strings.Cut(scan, "/pages/")
	tile := "/pages/" + page + "/1/info.json"
	if code := look(tile); code != http.StatusOK {
		t.Errorf("the page is shown with %d", code)
	}
	before := s.marked()
	for _, place := range []string{"/" + databaseFile, "/" + blobsFolder, "/" + queueFolder} {
		if !slices.ContainsFunc(before, func(path string) bool { return strings.HasPrefix(path, place) }) {
			t.Fatalf("the word is not in %s before, but in %v: the test shows nothing", place, before)
		}
	}
	tiles := func() int {
		found, err := filepath.Glob(filepath.Join(s.data, tilesFolder, "*"))
		fatal(t, err)
		return len(found)
	}
	if tiles() != 1 {
		t.Errorf("%d pages are cut into tiles", tiles())
	}

	has(t, "asked", s.wantAs(exitOK, tokens["Olga"], "purge", name, "--reason", "court order 12/26"), "1 document deleted", "fonds purge --confirm purges/")
	has(t, "hidden", s.want("search", marker), "no document found")
	has(t, "confirmed", s.wantAs(exitOK, tokens["Otto"], "purge", "--confirm", name), "1 document destroyed, with 1 scan")
	if found := s.marked(); len(found) > 0 {
		t.Errorf("the word is still in %v", found)
	}
	if tiles() != 0 {
		t.Errorf("%d pages are still cut into tiles", tiles())
	}
	has(t, "list", s.want("purge", "--list"), "done", "Olga", "Otto", "court order 12/26")

	for _, args := range [][]string{{"text", name, "--as-of", "1"}, {"proof", name}, {"scan", "get", page, "-o", filepath.Join(t.TempDir(), "scan")}} {
		out, code := s.fonds(t.Context(), args...)
		if code != exitNotFound || !strings.Contains(out, "was withdrawn from the archive on") {
			t.Errorf("fonds %v: exit %d\n%s", args, code, out)
		}
	}
	if code := look(tile); code != http.StatusNotFound {
		t.Errorf("the page is shown with %d", code)
	}
	out, code := s.fonds(t.Context(), "ingest", in, "-r", "--wait", "--collection", "again")
	if code != exitData || !strings.Contains(out, "is not taken again") {
		t.Errorf("brought in again: exit %d\n%s", code, out)
	}
	if out, code := s.fonds(t.Context(), "batch", "watch", "last"); code != exitData || strings.Contains(out, marker) || !strings.Contains(out, "withdrawn from the archive") {
		t.Errorf("its batch: exit %d\n%s", code, out)
	}
	if found := s.marked(); slices.ContainsFunc(found, func(path string) bool { return strings.HasPrefix(path, "/"+blobsFolder) }) {
		t.Errorf("brought in again the bytes are in %v", found)
	}
	has(t, "what stays", s.want("text", stays.GetName(), "--min-assurance", "verified"), "The sapphire is corrected")
	s.want("proof", "verify", proof, "--key", filepath.Join(s.data, "ledger.pub"))

	s.stop(server)
	has(t, "fsck", s.want("fsck", "--data", s.data), "0 problems")
}

// TestKilledPurgeIsFinished kills the server when a purge was confirmed and is about to be
// carried out, and has the next one finish it.
func TestKilledPurgeIsFinished(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	server := s.start()
	in := tree(t, map[string][]byte{marker + ".pgm": sheetOf("the " + marker + " of a page")})
	s.want("ingest", in, "-r", "--wait")
	tokens := s.people(map[string]string{"Olga": "operator", "Otto": "operator"})
	name := s.named(filepath.Join(in, marker+".pgm")).GetName()
	s.wantAs(exitOK, tokens["Olga"], "purge", name, "--reason", "why")
	token, err := os.ReadFile(tokens["Otto"])
	fatal(t, err)
	c, err := dialAddress(s.grpc, grpc.WithPerRPCCredentials(bearer(strings.TrimSpace(string(token)))))
	fatal(t, err)
	defer c.close()
	if _, err := c.purges.ConfirmPurge(t.Context(), &fondsv1.ConfirmPurgeRequest{Name: name}); err != nil {
		t.Fatal(err)
	}
	server.kill()
	if len(s.marked()) == 0 {
		t.Log("it was carried out before the server was killed")
	}
	server = s.start()
	s.await("the purge", server, func() bool {
		var p struct{ State string }
		first, _, _ := strings.Cut(s.want("purge", "--list", "--json"), "\n")
		fatal(t, json.Unmarshal([]byte(first), &p))
		return p.State == fondsv1.PurgeState_PURGE_STATE_DONE.String()
	})
	if found := s.marked(); len(found) > 0 {
		t.Errorf("the word is still in %v", found)
	}
	s.stop(server)
	has(t, "fsck", s.want("fsck", "--data", s.data), "0 problems")
}

// What is asked for in a wrong way is told without asking the server.
func TestPurgeCommandLines(t *testing.T) {
	d := startDesk(t)
	const document = "documents/01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d"
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"purge"}, "needs the NAME"},
		{[]string{"purge", document}, "--reason is needed"},
		{[]string{"purge", "x", "--reason", "why"}, "is no document name"},
		{[]string{"purge", "--confirm"}, "name one purge"},
		{[]string{"purge", "--confirm", "--cancel", document}, "take one of them"},
		{[]string{"purge", "--confirm", document, "--reason", "why"}, "for who asks"},
		{[]string{"purge", "--list", document}, "takes no NAME"},
		{[]string{"delete"}, "NAME of a document"},
	} {
		if r := d.must(exitUsage, c.args...); !strings.Contains(r.stderr, c.want) {
			t.Errorf("fonds %v: %s", c.args, r)
		}
	}
	d.must(exitNotFound, "purge", document, "--reason", "why")
	d.must(exitNotFound, "purge", "--confirm", document)
	d.must(exitNotFound, "delete", document)
	if r := d.must(exitOK, "purge", "--list"); !strings.Contains(r.stdout, "no purges") {
		t.Errorf("no purges: %s", r)
	}
}

// TestPurgesAtTheDesk deletes, asks, cancels and keeps shared scans from the command line.
func TestPurgesAtTheDesk(t *testing.T) {
	d := startDesk(t)
	in := tree(t, map[string][]byte{"wells.txt": []byte(wellsTelegram)})
	var imported struct{ Name string }
	unmarshal(t, d.must(exitOK, "import", filepath.Join(in, "wells.txt"), "--json").stdout, &imported)
	name := imported.Name
	d.must(exitOK, "delete", name)
	if r := d.must(exitOK, "list"); strings.Contains(r.stdout, name) {
		t.Errorf("a deleted document is listed: %s", r)
	}
	d.must(exitOK, "undelete", name)
	for _, person := range []string{"Olga", "Otto"} {
		d.must(exitOK, "user", "add", person, "--role", "operator", "--out", d.tokenOf(person))
	}
	has(t, "asked by nobody by name", d.must(exitRefused, "purge", name, "--reason", "why").stderr, "fonds user add NAME --role operator")
	has(t, "asked", d.mustAs(exitOK, "Olga", "purge", name, "--reason", "why").stdout, "deleted, to be destroyed")
	has(t, "undeleted", d.must(exitRefused, "undelete", name).stderr, "cancel it first")
	has(t, "cancelled", d.must(exitOK, "purge", "--cancel", name).stdout, "stay deleted")
	d.must(exitOK, "undelete", name)
	d.mustAs(exitOK, "Olga", "purge", name, "--reason", "why")
	has(t, "by who asked", d.mustAs(exitRefused, "Olga", "purge", "--confirm", name).stderr, "you have asked for this purge yourself")
	has(t, "at the machine", d.must(exitRefused, "purge", "--confirm", name).stderr, "neither a program nor whoever sits at the machine")
	has(t, "confirmed", d.mustAs(exitOK, "Otto", "purge", "--confirm", name, "--no-wait").stdout, "withdrawn; they are being destroyed")
	has(t, "withdrawn", d.must(exitNotFound, "text", name).stderr, "was withdrawn from the archive on")
	has(t, "imported again", d.must(exitData, "import", filepath.Join(in, "wells.txt")).stderr, "is not taken again")
}

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/bus"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

// newArchiveFolder makes the data folder of a server that has stopped, with an
// empty database.
func newArchiveFolder(t *testing.T) string {
	t.Helper()
	data := t.TempDir()
	store, err := sqlite.Open(t.Context(), filepath.Join(data, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

// runFsck checks a folder and wants an exit code.
func runFsck(t *testing.T, code int, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if got := run(t.Context(), append([]string{"fsck"}, args...), &out, &out); got != code {
		t.Errorf("fsck %q: exit %d, want %d\n%s", args, got, code, out.String())
	}
	return out.String()
}

// agedBlob puts a blob that is older than any upload under way.
func agedBlob(t *testing.T, data, content string) (digest, path string) {
	t.Helper()
	blobs, err := blob.Open(filepath.Join(data, blobsFolder))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	digest = hex.EncodeToString(sum[:])
	if _, _, err := blobs.Put(t.Context(), strings.NewReader(content), digest, int64(len(content))); err != nil {
		t.Fatal(err)
	}
	if path, err = blobs.Path(digest); err != nil {
		t.Fatal(err)
	}
	age(t, path)
	return digest, path
}

// age makes a file two days old.
func age(t *testing.T, path string) {
	t.Helper()
	then := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestFsckMakesNoArchive(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	has(t, "fsck", runFsck(t, exitNotFound, "--data", folder), "no data folder of a server", "--data")
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("fsck has made %v, %v", left, err)
	}
}

func TestFsckTellsAServerFromOtherTroubles(t *testing.T) {
	t.Parallel()
	data := newArchiveFolder(t)
	unlock, err := lockFolder(data)
	if err != nil {
		t.Fatal(err)
	}
	_, orphan := agedBlob(t, data, "an orphan")
	has(t, "fsck", runFsck(t, exitOK, "--data", data, "--prune"), "a server owns it", "is not known", "0 problems")
	if !there(orphan) {
		t.Error("a blob was removed while a server owns the folder")
	}
	unlock()
	if err := os.Remove(filepath.Join(data, "lock")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(data, "lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	has(t, "fsck", runFsck(t, exitData, "--data", data), "lock the data folder")
}

// publishBodies refers to bodies: from the stream of texts, and from a dead letter.
func publishBodies(t *testing.T, data, inText, inLetter string) {
	t.Helper()
	embedded, err := bus.Embed(data, "")
	if err != nil {
		t.Fatal(err)
	}
	defer embedded.Close()
	b, err := bus.Connect(t.Context(), "", embedded.Options()...)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	text := &fondsv1.Text{
		Work: &fondsv1.WorkKey{Scan: inText, Page: 1, Recipe: inText}, Attempt: 1, Outcome: fondsv1.Outcome_OUTCOME_TEXT,
		Collections: []string{"telegrams"}, BodyDigest: inText, BodySize: 9,
	}
	if err := b.PublishText(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	text.BodyDigest = inLetter
	buried, err := proto.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Bury(t.Context(), &fondsv1.DeadLetter{Kind: "text", Subject: "fonds.text.v1.pb.telegrams.text", Data: buried}, "1"); err != nil {
		t.Fatal(err)
	}
}

func TestPruneLeavesBodiesThatMessagesReferTo(t *testing.T) {
	t.Parallel()
	data := newArchiveFolder(t)
	inText, textBody := agedBlob(t, data, "the body of a text")
	inLetter, letterBody := agedBlob(t, data, "the body of a letter")
	orphanDigest, orphan := agedBlob(t, data, "an orphan")
	unfinished := filepath.Join(data, blobsFolder, "tmp", "put-1")
	if err := os.WriteFile(unfinished, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	age(t, unfinished)

	// A folder without streams: they may be elsewhere.
	has(t, "fsck without streams", runFsck(t, exitOK, "--data", data, "--prune"), orphanDigest, "is not known", "unfinished upload")
	if !there(orphan) || !there(textBody) || there(unfinished) {
		t.Error("blobs were removed, or what an upload has left was not")
	}

	if there(filepath.Join(data, queueFolder)) {
		t.Error("fsck has made streams")
	}
	publishBodies(t, data, inText, inLetter)
	out := runFsck(t, exitOK, "--data", data)
	has(t, "fsck", out, orphanDigest, "--prune removes it")
	for _, digest := range []string{inText, inLetter} {
		if strings.Contains(out, digest) {
			t.Errorf("a body that is referred to is told of:\n%s", out)
		}
	}
	has(t, "fsck --prune", runFsck(t, exitOK, "--data", data, "--prune"), orphanDigest, "removed", "0 problems")
	if there(orphan) || !there(textBody) || !there(letterBody) {
		t.Errorf("there: orphan %t, body of a text %t, body of a letter %t", there(orphan), there(textBody), there(letterBody))
	}
}

func TestServerRemovesWhatKilledOnesLeftOfUploads(t *testing.T) {
	t.Parallel()
	s := newFakeSite(t)
	temp := filepath.Join(s.data, blobsFolder, "tmp")
	if err := os.MkdirAll(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	old, fresh := filepath.Join(temp, "put-1"), filepath.Join(temp, "put-2")
	for _, path := range []string{old, fresh} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	age(t, old)
	s.stop(s.start())
	if there(old) || !there(fresh) {
		t.Errorf("there: old %t, fresh %t", there(old), there(fresh))
	}
}

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// TestNothingIsLostWhenKilled kills the worker, an engine child and the whole
// server at random moments while two batches run, and takes the queue's folder
// away or gives it back as it was before. In the end every page has exactly one
// outcome and one reading, and fsck finds nothing.
//
// FONDS_KILLS and FONDS_KILL_PAGES make it longer, FONDS_KILL_SEED repeats a run.
func TestNothingIsLostWhenKilled(t *testing.T) {
	kills, pages := number(t, "FONDS_KILLS", 5), number(t, "FONDS_KILL_PAGES", 200)
	seed := uint64(number(t, "FONDS_KILL_SEED", int(time.Now().UnixNano()%1_000_000)))
	t.Logf("seed %d: %d kills over %d pages", seed, kills, pages)
	if testing.Short() {
		t.Skip("long")
	}
	s := newSite(t)
	folder := t.TempDir()
	writePages(t, folder, pages)

	k := &killer{site: s, rng: rand.New(rand.NewPCG(seed, 1))}
	k.server = s.start("--roles", "catalog,intake,relay")
	k.worker = s.startWorker()
	// The same scans in two collections and two batches at once.
	ingests := []*ingest{
		s.ingest(folder, "telegrams"),
		s.ingest(folder, "letters"),
	}
	// A command that has not found its server yet gives up at once: the blows
	// begin when both have their batches.
	c := s.dial()
	s.await("both batches", k.server, func() bool {
		answer, err := c.ingest.ListBatches(t.Context(), &fondsv1.ListBatchesRequest{})
		return err == nil && len(answer.GetBatches()) == len(ingests)
	})
	for n := range kills {
		if !k.pause(ingests) {
			t.Logf("the batches ended after %d kills", n)
			break
		}
		k.strike(n)
	}
	for _, i := range ingests {
		i.wait(t)
	}
	s.stop(k.worker)
	s.stop(k.server)
	out := s.want("fsck", "--data", s.data)
	t.Log(strings.TrimSpace(out))
	checkAccounts(t, s, pages)
}

func number(t *testing.T, env string, standard int) int {
	t.Helper()
	v := os.Getenv(env)
	if v == "" {
		return standard
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		t.Fatalf("%s: %v", env, err)
	}
	return n
}

// killer strikes at the processes of a site.
type killer struct {
	*site
	rng            *rand.Rand
	server, worker *process
	saved          string
}

// pause waits a random while and tells whether an ingest is still running.
func (k *killer) pause(ingests []*ingest) bool {
	wait := time.After(time.Duration(200+k.rng.IntN(1800)) * time.Millisecond)
	for {
		running := false
		for _, i := range ingests {
			running = running || !i.done()
		}
		if !running {
			return false
		}
		select {
		case <-wait:
			return true
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// strike kills something. Three of the first five blows go to the server, each
// with another fate for the queue's folder.
func (k *killer) strike(n int) {
	k.t.Helper()
	fates := []func(){k.killServerAndSaveQueue, k.killWorker, k.killServerAndDeleteQueue, k.killChild, k.killServerAndRestoreQueue}
	if n >= len(fates) {
		fates = append(fates, k.killServer, k.killChild, k.killWorker)
		n = k.rng.IntN(len(fates))
	}
	fates[n]()
}

func (k *killer) jetstream() string { return filepath.Join(k.data, "jetstream") }

func (k *killer) killServer() { k.restart("server", func() {}) }

func (k *killer) restart(what string, meanwhile func()) {
	k.t.Helper()
	k.t.Logf("kill -9: %s", what)
	k.server.kill()
	meanwhile()
	k.server = k.start("--roles", "catalog,intake,relay")
}

func (k *killer) killServerAndSaveQueue() {
	k.restart("server; the queue's folder is copied", func() {
		if k.saved != "" {
			return
		}
		k.saved = filepath.Join(k.t.TempDir(), "jetstream")
		k.copyFolder(k.jetstream(), k.saved)
	})
}

func (k *killer) killServerAndDeleteQueue() {
	k.restart("server; the queue's folder is deleted", func() {
		if err := os.RemoveAll(k.jetstream()); err != nil {
			k.t.Fatal(err)
		}
	})
}

func (k *killer) killServerAndRestoreQueue() {
	k.restart("server; the queue's folder is the copy of before", func() {
		if k.saved == "" {
			return
		}
		if err := os.RemoveAll(k.jetstream()); err != nil {
			k.t.Fatal(err)
		}
		k.copyFolder(k.saved, k.jetstream())
	})
}

func (k *killer) copyFolder(from, to string) {
	k.t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		k.t.Fatal(err)
	}
}

func (k *killer) killWorker() {
	k.t.Helper()
	k.t.Log("kill -9: worker")
	children := k.childrenOf(k.worker)
	k.worker.kill()
	for _, c := range children {
		k.awaitDeath(c)
	}
	k.worker = k.startWorker()
}

func (k *killer) killChild() {
	k.t.Helper()
	children := k.childrenOf(k.worker)
	if len(children) == 0 {
		k.t.Log("no engine child to kill")
		return
	}
	k.t.Log("kill -9: engine child")
	_ = syscall.Kill(children[k.rng.IntN(len(children))], syscall.SIGKILL)
}

// childrenOf gives the engine children of a process.
func (s *site) childrenOf(p *process) []int {
	s.t.Helper()
	out, err := exec.Command("pgrep", "-P", strconv.Itoa(p.cmd.Process.Pid), "-f", engineName).Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	var children []int
	for field := range strings.FieldsSeq(string(out)) {
		if pid, err := strconv.Atoi(field); err == nil {
			children = append(children, pid)
		}
	}
	return children
}

// awaitDeath waits until a child of a killed worker is gone.
func (s *site) awaitDeath(pid int) {
	s.t.Helper()
	for range 500 {
		if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) || zombie(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Errorf("engine child %d outlives its worker", pid)
}

func zombie(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || bytes.Contains(b, []byte(") Z "))
}

// ingest is a client at work.
type ingest struct {
	process *process
	out     *lockedBuffer
	name    string
}

func (s *site) ingest(folder, collection string) *ingest {
	s.t.Helper()
	i := &ingest{out: &lockedBuffer{}, name: collection}
	all := s.log
	s.log = i.out
	i.process = s.spawn("ingest", folder, "--recursive", "--wait", "--collection", collection)
	s.log = all
	return i
}

func (i *ingest) done() bool {
	select {
	case <-i.process.ended:
		return true
	default:
		return false
	}
}

func (i *ingest) wait(t *testing.T) {
	t.Helper()
	select {
	case <-i.process.ended:
	case <-time.After(5 * time.Minute):
		t.Fatalf("the ingest into %s does not end:\n%s", i.name, i.out.tail(2000))
	}
	if code := i.process.cmd.ProcessState.ExitCode(); code != exitOK {
		t.Errorf("the ingest into %s ended with %d:\n%s", i.name, code, i.out.tail(4000))
	}
}

// writePages writes small pages, each with words of its own. Every tenth is
// there twice: once the same bytes, once the same pixels in other bytes.
func writePages(t *testing.T, folder string, n int) {
	t.Helper()
	for i := 0; i < n; i++ {
		encoded := pagePNG(t, fmt.Sprintf("CIPHER TELEGRAM No. %d FROM BEIJING", 1000+i))
		write := func(name string, b []byte) {
			if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write(fmt.Sprintf("page%04d.png", i), encoded)
		if i%10 == 0 && i+2 < n {
			write(fmt.Sprintf("same-bytes%04d.png", i), encoded)
			write(fmt.Sprintf("same-pixels%04d.png", i), withComment(encoded, "another file"))
			i += 2
		}
	}
}

func pagePNG(t *testing.T, text string) []byte {
	t.Helper()
	small := image.NewGray(image.Rect(0, 0, 7*len(text)+20, 30))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	d := &font.Drawer{Dst: small, Src: image.Black, Face: basicfont.Face7x13, Dot: fixed.P(10, 20)}
	d.DrawString(text)
	const scale = 3
	large := image.NewGray(image.Rect(0, 0, small.Rect.Dx()*scale, small.Rect.Dy()*scale))
	for y := range large.Rect.Dy() {
		for x := range large.Rect.Dx() {
			large.SetGray(x, y, color.Gray{Y: small.GrayAt(x/scale, y/scale).Y})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, large); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withComment adds a text chunk after a PNG's header.
func withComment(encoded []byte, comment string) []byte {
	const afterIHDR = 8 + 25
	data := append([]byte("tEXtComment\x00"), comment...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(data)-4))
	chunk = append(chunk, data...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(data))
	return append(append(append([]byte{}, encoded[:afterIHDR]...), chunk...), encoded[afterIHDR:]...)
}

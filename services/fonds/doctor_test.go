package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine/frame"
)

// standInEngine writes a program that answers as the engine child does.
func standInEngine(t *testing.T, script string, hello *enginev1.Hello) string {
	t.Helper()
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "hello"))
	if err != nil {
		t.Fatal(err)
	}
	if err := frame.Write(file, &enginev1.Answer{Result: &enginev1.Answer_Hello{Hello: hello}}); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "engine")
	if err := os.WriteFile(program, []byte("#!/bin/sh\ncd "+dir+"\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return program
}

func hello(languages ...string) *enginev1.Hello {
	h := &enginev1.Hello{Engine: &fondsv1.Engine{Tesseract: "5.3.0", Leptonica: "1.82.0", Gosseract: "2.4.1", Cpu: "AVX2"}}
	for _, l := range languages {
		h.Models = append(h.Models, &fondsv1.Model{Language: l})
	}
	return h
}

func TestDoctorKnowsTheEngine(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		models []string
		want   []string
	}{
		"all there":     {`test "$1" = --describe && cat hello`, []string{"eng", "osd", "rus"}, []string{"OK engine", "OK models eng osd rus"}},
		"other folder":  {`test "$2" = --tessdata && test "$3" = /models && cat hello`, []string{"eng", "osd", "rus"}, []string{"OK engine", "OK models eng osd rus"}},
		"model missing": {"cat hello", []string{"eng"}, []string{"OK engine", "PROBLEM models missing: rus osd", "sudo apt-get install tesseract-ocr-rus tesseract-ocr-osd"}},
		"broken":        {"echo 'no libtesseract.so.5' >&2; exit 127", nil, []string{"PROBLEM engine", "no libtesseract.so.5", "make build"}},
		"babbles":       {"echo hello world, this is no frame at all", nil, []string{"PROBLEM engine", "did not introduce itself"}},
		"silent":        {"true", nil, []string{"PROBLEM engine", "did not introduce itself"}},
	} {
		t.Run(name, func(t *testing.T) {
			var told strings.Builder
			var tessdata []string
			if name == "other folder" {
				tessdata = []string{"/models"}
			}
			for _, d := range examineEngine(t.Context(), standInEngine(t, c.script, hello(c.models...)), tessdata, []string{"eng", "rus"}) {
				told.WriteString(d.Verdict + " " + d.Check + " " + d.Detail + " " + d.Mend + "\n")
			}
			for _, want := range c.want {
				if !strings.Contains(told.String(), want) {
					t.Errorf("no %q in\n%s", want, told.String())
				}
			}
		})
	}
}

func TestDoctorNamesModelPackages(t *testing.T) {
	if got, want := modelPackages([]string{"rus", "chi_sim", "script/Cyrillic"}), "tesseract-ocr-rus tesseract-ocr-chi-sim tesseract-ocr-all"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDoctorTriesTheDataFolder(t *testing.T) {
	dir := t.TempDir()
	for _, d := range examineFolder(filepath.Join(dir, "not", "yet")) {
		if d.Verdict == verdictProblem {
			t.Errorf("%+v", d)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "not")); err == nil {
		t.Error("doctor has made the folder")
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if d := examineFolder(filepath.Join(file)); d[0].Verdict != verdictProblem {
		t.Errorf("a file as data folder: %+v", d)
	}
}

func TestDoctorTellsAFreePortFromATakenOne(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken := listener.Addr().String()
	if d := examinePort(t.Context(), "--listen", taken, false); d.Verdict != verdictProblem || !strings.Contains(d.Mend, "--listen") {
		t.Errorf("taken: %+v", d)
	}
	if d := examinePort(t.Context(), "--listen", taken, true); d.Verdict != verdictOK {
		t.Errorf("taken by fonds: %+v", d)
	}
	_ = listener.Close()
	if d := examinePort(t.Context(), "--listen", taken, false); d.Verdict != verdictOK {
		t.Errorf("free: %+v", d)
	}
}

func TestDoctorAsksTheServer(t *testing.T) {
	a := startArchive(t)
	engine := standInEngine(t, "cat hello", hello("eng", "osd"))
	r := a.fonds("doctor", "--json", "--engine", engine, "--data", t.TempDir(), "--listen", a.address, "--http", "127.0.0.1:0")
	found := map[string]diagnosis{}
	for line := range strings.Lines(r.stdout) {
		var d diagnosis
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		found[d.Check] = d
	}
	if d := found["worker"]; d.Verdict != verdictOK || !strings.Contains(d.Detail, "models eng osd rus") {
		t.Errorf("worker: %+v\n%s", d, r)
	}
	if d := found["server"]; d.Verdict != verdictOK {
		t.Errorf("server: %+v", d)
	}
	a.kill()
	r = a.must(exitData, "doctor", "--engine", filepath.Join(t.TempDir(), "none"), "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
	for _, want := range []string{"PROBLEM  engine", "-> make build", "NOTE     server", "to mend."} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("no %q in %s", want, r)
		}
	}
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	"github.com/fonds-archive/fonds/workers/engine/frame"
)

// programTime bounds a program that only tells its version or its models; the
// digests of a hundred models of 15 MB take some seconds.
const programTime = 30 * time.Second

// examineEngine asks the engine child what it is made of.
func examineEngine(ctx context.Context, program string, tessdata, languages []string) []diagnosis {
	path, err := (&serveOptions{engine: program}).findEngine()
	if err != nil {
		return []diagnosis{unwell("engine", "make build", "%v", err)}
	}
	if _, err := os.Stat(path); err != nil {
		return []diagnosis{unwell("engine", "make build", "%s: %s", path, reasonOf(err))}
	}
	hello, err := describeEngine(ctx, path, tessdata)
	if err != nil {
		mend := "sudo apt-get install tesseract-ocr tesseract-ocr-eng tesseract-ocr-osd libtesseract-dev libleptonica-dev && make build"
		return []diagnosis{unwell("engine", mend, "%s: %v", path, err)}
	}
	diagnoses := []diagnosis{well("engine", "%s: %s", path, engineText(hello.GetEngine()))}
	have := map[string]bool{}
	for _, m := range hello.GetModels() {
		have[m.GetLanguage()] = true
	}
	var missing []string
	for _, code := range append(slices.Clone(languages), "osd") {
		if !have[code] {
			missing = append(missing, code)
		}
	}
	if len(missing) > 0 {
		return append(diagnoses, unwell("models", "sudo apt-get install "+modelPackages(missing),
			"missing: %s; there are: %s", strings.Join(missing, " "), modelList(hello.GetModels())))
	}
	return append(diagnoses, well("models", "%s", modelList(hello.GetModels())))
}

// modelPackages names Debian's packages of models: tesseract-ocr-chi-sim for chi_sim.
func modelPackages(languages []string) string {
	packages := make([]string, len(languages))
	for i, code := range languages {
		name := strings.ToLower(strings.ReplaceAll(code, "_", "-"))
		if strings.HasPrefix(name, "script/") {
			name = "all" // packages of scripts are named by codes that the models do not have
		}
		packages[i] = "tesseract-ocr-" + name
	}
	return strings.Join(packages, " ")
}

// describeEngine starts the child, reads its first frame and lets it end: its
// standard input is empty.
func describeEngine(ctx context.Context, path string, tessdata []string) (*enginev1.Hello, error) {
	ctx, cancel := context.WithTimeout(ctx, programTime)
	defer cancel()
	args := []string{"--describe"}
	for _, folder := range tessdata {
		args = append(args, "--tessdata", folder)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	cmd.WaitDelay = time.Second
	complaint := &head{left: 4096}
	cmd.Stderr = complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.New(reasonOf(err))
	}
	var answer enginev1.Answer
	readErr := frame.Read(out, &answer)
	if readErr != nil {
		cancel()
	}
	waitErr := cmd.Wait()
	switch {
	case readErr == nil && answer.GetHello() != nil:
		return answer.GetHello(), nil
	case complaint.Len() > 0:
		return nil, errors.New(strings.TrimSpace(complaint.String()))
	case readErr == nil || errors.Is(readErr, io.EOF) && waitErr == nil:
		return nil, errors.New("it did not introduce itself")
	}
	return nil, fmt.Errorf("it did not introduce itself: %w", errors.Join(readErr, waitErr))
}

// head keeps the first bytes of what is written to it.
type head struct {
	bytes.Buffer
	left int
}

func (h *head) Write(p []byte) (int, error) {
	n := min(len(p), h.left)
	h.left -= n
	h.Buffer.Write(p[:n])
	return len(p), nil
}

// popplerTools are the programs that read PDF.
var popplerTools = []string{"pdfinfo", "pdfimages", "pdftoppm"}

func examinePoppler(ctx context.Context) []diagnosis {
	const mend = "sudo apt-get install poppler-utils"
	var missing []string
	version := ""
	for _, tool := range popplerTools {
		path, err := exec.LookPath(tool)
		if err != nil {
			missing = append(missing, tool)
			continue
		}
		if version == "" {
			version = popplerVersion(ctx, path)
		}
	}
	if len(missing) > 0 {
		return []diagnosis{unwell("poppler", mend, "missing: %s; PDF cannot be read", strings.Join(missing, " "))}
	}
	if version == "" {
		return []diagnosis{unwell("poppler", mend, "%s do not tell their version", strings.Join(popplerTools, " "))}
	}
	return []diagnosis{well("poppler", "%s: version %s", strings.Join(popplerTools, " "), version)}
}

// popplerVersion runs a tool with -v, which prints "pdfinfo version 22.12.0".
func popplerVersion(ctx context.Context, path string) string {
	ctx, cancel := context.WithTimeout(ctx, programTime)
	defer cancel()
	out := &head{left: 4096}
	cmd := exec.CommandContext(ctx, path, "-v")
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil && out.Len() == 0 {
		return ""
	}
	line, _, _ := strings.Cut(out.String(), "\n")
	_, version, _ := strings.Cut(line, "version ")
	return strings.TrimSpace(version)
}

// leastFree is how much room a data folder should have: some 1,000 scans of 5 MB.
const leastFree = 5 << 30

// examineFolder looks at the disk below the data folder, which need not be there
// yet, and proves that what is written there can be synced.
func examineFolder(data string) []diagnosis {
	folder, err := existing(data)
	if err != nil {
		return []diagnosis{unwell("data", "name another folder with --data", "%s: %s", shown(data), reasonOf(err))}
	}
	name := shown(data)
	if folder != filepath.Clean(data) {
		name += " (not there yet, in " + shown(folder) + ")"
	}
	var diagnoses []diagnosis
	var disk unix.Statfs_t
	if err := unix.Statfs(folder, &disk); err != nil {
		diagnoses = append(diagnoses, remark("disk", "", "%s: free space is not told: %v", name, err))
	} else if free := disk.Bavail * uint64(disk.Bsize); free < leastFree {
		diagnoses = append(diagnoses, remark("disk", "make room, or name a folder on another disk with --data", "%s: %.1f GB free", name, float64(free)/1e9))
	} else {
		diagnoses = append(diagnoses, well("disk", "%s: %.1f GB free", name, float64(free)/1e9))
	}
	took, err := trySync(folder)
	if err != nil {
		return append(diagnoses, unwell("data", "sudo chown $USER "+folder+", or name another folder with --data", "%s: %s", name, reasonOf(err)))
	}
	return append(diagnoses, well("data", "%s can be written and synced (%.1f ms)", name, float64(took.Microseconds())/1000))
}

// existing returns the deepest folder on the way to path that is there.
func existing(path string) (string, error) {
	path = filepath.Clean(path)
	for {
		info, err := os.Stat(path)
		switch {
		case err == nil && info.IsDir():
			return path, nil
		case err == nil:
			return "", errors.New("not a folder")
		case !errors.Is(err, fs.ErrNotExist) || path == filepath.Dir(path):
			return "", err
		}
		path = filepath.Dir(path)
	}
}

// trySync writes a file as the blob store does: file and folder synced. It tells
// how long that took.
func trySync(folder string) (time.Duration, error) {
	file, err := os.CreateTemp(folder, ".fonds-doctor-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(file.Name())
	start := time.Now()
	_, err = file.Write(make([]byte, 4096))
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return 0, err
	}
	dir, err := os.Open(folder)
	if err != nil {
		return 0, err
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return 0, err
	}
	return time.Since(start), nil
}

// examinePort tells whether serve could listen on an address.
func examinePort(ctx context.Context, flag, address string, serverAnswers bool) diagnosis {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err == nil {
		_ = listener.Close()
		return well("port", "%s is free", address)
	}
	if serverAnswers && errors.Is(err, unix.EADDRINUSE) {
		return well("port", "%s is in use while a fonds server answers", address)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	return unwell("port", "stop the other program, or start serve with another "+flag, "%s: %v", address, err)
}

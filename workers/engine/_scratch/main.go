package main

import (
	"bufio"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/workers/engine/frame"
	"google.golang.org/protobuf/proto"
)

// lines on stdin: path lang resolution index
func main() {
	bin := flag.String("bin", "/tmp/e/fonds-tesseract", "")
	out := flag.String("out", "", "")
	fresh := flag.Bool("fresh", false, "")
	verbose := flag.Bool("v", false, "")
	var params multi
	flag.Var(&params, "p", "")
	flag.Parse()
	var in *exec.Cmd
	var w *os.File
	var r *bufio.Reader
	start := func() {
		in = exec.Command(*bin)
		in.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
		in.Stderr = os.Stderr
		pr, pw, _ := os.Pipe()
		in.Stdin = pr
		w = pw
		o, _ := in.StdoutPipe()
		t := time.Now()
		if err := in.Start(); err != nil {
			panic(err)
		}
		pr.Close()
		r = bufio.NewReader(o)
		a := &enginev1.Answer{}
		if err := frame.Read(r, a); err != nil {
			panic(err)
		}
		if *verbose {
			fmt.Println("hello", time.Since(t), a)
		}
	}
	start()
	sc := bufio.NewScanner(os.Stdin)
	for i := uint64(1); sc.Scan(); i++ {
		f := strings.Fields(sc.Text())
		if len(f) == 0 {
			continue
		}
		path, lang := f[0], "eng"
		var res, idx uint32
		if len(f) > 1 {
			lang = f[1]
		}
		if len(f) > 2 {
			fmt.Sscan(f[2], &res)
		}
		if len(f) > 3 {
			fmt.Sscan(f[3], &idx)
		}
		var ori uint32
		if len(f) > 4 {
			fmt.Sscan(f[4], &ori)
		}
		path, _ = filepath.Abs(path)
		rec := &fondsv1.Recipe{Languages: strings.Split(lang, "+")}
		for _, p := range params {
			k, v, _ := strings.Cut(p, "=")
			rec.Parameters = append(rec.Parameters, &fondsv1.Parameter{Name: k, Value: v})
		}
		t := time.Now()
		frame.Write(w, &enginev1.Request{Id: i, Call: &enginev1.Request_Recognize{Recognize: &enginev1.Recognize{
			Image: &enginev1.Image{Path: path, Index: idx, Resolution: res, Orientation: ori, MaxPixels: 200e6}, Recipe: rec,
		}}})
		a := &enginev1.Answer{}
		if err := frame.Read(r, a); err != nil {
			fmt.Println(path, "DIED", err, in.Wait())
			start()
			continue
		}
		g := a.GetRecognition()
		b, _ := proto.MarshalOptions{Deterministic: true}.Marshal(g.Body)
		fmt.Printf("%-45s %-10s wall=%.2f cpu=%.2f peak=%dM words=%d conf=%.3f turn=%d %x %s\n", strings.TrimPrefix(path, "/work/shared/scans/"), strings.TrimPrefix(g.Outcome.String(), "OUTCOME_"), time.Since(t).Seconds(), float64(g.CpuMicros)/1e6, g.PeakMemory>>20, len(g.GetBody().GetWords()), g.GetBody().GetConfidence(), g.GetBody().GetTurn(), sum(b), g.Reason)
		if *verbose {
			for _, s := range g.GetBody().GetSteps() {
				fmt.Println("    ", s.Name, s.Detail)
			}
		}
		if *out != "" {
			p := filepath.Join(*out, strings.TrimPrefix(path, "/work/shared/scans/")+".txt")
			os.MkdirAll(filepath.Dir(p), 0o755)
			fh, _ := os.OpenFile(p, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
			fh.WriteString(g.GetBody().GetText())
			fh.Close()
		}
		if *fresh {
			w.Close()
			in.Wait()
			start()
		}
	}
}

type multi []string

func (m *multi) String() string     { return "" }
func (m *multi) Set(s string) error { *m = append(*m, s); return nil }

func sum(b []byte) []byte { h := sha256.Sum256(b); return h[:4] }

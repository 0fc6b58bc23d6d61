//go:build tesseract

package main

import (
	"context"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	"github.com/fonds-archive/fonds/workers/engine"
)

func TestChildReadsAPageUnderTheSupervisor(t *testing.T) {
	newReader(t, "eng")
	p := engine.New(childConfig(t, "--memory-limit", "1500000000"))
	defer p.Close()
	for range 2 {
		got, err := p.Recognize(t.Context(), &enginev1.Recognize{Image: testImage(t, "typed.png"), Recipe: recipe("eng")})
		if err != nil {
			t.Fatal(err)
		}
		if lines := linesOf(got.GetBody().GetText()); !slices.Equal(lines, typed) {
			t.Errorf("%v %q, text %q", got.GetOutcome(), got.GetReason(), lines)
		}
		if got.GetCpuMicros() == 0 || got.GetPeakMemory() < 10<<20 || got.GetPeakMemory() > 300<<20 {
			t.Errorf("cost: %d µs, %d bytes", got.GetCpuMicros(), got.GetPeakMemory())
		}
	}
}

func TestHelloDescribesTheEngine(t *testing.T) {
	newReader(t, "eng")
	hello, err := engine.Describe(childConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	e := hello.GetEngine()
	if e.GetName() != "tesseract" || e.GetTesseract() == "" || e.GetLeptonica() == "" || e.GetCpu() == "" {
		t.Errorf("engine %v", e)
	}
	found := false
	for _, m := range hello.GetModels() {
		if len(m.GetSha256()) != 64 {
			t.Errorf("model %v has no digest", m)
		}
		found = found || m.GetLanguage() == "eng"
	}
	if !found {
		t.Errorf("no eng among %v", hello.GetModels())
	}
}

func TestMemoryLimitEndsTheChildAndNotThePool(t *testing.T) {
	if underRace {
		t.Skip("the race detector maps more than the limit")
	}
	newReader(t, "eng")
	p := engine.New(childConfig(t, "--memory-limit", "400000000"))
	defer p.Close()
	bomb := writeFile(t, "bomb.pbm", append([]byte("P4\n30000 30000\n"), make([]byte, 30000*30000/8)...))
	bomb.MaxPixels = 0
	// Whether the page or the process fails depends on what runs short first.
	got, err := p.Recognize(t.Context(), &enginev1.Recognize{Image: bomb, Recipe: recipe("eng")})
	if err == nil && len(got.GetBody().GetWords()) > 0 {
		t.Errorf("an empty sheet gave %v", got)
	}
	if _, err := p.Recognize(t.Context(), &enginev1.Recognize{Image: testImage(t, "typed.png"), Recipe: recipe("eng")}); err != nil {
		t.Errorf("the next page: %v", err)
	}
}

func TestRenderKeepsTheRasterUnlessAskedToStand(t *testing.T) {
	newReader(t)
	p := engine.New(childConfig(t))
	defer p.Close()
	image := testImage(t, "typed_ccw.jpg") // 520 × 1500, orientation 6 sets it up
	image.Orientation = 6
	cases := []struct {
		upright       bool
		side          uint32
		width, height int
	}{{false, 0, 520, 1500}, {true, 0, 1500, 520}, {true, 300, 300, 104}, {false, 300, 104, 300}}
	for _, c := range cases {
		target := filepath.Join(t.TempDir(), "page.png")
		got, err := p.Render(context.Background(), &enginev1.Render{Image: image, MaxSide: c.side, Target: target, Upright: c.upright})
		if err != nil || got.GetReason() != "" {
			t.Fatal(err, got)
		}
		file, err := os.Open(target)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.DecodeConfig(file)
		file.Close()
		if err != nil || picture.Width != c.width || picture.Height != c.height || int(got.GetWidth()) != c.width {
			t.Errorf("%+v: got %d × %d, %v", c, picture.Width, picture.Height, err)
		}
	}
}

func TestChildRefusesToRunWithThreads(t *testing.T) {
	cfg := childConfig(t)
	cfg.Env = append(cfg.Env, "OMP_THREAD_LIMIT=4")
	_, err := engine.Describe(cfg)
	if err == nil || !strings.Contains(err.Error(), "OMP_THREAD_LIMIT") {
		t.Errorf("error %v", err)
	}
}

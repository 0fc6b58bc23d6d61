//go:build tesseract

package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
)

func TestTrySurvey(t *testing.T) {
	f, err := os.Open(os.Getenv("LIST"))
	if err != nil {
		t.Skip()
	}
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		fs := strings.Fields(sc.Text())
		var idx uint32
		if len(fs) > 3 {
			fmt.Sscan(fs[3], &idx)
		}
		p, err := decode(&enginev1.Image{Path: fs[0], Index: idx, MaxPixels: 200e6}, false)
		if err != nil {
			fmt.Println(fs[0], err)
			continue
		}
		p.plain(false)
		st := time.Now()
		s := look(p.pix, shrinkFactor(p.pix))
		d := time.Since(st)
		st = time.Now()
		countSpecks(p.pix)
		fmt.Printf("%-50s %dx%dx%d f=%d noise=%.1f marks=%d specks=%d blank=%v crowded=%v  %v (specks %v)\n", strings.TrimPrefix(fs[0], "/work/shared/scans/"), p.width(), p.height(), p.depth(), s.factor, s.noise, len(s.marks), s.specks, s.blank(), s.crowded(), d.Round(time.Millisecond), time.Since(st).Round(time.Millisecond))
		p.Close()
	}
}

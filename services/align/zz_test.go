package align
import ("testing";"strings";"os";"os/exec";"strconv";"image";"image/color";"image/draw";_ "image/png";_ "image/jpeg";"image/png";"path/filepath";"time"
fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1")
func TestZZ(t *testing.T) {
	for _, f := range strings.Fields(os.Getenv("ZZ")) {
		parts := strings.Split(f, ":")
		img := parts[0]
		out, err := exec.Command("tesseract", img, "-", "-l", parts[1], "tsv").Output()
		if err != nil { t.Fatal(err) }
		base := &fondsv1.Body{}
		var words []printed
		last := ""
		line, par, blk := -1, -1, -1
		lastPar, lastBlk := "", ""
		var w, h int64
		for _, l := range strings.Split(string(out), "\n")[1:] {
			c := strings.Split(l, "\t")
			if len(c) < 12 { continue }
			n := func(i int) int64 { v, _ := strconv.ParseFloat(c[i], 64); return int64(v) }
			if c[0] == "1" { w, h = n(8), n(9) }
			if c[0] != "5" || strings.TrimSpace(c[11]) == "" { continue }
			lk := strings.Join(c[1:5], "."); pk := strings.Join(c[1:4], "."); bk := strings.Join(c[1:3], ".")
			if lk != last { line++; last = lk }
			if pk != lastPar { par++; lastPar = pk }
			if bk != lastBlk { blk++; lastBlk = bk }
			cf, _ := strconv.ParseFloat(c[10], 64)
			words = append(words, printed{text: c[11], box: rect{n(6), n(7), n(6) + n(8), n(7) + n(9)}, line: line, paragraph: par, block: blk, confidence: float32(cf / 100)})
		}
		_ = base
		b := bodyOf(words, 0); b.Width, b.Height = uint32(w), uint32(h)
		gt, err := os.ReadFile(strings.TrimSuffix(img, filepath.Ext(img)) + ".gt.txt")
		if err != nil { t.Fatal(err) }
		start := time.Now()
		got := Onto(b, string(gt), nil)
		d := time.Since(start)
		kept, repl, inter := 0, 0, 0
		file, _ := os.Open(img)
		src, _, err := image.Decode(file)
		if err != nil { t.Fatal(err) }
		dst := image.NewRGBA(src.Bounds()); draw.Draw(dst, dst.Bounds(), src, src.Bounds().Min, draw.Src)
		boxes := uprightBoxes(got)
		for n, w := range got.Words {
			col := color.RGBA{0, 160, 0, 255}
			switch { case w.Interpolated: inter++; col = color.RGBA{255, 0, 0, 255}
			case w.Confidence == 1: repl++; col = color.RGBA{0, 0, 255, 255}
			default: kept++ }
			r := boxes[n]
			for k := range 3 {
				for x := int(r.left); x < int(r.right); x++ { dst.Set(x, int(r.top)-k, col); dst.Set(x, int(r.bottom)+k, col) }
				for y := int(r.top); y < int(r.bottom); y++ { dst.Set(int(r.left)-k, y, col); dst.Set(int(r.right)+k, y, col) }
			}
		}
		t.Logf("%s: base %d, text %d: kept %d, replaced %d, interpolated %d, changes %d, %v", img, len(words), len(got.Words), kept, repl, inter, len(Changes(b.Text, got.Text)), d)
		o, _ := os.Create("/tmp/w/exp/" + filepath.Base(filepath.Dir(img)) + "_" + filepath.Base(img) + ".png"); png.Encode(o, dst); o.Close()
	}
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// walked runs a finder and returns the paths taken and the lines about the others.
func walked(t *testing.T, recursive bool, arguments ...string) (taken, told []string) {
	t.Helper()
	say := func(what string) func(string, string) {
		return func(path, why string) { told = append(told, what+" "+filepath.Base(path)+": "+why) }
	}
	files, err := newFinder(recursive, say("skipped"), say("trouble")).find(arguments)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		taken = append(taken, filepath.ToSlash(f.below))
	}
	return taken, told
}

func wantList(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n  got  %q\n  want %q", what, got, want)
	}
}

func TestFolderIsWalkedInOrderAndSaysWhatItLeavesOut(t *testing.T) {
	in := tree(t, map[string][]byte{
		"b.png": page(), "a.txt": []byte("prose"), "named.jpg": []byte("prose"), "empty.TIF": {}, "photo.heic": []byte("ftyp"),
		"scan": []byte("II*\x00rest"), "._b.png": []byte("\x00\x05\x16\x07"),
		"sub/z.pdf": []byte("junk\n%PDF-1.4"), "sub/deep/y.png": page(), ".hidden/x.png": page(), "B.png": page(),
	})
	if err := unix.Mkfifo(filepath.Join(in, "pipe.png"), 0o600); err != nil {
		t.Fatal(err)
	}
	taken, told := walked(t, true, in)
	wantList(t, "recursive", taken, []string{
		"B.png", "b.png", "empty.TIF", "named.jpg", "photo.heic", "scan", "sub/deep/y.png", "sub/z.pdf",
	})
	wantList(t, "left out", told, []string{
		"skipped ._b.png: macOS metadata, not an image or PDF",
		"skipped .hidden: a hidden folder; name it as PATH to take it",
		"skipped a.txt: not an image or PDF",
		"skipped pipe.png: not a regular file",
	})
	taken, told = walked(t, false, in)
	wantList(t, "not recursive", taken, []string{"B.png", "b.png", "empty.TIF", "named.jpg", "photo.heic", "scan"})
	if want := "skipped sub: a folder; take what is in it with --recursive"; !slices.Contains(told, want) {
		t.Errorf("no %q in %q", want, told)
	}
	taken, _ = walked(t, false, filepath.Join(in, ".hidden"))
	wantList(t, "a hidden folder that is named", taken, []string{"x.png"})
}

func TestLinksAreFollowedOnce(t *testing.T) {
	in := tree(t, map[string][]byte{"a/1.png": page(), "b/2.png": page()})
	other := tree(t, map[string][]byte{"3.png": page(), "in/4.png": page()})
	for link, target := range map[string]string{
		"a/loop": in, "a/up": filepath.Dir(in), "b/to-a": filepath.Join(in, "a"), "b/self": ".",
		"c-out": other, "d-out-again": other, "e.png": filepath.Join(other, "3.png"), "f-nowhere": "gone",
	} {
		if err := os.Symlink(target, filepath.Join(in, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(other, filepath.Join(other, "in", "loop")); err != nil {
		t.Fatal(err)
	}
	taken, told := walked(t, true, in)
	wantList(t, "taken", taken, []string{"a/1.png", "b/2.png", "c-out/3.png", "c-out/in/4.png", "e.png"})
	wantList(t, "told", told, []string{
		"skipped loop: a link to a folder that is taken already",
		"skipped up: a link to a folder that is taken already",
		"skipped self: a link to a folder that is taken already",
		"skipped to-a: a link to a folder that is taken already",
		"skipped loop: a link to a folder that is taken already",
		"skipped d-out-again: a link to a folder that is taken already",
		"skipped f-nowhere: a link that leads nowhere",
	})
}

func TestFileNamedTwiceIsTakenOnce(t *testing.T) {
	in := tree(t, map[string][]byte{"a.png": page(), "sub/b.png": page()})
	taken, _ := walked(t, true, in, filepath.Join(in, "a.png"), filepath.Join(in, "sub"))
	wantList(t, "taken", taken, []string{"a.png", "sub/b.png"})
}

func TestPicturesAreToldByTheirFirstBytes(t *testing.T) {
	bmp := append([]byte("BM\x36\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00"), 40, 0, 0, 0)
	for name, c := range map[string]struct {
		head []byte
		want bool
	}{
		"PNG":              {[]byte("\x89PNG\r\n\x1a\n"), true},
		"JPEG":             {[]byte("\xff\xd8\xff\xe0"), true},
		"TIFF little":      {[]byte("II*\x00"), true},
		"TIFF big":         {[]byte("MM\x00*"), true},
		"BigTIFF":          {[]byte("II+\x00"), true},
		"JP2":              {[]byte("\x00\x00\x00\x0cjP  \r\n\x87\n"), true},
		"J2K codestream":   {[]byte("\xff\x4f\xff\x51"), true},
		"WebP":             {[]byte("RIFF\x00\x00\x00\x00WEBPVP8 "), true},
		"GIF":              {[]byte("GIF89a"), true},
		"BMP":              {bmp, true},
		"BM in prose":      {[]byte("BMW is a maker of cars in Munich"), false},
		"PGM":              {[]byte("P5\n# by hand\n2 2\n255\n"), true},
		"PBM":              {[]byte("P4 10 10\n"), true},
		"PAM":              {[]byte("P7\nWIDTH 2\n"), true},
		"P in prose":       {[]byte("P1 is the first page"), false},
		"PDF":              {[]byte("%PDF-1.7"), true},
		"PDF after junk":   {append(bytes.Repeat([]byte{'x'}, 900), "%PDF-1.4"...), true},
		"PDF named":        {[]byte("write %PDF-N first"), false},
		"prose":            {[]byte("Dear Sir"), false},
		"nothing":          {nil, false},
		"ZIP":              {[]byte("PK\x03\x04"), false},
		"cut short":        {[]byte("\x89PNG"), false},
		"WAV":              {[]byte("RIFF\x00\x00\x00\x00WAVE"), false},
		"two bytes of BMP": {[]byte("BM"), false},
	} {
		if got := isPicture(c.head); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzIsPicture(f *testing.F) {
	f.Add([]byte("BM"))
	f.Add([]byte("P7\n"))
	f.Add([]byte("%PDF-"))
	f.Fuzz(func(t *testing.T, head []byte) {
		// More bytes never turn a picture into something else.
		if isPicture(head) && len(head) < sniffLength && !isPicture(append(bytes.Clone(head), 'x')) {
			t.Errorf("%q is a picture, but not with one byte more", head)
		}
	})
}

func TestPathsOnTheWire(t *testing.T) {
	for below, want := range map[string]string{
		"a/b.jpg": "a/b.jpg", "50%.jpg": "50%.jpg", "письмо.jpg": "письмо.jpg",
		"odd\xff.jpg": "odd%FF.jpg", "50%\xfe": "50%25%FE", "line\nbreak": "line\nbreak",
	} {
		if got := wirePath(below); got != want {
			t.Errorf("%q goes as %q, want %q", below, got, want)
		}
	}
}

func FuzzWirePath(f *testing.F) {
	f.Add("a\xff")
	f.Add("%\xc3\x28é\ufffd")
	f.Fuzz(func(t *testing.T, name string) {
		wire := wirePath(name)
		if strings.ToValidUTF8(wire, "") != wire {
			t.Errorf("%q goes as %q, which is not UTF-8", name, wire)
		}
		if quoted := shown(name); !harmless(quoted) {
			t.Errorf("%q is shown as %q", name, quoted)
		}
	})
}

func TestOutPaths(t *testing.T) {
	for below, want := range map[string]string{
		"b.jpg": "b.jpg.txt", filepath.Join("a", "b.jpg"): filepath.Join("a", "b.jpg.txt"), "noext": "noext.txt",
	} {
		if got := outPath(below); got != want {
			t.Errorf("%q goes to %q, want %q", below, got, want)
		}
	}
	one, two := strings.Repeat("ж", 126)+"1.p", strings.Repeat("ж", 126)+"2.p"
	for _, name := range []string{one, two} {
		got := outPath(name)
		if len(got) > longestName || !strings.HasSuffix(got, ".txt") || strings.ToValidUTF8(got, "") != got {
			t.Errorf("%q (%d bytes) goes to %q (%d bytes)", name, len(name), got, len(got))
		}
	}
	if outPath(one) == outPath(two) {
		t.Error("two long names go to the same file")
	}
}

func TestPathsOfSeveralArguments(t *testing.T) {
	for _, c := range []struct {
		arguments []string
		files     []source
		want      []string
	}{
		{
			[]string{"/in/a", "/in/b"},
			[]source{{absolute: "/in/a/1.jpg", below: "1.jpg"}, {absolute: "/in/b/2.jpg", below: "2.jpg", argument: 1}},
			[]string{"1.jpg", "2.jpg"},
		},
		{
			[]string{"/in/a", "/in/b"},
			[]source{{absolute: "/in/a/1.jpg", below: "1.jpg"}, {absolute: "/in/b/1.jpg", below: "1.jpg", argument: 1}},
			[]string{"a/1.jpg", "b/1.jpg"},
		},
		{
			[]string{"/in/x/scans", "/in/y/scans", "/in/1.jpg"},
			[]source{{absolute: "/in/x/scans/1.jpg", below: "1.jpg"}, {absolute: "/in/y/scans/1.jpg", below: "1.jpg"}, {absolute: "/in/1.jpg", below: "1.jpg"}},
			[]string{"x/scans/1.jpg", "y/scans/1.jpg", "1.jpg"},
		},
		{
			[]string{"/a/1.jpg", "/b/1.jpg"},
			[]source{{absolute: "/a/1.jpg", below: "1.jpg"}, {absolute: "/b/1.jpg", below: "1.jpg"}},
			[]string{"a/1.jpg", "b/1.jpg"},
		},
	} {
		if err := nameOnWire(c.files, c.arguments); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range c.files {
			got = append(got, f.wire)
		}
		wantList(t, strings.Join(c.arguments, " "), got, c.want)
	}
	clash := []source{{absolute: "/a/x%FF", below: "x%FF"}, {absolute: "/a/x\xff", below: "x\xff"}}
	if err := nameOnWire(clash, []string{"/a"}); exitCode(err) != exitUsage {
		t.Errorf("two files with one path on the wire: %v", err)
	}
}

func TestResumeKeyIsTheCommands(t *testing.T) {
	key := func() string { return resumeKey("host", []string{"/a", "/b"}, "c", "eng", "", "/m", []byte("x")) }
	if key() != resumeKey("host", []string{"/b", "/a"}, "c", "eng", "", "/m", []byte("x")) {
		t.Error("the same command has two keys")
	}
	seen := map[string]bool{key(): true}
	for i, other := range []string{
		resumeKey("host2", []string{"/a", "/b"}, "c", "eng", "", "/m", []byte("x")),
		resumeKey("host", []string{"/a"}, "c", "eng", "", "/m", []byte("x")),
		resumeKey("host", []string{"/a/b"}, "c", "eng", "", "/m", []byte("x")),
		resumeKey("host", []string{"/a", "/b"}, "d", "eng", "", "/m", []byte("x")),
		resumeKey("host", []string{"/a", "/b"}, "ce", "ng", "", "/m", []byte("x")),
		resumeKey("host", []string{"/a", "/b"}, "c", "eng", "", "/m2", []byte("x")),
		resumeKey("host", []string{"/a", "/b"}, "c", "eng", "", "/m", []byte("y")),
		resumeKey("host", []string{"/a", "/b"}, "c", "eng", "plain", "/m", []byte("x")),
	} {
		if seen[other] {
			t.Errorf("case %d: another command has the same key", i)
		}
		seen[other] = true
	}
}

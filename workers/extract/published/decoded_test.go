package published

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

func TestDecodedTellsPlacesInTheFile(t *testing.T) {
	t.Parallel()
	const text = "ШИФРТЕЛЕГРАММА № 5120\r\n\r\nТОВ. ЛУНИНУ\r\n\r\nВоды хватит до июня — so far.\r\n"
	for name, e := range map[string]encoding.Encoding{
		"utf-8": encoding.Nop, "windows-1251": charmap.Windows1251,
		"utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16be": unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		"utf-32": utf32.UTF32(utf32.LittleEndian, utf32.UseBOM),
	} {
		file := encoded(t, text, e.NewEncoder())
		decoded, place, err := Decoded("a.txt", file)
		if err != nil || strings.TrimPrefix(decoded, "\ufeff") != text {
			t.Errorf("%s: %v, %q", name, err, decoded)
			continue
		}
		at := strings.Index(decoded, "ЛУНИНУ")
		plain := encoding.Nop
		switch name {
		case "utf-16le":
			plain = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
		case "utf-16be":
			plain = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
		case "utf-32":
			plain = utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
		case "windows-1251":
			plain = e
		}
		words := string(file[place(at):place(at+len("ЛУНИНУ"))])
		if want := string(encoded(t, "ЛУНИНУ", plain.NewEncoder())); words != want {
			t.Errorf("%s: %q stands there, want %q", name, words, want)
		}
		if end := place(len(decoded)); end != len(file) {
			t.Errorf("%s: the text ends at %d of %d", name, end, len(file))
		}
	}
}

func TestDecodedRefusesWhatIsNoText(t *testing.T) {
	t.Parallel()
	for file, says := range map[string]string{"%PDF-1.4": "fonds ingest", "abc\x00d": "byte 4 is NUL", "\x89PNG\r\n\x1a\n": "a PNG image: deliver it"} {
		if _, _, err := Decoded("a.txt", []byte(file)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", file, err)
		}
	}
}

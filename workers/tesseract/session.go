//go:build tesseract

package main

/*
#cgo LDFLAGS: -ltesseract
#include <stdlib.h>
#include <leptonica/allheaders.h>
#include <tesseract/capi.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/otiai10/gosseract/v2"
)

// session is a Tesseract that has loaded the models of one recipe. A recipe
// with other models or parameters gets a session of its own, so that no
// variable of one can reach a page of another.
type session struct {
	key    string
	client *gosseract.Client
}

// found is a word as Tesseract gave it, in the coordinates of the picture that
// it was given; numbers count from 1 within what encloses them.
type found struct {
	text                   string
	box                    rect
	confidence             float64 // 0 to 100
	known                  bool    // in Tesseract's dictionary
	block, paragraph, line int
}

// Page layouts. A recipe that names one gets that and no other.
const (
	layoutVariable = "tessedit_pageseg_mode"
	layoutAuto     = "3" // as the command line; the library's own default is a single block
	layoutColumn   = "4" // one column of different sizes
	layoutBlock    = "6" // lines one below the other
	layoutLine     = "7"
	layoutSparse   = "11"
)

// Ways to part ink from paper. The neural engine reads grey in any case: what is
// parted decides where lines and words are found. One that a recipe names is used
// and no other.
const (
	thresholdingVariable = "thresholding_method"
	thresholdingOtsu     = "0" // one level for the page
	thresholdingTiled    = "1" // Leptonica's: a level for each tile
	thresholdingSauvola  = "2" // a level for each place
)

// leastResolution is Tesseract's own sign for "not known", in dots per inch.
const leastResolution = 70

// openSession prepares a Tesseract and loads the models.
func openSession(tessdata string, recipe *fondsv1.Recipe) (*session, error) {
	client := gosseract.NewClient()
	client.Trim = false
	if err := client.SetTessdataPrefix(tessdata); err != nil {
		return nil, errors.Join(fmt.Errorf("set tessdata folder: %w", err), client.Close())
	}
	if err := client.SetLanguage(recipe.GetLanguages()...); err != nil {
		return nil, errors.Join(fmt.Errorf("set languages: %w", err), client.Close())
	}
	for _, p := range recipe.GetParameters() {
		if err := client.SetVariable(gosseract.SettableVariable(p.GetName()), p.GetValue()); err != nil {
			return nil, errors.Join(fmt.Errorf("set variable: %w", err), client.Close())
		}
	}
	s := &session{key: sessionKey(recipe), client: client}
	if err := s.load(); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return s, nil
}

// load makes the binding load models and set variables, which it does with the first
// picture only: an empty one.
func (s *session) load() error {
	defer loading.start()()
	empty, err := newPix(1, 1)
	if err != nil {
		return err
	}
	defer empty.Close()
	if err := empty.serialised(s.client.SetImageFromBytes); err != nil {
		return fmt.Errorf("load models: %w", err)
	}
	if _, err := s.client.Text(); err != nil {
		return &refusal{fondsv1.Outcome_OUTCOME_FAILED, "the recipe cannot be run: " + err.Error()}
	}
	return nil
}

// sessionKey tells recipes apart by what a session depends on.
func sessionKey(recipe *fondsv1.Recipe) string {
	var key strings.Builder
	wanted := digestsOf(recipe)
	for _, language := range recipe.GetLanguages() {
		key.WriteString(language + "=" + wanted[language] + "+")
	}
	for _, p := range recipe.GetParameters() {
		key.WriteString("\x00" + p.GetName() + "\x00" + p.GetValue())
	}
	return key.String()
}

func (s *session) Close() error {
	if s == nil {
		return nil
	}
	return s.client.Close()
}

// setting is what a pass may choose for itself.
type setting struct {
	resolution   uint32 // dots per inch; 0 leaves it to Tesseract, which estimates it from the height of the lines
	layout       string // one of the layouts above
	thresholding string // one of the thresholdings above
}

// show gives Tesseract a picture to recognise.
func (s *session) show(picture *pix, with setting) error {
	if err := s.prepare(with); err != nil {
		return err
	}
	defer inTesseract.start()()
	s.forget()
	// Tesseract reads the picture where it lies and keeps a copy of its own.
	C.TessBaseAPISetImage2(s.handle(), (*C.struct_Pix)(unsafe.Pointer(picture.c)))
	// What the picture's file said of its resolution is in the setting. Below 70 dpi
	// Tesseract estimates it.
	C.TessBaseAPISetSourceResolution(s.handle(), leastResolution)
	return nil
}

// ink gives the picture shown as Tesseract parts it into ink and paper, 1 bit a pixel;
// the caller closes it. Recognition goes on from there and does not part it again. ok is
// false for a picture that cannot be parted so, such as one of a few rows.
func (s *session) ink() (parted *pix, ok bool) {
	defer inTesseract.start()()
	parted, err := wrap((*C.PIX)(unsafe.Pointer(C.TessBaseAPIGetThresholdedImage(s.handle()))))
	return parted, err == nil
}

// recognise gives the words of the picture shown.
func (s *session) recognise() []found {
	defer inTesseract.start()()
	if C.TessBaseAPIRecognize(s.handle(), nil) != 0 {
		return nil // a picture too small to hold anything
	}
	return s.words()
}

// prepare sets what Tesseract would else keep from page to page.
func (s *session) prepare(with setting) error {
	variables := [][2]string{{"user_defined_dpi", strconv.FormatUint(uint64(with.resolution), 10)}}
	if !s.owns(layoutVariable) {
		variables = append(variables, [2]string{layoutVariable, with.layout})
	}
	if !s.owns(thresholdingVariable) {
		variables = append(variables, [2]string{thresholdingVariable, with.thresholding})
	}
	for _, v := range variables {
		name, value := C.CString(v[0]), C.CString(v[1])
		known := C.TessBaseAPISetVariable(s.handle(), name, value) != 0
		C.free(unsafe.Pointer(name))
		C.free(unsafe.Pointer(value))
		if !known {
			return fmt.Errorf("set %s to %q: Tesseract does not know it", v[0], v[1])
		}
	}
	return nil
}

// owns says that the recipe sets a variable itself.
func (s *session) owns(variable gosseract.SettableVariable) bool {
	_, own := s.client.Variables[variable]
	return own
}

// words gives what was recognised, in reading order. The binding's own way leaves
// strings and iterators behind, and knows no dictionary.
func (s *session) words() []found {
	it := C.TessBaseAPIGetIterator(s.handle())
	if it == nil {
		return nil
	}
	defer C.TessResultIteratorDelete(it)
	page := C.TessResultIteratorGetPageIterator(it)
	var out []found
	var at found // numbers alone
	for {
		if C.TessPageIteratorIsAtBeginningOf(page, C.RIL_BLOCK) != 0 {
			at = found{block: at.block + 1}
		}
		if C.TessPageIteratorIsAtBeginningOf(page, C.RIL_PARA) != 0 {
			at.paragraph, at.line = at.paragraph+1, 0
		}
		if C.TessPageIteratorIsAtBeginningOf(page, C.RIL_TEXTLINE) != 0 {
			at.line++
		}
		if w, ok := wordAt(it, page); ok {
			w.block, w.paragraph, w.line = at.block, at.paragraph, at.line
			out = append(out, w)
		}
		if C.TessResultIteratorNext(it, C.RIL_WORD) == 0 {
			return out
		}
	}
}

// wordAt gives the word that the iterators stand at; pictures are words of one blank.
func wordAt(it *C.TessResultIterator, page *C.TessPageIterator) (w found, ok bool) {
	text := C.TessResultIteratorGetUTF8Text(it, C.RIL_WORD)
	if text == nil {
		return found{}, false
	}
	defer C.TessDeleteText(text)
	if w.text = cleanWord(C.GoString(text)); w.text == "" {
		return found{}, false
	}
	var left, top, right, bottom C.int
	if C.TessPageIteratorBoundingBox(page, C.RIL_WORD, &left, &top, &right, &bottom) == 0 {
		return found{}, false
	}
	w.box = rect{int(left), int(top), int(right), int(bottom)}
	w.confidence = float64(C.TessResultIteratorConfidence(it, C.RIL_WORD))
	w.known = C.TessResultIteratorWordIsFromDictionary(it) != 0
	return w, true
}

// handle is the Tesseract behind the binding, which offers too little of it.
// The field is private there: a version without it fails the first test.
func (s *session) handle() *C.TessBaseAPI {
	return (*C.TessBaseAPI)(reflect.ValueOf(s.client).Elem().FieldByName("api").UnsafePointer())
}

// forget drops what Tesseract's older engine learned from earlier pages. The
// neural engine, which the usual models run on, learns nothing.
func (s *session) forget() {
	C.TessBaseAPIClearAdaptiveClassifier(s.handle())
}

// rest lets go of the last page, while the models stay loaded.
func (s *session) rest() {
	C.TessBaseAPIClear(s.handle())
}

// lie is how a page lies, as Tesseract's orientation model sees it.
type lie struct {
	quarters   int     // clockwise, that set it upright
	confidence float64 // of that
	script     string  // of its writing, such as "Latin"
}

// detectLie asks Tesseract's orientation model. ok is false when it sees too little to say.
func detectLie(tessdata string, picture *pix, resolution uint32) (found lie, ok bool) {
	defer inTesseract.start()()
	api := C.TessBaseAPICreate()
	defer C.TessBaseAPIDelete(api)
	folder, osd := C.CString(tessdata), C.CString("osd")
	defer C.free(unsafe.Pointer(folder))
	defer C.free(unsafe.Pointer(osd))
	if C.TessBaseAPIInit3(api, folder, osd) != 0 {
		return lie{}, false
	}
	defer C.TessBaseAPIEnd(api)
	C.TessBaseAPISetPageSegMode(api, C.PSM_AUTO_OSD)
	C.TessBaseAPISetImage2(api, (*C.struct_Pix)(unsafe.Pointer(picture.c)))
	C.TessBaseAPISetSourceResolution(api, C.int(max(resolution, 70)))
	var degrees C.int
	var confidence, scriptConfidence C.float
	var script *C.char
	if C.TessBaseAPIDetectOrientationScript(api, &degrees, &confidence, &script, &scriptConfidence) == 0 {
		return lie{}, false
	}
	// The model tells how far the page has been turned clockwise already.
	return lie{(4 - int(degrees)/90%4) % 4, float64(confidence), C.GoString(script)}, true
}

//go:build tesseract

package main

/*
#cgo LDFLAGS: -ltesseract
#include <stdlib.h>
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
	key       string
	client    *gosseract.Client
	ownLayout bool // the recipe names the layout
}

// found is a word as Tesseract gave it, in the coordinates of the picture that
// it was given; numbers count from 1 within what encloses them.
type found struct {
	text                   string
	box                    rect
	confidence             float64 // 0 to 100
	block, paragraph, line int
}

// Page layouts. A recipe that names one gets that and no other.
const (
	layoutVariable = "tessedit_pageseg_mode"
	layoutAuto     = "3" // as the command line; the library's own default is a single block
	layoutBlock    = "6" // lines one below the other
)

// openSession prepares a Tesseract; models are loaded with the first page.
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
	_, s.ownLayout = client.Variables[layoutVariable]
	return s, nil
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

// read recognises a picture once. A resolution of 0 leaves it to Tesseract,
// which estimates it from the height of the lines.
func (s *session) read(picture *pix, resolution uint32, layout string) ([]found, error) {
	// Set on every page: Tesseract keeps variables from page to page.
	dpi := strconv.FormatUint(uint64(resolution), 10)
	if err := s.client.SetVariable("user_defined_dpi", dpi); err != nil {
		return nil, fmt.Errorf("set resolution: %w", err)
	}
	if !s.ownLayout {
		if err := s.client.SetVariable(layoutVariable, layout); err != nil {
			return nil, fmt.Errorf("set layout: %w", err)
		}
	}
	if err := picture.serialised(s.client.SetImageFromBytes); err != nil {
		return nil, err
	}
	defer inTesseract.start()()
	s.forget()
	boxes, err := s.client.GetBoundingBoxesVerbose()
	if err != nil {
		// The binding fails only where it prepares models and variables.
		return nil, &refusal{fondsv1.Outcome_OUTCOME_FAILED, "the recipe cannot be run: " + err.Error()}
	}
	out := make([]found, 0, len(boxes))
	for _, b := range boxes {
		if b.Word = cleanWord(b.Word); b.Word == "" {
			continue // pictures come as words of one blank
		}
		out = append(out, found{
			text: b.Word, confidence: b.Confidence,
			box:   rect{b.Box.Min.X, b.Box.Min.Y, b.Box.Max.X, b.Box.Max.Y},
			block: b.BlockNum, paragraph: b.ParNum, line: b.LineNum,
		})
	}
	return out, nil
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

// detectTurn asks Tesseract's orientation model which clockwise quarters set
// the picture upright. ok is false when the model sees too little to say.
func detectTurn(tessdata string, picture *pix, resolution uint32) (quarters int, sure float64, ok bool) {
	defer inTesseract.start()()
	api := C.TessBaseAPICreate()
	defer C.TessBaseAPIDelete(api)
	folder, osd := C.CString(tessdata), C.CString("osd")
	defer C.free(unsafe.Pointer(folder))
	defer C.free(unsafe.Pointer(osd))
	if C.TessBaseAPIInit3(api, folder, osd) != 0 {
		return 0, 0, false
	}
	defer C.TessBaseAPIEnd(api)
	C.TessBaseAPISetPageSegMode(api, C.PSM_AUTO_OSD)
	C.TessBaseAPISetImage2(api, (*C.struct_Pix)(unsafe.Pointer(picture.c)))
	C.TessBaseAPISetSourceResolution(api, C.int(max(resolution, 70)))
	var degrees C.int
	var confidence, scriptConfidence C.float
	var script *C.char
	if C.TessBaseAPIDetectOrientationScript(api, &degrees, &confidence, &script, &scriptConfidence) == 0 {
		return 0, 0, false
	}
	// The model tells how far the page has been turned clockwise already.
	return (4 - int(degrees)/90%4) % 4, float64(confidence), true
}

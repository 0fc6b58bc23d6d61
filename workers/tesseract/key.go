//go:build tesseract

package main

// #include <leptonica/allheaders.h>
import "C"

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"google.golang.org/protobuf/proto"
)

// sum is the digest of the pixels as they will be recognised: size, depth and rows.
func (p *page) sum() [sha256.Size]byte {
	C.pixSetPadBits(p.c, 0) // what lies behind the end of a row is of no page
	hash := sha256.New()
	fmt.Fprintf(hash, "%d %d %d\n", p.width(), p.height(), p.depth())
	hash.Write(p.bytes().data)
	return [sha256.Size]byte(hash.Sum(nil))
}

// key names the result of a page: the same for the same pixels, read in the same way
// by the same program with the same models, from whatever file they come.
func (r *reader) key(p *page, call *enginev1.Recognize) ([]byte, error) {
	program, err := self()
	if err != nil {
		return nil, err
	}
	hash := sha256.New()
	part := func(b []byte) { // its length first, so that no two lists of parts look alike
		_ = binary.Write(hash, binary.BigEndian, uint64(len(b)))
		hash.Write(b)
	}
	part([]byte("fonds page result 1"))
	part(program)
	part(p.digest[:])
	part(fmt.Appendf(nil, "%d dpi, orientation %d, %d × %d pixels", call.GetImage().GetResolution(), p.orientation, p.fullWidth, p.fullHeight))
	messages := []proto.Message{versions(), call.GetRecipe()}
	for _, step := range p.steps { // they stand in the body
		messages = append(messages, step)
	}
	for _, m := range messages {
		b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			return nil, fmt.Errorf("name result: %w", err)
		}
		part(b)
	}
	if err := r.addModels(call.GetRecipe(), part); err != nil {
		return nil, err
	}
	return hash.Sum(nil), nil
}

// addModels adds the models as they are, also those that a recipe does not pin.
func (r *reader) addModels(recipe *fondsv1.Recipe, part func([]byte)) error {
	var all []installed
	if folder := r.models.folderOf("osd"); folder != "" {
		all = append(all, installed{"osd", folder})
	}
	wanted := digestsOf(recipe)
	for _, language := range recipe.GetLanguages() {
		found, err := r.models.find(language, wanted[language])
		if err != nil {
			return err
		}
		all = append(all, found)
	}
	for _, m := range all {
		digest, err := r.models.digest(m)
		if err != nil {
			return err
		}
		part([]byte(m.language + " " + digest))
	}
	return nil
}

// self is the digest of this program: what it does with pixels changes with it.
var self = sync.OnceValues(func() ([]byte, error) {
	file, err := os.Open("/proc/self/exe")
	if err != nil {
		return nil, fmt.Errorf("open this program: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return nil, fmt.Errorf("read this program: %w", err)
	}
	return hash.Sum(nil), nil
})

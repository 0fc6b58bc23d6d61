// Package results keeps recognitions in a folder, so that the same picture read
// under the same recipe by the same engine is recognised once, whatever file or
// document it comes in.
//
// A result is found and opened by its key alone, which the engine child derives
// from the pixels: the file's name tells nothing, and its content is sealed. Who
// has not the picture cannot read the text, not even after the scan was purged; and
// bytes that were torn or changed do not open. It never keeps a result that another
// try might change, and whatever goes wrong here costs a recognition, never a page.
package results

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/proto"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// KeySize is the length of a key in bytes.
const KeySize = sha256.Size

// maxSize bounds a result in bytes; the body of a dense newspaper page takes 1 MB.
const maxSize = 16 << 20

// Keepable says whether an answer is one that the same page gets every time. What
// ran out of time, crashed or could not be run at all may end otherwise.
func Keepable(r *enginev1.Recognition) bool {
	switch r.GetOutcome() {
	case fondsv1.Outcome_OUTCOME_TEXT, fondsv1.Outcome_OUTCOME_BLANK, fondsv1.Outcome_OUTCOME_UNREADABLE:
		return len(r.GetKey()) == KeySize && r.GetBody() != nil
	}
	return false
}

// Find gives the result that a folder holds under a key: outcome, reason and body.
// It is nil where there is none that can be opened.
func Find(folder string, key []byte) *enginev1.Recognition {
	if folder == "" || len(key) != KeySize {
		return nil
	}
	sealed, err := read(filepath.Join(folder, name(key)))
	if err != nil {
		return nil
	}
	plain, err := open(key, sealed)
	if err != nil {
		return nil
	}
	result := &enginev1.Recognition{}
	if err := proto.Unmarshal(plain, result); err != nil {
		return nil
	}
	result.Key = key
	if !Keepable(result) {
		return nil
	}
	return result
}

// read gives a file's bytes, at most maxSize.
func read(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err == nil && len(content) > maxSize {
		err = errors.New("larger than any result")
	}
	return content, err
}

// name is where a result lies: it cannot be told from the name which picture it
// belongs to.
func name(key []byte) string { return hex.EncodeToString(derive(key, "name")) }

// derive gives 32 bytes for a purpose, from which the key cannot be found.
func derive(key []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("fonds result " + purpose))
	return mac.Sum(nil)
}

// sealer is AES-256-GCM. Each result has a key of its own, so the nonce, which has
// to differ only between texts under one key, is always zero: one key has one text.
func sealer(key []byte) (cipher.AEAD, []byte, error) {
	block, err := aes.NewCipher(derive(key, "seal"))
	if err != nil {
		return nil, nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, nil, err
	}
	return aead, make([]byte, aead.NonceSize()), nil
}

func open(key, sealed []byte) ([]byte, error) {
	aead, nonce, err := sealer(key)
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, nonce, sealed, nil)
}

// seal gives the bytes that are kept of a result: what another page may share, not
// what this one cost.
func seal(r *enginev1.Recognition) ([]byte, error) {
	shared := &enginev1.Recognition{Outcome: r.GetOutcome(), Reason: r.GetReason(), Body: r.GetBody()}
	plain, err := proto.MarshalOptions{Deterministic: true}.Marshal(shared)
	if err != nil {
		return nil, fmt.Errorf("encode result: %w", err)
	}
	aead, nonce, err := sealer(r.GetKey())
	if err != nil {
		return nil, fmt.Errorf("seal result: %w", err)
	}
	if len(plain)+aead.Overhead() > maxSize {
		return nil, fmt.Errorf("seal result: %d bytes are more than the limit of %d", len(plain), maxSize)
	}
	return aead.Seal(nil, nonce, plain, nil), nil
}

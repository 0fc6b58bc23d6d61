package text

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Digest returns the SHA-256, as 64 hex figures, of the text in NFC with every
// line end as LF. Texts that only differ in how accents are composed or in the
// system they were written on have the same digest; everything else tells.
// Bytes that are no UTF-8 count as they are.
func Digest(s string) string {
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	if !simple(s) {
		s = norm.NFC.String(s)
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

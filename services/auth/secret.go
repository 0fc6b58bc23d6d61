package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
)

// A secret is 32 random bytes and a checksum over them and the kind, 36 bytes in all,
// which are 48 characters of base64url without a rest. The checksum tells a typing
// error from a secret that was revoked, without a look into the database; it makes
// nothing easier to guess.
const (
	randomBytes   = 32
	checksumBytes = 4
	secretLength  = (randomBytes + checksumBytes) / 3 * 4
	// tokenPrefix lets people and scanners for leaked secrets see what it is.
	tokenPrefix = "fonds_"
)

func prefixOf(kind catalog.CredentialKind) string {
	if kind == catalog.BearerToken {
		return tokenPrefix
	}
	return ""
}

// newSecret returns a secret and the digest that is kept of it.
func newSecret(entropy io.Reader, kind catalog.CredentialKind) (secret string, digest catalog.Digest, err error) {
	b := make([]byte, randomBytes, randomBytes+checksumBytes)
	if _, err := io.ReadFull(entropy, b); err != nil {
		return "", "", fmt.Errorf("make a secret: %w", err)
	}
	b = binary.BigEndian.AppendUint32(b, checksumOf(kind, b))
	secret = prefixOf(kind) + base64.RawURLEncoding.EncodeToString(b)
	return secret, digestOf(secret), nil
}

// readSecret returns the digest of a secret that is formed as those of its kind are.
func readSecret(kind catalog.CredentialKind, secret string) (digest catalog.Digest, ok bool) {
	encoded, ok := strings.CutPrefix(secret, prefixOf(kind))
	if !ok || len(encoded) != secretLength {
		return "", false
	}
	b, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || len(b) != randomBytes+checksumBytes {
		return "", false // the decoder passes over line breaks
	}
	if binary.BigEndian.Uint32(b[randomBytes:]) != checksumOf(kind, b[:randomBytes]) {
		return "", false
	}
	return digestOf(secret), true
}

func checksumOf(kind catalog.CredentialKind, random []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE([]byte{byte(kind)}), crc32.IEEETable, random)
}

func digestOf(secret string) catalog.Digest {
	sum := sha256.Sum256([]byte(secret))
	return catalog.Digest(hex.EncodeToString(sum[:]))
}

// Secrets are what lets a new user in, shown once. They print as a placeholder, so
// that no log has them.
type Secrets struct {
	// Token is for "authorization: Bearer".
	Token string `json:"-"`
	// Link is the last part of LoginPath, for one use until LinkExpiresAt; empty and zero
	// for a program.
	Link          string `json:"-"`
	LinkExpiresAt time.Time
}

// Format prints a placeholder.
func (Secrets) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, placeholder) }

// LogValue logs a placeholder.
func (Secrets) LogValue() slog.Value { return slog.StringValue(placeholder) }

const placeholder = "[secrets]"

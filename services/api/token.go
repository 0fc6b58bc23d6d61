package api

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strconv"
	"strings"
)

// A page token is the query's checksum (4 bytes) and the key of the last row of
// the page before, in base64. The checksum finds tokens of another query; it is
// no secret, because a made-up key only begins a list elsewhere.

func checksum(query []string) uint32 {
	return crc32.ChecksumIEEE([]byte(strings.Join(query, "\x00")))
}

// newToken returns the token for what comes after a key in a query's list.
func newToken(after string, query ...string) string {
	b := binary.BigEndian.AppendUint32(nil, checksum(query))
	return base64.RawURLEncoding.EncodeToString(append(b, after...))
}

// readToken returns the key in a token of a query; that of no token is "".
func readToken(token string, query ...string) (after string, err error) {
	if token == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) <= 4 {
		return "", invalid("page_token", "this is no page token: give next_page_token of the answer before, unchanged")
	}
	if binary.BigEndian.Uint32(b) != checksum(query) {
		return "", invalid("page_token", "this page token belongs to another query: only page_size may change from page to page")
	}
	return string(b[4:]), nil
}

// readIDToken is readToken for lists by UUID.
func readIDToken(token string, query ...string) (string, error) {
	after, err := readToken(token, query...)
	if err == nil && after != "" && !isUUID(after) {
		err = invalid("page_token", "this page token names no place in the list")
	}
	return after, err
}

// readNumberToken is readToken for lists by number.
func readNumberToken(token string, query ...string) (uint64, error) {
	after, err := readToken(token, query...)
	if err != nil || after == "" {
		return 0, err
	}
	n, err := strconv.ParseUint(after, 10, 62)
	if err != nil {
		return 0, invalid("page_token", "this page token names no place in the list")
	}
	return n, nil
}

// pageSize returns how many rows to give: def when none is asked for.
func pageSize(asked int32, def int) int {
	if asked <= 0 {
		return def
	}
	return int(asked)
}

// page cuts the row off that was read to see whether there is more, and returns
// the token for it.
func page[T any](rows []T, size int, key func(T) string, query ...string) (kept []T, next string) {
	if len(rows) <= size {
		return rows, ""
	}
	return rows[:size], newToken(key(rows[size-1]), query...)
}

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func TestScanWithOtherBytesIsNotTrusted(t *testing.T) {
	sum := sha256.Sum256([]byte("true bytes"))
	digest := hex.EncodeToString(sum[:])
	for sent, code := range map[string]int{"true bytes": exitOK, "true bytez": exitData, "true byte": exitData, "": exitData} {
		parts := []*fondsv1.GetScanResponse{
			{Scan: &fondsv1.Scan{Name: "scans/" + digest}},
			{Data: []byte(sent[:len(sent)/2])},
			{Data: []byte(sent[len(sent)/2:])},
		}
		next := func() (*fondsv1.GetScanResponse, error) {
			if len(parts) == 0 {
				return nil, io.EOF
			}
			part := parts[0]
			parts = parts[1:]
			return part, nil
		}
		var got bytes.Buffer
		_, err := fetchScan(next, digest, &got)
		if exitCode(err) != code {
			t.Errorf("%q: %v", sent, err)
		}
		if err != nil && !strings.Contains(err.Error(), "do not use them") {
			t.Errorf("%q: %v", sent, err)
		}
	}
}

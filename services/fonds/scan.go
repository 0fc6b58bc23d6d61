package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func newScanCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "scan",
		Short:   "Fetch scans as they were delivered",
		Example: "  fonds scan get 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 -o page.tif",
		Args:    verbs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newScanGetCommand())
	return cmd
}

func newScanGetCommand() *cobra.Command {
	out := ""
	cmd := &cobra.Command{
		Use:   "get SHA256",
		Short: "Fetch the original bytes of a scan",
		Long: `Fetch the original bytes of a scan and check them by their digest.

With --json the scan is described instead; with -o as well, after it was written.`,
		Example: `  fonds scan get 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 -o page.tif
  fonds scan get scans/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 | file -`,
		Args: needs(cobra.ExactArgs(1), "one SHA256"),
		RunE: func(cmd *cobra.Command, args []string) error { return getScan(cmd, args[0], out) },
	}
	addServerFlag(cmd)
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to this file")
	return cmd
}

var digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

func getScan(cmd *cobra.Command, written, out string) error {
	digest := strings.ToLower(strings.TrimPrefix(written, "scans/"))
	if !digestPattern.MatchString(digest) {
		return usagef("%s is no scan: write its SHA-256, 64 digits in hex; `fonds get DOCUMENT` shows them", shown(written))
	}
	if out == "" && !wantsJSON(cmd) && isTerminal(cmd.OutOrStdout()) {
		return usagef("a scan is not written to a terminal: name a file with -o, or send it on with |")
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	stream, err := c.catalog.GetScan(ctx, &fondsv1.GetScanRequest{Name: "scans/" + digest})
	if err != nil {
		return err
	}
	var scan *fondsv1.Scan
	fetch := func(w io.Writer) (err error) {
		scan, err = fetchScan(stream.Recv, digest, w)
		return err
	}
	switch {
	case wantsJSON(cmd) && out == "":
		err = fetch(io.Discard)
	default:
		err = writeOutput(cmd, out, fetch)
	}
	if err == nil && wantsJSON(cmd) {
		err = writeResource(cmd.OutOrStdout(), scan)
	}
	return err
}

// fetchScan copies a stream of bytes and checks them by their digest.
func fetchScan(next func() (*fondsv1.GetScanResponse, error), digest string, w io.Writer) (*fondsv1.Scan, error) {
	var scan *fondsv1.Scan
	h := sha256.New()
	for {
		part, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if part.GetScan() != nil {
			scan = part.GetScan()
		}
		h.Write(part.GetData())
		if _, err := w.Write(part.GetData()); err != nil {
			return nil, fmt.Errorf("write the scan: %s", reasonOf(err))
		}
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != digest {
		return nil, dataf("the bytes that came have the digest %s: do not use them; run `fonds fsck` on the server", got)
	}
	return scan, nil
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

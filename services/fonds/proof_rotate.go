package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/ledger"
	"github.com/fonds-archive/fonds/services/store/sqlite"
)

func newProofRotateCommand() *cobra.Command {
	var data string
	var lost bool
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Give the log of a data folder a new key",
		Long: `Give the log a new key, when the old one may be in wrong hands, or is due. The server
has to be stopped. Proofs and checkpoints from before stay as good as they were:
ledger.pub has the old keys too. The old private key is gone from the folder after
that; copies in backups are not.

The old key signs a handover to the new one: whoever trusts the old key can check it
with "fonds proof handover". With --lost there is no old key any more, and nothing but
your word says that the new one carries the log on.

When the key was stolen, what it signed after the theft is worth only what others have
kept from before: run "fonds fsck --checkpoint FILE" with a checkpoint of theirs.`,
		Example: "  fonds proof rotate --data ./data",
		Args:    needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := rotateKey(cmd.Context(), data, lost)
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return r.print(cmd.OutOrStdout())
			}
			return r.say(cmd.OutOrStdout(), data)
		},
	}
	cmd.Flags().StringVar(&data, "data", "data", "data folder of a server that is stopped")
	cmd.Flags().BoolVar(&lost, "lost", false, "the old private key is lost")
	return cmd
}

// rotated is what a rotation has come to, and, as JSON, the facts of its act.
type rotated struct {
	Old      string `json:"old"`
	New      string `json:"new"`
	Endorsed bool   `json:"endorsed"`
}

func rotateKey(ctx context.Context, data string, lost bool) (rotated, error) {
	path := filepath.Join(data, databaseFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return rotated{}, notFoundf("%s is no data folder of a server: it has no %s; name another folder with --data", shown(data), databaseFile)
	}
	unlock, err := lockFolder(data)
	if errors.Is(err, errOwned) {
		return rotated{}, refusedf("%v", err)
	}
	if err != nil {
		return rotated{}, err
	}
	defer unlock()
	keys, err := ledger.ReadVerifiers(data)
	if err != nil {
		return rotated{}, err
	}
	if len(keys) == 0 {
		return rotated{}, refusedf("the log in %s has no key yet: a server makes one when it first starts", shown(data))
	}
	if !lost {
		if _, err := ledger.OpenKey(data); err != nil {
			return rotated{}, refusedf("%v; --lost makes a new key that no old one stands behind", err)
		}
	}
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		return rotated{}, err
	}
	defer func() { _ = store.Close() }()
	return handOver(ctx, store, data, keys)
}

// handOver makes the new key, and then an act that says so: its leaf will be in the first
// checkpoint that the new key signs.
func handOver(ctx context.Context, store catalog.Store, data string, keys []string) (rotated, error) {
	var last catalog.Checkpoint
	err := store.View(ctx, func(r catalog.Reader) (err error) {
		last, err = r.Checkpoint()
		return err
	})
	if err != nil && !errors.Is(err, catalog.ErrNotFound) {
		return rotated{}, err
	}
	handover, err := ledger.Rotate(data, last)
	if err != nil {
		return rotated{}, err
	}
	h, err := ledger.VerifyHandover(handover, keys)
	if err != nil {
		return rotated{}, err
	}
	done := rotated{Old: h.Old, New: h.New, Endorsed: h.Endorsed}
	facts, err := json.Marshal(done)
	if err != nil {
		return done, fmt.Errorf("encode: %w", err)
	}
	err = store.Tx(ctx, func(tx catalog.Tx) error {
		return tx.AppendAct(catalog.Act{
			Kind: catalog.ActKeyRotated, Person: auth.LocalID, Subject: "ledger", At: present(), Facts: facts, Leaf: -1,
		})
	})
	if err != nil {
		return done, fmt.Errorf("the key is changed, and the log will not say so: %w", err)
	}
	return done, nil
}

func (r rotated) print(w io.Writer) error {
	encoded, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s\n", encoded)
	return err
}

func (r rotated) say(w io.Writer, data string) error {
	how := "the old key has signed it"
	if !r.Endorsed {
		how = "no old key has signed it: tell people by another way that it is yours"
	}
	file := func(name string) string { return shown(filepath.Join(data, name)) }
	_, err := fmt.Fprintf(w, `the log has a new key: %s

%s  keep it: nobody else may read it; the old one is gone, but for copies in backups
%s  for who checks proofs and checkpoints: the new key, and those before it
%s  the handover, for who trusts the old key; %s

proofs and checkpoints from before hold as they did; the next ones are signed with the new key
`, shown(r.New), file(ledger.KeyFile), file(ledger.VerifiersFile), file(ledger.HandoverFile(r.New)), how)
	return err
}

func newProofHandoverCommand() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:   "handover FILE",
		Short: "Check that an old key stands behind a new one, without a server",
		Long: `Check the handover that "fonds proof rotate" has left: that the keys of --key, which you
have trusted so far, stand behind the new key. If they do, add the new key to yours.`,
		Example: "  fonds proof handover ledger.handover-1f3a9c2e --key my-ledger.pub",
		Args:    needs(cobra.ExactArgs(1), "one FILE"),
		RunE:    func(cmd *cobra.Command, args []string) error { return checkHandover(cmd, args[0], key) },
	}
	cmd.Flags().StringVar(&key, "key", "", "file with the keys that you trust, one a line")
	return cmd
}

func checkHandover(cmd *cobra.Command, path, keyFile string) error {
	if keyFile == "" {
		return usagef("--key is needed: the file with the keys that you have trusted so far")
	}
	keys, err := trusted(keyFile, nil)
	if err != nil {
		return err
	}
	note, err := readHandover(path)
	if err != nil {
		return err
	}
	h, err := ledger.VerifyHandover(note, keys)
	if err != nil {
		return dataf("%s: %v", shown(path), err)
	}
	if wantsJSON(cmd) {
		err = rotated{Old: h.Old, New: h.New, Endorsed: h.Endorsed}.print(cmd.OutOrStdout())
	} else {
		err = sayHandover(cmd.OutOrStdout(), h)
	}
	if err == nil && !h.Endorsed {
		return errFailedData
	}
	return err
}

func readHandover(path string) (string, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", notFoundf("%s does not exist", shown(path))
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	note, err := io.ReadAll(io.LimitReader(file, mostCheckpoint))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return string(note), nil
}

func sayHandover(w io.Writer, h ledger.Handover) error {
	said := "only the new key has signed this: nothing but the word of who gave it to you says that it is of the same log\n"
	if h.Endorsed {
		said = "the old key stands behind the new one: add it to those that you trust\n"
	}
	_, err := fmt.Fprintf(w, "old key  %s\nnew key  %s\n%s", shown(h.Old), shown(h.New), said)
	return err
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/ledger"
)

func newProofCommand() *cobra.Command {
	var out string
	var revision uint32
	cmd := &cobra.Command{
		Use:   "proof {NAME | verify FILE | checkpoint | rotate | handover FILE}",
		Short: "Prove who corrected and signed a text, with the server or without",
		Long: `Every correction and every signature is a leaf of a log that can only grow. A proof is
a file with the text, who corrected and who signed it, and what leads from there to
a checkpoint that the server has signed. Anybody can check the file without a server.

"fonds proof NAME" writes the proof of a document's texts to a file, or to the
standard output. What was signed a moment ago is waited for until the next checkpoint
has it. NAME is documents/ID or ID.

The server holds the key. Who holds it can make another log and sign that: a proof
is worth what the checkpoint is worth that somebody else has kept. So keep
checkpoints elsewhere; they are also published on fonds.events.v1._ledger.checkpoint.`,
		Example: `  fonds proof 01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d --out 4117.proof
  fonds proof 01998a4e-5f0a-7c4e-9d3b-0c6a3f1e2b7d --revision 6 > 4117.proof
  fonds proof verify 4117.proof --key ledger.pub
  fonds proof checkpoint > /elsewhere/checkpoint.txt`,
		Args: needs(cobra.ExactArgs(1), "one document NAME, or verify FILE, checkpoint, rotate, or handover FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return exportProof(cmd, args[0], revision, out)
		},
	}
	addServerFlag(cmd)
	cmd.Flags().StringVar(&out, "out", "", "file to write; the standard output when empty")
	cmd.Flags().Uint32Var(&revision, "revision", 0, "number of the revision; 0 for the newest")
	cmd.AddCommand(newProofVerifyCommand(), newProofCheckpointCommand(), newProofRotateCommand(), newProofHandoverCommand())
	return cmd
}

func exportProof(cmd *cobra.Command, name string, revision uint32, out string) error {
	id, err := documentName(name)
	if err != nil {
		return err
	}
	if revision > 0 {
		id = fmt.Sprintf("%s/revisions/%d", id, revision)
	}
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	ctx, cancel := context.WithTimeout(cmd.Context(), callTime)
	defer cancel()
	var proof *fondsv1.Proof
	// A proof that is pending is there within a second or two.
	err = persist(ctx, nil, func(ctx context.Context) error {
		proof, err = c.ledger.GetProof(ctx, &fondsv1.GetProofRequest{Name: id})
		return err
	})
	if err != nil {
		return err
	}
	if out == "" {
		return ledger.WriteBundle(cmd.OutOrStdout(), proof)
	}
	if err := writeProof(out, proof); err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d texts, %d acts, checkpoint of %d leaves, in %s\n",
		proof.GetName(), len(proof.GetTexts()), len(proof.GetActs()), proof.GetCheckpoint().GetSize(), shown(out))
	return err
}

// writeProof writes a file whole or not at all.
func writeProof(path string, proof *fondsv1.Proof) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".proof-*")
	if err != nil {
		return fmt.Errorf("write the proof: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	if err := errors.Join(ledger.WriteBundle(file, proof), file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("write the proof: %w", err)
	}
	return nil
}

func newProofVerifyCommand() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check a proof without a server",
		Long: `Check a proof's file: the signature under its checkpoint, the place of each act in the
log, that the manifest and the texts are those that were corrected and signed, and
that nobody signed their own work. The last line says what is proved: where no act
names the very revision, as after a change of the title alone, its texts are, and
its name and title are not. --key names the file with the keys to trust, the
server's ledger.pub; get it from somebody you trust, not from where the proof came.
Without it the key that the proof itself names is taken, and said so.`,
		Example: "  fonds proof verify 4117.proof --key ledger.pub\n  fonds proof verify 4117.proof --json | jq .regions",
		Args:    needs(cobra.ExactArgs(1), "one FILE"),
		RunE:    func(cmd *cobra.Command, args []string) error { return verifyProof(cmd, args[0], key) },
	}
	cmd.Flags().StringVar(&key, "key", "", "file with the keys to trust, one a line")
	return cmd
}

func verifyProof(cmd *cobra.Command, path, keyFile string) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return notFoundf("%s does not exist", shown(path))
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	proof, err := ledger.ReadBundle(file)
	if err != nil {
		return err
	}
	keys, err := trusted(keyFile, proof)
	if err != nil {
		return err
	}
	report, err := ledger.VerifyBundle(proof, keys)
	var failures ledger.Failures
	if err != nil && !errors.As(err, &failures) {
		return err
	}
	if wantsJSON(cmd) {
		err = printVerified(cmd.OutOrStdout(), report, failures, keyFile != "")
	} else {
		err = sayVerified(cmd.OutOrStdout(), report, failures, keyFile != "")
	}
	if err == nil && len(failures) > 0 {
		return errFailedData
	}
	return err
}

// mostKeys bounds a file of keys, each some 100 bytes.
const mostKeys = 64 << 10

// trusted gives the keys to check by.
func trusted(path string, proof *fondsv1.Proof) ([]string, error) {
	if path == "" {
		return []string{proof.GetCheckpoint().GetVerifierKey()}, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, usagef("--key: %v", err)
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, mostKeys))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	keys := strings.Fields(string(content))
	if len(keys) == 0 {
		return nil, usagef("--key: %s has no key", shown(path))
	}
	return keys, nil
}

// verdict is what a check has found, for programs. Named tells that the name and the title
// are proved too, and not the texts alone.
type verdict struct {
	Valid    bool             `json:"valid"`
	Name     string           `json:"name"`
	Key      string           `json:"key"`
	Trusted  bool             `json:"key_trusted"`
	Size     int64            `json:"checkpoint_size"`
	SignedAt time.Time        `json:"checkpoint_time,omitzero"`
	Covered  bool             `json:"manifest_covered"`
	Named    bool             `json:"name_and_title_proved"`
	Regions  []provedRegion   `json:"regions"`
	Failures []ledger.Failure `json:"failures"`
}

type provedRegion struct {
	Region       int       `json:"region"`
	Assurance    string    `json:"assurance"`
	Contributors []string  `json:"contributors"`
	Signed       []signing `json:"signed"`
}

type signing struct {
	Person string    `json:"person"`
	At     time.Time `json:"at"`
	Leaf   int64     `json:"leaf"`
}

func printVerified(w io.Writer, r ledger.Report, failures ledger.Failures, trusted bool) error {
	v := verdict{
		Valid: len(failures) == 0, Name: fmt.Sprintf("documents/%s/revisions/%d", r.Document, r.Number), Key: r.Key, Trusted: trusted,
		Size: r.Size, SignedAt: r.SignedAt, Covered: r.Covered, Named: r.Covered && len(failures) == 0, Failures: failures,
	}
	for _, g := range r.Regions {
		p := provedRegion{Region: g.Number, Assurance: g.Assurance.String(), Contributors: g.Contributors}
		for _, s := range g.Signed {
			p.Signed = append(p.Signed, signing{s.Person, s.At, s.Leaf})
		}
		v.Regions = append(v.Regions, p)
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s\n", encoded)
	return err
}

func sayVerified(w io.Writer, r ledger.Report, failures ledger.Failures, trusted bool) error {
	var b strings.Builder
	for _, f := range failures {
		fmt.Fprintf(&b, "WRONG    %s: %s\n", shown(f.Part), shown(f.Problem))
	}
	regions := r.Regions
	if len(failures) > 0 {
		regions = nil // nothing that the file says is worth repeating
	}
	for _, g := range regions {
		fmt.Fprintf(&b, "region %d: %s", g.Number, g.Assurance)
		if len(g.Contributors) > 0 {
			fmt.Fprintf(&b, ", by %s", shown(strings.Join(g.Contributors, ", ")))
		}
		for _, s := range g.Signed {
			fmt.Fprintf(&b, ", signed by %s at %s (leaf %d)", shown(s.Person), s.At.UTC().Format(time.RFC3339), s.Leaf)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "checkpoint of %d leaves, signed at %s by %s\n", r.Size, r.SignedAt.UTC().Format(time.RFC3339), shown(r.Key))
	if !trusted {
		b.WriteString("the key is the one that the file itself names: with --key the check is worth more\n")
	}
	name := fmt.Sprintf("documents/%s/revisions/%d", r.Document, r.Number)
	switch {
	case len(failures) > 0:
		fmt.Fprintf(&b, "%s: NOT proved: %d parts do not hold\n", name, len(failures))
	case r.Covered:
		fmt.Fprintf(&b, "%s: proved\n", name)
	default:
		fmt.Fprintf(&b, "the texts are proved; that they are those of %s, and its title, fields and order, are not: no act names this revision\n", name)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func newProofCheckpointCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "checkpoint",
		Short: "Print the newest checkpoint of the log, to be kept elsewhere",
		Long: `Print the newest checkpoint: the number of acts, the root of their tree, and the
server's signature. Kept where the server's owner cannot change it, it shows whether
the log was rewritten since: fonds fsck --checkpoint FILE.`,
		Example: "  fonds proof checkpoint > /elsewhere/checkpoint.txt\n  fonds proof checkpoint --json | jq -r .verifierKey",
		Args:    needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := dial(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			ctx, cancel := context.WithTimeout(cmd.Context(), callTime)
			defer cancel()
			checkpoint, err := c.ledger.GetCheckpoint(ctx, &fondsv1.GetCheckpointRequest{})
			if err != nil {
				return err
			}
			printed := checkpoint.GetNote()
			if wantsJSON(cmd) {
				encoded, err := protojson.Marshal(checkpoint)
				if err != nil {
					return fmt.Errorf("encode: %w", err)
				}
				printed = string(encoded) + "\n"
			}
			_, err = io.WriteString(cmd.OutOrStdout(), printed)
			return err
		},
	}
	addServerFlag(cmd)
	return cmd
}

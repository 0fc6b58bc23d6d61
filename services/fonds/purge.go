package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// purgeOptions are the flags of purge.
type purgeOptions struct {
	reason                string
	keepShared            bool
	confirm, cancel, list bool
	noWait                bool
}

func newPurgeCommand() *cobra.Command {
	var o purgeOptions
	cmd := &cobra.Command{
		Use:   "purge {NAME... --reason TEXT | --confirm NAME | --cancel NAME | --list}",
		Short: "Destroy documents for good: one operator asks, another one confirms",
		Long: `Destroy documents for good: their revisions, fields, drafts and comments, the scans
that they lie on or ever lay on with every reading, their words in the index, in events
and in the streams, and copies in caches. Tombstones stay, and salted digests in the
log: fsck tells what was destroyed by a purge from what is missing. From then on whoever
asks for a document, a scan or a reading of it is told that it was withdrawn, and a file
that was purged is never taken again.

One operator asks, which deletes the documents at once, and another one confirms: two
people, each with a token of their own ("fonds user add NAME --role operator" gives it),
not whoever sits at the machine without one. Until then it can be cancelled; the
documents stay deleted, and ` + "`fonds undelete`" + ` brings them back.

Where other documents lie or ever lay on the same scans, they have to be purged together.
With --keep-shared such scans stay instead, and with them all that others show of them:
what both show, such as a page's machine reading, is not destroyed. The pictures stay
too, of every page: whoever may read the scan can still look at a page that was only in
what was purged, though no text of it is left.

NAME is documents/ID or ID; with --confirm and --cancel it may be purges/ID too. What
others have copied, and backups, are out of reach: consumers of events are told by
document.purged.`,
		Example: `  fonds purge documents/0199… --reason "court order 12/26"
  fonds purge documents/0199… documents/0199… --reason "names of the living" --keep-shared
  fonds purge --confirm documents/0199…
  fonds purge --cancel purges/0199…
  fonds purge --list`,
		Args: o.args,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.reason, "reason", "", "why, for people; it stands in the list of purges and nowhere else")
	f.BoolVar(&o.keepShared, "keep-shared", false, "leave scans that other documents lie on, with the pictures of all their pages, and what these documents show of them")
	f.BoolVar(&o.confirm, "confirm", false, "confirm what another operator has asked for")
	f.BoolVar(&o.cancel, "cancel", false, "take back what nobody has confirmed")
	f.BoolVar(&o.list, "list", false, "list purges, newest first")
	f.BoolVar(&o.noWait, "no-wait", false, "with --confirm, do not wait until all is destroyed")
	addServerFlag(cmd)
	return cmd
}

func (o *purgeOptions) args(cmd *cobra.Command, args []string) error {
	verbs := 0
	for _, set := range []bool{o.confirm, o.cancel, o.list} {
		if set {
			verbs++
		}
	}
	switch {
	case verbs > 1:
		return usagef("--confirm, --cancel and --list: take one of them")
	case verbs == 1 && (o.reason != "" || o.keepShared):
		return usagef("--reason and --keep-shared are for who asks for a purge")
	case o.list && len(args) > 0:
		return usagef("--list takes no NAME")
	case o.list:
		return nil
	case (o.confirm || o.cancel) && len(args) != 1:
		return usagef("name one purge, or one of its documents; `fonds purge --list` has them")
	case len(args) == 0:
		return usagef("%s needs the NAME of a document or more", cmd.CommandPath())
	case verbs == 0 && strings.TrimSpace(o.reason) == "":
		return usagef("--reason is needed: say why, for those who ask later")
	}
	return nil
}

func (o *purgeOptions) run(cmd *cobra.Command, args []string) error {
	if o.list {
		return listPurges(cmd)
	}
	if o.confirm || o.cancel {
		name, err := purgeName(args[0])
		if err != nil {
			return err
		}
		return onPurge(cmd, func(ctx context.Context, c *client) (*fondsv1.Purge, error) {
			if o.cancel {
				return call(ctx, c.purges.CancelPurge, &fondsv1.CancelPurgeRequest{Name: name})
			}
			p, err := call(ctx, c.purges.ConfirmPurge, &fondsv1.ConfirmPurgeRequest{Name: name})
			if err != nil || o.noWait {
				return p, err
			}
			return awaitPurge(ctx, c, p)
		})
	}
	request := &fondsv1.RequestPurgeRequest{Reason: strings.ToValidUTF8(o.reason, "\uFFFD"), KeepShared: o.keepShared}
	for _, written := range args {
		name, err := documentName(written)
		if err != nil {
			return err
		}
		request.Documents = append(request.Documents, name)
	}
	return onPurge(cmd, func(ctx context.Context, c *client) (*fondsv1.Purge, error) {
		return call(ctx, c.purges.RequestPurge, request)
	})
}

// purgeName takes the name of a purge, or of a document.
func purgeName(written string) (string, error) {
	name := strings.ToLower(strings.TrimSpace(written))
	if id, ok := strings.CutPrefix(name, "purges/"); ok && uuidPattern.MatchString(id) {
		return name, nil
	}
	return documentName(written)
}

// onPurge does something to a purge, and tells where it stands.
func onPurge(cmd *cobra.Command, do func(context.Context, *client) (*fondsv1.Purge, error)) error {
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	p, err := do(cmd.Context(), c)
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		return writeResource(cmd.OutOrStdout(), p)
	}
	return tellPurge(cmd.OutOrStdout(), p)
}

const (
	// purgeTime is how long it is waited for a purge: one of some documents takes
	// seconds, and a large index minutes.
	purgeTime = 2 * time.Minute
	purgeTick = 200 * time.Millisecond
)

// awaitPurge waits until all is destroyed, or gives the purge as it stands.
func awaitPurge(ctx context.Context, c *client, p *fondsv1.Purge) (*fondsv1.Purge, error) {
	for end := time.Now().Add(purgeTime); p.GetState() == fondsv1.PurgeState_PURGE_STATE_PURGING && time.Now().Before(end); {
		if err := pause(ctx, purgeTick); err != nil {
			return p, err
		}
		now, err := call(ctx, c.purges.GetPurge, &fondsv1.GetPurgeRequest{Name: p.GetName()})
		if err != nil {
			return p, err
		}
		p = now
	}
	return p, nil
}

func tellPurge(w io.Writer, p *fondsv1.Purge) error {
	var b strings.Builder
	documents := plural(len(p.GetDocuments()), "document")
	switch p.GetState() {
	case fondsv1.PurgeState_PURGE_STATE_ASKED:
		fmt.Fprintf(&b, "%s: %s deleted, to be destroyed when another operator says\n  fonds purge --confirm %s\n", p.GetName(), documents, p.GetName())
	case fondsv1.PurgeState_PURGE_STATE_PURGING:
		fmt.Fprintf(&b, "%s: %s withdrawn; they are being destroyed, `fonds purge --list` tells when it is done\n", p.GetName(), documents)
	case fondsv1.PurgeState_PURGE_STATE_DONE:
		fmt.Fprintf(&b, "%s: %s destroyed, with %s\n", p.GetName(), documents, plural(len(p.GetScans()), "scan"))
	case fondsv1.PurgeState_PURGE_STATE_CANCELLED:
		fmt.Fprintf(&b, "%s: cancelled; its %s stay deleted, `fonds undelete` brings them back\n", p.GetName(), documents)
	}
	for _, scan := range p.GetKeptScans() {
		fmt.Fprintf(&b, "  %s stays, with what other documents show of it\n", scan)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func listPurges(cmd *cobra.Command) error {
	return listing[*fondsv1.Purge]{
		header: []string{"PURGE", "STATE", "DOCUMENTS", "ASKED", "BY", "CONFIRMED BY", "REASON"},
		none:   "no purges",
		page: func(ctx context.Context, c *client, size int32, token string) ([]*fondsv1.Purge, string, error) {
			answer, err := c.purges.ListPurges(ctx, &fondsv1.ListPurgesRequest{PageSize: size, PageToken: token}, zipped())
			return answer.GetPurges(), answer.GetNextPageToken(), err
		},
		row: func(p *fondsv1.Purge) []string {
			state := strings.ToLower(strings.TrimPrefix(p.GetState().String(), "PURGE_STATE_"))
			return []string{
				p.GetName(), state, fmt.Sprint(len(p.GetDocuments())), moment(p.GetAskTime()), shown(p.GetAskedByName()),
				orDash(shownOrNone(p.GetConfirmedByName())), oneLine(p.GetReason(), longestReason),
			}
		},
	}.print(cmd, 0)
}

func shownOrNone(name string) string {
	if name == "" {
		return ""
	}
	return shown(name)
}

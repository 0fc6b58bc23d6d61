package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"
)

// listing prints what a List method gives page by page: as a table or, with
// --json, one object a line.
type listing[M proto.Message] struct {
	header []string
	// page asks for up to size things after a page token.
	page func(ctx context.Context, c *client, size int32, token string) (things []M, next string, err error)
	row  func(M) []string
	// none is printed in the place of an empty table; "" for its header alone.
	none string
	// heads tells that documents come without regions and fields.
	heads bool
}

// flags adds what every listing takes and returns where --limit goes.
func (l listing[M]) flags(cmd *cobra.Command) *int {
	addServerFlag(cmd)
	limit := new(int)
	countVar(cmd.Flags(), limit, "limit", 50, "list at most this many; 0 for all")
	return limit
}

// print prints up to limit things, 0 for all.
func (l listing[M]) print(cmd *cobra.Command, limit int) error {
	c, err := dial(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	t := table{header: l.header}
	err = l.each(cmd.Context(), c, limit, func(thing M) error {
		if wantsJSON(cmd) {
			if l.heads {
				return writeHeadLine(cmd.OutOrStdout(), thing)
			}
			return writeLine(cmd.OutOrStdout(), thing)
		}
		t.add(l.row(thing)...)
		return nil
	})
	switch {
	case err != nil || wantsJSON(cmd):
		return err
	case len(t.rows) == 0 && l.none != "":
		_, err := fmt.Fprintln(cmd.OutOrStdout(), l.none)
		return err
	}
	return t.write(cmd.OutOrStdout())
}

// mostAtOnce is how many things one call asks for.
const mostAtOnce = 500

func (l listing[M]) each(ctx context.Context, c *client, limit int, do func(M) error) error {
	token, n := "", 0
	for {
		size := mostAtOnce
		if limit > 0 {
			size = min(mostAtOnce, limit-n)
		}
		callCtx, cancel := context.WithTimeout(ctx, callTime)
		things, next, err := l.page(callCtx, c, int32(size), token)
		cancel()
		if err != nil {
			return err
		}
		for _, thing := range things {
			if err := do(thing); err != nil {
				return err
			}
		}
		n += len(things)
		if token = next; token == "" || limit > 0 && n >= limit {
			return nil
		}
	}
}

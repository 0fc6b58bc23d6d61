package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// savePicture writes the page that a review is of to a file, as a PNG, upright.
func (c *client) savePicture(cmd *cobra.Command, r *fondsv1.Review, path string) error {
	if r.GetRegion().GetOrigin() == fondsv1.Origin_ORIGIN_IMPORTED {
		return refusedf("%s is of an imported text, which has no picture", r.GetName())
	}
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	stream, err := c.catalog.GetPageImage(ctx, &fondsv1.GetPageImageRequest{Name: r.GetRegion().GetPage(), Upright: true})
	if err != nil {
		return err
	}
	return writeOutput(cmd, path, func(w io.Writer) error {
		for {
			part, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if _, err := w.Write(part.GetData()); err != nil {
				return fmt.Errorf("write the picture: %s", reasonOf(err))
			}
		}
	})
}

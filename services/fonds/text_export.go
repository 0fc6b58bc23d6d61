package main

import (
	"context"
	"io"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// textFormats render the answer of GetText; those that need words and boxes
// fetch the readings that it names.
var textFormats = map[string]func(context.Context, *client, *fondsv1.GetTextResponse, io.Writer) error{
	"txt": func(_ context.Context, _ *client, answer *fondsv1.GetTextResponse, w io.Writer) error {
		_, err := io.WriteString(w, pagesText(answer.GetRegions()))
		return err
	},
	"json": func(_ context.Context, _ *client, answer *fondsv1.GetTextResponse, w io.Writer) error {
		return writeResource(w, answer)
	},
}

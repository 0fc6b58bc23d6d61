package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// asker asks a person on standard error, which stays a terminal when the output goes to
// a file.
type asker struct {
	in  *bufio.Reader
	out io.Writer
}

func newAsker(cmd *cobra.Command) *asker {
	return &asker{in: bufio.NewReader(cmd.InOrStdin()), out: cmd.ErrOrStderr()}
}

// mostAsked is how often a question is put before nobody is taken to answer it.
const mostAsked = 5

// choose asks until the answer begins with one of the letters; 0 when nobody answers. An
// empty answer is the first letter where it is a capital one.
func (a *asker) choose(ctx context.Context, question, letters string) (byte, error) {
	for range mostAsked {
		fmt.Fprint(a.out, question+" ")
		line, err := a.line(ctx)
		answer := strings.ToLower(strings.TrimSpace(line))
		switch usual := letters[0]; {
		case answer != "" && strings.IndexByte(strings.ToLower(letters), answer[0]) >= 0:
			return answer[0], nil
		case errors.Is(err, io.EOF):
			fmt.Fprintln(a.out)
			return 0, nil
		case err != nil:
			fmt.Fprintln(a.out)
			return 0, err
		case answer == "" && usual >= 'A' && usual <= 'Z':
			return usual + 'a' - 'A', nil
		}
	}
	return 0, nil
}

// line reads an answer, or ends with the context. Nothing ends a read from a terminal: it
// is left to itself then, and the program ends.
func (a *asker) line(ctx context.Context) (string, error) {
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := a.in.ReadString('\n')
		got <- answer{line, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case answered := <-got:
		return answered.line, answered.err
	}
}

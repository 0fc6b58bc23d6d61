package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// editors are looked for where neither $VISUAL nor $EDITOR names one.
var editors = []string{"editor", "nano", "vi"}

// editorCommand gives the program that a person edits with, and its arguments. No shell
// reads it: $EDITOR is words between blanks, or the path of a program as it is.
func editorCommand() ([]string, error) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		written := strings.TrimSpace(os.Getenv(name))
		if written == "" {
			continue
		}
		if path, err := exec.LookPath(written); err == nil {
			return []string{path}, nil
		}
		words := strings.Fields(written)
		path, err := exec.LookPath(words[0])
		if err != nil {
			return nil, dataf("$%s: the program %s is not there: name another, or hand the text in with --file", name, shown(words[0]))
		}
		return append([]string{path}, words[1:]...), nil
	}
	for _, name := range editors {
		if path, err := exec.LookPath(name); err == nil {
			return []string{path}, nil
		}
	}
	return nil, dataf("there is no editor: set $EDITOR to the one that you like, or hand the text in with --file")
}

// privateFile is a text that one person edits, in a folder that nobody else may look into.
type privateFile struct{ folder, path string }

// newPrivateFile writes a text into a file of its own.
func newPrivateFile(name, text string) (privateFile, error) {
	folder, err := os.MkdirTemp("", "fonds-review-") // 0700
	if err != nil {
		return privateFile{}, dataf("make a folder for the text: %s", reasonOf(err))
	}
	f := privateFile{folder: folder, path: filepath.Join(folder, name)}
	if err := os.WriteFile(f.path, []byte(text), 0o600); err != nil {
		return f, errors.Join(dataf("write the text to %s: %s", shown(f.path), reasonOf(err)), f.remove())
	}
	return f, nil
}

// remove takes the file away, and what editors leave beside it.
func (f privateFile) remove() error { return os.RemoveAll(f.folder) }

// edit has the person edit the file and reads it again. Ctrl-C is the editor's meanwhile;
// the context that is returned ends with the next one.
func (f privateFile) edit(cmd *cobra.Command, editor []string) (ctx context.Context, text string, err error) {
	ctx = cmd.Context()
	if isTerminal(os.Stdin) {
		listen := deafen()
		defer func() { ctx = listen(ctx) }()
	}
	// Who is typing is not cut off.
	program := exec.CommandContext(context.WithoutCancel(ctx), editor[0], append(slices.Clone(editor[1:]), f.path)...)
	program.Stdin, program.Stdout, program.Stderr = os.Stdin, os.Stdout, os.Stderr
	if !isTerminal(os.Stdout) {
		program.Stdout = os.Stderr
	}
	if err := program.Run(); err != nil {
		return ctx, "", dataf("the editor %s failed: %v", shown(editor[0]), err)
	}
	file, err := os.Open(f.path)
	if err != nil {
		return ctx, "", dataf("read %s again: %s", shown(f.path), reasonOf(err))
	}
	defer file.Close()
	text, err = readReviewText(f.path, file)
	return ctx, text, err
}

// deafen has this process pass over Ctrl-C, which a terminal sends to all that run in it.
// What it returns ends that, with a context that ends with the next one.
func deafen() (listen func(context.Context) context.Context) {
	ignored := make(chan os.Signal, 1)
	signal.Reset(os.Interrupt)
	signal.Notify(ignored, os.Interrupt)
	return func(ctx context.Context) context.Context {
		ctx, cancel := context.WithCancelCause(ctx)
		interrupted := make(chan os.Signal, 1)
		signal.Notify(interrupted, os.Interrupt)
		signal.Stop(ignored)
		go func() { // ends with the command, which ends the process
			<-interrupted
			signal.Stop(interrupted)
			cancel(nil)
		}()
		return ctx
	}
}

// longestReviewText bounds the text of a region, in characters: the server's bound.
const longestReviewText = 1_000_000

// readReviewText reads a text that a person has written.
func readReviewText(name string, r io.Reader) (string, error) {
	const mostBytes = longestReviewText * utf8.UTFMax
	content, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	switch {
	case err != nil:
		return "", dataf("read %s: %s", shown(name), reasonOf(err))
	case len(content) > mostBytes || utf8.RuneCount(content) > longestReviewText:
		return "", dataf("%s has more than %d characters: split the document first, with `fonds split`", shown(name), longestReviewText)
	case !utf8.Valid(content):
		return "", dataf("%s is not UTF-8: have your editor save it so", shown(name))
	}
	return string(content), nil
}

// lies says where a text is that the server does not have.
func (f privateFile) lies(w io.Writer, review string) {
	fmt.Fprintf(w, "your text is in %s\n  hand it in with: fonds review correct %s --file %s\n", f.path, review, f.path)
}

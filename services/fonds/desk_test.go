package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/api"
	"github.com/fonds-archive/fonds/services/auth"
	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/store/sqlite"
	"github.com/fonds-archive/fonds/workers/extract/agents"
	"github.com/fonds-archive/fonds/workers/extract/keys"
	"github.com/fonds-archive/fonds/workers/extract/published"
	"github.com/fonds-archive/fonds/workers/extract/statement"
)

// desk is an archive that asks who is calling, and the tokens of its people.
type desk struct {
	*archive
	folder string
}

// startDesk starts a server without workers: the texts are imported ones.
func startDesk(t *testing.T) *desk {
	t.Helper()
	t.Parallel() // most of a test's time is waiting for syncs
	folder := t.TempDir()
	store, err := sqlite.Open(t.Context(), filepath.Join(folder, "fonds.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	blobs, err := blob.Open(filepath.Join(folder, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{archive: &archive{t: t, blobs: blobs, letters: &letters{}, catalog: newCatalog(store, catalog.DefaultLimits())}, folder: folder}
	accounts := auth.New(store, present, newID, nil)
	options, err := api.ServerOptions(nil, &auth.Gate{Accounts: accounts, Limiter: auth.NewLimiter(present), AllowLocal: true})
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(options...)
	services, err := api.Register(server, api.Deps{
		Catalog: d.catalog, Blobs: blobs, Workers: d.archive, DeadLetters: d.letters, Renderer: noPictures{}, KeyMaker: keys.Maker{},
		Texts: published.Texts{Extractor: rules}, Names: agents.BuiltInIndex(), Statements: statement.Checker{Names: agents.BuiltInIndex},
		Rules: (&node{catalog: d.catalog, names: agents.BuiltInIndex, log: slog.New(slog.DiscardHandler)}).rules(), Accounts: accounts,
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.address = listener.Addr().String()
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		services.Wait()
	})
	return d
}

// join adds people, who have the role verifier.
func (d *desk) join(people ...string) {
	d.t.Helper()
	for _, person := range people {
		d.must(exitOK, "user", "add", person, "--role", "verifier", "--out", d.tokenOf(person))
	}
}

func (d *desk) tokenOf(person string) string { return filepath.Join(d.folder, person+".token") }

// as runs a command line in a person's name; the local operator's is "".
func (d *desk) as(person string, args ...string) ran {
	d.t.Helper()
	if person == "" {
		return d.fonds(args...)
	}
	return d.fonds(append(args, "--token-file", d.tokenOf(person))...)
}

// mustAs runs a command line in a person's name that has to end with a code.
func (d *desk) mustAs(code int, person string, args ...string) ran {
	d.t.Helper()
	r := d.as(person, args...)
	if r.code != code {
		d.t.Fatalf("%s: fonds %s: exit %d wanted, got %s", person, strings.Join(args, " "), code, r)
	}
	return r
}

// typing runs a command as a process of its own, with an editor and with what a person
// types.
func (d *desk) typing(person, editor, typed string, args ...string) ran {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], append(args, "--server", d.address)...)
	cmd.Env = append(os.Environ(), runAsFonds+"=1", "VISUAL=", "EDITOR="+editor, "TMPDIR="+d.temporary(), tokenEnv+"=", tokenFileEnv+"="+d.tokenOf(person))
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(typed), &out, &errs
	err := cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		d.t.Fatal(err)
	}
	return ran{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// temporary is where the texts lie that are edited.
func (d *desk) temporary() string {
	folder := filepath.Join(d.folder, "tmp")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		d.t.Fatal(err)
	}
	return folder
}

// left lists the texts that lie there.
func (d *desk) left() []string {
	found, err := filepath.Glob(filepath.Join(d.temporary(), "fonds-review-*", "*"))
	if err != nil {
		d.t.Fatal(err)
	}
	return found
}

// editor writes a program that edits the file that it is given, as a line of shell does.
func (d *desk) editor(script string) string {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), "edit")
	if err := os.WriteFile(path, []byte("set -e\n"+script+"\n"), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return "sh " + path
}

// text imports a text as one document and gives the name of the document and its review.
func (d *desk) text(name, text string) (document, review string) {
	d.t.Helper()
	in := tree(d.t, map[string][]byte{name: []byte(text)})
	var doc struct{ Name string }
	unmarshal(d.t, d.must(exitOK, "import", filepath.Join(in, name), "--as", "document", "--json").stdout, &doc)
	return doc.Name, d.review("", doc.Name).GetName()
}

// review shows a review.
func (d *desk) review(person, name string) *fondsv1.Review {
	d.t.Helper()
	r := &fondsv1.Review{}
	if err := protojson.Unmarshal([]byte(d.mustAs(exitOK, person, "review", "show", name, "--json").stdout), r); err != nil {
		d.t.Fatal(err)
	}
	return r
}

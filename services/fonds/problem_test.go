package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

func statusWith(t *testing.T, code codes.Code, message string, details ...protoadapt.MessageV1) error {
	t.Helper()
	s, err := status.New(code, message).WithDetails(details...)
	if err != nil {
		t.Fatal(err)
	}
	return s.Err()
}

func TestErrorsAreToldInOneClearMessage(t *testing.T) {
	reason := func(r string) protoadapt.MessageV1 { return &errdetails.ErrorInfo{Domain: "fonds", Reason: r} }
	fields := &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
		{Field: "files[3].path", Description: "the path is empty"}, {Field: "language", Description: "no such thing"},
	}}
	for name, c := range map[string]struct {
		err  error
		code int
		want string
	}{
		"usage":             {usagef("no"), exitUsage, "no"},
		"local":             {errors.New("disk full"), exitData, "disk full"},
		"not found":         {statusWith(t, codes.NotFound, `document "x" does not exist`, reason("DOCUMENT_NOT_FOUND")), exitNotFound, `document "x" does not exist (DOCUMENT_NOT_FOUND)`},
		"wrapped":           {fmt.Errorf("batches/1: %w", statusWith(t, codes.NotFound, "gone", reason("X"))), exitNotFound, "gone (X)"},
		"model":             {statusWith(t, codes.FailedPrecondition, "install tesseract-ocr-deu", reason("MODEL_MISSING")), exitRefused, "install tesseract-ocr-deu (MODEL_MISSING)"},
		"fields":            {statusWith(t, codes.InvalidArgument, "the request is wrong", fields), exitUsage, "the request is wrong\n  files[3].path: the path is empty\n  language: no such thing"},
		"field told before": {statusWith(t, codes.InvalidArgument, "the path is empty; no such thing", fields), exitUsage, "the path is empty; no such thing"},
		"nobody there":      {status.Error(codes.Unavailable, "connection error: desc = dial tcp"), exitUnreachable, "no fonds server answers at here:1: start one with `fonds serve`, or name another with --server or FONDS_SERVER"},
		"no worker":         {statusWith(t, codes.Unavailable, "no worker is live", reason("NO_WORKER")), exitUnreachable, "no worker is live (NO_WORKER)"},
		"too slow":          {status.Error(codes.DeadlineExceeded, "context deadline exceeded"), exitUnreachable, "the fonds server at here:1 does not answer in time: look at its log, or try again"},
		"other server":      {status.Error(codes.Unimplemented, "unknown service"), exitRefused, "the server at here:1 does not offer this: it is older than this program, or not fonds"},
		"interrupted":       {context.Canceled, exitInterrupted, "interrupted"},
		"interrupted call":  {status.Error(codes.Canceled, "context canceled"), exitInterrupted, "interrupted"},
		"damaged":           {statusWith(t, codes.DataLoss, "the stored bytes are damaged", reason("BLOB_CORRUPT")), exitData, "the stored bytes are damaged (BLOB_CORRUPT)"},
		"terminal codes":    {statusWith(t, codes.NotFound, "gone \x1b[2J away", reason("X")), exitNotFound, "gone \uFFFD[2J away (X)"},
	} {
		t.Run(name, func(t *testing.T) {
			p := problemOf(c.err, "here:1")
			if p.String() != c.want || p.ExitCode != c.code || exitCode(c.err) != c.code {
				t.Errorf("got exit %d, %q\nwant exit %d, %q", p.ExitCode, p.String(), c.code, c.want)
			}
		})
	}
}

func TestHelpNamesEveryExitCode(t *testing.T) {
	for _, code := range []int{exitOK, exitData, exitUsage, exitUnreachable, exitNotFound, exitRefused, exitInterrupted} {
		if !strings.Contains(exitCodesHelp, fmt.Sprintf("\n  %d ", code)) {
			t.Errorf("%d is not explained", code)
		}
	}
	var out strings.Builder
	if code := run(t.Context(), []string{"help", "exit-codes"}, &out, &out); code != exitOK || !strings.Contains(out.String(), "130") {
		t.Errorf("exit %d, %s", code, out.String())
	}
}

func TestEveryCommandTeachesByExample(t *testing.T) {
	root := newRootCommand()
	queue := root.Commands()
	for len(queue) > 0 {
		cmd := queue[0]
		queue = append(queue[1:], cmd.Commands()...)
		if cmd.IsAdditionalHelpTopicCommand() || cmd.Name() == "completion" || cmd.Name() == "help" {
			continue
		}
		if cmd.Example == "" || cmd.Short == "" {
			t.Errorf("%s has no example or no short help", cmd.CommandPath())
		}
	}
}

func TestWrongCommandLinesAreErrorsOfUsage(t *testing.T) {
	for _, args := range [][]string{
		{"bacth"},
		{"batch", "shwo"},
		{"batch", "show"},
		{"list", "--nope"},
		{"list", "extra"},
		{"get"},
		{"get", "x", "y"},
		{"get", "not-a-name"},
		{"text", "00000000-0000-7000-8000-000000000000", "--format", "pdf"},
		{"text", "00000000-0000-7000-8000-000000000000", "--min-assurance", "high"},
		{"scan", "get", "123"},
		{"dead", "retry", "x"},
		{"list", "--server", "http://somewhere"},
		{"list", "--collection", "Bad!"},
		{"doctor", "--lang", "eng rus"},
		{"version", "x"},
	} {
		var stdout, stderr strings.Builder
		code := run(t.Context(), args, &stdout, &stderr)
		if code != exitUsage || !strings.Contains(stderr.String(), "--help") || stdout.Len() > 0 {
			t.Errorf("fonds %q: exit %d, stdout %q, stderr %q", args, code, stdout.String(), stderr.String())
		}
	}
}

func TestNamesAreShownSafely(t *testing.T) {
	for name, want := range map[string]string{
		"plain.jpg": "plain.jpg", "with blank": "with blank", "письмо": "письмо",
		"": `""`, " edge": `" edge"`, `a"b`: `"a\"b"`, "a\nb": `"a\nb"`, "a\x1b[2J": `"a\x1b[2J"`,
		"odd\xff": `"odd\xff"`, "rtl\u202egpj": `"rtl\u{202e}gpj"`, "\u0085": `"\x85"`,
	} {
		if got := shown(name); got != want {
			t.Errorf("%q is shown as %s, want %s", name, got, want)
		}
	}
	if got := oneLine("a\n b\t\x1bc  d", 5); got != "a b \uFFFD…"[:len(got)] && got != "a b …" {
		t.Errorf("got %q", got)
	}
}

func TestOutcomeOfAFile(t *testing.T) {
	for _, c := range []struct {
		file *fondsv1.BatchFile
		want string
	}{
		{&fondsv1.BatchFile{State: fondsv1.FileState_FILE_STATE_EXPECTED}, "NOT DELIVERED"},
		{&fondsv1.BatchFile{State: fondsv1.FileState_FILE_STATE_ENDED, Counts: &fondsv1.Counts{Pages: 1, Corrupt: 1}}, "CORRUPT"},
		{&fondsv1.BatchFile{State: fondsv1.FileState_FILE_STATE_ENDED, Counts: &fondsv1.Counts{Pages: 9, Text: 6, TooLarge: 2, Failed: 1}}, "TOO_LARGE 2/9, FAILED 1/9"},
		{&fondsv1.BatchFile{State: fondsv1.FileState_FILE_STATE_ARRIVED}, "ARRIVED"},
	} {
		if got := fileOutcome(c.file); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// Package enginetest gives tests an engine child that needs no Tesseract and
// misbehaves on request: the test binary runs itself again as the child. What
// the child does is chosen by the page: by its file name, or by its first line.
// It is for tests alone and never part of a program.
package enginetest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/fonds-archive/fonds/workers/engine"
)

// childVariable tells the test binary that it is to be the child.
const childVariable = "FONDS_FAKE_ENGINE"

// Behaviours. A page whose file name or first line begins with one of these
// words makes the child misbehave so; every other page is read. The lines of a
// PNM file are its comments.
const (
	// Crash ends the child by a signal.
	Crash = "fake-crash"
	// CrashDecoding ends the child by a signal as soon as the page is decoded, also
	// ahead, beside another page.
	CrashDecoding = "fake-crash-decoding"
	// Exit ends the child with status 3 and a line on standard error.
	Exit = "fake-exit"
	// Hang never answers, and does not notice signals but SIGKILL.
	Hang = "fake-hang"
	// Slow answers after 300 ms.
	Slow = "fake-slow"
	// Held answers when a file "go" lies beside the page, and crashes when one called
	// "crash" does.
	Held = "fake-held"
	// Garbage answers with bytes that are no frame.
	Garbage = "fake-garbage"
	// Truncated begins an answer and ends the child in the middle.
	Truncated = "fake-truncated"
	// Oversized announces a frame beyond the limit.
	Oversized = "fake-oversized"
	// Stray prints a line on the real standard output before it answers.
	Stray = "fake-stray"
	// WrongID answers another request than was asked.
	WrongID = "fake-wrong-id"
	// Grow takes memory until the child's limit of 1 GB kills it.
	Grow = "fake-grow"
	// Blank, Corrupt, TooLarge, Unreadable and Failed are outcomes.
	Blank      = "fake-blank"
	Corrupt    = "fake-corrupt"
	TooLarge   = "fake-too-large"
	Unreadable = "fake-unreadable"
	Failed     = "fake-failed"
)

// Replace is a parameter of recipes: pairs of letters, the second of which the child reads
// for the first.
const Replace = "fake_replace"

// Starts that go wrong, for Config.
const (
	// SilentStart never says Hello.
	SilentStart = "silent-start"
	// DeadStart ends before it says Hello.
	DeadStart = "dead-start"
	// GarbageStart says something that is no frame.
	GarbageStart = "garbage-start"
	// NormalStart is the child's usual one.
	NormalStart = "normal"
)

// Main is TestMain for packages that use the fake: it runs the tests, or the
// child when the binary was started as one.
func Main(m *testing.M) {
	start := os.Getenv(childVariable)
	if start == "" && filepath.Base(os.Args[0]) == programName {
		start = NormalStart
	}
	if start != "" {
		os.Exit(child(start, os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// programName is what a server looks for.
const programName = "fonds-tesseract"

// Program gives the path of a program that behaves as the fake without further
// arguments or environment, for servers that run as a process of their own.
func Program(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatalf("find the test binary: %v", err)
	}
	link := filepath.Join(t.TempDir(), programName)
	if err := os.Symlink(path, link); err != nil {
		t.Fatalf("link the fake engine: %v", err)
	}
	return link
}

// Behave makes the children of a program that Program gave read every page from
// now on, whatever it asks for.
func Behave(t testing.TB, program string) {
	t.Helper()
	if err := os.WriteFile(behaveFile(program), nil, 0o600); err != nil {
		t.Fatalf("tell the fake engine to behave: %v", err)
	}
}

func behaveFile(program string) string { return filepath.Join(filepath.Dir(program), "behave") }

// behaves tells, in the child, whether its program was told to behave.
func behaves() bool {
	_, err := os.Stat(behaveFile(os.Args[0]))
	return err == nil
}

// Config makes engine children of the test binary itself. start is one of the
// starts above, "" for the normal one. Fields may be changed before use.
func Config(t testing.TB, start string) engine.Config {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatalf("find the test binary: %v", err)
	}
	if start == "" {
		start = NormalStart
	}
	return engine.Config{Path: path, Env: []string{childVariable + "=" + start}}
}

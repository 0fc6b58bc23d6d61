package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// source is one file to deliver.
type source struct {
	// local is the path to open.
	local string
	// absolute tells whether two arguments name the same file.
	absolute string
	// argument is the PATH argument that it was found under, counted from 0.
	argument int
	// below is its path below that argument, as the file system has it.
	below string
	// wire is its path in the batch: UTF-8, unique, with slashes.
	wire string
	// size in bytes when it was found.
	size int64
	// language and collection are set where a manifest says so.
	language   string
	collection string
}

// finder collects the files to deliver and tells what it leaves out.
type finder struct {
	recursive bool
	// skipped is told of files that are no images, and why; trouble of what
	// could not be read, which makes the command fail in the end.
	skipped func(path, why string)
	trouble func(path, why string)

	files []source
	taken map[string]bool
	// roots are the real paths of the folders given; entered those of folders
	// reached through links.
	roots   []string
	entered map[string]bool
}

func newFinder(recursive bool, skipped, trouble func(path, why string)) *finder {
	return &finder{
		recursive: recursive, skipped: skipped, trouble: trouble,
		taken: map[string]bool{}, entered: map[string]bool{},
	}
}

// find walks the arguments in their order; the files of each come sorted by path.
func (f *finder) find(arguments []string) ([]source, error) {
	folders := make([]bool, len(arguments))
	for i, argument := range arguments {
		info, err := os.Stat(argument)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, notFoundf("%s: no such file or folder", shown(argument))
		case err != nil:
			return nil, dataf("%s: %s", shown(argument), reasonOf(err))
		}
		if folders[i] = info.IsDir(); !folders[i] {
			continue
		}
		resolved, err := realPath(argument)
		if err != nil {
			return nil, dataf("%s: %s", shown(argument), reasonOf(err))
		}
		f.roots = append(f.roots, resolved)
	}
	for i, argument := range arguments {
		if folders[i] {
			f.folder(i, argument, "")
		} else {
			f.file(i, argument, filepath.Base(argument))
		}
	}
	return f.files, nil
}

// folder takes the files of a folder, and those below it when asked to.
func (f *finder) folder(argument int, path, below string) {
	entries, err := os.ReadDir(path)
	if err != nil {
		f.trouble(path, reasonOf(err))
	}
	for _, entry := range entries {
		name := filepath.Join(path, entry.Name())
		inner := filepath.Join(below, entry.Name())
		switch {
		case entry.IsDir():
			f.subfolder(argument, name, inner)
		case entry.Type()&fs.ModeSymlink != 0:
			f.link(argument, name, inner)
		default:
			f.file(argument, name, inner)
		}
	}
}

func (f *finder) subfolder(argument int, path, below string) {
	switch {
	case strings.HasPrefix(filepath.Base(path), "."):
		f.skipped(path, "a hidden folder; name it as PATH to take it")
	case !f.recursive:
		f.skipped(path, "a folder; take what is in it with --recursive")
	default:
		f.folder(argument, path, below)
	}
}

// link follows a link to a file always, to a folder when that is not taken
// anyway: so no loop of links is walked twice.
func (f *finder) link(argument int, path, below string) {
	info, err := os.Stat(path)
	if err != nil {
		f.skipped(path, "a link that leads nowhere")
		return
	}
	if !info.IsDir() {
		f.file(argument, path, below)
		return
	}
	resolved, err := realPath(path)
	if err != nil {
		f.trouble(path, reasonOf(err))
		return
	}
	if f.recursive && (f.belowRoot(resolved) || f.entered[resolved]) {
		f.skipped(path, "a link to a folder that is taken already")
		return
	}
	if f.recursive {
		f.entered[resolved] = true
	}
	f.subfolder(argument, path, below)
}

func (f *finder) belowRoot(resolved string) bool {
	for _, root := range f.roots {
		inner, err := filepath.Rel(root, resolved)
		// Links up to a folder above a root come back to the root: a loop.
		outer, outerErr := filepath.Rel(resolved, root)
		if err == nil && filepath.IsLocal(inner) || outerErr == nil && filepath.IsLocal(outer) {
			return true
		}
	}
	return false
}

// file takes one file if its bytes or its name say that it is an image or PDF.
func (f *finder) file(argument int, path, below string) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		f.trouble(path, reasonOf(err))
		return
	}
	if f.taken[absolute] {
		return
	}
	info, err := os.Stat(path)
	if err != nil {
		f.trouble(path, reasonOf(err))
		return
	}
	if !info.Mode().IsRegular() {
		f.skipped(path, "not a regular file")
		return
	}
	head, err := headOf(path)
	switch {
	case err != nil && !claimsPicture(path):
		f.trouble(path, reasonOf(err))
		return
	case isAppleDouble(head):
		f.skipped(path, "macOS metadata, not an image or PDF")
		return
	case !isPicture(head) && !claimsPicture(path):
		f.skipped(path, "not an image or PDF")
		return
	}
	f.taken[absolute] = true
	f.files = append(f.files, source{
		local: path, absolute: absolute, argument: argument, below: below, size: info.Size(),
	})
}

// headOf returns the first bytes of a file.
func headOf(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head := make([]byte, sniffLength)
	n, err := io.ReadFull(file, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], err
}

func realPath(path string) (string, error) {
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(resolved)
}

// reasonOf is an operating system error without the path, which the caller
// shows safely by itself.
func reasonOf(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.Err.Error()
	}
	return err.Error()
}

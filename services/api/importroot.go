package api

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/fonds-archive/fonds/services/catalog"
)

// importRoot is a folder below which the server reads files that callers name.
type importRoot struct {
	// given and real are its path as configured and with symlinks resolved.
	given, real string
	// root opens nothing outside the folder, whatever is swapped meanwhile.
	root *os.Root
}

func openRoots(folders []string) ([]importRoot, error) {
	roots := make([]importRoot, 0, len(folders))
	for _, folder := range folders {
		given, err := filepath.Abs(folder)
		if err != nil {
			return nil, fmt.Errorf("import root %q: %w", folder, err)
		}
		resolved, err := filepath.EvalSymlinks(given)
		if err != nil {
			return nil, fmt.Errorf("import root %q: %w", folder, err)
		}
		root, err := os.OpenRoot(resolved)
		if err != nil {
			return nil, fmt.Errorf("import root %q: %w", folder, err)
		}
		roots = append(roots, importRoot{given: given, real: resolved, root: root})
	}
	return roots, nil
}

// openBelow opens a regular file below one of the roots and returns its size.
// Symlinks count as what they lead to. Outside the roots it does not even tell
// whether a file is there.
func openBelow(roots []importRoot, path string) (*os.File, int64, error) {
	if !filepath.IsAbs(path) {
		return nil, 0, invalid("server_path", fmt.Sprintf("%q is not an absolute path", path))
	}
	path = filepath.Clean(path)
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, 0, unresolved(roots, path)
	}
	for _, r := range roots {
		inside, err := filepath.Rel(r.real, resolved)
		if err == nil && filepath.IsLocal(inside) {
			return openRegular(r.root, inside, path)
		}
	}
	return nil, 0, outside(path)
}

// unresolved says why a path leads to no file. Only what a root itself says is
// told: it follows no link that leads outside.
func unresolved(roots []importRoot, path string) error {
	for _, r := range roots {
		for _, folder := range []string{r.given, r.real} {
			inside, err := filepath.Rel(folder, path)
			if err != nil || !filepath.IsLocal(inside) {
				continue
			}
			// A path that leads outside is the root's own error, none of the system.
			_, err = r.root.Stat(inside)
			if _, told := errors.AsType[syscall.Errno](err); told {
				return unreadable(path, err)
			}
		}
	}
	return outside(path)
}

// openRegular opens without following a link that was put there after the path
// was resolved, and without waiting for the other end of a pipe.
func openRegular(root *os.Root, inside, path string) (*os.File, int64, error) {
	f, err := root.OpenFile(inside, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, unreadable(path, err)
	}
	st, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, 0, unreadable(path, err)
	}
	if !st.Mode().IsRegular() {
		_ = f.Close()
		return nil, 0, invalid("server_path", fmt.Sprintf("%q is not a regular file", path))
	}
	return f, st.Size(), nil
}

func outside(path string) error {
	return &catalog.Error{
		Code: catalog.Denied, Reason: ReasonOutsideImportRoot, Field: "server_path",
		Message: fmt.Sprintf("%q is not below a folder that this server reads: start it with --import-root, or upload the file", path),
	}
}

func unreadable(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &catalog.Error{
			Code: catalog.NotFound, Reason: ReasonFileNotFound, Field: "server_path",
			Message: fmt.Sprintf("%q is not there", path),
		}
	}
	why := err
	if inner := errors.Unwrap(err); inner != nil {
		why = inner // without the path as the server sees it
	}
	return &catalog.Error{
		Code: catalog.Precondition, Reason: ReasonFileNotFound, Field: "server_path",
		Message: fmt.Sprintf("the server cannot read %q: %v", path, why),
	}
}

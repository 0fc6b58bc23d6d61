package api

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/fonds-archive/fonds/services/catalog"
)

// The validator has matched names against the patterns in the contract, where a
// UUID is 36 characters of the right kind; here they are taken apart.

// uuidAfter returns the ID in a name of the form prefix/{uuid}.
func uuidAfter(prefix, field, name string) (string, error) {
	id, ok := strings.CutPrefix(name, prefix+"/")
	if !ok || !isUUID(id) {
		return "", invalid(field, fmt.Sprintf("%q is not of the form %s/{uuid}", cut(name), prefix))
	}
	return id, nil
}

func isUUID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

func documentID(name string) (string, error) { return uuidAfter("documents", "name", name) }

func batchID(field, name string) (string, error) { return uuidAfter("batches", field, name) }

// collectionID returns the ID in collections/{id}; that of an empty name is empty.
func collectionID(field, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	id, ok := strings.CutPrefix(name, "collections/")
	if !ok || !isWord(id) {
		return "", invalid(field, fmt.Sprintf("%q is not of the form collections/{id}, where an ID has up to 63 of a-z, 0-9 and \"-\"", cut(name)))
	}
	return id, nil
}

func isWord(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-'
}

// scanDigest returns the digest in scans/{sha256}.
func scanDigest(name string) catalog.Digest {
	return catalog.Digest(strings.TrimPrefix(name, "scans/"))
}

// pageName takes scans/{sha256}/pages/{n} apart.
func pageName(field, name string) (scan catalog.Digest, page int, err error) {
	parts := strings.Split(name, "/")
	if len(parts) != 4 || parts[0] != "scans" || parts[2] != "pages" {
		return "", 0, invalid(field, fmt.Sprintf("%q is not of the form scans/{sha256}/pages/{n}", cut(name)))
	}
	page, err = strconv.Atoi(parts[3])
	if err != nil || page < 1 {
		return "", 0, invalid(field, fmt.Sprintf("%q has no page number from 1", cut(name)))
	}
	return catalog.Digest(parts[1]), page, nil
}

// readingName takes scans/{sha256}/pages/{n}/readings/{uuid} apart.
func readingName(name string) (scan catalog.Digest, page int, id string, err error) {
	parent, id, ok := strings.Cut(name, "/readings/")
	if !ok || !isUUID(id) {
		return "", 0, "", invalid("name", fmt.Sprintf("%q is not of the form scans/{sha256}/pages/{n}/readings/{uuid}", cut(name)))
	}
	scan, page, err = pageName("name", parent)
	return scan, page, id, err
}

// eventParent returns the document or the collection that events are asked of.
func eventParent(parent string) (document, collection string, err error) {
	switch {
	case strings.HasPrefix(parent, "documents/"):
		document, err = uuidAfter("documents", "parent", parent)
	case parent != "":
		collection, err = collectionID("parent", parent)
	}
	return document, collection, err
}

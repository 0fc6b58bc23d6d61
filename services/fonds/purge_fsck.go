package main

import (
	"context"
	"time"

	"github.com/fonds-archive/fonds/services/blob"
	"github.com/fonds-archive/fonds/services/catalog"
)

// purges tells of those that were confirmed and are not carried out: what they are to
// destroy is no problem yet.
func (f *fsck) purges(ctx context.Context) error {
	return f.store.View(ctx, func(r catalog.Reader) error {
		open, err := r.Purges(catalog.Purging, "", 100)
		if err != nil {
			return err
		}
		for _, p := range open {
			f.purging = true
			f.say(finding{Name: "purges/" + p.ID, Note: "was confirmed, and is not carried out yet: the server goes on with it"})
		}
		return nil
	})
}

// withdrawn tells of bytes that came back although their scan was purged, and removes
// them when that is wanted: an upload that was refused has left them.
func (f *fsck) withdrawn(ctx context.Context, info blob.Info) error {
	name := "blob " + info.Digest
	switch {
	case f.purging:
		f.say(finding{Name: name, Note: "is of a scan that is being purged"})
	case f.alone && f.prune:
		if _, err := f.blobs.Remove(ctx, info.Digest, time.Now().Add(time.Hour)); err != nil {
			return err
		}
		f.say(finding{Name: name, Note: "was of a scan that was withdrawn: removed"})
	default:
		f.found(name, "is of a scan that was withdrawn; --prune removes it")
	}
	return nil
}

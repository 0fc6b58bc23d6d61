-- Documents from before there were reviews, which have none until their next revision. The
-- server makes them, a few documents at a time, and takes each out of here. Documents of
-- today have theirs from their first revision on and never stand here.
CREATE TABLE without_reviews (
    document TEXT NOT NULL PRIMARY KEY REFERENCES documents DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

INSERT INTO without_reviews SELECT id FROM documents d
    WHERE purged_at = 0 AND NOT EXISTS (SELECT 1 FROM reviews WHERE document = d.id);

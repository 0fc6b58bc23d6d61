-- What was purged: who asked, who confirmed, what went, and a tombstone for each thing
-- that was destroyed. Triggers see to it that nothing is destroyed otherwise: a tombstone
-- needs a purge that a second person has confirmed, and a deletion needs its tombstone.

ALTER TABLE documents ADD COLUMN purged_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scans ADD COLUMN purged_at INTEGER NOT NULL DEFAULT 0;

-- The scans that a document has or had regions on, in whatever revision. A purge asks it
-- whose a scan is, so nothing ever leaves it.
CREATE TABLE ever_on (
    scan     BLOB NOT NULL,
    document TEXT NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (scan, document)
) STRICT, WITHOUT ROWID;

CREATE INDEX ever_on_document ON ever_on (document);

INSERT INTO ever_on SELECT DISTINCT unhex(json_extract(g.value, '$.scan')), r.document
    FROM revisions r, json_each(CAST(r.manifest AS TEXT), '$.regions') g WHERE json_type(g.value, '$.scan') = 'text';

-- 1 asked, 2 confirmed, 3 done, 4 cancelled.
CREATE TABLE purges (
    id           TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    reason       TEXT    NOT NULL CHECK (reason <> ''),
    keep_shared  INTEGER NOT NULL CHECK (keep_shared IN (0, 1)),
    asked_by     TEXT    NOT NULL CHECK (asked_by <> ''),
    asked_at     INTEGER NOT NULL,
    confirmed_by TEXT    NOT NULL,
    confirmed_at INTEGER NOT NULL,
    ended_at     INTEGER NOT NULL,
    salt         TEXT    NOT NULL CHECK (salt <> ''),
    late         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX purges_state ON purges (state, id);

CREATE TABLE purge_documents (
    purge    TEXT NOT NULL REFERENCES purges DEFERRABLE INITIALLY DEFERRED,
    document TEXT NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (purge, document)
) STRICT, WITHOUT ROWID;

CREATE INDEX purge_documents_document ON purge_documents (document);

CREATE TABLE purge_scans (
    purge TEXT    NOT NULL REFERENCES purges DEFERRABLE INITIALLY DEFERRED,
    scan  BLOB    NOT NULL REFERENCES scans DEFERRABLE INITIALLY DEFERRED,
    kept  INTEGER NOT NULL CHECK (kept IN (0, 1)),
    PRIMARY KEY (purge, scan)
) STRICT, WITHOUT ROWID;

CREATE INDEX purge_scans_scan ON purge_scans (scan);

-- A subject is that of acts: readings/ID, statements/ID, documents/ID/revisions/N.
CREATE TABLE tombstones (
    subject  TEXT    NOT NULL PRIMARY KEY CHECK (subject <> ''),
    digest   BLOB    NOT NULL CHECK (length(digest) IN (0, 32)),
    document TEXT    NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    purge    TEXT    NOT NULL REFERENCES purges DEFERRABLE INITIALLY DEFERRED,
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX tombstones_purge ON tombstones (purge, subject);

CREATE TRIGGER ever_on_update BEFORE UPDATE ON ever_on
BEGIN SELECT RAISE(ABORT, 'on which scans a document lay never changes'); END;

CREATE TRIGGER ever_on_delete BEFORE DELETE ON ever_on
BEGIN SELECT RAISE(ABORT, 'on which scans a document lay is never forgotten'); END;

-- Who may ask and confirm: 'local' is the operator at the machine, and role 5 an operator.
CREATE TRIGGER purges_insert BEFORE INSERT ON purges WHEN EXISTS (SELECT 1 FROM purges WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'purge exists: it goes its way step by step'); END;

CREATE TRIGGER purges_begin BEFORE INSERT ON purges
WHEN NEW.state <> 1 OR NEW.confirmed_by <> '' OR NEW.confirmed_at <> 0 OR NEW.ended_at <> 0
BEGIN SELECT RAISE(ABORT, 'a purge begins with being asked for'); END;

CREATE TRIGGER purges_asked BEFORE INSERT ON purges
WHEN NEW.asked_by <> 'local' AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = NEW.asked_by AND u.disabled_at = 0
    AND EXISTS (SELECT 1 FROM json_each(u.roles) r WHERE r.value = 5))
BEGIN SELECT RAISE(ABORT, 'only an operator asks for a purge'); END;

CREATE TRIGGER purges_update BEFORE UPDATE ON purges
WHEN NEW.id IS NOT OLD.id OR NEW.reason IS NOT OLD.reason OR NEW.keep_shared IS NOT OLD.keep_shared
    OR NEW.asked_by IS NOT OLD.asked_by OR NEW.asked_at IS NOT OLD.asked_at OR NEW.salt IS NOT OLD.salt OR NEW.late < OLD.late
    OR (OLD.confirmed_by <> '' AND (NEW.confirmed_by IS NOT OLD.confirmed_by OR NEW.confirmed_at IS NOT OLD.confirmed_at))
BEGIN SELECT RAISE(ABORT, 'what was asked for in a purge, and who confirmed it, never changes'); END;

CREATE TRIGGER purges_steps BEFORE UPDATE ON purges
WHEN NEW.state <> OLD.state AND NOT (OLD.state = 1 AND NEW.state IN (2, 4) OR OLD.state = 2 AND NEW.state = 3 OR OLD.state = 3 AND NEW.state = 2)
BEGIN SELECT RAISE(ABORT, 'a purge takes no such step'); END;

CREATE TRIGGER purges_unconfirmed BEFORE UPDATE ON purges WHEN (NEW.state IN (2, 3)) <> (NEW.confirmed_by <> '')
BEGIN SELECT RAISE(ABORT, 'what destroys was confirmed, and nothing else'); END;

CREATE TRIGGER purges_second BEFORE UPDATE ON purges WHEN NEW.confirmed_by = OLD.asked_by
BEGIN SELECT RAISE(ABORT, 'another person than the one who asked confirms a purge'); END;

CREATE TRIGGER purges_confirmed BEFORE UPDATE ON purges
WHEN OLD.confirmed_by = '' AND NEW.confirmed_by NOT IN ('', 'local')
    AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = NEW.confirmed_by AND u.service = 0 AND u.disabled_at = 0
    AND EXISTS (SELECT 1 FROM json_each(u.roles) r WHERE r.value = 5))
BEGIN SELECT RAISE(ABORT, 'only an operator who is a person confirms a purge'); END;

CREATE TRIGGER purges_delete BEFORE DELETE ON purges
BEGIN SELECT RAISE(ABORT, 'a purge is never deleted'); END;

CREATE TRIGGER purge_documents_insert BEFORE INSERT ON purge_documents
WHEN NOT EXISTS (SELECT 1 FROM purges WHERE id = NEW.purge AND state = 1 AND confirmed_by = '')
BEGIN SELECT RAISE(ABORT, 'a purge has the documents that it was asked for with'); END;

CREATE TRIGGER purge_documents_once BEFORE INSERT ON purge_documents
WHEN EXISTS (SELECT 1 FROM purge_documents d CROSS JOIN purges p ON p.id = d.purge WHERE d.document = NEW.document AND p.state <> 4)
BEGIN SELECT RAISE(ABORT, 'purge exists: a document is in one alone'); END;

CREATE TRIGGER purge_documents_update BEFORE UPDATE ON purge_documents
BEGIN SELECT RAISE(ABORT, 'the documents of a purge never change'); END;

CREATE TRIGGER purge_documents_delete BEFORE DELETE ON purge_documents
BEGIN SELECT RAISE(ABORT, 'a document is never taken out of a purge'); END;

CREATE TRIGGER purge_scans_insert BEFORE INSERT ON purge_scans
WHEN NOT EXISTS (SELECT 1 FROM purges WHERE id = NEW.purge AND state = 2)
    OR NOT EXISTS (SELECT 1 FROM purge_documents d CROSS JOIN ever_on e ON e.scan = NEW.scan AND e.document = d.document WHERE d.purge = NEW.purge)
BEGIN SELECT RAISE(ABORT, 'a confirmed purge has the scans of its documents'); END;

CREATE TRIGGER purge_scans_shared BEFORE INSERT ON purge_scans
WHEN NEW.kept = 0 AND EXISTS (SELECT 1 FROM ever_on e CROSS JOIN documents d ON d.id = e.document WHERE e.scan = NEW.scan AND d.purged_at = 0
    AND NOT EXISTS (SELECT 1 FROM purge_documents p WHERE p.purge = NEW.purge AND p.document = e.document))
BEGIN SELECT RAISE(ABORT, 'a scan stays that other documents lie on'); END;

CREATE TRIGGER purge_scans_update BEFORE UPDATE ON purge_scans
BEGIN SELECT RAISE(ABORT, 'the scans of a purge never change'); END;

CREATE TRIGGER purge_scans_delete BEFORE DELETE ON purge_scans
BEGIN SELECT RAISE(ABORT, 'a scan is never taken out of a purge'); END;

CREATE TRIGGER tombstones_insert BEFORE INSERT ON tombstones WHEN EXISTS (SELECT 1 FROM tombstones WHERE subject = NEW.subject)
BEGIN SELECT RAISE(ABORT, 'tombstone exists: it never changes'); END;

CREATE TRIGGER tombstones_purge BEFORE INSERT ON tombstones
WHEN NOT EXISTS (SELECT 1 FROM purges p CROSS JOIN purge_documents d ON d.purge = p.id AND d.document = NEW.document WHERE p.id = NEW.purge AND p.state = 2)
BEGIN SELECT RAISE(ABORT, 'a tombstone belongs to a document whose purge a second person has confirmed'); END;

CREATE TRIGGER tombstones_subject BEFORE INSERT ON tombstones
WHEN NOT EXISTS (SELECT 1 FROM readings r CROSS JOIN ever_on e ON e.scan = r.scan AND e.document = NEW.document
        WHERE r.id = substr(NEW.subject, 10) AND NEW.subject = 'readings/' || r.id AND r.body_digest = NEW.digest)
    AND NOT EXISTS (SELECT 1 FROM statements s
        WHERE s.id = substr(NEW.subject, 12) AND NEW.subject = 'statements/' || s.id AND s.digest = NEW.digest)
    AND NOT EXISTS (SELECT 1 FROM revisions v
        WHERE v.document = NEW.document AND NEW.subject = 'documents/' || v.document || '/revisions/' || v.number AND v.digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'a tombstone stands for what is there, with its digest'); END;

CREATE TRIGGER tombstones_update BEFORE UPDATE ON tombstones
BEGIN SELECT RAISE(ABORT, 'a tombstone never changes'); END;

CREATE TRIGGER tombstones_delete BEFORE DELETE ON tombstones
BEGIN SELECT RAISE(ABORT, 'a tombstone is never deleted'); END;

-- What is allowed with a tombstone, and no longer is.

CREATE TRIGGER documents_purged BEFORE UPDATE OF purged_at ON documents
WHEN NEW.purged_at <> OLD.purged_at AND (OLD.purged_at <> 0 OR NOT EXISTS (
    SELECT 1 FROM purge_documents d CROSS JOIN purges p ON p.id = d.purge WHERE d.document = NEW.id AND p.state = 2))
BEGIN SELECT RAISE(ABORT, 'a document is purged once, after a second person has confirmed it'); END;

CREATE TRIGGER documents_returned BEFORE UPDATE OF deleted_at ON documents WHEN OLD.purged_at <> 0 AND NEW.deleted_at = 0
BEGIN SELECT RAISE(ABORT, 'a purged document never comes back'); END;

CREATE TRIGGER documents_replaced BEFORE INSERT ON documents
WHEN EXISTS (SELECT 1 FROM documents WHERE id = NEW.id AND purged_at <> 0 AND (NEW.purged_at <> purged_at OR NEW.deleted_at = 0))
BEGIN SELECT RAISE(ABORT, 'a purged document never comes back'); END;

CREATE TRIGGER scans_replaced BEFORE INSERT ON scans WHEN EXISTS (SELECT 1 FROM scans WHERE digest = NEW.digest AND purged_at <> 0)
BEGIN SELECT RAISE(ABORT, 'a purged scan never comes back'); END;

CREATE TRIGGER scans_purged BEFORE UPDATE OF purged_at ON scans
WHEN NEW.purged_at <> OLD.purged_at AND (OLD.purged_at <> 0 OR NOT EXISTS (
    SELECT 1 FROM purge_scans s CROSS JOIN purges p ON p.id = s.purge WHERE s.scan = NEW.digest AND s.kept = 0 AND p.state = 2))
BEGIN SELECT RAISE(ABORT, 'a scan is purged once, after a second person has confirmed it'); END;

CREATE TRIGGER readings_purged BEFORE INSERT ON readings
WHEN EXISTS (SELECT 1 FROM tombstones WHERE subject = 'readings/' || NEW.id) OR EXISTS (SELECT 1 FROM scans WHERE digest = NEW.scan AND purged_at <> 0)
BEGIN SELECT RAISE(ABORT, 'what was purged never comes back'); END;

CREATE TRIGGER reading_details_purged BEFORE INSERT ON reading_details WHEN EXISTS (SELECT 1 FROM tombstones WHERE subject = 'readings/' || NEW.reading)
BEGIN SELECT RAISE(ABORT, 'what was purged never comes back'); END;

CREATE TRIGGER statements_purged BEFORE INSERT ON statements WHEN EXISTS (SELECT 1 FROM tombstones WHERE subject = 'statements/' || NEW.id)
BEGIN SELECT RAISE(ABORT, 'what was purged never comes back'); END;

CREATE TRIGGER contributors_purged BEFORE INSERT ON contributors
WHEN EXISTS (SELECT 1 FROM tombstones WHERE subject IN ('readings/' || NEW.subject, 'statements/' || NEW.subject))
BEGIN SELECT RAISE(ABORT, 'the contributors to what was purged never change'); END;

CREATE TRIGGER signatures_purged BEFORE INSERT ON signatures
WHEN EXISTS (SELECT 1 FROM tombstones WHERE subject IN ('readings/' || NEW.subject, 'statements/' || NEW.subject))
BEGIN SELECT RAISE(ABORT, 'what was purged cannot be signed'); END;

CREATE TRIGGER revisions_purged BEFORE INSERT ON revisions WHEN EXISTS (SELECT 1 FROM documents WHERE id = NEW.document AND purged_at <> 0)
BEGIN SELECT RAISE(ABORT, 'a purged document never comes back'); END;

DROP TRIGGER readings_delete;
CREATE TRIGGER readings_delete BEFORE DELETE ON readings WHEN NOT EXISTS (SELECT 1 FROM tombstones WHERE subject = 'readings/' || OLD.id)
BEGIN SELECT RAISE(ABORT, 'a reading is never deleted but by a purge'); END;

DROP TRIGGER reading_details_delete;
CREATE TRIGGER reading_details_delete BEFORE DELETE ON reading_details
WHEN NOT EXISTS (SELECT 1 FROM tombstones WHERE subject = 'readings/' || OLD.reading)
BEGIN SELECT RAISE(ABORT, 'what is known of a reading is never deleted but by a purge'); END;

DROP TRIGGER statements_delete;
CREATE TRIGGER statements_delete BEFORE DELETE ON statements WHEN NOT EXISTS (SELECT 1 FROM tombstones WHERE subject = 'statements/' || OLD.id)
BEGIN SELECT RAISE(ABORT, 'a statement is never deleted but by a purge'); END;

DROP TRIGGER revisions_delete;
CREATE TRIGGER revisions_delete BEFORE DELETE ON revisions
WHEN NOT EXISTS (SELECT 1 FROM tombstones WHERE subject = 'documents/' || OLD.document || '/revisions/' || OLD.number)
BEGIN SELECT RAISE(ABORT, 'a revision is never deleted but by a purge'); END;

DROP TRIGGER events_regions;
CREATE TRIGGER events_regions BEFORE UPDATE OF regions ON events
WHEN NEW.regions IS NOT OLD.regions AND (NEW.regions <> ''
    OR NOT EXISTS (SELECT 1 FROM tombstones WHERE subject = 'documents/' || OLD.document || '/revisions/' || OLD.revision))
BEGIN SELECT RAISE(ABORT, 'an event never changes, but loses its words to a purge'); END;

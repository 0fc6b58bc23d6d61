-- The catalog. Digests are 32-byte blobs, empty where there is none; times are
-- microseconds since 1970 in UTC, 0 where there is none; text compares by byte.
-- Foreign keys are checked at the commit, so that a transaction may write in
-- any order.

CREATE TABLE collections (
    id           TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    display_name TEXT    NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE scans (
    digest     BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    size       INTEGER NOT NULL CHECK (size >= 0),
    media_type TEXT    NOT NULL,
    page_count INTEGER NOT NULL CHECK (page_count >= 0),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pages (
    scan       BLOB    NOT NULL REFERENCES scans DEFERRABLE INITIALLY DEFERRED,
    number     INTEGER NOT NULL CHECK (number >= 1),
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    resolution INTEGER NOT NULL,
    outcome    INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 8),
    reason     TEXT    NOT NULL,
    PRIMARY KEY (scan, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE holdings (
    id         TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    collection TEXT    NOT NULL REFERENCES collections DEFERRABLE INITIALLY DEFERRED,
    scan       BLOB    NOT NULL REFERENCES scans DEFERRABLE INITIALLY DEFERRED,
    path       TEXT    NOT NULL,
    batch      TEXT    NOT NULL,
    recipe     BLOB    NOT NULL CHECK (length(recipe) IN (0, 32)),
    document   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (scan, collection, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX holdings_path ON holdings (path);

CREATE TABLE recipes (
    digest     BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    definition BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The rowid gives the age of a work: it is kept when the row is replaced.
CREATE TABLE works (
    id            INTEGER PRIMARY KEY,
    scan          BLOB    NOT NULL REFERENCES scans DEFERRABLE INITIALLY DEFERRED,
    recipe        BLOB    NOT NULL CHECK (length(recipe) IN (0, 32)),
    page          INTEGER NOT NULL CHECK (page >= 0),
    state         INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    lane          INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 1),
    batch         TEXT    NOT NULL,
    attempt       INTEGER NOT NULL,
    stale_attempt INTEGER NOT NULL,
    sequence      INTEGER NOT NULL,
    queued_at     INTEGER NOT NULL,
    outcome       INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 8),
    reason        TEXT    NOT NULL,
    reading       TEXT    NOT NULL,
    ended_at      INTEGER NOT NULL,
    UNIQUE (scan, recipe, page)
) STRICT;

CREATE INDEX works_pending ON works (recipe, lane, batch) WHERE state = 1;
CREATE INDEX works_queued ON works (queued_at, recipe) WHERE state = 2;
CREATE INDEX works_dropped ON works (sequence) WHERE state = 4 AND sequence <> 0;
CREATE INDEX works_outcome ON works (scan, recipe, outcome) WHERE page > 0;

-- The large columns come last: what stands before them is read without them.
CREATE TABLE readings (
    id          TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    scan        BLOB    NOT NULL REFERENCES scans DEFERRABLE INITIALLY DEFERRED,
    page        INTEGER NOT NULL CHECK (page >= 1),
    origin      INTEGER NOT NULL CHECK (origin BETWEEN 1 AND 3),
    recipe      BLOB    NOT NULL CHECK (length(recipe) IN (0, 32)),
    body_digest BLOB    NOT NULL CHECK (length(body_digest) IN (0, 32)),
    created_at  INTEGER NOT NULL,
    engine      BLOB    NOT NULL,
    envelope    BLOB    NOT NULL,
    text        TEXT    NOT NULL,
    body        BLOB    NOT NULL
) STRICT;

CREATE INDEX readings_page ON readings (scan, page, created_at, id);

-- The columns from title on are derived from the newest revision.
CREATE TABLE documents (
    id         TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    collection TEXT    NOT NULL,
    holding    TEXT    NOT NULL,
    head       INTEGER NOT NULL CHECK (head >= 0),
    events     INTEGER NOT NULL CHECK (events >= 0),
    created_at INTEGER NOT NULL,
    deleted_at INTEGER NOT NULL,
    title      TEXT    NOT NULL DEFAULT '',
    complete   INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1)),
    assurance  INTEGER NOT NULL DEFAULT 0 CHECK (assurance BETWEEN 0 AND 3)
) STRICT, WITHOUT ROWID;

CREATE INDEX documents_collection ON documents (collection, id);
CREATE INDEX documents_holding ON documents (holding) WHERE holding <> '';
CREATE INDEX documents_incomplete ON documents (id) WHERE complete = 0;
CREATE INDEX documents_assurance ON documents (assurance, id);

CREATE TABLE revisions (
    document   TEXT    NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    number     INTEGER NOT NULL CHECK (number >= 1),
    author     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    digest     BLOB    NOT NULL CHECK (length(digest) = 32),
    manifest   BLOB    NOT NULL,
    PRIMARY KEY (document, number)
) STRICT, WITHOUT ROWID;

-- The scans that the newest revision of a document has regions on.
CREATE TABLE document_scans (
    scan     BLOB NOT NULL,
    document TEXT NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (scan, document)
) STRICT, WITHOUT ROWID;

CREATE INDEX document_scans_document ON document_scans (document);

CREATE TABLE requests (
    person     TEXT    NOT NULL,
    id         TEXT    NOT NULL CHECK (id <> ''),
    document   TEXT    NOT NULL,
    digest     BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (person, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX requests_age ON requests (created_at);

-- Counts are a JSON array: pages, then pages ended by outcome from TEXT on.
CREATE TABLE batches (
    id            TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    state         INTEGER NOT NULL CHECK (state BETWEEN 1 AND 6),
    collection    TEXT    NOT NULL,
    language      TEXT    NOT NULL,
    resume_key    TEXT    NOT NULL,
    person        TEXT    NOT NULL,
    files         INTEGER NOT NULL,
    files_arrived INTEGER NOT NULL,
    files_ended   INTEGER NOT NULL,
    end_sequence  INTEGER NOT NULL,
    counts        TEXT    NOT NULL,
    reused        INTEGER NOT NULL,
    active_at     INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    ended_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX batches_resume ON batches (resume_key, person, id) WHERE resume_key <> '' AND state IN (1, 2, 6);
CREATE INDEX batches_left ON batches (active_at) WHERE state IN (1, 2) AND files_ended = files_arrived;

-- troubled is 1 for a file that did not arrive or has a page that ended badly.
CREATE TABLE batch_files (
    batch        TEXT    NOT NULL REFERENCES batches DEFERRABLE INITIALLY DEFERRED,
    number       INTEGER NOT NULL CHECK (number >= 1),
    path         TEXT    NOT NULL,
    size         INTEGER NOT NULL,
    collection   TEXT    NOT NULL,
    language     TEXT    NOT NULL,
    recipe       BLOB    NOT NULL CHECK (length(recipe) IN (0, 32)),
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    scan         BLOB    NOT NULL CHECK (length(scan) IN (0, 32)),
    holding      TEXT    NOT NULL,
    counts       TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    end_sequence INTEGER NOT NULL,
    troubled     INTEGER NOT NULL CHECK (troubled IN (0, 1)),
    PRIMARY KEY (batch, number),
    UNIQUE (batch, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX batch_files_scan ON batch_files (scan, recipe) WHERE scan <> x'';
CREATE INDEX batch_files_ended ON batch_files (batch, end_sequence) WHERE end_sequence > 0;
CREATE INDEX batch_files_troubled ON batch_files (batch, number) WHERE troubled = 1;

-- There is one writer at a time, so positions are given in the order of commits.
-- sent_at is 0 while the event is not in the stream.
CREATE TABLE events (
    position        INTEGER PRIMARY KEY AUTOINCREMENT,
    document        TEXT    NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    sequence        INTEGER NOT NULL CHECK (sequence >= 1),
    type            TEXT    NOT NULL,
    collection      TEXT    NOT NULL,
    revision        INTEGER NOT NULL,
    person          TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    stream_sequence INTEGER NOT NULL DEFAULT 0,
    sent_at         INTEGER NOT NULL DEFAULT 0,
    UNIQUE (document, sequence)
) STRICT;

CREATE INDEX events_collection ON events (collection);
CREATE INDEX events_unsent ON events (position) WHERE sent_at = 0;
CREATE INDEX events_sent ON events (stream_sequence) WHERE sent_at <> 0;

-- Readings and revisions never change. The triggers before INSERT are there
-- because REPLACE deletes without a DELETE trigger unless recursive_triggers is on.
CREATE TRIGGER readings_insert BEFORE INSERT ON readings
WHEN EXISTS (SELECT 1 FROM readings WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'reading exists: a reading never changes'); END;

CREATE TRIGGER readings_update BEFORE UPDATE ON readings
BEGIN SELECT RAISE(ABORT, 'a reading never changes'); END;

CREATE TRIGGER readings_delete BEFORE DELETE ON readings
BEGIN SELECT RAISE(ABORT, 'a reading is never deleted'); END;

CREATE TRIGGER revisions_insert BEFORE INSERT ON revisions
WHEN EXISTS (SELECT 1 FROM revisions WHERE document = NEW.document AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'revision exists: a revision never changes'); END;

CREATE TRIGGER revisions_update BEFORE UPDATE ON revisions
BEGIN SELECT RAISE(ABORT, 'a revision never changes'); END;

CREATE TRIGGER revisions_delete BEFORE DELETE ON revisions
BEGIN SELECT RAISE(ABORT, 'a revision is never deleted'); END;

CREATE TRIGGER events_update BEFORE UPDATE OF position, document, sequence, type, collection, revision, person, created_at ON events
BEGIN SELECT RAISE(ABORT, 'an event never changes'); END;

CREATE TRIGGER events_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;

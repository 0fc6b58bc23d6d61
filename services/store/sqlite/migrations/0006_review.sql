-- Text that people correct and sign, the queue of what awaits them, who they are, and
-- the log of what they did.
--
-- What must not be done is refused by triggers, one for each refusal, so that a later
-- migration can replace one by its name. A message that begins "X exists:" tells of a
-- key that is there; all others tell what is not allowed.

ALTER TABLE collections ADD COLUMN one_person INTEGER NOT NULL DEFAULT 0 CHECK (one_person IN (0, 1));

-- What else is known of a reading. It stands beside readings because a column behind
-- their bodies is read through all of a body's pages. A reading from before this table
-- has no row: it is a machine's or an imported one, of a whole page. part is JSON of
-- box and range, empty for the whole page.
CREATE TABLE reading_details (
    reading    TEXT    NOT NULL PRIMARY KEY CHECK (reading <> '') REFERENCES readings DEFERRABLE INITIALLY DEFERRED,
    based_on   TEXT    NOT NULL,
    part       TEXT    NOT NULL,
    confidence INTEGER NOT NULL,
    words      INTEGER NOT NULL,
    doubtful   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whoever had a part in a reading or a statement. They are written before it.
CREATE TABLE contributors (
    subject TEXT NOT NULL CHECK (subject <> ''),
    person  TEXT NOT NULL CHECK (person <> ''),
    PRIMARY KEY (subject, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE statements (
    id         TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    based_on   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    digest     BLOB    NOT NULL CHECK (length(digest) = 32),
    body       BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- roles are a JSON array of numbers.
CREATE TABLE users (
    id           TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    display_name TEXT    NOT NULL UNIQUE CHECK (display_name <> ''),
    roles        TEXT    NOT NULL,
    service      INTEGER NOT NULL CHECK (service IN (0, 1)),
    created_at   INTEGER NOT NULL,
    disabled_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
    digest     BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    user       TEXT    NOT NULL REFERENCES users DEFERRABLE INITIALLY DEFERRED,
    kind       INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX credentials_user ON credentials (user, expires_at);
CREATE INDEX credentials_age ON credentials (expires_at) WHERE expires_at <> 0;

CREATE TABLE signatures (
    id        TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    subject   TEXT    NOT NULL CHECK (subject <> ''),
    content   BLOB    NOT NULL CHECK (length(content) = 32),
    person    TEXT    NOT NULL REFERENCES users DEFERRABLE INITIALLY DEFERRED,
    signed_at INTEGER NOT NULL,
    UNIQUE (content, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX signatures_subject ON signatures (subject, signed_at, id);

CREATE TRIGGER reading_details_insert BEFORE INSERT ON reading_details
WHEN EXISTS (SELECT 1 FROM readings WHERE id = NEW.reading) OR EXISTS (SELECT 1 FROM reading_details WHERE reading = NEW.reading)
BEGIN SELECT RAISE(ABORT, 'reading exists: what is known of it never changes'); END;

CREATE TRIGGER reading_details_update BEFORE UPDATE ON reading_details
BEGIN SELECT RAISE(ABORT, 'what is known of a reading never changes'); END;

CREATE TRIGGER reading_details_delete BEFORE DELETE ON reading_details
BEGIN SELECT RAISE(ABORT, 'what is known of a reading is never deleted'); END;

CREATE TRIGGER contributors_insert BEFORE INSERT ON contributors
WHEN EXISTS (SELECT 1 FROM readings WHERE id = NEW.subject) OR EXISTS (SELECT 1 FROM statements WHERE id = NEW.subject)
BEGIN SELECT RAISE(ABORT, 'subject exists: its contributors never change'); END;

CREATE TRIGGER contributors_update BEFORE UPDATE ON contributors
BEGIN SELECT RAISE(ABORT, 'a contributor never changes'); END;

CREATE TRIGGER contributors_delete BEFORE DELETE ON contributors
BEGIN SELECT RAISE(ABORT, 'a contributor is never deleted'); END;

-- Origin 2 is a person.
CREATE TRIGGER readings_contributors BEFORE INSERT ON readings
WHEN NEW.origin = 2 AND NOT EXISTS (SELECT 1 FROM contributors WHERE subject = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a reading by a person names its contributors'); END;

-- A reading that is based on one to come could leave out its contributors.
CREATE TRIGGER readings_basis BEFORE INSERT ON readings
WHEN EXISTS (SELECT 1 FROM reading_details d WHERE d.reading = NEW.id AND d.based_on <> ''
    AND NOT EXISTS (SELECT 1 FROM readings WHERE id = d.based_on))
BEGIN SELECT RAISE(ABORT, 'a reading is based on one that is there'); END;

CREATE TRIGGER readings_inherited BEFORE INSERT ON readings
WHEN NEW.origin = 2 AND EXISTS (
    SELECT 1 FROM reading_details d CROSS JOIN readings b ON b.id = d.based_on CROSS JOIN contributors c ON c.subject = b.id
    WHERE d.reading = NEW.id AND b.origin = 2
    AND NOT EXISTS (SELECT 1 FROM signatures WHERE subject = b.id)
    AND NOT EXISTS (SELECT 1 FROM contributors WHERE subject = NEW.id AND person = c.person))
BEGIN SELECT RAISE(ABORT, 'a reading names the contributors of the unsigned reading that it is based on'); END;

CREATE TRIGGER statements_insert BEFORE INSERT ON statements
WHEN EXISTS (SELECT 1 FROM statements WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'statement exists: a statement never changes'); END;

CREATE TRIGGER statements_contributors BEFORE INSERT ON statements
WHEN NOT EXISTS (SELECT 1 FROM contributors WHERE subject = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a statement names its contributors'); END;

CREATE TRIGGER statements_basis BEFORE INSERT ON statements
WHEN NEW.based_on <> '' AND NOT EXISTS (SELECT 1 FROM statements WHERE id = NEW.based_on)
BEGIN SELECT RAISE(ABORT, 'a statement is based on one that is there'); END;

CREATE TRIGGER statements_inherited BEFORE INSERT ON statements
WHEN NEW.based_on <> '' AND NOT EXISTS (SELECT 1 FROM signatures WHERE subject = NEW.based_on) AND EXISTS (
    SELECT 1 FROM contributors c WHERE c.subject = NEW.based_on
    AND NOT EXISTS (SELECT 1 FROM contributors WHERE subject = NEW.id AND person = c.person))
BEGIN SELECT RAISE(ABORT, 'a statement names the contributors of the unsigned statement that it is based on'); END;

CREATE TRIGGER statements_update BEFORE UPDATE ON statements
BEGIN SELECT RAISE(ABORT, 'a statement never changes'); END;

CREATE TRIGGER statements_delete BEFORE DELETE ON statements
BEGIN SELECT RAISE(ABORT, 'a statement is never deleted'); END;

CREATE TRIGGER signatures_insert BEFORE INSERT ON signatures
WHEN EXISTS (SELECT 1 FROM signatures WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM signatures WHERE content = NEW.content AND person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'signature exists: a signature never changes'); END;

CREATE TRIGGER signatures_contributor BEFORE INSERT ON signatures
WHEN EXISTS (SELECT 1 FROM contributors WHERE subject = NEW.subject AND person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'who contributed to a text may not sign it'); END;

CREATE TRIGGER signatures_of_persons BEFORE INSERT ON signatures
WHEN NOT EXISTS (SELECT 1 FROM readings WHERE id = NEW.subject AND origin = 2)
    AND NOT EXISTS (SELECT 1 FROM statements WHERE id = NEW.subject)
BEGIN SELECT RAISE(ABORT, 'only what a person wrote or stated can be signed'); END;

CREATE TRIGGER signatures_person BEFORE INSERT ON signatures
WHEN NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.person AND service = 0 AND disabled_at = 0)
BEGIN SELECT RAISE(ABORT, 'only a user who is a person and may come in can sign'); END;

CREATE TRIGGER signatures_update BEFORE UPDATE ON signatures
BEGIN SELECT RAISE(ABORT, 'a signature never changes'); END;

CREATE TRIGGER signatures_delete BEFORE DELETE ON signatures
BEGIN SELECT RAISE(ABORT, 'a signature is never deleted'); END;

-- Contributors and signatures name users by their IDs.
CREATE TRIGGER users_id BEFORE UPDATE OF id ON users WHEN NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ABORT, 'the ID of a user never changes'); END;

CREATE TRIGGER users_delete BEFORE DELETE ON users
BEGIN SELECT RAISE(ABORT, 'a user is never deleted'); END;

-- assurance is what every region of the revision has at least. Revisions from before
-- this column are in no index of it: none was above 1.
ALTER TABLE revisions ADD COLUMN assurance INTEGER NOT NULL DEFAULT 0 CHECK (assurance BETWEEN 0 AND 3);

CREATE INDEX revisions_assured ON revisions (document, assurance, number) WHERE assurance > 1;

-- What awaits people. hidden is 1 while the document is deleted; triggers keep it, and
-- the counts. The queue of each order is a stretch of an index, of all collections and
-- of one; agreement is there because an index walks all its columns in one direction.
-- draft, comment and skipped_by are JSON, empty where there is none.
CREATE TABLE reviews (
    document     TEXT    NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    key          TEXT    NOT NULL CHECK (key <> ''),
    region       INTEGER NOT NULL CHECK (region >= 0),
    collection   TEXT    NOT NULL,
    state        INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    since        INTEGER NOT NULL,
    reading      TEXT    NOT NULL,
    confidence   INTEGER NOT NULL,
    words        INTEGER NOT NULL,
    doubtful     INTEGER NOT NULL,
    disagreement INTEGER NOT NULL,
    agreement    INTEGER NOT NULL GENERATED ALWAYS AS (-disagreement) VIRTUAL,
    hidden       INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)),
    version      INTEGER NOT NULL,
    claimed_by   TEXT    NOT NULL,
    claim_until  INTEGER NOT NULL,
    skipped_by   TEXT    NOT NULL,
    comment      TEXT    NOT NULL,
    draft        TEXT    NOT NULL,
    PRIMARY KEY (document, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX reviews_oldest ON reviews (state, since, document, key) WHERE region > 0 AND hidden = 0;
CREATE INDEX reviews_least_sure ON reviews (state, confidence, document, key) WHERE region > 0 AND hidden = 0;
CREATE INDEX reviews_disputed ON reviews (state, agreement, document, key) WHERE region > 0 AND hidden = 0;
CREATE INDEX reviews_oldest_in ON reviews (collection, state, since, document, key) WHERE region > 0 AND hidden = 0;
CREATE INDEX reviews_least_sure_in ON reviews (collection, state, confidence, document, key) WHERE region > 0 AND hidden = 0;
CREATE INDEX reviews_disputed_in ON reviews (collection, state, agreement, document, key) WHERE region > 0 AND hidden = 0;

CREATE TABLE review_counts (
    collection TEXT    NOT NULL,
    state      INTEGER NOT NULL,
    reviews    INTEGER NOT NULL CHECK (reviews >= 0),
    doubtful   INTEGER NOT NULL,
    PRIMARY KEY (collection, state)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER reviews_added AFTER INSERT ON reviews
BEGIN
    INSERT INTO review_counts SELECT NEW.collection, NEW.state, 1, NEW.doubtful WHERE NEW.region > 0 AND NEW.hidden = 0
        ON CONFLICT (collection, state) DO UPDATE SET reviews = reviews + 1, doubtful = doubtful + excluded.doubtful;
    UPDATE reviews SET hidden = 1 WHERE document = NEW.document AND key = NEW.key
        AND EXISTS (SELECT 1 FROM documents WHERE id = NEW.document AND deleted_at <> 0);
END;

CREATE TRIGGER reviews_changed AFTER UPDATE OF region, collection, state, doubtful, hidden ON reviews
WHEN (OLD.region > 0) <> (NEW.region > 0) OR OLD.collection <> NEW.collection OR OLD.state <> NEW.state
    OR OLD.doubtful <> NEW.doubtful OR OLD.hidden <> NEW.hidden
BEGIN
    UPDATE review_counts SET reviews = reviews - 1, doubtful = doubtful - OLD.doubtful
        WHERE collection = OLD.collection AND state = OLD.state AND OLD.region > 0 AND OLD.hidden = 0;
    INSERT INTO review_counts SELECT NEW.collection, NEW.state, 1, NEW.doubtful WHERE NEW.region > 0 AND NEW.hidden = 0
        ON CONFLICT (collection, state) DO UPDATE SET reviews = reviews + 1, doubtful = doubtful + excluded.doubtful;
END;

CREATE TRIGGER reviews_removed AFTER DELETE ON reviews WHEN OLD.region > 0 AND OLD.hidden = 0
BEGIN
    UPDATE review_counts SET reviews = reviews - 1, doubtful = doubtful - OLD.doubtful
        WHERE collection = OLD.collection AND state = OLD.state;
END;

CREATE TRIGGER documents_hide AFTER UPDATE OF deleted_at ON documents WHEN (OLD.deleted_at <> 0) <> (NEW.deleted_at <> 0)
BEGIN UPDATE reviews SET hidden = (NEW.deleted_at <> 0) WHERE document = NEW.id; END;

CREATE TRIGGER documents_hidden AFTER INSERT ON documents WHEN NEW.deleted_at <> 0
BEGIN UPDATE reviews SET hidden = 1 WHERE document = NEW.id; END;

-- What became of texts: JSON, empty where nothing did.
ALTER TABLE events ADD COLUMN regions TEXT NOT NULL DEFAULT '';

CREATE TRIGGER events_regions BEFORE UPDATE OF regions ON events
BEGIN SELECT RAISE(ABORT, 'an event never changes'); END;

-- The log. There is one writer at a time, so IDs are given in the order of commits. An
-- act changes once, when it gets its leaf.
CREATE TABLE acts (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    kind    TEXT    NOT NULL,
    person  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    facts   BLOB    NOT NULL,
    leaf    INTEGER NOT NULL DEFAULT -1 CHECK (leaf >= -1)
) STRICT;

CREATE INDEX acts_waiting ON acts (id) WHERE leaf < 0;
CREATE UNIQUE INDEX acts_leaf ON acts (leaf) WHERE leaf >= 0;
CREATE INDEX acts_subject ON acts (subject);

CREATE TABLE tree_hashes (
    id   INTEGER PRIMARY KEY CHECK (id >= 0),
    hash BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE checkpoints (
    size      INTEGER PRIMARY KEY CHECK (size >= 0),
    root      BLOB    NOT NULL CHECK (length(root) = 32),
    note      TEXT    NOT NULL,
    signed_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER acts_insert BEFORE INSERT ON acts WHEN EXISTS (SELECT 1 FROM acts WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'act exists: an act never changes'); END;

CREATE TRIGGER acts_unnumbered BEFORE INSERT ON acts WHEN NEW.leaf <> -1
BEGIN SELECT RAISE(ABORT, 'an act never begins with a leaf'); END;

CREATE TRIGGER acts_update BEFORE UPDATE ON acts
WHEN OLD.leaf <> -1 OR NEW.leaf < 0 OR NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.person IS NOT OLD.person
    OR NEW.subject IS NOT OLD.subject OR NEW.at IS NOT OLD.at OR NEW.facts IS NOT OLD.facts
BEGIN SELECT RAISE(ABORT, 'an act never changes, but gets a leaf once'); END;

CREATE TRIGGER acts_taken BEFORE UPDATE ON acts WHEN EXISTS (SELECT 1 FROM acts WHERE leaf = NEW.leaf AND leaf >= 0 AND id <> OLD.id)
BEGIN SELECT RAISE(ABORT, 'leaf exists: it never goes to another act'); END;

CREATE TRIGGER acts_delete BEFORE DELETE ON acts
BEGIN SELECT RAISE(ABORT, 'an act is never deleted'); END;

CREATE TRIGGER tree_hashes_insert BEFORE INSERT ON tree_hashes WHEN EXISTS (SELECT 1 FROM tree_hashes WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'hash exists: a hash of the tree never changes'); END;

CREATE TRIGGER tree_hashes_update BEFORE UPDATE ON tree_hashes
BEGIN SELECT RAISE(ABORT, 'a hash of the tree never changes'); END;

CREATE TRIGGER tree_hashes_delete BEFORE DELETE ON tree_hashes
BEGIN SELECT RAISE(ABORT, 'a hash of the tree is never deleted'); END;

CREATE TRIGGER checkpoints_insert BEFORE INSERT ON checkpoints WHEN EXISTS (SELECT 1 FROM checkpoints WHERE size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'checkpoint exists: a checkpoint never changes'); END;

CREATE TRIGGER checkpoints_update BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'a checkpoint never changes'); END;

CREATE TRIGGER checkpoints_delete BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'a checkpoint is never deleted'); END;

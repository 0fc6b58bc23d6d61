-- How documents hang together. Links are derived: those of a document are replaced
-- together. The body is JSON of what nobody asks by.
CREATE TABLE links (
    document TEXT    NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    kind     INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
    body     BLOB    NOT NULL,
    PRIMARY KEY (document, position)
) STRICT, WITHOUT ROWID;

-- Where a link goes: rank 0 is its target, from 1 on are the candidates, best first.
-- They may be deleted, and need not exist.
CREATE TABLE link_ends (
    document TEXT    NOT NULL,
    position INTEGER NOT NULL,
    rank     INTEGER NOT NULL CHECK (rank >= 0),
    target   TEXT    NOT NULL,
    PRIMARY KEY (document, position, rank)
) STRICT, WITHOUT ROWID;

CREATE INDEX link_ends_target ON link_ends (target, document, position, rank);

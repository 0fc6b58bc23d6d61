-- extracted is the newest revision whose fields were looked for.
ALTER TABLE documents ADD COLUMN extracted INTEGER NOT NULL DEFAULT 0;

CREATE INDEX documents_unread ON documents (id) WHERE complete = 1 AND deleted_at = 0 AND extracted < head;

-- What a document is found by, derived from its fields.
CREATE TABLE document_keys (
    kind     TEXT    NOT NULL,
    key      TEXT    NOT NULL,
    low      INTEGER NOT NULL,
    high     INTEGER NOT NULL,
    document TEXT    NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (kind, key, document, low, high)
) STRICT, WITHOUT ROWID;

CREATE INDEX document_keys_document ON document_keys (document);

-- The index of texts. It holds terms and no text: what a document says is read from
-- its readings. A term is written with _ and two hexadecimal digits for each byte
-- that is neither one of a-z and 0-9 nor above 127, so that this tokeniser splits at
-- blanks alone and changes nothing.
CREATE VIRTUAL TABLE search_index USING fts5 (
    terms, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'"
);

-- The number under which a document stands in the index.
CREATE TABLE search_documents (
    id       INTEGER PRIMARY KEY,
    document TEXT    NOT NULL UNIQUE REFERENCES documents DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- The vocabulary: every term that may be a misreading and that a document has or had.
-- It is small beside the texts and stays when they change: a term that is in no
-- document any more finds nothing.
CREATE TABLE search_terms (
    id   INTEGER PRIMARY KEY,
    term TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE search_trigrams (
    gram   TEXT    NOT NULL,
    length INTEGER NOT NULL,
    term   INTEGER NOT NULL REFERENCES search_terms DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (gram, length, term)
) STRICT, WITHOUT ROWID;

-- derived is the newest revision of which links and index were made.
ALTER TABLE documents ADD COLUMN derived INTEGER NOT NULL DEFAULT 0;

CREATE INDEX documents_underived ON documents (id) WHERE deleted_at = 0 AND extracted = head AND derived < head;

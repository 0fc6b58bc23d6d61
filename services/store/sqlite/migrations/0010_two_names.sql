-- VERIFIED means two people with names of their own. Whoever sits at the machine is nobody in
-- particular, and a program is nobody: one person could submit without a token, or with a
-- program's, and sign with their own.

-- Who submitted a person's reading or made a statement is in the act on it, which is written
-- with it. That one with a name had a part in what it came from is not enough: they have not
-- seen what it says now.
CREATE TRIGGER signatures_named BEFORE INSERT ON signatures
WHEN EXISTS (SELECT 1 FROM contributors WHERE subject = NEW.subject) AND NOT EXISTS (
    SELECT 1 FROM acts a CROSS JOIN users u ON u.id = a.person CROSS JOIN contributors c ON c.subject = NEW.subject AND c.person = a.person
    WHERE a.subject IN ('readings/' || NEW.subject, 'statements/' || NEW.subject) AND a.kind IN ('text.corrected', 'field.stated')
    AND u.service = 0)
BEGIN SELECT RAISE(ABORT, 'nobody who has a name stands behind what would be signed'); END;

-- Signatures from before that, which stay. Nothing is ever added here.
CREATE TABLE signatures_before_names (
    signature TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

INSERT INTO signatures_before_names SELECT g.id FROM signatures g WHERE NOT EXISTS (
    SELECT 1 FROM acts a CROSS JOIN users u ON u.id = a.person CROSS JOIN contributors c ON c.subject = g.subject AND c.person = a.person
    WHERE a.subject IN ('readings/' || g.subject, 'statements/' || g.subject) AND a.kind IN ('text.corrected', 'field.stated')
    AND u.service = 0);

CREATE TRIGGER signatures_before_names_insert BEFORE INSERT ON signatures_before_names
BEGIN SELECT RAISE(ABORT, 'signatures from before names were asked for never come anew'); END;

CREATE TRIGGER signatures_before_names_update BEFORE UPDATE ON signatures_before_names
BEGIN SELECT RAISE(ABORT, 'signatures from before names were asked for never change'); END;

CREATE TRIGGER signatures_before_names_delete BEFORE DELETE ON signatures_before_names
BEGIN SELECT RAISE(ABORT, 'signatures from before names were asked for are never forgotten'); END;

-- What waits for a signature that would be refused waits for a person with a name. 1 is to
-- correct, 2 to verify; what was sent back is in 1 already.
UPDATE reviews SET state = 1, version = version + 1, skipped_by = '' WHERE state = 2 AND NOT EXISTS (
    SELECT 1 FROM acts a CROSS JOIN users u ON u.id = a.person
    WHERE a.subject = 'readings/' || reviews.reading AND a.kind = 'text.corrected' AND u.service = 0);

-- A program never becomes a person, and nobody takes the place of a user: REPLACE would
-- delete the row of who has the ID or the name, past users_delete.
CREATE TRIGGER users_service BEFORE UPDATE OF service ON users WHEN NEW.service IS NOT OLD.service
BEGIN SELECT RAISE(ABORT, 'whether a user is a program never changes'); END;

CREATE TRIGGER users_insert BEFORE INSERT ON users
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.id OR display_name = NEW.display_name)
BEGIN SELECT RAISE(ABORT, 'user exists: a user is never put in the place of another'); END;

CREATE TRIGGER users_name BEFORE UPDATE OF display_name ON users
WHEN EXISTS (SELECT 1 FROM users WHERE display_name = NEW.display_name AND id <> OLD.id)
BEGIN SELECT RAISE(ABORT, 'user exists: a name never goes to another while somebody has it'); END;

CREATE TRIGGER users_nobody BEFORE INSERT ON users WHEN NEW.id IN ('local', 'system')
BEGIN SELECT RAISE(ABORT, 'local and system are never a user'); END;

-- A revision says of no text, and of no statement, that it is verified unless somebody has
-- signed it: 3 is VERIFIED. Of 400 regions that takes 2 ms. Whether the signature is under that
-- very place, and manifests that are written otherwise than the catalog writes them, are told
-- by fsck.
CREATE TRIGGER revisions_signed BEFORE INSERT ON revisions
WHEN EXISTS (SELECT 1 FROM (
    SELECT max(iif(key = 'assurance', atom, 0)) AS said, max(iif(key = 'assurance', '', atom)) AS what
    FROM json_tree(CAST(NEW.manifest AS TEXT)) WHERE key IN ('assurance', 'reading', 'statement') GROUP BY parent)
    WHERE said = 3 AND NOT EXISTS (SELECT 1 FROM signatures WHERE subject = what))
BEGIN SELECT RAISE(ABORT, 'a revision never says that something is verified which nobody has signed'); END;

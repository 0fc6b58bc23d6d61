-- A purge takes two people with names of their own. Whoever sits at the machine is nobody in
-- particular: one person could ask with a token, and confirm without it.

DROP TRIGGER purges_asked;
CREATE TRIGGER purges_asked BEFORE INSERT ON purges
WHEN NOT EXISTS (SELECT 1 FROM users u WHERE u.id = NEW.asked_by AND u.service = 0 AND u.disabled_at = 0
    AND EXISTS (SELECT 1 FROM json_each(u.roles) r WHERE r.value = 5))
BEGIN SELECT RAISE(ABORT, 'only an operator who is a person asks for a purge'); END;

DROP TRIGGER purges_confirmed;
CREATE TRIGGER purges_confirmed BEFORE UPDATE ON purges
WHEN OLD.confirmed_by = '' AND NEW.confirmed_by <> ''
    AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = NEW.confirmed_by AND u.service = 0 AND u.disabled_at = 0
    AND EXISTS (SELECT 1 FROM json_each(u.roles) r WHERE r.value = 5))
BEGIN SELECT RAISE(ABORT, 'only an operator who is a person confirms a purge'); END;

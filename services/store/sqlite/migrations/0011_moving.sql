-- When one person's word becomes enough in a collection, or ceases to be, its reviews are
-- moved a few at a time. Until the last one is, the collection has the time of the change.
ALTER TABLE collections ADD COLUMN moving_since INTEGER NOT NULL DEFAULT 0;

-- Campaigns read pages again with a recipe. What they want, what came of it and what was
-- decided stands page by page; what a collection shows instead of its holding's recipe are
-- choices, which are added and never taken away: a campaign that is rolled back puts its
-- own out of effect. terms, plan and sample are JSON.
CREATE TABLE campaigns (
    id          TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    state       INTEGER NOT NULL CHECK (state BETWEEN 1 AND 10),
    ends_in     INTEGER NOT NULL CHECK (ends_in BETWEEN 0 AND 10),
    paused      INTEGER NOT NULL CHECK (paused IN (0, 1)),
    rolled_back INTEGER NOT NULL CHECK (rolled_back IN (0, 1)),
    person      TEXT    NOT NULL,
    cursor      TEXT    NOT NULL,
    problem     TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    run_at      INTEGER NOT NULL,
    ended_at    INTEGER NOT NULL,
    terms       TEXT    NOT NULL,
    plan        TEXT    NOT NULL,
    sample      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX campaigns_active ON campaigns (id) WHERE state < 7;

CREATE TABLE campaign_pages (
    campaign          TEXT    NOT NULL REFERENCES campaigns DEFERRABLE INITIALLY DEFERRED,
    number            INTEGER NOT NULL CHECK (number >= 1),
    collection        TEXT    NOT NULL,
    scan              BLOB    NOT NULL CHECK (length(scan) = 32),
    page              INTEGER NOT NULL CHECK (page >= 1),
    instead           BLOB    NOT NULL CHECK (length(instead) = 32),
    before_recipe     BLOB    NOT NULL CHECK (length(before_recipe) = 32),
    before_reading    TEXT    NOT NULL,
    before_outcome    INTEGER NOT NULL CHECK (before_outcome BETWEEN 0 AND 8),
    before_confidence INTEGER NOT NULL,
    recipe            BLOB    NOT NULL CHECK (length(recipe) = 32),
    reading           TEXT    NOT NULL,
    outcome           INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 8),
    confidence        INTEGER NOT NULL,
    state             INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    decision          INTEGER NOT NULL CHECK (decision BETWEEN 0 AND 6),
    comparison        INTEGER NOT NULL CHECK (comparison BETWEEN 0 AND 3),
    why               TEXT    NOT NULL,
    PRIMARY KEY (campaign, number),
    UNIQUE (campaign, scan, page, collection)
) STRICT, WITHOUT ROWID;

CREATE INDEX campaign_pages_state ON campaign_pages (campaign, state, number);
CREATE INDEX campaign_pages_counts ON campaign_pages (campaign, state, decision, comparison);

-- A sample is drawn by rank. Scores are JSON of how the old and the new reading differ
-- from the text that people stand behind.
CREATE TABLE campaign_samples (
    campaign   TEXT    NOT NULL REFERENCES campaigns DEFERRABLE INITIALLY DEFERRED,
    number     INTEGER NOT NULL CHECK (number >= 1),
    scan       BLOB    NOT NULL CHECK (length(scan) = 32),
    page       INTEGER NOT NULL CHECK (page >= 1),
    rank       BLOB    NOT NULL CHECK (length(rank) = 32),
    sample     TEXT    NOT NULL,
    PRIMARY KEY (campaign, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE campaign_documents (
    campaign TEXT    NOT NULL REFERENCES campaigns DEFERRABLE INITIALLY DEFERRED,
    document TEXT    NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    before   INTEGER NOT NULL CHECK (before >= 0),
    after    INTEGER NOT NULL CHECK (after >= 0),
    restored INTEGER NOT NULL CHECK (restored >= 0),
    PRIMARY KEY (campaign, document)
) STRICT, WITHOUT ROWID;

-- The rowid gives the order of choices: of several for a page the newest counts.
CREATE TABLE page_choices (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT    NOT NULL,
    scan       BLOB    NOT NULL CHECK (length(scan) = 32),
    instead    BLOB    NOT NULL CHECK (length(instead) = 32),
    page       INTEGER NOT NULL CHECK (page >= 1),
    campaign   TEXT    NOT NULL REFERENCES campaigns DEFERRABLE INITIALLY DEFERRED,
    recipe     BLOB    NOT NULL CHECK (length(recipe) = 32),
    UNIQUE (scan, collection, instead, page, campaign)
) STRICT;

CREATE TRIGGER page_choices_insert BEFORE INSERT ON page_choices
WHEN EXISTS (SELECT 1 FROM page_choices c WHERE c.scan = NEW.scan AND c.collection = NEW.collection
    AND c.instead = NEW.instead AND c.page = NEW.page AND c.campaign = NEW.campaign)
BEGIN SELECT RAISE(ABORT, 'choice exists: a choice never changes'); END;

CREATE TRIGGER page_choices_update BEFORE UPDATE ON page_choices
BEGIN SELECT RAISE(ABORT, 'a choice never changes'); END;

CREATE TRIGGER page_choices_delete BEFORE DELETE ON page_choices
BEGIN SELECT RAISE(ABORT, 'a choice is never deleted'); END;

-- The runs of a definition. What was planned is fixed when the batch is submitted; what became of it is counted beside it.
CREATE TABLE batches (
  id                 TEXT PRIMARY KEY,
  definition         TEXT NOT NULL,             -- its name
  nominal            TEXT NOT NULL,             -- which of its runs: a nominal time, or the digest of the recipients
  provider           TEXT NOT NULL,
  state              TEXT NOT NULL,             -- submitting, open, paused, cancelled, finished, abandoned
  actor              TEXT NOT NULL,
  reason             TEXT NOT NULL,
  created_at         INTEGER NOT NULL,
  submit_until       INTEGER,                   -- while it is being submitted: when whoever does it counts as dead
  import             INTEGER NOT NULL DEFAULT 0,
  first_id           INTEGER NOT NULL DEFAULT 0, -- its jobs are among those from here
  last_id            INTEGER NOT NULL DEFAULT 0, -- to here
  cancelled_to       INTEGER NOT NULL DEFAULT 0, -- no job up to here is left to be cancelled
  definition_digest  TEXT NOT NULL,
  recipients_digest  TEXT NOT NULL,
  plan               TEXT NOT NULL,             -- JSON: what was planned, as the preview showed it
  retry              TEXT NOT NULL,             -- JSON: the definition's retry policy; empty: the configuration's
  on_complete        TEXT NOT NULL,             -- the endpoint that is told its end; empty: those that ask for all
  finished_at        INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX batches_by_age ON batches (created_at, id);
CREATE INDEX batches_by_definition ON batches (definition, created_at);
-- What the turn must know of at once: whose jobs are not taken, and whose jobs are still to be cancelled.
CREATE INDEX batches_held_back ON batches (id, state) WHERE state NOT IN ('open', 'finished');

-- How many of a batch's jobs are in each state. Narrow, since every step of a job writes it, and kept when jobs are pruned.
CREATE TABLE batch_counts (
  batch     TEXT PRIMARY KEY,
  queued    INTEGER NOT NULL DEFAULT 0,
  running   INTEGER NOT NULL DEFAULT 0,
  done      INTEGER NOT NULL DEFAULT 0,
  failed    INTEGER NOT NULL DEFAULT 0,
  stale     INTEGER NOT NULL DEFAULT 0,
  held      INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  first_end INTEGER,                            -- when its first job came to an end, and its last so far
  last_end  INTEGER
) STRICT, WITHOUT ROWID;

-- One row for each run that a definition was to have, so that none happens twice: fired, missed or skipped.
CREATE TABLE occurrences (
  definition TEXT NOT NULL,
  nominal    TEXT NOT NULL,
  at         INTEGER NOT NULL,                  -- when it was to begin
  state      TEXT NOT NULL,                     -- submitting, submitted, missed, skipped
  batch      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (definition, nominal)
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrences_by_age ON occurrences (definition, created_at);

-- Definitions that fire by themselves: exactly the file that was looked at when somebody armed it.
CREATE TABLE schedules (
  definition TEXT PRIMARY KEY,
  path       TEXT NOT NULL,
  digest     TEXT NOT NULL,
  actor      TEXT NOT NULL,
  enabled_at INTEGER NOT NULL,
  seen_until INTEGER NOT NULL,                  -- every occurrence up to here has a row
  disarmed   TEXT NOT NULL                      -- why it does not fire any more; empty: it does
) STRICT, WITHOUT ROWID;

-- What a filter over jobs had selected when somebody looked: executing wants the same selection, once.
CREATE TABLE previews (
  id         TEXT PRIMARY KEY,
  action     TEXT NOT NULL,                     -- reprocess, release, close_sent, close_not_sent
  filter     TEXT NOT NULL,                     -- JSON; a recipient stands in it as its subject
  digest     TEXT NOT NULL,                     -- of what it selects and leaves out
  jobs       INTEGER NOT NULL,
  actor      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at    INTEGER
) STRICT, WITHOUT ROWID;

-- A job that was sent again as another, and that other one.
ALTER TABLE jobs ADD COLUMN reprocess_of TEXT;
ALTER TABLE jobs ADD COLUMN reprocessed_as TEXT;

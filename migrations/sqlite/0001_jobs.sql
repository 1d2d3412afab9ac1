-- The queue. Names and values are those of docs/ARCHITECTURE.md; times are milliseconds since the Unix epoch, UTC.

-- The only table that holds a recipient. Other tables keep the subject's id as a plain value: deleting the row here
-- is the erasure.
CREATE TABLE subjects (
  id                TEXT PRIMARY KEY,
  provider          TEXT NOT NULL,
  recipient         TEXT NOT NULL,   -- normalised
  address           TEXT NOT NULL,   -- as last given
  salt              BLOB NOT NULL,
  last_accepted_seq INTEGER,         -- head of the chain of subjectPrev
  UNIQUE (provider, recipient)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  id               INTEGER PRIMARY KEY,
  request_id       TEXT NOT NULL UNIQUE,
  provider         TEXT NOT NULL,
  subject          TEXT NOT NULL,
  hand_over        TEXT NOT NULL,
  payload_mac      BLOB NOT NULL,
  batch            TEXT NOT NULL DEFAULT '',
  state            TEXT NOT NULL,
  step             INTEGER NOT NULL DEFAULT 0,   -- of a running job: 1 calling, 2 handing over
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  due_at           INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL,             -- fixed at enqueue
  fresh_until      INTEGER NOT NULL,             -- expires_at, or earlier after the clock was set back
  lifetime         INTEGER NOT NULL,
  attempts         INTEGER NOT NULL DEFAULT 0,
  tries            INTEGER NOT NULL DEFAULT 0,
  unknown_retried  INTEGER NOT NULL DEFAULT 0,
  outcome          TEXT,
  code             TEXT,
  epoch            INTEGER NOT NULL DEFAULT 0,   -- with attempts: the lease
  import           INTEGER NOT NULL DEFAULT 0,   -- of a large import that is not complete yet
  ready            INTEGER NOT NULL DEFAULT 0,
  created_at       INTEGER NOT NULL,
  finished_at      INTEGER,
  last_seq         INTEGER NOT NULL
) STRICT;

-- A queued job is in exactly one of the next three.
-- What may be taken, in the order in which it is taken:
CREATE INDEX jobs_ready ON jobs (provider, batch <> '', fresh_until, id) WHERE state = 'queued' AND ready = 1;
-- What waits for its dueAt:
CREATE INDEX jobs_waiting ON jobs (due_at) WHERE state = 'queued' AND ready = 0 AND import = 0;
-- What waits for the rest of its import:
CREATE INDEX jobs_importing ON jobs (import, fresh_until) WHERE state = 'queued' AND import <> 0;

-- A subject has at most one running job.
CREATE UNIQUE INDEX jobs_running ON jobs (subject) WHERE state = 'running';

-- Large imports: their jobs become takeable when `complete` is set, by the import's last transaction. The row goes
-- when the last of its jobs has been made ready. AUTOINCREMENT: an id is never used twice.
CREATE TABLE imports (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  complete INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE gates (
  provider         TEXT PRIMARY KEY,
  tat              INTEGER NOT NULL,   -- microseconds since the Unix epoch
  wait_until       INTEGER,
  since_batch      INTEGER NOT NULL,
  paused           INTEGER NOT NULL,
  paused_by_system INTEGER NOT NULL,
  pause_reason     TEXT NOT NULL,
  pause_code       TEXT,
  paused_by        TEXT NOT NULL,
  paused_at        INTEGER NOT NULL
) STRICT;

-- One row: which daemon's leases count.
CREATE TABLE daemon (
  only  INTEGER PRIMARY KEY CHECK (only = 1),
  epoch INTEGER NOT NULL
) STRICT;
INSERT INTO daemon VALUES (1, 0);

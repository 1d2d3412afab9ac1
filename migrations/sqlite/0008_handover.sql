-- Where a job's link is mailed to, as last given. Beside the recipient, since it names the same person: it goes with the row.
ALTER TABLE subjects ADD COLUMN deliver_to TEXT;

-- Running jobs that a person has cancelled: whoever holds such a job's link in memory must find them at once, among
-- thousands whose links wait to be claimed.
CREATE INDEX jobs_cancelling ON jobs (id) WHERE state = 'running' AND cancel_requested = 1;

-- What the endpoints of outcome webhooks are still to be told, written with the entry that it tells of. The row goes when
-- the endpoint has taken it.
CREATE TABLE outbox (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  endpoint   TEXT NOT NULL,      -- its name in the configuration
  message    TEXT NOT NULL,      -- the webhook-id, the same at every try
  body       TEXT NOT NULL,      -- the exact bytes; no recipient, no link
  created_at INTEGER NOT NULL,
  tries      INTEGER NOT NULL DEFAULT 0,
  next_at    INTEGER,            -- when it is tried next; while a try is under way, when it counts as lost. NULL: given up
  error      TEXT                -- what the last try came to
) STRICT;
CREATE INDEX outbox_due ON outbox (endpoint, next_at, id) WHERE next_at IS NOT NULL;

-- When this database was last copied by `latchkey backup`, so that somebody notices when it is not any more. 0: never.
ALTER TABLE daemon ADD COLUMN backed_up_at INTEGER NOT NULL DEFAULT 0;

-- The Merkle tree over the ledger's entries. A node is stored once its subtree is full and never changes again; idx counts
-- them in the order in which they come to be, so that this table, too, only ever grows at its end. The program builds the
-- nodes of what the ledger holds already in the transaction of this migration.
CREATE TABLE ledger_node (
  idx  INTEGER PRIMARY KEY,
  hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER ledger_node_never_changes BEFORE UPDATE ON ledger_node
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_node_never_shrinks BEFORE DELETE ON ledger_node
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- Signed checkpoints, those that are also lines of the log in the anchors folder. By age: after a fork the sizes begin
-- again.
CREATE TABLE checkpoints (
  id   INTEGER PRIMARY KEY,
  size INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE TRIGGER checkpoints_never_change BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER checkpoints_never_shrink BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- The UTC day (since the epoch) of the last checkpoint.daily.
ALTER TABLE daemon ADD COLUMN daily INTEGER NOT NULL DEFAULT 0;

-- What pruning leaves of a job: its requestId stays taken, its entries stay reachable.
CREATE TABLE pruned_jobs (
  request_id TEXT PRIMARY KEY,
  last_seq   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The append-only audit log. `entry` holds the exact bytes that are hashed and proved; the other columns are computed
-- from them, so that no second copy can drift from the truth. They are virtual and cost nothing to write; an index on
-- one of them would cost its row for every entry, which is why a job's entries are reached from jobs.last_seq through
-- their back links and a time by its order in seq.
CREATE TABLE ledger (
  seq                 INTEGER PRIMARY KEY,
  entry               TEXT NOT NULL,
  t                   TEXT GENERATED ALWAYS AS (json_extract(entry, '$.t')) VIRTUAL,
  type                TEXT GENERATED ALWAYS AS (json_extract(entry, '$.type')) VIRTUAL,
  actor               TEXT GENERATED ALWAYS AS (json_extract(entry, '$.actor')) VIRTUAL,
  request_id          TEXT GENERATED ALWAYS AS (json_extract(entry, '$.requestId')) VIRTUAL,
  subject             TEXT GENERATED ALWAYS AS (json_extract(entry, '$.subject')) VIRTUAL,
  provider            TEXT GENERATED ALWAYS AS (json_extract(entry, '$.provider')) VIRTUAL,
  outcome             TEXT GENERATED ALWAYS AS (json_extract(entry, '$.outcome')) VIRTUAL,
  code                TEXT GENERATED ALWAYS AS (json_extract(entry, '$.code')) VIRTUAL,
  batch               TEXT GENERATED ALWAYS AS (json_extract(entry, '$.batch')) VIRTUAL,
  provider_request_id TEXT GENERATED ALWAYS AS (json_extract(entry, '$.providerRequestId')) VIRTUAL,
  link_fp             TEXT GENERATED ALWAYS AS (json_extract(entry, '$.linkFp')) VIRTUAL
) STRICT;

-- These stop bugs and accidents. INSERT OR REPLACE would delete a row without firing the delete trigger unless
-- recursive_triggers is on, and could put one into a gap: hence the third.
CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_never_shrinks BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_has_no_gaps BEFORE INSERT ON ledger
WHEN NEW.seq <> (SELECT coalesce(max(seq), -1) + 1 FROM ledger)
BEGIN SELECT RAISE(ABORT, 'the ledger has no gaps'); END;

-- What a question finds rare entries by is a table of its own, written beside the entry. As indexes over columns that are
-- computed from the entry's text, SQLite parsed that text several times for every entry, only to see that an ordinary one is in
-- none of them: a third of all that a drained job cost. The rows are those of the indexes before: a row for what is rare, none for
-- what every job writes.
CREATE TABLE ledger_index (
  member TEXT NOT NULL,      -- of the entry: code, linkFp, outcome, providerRequestId or type
  value  TEXT NOT NULL,
  seq    INTEGER NOT NULL,
  PRIMARY KEY (member, value, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO ledger_index SELECT 'code', code, seq FROM ledger INDEXED BY ledger_by_code
  WHERE code IS NOT NULL ORDER BY code, seq;
INSERT INTO ledger_index SELECT 'linkFp', link_fp, seq FROM ledger INDEXED BY ledger_by_link_fp
  WHERE link_fp IS NOT NULL ORDER BY link_fp, seq;
INSERT INTO ledger_index SELECT 'outcome', outcome, seq FROM ledger INDEXED BY ledger_by_outcome
  WHERE outcome <> 'accepted' ORDER BY outcome, seq;
INSERT INTO ledger_index SELECT 'providerRequestId', provider_request_id, seq
  FROM ledger INDEXED BY ledger_by_provider_request_id
  WHERE provider_request_id IS NOT NULL ORDER BY provider_request_id, seq;
INSERT INTO ledger_index SELECT 'type', type, seq FROM ledger INDEXED BY ledger_by_type
  WHERE type NOT IN ('job.accepted', 'attempt.intent', 'attempt.result', 'handover.intent', 'handover.result', 'link.claimed')
  ORDER BY type, seq;
CREATE TRIGGER ledger_index_never_changes BEFORE UPDATE ON ledger_index
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_index_never_shrinks BEFORE DELETE ON ledger_index
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

DROP INDEX ledger_by_provider_request_id;
DROP INDEX ledger_by_link_fp;
DROP INDEX ledger_by_type;
DROP INDEX ledger_by_code;
DROP INDEX ledger_by_outcome;

ALTER TABLE ledger DROP COLUMN type;
ALTER TABLE ledger DROP COLUMN outcome;
ALTER TABLE ledger DROP COLUMN code;
ALTER TABLE ledger DROP COLUMN provider_request_id;
ALTER TABLE ledger DROP COLUMN link_fp;

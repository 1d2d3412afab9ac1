-- Whom not to write to again although they were erased: a keyed hash in place of the recipient, one row for each
-- fingerprint key there was, so that whoever knows any of the keys finds it.
CREATE TABLE suppressions (
  provider TEXT NOT NULL,
  hash     BLOB NOT NULL,
  PRIMARY KEY (provider, hash)
) STRICT, WITHOUT ROWID;

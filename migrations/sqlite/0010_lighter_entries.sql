-- What an entry costs to write, halved.

-- A transaction's nodes of the tree stand in few rows: `hashes` holds 32 bytes for the node `idx`, 32 for idx + 1, and so on.
-- A row for each node was half of all rows that a job wrote. Rows from before hold one each, and stay as they are.
ALTER TABLE ledger_node RENAME COLUMN hash TO hashes;

-- SQLite computes every generated column of a row that it inserts, whether anything uses it or not. Those that have an index
-- stay; nobody asks for the others by SQL.
ALTER TABLE ledger DROP COLUMN t;
ALTER TABLE ledger DROP COLUMN actor;
ALTER TABLE ledger DROP COLUMN request_id;
ALTER TABLE ledger DROP COLUMN subject;
ALTER TABLE ledger DROP COLUMN provider;
ALTER TABLE ledger DROP COLUMN batch;

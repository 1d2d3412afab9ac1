-- What questions about the ledger need beyond its order: a row for what is rare, none for what every job writes. A time
-- is found by bisection over seq, a job's entries through its back links, a recipient's jobs through subjectPrev. The
-- rest (actor, batch, provider, outcome 'accepted', the types of every job) is read in the order of seq, page by page,
-- within the question's time range: an index on one of these would have a row for nearly every entry. An index's rows
-- are in the order of seq where its column is equal, so a page of it costs the same however far the question has come.

-- "What became of the call that the provider knows as …?" and "Whose link is this?" must answer at once, and nothing else
-- leads there. A row for each call that was answered, and for each link.
CREATE INDEX ledger_by_provider_request_id ON ledger (provider_request_id) WHERE provider_request_id IS NOT NULL;
CREATE INDEX ledger_by_link_fp ON ledger (link_fp) WHERE link_fp IS NOT NULL;

-- What went wrong, and what people and the daemon did. Three indexes, since none answers for another: an end of a job
-- may have a code and no outcome, a result an outcome and no code, and most rare types have neither.
CREATE INDEX ledger_by_type ON ledger (type) WHERE type NOT IN
  ('job.accepted', 'attempt.intent', 'attempt.result', 'handover.intent', 'handover.result', 'link.claimed');
CREATE INDEX ledger_by_code ON ledger (code) WHERE code IS NOT NULL;
CREATE INDEX ledger_by_outcome ON ledger (outcome) WHERE outcome <> 'accepted';

-- The jobs that people ask for by state, oldest first. The states that every job passes are in the indexes of 0001 or
-- not worth one.
CREATE INDEX jobs_in_trouble ON jobs (id, state) WHERE state IN ('held', 'failed');

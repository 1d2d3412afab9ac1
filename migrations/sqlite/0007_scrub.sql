-- Whether recipients were erased and the files have not been searched to the end since: whoever was to do it may have
-- been killed, and nobody knows any more what to search for. The next one writes the database anew.
ALTER TABLE daemon ADD COLUMN scrub_due INTEGER NOT NULL DEFAULT 0;

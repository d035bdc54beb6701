-- The ledger, version 4: what is asked of the past is found without a walk through it. No customer data.
ALTER TABLE files ADD COLUMN counts TEXT;   -- its orders by state, as JSON, since it was settled; null: settled before version 4
CREATE INDEX files_closed ON files (finished_at, source, outcome, counts) WHERE state = 'closed';
CREATE INDEX files_failed ON files (finished_at) WHERE state = 'closed' AND outcome = 'failed';
CREATE INDEX files_of_source ON files (source);
DROP INDEX files_finished;

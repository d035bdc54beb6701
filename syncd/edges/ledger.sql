-- The ledger, version 1. No customer data: references, hashes, states, times, statuses.
-- `due`, `started` and `ended` are seconds on the boot-time clock of the run of the machine named in meta.boot_id.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE files (
  id          TEXT PRIMARY KEY,               -- the claim id: one delivery of one file
  source      TEXT NOT NULL,
  name        BLOB NOT NULL,                  -- as its sender named it
  state       TEXT NOT NULL CHECK (state IN ('claimed', 'judging', 'carrying', 'settled', 'closed')),
  received_at TEXT NOT NULL,
  deaths      INTEGER NOT NULL DEFAULT 0,     -- deaths of the process while this file was judged
  failures    INTEGER NOT NULL DEFAULT 0,     -- exceptions of our own while it was handled
  sha256      TEXT,
  bytes       INTEGER,
  fingerprint TEXT,                           -- how the file looked when it was judged
  problems    TEXT,                           -- where its own problems stand in the side file: offset and lengths
  outcome     TEXT CHECK (outcome IN ('done', 'failed')),
  filed_as    BLOB,
  finished_at TEXT
) WITHOUT ROWID;
CREATE INDEX files_open ON files (received_at) WHERE state <> 'closed';
CREATE INDEX files_finished ON files (finished_at);

CREATE TABLE orders (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: deliveries and twins name orders by it
  file         TEXT NOT NULL REFERENCES files (id),
  record       INTEGER NOT NULL,
  reference    TEXT,
  payload_hash TEXT,
  state        TEXT NOT NULL,                 -- waiting, or its outcome
  twin         INTEGER,                       -- an equal order further up in the same file, whose outcome it shares
  due          REAL NOT NULL DEFAULT 0,
  failures     INTEGER NOT NULL DEFAULT 0,    -- of the weather, in a row
  attempts     INTEGER NOT NULL DEFAULT 0,    -- times it was sent
  http_status  INTEGER,
  accepted_at  TEXT,
  note         TEXT,
  entry        TEXT NOT NULL                  -- where it stands in the side file: offset and lengths
);
CREATE INDEX orders_of_file ON orders (file, record);
CREATE INDEX orders_by_reference ON orders (reference, file);
CREATE INDEX orders_waiting ON orders (file, due) WHERE state = 'waiting';
CREATE INDEX orders_twins ON orders (twin) WHERE twin IS NOT NULL;

CREATE TABLE deliveries (                     -- what the API was, or may have been, told of a reference
  account      TEXT NOT NULL,
  reference    TEXT NOT NULL,
  payload_hash TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('sending', 'asking', 'resend', 'accepted')),
  order_id     INTEGER NOT NULL,              -- the order it is about
  doubtful     INTEGER NOT NULL DEFAULT 0,    -- an earlier sending ended without a clear answer
  answered     INTEGER NOT NULL DEFAULT 0,    -- the last sending was answered, so one 404 settles it
  known        INTEGER NOT NULL DEFAULT 0,    -- the API said that the reference exists
  misses       INTEGER NOT NULL DEFAULT 0,    -- 404s since the last sending
  accepted_at  TEXT,
  PRIMARY KEY (account, reference)
) WITHOUT ROWID;
CREATE INDEX deliveries_open ON deliveries (state) WHERE state <> 'accepted';

CREATE TABLE calls (                          -- what uses up the quota
  id      INTEGER PRIMARY KEY,
  started REAL NOT NULL,
  ended   REAL
);

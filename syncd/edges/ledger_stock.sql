-- The ledger, version 2: what was sent of which SKU, for checking stock before sending. No customer data.
CREATE TABLE sent_lines (
  order_id   INTEGER NOT NULL,              -- the order it belongs to
  sku        TEXT NOT NULL,
  qty        TEXT NOT NULL,                 -- an exact number
  ended_poll INTEGER                        -- the inventory poll that was the last one begun when the API had accepted it; null: on its way
);
CREATE INDEX sent_lines_by_sku ON sent_lines (sku);
CREATE INDEX sent_lines_by_order ON sent_lines (order_id);

CREATE TABLE stock_holds (                  -- orders that wait for stock
  order_id INTEGER PRIMARY KEY,
  since    TEXT NOT NULL
);

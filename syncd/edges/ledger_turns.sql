-- The ledger, version 3: a file's next waiting orders in file order, found without a look at all that wait.
CREATE INDEX orders_next ON orders (file, record) WHERE state = 'waiting';

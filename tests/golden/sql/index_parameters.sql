CREATE TABLE tuned (id int PRIMARY KEY WITH (fillfactor = 70), a int, b text, c int, UNIQUE (a) WITH (fillfactor = 60, deduplicate_items = off))

CREATE INDEX tuned_b ON tuned (b) WITH (fillfactor = 50, deduplicate_items)

CREATE INDEX tuned_part ON tuned (a) INCLUDE (b) WITH (fillfactor = 50) WHERE a > 1

CREATE INDEX tuned_hash ON tuned USING hash (a) WITH (fillfactor = 9)

CREATE INDEX tuned_hash ON tuned USING hash (a) WITH (deduplicate_items = off)

CREATE INDEX tuned_wrong ON tuned (a) WITH (fillfactor = 101)

CREATE INDEX tuned_wrong ON tuned (a) WITH (fillfactor = high)

CREATE INDEX tuned_wrong ON tuned (a) WITH (deduplicate_items = perhaps)

CREATE INDEX tuned_wrong ON tuned (a) WITH (fastupdate = on)

CREATE INDEX tuned_wrong ON tuned (a) WITH (toast.fillfactor = 50)

CREATE TABLE tuned_wrong (a int UNIQUE WITH (speed = 1))

SELECT relname, reloptions FROM pg_class WHERE relname LIKE 'tuned%' AND relkind = 'i' ORDER BY 1

SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'tuned'::regclass ORDER BY 1

SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'tuned'::regclass ORDER BY 1

ALTER INDEX tuned_b SET (fillfactor = 40)

ALTER INDEX tuned_b RESET (deduplicate_items)

ALTER INDEX tuned_pkey SET (fillfactor = 90)

ALTER INDEX tuned_b SET (speed = 1)

ALTER INDEX tuned_b SET (fillfactor = 1)

SELECT relname, reloptions FROM pg_class WHERE relname LIKE 'tuned%' AND relkind = 'i' ORDER BY 1

REINDEX INDEX tuned_b

SELECT reloptions FROM pg_class WHERE relname = 'tuned_b'

CREATE TABLE tuned_like (LIKE tuned INCLUDING INDEXES)

SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'tuned_like'::regclass ORDER BY 1

CREATE TABLE carrying (id int, a int, b text, arr int[])

ALTER TABLE carrying ADD PRIMARY KEY (id) INCLUDE (arr, b)

INSERT INTO carrying VALUES (1, 2, 'x', '{1}'), (2, 2, 'y', NULL)

INSERT INTO carrying VALUES (1, 3, 'z', NULL)

SELECT * FROM carrying WHERE id = 2

SELECT conkey, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'carrying'::regclass

SELECT indnatts, indnkeyatts, indkey, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'carrying'::regclass

SELECT attname, attnum FROM pg_attribute WHERE attrelid = 'carrying_pkey'::regclass ORDER BY 2

ALTER TABLE carrying DROP COLUMN b

SELECT conname FROM pg_constraint WHERE conrelid = 'carrying'::regclass

SELECT * FROM carrying ORDER BY id

CREATE TABLE carrying_too (id int, a int, b int, PRIMARY KEY (id) INCLUDE (a))

SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'carrying_too'::regclass

CREATE TABLE carrying_like (LIKE carrying_too INCLUDING INDEXES)

SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'carrying_like'::regclass

ALTER TABLE carrying_too ALTER a TYPE text

ALTER TABLE carrying_too RENAME a TO aa

SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'carrying_too'::regclass

ALTER TABLE carrying_too DROP CONSTRAINT carrying_too_pkey

CREATE UNIQUE INDEX carrying_index ON carrying_too (id) INCLUDE (b) WITH (fillfactor = 80)

ALTER TABLE carrying_too ADD PRIMARY KEY USING INDEX carrying_index

SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'carrying_too'::regclass

SELECT pg_get_indexdef('carrying_index'::regclass)

CREATE TABLE carrying_wrong (id int, PRIMARY KEY (id) INCLUDE (nothing))

CREATE TABLE carrying_wrong (id int PRIMARY KEY, UNIQUE (id) INCLUDE (id))

CREATE TABLE carrying_wrong2 (id int, a int, PRIMARY KEY (id) INCLUDE (id, a, a))

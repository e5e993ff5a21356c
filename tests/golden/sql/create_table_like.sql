CREATE TABLE model (id int GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT 5) PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x', price numeric(8,2) CONSTRAINT positive CHECK (price > 0), twice numeric GENERATED ALWAYS AS (price * 2) STORED, n serial, UNIQUE (name, price));

CREATE INDEX ON model (lower(name), n DESC) INCLUDE (price) WHERE n > 0;

CREATE UNIQUE INDEX ON model (n);

COMMENT ON COLUMN model.name IS 'a name';

COMMENT ON CONSTRAINT positive ON model IS 'no gifts';

CREATE TABLE bare (LIKE model);

INSERT INTO bare (price) VALUES (-1);

INSERT INTO bare VALUES (1, 'a', -1, NULL, 7), (1, 'a', -1, NULL, 7);

SELECT * FROM bare;

CREATE TABLE full_copy (LIKE model INCLUDING ALL);

INSERT INTO full_copy (price) VALUES (2.5), (3) RETURNING *;

INSERT INTO full_copy (price) VALUES (-1);

INSERT INTO full_copy (price) VALUES (3);

INSERT INTO full_copy (id, price) VALUES (1, 3);

INSERT INTO full_copy (price, n) VALUES (9, 1);

SELECT indexname FROM pg_indexes WHERE tablename = 'full_copy' ORDER BY 1;

SELECT conname, contype FROM pg_constraint WHERE conrelid = 'full_copy'::regclass ORDER BY 1;

SELECT col_description('full_copy'::regclass, 2), obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conrelid = 'full_copy'::regclass AND conname = 'positive';

CREATE TABLE some (first int, LIKE model INCLUDING DEFAULTS INCLUDING CONSTRAINTS, last text);

INSERT INTO some (id, price) VALUES (1, 1) RETURNING id, name, price, n;

INSERT INTO some (id, price) VALUES (1, -1);

CREATE TABLE without_some (LIKE model INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY);

SELECT column_name, is_nullable, is_identity, is_generated, column_default IS NOT NULL AS has_default FROM information_schema.columns WHERE table_name = 'without_some' ORDER BY ordinal_position;

SELECT count(*) FROM pg_indexes WHERE tablename = 'without_some';

CREATE TABLE twice (name text, LIKE model);

CREATE TABLE two_keys (a int PRIMARY KEY, LIKE model INCLUDING INDEXES);

CREATE TABLE of_nothing (LIKE nothing);

CREATE VIEW seen AS SELECT id, name FROM model;

CREATE TEMP TABLE like_view (LIKE seen INCLUDING ALL) ON COMMIT DELETE ROWS;

SELECT * FROM like_view;

CREATE TABLE of_sequence (LIKE model_n_seq);

CREATE TEMP TABLE model (LIKE model INCLUDING ALL);

INSERT INTO model (price) VALUES (1) RETURNING *;

DROP TABLE full_copy, bare, some, without_some;

DROP TABLE model;

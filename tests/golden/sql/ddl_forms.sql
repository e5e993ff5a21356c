CREATE TABLE t1 (a int PRIMARY KEY, a text);

CREATE TABLE t1 (a int PRIMARY KEY, b int PRIMARY KEY);

CREATE TABLE t1 (a nosuchtype);

CREATE TABLE t1 (a int PRIMARY KEY, PRIMARY KEY (a));

CREATE TABLE t1 (a int, PRIMARY KEY (b));

CREATE TABLE t1 (a int, UNIQUE (a, a));

CREATE TABLE t1 (a int DEFAULT 'x');

CREATE TABLE t1 (a int DEFAULT b, b int);

CREATE TABLE t1 (a int DEFAULT 1 DEFAULT 2);

CREATE TABLE t1 (a int NULL NOT NULL);

CREATE TABLE t1 (a int CHECK (b > 0));

CREATE TABLE t1 (a int CHECK (a));

CREATE TABLE t1 (a int CHECK (count(*) > 0));

CREATE TABLE t1 (a int CHECK (a > (SELECT 1)));

CREATE TABLE t1 (a varchar(0));

CREATE TABLE t1 (a numeric(2000));

CREATE TABLE t1 (a int(4));

CREATE TABLE t1 (a timestamp(3) PRIMARY KEY);

CREATE TABLE IF NOT EXISTS t1 (a int);

CREATE TABLE t1 (z int);

CREATE TABLE "Weird Name" ("Col 1" int PRIMARY KEY, "select" text DEFAULT 'kw');

INSERT INTO "Weird Name" VALUES (1) RETURNING *;

SELECT "Col 1", "select" FROM "Weird Name";

SELECT col FROM "Weird Name";

DROP TABLE "Weird Name";

DROP TABLE "Weird Name";

DROP TABLE IF EXISTS "Weird Name", nope;

CREATE TABLE t2 (a int PRIMARY KEY, b text, c int CHECK (c > 0) CHECK (c < 100), CONSTRAINT together CHECK (a <> c), UNIQUE (b, c));

INSERT INTO t2 VALUES (1, 'x', 0);

INSERT INTO t2 VALUES (1, 'x', 100);

INSERT INTO t2 VALUES (1, 'x', 1);

INSERT INTO t2 VALUES (2, 'x', 1), (3, 'x', NULL), (4, 'x', NULL), (5, NULL, 1), (6, NULL, 1);

INSERT INTO t2 VALUES (7, 'x', 1);

UPDATE t2 SET c = 1 WHERE a = 3;

CREATE INDEX t2_b ON t2 (b);

CREATE INDEX t2_b ON t2 (b);

CREATE INDEX IF NOT EXISTS t2_b ON t2 (b);

CREATE INDEX ON t2 (b, c);

CREATE INDEX ON t2 (nope);

CREATE INDEX ON nowhere (a);

CREATE INDEX ON t2 (lower(b));

CREATE INDEX ON t2 ((c + 1), b DESC NULLS LAST);

CREATE INDEX ON t2 (now());

CREATE INDEX ON t2 ((random() + c));

CREATE INDEX ON t2 (count(b));

CREATE UNIQUE INDEX t2_unique ON t2 (b);

CREATE UNIQUE INDEX t2_c ON t2 (c) INCLUDE (b);

SELECT a FROM t2 WHERE lower(b) = 'x' ORDER BY a;

SELECT a FROM t2 WHERE c + 1 = 2 ORDER BY a;

DROP INDEX t2_b;

DROP INDEX t2_b;

DROP INDEX IF EXISTS t2_b;

DROP INDEX t2;

DROP TABLE t2_pkey;

DROP INDEX t2_pkey;

BEGIN;

CREATE TABLE inside (a int PRIMARY KEY);

INSERT INTO inside VALUES (1);

SELECT * FROM inside;

ROLLBACK;

SELECT * FROM inside;

BEGIN;

DROP TABLE t2;

SELECT 1 FROM t2;

ROLLBACK;

SELECT count(*) FROM t2;

BEGIN; TRUNCATE t2; SELECT count(*) FROM t2; ROLLBACK;

SELECT count(*) FROM t2;

BEGIN; CREATE TABLE rolled (a int PRIMARY KEY); SAVEPOINT s; CREATE INDEX rolled_i ON rolled (a); ROLLBACK TO s; INSERT INTO rolled VALUES (1); COMMIT;

SELECT a FROM rolled;

CREATE INDEX rolled_i ON rolled (a);

DROP TABLE t1, t2, rolled;

CREATE TABLE d1 (a int PRIMARY KEY, b timestamptz DEFAULT '2024-01-01 00:00+00', c text DEFAULT upper('x') || 'y', d uuid DEFAULT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', e jsonb DEFAULT '{"a": [1]}', f interval DEFAULT '1 day', g bytea DEFAULT '\x00ff', h numeric(5,2) DEFAULT 1, i char(3) DEFAULT 'z');

INSERT INTO d1 (a) VALUES (1) RETURNING *;

SELECT a, b::text, f * 2, g || '\x01', i || '|' FROM d1;

CREATE TABLE bad (a int PRIMARY KEY, b int DEFAULT (SELECT 1));

CREATE TABLE bad (a int PRIMARY KEY, b int DEFAULT generate_series(1, 2));

CREATE TABLE bad (a int PRIMARY KEY, b int DEFAULT sum(1));

CREATE TABLE many (a int, b int, c int, d int, PRIMARY KEY (c, a)) WITH (fillfactor = 70);

INSERT INTO many VALUES (1, 2, 3, 4), (1, 2, 2, 4), (0, 0, 3, 0);

SELECT * FROM many WHERE c = 3 ORDER BY c, a;

SELECT * FROM many ORDER BY c DESC, a DESC;

CREATE TABLE public.q (a int PRIMARY KEY);

CREATE TABLE nope.q (a int PRIMARY KEY);

DROP TABLE public.q;

CREATE TABLE t1 (a int);

CREATE TABLE jobs (id int PRIMARY KEY, state text, owner text);

CREATE UNIQUE INDEX one_running ON jobs (owner) WHERE state = 'running';

INSERT INTO jobs VALUES (1, 'done', 'ann'), (2, 'done', 'ann'), (3, 'running', 'ann');

INSERT INTO jobs VALUES (4, 'running', 'ann');

UPDATE jobs SET state = 'running' WHERE id = 1;

UPDATE jobs SET state = 'done' WHERE id = 3;

UPDATE jobs SET state = 'running' WHERE id = 1;

SELECT id FROM jobs WHERE owner = 'ann' AND state = 'running';

SELECT id FROM jobs WHERE owner = 'ann' ORDER BY id;

INSERT INTO jobs VALUES (5, 'running', 'ann') ON CONFLICT (owner) WHERE state = 'running' DO UPDATE SET owner = 'second' RETURNING *;

INSERT INTO jobs VALUES (6, 'running', 'second') ON CONFLICT (owner) DO NOTHING;

INSERT INTO jobs VALUES (6, 'running', 'second') ON CONFLICT DO NOTHING RETURNING id;

CREATE INDEX ON jobs (owner) WHERE nope > 0;

CREATE INDEX ON jobs (owner) WHERE id;

CREATE INDEX ON jobs (owner) WHERE count(*) > 0;

CREATE INDEX ON jobs (owner) WHERE now() > '2024-01-01';

CREATE TABLE with_oids (a int) WITH (oids)

CREATE TABLE with_oids (a int) WITH (oids = true)

CREATE TABLE with_oids (a int) WITH (oids = maybe)

CREATE TABLE without_oids (a int) WITH (oids = false)

SELECT reloptions FROM pg_class WHERE relname = 'without_oids'

CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE, c int CHECK (c > 0), d text, CONSTRAINT d_len CHECK (length(d) < 5), UNIQUE (c, d));

INSERT INTO t VALUES (1, 10, 5, 'abc');

INSERT INTO t VALUES (2, 10, 6, 'abc');

INSERT INTO t VALUES (2, 11, 0, 'abc');

INSERT INTO t VALUES (2, 11, 6, 'abcdef');

INSERT INTO t VALUES (2, 11, 5, 'abc');

INSERT INTO t VALUES (2, NULL, NULL, NULL), (3, NULL, NULL, NULL);

INSERT INTO t VALUES (NULL, 1, 1, 'x');

UPDATE t SET b = 10 WHERE a = 2;

UPDATE t SET b = 10 WHERE a = 1;

UPDATE t SET c = -1 WHERE a = 1;

SELECT * FROM t ORDER BY a;

SELECT * FROM t WHERE b = 10;

SELECT a FROM t WHERE c = 5 AND d = 'abc';

CREATE INDEX t_d ON t (d);

CREATE INDEX ON t (c, b);

CREATE INDEX t_d ON t (d);

CREATE INDEX IF NOT EXISTS t_d ON t (d);

CREATE UNIQUE INDEX t_lower ON t (lower(d));

INSERT INTO t VALUES (9, 90, 7, 'ABC');

CREATE INDEX bad ON t (nope);

CREATE INDEX bad ON nope (a);

SELECT a FROM t WHERE d = 'abc';

SELECT a FROM t WHERE lower(d) = 'abc';

DROP INDEX t_lower;

DROP INDEX t_lower;

DROP INDEX IF EXISTS t_lower;

INSERT INTO t VALUES (9, 90, 7, 'ABC');

CREATE UNIQUE INDEX t_lower ON t (lower(d));

CREATE TABLE docs (id int PRIMARY KEY, doc jsonb);

CREATE INDEX docs_city ON docs ((doc->>'city'));

INSERT INTO docs VALUES (1, '{"city": "Oslo", "n": 1}'), (2, '{"city": "Rome", "n": 2}'), (3, '{"n": 3}'), (4, '{"city": "Oslo", "n": 4}');

SELECT id FROM docs WHERE doc->>'city' = 'Oslo' ORDER BY id;

SELECT id FROM docs WHERE doc->>'city' IS NULL;

UPDATE docs SET doc = jsonb_set(doc, '{city}', '"Bern"') WHERE id = 1;

SELECT id, doc FROM docs WHERE doc->>'city' IN ('Oslo', 'Bern') ORDER BY id;

DELETE FROM docs WHERE doc->>'city' = 'Oslo';

SELECT count(*) FROM docs;

CREATE TABLE inc (a int PRIMARY KEY, b int, c text);

CREATE UNIQUE INDEX inc_b ON inc (b) INCLUDE (c);

INSERT INTO inc VALUES (1, 1, 'x'), (2, 2, 'y'), (3, NULL, 'z'), (4, NULL, 'w');

SELECT b, c FROM inc WHERE b > 0 ORDER BY b DESC;

SELECT a FROM inc WHERE b IS NULL ORDER BY a;

INSERT INTO inc VALUES (5, 2, 'dup');

CREATE TABLE ord (a int PRIMARY KEY, b int);

CREATE INDEX ord_b ON ord (b DESC NULLS LAST);

INSERT INTO ord SELECT g, nullif(g % 4, 0) FROM generate_series(1, 12) g;

SELECT b, a FROM ord ORDER BY b DESC NULLS LAST, a;

SELECT b, count(*) FROM ord WHERE b >= 2 GROUP BY b ORDER BY b;

CREATE TABLE dup (a int);

INSERT INTO dup VALUES (1), (1);

CREATE UNIQUE INDEX dup_a ON dup (a);

CREATE TABLE dup (a int);

CREATE TABLE IF NOT EXISTS dup (a int);

CREATE TABLE bad (a int, a text);

CREATE TABLE bad (a no_such_type);

CREATE TABLE bad (a int PRIMARY KEY, b int PRIMARY KEY);

CREATE TABLE bad (a int, PRIMARY KEY (nope));

CREATE TABLE bad (a int CHECK (nope > 0));

CREATE TABLE bad (a int DEFAULT 'x');

CREATE TABLE bad (a int DEFAULT b);

CREATE TABLE bad (a varchar(0));

CREATE TABLE bad (a numeric(2000));

CREATE TABLE dflt (id int PRIMARY KEY, n int DEFAULT 1 + 2, t text DEFAULT 'a' || 'b', at timestamp DEFAULT '2024-01-01', arr int[] DEFAULT '{1,2}', j jsonb DEFAULT '{}');

INSERT INTO dflt (id) VALUES (1) RETURNING *;

INSERT INTO dflt DEFAULT VALUES;

CREATE TABLE partial (a int PRIMARY KEY, b int, active bool);

CREATE UNIQUE INDEX partial_b ON partial (b) WHERE active;

INSERT INTO partial VALUES (1, 1, true), (2, 1, false), (3, 1, false);

INSERT INTO partial VALUES (4, 1, true);

SELECT a FROM partial WHERE b = 1 AND active;

CREATE TABLE nokey (a int, b text);

INSERT INTO nokey VALUES (1, 'x'), (1, 'x'), (2, 'y');

SELECT * FROM nokey ORDER BY a, b;

UPDATE nokey SET b = 'z' WHERE a = 1;

DELETE FROM nokey WHERE a = 2;

SELECT * FROM nokey;

CREATE TABLE classes (a varchar(20), b text, c int);

CREATE INDEX classes_like ON classes (a varchar_pattern_ops, b text_pattern_ops DESC, c int4_ops);

CREATE INDEX classes_call ON classes (upper(b) text_pattern_ops NULLS FIRST);

SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'classes'::regclass ORDER BY 1;

SELECT c.opcname FROM pg_index i, unnest(i.indclass) WITH ORDINALITY AS u (oid, n), pg_opclass c WHERE i.indexrelid = 'classes_like'::regclass AND c.oid = u.oid ORDER BY n;

DROP TABLE classes;

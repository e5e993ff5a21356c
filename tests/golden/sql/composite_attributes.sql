CREATE TYPE pair AS (a int, b text);

ALTER TYPE pair ADD ATTRIBUTE c numeric(4,1);

SELECT '(1,x,2.25)'::pair, ROW(1, 'x', 2.25)::pair, ('(1,x,2.25)'::pair).c;

ALTER TYPE pair ADD ATTRIBUTE c int;

ALTER TYPE pair RENAME ATTRIBUTE b TO bee;

SELECT ('(1,x,2.25)'::pair).bee, to_json('(1,x,2)'::pair);

ALTER TYPE pair RENAME ATTRIBUTE b TO x;

ALTER TYPE pair RENAME ATTRIBUTE a TO c;

ALTER TYPE pair DROP ATTRIBUTE bee, ADD ATTRIBUTE d date;

SELECT '(1,2,2024-01-01)'::pair;

ALTER TYPE pair DROP ATTRIBUTE nothing;

ALTER TYPE pair DROP ATTRIBUTE IF EXISTS nothing;

ALTER TYPE pair ALTER ATTRIBUTE a TYPE text;

SELECT '(one,2,2024-01-01)'::pair, pg_typeof(('(one,2,)'::pair).a);

ALTER TYPE nobody ADD ATTRIBUTE x int;

CREATE TABLE t (id int PRIMARY KEY, p pair);

INSERT INTO t VALUES (1, '(one,2,2024-01-01)');

ALTER TYPE pair ALTER ATTRIBUTE a TYPE int;

ALTER TYPE pair RENAME ATTRIBUTE a TO name;

SELECT (p).name, row_to_json(t) FROM t;

BEGIN;

ALTER TYPE pair RENAME ATTRIBUTE name TO other;

SELECT (p).other FROM t;

ROLLBACK;

SELECT (p).name FROM t;

SELECT attname, attnum, atttypid::regtype FROM pg_attribute WHERE attrelid = (SELECT typrelid FROM pg_type WHERE typname = 'pair') AND NOT attisdropped ORDER BY attnum;

CREATE TYPE whole AS (x int, p pair);

CREATE TABLE u (k pair PRIMARY KEY, ps pair[], w whole);

INSERT INTO u VALUES ('(a,1,2024-01-01)', '{"(b,2,2024-01-01)",NULL}', '(1,"(c,3,)")'), ('(z,9,)', '{}', NULL);

ALTER TYPE pair ADD ATTRIBUTE more int;

SELECT * FROM u ORDER BY k;

SELECT * FROM t;

UPDATE t SET p.more = 5 RETURNING p;

ALTER TYPE pair DROP ATTRIBUTE c;

SELECT * FROM u ORDER BY k;

SELECT w FROM u WHERE k = '(a,2024-01-01,)'::pair;

INSERT INTO u VALUES ('(a,2024-01-01,)');

SELECT * FROM t;

BEGIN;

ALTER TYPE pair ADD ATTRIBUTE gone int;

SELECT p FROM t;

ROLLBACK;

SELECT p FROM t;

CREATE DOMAIN d AS int;

ALTER TYPE pair ADD ATTRIBUTE e d;

DROP DOMAIN d;

DROP DOMAIN d CASCADE;

SELECT * FROM t;

CREATE TYPE cell AS (r float8, i float8);

CREATE DOMAIN ca AS cell[] CHECK ((VALUE[1]).r <= (VALUE[1]).i);

SELECT ARRAY[ROW(1,2)]::ca, ARRAY[ROW(1,2)::cell]::ca, pg_typeof(ARRAY[ROW(1,2)]::ca);

SELECT ARRAY[ROW(2,1)]::ca;

CREATE TABLE grid (d1 ca UNIQUE);

INSERT INTO grid VALUES (ARRAY[ROW(1,2)]::ca);

INSERT INTO grid VALUES (ARRAY[ROW(3,4), ROW(5,6)]::ca);

SELECT d1[2], d1[1].r, d1[1].i FROM grid;

UPDATE grid SET d1[2] = ROW(d1[2].i, d1[2].r);

UPDATE grid SET d1[1].r = d1[1].r - 1 WHERE d1[1].i > 0;

SELECT * FROM grid ORDER BY d1;

UPDATE grid SET d1[1].r = 100;

CREATE DOMAIN ia AS int[] CHECK (array_length(VALUE, 1) = 2);

SELECT ARRAY[1,2]::ia, ARRAY['1','2']::ia;

SELECT ARRAY[1]::ia;

-- refused: an array of a domain over arrays
CREATE TABLE nested_arrays (f ia[]);

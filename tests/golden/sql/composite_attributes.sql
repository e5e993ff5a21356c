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

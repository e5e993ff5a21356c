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

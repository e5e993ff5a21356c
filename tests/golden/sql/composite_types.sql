CREATE TYPE pair AS (a int, b text);

CREATE TYPE pair AS (x int);

CREATE TYPE nested AS (p pair, ps pair[], n numeric(5,2), v varchar(3));

CREATE TYPE nothing AS ();

CREATE TYPE bad AS (a int, a text);

CREATE TYPE bad AS (a unknown_type);

CREATE TYPE bad AS (a anyelement);

CREATE DOMAIN positive AS int CHECK (VALUE > 0);

CREATE TYPE checked AS (p positive, q text);

SELECT ROW(1, 'x')::pair, '(2,"y z")'::pair, (3, 'q')::pair, pg_typeof(ROW(1, 'x')::pair);

SELECT CAST(ROW(1, NULL) AS pair), '(,)'::pair, '(1,)'::pair, '(1,"")'::pair, '( 1 , b )'::pair, '(1,"a""b\\c")'::pair;

SELECT 'x'::pair;

SELECT '(1'::pair;

SELECT '(1)'::pair;

SELECT '(1,2,3)'::pair;

SELECT '(1,2) x'::pair;

SELECT '(x,2)'::pair;

SELECT ' (1,2) '::pair;

SELECT '(1,"2)'::pair;

SELECT ROW(1)::pair;

SELECT ROW(1, 2, 3)::pair;

SELECT ROW('x', 'y')::pair;

SELECT ROW(now()::date, 'y')::pair;

SELECT ROW(1.6, 5)::pair, ROW(1, 5)::pair;

SELECT (ROW(1, 'x')::pair).a, (ROW(1, 'x')::pair).b || '!', ('(4,k)'::pair).a + 1;

SELECT (ROW(1, 'x')::pair).*;

SELECT (5).a;

SELECT ROW(ROW(1, 'x'), ARRAY[ROW(2, 'y')::pair, '(3,z)'], 1.005, 'abc')::nested, '("(1,x)","{""(2,y)"",""(3,z)""}",1.005,abc)'::nested;

SELECT ((ROW(ROW(1, 'x'), ARRAY[ROW(2, 'y')::pair, '(3,z)'], 1, 'abc')::nested).ps)[2].b;

SELECT ('("(1,x)",,,)'::nested).p.b;

SELECT '(,,,abcd)'::nested;

SELECT ROW(NULL, NULL, NULL, 'abcd')::nested;

SELECT '(5,x)'::checked, ROW(5, 'x')::checked;

SELECT '(0,x)'::checked;

SELECT ROW(0, 'x')::checked;

SELECT ROW(1, 'x')::pair = ROW(1, 'x')::pair, ROW(1, 'x')::pair < ROW(1, 'y')::pair, ROW(1, NULL)::pair < ROW(1, 'y')::pair, ROW(2, 'a')::pair > '(1,z)', ROW(1, 'x')::pair <> ROW(1, 'x');

SELECT ROW(1, 'x')::pair IS NULL, ROW(NULL, NULL)::pair IS NULL, ROW(1, NULL)::pair IS NULL, ROW(1, NULL)::pair IS NOT NULL, NULL::pair IS NULL;

SELECT ROW(1, 'x')::pair IN (ROW(1, 'x')::pair, ROW(2, 'y')::pair), ROW(1, 'x')::pair = ANY (ARRAY[ROW(1, 'x')]::pair[]), ROW(1, 'x')::pair IS DISTINCT FROM NULL;

SELECT to_json(ROW(1, 'x')::pair), row_to_json(ROW(1, 'x')::pair), to_jsonb(ARRAY[ROW(1, 'x')]::pair[]), json_build_object('p', ROW(1, 'x')::pair), to_jsonb('("(1,x)",,2,abc)'::nested);

SELECT ROW(1, 'x')::pair::text, '(1,x)'::text::pair, ARRAY[ROW(1, 'x')::pair, NULL]::text, '{"(1,x)","(2,y)"}'::pair[], array_length('{"(1,x)","(2,y)"}'::pair[], 1);

SELECT ROW(1, 'x')::pair::int;

SELECT 5::pair;

SELECT coalesce(NULL::pair, ROW(1, 'x')), CASE WHEN true THEN ROW(1, 'x')::pair END, max(b) FROM (VALUES ('x')) AS v(b);

SELECT concat(ROW(1, 'x')::pair, '!'), format('%s', ROW(1, 'x')::pair), ROW(1, 'x')::pair::text || '?';

CREATE TABLE t (id int PRIMARY KEY, p pair, ps pair[], n nested, c checked DEFAULT '(1,d)');

INSERT INTO t VALUES (1, ROW(1, 'one'), ARRAY[ROW(1, 'x'), ROW(2, 'y')]::pair[], '("(1,x)",,1.5,abc)') RETURNING *;

INSERT INTO t VALUES (2, '(2,two)', '{}', NULL, '(2,q)'), (3, NULL, NULL, NULL, NULL), (4, ROW(NULL, NULL), NULL, NULL, DEFAULT);

INSERT INTO t VALUES (5, (1, 2, 3));

INSERT INTO t VALUES (5, 5);

INSERT INTO t VALUES (5, ROW(5, 'five'), NULL, NULL, ROW(0, 'x'));

INSERT INTO t (id, p.a, p.b) VALUES (6, 6, 'six') RETURNING id, p;

INSERT INTO t (id, p.a) VALUES (7, 7) RETURNING id, p, c;

INSERT INTO t (id, p.z) VALUES (8, 7);

INSERT INTO t (id, id.z) VALUES (8, 7);

INSERT INTO t (id, p.a) VALUES (8, DEFAULT);

SELECT id, (p).a, (p).b, (p).* FROM t ORDER BY id;

SELECT id, p FROM t ORDER BY p, id;

SELECT id, p FROM t ORDER BY p DESC NULLS LAST, id;

SELECT id FROM t WHERE p = ROW(2, 'two')::pair ORDER BY id;

SELECT id FROM t WHERE (p).a > 1 ORDER BY id;

SELECT id FROM t WHERE p IS NULL ORDER BY id;

SELECT id FROM t WHERE p IS NOT NULL ORDER BY id;

SELECT id, (n).p.a, ((n).p).b, (n).n FROM t WHERE n IS NOT NULL OR (n).n = 1.5 ORDER BY id;

SELECT id, ps[2], (ps[2]).b FROM t ORDER BY id LIMIT 2;

UPDATE t SET p.a = 10 WHERE id = 1 RETURNING p;

UPDATE t SET p.b = 'new', p.a = (p).a + 1 WHERE id = 1 RETURNING p;

UPDATE t SET p.b = 'born' WHERE id = 3 RETURNING p;

UPDATE t SET n.p.b = 'deep', n.v = 'xyz' WHERE id = 1 RETURNING n;

UPDATE t SET ps[1].a = 100, ps[3] = ROW(3, 'z') WHERE id = 1 RETURNING ps;

UPDATE t SET c.p = 0 WHERE id = 1;

UPDATE t SET c.p = 9 WHERE id = 1 RETURNING c;

UPDATE t SET p.z = 5;

UPDATE t SET p.a = 'x';

UPDATE t SET p.a = now();

UPDATE t SET id.x = 5;

UPDATE t SET p = ROW(20, 'twenty') WHERE id = 2 RETURNING p;

SELECT p, count(*) FROM t GROUP BY p ORDER BY p;

SELECT DISTINCT c FROM t ORDER BY c;

SELECT count(DISTINCT p), min((p).a), array_agg(p ORDER BY id) FROM t WHERE id < 3;

SELECT x.id, y.id FROM t x JOIN t y ON x.p = y.p ORDER BY 1, 2;

SELECT row_to_json(t) FROM t WHERE id = 1;

COPY (SELECT id, p, ps, c FROM t ORDER BY id) TO STDOUT;

COPY t (id, p, c) FROM STDIN;
\data
11	(11,"el,even")	(5,x)
12	\N	(6,)

COPY t (id, p, c) FROM STDIN;
\data
13	(x,y)	(5,x)

SELECT id, p, c FROM t WHERE id > 10 ORDER BY id;

CREATE TABLE keyed (k pair PRIMARY KEY, v int);

INSERT INTO keyed VALUES ('(2,b)', 1), ('(1,z)', 2), ('(1,a)', 3), ('(1,)', 4);

INSERT INTO keyed VALUES (ROW(1, 'a'), 5);

SELECT * FROM keyed ORDER BY k;

SELECT v FROM keyed WHERE k = '(1,z)'::pair;

SELECT v FROM keyed WHERE k > ROW(1, 'b')::pair ORDER BY k;

CREATE INDEX ON t (p);

CREATE INDEX ON t (((p).a));

SELECT id FROM t WHERE (p).a = 20;

CREATE VIEW v AS SELECT id, p, (p).b FROM t;

SELECT * FROM v WHERE id = 2;

CREATE TABLE copied AS SELECT id, p, (p).* FROM t WHERE id < 3;

SELECT * FROM copied ORDER BY id;

SELECT typname, typlen, typbyval, typtype, typcategory, typisdefined, typdelim, typrelid <> 0 AS has_relation, typarray::regtype, typinput, typoutput, typreceive, typsend, typalign, typstorage FROM pg_type WHERE typname IN ('pair', 'nested', '_pair', 'nothing') ORDER BY 1;

SELECT relname, relkind, relnatts, reltype::regtype, relpersistence FROM pg_class WHERE relkind = 'c' AND relnamespace = 'public'::regnamespace ORDER BY 1;

SELECT attname, atttypid::regtype, attnum, atttypmod, attnotnull FROM pg_attribute WHERE attrelid = (SELECT typrelid FROM pg_type WHERE typname = 'nested') ORDER BY attnum;

SELECT column_name, data_type, udt_schema, udt_name FROM information_schema.columns WHERE table_name = 't' ORDER BY ordinal_position;

SELECT 'pair'::regtype, 'pair[]'::regtype, format_type('pair'::regtype, NULL);

PREPARE p (pair) AS SELECT $1, ($1).b;

EXECUTE p ('(1,x)');

EXECUTE p (ROW(2, 'y'));

ALTER TYPE pair RENAME TO couple;

SELECT p, pg_typeof(p) FROM t WHERE id = 1;

ALTER TYPE couple RENAME TO pair;

COMMENT ON TYPE pair IS 'two';

SELECT obj_description('pair'::regtype, 'pg_type');

DROP TYPE pair;

ALTER TABLE t DROP COLUMN n;

DROP TYPE pair CASCADE;

SELECT * FROM t ORDER BY id LIMIT 1;

SELECT attname FROM pg_attribute WHERE attrelid = (SELECT typrelid FROM pg_type WHERE typname = 'nested') AND NOT attisdropped ORDER BY attnum;

DROP TYPE nested, nothing CASCADE;

DROP TYPE pair;

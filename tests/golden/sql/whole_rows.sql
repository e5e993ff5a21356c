CREATE ROLE rowreader LOGIN;

CREATE TABLE t (a int, b int);

CREATE TABLE u (r t);

CREATE VIEW v AS SELECT a FROM t;

INSERT INTO t VALUES (1,2);

INSERT INTO u SELECT t FROM t;

GRANT SELECT (a) ON t TO rowreader;

GRANT SELECT ON u, v TO rowreader;

SET ROLE rowreader;

SELECT a FROM t;

SELECT t FROM t;

SELECT (t).a FROM t;

SELECT row_to_json(t) FROM t;

SELECT count(t) FROM t;

SELECT r, (r).b FROM u;

SELECT v FROM v;

SELECT NULL::t;

SELECT ROW(1,2)::t;

CREATE TEMP TABLE mine (x t);

ALTER TYPE t RENAME TO tt;

COMMENT ON TYPE t IS 'no';

DROP TYPE t;

RESET ROLE;

GRANT SELECT (b) ON t TO rowreader;

SET ROLE rowreader;

SELECT t FROM t;

SELECT (t).a FROM t;

RESET ROLE;

CREATE TABLE g (a int, b int GENERATED ALWAYS AS (a * 2) STORED);

INSERT INTO g VALUES (1) RETURNING g, g.*;

INSERT INTO g SELECT (ROW(5,6)::g).a RETURNING g;

CREATE TABLE self_ref (id int, CHECK ((self_ref).id > 0), CHECK (row_to_json(self_ref) IS NOT NULL));

INSERT INTO self_ref VALUES (0);

INSERT INTO self_ref VALUES (1) RETURNING self_ref;

ALTER TABLE self_ref ADD COLUMN more int;

INSERT INTO self_ref VALUES (2, 3) RETURNING self_ref;

ALTER TABLE self_ref RENAME TO renamed;

INSERT INTO renamed VALUES (0);

INSERT INTO renamed VALUES (3) RETURNING renamed;

SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'renamed'::regclass ORDER BY 1;

CREATE TABLE part (a int, b text);

CREATE UNIQUE INDEX ON part ((part));

CREATE UNIQUE INDEX part_row ON part ((part.*));

INSERT INTO part VALUES (1,'x');

INSERT INTO part VALUES (1,'x');

SELECT pg_get_indexdef('part_row'::regclass);

CREATE INDEX ON part (a) WHERE part IS NOT NULL;

MERGE INTO part p USING (VALUES (1,'y'),(2,'z')) s(a,b) ON p.a = s.a WHEN MATCHED AND p IS NOT NULL THEN UPDATE SET b = s.b WHEN NOT MATCHED THEN INSERT VALUES (s.a, s.b);

SELECT part FROM part ORDER BY part;

WITH gone AS (DELETE FROM part RETURNING part) SELECT gone, (part).b FROM gone ORDER BY (part).a;

WITH made AS (INSERT INTO part VALUES (7,'q') RETURNING part AS r, part.*) SELECT r, a, (r).b, pg_typeof(r) FROM made;

SELECT part.part FROM part;

CREATE TABLE amb (amb int, x int);

INSERT INTO amb VALUES (1,2);

SELECT amb FROM amb;

SELECT amb.amb, amb.* FROM amb;

SELECT (amb.*)::text, row_to_json(amb.*) FROM amb;

SELECT a.* IS NULL, a.*::text FROM amb a;

SELECT x FROM amb ORDER BY amb.*;

SELECT count(DISTINCT amb.*) FROM amb;

SELECT ROW(amb.*), ROW(amb.*, 5), ROW(amb) FROM amb;

SELECT (ROW(amb.*)).f2 FROM amb;

SELECT l FROM amb l JOIN amb r USING (x);

SELECT j FROM (amb l JOIN amb r USING (x)) AS j;

SELECT j FROM (amb l CROSS JOIN part p) AS j;

SELECT s FROM (TABLE amb) s;

SELECT f FROM generate_series(1,2) f;

SELECT f FROM generate_series(1,2) AS f(x);

SELECT f FROM generate_series(1,2) WITH ORDINALITY f;

SELECT v, (v).column1 FROM (VALUES (1,'a')) v;

SELECT v.b FROM (VALUES (1,'a')) v(a,b) WHERE v = ROW(1,'a'::text);

SELECT pg_typeof(ROW(1,2)), pg_typeof(part) FROM part;

SELECT part::text::part FROM part;

SELECT '{"(1,x)","(2,\"y z\")"}'::part[], ARRAY['(1,x)']::part[];

SELECT (('{"(1,x)","(2,y)"}'::part[])[2]).b;

SELECT array_to_json(array_agg(part)), array_agg(part)::text FROM part;

SELECT unnest(array_agg(part)) FROM part;

SELECT (unnest(array_agg(part))).b FROM part;

SELECT array_length(array_append(array_agg(part), ROW(9,'r')::part), 1), array_agg(part) || ROW(9,'r')::part FROM part;

SELECT part = ANY (ARRAY[ROW(7,'q')::part]) FROM part;

SELECT jsonb_agg(part ORDER BY part) FROM part;

SELECT mode() WITHIN GROUP (ORDER BY part) FROM part;

SELECT first_value(part) OVER () , part FROM part;

SELECT concat(part, '!'), format('%s %I', part, 'a'), quote_literal(part) FROM part;

SELECT num_nulls(part, NULL), num_nonnulls(part) FROM part;

DROP TABLE t, u CASCADE;

DROP OWNED BY rowreader;

DROP ROLE rowreader;

CREATE TABLE read_rows (x int, y int, z int);

CREATE TABLE reads_x (r read_rows CHECK ((r).x > 0));

ALTER TABLE read_rows DROP COLUMN x;

INSERT INTO reads_x VALUES (ROW(1,2,3));

CREATE TABLE reads_y (r read_rows, g int GENERATED ALWAYS AS ((r).y) STORED, rs read_rows[] CHECK (rs[1].z > 0));

CREATE INDEX wi ON reads_y (((r).y));

ALTER TABLE read_rows DROP COLUMN y;

INSERT INTO reads_y VALUES (ROW(1,2,3));

SELECT * FROM reads_y;

ALTER TABLE read_rows DROP COLUMN z;

ALTER TABLE read_rows ADD COLUMN k int;

ALTER TABLE read_rows DROP COLUMN k;

ALTER TABLE read_rows RENAME COLUMN x TO xx;

DROP TABLE reads_y;

ALTER TABLE read_rows DROP COLUMN y;

INSERT INTO reads_x VALUES (ROW(0,3));

SELECT * FROM reads_x;

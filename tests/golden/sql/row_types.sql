CREATE TABLE t (id int PRIMARY KEY, a text, n numeric(6,2));

INSERT INTO t VALUES (1,'x',1.5),(2,NULL,NULL),(3,'a,b "q"',3);

SELECT t FROM t ORDER BY id;

SELECT t.*::text FROM t ORDER BY id;

SELECT (t).a, (t).* FROM t ORDER BY 2;

SELECT pg_typeof(t), t IS NULL, t IS NOT NULL FROM t ORDER BY id;

SELECT row_to_json(t), to_jsonb(t) FROM t ORDER BY id;

SELECT ROW(5,'z',1.239)::t, NULL::t, '(7,q,2.345)'::t;

SELECT t = t, t < ROW(2,'a',1)::t FROM t ORDER BY id;

SELECT array_agg(t ORDER BY id) FROM t;

SELECT pg_typeof(array_agg(t)) FROM t;

SELECT 't'::regtype, '_t'::regtype, 't[]'::regtype;

SELECT typname, typtype, typrelid::regclass, typelem::regtype FROM pg_type WHERE typname IN ('t','_t') ORDER BY 1;

SELECT relname, reltype::regtype FROM pg_class WHERE relname = 't';

CREATE TABLE u (k int, r t, rs t[]);

INSERT INTO u SELECT id, t, ARRAY[t,t] FROM t;

INSERT INTO u VALUES (9, '(9,nine,9)', '{"(1,a,2)",NULL}'), (10, NULL, NULL), (11, ROW(11,NULL,NULL), NULL);

SELECT * FROM u ORDER BY k;

SELECT (r).id, (r).a, rs[1].a FROM u ORDER BY k;

SELECT k FROM u WHERE (r).n > 2 ORDER BY k;

UPDATE u SET r.a = 'changed' WHERE k = 1 RETURNING u;

SELECT u FROM u WHERE k = 1;

SELECT a(t), t.upper FROM t;

SELECT a(t) FROM t ORDER BY id;

SELECT t.row_to_json FROM t ORDER BY id;

SELECT t.count FROM t;

SELECT (x.t).a FROM (SELECT t FROM t) x ORDER BY 1;

SELECT t.a FROM t GROUP BY t;

SELECT count(t), count(DISTINCT t) FROM t;

SELECT t FROM t WHERE t = '(1,x,1.50)';

SELECT t FROM t WHERE t > (2,NULL,NULL)::t;

DELETE FROM t WHERE id = 3 RETURNING t, t.*;

INSERT INTO t VALUES (4, 'four', 4) RETURNING t;

INSERT INTO t VALUES (4, 'four', 4) ON CONFLICT (id) DO UPDATE SET a = (excluded).a || 'x' RETURNING t, (t).a;

UPDATE t SET a = 'w' WHERE t = '(1,x,1.50)' RETURNING row_to_json(t);

ALTER TABLE t ALTER COLUMN n TYPE int;

ALTER TABLE t ADD COLUMN d int DEFAULT 5;

ALTER TABLE t ADD COLUMN e int;

SELECT r, rs FROM u ORDER BY k;

ALTER TABLE t DROP COLUMN a;

SELECT r, rs FROM u ORDER BY k;

ALTER TABLE t RENAME COLUMN n TO m;

SELECT (r).m FROM u ORDER BY k;

ALTER TABLE t ADD COLUMN s t;

ALTER TABLE t ADD COLUMN s t[];

ALTER TABLE t ADD COLUMN s u;

ALTER TABLE t RENAME TO t2;

SELECT pg_typeof(r) FROM u LIMIT 1;

DROP TABLE t2;

DROP TYPE t2;

ALTER TYPE t2 RENAME TO t3;

ALTER TYPE t2 OWNER TO CURRENT_USER;

ALTER TYPE t2 SET SCHEMA pg_catalog;

ALTER TYPE t2 ADD ATTRIBUTE z int;

ALTER TYPE t2 RENAME ATTRIBUTE m TO z;

DROP DOMAIN t2;

DROP TABLE t2 CASCADE;

SELECT * FROM u ORDER BY k;

SELECT 't2'::regtype;

CREATE TABLE b (x int, y text);

INSERT INTO b VALUES (1,'one'),(2,NULL);

CREATE VIEW vb AS SELECT b FROM b;

CREATE VIEW vc AS SELECT x, y, b AS whole, row_to_json(b) j FROM b;

SELECT * FROM vb;

SELECT * FROM vc;

SELECT vc FROM vc;

SELECT pg_typeof(vc) FROM vc;

ALTER TABLE b ADD COLUMN z int;

SELECT * FROM vb;

SELECT * FROM vc;

SELECT vc FROM vc;

INSERT INTO vc (x,y) VALUES (3,'three') RETURNING vc, vc.*;

ALTER TABLE b DROP COLUMN y;

ALTER TABLE b DROP COLUMN z;

SELECT * FROM vb;

DROP TABLE b;

SELECT a FROM b AS a(p,q);

SELECT (a).p, (a).*, row_to_json(a) FROM b AS a(p,q);

SELECT l, r FROM b l LEFT JOIN b r ON l.x = r.x AND r.x = 1 ORDER BY l.x;

SELECT l IS NULL, r IS NULL FROM b l LEFT JOIN b r ON l.x = r.x AND r.x = 1 ORDER BY l.x;

SELECT (SELECT b) FROM b;

SELECT pg_typeof((SELECT b)) FROM b;

SELECT b FROM (SELECT * FROM b) b;

SELECT pg_typeof(b) FROM (SELECT * FROM b) b;

WITH w AS (SELECT b FROM b) SELECT w, (w.b).x, pg_typeof(w), pg_typeof(w.b) FROM w;

CREATE TABLE c AS SELECT b, x FROM b;

SELECT * FROM c;

SELECT b.* FROM c;

SELECT (b).* FROM c;

SELECT (c.b).x FROM c ORDER BY (c.b);

CREATE TYPE comp AS (x int, y text);

CREATE TABLE comp (a int);

CREATE TABLE p (c comp, d comp[]);

INSERT INTO p VALUES (ROW(2,'x'), ARRAY[ROW(1,'a')::comp]);

SELECT c = ROW(2,'x') FROM p;

SELECT c = ROW(2,'x'::text), ROW(2,'x'::text) = c, c < ROW(3,'a'::text), c = ROW(2,'x'::varchar) FROM p;

SELECT c IN (ROW(2,'x'::text)) FROM p;

SELECT c = (2,'x'::text) FROM p;

SELECT c IS DISTINCT FROM ROW(2,'x'::text) FROM p;

DROP TABLE comp;

DROP VIEW comp;

DROP INDEX comp;

DROP SEQUENCE comp;

DROP TABLE IF EXISTS comp;

SELECT * FROM comp;

INSERT INTO comp VALUES (1);

CREATE TYPE b AS (a int);

CREATE TYPE mood AS ENUM ('a');

CREATE TABLE mood (a int);

ALTER TABLE c RENAME TO mood;

CREATE VIEW mood AS SELECT 1;

ALTER TABLE c RENAME TO comp;

SELECT jsonb_populate_record(NULL::b, '{"x": 7, "y": "why"}');

SELECT * FROM jsonb_populate_record(NULL::b, '{"x": 7}');

SELECT (jsonb_populate_record(NULL::b, '{"x": 7}')).*;

SELECT * FROM jsonb_populate_recordset(NULL::b, '[{"x": 7},{"x":8}]');

SELECT b.x, r.* FROM b, jsonb_populate_record(b, '{"x": 70}') r;

SELECT jsonb_populate_record(c, '{"x": 9}') FROM p;

SELECT json_populate_record(NULL::p, '{"c": {"x": 1, "y": "t"}, "d": [{"x":5},"(7,g)"]}');

SELECT row_to_json(p), to_jsonb(p.c), array_to_json(d) FROM p;

SELECT jsonb_agg(p), json_object_agg(1, p) FROM p;

CREATE TABLE pgt (a int CHECK (a > 0), CHECK (pgt IS NOT NULL));

INSERT INTO pgt VALUES (NULL);

CREATE TABLE gen (a int, g text GENERATED ALWAYS AS (gen::text) STORED);

CREATE INDEX ON b ((b));

CREATE INDEX ON b ((b.*::text));

CREATE UNIQUE INDEX ON c (b);

INSERT INTO c SELECT b, x FROM b;

CREATE TABLE k (r b PRIMARY KEY);

ALTER TABLE b ADD CONSTRAINT q CHECK (b.x > 0 OR b IS NULL);

COMMENT ON TYPE b IS 'rows of b';

SELECT obj_description('b'::regtype, 'pg_type');

CREATE DOMAIN db AS b CHECK ((VALUE).x > 0);

SELECT ROW(0)::db;

SELECT ROW(1)::db, pg_typeof(ROW(1)::db), (ROW(1)::db).x;

DROP TABLE b CASCADE;

CREATE TEMP TABLE tmp (a int, b int);

SELECT tmp, pg_typeof(tmp), NULL::tmp FROM tmp;

INSERT INTO tmp VALUES (1,2) RETURNING tmp, pg_typeof(tmp);

SELECT 'pg_temp.tmp'::regtype;

CREATE MATERIALIZED VIEW m AS SELECT 1 AS a, 'x'::text AS b;

SELECT m, pg_typeof(m), '(3,g)'::m FROM m;

CREATE SCHEMA s;

CREATE TABLE s.inner_t (a int);

INSERT INTO s.inner_t VALUES (1);

SELECT inner_t, pg_typeof(inner_t), NULL::s.inner_t FROM s.inner_t;

SELECT pg_typeof(x) FROM (SELECT inner_t FROM s.inner_t) AS x;

ALTER TABLE s.inner_t SET SCHEMA public;

SELECT pg_typeof(inner_t) FROM inner_t;

SELECT typname, typnamespace::regnamespace FROM pg_type WHERE typname LIKE '%inner_t';

CREATE TABLE a (id int PRIMARY KEY, x text);

INSERT INTO a VALUES (1,'one'),(2,'two'),(3,NULL);

PREPARE p1 AS SELECT a FROM a WHERE id = $1;

EXECUTE p1(1);

ALTER TABLE a ADD COLUMN y int;

EXECUTE p1(1);

DEALLOCATE p1;

PREPARE p2 AS SELECT (a).x, row_to_json(a) FROM a ORDER BY id;

EXECUTE p2;

ALTER TABLE a RENAME COLUMN x TO xx;

EXECUTE p2;

CREATE TABLE h (k int, r a, d a[]);

INSERT INTO h SELECT id, a, ARRAY[a, NULL] FROM a;

ALTER TABLE a RENAME COLUMN xx TO x;

SELECT (r).x FROM h ORDER BY k;

BEGIN;

ALTER TABLE a ADD COLUMN z text;

INSERT INTO h VALUES (9, ROW(9,'nine',9,'zz'), NULL);

SELECT r FROM h ORDER BY k;

SELECT NULL::a, ROW(1,2,3,4)::a;

ROLLBACK;

SELECT r FROM h ORDER BY k;

SELECT ROW(1,'q',3)::a;

SELECT ROW(1,'q',3,4)::a;

BEGIN;

CREATE TABLE gone (q int);

SELECT NULL::gone, ROW(1)::gone;

SAVEPOINT s;

ALTER TABLE gone ADD COLUMN w int;

SELECT ROW(1,2)::gone;

ROLLBACK TO s;

SELECT ROW(1)::gone;

SELECT ROW(1,2)::gone;

ROLLBACK;

SELECT NULL::gone;

CREATE VIEW va AS SELECT r, (r).x AS rx FROM h;

ALTER TABLE a DROP COLUMN x;

ALTER TABLE a DROP COLUMN x CASCADE;

SELECT * FROM va;

CREATE VIEW vn AS SELECT NULL::a AS n;

DROP TABLE a;

DROP VIEW vn;

CREATE VIEW vh AS SELECT id, y FROM a;

CREATE TABLE hv (v vh);

INSERT INTO hv VALUES (ROW(1,2));

CREATE OR REPLACE VIEW vh AS SELECT id, y, id * 2 AS z FROM a;

SELECT v FROM hv;

INSERT INTO hv SELECT vh FROM vh;

SELECT v, (v).z FROM hv ORDER BY (v).id, (v).z;

DROP VIEW vh;

DROP VIEW vh CASCADE;

SELECT * FROM hv;

ALTER TABLE a ALTER COLUMN y TYPE text;

ALTER TABLE h ALTER COLUMN r TYPE text USING r::text;

ALTER TABLE a ALTER COLUMN y TYPE text;

ALTER TABLE h DROP COLUMN d;

ALTER TABLE a ALTER COLUMN y TYPE text;

SELECT * FROM h ORDER BY k;

CREATE TYPE wrap AS (inner_row a, n int);

CREATE TABLE w (w wrap);

INSERT INTO w VALUES (ROW(ROW(1,'x'),5));

ALTER TABLE a ADD COLUMN more int DEFAULT 1;

ALTER TABLE a ADD COLUMN more int;

SELECT w FROM w;

SELECT ((w).inner_row).more, ((w).inner_row).id FROM w;

UPDATE w SET w.inner_row.more = 7 RETURNING w;

CREATE DOMAIN da AS a;

CREATE TABLE wd (d da);

INSERT INTO wd VALUES (ROW(1,'x',2));

ALTER TABLE a ALTER COLUMN more TYPE bigint;

ALTER TABLE a DROP COLUMN more;

SELECT * FROM wd;

DROP TABLE a CASCADE;

SELECT * FROM w;

SELECT x FROM generate_series(1,2) x;

SELECT x, pg_typeof(x) FROM (VALUES (1,2)) x;

SELECT s FROM (SELECT 1 AS one, 'b'::text AS two) s;

SELECT to_json(s), row_to_json(s, true), jsonb_build_object('s', s) FROM (SELECT 1 AS one, 'b'::text AS two) s;

SELECT to_json(array_agg(s)) FROM (SELECT 1 AS one, 'b'::text AS two) s;

WITH q AS (SELECT ROW(1,'z') AS r) SELECT to_json(r), to_jsonb(q) FROM q;

SELECT json_agg(CASE WHEN true THEN s END) FROM (SELECT 1 AS one) s;

SELECT row(1,2) *= row(1,2), row(1,'a'::text) *< row(1,'b'::text), row(-1) *> row(1), row(1.0) *= row(1.00), row(1.0) = row(1.00);

SELECT json_populate_record(row(1,2), '{"f1": 0, "f2": 1}');

SELECT * FROM json_populate_record(row(1,2), '{"f1": 0, "f2": 1}') AS q(a int, b int);

SELECT * FROM json_populate_record(null::record, '{"x": 0, "y": 1}') AS q(x int, y int);

SELECT * FROM json_populate_record(null::record, '{"x": 0, "y": 1}');

SELECT json_populate_record(null::record, '{"x": 0, "y": 1}');

SELECT json_populate_record(r, '{"f1": 5}') FROM (SELECT ROW(1,2) r) s;

CREATE TYPE pt AS (x int, y int);

SELECT * FROM unnest(ARRAY[ROW(1,2)::pt, NULL, ROW(3,4)::pt]);

SELECT u, u.x, pg_typeof(u) FROM unnest(ARRAY[ROW(1,2)::pt, NULL]) u;

SELECT * FROM unnest(ARRAY[ROW(1,2)::pt, NULL]) WITH ORDINALITY;

SELECT * FROM unnest(ARRAY[ROW(1,2)::pt, NULL]) WITH ORDINALITY AS u(a,b,n);

SELECT * FROM ROWS FROM (unnest(ARRAY[ROW(1,2)::pt]), generate_series(1,3)) AS z;

SELECT (unnest(ARRAY[ROW(1,2)::pt, ROW(5,6)::pt])).*;

SELECT * FROM jsonb_populate_recordset(NULL::pt, '[{"x":1},{"y":2}]') WITH ORDINALITY;

SELECT r.x, r.y FROM jsonb_populate_recordset(NULL::pt, '[{"x":1},{"y":2}]') AS r ORDER BY r.y;

SELECT r FROM jsonb_populate_recordset(NULL::pt, '[{"x":1},{"y":2}]') AS r;

SELECT * FROM jsonb_to_recordset('[{"p":{"x":1,"y":2},"l":[{"x":3}]}]') AS q(p pt, l pt[]);

CREATE TABLE one (v int);

INSERT INTO one VALUES (1), (2);

SELECT one FROM one ORDER BY one DESC;

SELECT DISTINCT one FROM one ORDER BY one;

SELECT one.v FROM one ORDER BY one;

SELECT max(one) FROM one;

SELECT one, count(*) OVER (PARTITION BY one) FROM one ORDER BY 1;

SELECT lag(one) OVER (ORDER BY v) FROM one;

SELECT string_agg(one::text, ',' ORDER BY one) FROM one;

SELECT coalesce(one, NULL) FROM one ORDER BY 1;

SELECT CASE WHEN v = 1 THEN one END FROM one ORDER BY v;

SELECT (CASE WHEN v = 1 THEN one END).v FROM one ORDER BY 1;

SELECT nullif(one, ROW(1)::one) FROM one ORDER BY v;

SELECT greatest(one, ROW(1)::one) FROM one ORDER BY v;

SELECT one IN (ROW(1)::one, NULL) FROM one ORDER BY v;

SELECT one = ANY (SELECT one FROM one) FROM one;

SELECT one FROM one UNION ALL SELECT ROW(5)::one ORDER BY 1;

SELECT one FROM one EXCEPT SELECT ROW(1)::one;

SELECT ARRAY(SELECT one FROM one ORDER BY v);

SELECT (ARRAY(SELECT one FROM one ORDER BY v))[2].v;

INSERT INTO one SELECT (x.one).* FROM (SELECT ROW(7)::one AS one) x RETURNING one, one.*;

UPDATE one SET v = (o.one).v + 10 FROM (SELECT one FROM one) o WHERE one.v = (o.one).v RETURNING one, o.one;

DELETE FROM one USING one o2 WHERE one.v = o2.v AND o2 = ROW(11)::one RETURNING one, o2;

SELECT one FROM one FOR UPDATE;

COPY (SELECT one, v FROM one ORDER BY v) TO STDOUT;

COPY (SELECT one, v FROM one ORDER BY v) TO STDOUT (FORMAT csv);

SELECT v.one FROM one v;

SELECT one.one FROM one;

SELECT one(one) FROM one;

SELECT json_object_agg(v, one) FROM one;

SELECT hashtext(one::text) IS NOT NULL, length(one::text) FROM one;

SELECT one || 'x' FROM one;

SELECT one::one FROM one LIMIT 0;

SELECT one::pt FROM one;

SELECT ROW(1,2)::pt::one;

SELECT ROW(1,2)::pt::record, pg_typeof(ROW(1,2)::pt::record);

SELECT one::varchar(3) FROM one ORDER BY v;

SELECT '(1)'::text::one, '(1)'::varchar::one;

SELECT '(x)'::one;

SELECT format_type('one'::regtype, -1), format_type('one[]'::regtype, NULL);

SELECT to_regtype('one'), to_regtype('one[]'), to_regtype('nothing');

SELECT column_name, data_type, udt_name FROM information_schema.columns WHERE table_name = 'hv' OR table_name = 'w';

SELECT attname, atttypid::regtype FROM pg_attribute WHERE attrelid = 'w'::regclass AND attnum > 0;

SELECT has_type_privilege('one'::regtype, 'USAGE');

SELECT count(*) FROM pg_type t JOIN pg_class c ON t.typrelid = c.oid AND c.reltype = t.oid WHERE c.relname IN ('one','pt');

SELECT pg_type_is_visible('one'::regtype);

SELECT ROW('ABC','DEF') ~<=~ ROW('DEF','ABC') AS t, ROW('ABC','DEF') ~>=~ ROW('DEF','ABC') AS f, ROW('a','b') ~<~ ROW('a','c'), ROW('a','b') ~>~ ROW('a','b');

SELECT ROW('ABC','DEF') ~~ ROW('DEF','ABC') AS fail;

CREATE TABLE keyed (id int PRIMARY KEY, n int);

INSERT INTO keyed VALUES (1, NULL), (2, 5);

CREATE VIEW of_keyed AS SELECT * FROM keyed;

SELECT l, r, r IS NULL, r::text IS NULL, row_to_json(r) FROM keyed l LEFT JOIN keyed r ON l.n = r.n ORDER BY l.id;

SELECT l, v, (v).n, to_jsonb(v) FROM keyed l LEFT JOIN of_keyed v ON l.n = v.n ORDER BY l.id;

SELECT count(r), count(*), count(v) FROM keyed l LEFT JOIN keyed r ON l.n = r.n LEFT JOIN of_keyed v ON v.id = r.id;

SELECT l.id FROM keyed l WHERE (l.id, l.n) < ANY (SELECT id + 1, n FROM keyed WHERE n > 1) AND l.id < 5 ORDER BY 1;

CREATE TABLE some_array (id int);

CREATE TABLE some_array2 (id int);

SELECT typname FROM pg_type WHERE oid = 'some_array[]'::regtype;

SELECT typname FROM pg_type WHERE oid = 'some_array2[]'::regtype;

ALTER TABLE some_array2 RENAME TO _some_array;

SELECT typname FROM pg_type WHERE oid = 'some_array[]'::regtype;

DROP TABLE _some_array;

DROP TABLE some_array;

CREATE TABLE some_array (id int);

SELECT typname FROM pg_type WHERE oid = 'some_array[]'::regtype;

ALTER TABLE some_array RENAME TO _some_array;

SELECT typname FROM pg_type WHERE oid = '_some_array[]'::regtype;

SELECT typname, typtype FROM pg_type WHERE typname LIKE '%some_array%' ORDER BY 1;

SELECT '_some_array[]'::regtype, '_some_array'::regtype;

DROP TABLE _some_array;

CREATE TYPE e AS ENUM ('x');

SELECT '{x}'::_e, '_e'::regtype;

CREATE TABLE _e (a int);

SELECT typname FROM pg_type WHERE oid = 'e[]'::regtype;

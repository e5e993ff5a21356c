CREATE TABLE t (id int PRIMARY KEY, name text, n numeric(8,2), at timestamp(3));

INSERT INTO t VALUES (1, 'one', 1.5, '2024-01-01 10:00'), (2, 'two', 2.25, '2024-02-02'), (3, NULL, 3, NULL);

CREATE VIEW v AS SELECT id, name AS label, n * 2 AS double FROM t WHERE id < 3;

SELECT * FROM v ORDER BY id;

SELECT label FROM v WHERE double > 3;

SELECT v.*, x.double FROM v JOIN v x USING (id) ORDER BY 1;

SELECT v::text FROM v ORDER BY id;

SELECT count(*), max(double) FROM v;

SELECT * FROM v AS a(i, l) ORDER BY i DESC;

SELECT public.v.label FROM public.v ORDER BY 1;

SELECT nope FROM v;

SELECT t.id FROM v;

SELECT * FROM v WHERE id IN (SELECT id FROM v WHERE label = 'two');

CREATE VIEW v AS SELECT 1;

CREATE VIEW star AS SELECT * FROM t;

ALTER TABLE t ADD COLUMN later int DEFAULT 9;

SELECT * FROM star ORDER BY id LIMIT 1;

SELECT * FROM t ORDER BY id LIMIT 1;

ALTER TABLE t RENAME COLUMN name TO title;

SELECT * FROM star ORDER BY id LIMIT 1;

SELECT * FROM v ORDER BY id;

ALTER TABLE t RENAME TO tt;

SELECT * FROM v ORDER BY id;

DROP TABLE tt;

ALTER TABLE tt DROP COLUMN title;

ALTER TABLE tt ALTER COLUMN n TYPE int;

ALTER TABLE tt DROP COLUMN later;

CREATE VIEW over AS SELECT label, count(*) FROM v GROUP BY label;

SELECT * FROM over ORDER BY label;

DROP VIEW v;

DROP TABLE v;

DROP VIEW tt;

DROP VIEW nope;

DROP VIEW IF EXISTS nope;

CREATE OR REPLACE VIEW v AS SELECT id, title AS label, n * 3 AS double, at FROM tt;

SELECT * FROM v ORDER BY id;

SELECT * FROM over ORDER BY label;

CREATE OR REPLACE VIEW v AS SELECT id FROM tt;

CREATE OR REPLACE VIEW v AS SELECT id, title, n, at FROM tt;

CREATE OR REPLACE VIEW v AS SELECT id, id AS label, n * 3 AS double, at FROM tt;

CREATE OR REPLACE VIEW tt AS SELECT 1;

CREATE VIEW named (a, b) AS SELECT 1, 2, 3 AS c;

SELECT * FROM named;

CREATE VIEW bad (a, b) AS SELECT 1;

CREATE VIEW bad AS SELECT 1, 2;

CREATE VIEW bad AS SELECT 1 AS a, 2 AS a;

CREATE VIEW bad AS SELECT * FROM nope;

CREATE VIEW bad AS SELECT nope FROM tt;

CREATE VIEW bad AS SELECT $1;

CREATE VIEW bad AS SELECT ROW(1, 2) AS r;

CREATE VIEW lit AS SELECT 'text' AS s, NULL AS n, 1.50 AS d, '2024-03-04'::date AS day;

SELECT *, pg_typeof(s), pg_typeof(n) FROM lit;

CREATE VIEW joined AS SELECT a.id, b.title FROM tt a LEFT JOIN tt b ON a.id = b.id + 1;

SELECT * FROM joined ORDER BY id;

CREATE VIEW un AS SELECT id FROM tt WHERE id = 1 UNION ALL SELECT id FROM tt WHERE id = 3;

SELECT * FROM un ORDER BY id;

CREATE VIEW ct AS WITH x AS (SELECT id FROM tt), tt AS (SELECT id + 10 AS id FROM x) SELECT * FROM tt;

SELECT * FROM ct ORDER BY id;

CREATE VIEW sub AS SELECT id, (SELECT count(*) FROM tt o WHERE o.id < tt.id) AS below FROM tt;

SELECT * FROM sub ORDER BY id;

CREATE VIEW win AS SELECT id, row_number() OVER (ORDER BY id DESC) AS r FROM tt;

SELECT * FROM win ORDER BY id;

CREATE VIEW vals AS VALUES (1, 'a'), (2, 'b');

SELECT * FROM vals;

CREATE VIEW fn AS SELECT * FROM generate_series(1, 3) AS g(i);

SELECT sum(i) FROM fn;

CREATE VIEW lim AS SELECT id FROM tt ORDER BY id DESC LIMIT 2;

SELECT * FROM lim;

CREATE VIEW cs AS SELECT CASE WHEN id > 1 THEN 'big' ELSE 'small' END AS size, id BETWEEN 1 AND 2 AS b, title IS NULL AS e, COALESCE(title, 'none') AS c, n::int AS i, ARRAY[id, 2] AS arr, (id, title) = (1, 'one') AS same, title LIKE 'o%' AS o, EXTRACT(year FROM at) AS y, id IN (1, 3) AS inn FROM tt;

SELECT * FROM cs ORDER BY i;

SELECT DISTINCT size FROM cs ORDER BY 1;

ALTER VIEW named RENAME TO renamed;

SELECT * FROM renamed;

SELECT * FROM named;

BEGIN;

CREATE VIEW gone AS SELECT 1 AS a;

SELECT * FROM gone;

ROLLBACK;

SELECT * FROM gone;

PREPARE p AS SELECT * FROM lit;

CREATE OR REPLACE VIEW lit AS SELECT 'other' AS s, NULL AS n, 1.50 AS d, '2024-03-04'::date AS day;

EXECUTE p;

SELECT s FROM lit;

DROP VIEW lit;

EXECUTE p;

CREATE SCHEMA other;

CREATE VIEW other.w AS SELECT id FROM tt;

SELECT * FROM other.w ORDER BY id;

SELECT * FROM w;

DROP TABLE tt CASCADE;

SELECT * FROM v;

SELECT * FROM vals;

DROP VIEW vals, fn;

CREATE TABLE s1 (a int, b int);

CREATE VIEW whole AS SELECT count(*) FROM s1;

DROP TABLE s1;

ALTER TABLE s1 DROP COLUMN b;

DROP TABLE s1 CASCADE;

DROP SCHEMA other;

CREATE TABLE b (id int PRIMARY KEY, x int);

CREATE VIEW rc AS SELECT id, x FROM b;

CREATE VIEW rc2 AS SELECT id, x FROM rc;

ALTER VIEW rc RENAME COLUMN x TO y;

ALTER VIEW rc RENAME COLUMN y TO id;

ALTER VIEW rc RENAME COLUMN nope TO z;

SELECT id, y FROM rc;

SELECT id, x FROM rc2;

CREATE VIEW seqv AS SELECT is_called FROM sq;

CREATE SEQUENCE sq;

CREATE VIEW seqv AS SELECT is_called, nextval('sq') > 0 AS n FROM sq;

SELECT n FROM seqv;

DROP SEQUENCE sq;

ALTER SEQUENCE sq RENAME TO sq2;

SELECT n FROM seqv;

CREATE TYPE mood AS ENUM ('sad', 'ok');

CREATE VIEW mv AS SELECT 'sad'::mood AS m, NULL::mood[] AS ms;

SELECT * FROM mv WHERE m = 'sad';

DROP TYPE mood;

ALTER TYPE mood RENAME TO humour;

SELECT m FROM mv;

DROP TYPE humour CASCADE;

-- A primary key that a grouped query relies on
CREATE TABLE gk (id int PRIMARY KEY, b text, c int);

CREATE VIEW gv AS SELECT id, b FROM gk GROUP BY id HAVING length(b) > 0;

CREATE MATERIALIZED VIEW gm AS SELECT c FROM gk GROUP BY id, gk.id;

ALTER TABLE gk DROP CONSTRAINT gk_pkey;

ALTER TABLE gk RENAME CONSTRAINT gk_pkey TO other_name;

ALTER TABLE gk DROP CONSTRAINT other_name;

CREATE VIEW gv2 AS SELECT * FROM gv;

ALTER TABLE gk DROP CONSTRAINT other_name CASCADE;

SELECT relname FROM pg_class WHERE relname IN ('gv', 'gm', 'gv2', 'gk') ORDER BY 1;

SELECT '15:36:39 MSK m2'::timetz;

SELECT '15:36:39 MSK'::timetz, '15:36:39 EST m2'::timetz;

-- Two tables of one name
CREATE SCHEMA other_one;

CREATE TABLE same (f1 int, a text);

CREATE TABLE other_one.same (y1 int, b text);

INSERT INTO same VALUES (1, 'x'), (2, 'y');

INSERT INTO other_one.same VALUES (1, 'p'), (3, 'q');

CREATE VIEW both_1 AS SELECT same.a, other_one.same.b FROM same, other_one.same WHERE public.same.f1 = other_one.same.y1;

CREATE VIEW both_2 AS SELECT * FROM other_one.same WHERE EXISTS (SELECT 1 FROM same WHERE other_one.same.y1 = same.f1);

CREATE VIEW both_3 AS SELECT other_one.same.*, pg_catalog.pg_class.relname FROM other_one.same JOIN pg_class ON relname = 'same' AND relkind = 'r';

SELECT * FROM both_1;

SELECT * FROM both_2;

SELECT count(*) FROM both_3;

SELECT viewname, definition FROM pg_views WHERE viewname LIKE 'both%' ORDER BY 1;

ALTER TABLE other_one.same SET SCHEMA public;

ALTER TABLE other_one.same RENAME TO same_2;

ALTER TABLE other_one.same_2 SET SCHEMA public;

SELECT * FROM both_1;

SELECT viewname, definition FROM pg_views WHERE viewname LIKE 'both%' ORDER BY 1;

INSERT INTO both_2 VALUES (2, 'new');

SELECT * FROM both_2 ORDER BY 1;

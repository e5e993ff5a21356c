CREATE TABLE src (id int PRIMARY KEY, name varchar(10), n numeric(6,2), doc jsonb, tags text[]);

INSERT INTO src SELECT i, 'n' || i, i * 1.5, jsonb_build_object('i', i), ARRAY['a', i::text] FROM generate_series(1, 500) i;

CREATE TABLE c1 AS SELECT * FROM src WHERE id <= 3;

SELECT * FROM c1 ORDER BY id;

CREATE TABLE c1 AS SELECT 1 AS a;

CREATE TABLE IF NOT EXISTS c1 AS SELECT 1 AS a;

CREATE TABLE c2 (x, y) AS SELECT id, count(*) OVER (), name FROM src;

SELECT count(*), min(x), max(y), max(name) FROM c2;

CREATE TABLE c3 (a, b, c) AS SELECT 1, 2;

CREATE TABLE c3 AS SELECT 1, 2;

CREATE TABLE c3 AS SELECT 1 AS a, 2 AS a;

CREATE TABLE c3 AS SELECT 1 AS a, NULL AS b, 'x' AS c, 1.50 AS d WITH NO DATA;

SELECT *, pg_typeof(b), pg_typeof(c), pg_typeof(d) FROM c3;

INSERT INTO c3 VALUES (1, 't', 'u', 2) RETURNING *;

CREATE TABLE c4 AS VALUES (1, 'a'), (2, 'b');

SELECT * FROM c4 ORDER BY column1;

CREATE TABLE c5 AS TABLE c4;

SELECT count(*) FROM c5;

CREATE TABLE c6 AS SELECT 1 / (id - 3) AS q FROM src;

SELECT * FROM c6;

CREATE TABLE c6 AS SELECT nope FROM src;

CREATE TABLE c6 AS SELECT ROW(1) AS r;

CREATE TABLE c6 WITH (fillfactor = 50) AS SELECT s.id, t.name FROM src s JOIN src t ON t.id = s.id + 1 WHERE s.id < 5 UNION SELECT 100, 'u' ORDER BY 1;

SELECT * FROM c6 ORDER BY id;

INSERT INTO c6 VALUES (NULL, NULL);

ALTER TABLE c6 ADD PRIMARY KEY (id);

DELETE FROM c6 WHERE id IS NULL;

ALTER TABLE c6 ADD PRIMARY KEY (id);

SELECT id, name INTO c7 FROM src WHERE id < 3;

SELECT * FROM c7 ORDER BY id;

SELECT 1 AS a INTO c7;

SELECT 5 AS a INTO c8 UNION ALL SELECT 6;

SELECT * FROM c8 ORDER BY a;

BEGIN;

CREATE TABLE c9 AS SELECT generate_series(1, 10) AS i;

INSERT INTO c9 VALUES (11);

SELECT count(*) FROM c9;

ROLLBACK;

SELECT count(*) FROM c9;

WITH x AS (SELECT 1 AS a) SELECT * INTO c10 FROM x;

SELECT * FROM c10;

CREATE SCHEMA s;

CREATE TABLE s.c AS SELECT 1 AS a;

SELECT * FROM s.c;

CREATE TABLE nope.c AS SELECT 1 AS a;

CREATE VIEW vi AS SELECT id FROM c6;

CREATE TABLE c11 AS SELECT * FROM vi;

SELECT count(*) FROM c11;

SELECT * FROM (SELECT 1 AS a INTO c12) x;

CREATE TABLE c13 AS SELECT random() < 2 AS b, now() IS NOT NULL AS n FROM c4;

SELECT * FROM c13;

-- CREATE TABLE AS EXECUTE
create table ct1 (a int, b text);

prepare p1(int) as select $1 as x, 'y' as y;

create table ct2 as execute p1(3);

select * from ct2;

create table if not exists ct2 as execute p1(3);

create temp table ct3 as execute p1(4) with no data;

create table ct4(q) as execute p1('5');

select * from ct3;

select * from ct4;

create table ct5 as execute nosuch;

prepare p2 as insert into ct1 values (1,'x') returning *;

create table ct5 as execute p2;

prepare p9(int, text) as select $1 as a, $2 || 'x' as b;

create table ce1 as execute p9(1);

create table ce1 as execute p9(1, 'q');

select * from ce1;

create unlogged table ce2 (x, y) as execute p9(2, 'r') with no data;

select * from ce2;

CREATE ROLE nobody_special;

REVOKE TEMP ON DATABASE terrascale FROM PUBLIC;

SET ROLE nobody_special;

CREATE TEMP TABLE mine (a int);

RESET ROLE;

GRANT TEMP ON DATABASE terrascale TO PUBLIC;

SET ROLE nobody_special;

CREATE TEMP TABLE mine (a int);

INSERT INTO pg_temp.mine VALUES (1);

SELECT * FROM pg_temp.mine;

RESET ROLE;

DISCARD TEMP;

DROP ROLE nobody_special;

CREATE TABLE t (id int PRIMARY KEY, note text DEFAULT 'permanent');

INSERT INTO t VALUES (1);

SELECT note FROM t WHERE id = 1;

CREATE TEMP TABLE t (id serial PRIMARY KEY, note text DEFAULT 'temporary', big bigint UNIQUE CHECK (big > 0));

SELECT current_schema, pg_my_temp_schema() <> 0, pg_is_other_temp_schema(pg_my_temp_schema());

INSERT INTO t (big) VALUES (10), (20) RETURNING id;

SELECT note FROM t WHERE id = 1;

SELECT id, note FROM pg_temp.t ORDER BY id;

SELECT id, note FROM public.t;

INSERT INTO t (big) VALUES (10) ON CONFLICT (big) DO NOTHING;

UPDATE t SET note = 'changed' WHERE id = 2 RETURNING note;

DELETE FROM t WHERE id = 1;

SELECT relname, relkind, relpersistence, pg_table_is_visible(oid) FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relname NOT LIKE 'pg_toast%' ORDER BY relname;

SELECT table_name, table_type, commit_action FROM information_schema.tables WHERE table_name = 't' ORDER BY table_type;

SELECT 't'::regclass::oid = 'pg_temp.t'::regclass::oid, 't'::regclass;

ALTER TABLE t ADD COLUMN more int DEFAULT 5;

CREATE INDEX ON t (more);

SELECT * FROM t;

COPY t (id, note) FROM STDIN;
\data
7	seven
8	eight

SELECT id, note, more FROM t ORDER BY id;

TRUNCATE t;

SELECT count(*) FROM t;

CREATE TEMP TABLE t (a int);

CREATE TEMP TABLE IF NOT EXISTS t (a int);

ALTER TABLE t SET SCHEMA public;

DROP TABLE t;

SELECT id, note FROM t;

CREATE TEMPORARY TABLE public.other (a int);

CREATE TEMP TABLE nope.other (a int);

CREATE TABLE pg_temp.other (a int);

INSERT INTO other VALUES (1);

CREATE TEMP TABLE pg_temp.second (a int REFERENCES other);

CREATE TEMP TABLE child (a int REFERENCES t);

CREATE TABLE child (a int REFERENCES other);

SELECT * FROM other;

CREATE TABLE kept (a int) ON COMMIT DROP;

CREATE TEMP TABLE made AS SELECT n, n * n AS square FROM generate_series(1, 3) n;

SELECT * FROM made ORDER BY n;

SELECT n INTO TEMP made_by_into FROM made WHERE n > 1;

SELECT * FROM made_by_into ORDER BY n;

SELECT n INTO TEMPORARY TABLE made_by_into FROM made;

CREATE TEMP TABLE made ON COMMIT DROP AS SELECT 1 AS one;

BEGIN;

CREATE TEMP TABLE dropped (a int) ON COMMIT DROP;

INSERT INTO dropped VALUES (1), (2);

CREATE TEMP TABLE dropped_as ON COMMIT DROP AS SELECT a FROM dropped;

SELECT count(*) FROM dropped, dropped_as;

COMMIT;

SELECT * FROM dropped;

SELECT * FROM dropped_as;

CREATE TEMP TABLE emptied (a int PRIMARY KEY) ON COMMIT DELETE ROWS;

INSERT INTO emptied VALUES (1);

SELECT * FROM emptied;

INSERT INTO emptied VALUES (1);

SELECT * FROM emptied WHERE a = 1;

BEGIN;

INSERT INTO emptied VALUES (1), (2);

SELECT * FROM emptied ORDER BY a;

SAVEPOINT s;

INSERT INTO emptied VALUES (3);

ROLLBACK TO s;

SELECT count(*) FROM emptied;

COMMIT;

SELECT count(*) FROM emptied;

CREATE TEMP TABLE preserved (a int) ON COMMIT PRESERVE ROWS;

INSERT INTO preserved VALUES (1);

SELECT * FROM preserved;

BEGIN;

CREATE TEMP TABLE undone (a int);

INSERT INTO undone VALUES (1);

ROLLBACK;

SELECT * FROM undone;

CREATE TEMP TABLE undone (b text);

SELECT * FROM undone;

CREATE TEMP SEQUENCE numbers START 5;

SELECT nextval('numbers'), nextval('pg_temp.numbers');

CREATE TEMP VIEW squares AS SELECT square FROM made;

SELECT * FROM squares ORDER BY square;

CREATE VIEW roots AS SELECT n FROM made;

SELECT relname, relpersistence FROM pg_class WHERE relname IN ('squares', 'roots', 'numbers') ORDER BY relname;

CREATE VIEW public.roots_for_all AS SELECT n FROM made;

DROP TABLE made;

DROP VIEW squares, roots;

DROP TABLE made;

SET search_path = public, pg_temp;

CREATE TEMP TABLE t (a int);

SELECT note FROM t;

CREATE TABLE in_public (a int);

SET search_path = pg_temp;

SELECT * FROM t;

CREATE TABLE in_temp (a int);

SELECT relpersistence FROM pg_class WHERE relname IN ('in_public', 'in_temp') ORDER BY relname;

RESET search_path;

SELECT * FROM t;

DISCARD TEMP;

SELECT * FROM t;

SELECT * FROM in_temp;

SELECT nextval('numbers');

CREATE TEMP TABLE t (again int);

SELECT * FROM t;

DISCARD ALL;

SELECT * FROM t;

-- Writes in read-only transactions
create table ct1 (a int, b text);

create temp table tt (a int);

begin transaction read only;

insert into tt values (1);

update tt set a = 2;

delete from tt;

truncate tt;

create temp table tt2 (a int);

rollback;

begin transaction read only;

insert into ct1 values (1,'x');

rollback;

begin transaction read only;

drop table tt;

rollback;

begin transaction read only;

rollback;

create temp sequence ts1;

begin transaction read only;

select nextval('ts1');

select setval('ts1', 4);

rollback;

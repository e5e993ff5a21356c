CREATE ROLE ann LOGIN;

CREATE ROLE bob LOGIN;

CREATE ROLE grp;

CREATE TABLE t (id int PRIMARY KEY, a int, b text);

CREATE TABLE u (id int);

CREATE SEQUENCE s;

INSERT INTO t VALUES (1, 1, 'one'), (2, 2, 'two');

SET ROLE ann;

SELECT * FROM t;

SELECT 1 FROM t;

SELECT count(*) FROM t;

SELECT * FROM (SELECT a FROM t) x;

SELECT (SELECT max(a) FROM t);

INSERT INTO t VALUES (3, 3, 'three');

INSERT INTO u SELECT id FROM t;

UPDATE t SET a = 2;

DELETE FROM t;

TRUNCATE t;

DROP TABLE t;

ALTER TABLE t ADD COLUMN c int;

CREATE INDEX ON t (a);

ALTER TABLE t RENAME TO tt;

COPY t TO STDOUT;

COPY t FROM STDIN;
\data
3	3	three

EXPLAIN SELECT * FROM t;

SELECT nextval('s');

SELECT currval('s');

SELECT setval('s', 3);

CREATE TABLE mine (a int);

CREATE SCHEMA mine;

RESET ROLE;

-- one privilege after the other
GRANT SELECT ON t TO ann;

SET ROLE ann;

SELECT * FROM t ORDER BY id;

SELECT * FROM t FOR UPDATE;

UPDATE t SET a = 3;

COPY t TO STDOUT;

RESET ROLE;

GRANT INSERT, DELETE ON t TO ann;

SET ROLE ann;

INSERT INTO t VALUES (3, 3, 'three') RETURNING *;

INSERT INTO t VALUES (3, 3, 'three') ON CONFLICT (id) DO UPDATE SET a = 4;

DELETE FROM t WHERE id = 3;

COPY t FROM STDIN;
\data
3	3	three

RESET ROLE;

REVOKE SELECT ON t FROM ann;

SET ROLE ann;

DELETE FROM t WHERE id = 3;

DELETE FROM t;

INSERT INTO t VALUES (1, 1, 'one');

INSERT INTO t VALUES (2, 2, 'two') RETURNING id;

RESET ROLE;

GRANT UPDATE ON t TO ann;

SET ROLE ann;

UPDATE t SET a = 5;

UPDATE t SET a = a + 1;

UPDATE t SET a = 6 WHERE id = 1;

RESET ROLE;

SELECT * FROM t ORDER BY id;

REVOKE ALL ON t FROM ann;

-- columns
GRANT SELECT (id, a), UPDATE (a), INSERT (id) ON t TO ann;

SET ROLE ann;

SELECT id, a FROM t;

SELECT id, b FROM t;

SELECT * FROM t;

SELECT 1 FROM t;

UPDATE t SET a = a + 1 WHERE id = 1 RETURNING a;

UPDATE t SET b = 'x';

UPDATE t SET a = 1 WHERE b = 'x';

INSERT INTO t (id) VALUES (7);

INSERT INTO t (id, a) VALUES (8, 8);

INSERT INTO t VALUES (8);

RESET ROLE;

REVOKE SELECT (a) ON t FROM ann;

SET ROLE ann;

SELECT id FROM t;

SELECT a FROM t;

RESET ROLE;

REVOKE ALL ON t FROM ann;

SET ROLE ann;

SELECT id FROM t;

RESET ROLE;

GRANT SELECT (nothing) ON t TO ann;

GRANT DELETE (a) ON t TO ann;

GRANT USAGE ON t TO ann;

GRANT nothing ON t TO ann;

GRANT SELECT ON missing TO ann;

GRANT SELECT ON t TO missing;

-- groups and PUBLIC
GRANT SELECT ON t TO grp;

GRANT grp TO ann;

SET ROLE ann;

SELECT count(*) FROM t;

SET ROLE bob;

SELECT count(*) FROM t;

RESET ROLE;

GRANT SELECT ON t TO PUBLIC;

SET ROLE bob;

SELECT count(*) FROM t;

RESET ROLE;

REVOKE SELECT ON t FROM PUBLIC;

ALTER ROLE ann NOINHERIT;

SET ROLE ann;

SELECT count(*) FROM t;

RESET ROLE;

ALTER ROLE ann INHERIT;

REVOKE grp FROM ann;

SET ROLE ann;

SELECT count(*) FROM t;

RESET ROLE;

-- grant options
GRANT SELECT ON t TO ann WITH GRANT OPTION;

GRANT SELECT ON t TO PUBLIC WITH GRANT OPTION;

SET ROLE ann;

GRANT SELECT ON t TO bob;

GRANT UPDATE ON t TO bob;

GRANT ALL ON t TO bob;

GRANT SELECT ON u TO bob;

SET ROLE bob;

SELECT count(*) FROM t;

GRANT SELECT ON t TO ann;

RESET ROLE;

REVOKE SELECT ON t FROM ann;

REVOKE GRANT OPTION FOR SELECT ON t FROM ann;

REVOKE SELECT ON t FROM ann CASCADE;

SET ROLE bob;

SELECT count(*) FROM t;

RESET ROLE;

-- prepared statements follow
PREPARE q AS SELECT count(*) FROM t;

EXECUTE q;

SET ROLE ann;

EXECUTE q;

RESET ROLE;

GRANT SELECT ON t TO ann;

SET ROLE ann;

EXECUTE q;

RESET ROLE;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ann;

SET ROLE ann;

EXECUTE q;

RESET ROLE;

-- sequences and schemas
GRANT USAGE ON SEQUENCE s TO ann;

SET ROLE ann;

SELECT nextval('s');

SELECT currval('s');

SELECT setval('s', 10);

SELECT * FROM s;

RESET ROLE;

GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ann;

SET ROLE ann;

SELECT setval('s', 10);

RESET ROLE;

GRANT SELECT ON SEQUENCE t TO ann;

CREATE SCHEMA hid;

CREATE TABLE hid.h (a int);

GRANT SELECT ON hid.h TO ann;

SET ROLE ann;

SELECT * FROM hid.h;

RESET ROLE;

GRANT USAGE ON SCHEMA hid TO ann;

SET ROLE ann;

SELECT * FROM hid.h;

CREATE TABLE hid.mine (a int);

RESET ROLE;

GRANT CREATE ON SCHEMA hid TO ann;

SET ROLE ann;

CREATE TABLE hid.mine (a int);

DROP TABLE hid.h;

DROP SCHEMA hid;

DROP SCHEMA hid CASCADE;

RESET ROLE;

GRANT SELECT ON SCHEMA hid TO ann;

GRANT USAGE ON SCHEMA missing TO ann;

-- owners
ALTER TABLE u OWNER TO ann;

SET ROLE ann;

SELECT * FROM u;

GRANT SELECT ON u TO bob;

ALTER TABLE u ADD COLUMN b int;

ALTER TABLE u OWNER TO bob;

REVOKE SELECT ON u FROM ann;

SELECT * FROM u;

GRANT SELECT ON u TO ann;

SELECT * FROM u;

SET ROLE bob;

SELECT * FROM u;

DROP TABLE u;

RESET ROLE;

-- what the functions say
GRANT SELECT (id), UPDATE (a) ON t TO bob;

GRANT INSERT ON t TO bob WITH GRANT OPTION;

SELECT has_table_privilege('bob', 't', 'SELECT'), has_table_privilege('bob', 't', 'INSERT'), has_table_privilege('bob', 't', 'insert with grant option'), has_table_privilege('bob', 't', 'SELECT, INSERT');

SELECT has_column_privilege('bob', 't', 'id', 'SELECT'), has_column_privilege('bob', 't', 'a', 'SELECT'), has_column_privilege('bob', 't', 'a', 'UPDATE'), has_column_privilege('bob', 't', 'b', 'INSERT');

SELECT has_any_column_privilege('bob', 't', 'SELECT'), has_any_column_privilege('bob', 't', 'REFERENCES');

SELECT has_sequence_privilege('ann', 's', 'USAGE'), has_sequence_privilege('bob', 's', 'USAGE');

SELECT has_sequence_privilege('bob', 't', 'USAGE');

SELECT has_schema_privilege('bob', 'hid', 'USAGE'), has_schema_privilege('ann', 'hid', 'USAGE, CREATE'), has_schema_privilege('bob', 'public', 'USAGE'), has_schema_privilege('bob', 'public', 'CREATE');

SELECT has_database_privilege('bob', current_database(), 'CONNECT'), has_database_privilege('bob', current_database(), 'CREATE');

SELECT has_table_privilege('public', 't', 'SELECT'), has_schema_privilege('public', 'public', 'USAGE');

SELECT has_table_privilege('nobody', 't', 'SELECT');

SELECT pg_has_role('ann', 'grp', 'MEMBER'), pg_has_role('bob', 'bob', 'USAGE'), pg_has_role('grp', 'MEMBER');

GRANT grp TO ann WITH ADMIN OPTION;

SELECT pg_has_role('ann', 'grp', 'MEMBER'), pg_has_role('ann', 'grp', 'USAGE WITH ADMIN OPTION'), pg_has_role('bob', 'grp', 'USAGE');

SET ROLE bob;

SELECT has_table_privilege('t', 'SELECT'), has_table_privilege('t', 'INSERT'), has_table_privilege('u', 'DELETE');

SELECT has_table_privilege('hid.h', 'SELECT');

RESET ROLE;

REVOKE ALL ON t FROM bob;

-- foreign keys
CREATE TABLE par (id int PRIMARY KEY);

INSERT INTO par VALUES (1);

GRANT CREATE ON SCHEMA public TO ann;

SET ROLE ann;

CREATE TABLE chi (id int REFERENCES par);

RESET ROLE;

GRANT REFERENCES ON par TO ann;

SET ROLE ann;

CREATE TABLE chi (id int REFERENCES par);

INSERT INTO chi VALUES (1);

SELECT * FROM par;

RESET ROLE;

DROP TABLE chi, par, u;

DROP SCHEMA hid CASCADE;

DROP ROLE ann;

REVOKE ALL ON SCHEMA public FROM ann;

REVOKE ALL ON SEQUENCE s FROM ann;

DROP ROLE ann;

DROP ROLE bob, grp;

DROP TABLE t;

DROP ROLE bob, grp;

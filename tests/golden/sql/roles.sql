CREATE ROLE ann LOGIN;

CREATE USER bob PASSWORD 'secret' VALID UNTIL '2031-01-01' CONNECTION LIMIT 5;

CREATE GROUP staff;

CREATE ROLE boss NOLOGIN CREATEROLE CREATEDB IN ROLE staff;

CREATE ROLE ann;

CREATE ROLE "public";

CREATE ROLE pg_mine;

CREATE ROLE none;

CREATE ROLE carl ROLE ann ADMIN bob;

CREATE ROLE dora LOGIN LOGIN;

CREATE ROLE dora CONNECTION LIMIT -2;

CREATE ROLE dora IN ROLE nobody;

ALTER ROLE ann CREATEDB INHERIT;

ALTER ROLE nobody CREATEDB;

ALTER USER ann WITH PASSWORD 'x';

ALTER GROUP staff ADD USER ann, bob;

ALTER GROUP staff ADD USER ann;

ALTER GROUP staff DROP USER bob;

ALTER GROUP staff DROP USER bob;

GRANT staff TO bob WITH ADMIN OPTION;

GRANT staff TO staff;

GRANT ann TO staff;

GRANT nobody TO ann;

GRANT staff TO nobody;

REVOKE ADMIN OPTION FOR staff FROM bob;

-- who one is
SET ROLE ann;

SELECT current_user, current_role;

SELECT session_user = current_user;

CREATE ROLE more;

ALTER ROLE bob CREATEDB;

ALTER ROLE ann PASSWORD 'mine';

DROP ROLE bob;

GRANT staff TO bob;

SET ROLE bob;

RESET ROLE;

SET ROLE nobody;

SET ROLE NONE;

SET SESSION AUTHORIZATION ann;

SELECT current_user, session_user;

SET ROLE staff;

SELECT current_user, session_user;

SET ROLE bob;

SET SESSION AUTHORIZATION bob;

SELECT current_user, session_user;

RESET SESSION AUTHORIZATION;

BEGIN;

SET LOCAL ROLE ann;

SELECT current_user;

COMMIT;

SELECT current_user = session_user;

BEGIN;

SET ROLE ann;

ROLLBACK;

SELECT current_user = session_user;

SELECT set_config('role', 'ann', false);

SELECT current_user;

SELECT set_config('role', 'bob', false);

RESET ROLE;

-- renaming and dropping
ALTER ROLE carl RENAME TO karl;

ALTER ROLE karl RENAME TO ann;

ALTER ROLE nobody RENAME TO somebody;

SET ROLE karl;

CREATE TABLE of_karl (a int);

RESET ROLE;

CREATE SCHEMA s AUTHORIZATION karl;

SET ROLE karl;

CREATE TABLE s.of_karl (a int);

RESET ROLE;

DROP ROLE karl;

ALTER TABLE s.of_karl OWNER TO ann;

ALTER SCHEMA s OWNER TO bob;

DROP ROLE karl;

DROP ROLE karl;

DROP ROLE IF EXISTS karl;

DROP ROLE IF EXISTS karl, boss;

SET ROLE ann;

DROP ROLE ann;

RESET ROLE;

DROP ROLE ann;

REASSIGN OWNED BY ann TO bob;

DROP ROLE ann;

DROP TABLE s.of_karl;

DROP SCHEMA s;

DROP ROLE bob, staff;

-- what only the owner may do
CREATE ROLE ann;

CREATE TABLE t (id int PRIMARY KEY, a int);

CREATE INDEX t_a ON t (a);

CREATE SEQUENCE q;

CREATE TYPE mood AS ENUM ('sad', 'happy');

SET ROLE ann;

ALTER TABLE t RENAME COLUMN a TO b;

ALTER TABLE t RENAME CONSTRAINT t_pkey TO k;

ALTER INDEX t_a RENAME TO i;

ALTER TABLE t SET SCHEMA public;

ALTER SEQUENCE q INCREMENT 2;

ALTER SEQUENCE q OWNER TO ann;

ALTER TYPE mood ADD VALUE 'so so';

DROP INDEX t_a;

DROP INDEX CONCURRENTLY t_a;

CREATE INDEX CONCURRENTLY ON t (a);

REINDEX INDEX t_a;

REINDEX TABLE t;

DROP SEQUENCE q;

DROP TYPE mood;

DROP TABLE t CASCADE;

DROP SCHEMA public;

RESET ROLE;

ALTER TABLE t OWNER TO ann;

SET ROLE ann;

ALTER TABLE t ADD COLUMN c int;

CREATE INDEX t_c ON t (c);

DROP INDEX t_c;

DROP TABLE t;

RESET ROLE;

DROP SEQUENCE q;

DROP TYPE mood;

DROP ROLE ann;

-- DROP OWNED
CREATE ROLE ann;

CREATE ROLE bob;

CREATE SCHEMA own AUTHORIZATION ann;

CREATE TABLE kept (id int PRIMARY KEY);

GRANT SELECT, REFERENCES ON kept TO ann;

SET ROLE ann;

CREATE TABLE own.a (id int PRIMARY KEY);

CREATE SEQUENCE own.s;

RESET ROLE;

CREATE TABLE own.b (id int REFERENCES own.a);

SET ROLE bob;

DROP OWNED BY ann;

RESET ROLE;

DROP OWNED BY ann, bob CASCADE;

DROP ROLE ann, bob;

DROP OWNED BY nobody;

SELECT * FROM own.a;

SELECT * FROM kept;

CREATE ROLE ann LOGIN CREATEDB CONNECTION LIMIT 3 VALID UNTIL '2031-01-01 00:00:00+00';

CREATE ROLE bob NOINHERIT CREATEROLE;

GRANT bob TO ann WITH ADMIN OPTION;

ALTER ROLE ann SET work_mem = '7MB';

SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit, rolbypassrls, rolvaliduntil = '2031-01-01 00:00:00+00' FROM pg_roles WHERE rolname IN ('ann', 'bob') ORDER BY 1;

SELECT rolconfig FROM pg_roles WHERE rolname IN ('ann', 'bob') ORDER BY rolname;

SELECT usename, usecreatedb, usesuper FROM pg_user WHERE usename IN ('ann', 'bob');

SELECT r.rolname, m.rolname, admin_option FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member WHERE r.rolname = 'bob';

CREATE SCHEMA s AUTHORIZATION ann;

SET ROLE ann;

CREATE TABLE s.t (id int, a int);

CREATE SEQUENCE s.q;

SELECT relname, relacl FROM pg_class WHERE relname IN ('t', 'q') ORDER BY 1;

GRANT SELECT, UPDATE ON s.t TO bob WITH GRANT OPTION;

GRANT INSERT ON s.t TO PUBLIC;

GRANT SELECT (a), UPDATE (a) ON s.t TO bob;

GRANT USAGE ON SEQUENCE s.q TO bob;

GRANT USAGE ON SCHEMA s TO bob;

REVOKE TRUNCATE ON s.t FROM ann;

SELECT relname, relacl FROM pg_class WHERE relname IN ('t', 'q') ORDER BY 1;

SELECT nspacl FROM pg_namespace WHERE nspname = 's';

SELECT attname, attacl FROM pg_attribute WHERE attrelid = 's.t'::regclass AND attnum > 0 ORDER BY attnum;

SELECT relname, r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = relowner WHERE relname = 't';

SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 't';

TRUNCATE s.t;

RESET ROLE;

DROP SCHEMA s CASCADE;

DROP ROLE ann, bob;

SELECT rolname FROM pg_roles WHERE rolname IN ('ann', 'bob');

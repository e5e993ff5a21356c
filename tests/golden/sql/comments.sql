CREATE TABLE t (id int PRIMARY KEY, a text CONSTRAINT a_long CHECK (length(a) < 10));

CREATE VIEW v AS SELECT id FROM t;

CREATE SEQUENCE s;

CREATE INDEX i ON t (a);

CREATE TYPE mood AS ENUM ('a');

CREATE SCHEMA app;

COMMENT ON TABLE t IS 'a table';

COMMENT ON COLUMN t.a IS 'a column';

COMMENT ON VIEW v IS 'a view';

COMMENT ON COLUMN v.id IS 'its column';

COMMENT ON SEQUENCE s IS 'a sequence';

COMMENT ON INDEX i IS 'an index';

COMMENT ON INDEX t_pkey IS 'the key';

COMMENT ON TYPE mood IS 'a type';

COMMENT ON SCHEMA app IS 'a schema';

COMMENT ON CONSTRAINT a_long ON t IS 'a constraint';

SELECT obj_description('t'::regclass, 'pg_class'), col_description('t'::regclass, 2), col_description('t'::regclass, 1), obj_description('v'::regclass, 'pg_class'), col_description('v'::regclass, 1);

SELECT obj_description('s'::regclass, 'pg_class'), obj_description('i'::regclass, 'pg_class'), obj_description('t_pkey'::regclass, 'pg_class');

SELECT obj_description('t'::regclass);

SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'app';

SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conname = 'a_long';

COMMENT ON TABLE t IS 'another';

SELECT obj_description('t'::regclass, 'pg_class');

COMMENT ON TABLE t IS NULL;

SELECT obj_description('t'::regclass, 'pg_class');

COMMENT ON TABLE t IS NULL;

COMMENT ON TABLE t IS '';

COMMENT ON TABLE nope IS 'x';

COMMENT ON TABLE v IS 'x';

COMMENT ON VIEW t IS 'x';

COMMENT ON COLUMN t.nope IS 'x';

COMMENT ON COLUMN nope.a IS 'x';

COMMENT ON COLUMN s.last_value IS 'x';

COMMENT ON TYPE nope IS 'x';

COMMENT ON SCHEMA nope IS 'x';

COMMENT ON CONSTRAINT nope ON t IS 'x';

BEGIN;

COMMENT ON COLUMN t.a IS 'gone';

ROLLBACK;

SELECT col_description('t'::regclass, 2);

ALTER TABLE t RENAME TO u;

ALTER TABLE u RENAME a TO b;

SELECT col_description('u'::regclass, 2);

DROP INDEX i;

ALTER TABLE u DROP COLUMN b;

SELECT count(*) FROM pg_description WHERE objoid = 'u'::regclass;

DROP VIEW v;

DROP SEQUENCE s;

DROP TABLE u;

SELECT count(*) FROM pg_description WHERE objoid >= 16384 AND classoid = 'pg_class'::regclass;

CREATE ROLE of_comments;

COMMENT ON ROLE of_comments IS 'a role';

COMMENT ON ROLE nobody_there IS 'x';

SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = 'of_comments';

SELECT description FROM pg_shdescription WHERE classoid = 'pg_authid'::regclass AND objoid = 'of_comments'::regrole;

SET ROLE of_comments;

COMMENT ON ROLE of_comments IS 'by itself';

RESET ROLE;

ALTER ROLE of_comments RENAME TO of_comment;

SELECT shobj_description('of_comment'::regrole, 'pg_authid');

COMMENT ON ROLE of_comment IS NULL;

SELECT shobj_description('of_comment'::regrole, 'pg_authid');

DROP ROLE of_comment;

SELECT oid, rolname, rolsuper, rolinherit, rolcanlogin FROM pg_roles WHERE rolname ~ '^pg_' ORDER BY 1;

SELECT r.rolname, m.rolname, admin_option FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member WHERE m.rolname ~ '^pg_' ORDER BY 1, 2;

CREATE TABLE t (id int PRIMARY KEY, a int);

INSERT INTO t VALUES (1, 10);

CREATE SEQUENCE q;

CREATE VIEW v AS SELECT a FROM t;

CREATE SCHEMA s;

CREATE TABLE s.hidden (id int PRIMARY KEY);

CREATE ROLE reader;

CREATE ROLE writer IN ROLE pg_write_all_data;

CREATE ROLE watcher IN ROLE pg_monitor, pg_signal_backend;

GRANT pg_read_all_data TO reader;

SELECT has_table_privilege('reader', 't', 'SELECT'), has_table_privilege('reader', 't', 'INSERT'), has_schema_privilege('reader', 's', 'USAGE'), has_schema_privilege('reader', 's', 'CREATE'), has_sequence_privilege('reader', 'q', 'SELECT'), has_sequence_privilege('reader', 'q', 'USAGE');

SELECT has_table_privilege('writer', 't', 'SELECT'), has_table_privilege('writer', 't', 'INSERT'), has_table_privilege('writer', 't', 'TRUNCATE'), has_sequence_privilege('writer', 'q', 'UPDATE');

SELECT pg_has_role('watcher', 'pg_read_all_stats', 'USAGE'), pg_has_role('watcher', 'pg_read_all_data', 'USAGE');

SET ROLE reader;

SELECT * FROM t;

SELECT * FROM v;

SELECT * FROM s.hidden;

SELECT last_value, is_called FROM q;

INSERT INTO t VALUES (2, 20);

SELECT nextval('q');

CHECKPOINT;

RESET ROLE;

SET ROLE writer;

INSERT INTO t VALUES (2, 20);

INSERT INTO s.hidden VALUES (1);

SELECT a FROM t;

TRUNCATE t;

RESET ROLE;

GRANT pg_checkpoint TO reader;

SET ROLE reader;

CHECKPOINT;

RESET ROLE;

CREATE ROLE pg_mine;

ALTER ROLE pg_monitor LOGIN;

ALTER ROLE pg_monitor SET work_mem = '1MB';

ALTER ROLE pg_monitor RENAME TO monitor;

DROP ROLE pg_monitor;

REVOKE pg_read_all_data FROM reader;

SET ROLE reader;

SELECT * FROM t;

RESET ROLE;

CREATE ROLE above SUPERUSER;

CREATE ROLE maker CREATEROLE;

SET ROLE maker;

CREATE ROLE grabbed IN ROLE above;

CREATE ROLE taken IN ROLE reader;

RESET ROLE;

SELECT nextval('q'), nextval('q');

CREATE SEQUENCE fresh;

SELECT sequencename, last_value FROM pg_sequences ORDER BY 1;

SELECT seqrelid::regclass, pg_sequence_last_value(seqrelid::regclass) FROM pg_sequence ORDER BY 1;

SET ROLE maker;

SELECT sequencename, last_value FROM pg_sequences ORDER BY 1;

RESET ROLE;

SELECT U&'wrong: \061';

SELECT U&'wrong: +0061' UESCAPE '+';

SELECT E'wrong: \u061';

DROP ROLE reader, writer, watcher, above, maker, taken;

-- What only superusers may read of the system's relations, and of other sessions.

CREATE ROLE plain_reader

CREATE VIEW names AS SELECT rolname FROM pg_authid WHERE rolname = 'plain_reader'

GRANT SELECT ON names TO plain_reader

PREPARE authid AS SELECT count(*) > 0 AS some FROM pg_authid

EXECUTE authid

SET ROLE plain_reader

EXECUTE authid

SELECT * FROM pg_authid

SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = 'plain_reader'

SELECT 1 FROM pg_shadow

SELECT (SELECT count(*) FROM pg_statistic)

SELECT * FROM pg_hba_file_rules

SELECT * FROM pg_file_settings

SELECT * FROM pg_config

COPY (SELECT * FROM pg_authid) TO STDOUT

CREATE TEMP TABLE copied AS SELECT * FROM pg_authid

EXPLAIN ANALYZE SELECT * FROM pg_authid

SELECT * FROM names

SELECT rolname, rolpassword FROM pg_roles WHERE rolname = 'plain_reader'

SELECT count(*) FROM pg_user WHERE usename = 'plain_reader'

SELECT query, state, xact_start, query_start, backend_start, wait_event FROM pg_stat_activity WHERE pid = pg_backend_pid()

SELECT pg_cancel_backend(pg_backend_pid())

SELECT pg_terminate_backend(pg_backend_pid())

RESET ROLE

SELECT query, state FROM pg_stat_activity WHERE pid = pg_backend_pid()

-- lastval() takes a right on the sequence that it tells of.

CREATE SEQUENCE sq

GRANT USAGE ON SEQUENCE sq TO plain_reader

SET ROLE plain_reader

SELECT nextval('sq')

SELECT lastval()

RESET ROLE

REVOKE USAGE ON SEQUENCE sq FROM plain_reader

SET ROLE plain_reader

SELECT lastval()

RESET ROLE

DROP SEQUENCE sq

SELECT lastval()

DROP VIEW names

DROP ROLE plain_reader

-- Whom the system's relations are for, and which columns there are.
CREATE ROLE stats_reader IN ROLE pg_read_all_stats;

CREATE ROLE nobody_special;

SELECT c.oid::regclass::text, has_table_privilege('stats_reader', c.oid, 'SELECT') FROM pg_class c WHERE relnamespace IN (11, 13207) AND relkind IN ('r', 'v') AND NOT has_table_privilege('nobody_special', c.oid, 'SELECT') AND relname <> 'pg_subscription' ORDER BY 1;

SELECT has_column_privilege('nobody_special', 'pg_authid', 99::int2, 'SELECT'), has_column_privilege('pg_authid', 99::int2, 'SELECT'), has_column_privilege('nobody_special', 'pg_class', 2::int2, 'SELECT'), has_column_privilege('pg_class', 'relname', 'SELECT'), has_column_privilege('nobody_special', 'pg_class', 'relname', 'UPDATE');

CREATE TABLE under_view (a int, b int);

CREATE VIEW over_it AS SELECT b, a FROM under_view;

SELECT has_column_privilege('over_it', 'a', 'SELECT'), has_column_privilege('nobody_special', 'over_it', 'a', 'SELECT');

SELECT has_column_privilege('over_it', 'c', 'SELECT');

SET ROLE nobody_special;

SELECT count(*) FROM pg_shmem_allocations;

SELECT count(*) FROM pg_authid;

SELECT count(*) >= 0 FROM information_schema.sql_parts;

SET ROLE stats_reader;

SELECT count(*) >= 0 FROM pg_shmem_allocations;

RESET ROLE;

DROP VIEW over_it;

DROP TABLE under_view;

DROP ROLE stats_reader, nobody_special;

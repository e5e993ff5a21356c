CREATE ROLE asked;

SELECT has_table_privilege('pg_class', 'SELECT'), has_table_privilege('pg_class', 'UPDATE'), has_table_privilege('pg_class', 'INSERT, SELECT'), has_table_privilege('pg_class', 'TRIGGER'), has_table_privilege('pg_roles', 'UPDATE'), has_table_privilege('pg_class', 'RULE');

SELECT has_table_privilege('asked', 'pg_class', 'SELECT'), has_table_privilege('asked', 'pg_class', 'UPDATE'), has_table_privilege('asked', 'pg_class', 'REFERENCES'), has_table_privilege('asked', 'pg_authid', 'SELECT'), has_table_privilege('asked', 'pg_roles', 'SELECT'), has_table_privilege('asked', 'pg_class', 'SELECT WITH GRANT OPTION');

CREATE TABLE t (a int, b int, c int);

ALTER TABLE t DROP COLUMN b;

GRANT SELECT (c) ON t TO asked;

SELECT has_column_privilege('asked', 't', 3::int2, 'SELECT'), has_column_privilege('asked', 't', 2::int2, 'SELECT'), has_column_privilege('asked', 't', 1::int2, 'SELECT'), has_column_privilege('asked', 't', 99::int2, 'SELECT'), has_column_privilege('t', 99::int2, 'SELECT'), has_column_privilege('t', 2::int2, 'SELECT');

CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;

CREATE VIEW over_m AS SELECT a + 1 AS b FROM m;

CREATE SCHEMA s;

ALTER MATERIALIZED VIEW t SET SCHEMA s;

ALTER MATERIALIZED VIEW m SET SCHEMA s;

SELECT * FROM s.m;

SELECT * FROM over_m;

ALTER TABLE s.m SET SCHEMA public;

SELECT * FROM m;

SELECT * FROM m FOR SHARE;

SELECT * FROM t, m FOR UPDATE OF t;

BEGIN;

SAVEPOINT y;

SET TRANSACTION READ ONLY;

SHOW transaction_read_only;

RELEASE SAVEPOINT y;

SHOW transaction_read_only;

INSERT INTO t VALUES (1, 2);

SAVEPOINT z;

SAVEPOINT zz;

SET TRANSACTION READ ONLY;

RELEASE z;

SHOW transaction_read_only;

SET TRANSACTION READ ONLY;

SAVEPOINT y;

RELEASE y;

SHOW transaction_read_only;

COMMIT;

SHOW transaction_read_only;

DROP OWNED BY asked;

DROP ROLE asked;

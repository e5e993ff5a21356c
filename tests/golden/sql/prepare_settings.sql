CREATE TABLE t (a int PRIMARY KEY, b text);

INSERT INTO t VALUES (1, 'one'), (2, 'two');

PREPARE q (int) AS SELECT * FROM t WHERE a = $1;

EXECUTE q(1);

EXECUTE q('2');

EXECUTE q;

EXECUTE q(1, 2);

EXECUTE nope;

PREPARE q AS SELECT 1;

DEALLOCATE q;

DEALLOCATE q;

PREPARE ins AS INSERT INTO t VALUES ($1, $2) RETURNING a;

EXECUTE ins(3, 'three');

EXECUTE ins(3, 'again');

DEALLOCATE ALL;

SHOW server_version_num;

SHOW DateStyle;

SET DateStyle = 'German, DMY';

SELECT date '2024-02-01', timestamp '2024-02-01 10:11:12.5';

SET DateStyle TO 'SQL, MDY';

SELECT date '2024-02-01', timestamptz '2024-02-01 10:11:12+00';

SET DateStyle = 'Postgres, DMY'; SELECT date '2024-02-01', timestamp '2024-02-01 10:11:12';

RESET DateStyle; SHOW DateStyle;

SET TIME ZONE 'Europe/Berlin'; SELECT timestamptz '2024-07-01 00:00+00';

SET timezone = 'Nowhere/At_All';

SET TIME ZONE -3; SELECT timestamptz '2024-07-01 00:00+00';

SHOW timezone;

SET TIME ZONE DEFAULT;

SET IntervalStyle = 'iso_8601'; SELECT interval '1 year 2 days 03:04:05'; RESET IntervalStyle;

SET IntervalStyle = 'sql_standard'; SELECT interval '1 year 2 days 03:04:05', interval '-1 day'; RESET IntervalStyle;

SET IntervalStyle = 'postgres_verbose'; SELECT interval '1 year 2 days 03:04:05 ago'; RESET IntervalStyle;

SET bytea_output = 'escape'; SELECT '\x00616263ff'::bytea; RESET bytea_output;

SET extra_float_digits = 0; SELECT 0.1::float8 + 0.2::float8, 1.1::float4; RESET extra_float_digits;

SET nope = 1;

SHOW nope;

SET work_mem = '64MB'; SHOW work_mem; RESET work_mem; SHOW work_mem;

SET work_mem = 'x';

SET work_mem = '1';

SET my.custom = 'hello'; SHOW my.custom; SELECT current_setting('my.custom');

SELECT current_setting('nope');

SELECT current_setting('nope', true) IS NULL;

SELECT set_config('application_name', 'abc', false), current_setting('application_name');

SET statement_timeout = '5s'; SHOW statement_timeout; SET statement_timeout = 0;

SET client_encoding = 'UTF8';

SET client_encoding = 'nope';

SHOW standard_conforming_strings;

SHOW max_identifier_length;

SET search_path = public; SHOW search_path;

DISCARD ALL;

VACUUM;

ANALYZE t;

VACUUM ANALYZE t;

CLOSE ALL;

UNLISTEN *;

SELECT pg_advisory_unlock_all();

LISTEN ch; NOTIFY ch; UNLISTEN ch;

RESET ALL;

-- Settings: unknown ones are refused, those that matter are honoured, the others remembered.
SET nope = 1;

SHOW nope;

RESET nope;

SET my.custom = 'x';

SELECT current_setting('my.custom'), current_setting('my.other', true), current_setting('nope', true);

SELECT current_setting('nope');

SELECT set_config('nope', '1', false);

SET bytea_output = 'escape';

SELECT '\x00ff41'::bytea;

SET extra_float_digits = -5;

SELECT 0.1::float8 + 0.2;

SET intervalstyle = 'iso_8601';

SELECT '1 day 02:00'::interval;

SET default_transaction_read_only = on;

CREATE TABLE refused_here (a int);

RESET default_transaction_read_only;

SET temp_tablespaces = 'nope';

SET temp_tablespaces = 'pg_default';

SET default_tablespace = 'nope';

SET timezone_abbreviations = 'Nope';

SET timezone = 'Nowhere/City';

SET work_mem = '3kB';

SET work_mem = '64MB';

SHOW work_mem;

SET shared_buffers = '1GB';

SET max_connections = 5;

SET server_version = '16';

SET data_directory = 'x';

SET fsync = off;

SET enable_seqscan = maybe;

SET enable_seqscan = off;

SET random_page_cost = 1.1;

SHOW random_page_cost;

SET statement_timeout = -1;

SET lc_messages = 'de_DE.UTF-8';

SET client_encoding = 'nope';

SET search_path = nonexistent, public;

SELECT current_schemas(false);

RESET search_path;

SELECT name, setting, unit, context, vartype, source, min_val, max_val, enumvals, boot_val, reset_val FROM pg_settings WHERE name IN ('work_mem', 'enable_seqscan', 'random_page_cost', 'bytea_output') ORDER BY 1;

SELECT name, context, vartype, category, short_desc FROM pg_settings WHERE name IN ('data_directory', 'config_file', 'hba_file', 'ident_file') ORDER BY 1;

RESET ALL;

SHOW work_mem;

SELECT count(*) FROM pg_settings WHERE source = 'session' AND name IN ('work_mem', 'enable_seqscan');

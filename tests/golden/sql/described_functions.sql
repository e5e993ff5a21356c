-- What describes built-in functions, and other objects that only psql asks for.
SELECT oid::regprocedure, pg_get_function_arguments(oid), pg_get_function_identity_arguments(oid), pg_get_function_result(oid) FROM pg_proc WHERE proname IN ('make_interval', 'json_each', 'mode', 'rank', 'percentile_cont', 'concat', 'array_agg', 'jsonb_path_exists', 'lower', 'parse_ident', 'pg_get_keywords', 'hashint4', 'unnest') AND pronamespace = 'pg_catalog'::regnamespace ORDER BY oid;

SELECT count(*), md5(string_agg(concat_ws('|', oid, pg_get_function_arguments(oid), pg_get_function_identity_arguments(oid), pg_get_function_result(oid)), E'\n' ORDER BY oid)) FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND oid < 10000;

SELECT pg_get_functiondef('abs(int4)'::regprocedure);

SELECT pg_get_functiondef('generate_series(int8,int8)'::regprocedure);

SELECT pg_get_functiondef('make_interval'::regproc);

SELECT pg_get_functiondef('row_number'::regproc);

SELECT pg_get_functiondef('pg_get_keywords'::regproc), pg_get_functiondef('koi8r_to_mic'::regproc);

SELECT pg_get_functiondef('max(int4)'::regprocedure);

SELECT pg_get_functiondef(1), pg_get_function_arguments(1), pg_get_function_result(1);

SELECT tokid, alias, description FROM ts_token_type('default') ORDER BY tokid;

SELECT count(*) FROM ts_token_type(3722);

SELECT * FROM ts_token_type('nope');

SELECT 'english'::regconfig, 'pg_catalog.simple'::regdictionary, 3748::regconfig, 'english_stem'::regdictionary = 1::regdictionary;

SELECT 'nope'::regconfig;

CREATE TABLE described (a int PRIMARY KEY);

SELECT count(*) FROM pg_partition_tree('described');

SELECT pg_partition_root('described') IS NULL;

SELECT (SELECT pg_table_is_visible(oid) FROM pg_class WHERE relname = 'pg_toast_1255'), pg_table_is_visible('pg_class'::regclass), pg_table_is_visible('information_schema.tables'::regclass), pg_table_is_visible('described'::regclass);

SELECT pg_tablespace_size('pg_default') >= 0, pg_tablespace_size(1663) >= 0, pg_tablespace_size(99999);

SELECT pg_tablespace_size('nope');

CREATE ROLE described_role;

ALTER ROLE described_role SET work_mem = '8MB';

ALTER ROLE described_role SET search_path = a, b;

SELECT setdatabase, setrole::regrole, setconfig FROM pg_db_role_setting WHERE setrole = 'described_role'::regrole;

DROP ROLE described_role;

SELECT acldefault('d', 99999), acldefault('p', 99999), acldefault('r', 99999);

SELECT grantor, grantee, privilege_type, is_grantable FROM aclexplode(acldefault('n', 99999));

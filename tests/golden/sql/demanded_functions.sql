-- Each function and setting that tools ask for.
CREATE TABLE d (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s serial, name varchar(20) DEFAULT 'x' NOT NULL, amount numeric(8,2) CHECK (amount > 0), twice numeric GENERATED ALWAYS AS (amount * 2) STORED, code char(3) UNIQUE, tags text[]);

CREATE INDEX d_lower ON d (lower(name)) INCLUDE (code) WHERE amount > 1;

CREATE TABLE e (a int, b int, d int REFERENCES d ON DELETE CASCADE, PRIMARY KEY (a, b));

CREATE VIEW v AS SELECT id, name FROM d WHERE amount > 1;

CREATE TYPE mood AS ENUM ('sad', 'ok');

CREATE DOMAIN pos AS int CHECK (VALUE > 0);

CREATE TYPE pair AS (x int, y text);

CREATE SEQUENCE sq INCREMENT 5;

COMMENT ON TABLE d IS 'a table';

COMMENT ON COLUMN d.name IS 'its name';

CREATE ROLE reader;

GRANT SELECT ON d TO reader;

GRANT SELECT (a), UPDATE (b) ON e TO reader WITH GRANT OPTION;

SELECT pg_get_expr(adbin, adrelid), pg_get_expr(adbin, adrelid, true) FROM pg_attrdef WHERE adrelid IN ('d'::regclass, 'e'::regclass) ORDER BY adrelid::regclass::text, adnum;

SELECT format_type(23, NULL), format_type(1700, 524294), format_type(1043, 24), format_type(NULL, 3), format_type(0, NULL), format_type(99999, NULL), format_type('mood'::regtype, NULL), format_type('pos[]'::regtype, -1), format_type('pair'::regtype, NULL), format_type('d'::regtype, NULL), format_type('pg_class'::regtype, NULL), format_type(75, -1), format_type('information_schema.sql_identifier'::regtype, -1);

SELECT conname, pg_get_constraintdef(oid), pg_get_constraintdef(oid, true), pg_get_constraintdef(oid, false) FROM pg_constraint WHERE conrelid IN ('d'::regclass, 'e'::regclass) OR contypid = 'pos'::regtype ORDER BY conname;

SELECT pg_get_indexdef(indexrelid), pg_get_indexdef(indexrelid, 1, true) FROM pg_index WHERE indrelid IN ('d'::regclass, 'e'::regclass) ORDER BY 1;

SELECT current_schema(), current_schema, current_database(), current_schemas(true), current_schemas(false);

SELECT pg_table_is_visible('d'::regclass), pg_type_is_visible('mood'::regtype), pg_function_is_visible('now'::regproc), pg_operator_is_visible('+(int4,int4)'::regoperator), pg_opclass_is_visible((SELECT oid FROM pg_opclass WHERE opcname = 'int4_ops' AND opcmethod = 403)), pg_opfamily_is_visible((SELECT oid FROM pg_opfamily WHERE opfname = 'integer_ops' AND opfmethod = 403)), pg_collation_is_visible('"C"'::regcollation), pg_conversion_is_visible((SELECT oid FROM pg_conversion LIMIT 1)), pg_ts_config_is_visible('english'::regconfig), pg_ts_dict_is_visible('simple'::regdictionary), pg_statistics_obj_is_visible(0), pg_ts_parser_is_visible((SELECT oid FROM pg_ts_parser)), pg_ts_template_is_visible((SELECT min(oid) FROM pg_ts_template));

SELECT current_setting('server_version_num')::int / 10000, current_setting('standard_conforming_strings'), current_setting('search_path'), current_setting('nope.nope', true), current_setting('max_index_keys'), current_setting('max_identifier_length'), current_setting('jit'), current_setting('default_tablespace'), current_setting('lc_collate'), current_setting('lc_ctype'), current_setting('transaction_isolation');

SELECT obj_description('d'::regclass), obj_description('d'::regclass, 'pg_class'), col_description('d'::regclass, 3), shobj_description(10, 'pg_authid'), obj_description('now'::regproc, 'pg_proc');

SELECT quote_ident('A b'), quote_literal('it''s'), quote_literal(1), quote_nullable(NULL), pg_get_serial_sequence('d', 'id'), pg_get_serial_sequence('d', 's'), pg_get_serial_sequence('public.d', 'name');

SELECT pg_get_viewdef('v'::regclass), pg_get_viewdef('v'::regclass, true), pg_get_viewdef('v', true), pg_get_viewdef('v'), pg_get_viewdef('v'::regclass, 40), pg_get_viewdef('d'::regclass);

SELECT set_config('application_name', 'demand', false), set_config('search_path', 'public', true), min(1), bool_and(true), json_build_object('a', 1), pg_get_function_result('lower(text)'::regprocedure), pg_get_function_arguments('lpad(text,int4,text)'::regprocedure), pg_get_function_identity_arguments('lpad(text,int4,text)'::regprocedure), pg_get_function_sqlbody('lower(text)'::regprocedure), pg_get_functiondef('lower(text)'::regprocedure), pg_get_function_arg_default('jsonb_set(jsonb,text[],jsonb,bool)'::regprocedure, 4), pg_get_function_arg_default('jsonb_set(jsonb,text[],jsonb,bool)'::regprocedure, 1);

SELECT pg_get_triggerdef(0), pg_get_triggerdef(0, true), pg_get_ruledef(0), pg_get_ruledef(0, true), pg_get_partkeydef('d'::regclass), pg_get_partition_constraintdef('d'::regclass), pg_get_statisticsobjdef(0), pg_get_statisticsobjdef_columns(0), pg_get_statisticsobjdef_expressions(0), pg_get_userbyid(0);

SELECT pg_get_userbyid(relowner) = current_user, pg_tablespace_location(0), pg_tablespace_location(1663), pg_encoding_to_char(6), pg_char_to_encoding('UTF8'), getdatabaseencoding() FROM pg_class WHERE relname = 'd';

SELECT pg_is_in_recovery(), pg_my_temp_schema(), pg_is_other_temp_schema('public'::regnamespace), pg_relation_size('d'::regclass) >= 0, pg_table_size('d') >= 0, pg_total_relation_size('d') >= 0, pg_database_size(current_database()) >= 0, pg_size_pretty(123456::bigint), pg_relation_is_updatable('v'::regclass, true), pg_relation_is_updatable('d', false), pg_relation_is_publishable('d'), pg_stat_get_numscans('d'::regclass);

SELECT pg_is_wal_replay_paused();

SELECT * FROM pg_partition_ancestors('d'::regclass);

SELECT * FROM pg_options_to_table(ARRAY['a=1', 'b']);

SELECT * FROM aclexplode(acldefault('r', 10)) LIMIT 1;

SELECT (aclexplode(relacl)).privilege_type, (aclexplode(relacl)).is_grantable FROM pg_class WHERE relname = 'd';

SELECT attname, (aclexplode(attacl)).grantee::regrole, (aclexplode(attacl)).privilege_type, (aclexplode(attacl)).is_grantable FROM pg_attribute WHERE attrelid = 'e'::regclass AND attacl IS NOT NULL ORDER BY 1;

SELECT has_schema_privilege('public', 'USAGE'), has_schema_privilege('reader', 'public', 'CREATE'), has_table_privilege('reader', 'd', 'SELECT'), has_table_privilege('reader', 'd', 'INSERT'), has_any_column_privilege('reader', 'e', 'SELECT'), has_column_privilege('reader', 'e', 'a', 'SELECT'), has_column_privilege('reader', 'e', 'a', 'UPDATE'), has_column_privilege('reader', 'e', 2::int2, 'UPDATE WITH GRANT OPTION'), has_database_privilege(current_database(), 'CONNECT'), has_sequence_privilege('reader', 'sq', 'USAGE'), has_type_privilege('reader', 'mood', 'USAGE'), pg_has_role('reader', 'MEMBER');

SELECT has_function_privilege('lower(text)', 'EXECUTE'), has_function_privilege('reader', 'pg_catalog.lower(text)', 'EXECUTE'), has_function_privilege('reader', 'lower(text)'::regprocedure, 'EXECUTE'), has_function_privilege('reader', 'pg_read_file(text)', 'EXECUTE'), has_function_privilege('pg_read_file(text)', 'EXECUTE');

SELECT has_function_privilege('lower', 'EXECUTE');

SELECT has_function_privilege('nope(text)', 'EXECUTE');

SELECT has_language_privilege('reader', 'sql', 'USAGE'), has_tablespace_privilege('reader', 'pg_default', 'CREATE'), has_parameter_privilege('reader', 'work_mem', 'SET');

SELECT has_server_privilege('nope', 'USAGE');

SELECT proname, proacl IS NULL FROM pg_proc WHERE proname IN ('pg_read_file', 'lower', 'pg_stat_reset') ORDER BY 1, pronargs;

SELECT parse_ident('a."B".c'), array_remove(ARRAY[1,2,1], 1), array_length(ARRAY[1,2], 1), array_lower(ARRAY[1], 1), array_upper(ARRAY[1], 1), string_to_array('a,b', ','), array_to_string(ARRAY['a', NULL], ',', '*'), encode('abc', 'hex'), oidvectortypes('23 25'::oidvector), to_regtype('int4'), to_regclass('d'), split_part('a.b', '.', 2), translate('abc', 'a', 'x'), chr(65), host('10.0.0.1'::inet), age(timestamptz '2024-01-02', timestamptz '2024-01-01'), to_char(1, '9'), regexp_replace('aa', 'a', 'b', 'g'), concat('a', NULL, 1), format('%I.%L', 'A', 'b');

SELECT pg_advisory_lock(1), pg_advisory_unlock(1), pg_advisory_unlock_all(), pg_blocking_pids(0), txid_current() > 0, pg_postmaster_start_time() < now(), pg_sleep(0), int4range(1, 5), row_to_json(ROW(1, 'a')), version() ~ '^PostgreSQL 15';

SELECT generate_subscripts(ARRAY[1,2], 1), unnest(ARRAY['a','b']);

SELECT array_in('{1,2}', 23, -1), "timestamp"('2024-01-01'::date), bpchar('a'::"char"), "char"('a'), bit(5, 3), varchar('a'::name), oid(5::bigint), "name"('x'::text);

SELECT pg_indexam_has_property(403, 'can_order'), pg_index_column_has_property('d_pkey'::regclass, 1, 'asc'), pg_index_has_property('d_pkey'::regclass, 'clusterable'), pg_indexam_has_property(405, 'can_order'), pg_indexam_has_property(783, 'can_order'), pg_index_column_has_property('pg_class_oid_index'::regclass, 1, 'asc');

SELECT name, setting FROM pg_show_all_settings() WHERE name IN ('work_mem', 'search_path') ORDER BY 1;

SELECT name, extra_desc, source, boot_val FROM pg_settings WHERE name IN ('archive_command', 'work_mem', 'wal_level') ORDER BY 1;

SELECT count(*) > 0 FROM pg_available_extension_versions();

SELECT nextval('sq'), sequencename, data_type, increment_by, last_value FROM pg_sequences WHERE sequencename = 'sq';

SHOW server_version_num;

SHOW transaction isolation level;

SHOW time zone;

SHOW search_path;

SHOW standard_conforming_strings;

SHOW max_index_keys;

SHOW max_connections;

SHOW jit;

SHOW systemobjects;

DROP OWNED BY reader;

DROP ROLE reader;

-- What tools read of a schema with every kind of object: names in place of OIDs.
CREATE SCHEMA shop;

CREATE TYPE shop.mood AS ENUM ('sad', 'ok', 'happy');

CREATE DOMAIN shop.positive AS int DEFAULT 1 CONSTRAINT above CHECK (VALUE > 0) NOT NULL;

CREATE TYPE shop.pair AS (x int, y varchar(9), z shop.mood[]);

CREATE SEQUENCE shop.numbers AS int START 10 INCREMENT 5 MINVALUE 0 MAXVALUE 1000 CYCLE CACHE 3;

CREATE TABLE shop.customers (region text, id int, name varchar(40) NOT NULL, mood shop.mood DEFAULT 'ok', born date, PRIMARY KEY (region, id));

CREATE TABLE shop.orders (id int GENERATED ALWAYS AS IDENTITY (START 7) PRIMARY KEY, serial bigserial, region text DEFAULT 'eu', customer int, amount numeric(10,2) NOT NULL CHECK (amount >= 0), twice numeric GENERATED ALWAYS AS (amount * 2) STORED, code char(3) UNIQUE, tags text[] DEFAULT '{}', doc jsonb, n shop.positive, p shop.pair, at timestamptz(3) DEFAULT now(), span interval day to second, b bit(4), vb varbit(8), CONSTRAINT customer_fk FOREIGN KEY (region, customer) REFERENCES shop.customers ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, CONSTRAINT sane CHECK (amount < 1000000 OR code IS NOT NULL) NOT VALID);

CREATE INDEX orders_lower ON shop.orders (lower(code) DESC, amount) WHERE amount > 10;

CREATE UNIQUE INDEX orders_cover ON shop.orders (serial) INCLUDE (amount, code);

CREATE INDEX orders_path ON shop.orders ((doc->>'city') NULLS FIRST);

CREATE VIEW shop.rich AS SELECT o.id, o.amount, c.name FROM shop.orders o JOIN shop.customers c ON (c.region, c.id) = (o.region, o.customer) WHERE o.amount > 100;

CREATE VIEW shop.names WITH (security_barrier) AS SELECT name, mood FROM shop.customers WHERE mood <> 'sad' WITH CASCADED CHECK OPTION;

CREATE MATERIALIZED VIEW shop.totals AS SELECT region, sum(amount) AS total FROM shop.orders GROUP BY region;

CREATE UNLOGGED TABLE shop.scratch (a int UNIQUE NULLS NOT DISTINCT, b text COLLATE "C");

CREATE ROLE demand_reader NOLOGIN;

CREATE ROLE demand_writer LOGIN PASSWORD 'x' VALID UNTIL '2030-01-01' CONNECTION LIMIT 3;

GRANT demand_reader TO demand_writer WITH ADMIN OPTION;

GRANT USAGE ON SCHEMA shop TO demand_reader;

GRANT SELECT, INSERT ON shop.orders TO demand_reader WITH GRANT OPTION;

GRANT UPDATE (name, born) ON shop.customers TO demand_writer;

GRANT USAGE ON SEQUENCE shop.numbers TO PUBLIC;

ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO demand_reader;

ALTER ROLE demand_writer SET work_mem = '8MB';

COMMENT ON SCHEMA shop IS 'the shop';

COMMENT ON TABLE shop.orders IS 'what was sold';

COMMENT ON COLUMN shop.orders.amount IS 'in euros';

COMMENT ON CONSTRAINT sane ON shop.orders IS 'not too much';

COMMENT ON INDEX shop.orders_lower IS 'by code';

COMMENT ON TYPE shop.mood IS 'how one feels';

COMMENT ON ROLE demand_reader IS 'reads';

SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast_temp)' ORDER BY 1;

SELECT c.relname, c.relkind, c.relpersistence, c.relnatts, c.relchecks, c.relhasindex, c.relhasrules, c.relhassubclass, c.relrowsecurity, c.relforcerowsecurity, c.relispopulated, c.relreplident, c.relispartition, c.reltablespace, c.relpartbound, c.reloptions, c.reltype <> 0 AS has_type, c.reloftype, am.amname, t.typname FROM pg_class c LEFT JOIN pg_am am ON am.oid = c.relam LEFT JOIN pg_type t ON t.oid = c.reltype WHERE c.relnamespace = 'shop'::regnamespace ORDER BY 1;

SELECT attrelid::regclass, attname, format_type(atttypid, atttypmod), attnum, attnotnull, atthasdef, attidentity, attgenerated, attislocal, attinhcount, attlen, attbyval, attalign, attndims, attcollation::regcollation, attoptions, attfdwoptions FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'shop'::regnamespace) AND attnum > 0 AND NOT attisdropped ORDER BY attrelid::regclass::text, attnum;

SELECT attname, attnum, atttypid::regtype, attnotnull FROM pg_attribute WHERE attrelid = 'shop.customers'::regclass AND attnum < 0 ORDER BY attnum;

SELECT adrelid::regclass, adnum, pg_get_expr(adbin, adrelid) FROM pg_attrdef ORDER BY 1, 2;

SELECT typname, typtype, typcategory, typlen, typbyval, typdelim, typrelid::regclass, typelem::regtype, typarray::regtype, typinput, typoutput, typreceive, typsend, typnotnull, typbasetype::regtype, typtypmod, typndims, typdefault, typcollation::regcollation FROM pg_type WHERE typnamespace = 'shop'::regnamespace ORDER BY 1;

SELECT enumtypid::regtype, enumsortorder, enumlabel FROM pg_enum ORDER BY 1, 2;

SELECT conname, contype, condeferrable, condeferred, convalidated, conrelid::regclass, contypid::regtype, conindid::regclass, confrelid::regclass, confupdtype, confdeltype, confmatchtype, conislocal, coninhcount, connoinherit, CASE contype WHEN 'c' THEN NULL ELSE conkey END, confkey, conpfeqop::regoperator[], conppeqop::regoperator[], conffeqop::regoperator[], confdelsetcols, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'shop'::regnamespace ORDER BY 1;

SELECT indexrelid::regclass, indrelid::regclass, indnatts, indnkeyatts, indisunique, indnullsnotdistinct, indisprimary, indisexclusion, indimmediate, indisclustered, indisvalid, indisready, indislive, indisreplident, indkey, indoption, pg_get_expr(indexprs, indrelid), pg_get_expr(indpred, indrelid), pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid::regclass::text LIKE 'shop.%' ORDER BY 1;

SELECT i.indexrelid::regclass, k.n, oc.opcname, am.amname, co.collname FROM pg_index i CROSS JOIN LATERAL unnest(i.indclass, i.indcollation) WITH ORDINALITY k(class, coll, n) JOIN pg_opclass oc ON oc.oid = k.class JOIN pg_am am ON am.oid = oc.opcmethod LEFT JOIN pg_collation co ON co.oid = k.coll WHERE i.indrelid::regclass::text LIKE 'shop.%' ORDER BY i.indexrelid::regclass::text, k.n;

SELECT seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle FROM pg_sequence ORDER BY 1;

SELECT classoid::regclass, objoid::regclass, objsubid, description FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid >= 16384 ORDER BY 2, 3;

SELECT d.classoid::regclass, d.objsubid, d.description FROM pg_description d WHERE d.objoid >= 16384 ORDER BY d.classoid::regclass::text, 3;

SELECT r.rolname, d.description FROM pg_shdescription d JOIN pg_roles r ON r.oid = d.objoid ORDER BY 1;

SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit, rolpassword, rolvaliduntil AT TIME ZONE 'UTC', rolbypassrls, rolconfig FROM pg_roles WHERE rolname LIKE 'demand%' OR rolname LIKE 'pg\_%' ORDER BY 1;

SELECT rolname, rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname LIKE 'demand%' ORDER BY 1;

SELECT roleid::regrole, member::regrole, admin_option FROM pg_auth_members ORDER BY 1, 2;

SELECT usename, usecreatedb, usesuper, passwd, valuntil AT TIME ZONE 'UTC', useconfig FROM pg_user WHERE usename LIKE 'demand%';

SELECT setrole::regrole, setdatabase, setconfig FROM pg_db_role_setting ORDER BY 1;

SELECT defaclnamespace::regnamespace, defaclobjtype, (aclexplode(defaclacl)).privilege_type FROM pg_default_acl;

SELECT schemaname, tablename, tablespace, hasindexes, hasrules, hastriggers, rowsecurity FROM pg_tables WHERE schemaname = 'shop' ORDER BY 2;

SELECT schemaname, viewname, definition FROM pg_views WHERE schemaname = 'shop' ORDER BY 2;

SELECT viewname, definition FROM pg_views WHERE viewname IN ('pg_roles', 'pg_tables', 'schemata', 'key_column_usage') ORDER BY 1;

SELECT pg_get_viewdef('pg_tables'::regclass, true), pg_get_viewdef('information_schema.schemata'::regclass, true);

SELECT schemaname, matviewname, tablespace, hasindexes, ispopulated, definition FROM pg_matviews;

SELECT * FROM pg_indexes WHERE schemaname = 'shop' ORDER BY indexname;

SELECT * FROM pg_indexes WHERE tablename = 'pg_class' ORDER BY indexname;

SELECT schemaname, sequencename, data_type, start_value, min_value, max_value, increment_by, cycle, cache_size, last_value FROM pg_sequences ORDER BY 2;

SELECT classid::regclass, d.objid::regclass, objsubid, refclassid::regclass, refobjid::regclass, refobjsubid, deptype FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass ORDER BY 2;

SELECT DISTINCT v.relname AS view, t.relname AS reads FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass JOIN pg_class v ON v.oid = r.ev_class JOIN pg_class t ON t.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass WHERE v.relnamespace = 'shop'::regnamespace AND t.oid <> v.oid ORDER BY 1, 2;

SELECT rulename, ev_class::regclass, ev_type, ev_enabled, is_instead, ev_qual FROM pg_rewrite WHERE ev_class >= 16384 ORDER BY 2;

SELECT schemaname, relname, n_live_tup, n_dead_tup, last_vacuum FROM pg_stat_user_tables WHERE schemaname = 'shop' ORDER BY 2;

SELECT schemaname, relname, indexrelname, idx_tup_fetch FROM pg_stat_user_indexes WHERE schemaname = 'shop' ORDER BY 3;

SELECT count(*) > 60 FROM pg_stat_sys_tables;

SELECT schemaname, relname FROM pg_statio_all_tables WHERE schemaname = 'shop' ORDER BY 2;

SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal), (SELECT count(*) FROM pg_event_trigger), (SELECT count(*) FROM pg_foreign_data_wrapper), (SELECT count(*) FROM pg_foreign_server), (SELECT count(*) FROM pg_foreign_table), (SELECT count(*) FROM pg_policy), (SELECT count(*) FROM pg_policies), (SELECT count(*) FROM pg_publication), (SELECT count(*) FROM pg_publication_namespace), (SELECT count(*) FROM pg_publication_rel), (SELECT count(*) FROM pg_publication_tables), (SELECT count(*) FROM pg_subscription), (SELECT count(*) FROM pg_subscription_rel), (SELECT count(*) FROM pg_statistic_ext), (SELECT count(*) FROM pg_statistic_ext_data), (SELECT count(*) FROM pg_partitioned_table), (SELECT count(*) FROM pg_inherits), (SELECT count(*) FROM pg_seclabel), (SELECT count(*) FROM pg_seclabels), (SELECT count(*) FROM pg_shseclabel), (SELECT count(*) FROM pg_transform), (SELECT count(*) FROM pg_largeobject), (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM pg_parameter_acl), (SELECT count(*) FROM pg_replication_slots), (SELECT count(*) FROM pg_replication_origin), (SELECT count(*) FROM pg_stat_replication), (SELECT count(*) FROM pg_user_mapping), (SELECT count(*) FROM pg_user_mappings), (SELECT count(*) FROM pg_prepared_xacts);

SELECT a.aggfnoid, a.aggkind, a.aggtransfn, a.aggfinalfn, a.aggsortop::regoperator, a.aggtranstype::regtype, a.agginitval FROM pg_aggregate a WHERE a.aggfnoid IN ('sum(int4)'::regprocedure, 'max(text)'::regprocedure, 'percentile_cont(float8,float8)'::regprocedure, 'every(bool)'::regprocedure) ORDER BY a.aggfnoid::oid;

SELECT oprname, oprleft::regtype, oprright::regtype, oprresult::regtype, oprcom::regoperator, oprnegate::regoperator, oprcode, oprrest, oprjoin FROM pg_operator WHERE oprname IN ('->>', '@>', '-') AND oprleft IN ('jsonb'::regtype, 'int4'::regtype) ORDER BY 1, 2, 3;

SELECT amname, opfname, opcname, opcintype::regtype FROM pg_opclass oc JOIN pg_opfamily f ON f.oid = oc.opcfamily JOIN pg_am am ON am.oid = opcmethod WHERE opcdefault AND opcintype IN ('int4'::regtype, 'text'::regtype) ORDER BY 1, 3;

SELECT amopstrategy, amopopr::regoperator, amoppurpose FROM pg_amop o JOIN pg_opfamily f ON f.oid = amopfamily WHERE opfname = 'text_ops' AND opfmethod = 403 ORDER BY amopopr::oid;

SELECT amprocnum, amproc FROM pg_amproc p JOIN pg_opfamily f ON f.oid = amprocfamily WHERE opfname = 'integer_ops' AND opfmethod = 403 AND amproclefttype = 'int4'::regtype AND amprocrighttype = 'int4'::regtype ORDER BY 1;

SELECT castsource::regtype, casttarget::regtype, castfunc::regprocedure, castcontext, castmethod FROM pg_cast WHERE castsource = 'jsonb'::regtype ORDER BY 2;

SELECT conname, pg_encoding_to_char(conforencoding), pg_encoding_to_char(contoencoding), conproc, condefault FROM pg_conversion WHERE conname LIKE 'utf8_to_iso_8859_1%' ORDER BY 1;

SELECT rngtypid::regtype, rngsubtype::regtype, rngmultitypid::regtype, opcname, rngcanonical, rngsubdiff FROM pg_range JOIN pg_opclass o ON o.oid = rngsubopc ORDER BY 1;

SELECT cfgname, prsname FROM pg_ts_config c JOIN pg_ts_parser p ON p.oid = c.cfgparser WHERE cfgname LIKE 'e%' ORDER BY 1;

SELECT dictname, tmplname, dictinitoption FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate WHERE dictname LIKE 'e%' ORDER BY 1;

SELECT count(*) FROM pg_ts_config_map m JOIN pg_ts_config c ON c.oid = m.mapcfg WHERE cfgname = 'simple';

SELECT spcname, spcoptions, pg_tablespace_location(oid) FROM pg_tablespace ORDER BY 1;

SELECT lanname, lanispl, lanpltrusted FROM pg_language WHERE lanname <> 'plpgsql' ORDER BY 1;

SELECT proname, prokind, provolatile, proparallel, proretset, pronargs, prorettype::regtype, proargtypes::regtype[], proargmodes, proargnames, pg_get_function_arguments(oid), prosrc, proacl IS NOT NULL FROM pg_proc WHERE proname IN ('pg_stat_file', 'jsonb_each', 'string_agg', 'rank') ORDER BY oid;

SELECT collname, collprovider, collisdeterministic, collencoding, collcollate, collctype FROM pg_collation WHERE collname IN ('default', 'C', 'POSIX', 'ucs_basic', 'sv-x-icu') ORDER BY 1;

SELECT datname, encoding, datistemplate, datallowconn, datconnlimit, datcollate, datctype, dattablespace FROM pg_database WHERE datname = current_database();

SELECT abbrev, utc_offset, is_dst FROM pg_timezone_abbrevs WHERE abbrev IN ('CET', 'EST', 'UTC') ORDER BY 1;

SELECT name, utc_offset FROM pg_timezone_names WHERE name IN ('UTC', 'Asia/Tokyo') ORDER BY 1;

SELECT name, installed_version, comment FROM pg_available_extensions WHERE name IN ('pgcrypto', 'uuid-ossp') ORDER BY 1;

SELECT name, version, installed, superuser, trusted, relocatable, schema, requires FROM pg_available_extension_versions WHERE (name, version) IN (('pgcrypto', '1.3'), ('uuid-ossp', '1.1')) ORDER BY 1;

SELECT application_name, state, backend_type, wait_event_type FROM pg_stat_activity WHERE pid = pg_backend_pid();

SELECT table_schema, table_name, table_type, self_referencing_column_name, is_insertable_into, is_typed FROM information_schema.tables WHERE table_schema = 'shop' ORDER BY 2;

SELECT table_name, column_name, ordinal_position, column_default, is_nullable, data_type, character_maximum_length, character_octet_length, numeric_precision, numeric_precision_radix, numeric_scale, datetime_precision, interval_type, collation_name, domain_schema, domain_name, udt_schema, udt_name, dtd_identifier, is_identity, identity_generation, identity_start, identity_increment, identity_cycle, is_generated, generation_expression, is_updatable FROM information_schema.columns WHERE table_schema = 'shop' ORDER BY 1, 3;

SELECT column_name, data_type, domain_name, udt_name FROM information_schema.columns WHERE table_schema = 'information_schema' AND table_name = 'sequences' ORDER BY ordinal_position;

SELECT constraint_name, table_name, constraint_type, is_deferrable, initially_deferred, enforced, nulls_distinct FROM information_schema.table_constraints WHERE table_schema = 'shop' AND constraint_name !~ '^[0-9]' ORDER BY 1;

SELECT constraint_name, table_name, column_name, ordinal_position, position_in_unique_constraint FROM information_schema.key_column_usage WHERE table_schema = 'shop' ORDER BY 1, 4;

SELECT constraint_name, table_name, column_name FROM information_schema.constraint_column_usage WHERE table_schema = 'shop' ORDER BY 1, 3;

SELECT table_name, constraint_name FROM information_schema.constraint_table_usage WHERE table_schema = 'shop' ORDER BY 2;

SELECT constraint_name, unique_constraint_name, match_option, update_rule, delete_rule FROM information_schema.referential_constraints WHERE constraint_schema = 'shop';

SELECT constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_schema = 'shop' AND constraint_name !~ '^[0-9]' ORDER BY 1;

SELECT table_name, check_option, is_updatable, is_insertable_into, is_trigger_updatable, view_definition FROM information_schema.views WHERE table_schema = 'shop' ORDER BY 1;

SELECT sequence_name, data_type, numeric_precision, start_value, minimum_value, maximum_value, increment, cycle_option FROM information_schema.sequences ORDER BY 1;

SELECT schema_name FROM information_schema.schemata WHERE schema_name !~ '^pg_(temp|toast)' ORDER BY 1;

SELECT grantee, table_name, privilege_type, is_grantable, with_hierarchy FROM information_schema.table_privileges WHERE table_schema = 'shop' AND grantee LIKE 'demand%' ORDER BY 1, 2, 3;

SELECT grantee, table_name, column_name, privilege_type, is_grantable FROM information_schema.column_privileges WHERE table_schema = 'shop' AND grantee LIKE 'demand_w%' ORDER BY 1, 2, 3;

SELECT grantee, object_name, object_type, privilege_type FROM information_schema.usage_privileges WHERE object_schema = 'shop' AND grantee = 'PUBLIC' ORDER BY 2;

SELECT grantee = 'PUBLIC', routine_name, privilege_type FROM information_schema.routine_privileges WHERE routine_name IN ('lower', 'pg_read_file') ORDER BY 1, 2;

SELECT specific_name = routine_name || '_' || '870' AS named, routine_type, data_type, type_udt_name, routine_body, external_name, external_language, parameter_style, is_deterministic, sql_data_access, is_null_call, security_type FROM information_schema.routines WHERE specific_name = 'lower_870';

SELECT ordinal_position, parameter_mode, parameter_name, data_type, udt_name, parameter_default FROM information_schema.parameters WHERE specific_name LIKE 'jsonb_set_%' ORDER BY specific_name, 1;

SELECT domain_name, data_type, numeric_precision, domain_default, udt_name FROM information_schema.domains WHERE domain_schema IN ('shop', 'information_schema') ORDER BY 1;

SELECT domain_name, constraint_name FROM information_schema.domain_constraints WHERE domain_schema = 'shop';

SELECT domain_name, table_name, column_name FROM information_schema.column_domain_usage WHERE domain_schema = 'shop';

SELECT udt_name, table_name, column_name FROM information_schema.column_udt_usage WHERE udt_schema = 'shop' ORDER BY 1, 2, 3;

SELECT udt_name, attribute_name, ordinal_position, data_type, character_maximum_length, attribute_udt_name FROM information_schema.attributes WHERE udt_schema = 'shop' ORDER BY 1, 3;

SELECT user_defined_type_name, user_defined_type_category FROM information_schema.user_defined_types WHERE user_defined_type_schema = 'shop';

SELECT object_name, object_type, collection_type_identifier, data_type, udt_name, dtd_identifier FROM information_schema.element_types WHERE object_schema = 'shop' ORDER BY 1, 3;

SELECT view_name, table_name, column_name FROM information_schema.view_column_usage WHERE view_schema = 'shop' ORDER BY 1, 2, 3;

SELECT view_name, table_name FROM information_schema.view_table_usage WHERE view_schema = 'shop' ORDER BY 1, 2;

SELECT grantee, role_name, is_grantable FROM information_schema.applicable_roles WHERE grantee LIKE 'demand%';

SELECT role_name FROM information_schema.enabled_roles WHERE role_name LIKE 'demand%' ORDER BY 1;

SELECT feature_id, feature_name, is_supported FROM information_schema.sql_features WHERE feature_id = 'F031' ORDER BY 1, 2;

SELECT implementation_info_id, implementation_info_name FROM information_schema.sql_implementation_info ORDER BY 1 LIMIT 3;

SELECT * FROM information_schema.sql_parts ORDER BY 1;

SELECT * FROM information_schema.sql_sizing ORDER BY 1 LIMIT 3;

SET ROLE demand_reader;

SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'shop' ORDER BY 1;

SELECT column_name FROM information_schema.columns WHERE table_schema = 'shop' AND table_name = 'orders' ORDER BY ordinal_position;

SELECT constraint_name FROM information_schema.table_constraints WHERE table_schema = 'shop' AND constraint_name !~ '^[0-9]' ORDER BY 1;

SELECT constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_schema = 'shop' ORDER BY 1;

SELECT schema_name FROM information_schema.schemata WHERE schema_name = 'shop';

SELECT role_name FROM information_schema.enabled_roles ORDER BY 1;

SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'shop' ORDER BY 1;

SELECT usename FROM pg_shadow;

SELECT passwd FROM pg_user WHERE usename LIKE 'demand%';

RESET ROLE;

DROP SCHEMA shop CASCADE;

DROP OWNED BY demand_reader, demand_writer;

DROP ROLE demand_reader, demand_writer;

-- What tools read of tables, columns, indexes and constraints.
CREATE TABLE catalog_orders (
    id bigint NOT NULL,
    customer integer NOT NULL,
    note varchar(20) DEFAULT 'none',
    amount numeric(10,2) DEFAULT 0 CHECK (amount >= 0),
    placed timestamptz DEFAULT now(),
    tags text[],
    doc jsonb,
    code char(3),
    flag boolean DEFAULT true,
    ratio float8 DEFAULT 1.5,
    small smallint DEFAULT -1,
    PRIMARY KEY (customer, id),
    CONSTRAINT catalog_orders_note_key UNIQUE (note),
    CONSTRAINT positive CHECK (amount > 0 OR (flag AND note IS NOT NULL))
);

CREATE INDEX catalog_orders_lower ON catalog_orders (lower(note), amount DESC) WHERE amount > 10;

CREATE UNIQUE INDEX catalog_orders_cover ON catalog_orders (code DESC NULLS LAST, placed NULLS FIRST) INCLUDE (flag);

CREATE INDEX catalog_orders_city ON catalog_orders ((doc->>'city'));

CREATE TABLE "Catalog Odd" ("Key" text PRIMARY KEY, "value" date);

SELECT relname, relkind, relnatts, relchecks, relhasindex, relpersistence, relispopulated, relreplident, relrowsecurity FROM pg_class WHERE relname LIKE 'catalog_orders%' OR relname LIKE 'Catalog Odd%' ORDER BY relname;

SELECT attname, atttypid::regtype, format_type(atttypid, atttypmod), attlen, attnum, attndims, atttypmod, attbyval, attalign, attstorage, attnotnull, atthasdef, attidentity, attgenerated, attisdropped, attcollation FROM pg_attribute WHERE attrelid = 'catalog_orders'::regclass ORDER BY attnum;

SELECT attname, attnum, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'catalog_orders_lower'::regclass ORDER BY attnum;

SELECT attname, attnum, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'catalog_orders_cover'::regclass ORDER BY attnum;

SELECT adnum, pg_get_expr(adbin, adrelid), pg_get_expr(adbin, adrelid, true) FROM pg_attrdef WHERE adrelid = 'catalog_orders'::regclass ORDER BY adnum;

SELECT indexrelid::regclass, indrelid::regclass, indnatts, indnkeyatts, indisunique, indisprimary, indisvalid, indkey, indcollation, indclass, indoption, pg_get_expr(indexprs, indrelid), pg_get_expr(indpred, indrelid) FROM pg_index WHERE indrelid = 'catalog_orders'::regclass ORDER BY indexrelid::regclass::text;

SELECT pg_get_indexdef(indexrelid), pg_get_indexdef(indexrelid, 0, true), pg_get_indexdef(indexrelid, 1, true), pg_get_indexdef(indexrelid, 2, false), pg_get_indexdef(indexrelid, 9, false) FROM pg_index WHERE indrelid = 'catalog_orders'::regclass ORDER BY indexrelid::regclass::text;

SELECT conname, contype, condeferrable, condeferred, convalidated, conrelid::regclass, conindid::regclass, confrelid, confupdtype, confdeltype, confmatchtype, CASE contype WHEN 'c' THEN cardinality(conkey)::text ELSE conkey::text END AS conkey, confkey, pg_get_constraintdef(oid), pg_get_constraintdef(oid, true) FROM pg_constraint WHERE conrelid IN ('catalog_orders'::regclass, '"Catalog Odd"'::regclass) ORDER BY conname;

SELECT typname, typtype, typcategory, typlen, typdelim, typrelid::regclass, typnotnull FROM pg_type WHERE typname LIKE '%catalog_orders' ORDER BY 1;

SELECT schemaname, tablename, hasindexes, hasrules, hastriggers, rowsecurity FROM pg_tables WHERE tablename IN ('catalog_orders', 'Catalog Odd') ORDER BY 2;

SELECT * FROM pg_indexes WHERE tablename IN ('catalog_orders', 'Catalog Odd') ORDER BY indexname;

SELECT table_schema, table_name, table_type, is_insertable_into, is_typed FROM information_schema.tables WHERE table_name IN ('catalog_orders', 'Catalog Odd') ORDER BY 2;

SELECT column_name, ordinal_position, column_default, is_nullable, data_type, character_maximum_length, character_octet_length, numeric_precision, numeric_precision_radix, numeric_scale, datetime_precision, udt_schema, udt_name, dtd_identifier, is_identity, is_generated, is_updatable FROM information_schema.columns WHERE table_name = 'catalog_orders' ORDER BY 2;

SELECT constraint_name, constraint_type, is_deferrable, initially_deferred, enforced FROM information_schema.table_constraints WHERE table_name = 'catalog_orders' AND constraint_name !~ '^[0-9]' ORDER BY 1;

SELECT constraint_name, column_name, ordinal_position, position_in_unique_constraint FROM information_schema.key_column_usage WHERE table_name = 'catalog_orders' ORDER BY 1, 3;

SELECT constraint_name, column_name FROM information_schema.constraint_column_usage WHERE table_name = 'catalog_orders' ORDER BY 1, 2;

SELECT constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_name IN ('positive', 'catalog_orders_amount_check') ORDER BY 1;

-- Names and OIDs.
SELECT 'catalog_orders'::regclass, '"Catalog Odd"'::regclass::text, 'pg_class'::regclass::oid, 'pg_catalog.pg_type'::regclass, 'information_schema.tables'::regclass;

SELECT 'nowhere'::regclass;

SELECT to_regclass('nowhere'), to_regclass('catalog_orders'), to_regtype('int4'), to_regproc('now'), to_regprocedure('abs(int4)'), to_regnamespace('public'), to_regoper('!~~*'), to_regoperator('+(int4,int4)');

SELECT 'abs'::regproc;

SELECT 'abs(int4)'::regprocedure, '+(int4,int4)'::regoperator, 'pg_catalog'::regnamespace, 11::regnamespace, 0::regproc, 0::regclass, 1255::regclass;

SELECT 'nope'::regproc;

SELECT 'nope()'::regprocedure;

SELECT 'nope'::regnamespace;

SELECT 'nope'::regrole;

SELECT pg_table_is_visible('catalog_orders'::regclass), pg_table_is_visible('pg_class'::regclass), pg_table_is_visible('information_schema.tables'::regclass), pg_table_is_visible(1), pg_type_is_visible('int4'::regtype), pg_function_is_visible('now'::regproc);

SELECT '1 2 3'::int2vector, '1 2 3'::oidvector, ('10 20'::int2vector)[0], ('10 20'::int2vector)[1], array_lower('10 20'::oidvector, 1), 20 = ANY ('10 20'::int2vector), unnest('5 6'::int2vector), array_to_string('7 8'::oidvector, ',');

SELECT oid, typname, typlen, typtype, typcategory, typelem, typarray, typinput, typbasetype, typcollation FROM pg_type WHERE typname IN ('int4', '_int4', 'text', 'sql_identifier', 'int4range', 'jsonb') ORDER BY oid;

SELECT proname, prokind, provolatile, proisstrict, pronargs, prorettype::regtype, proargtypes, prosrc, pg_get_function_arguments(oid), pg_get_function_result(oid) FROM pg_proc WHERE proname IN ('lower', 'lpad', 'generate_series', 'concat') ORDER BY oid;

SELECT oprname, oprleft::regtype, oprright::regtype, oprresult::regtype, oprcode FROM pg_operator WHERE oprname = '||' ORDER BY oid;

SELECT amname, amtype, amhandler FROM pg_am ORDER BY oid;

SELECT opcname, opcdefault FROM pg_opclass WHERE opcmethod = 403 AND opcintype IN (23, 25) ORDER BY oid;

SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod FROM pg_cast WHERE castsource = 'int4'::regtype ORDER BY oid;

SELECT nspname FROM pg_namespace WHERE oid < 16384 ORDER BY oid;

SELECT collname, collprovider, collencoding FROM pg_collation WHERE oid IN (100, 950, 951) ORDER BY oid;

SELECT count(*) FROM pg_range;

SELECT rngtypid::regtype, rngsubtype::regtype FROM pg_range ORDER BY 1::text;

SELECT obj_description('now'::regproc, 'pg_proc'), obj_description('int4'::regtype, 'pg_type'), col_description('catalog_orders'::regclass, 1), shobj_description(1663, 'pg_tablespace');

SELECT word, catcode, barelabel, catdesc, baredesc FROM pg_get_keywords() WHERE word IN ('select', 'table', 'abort', 'between') ORDER BY 1;

SELECT name, setting, unit, vartype, context, enumvals FROM pg_settings WHERE name IN ('search_path', 'work_mem', 'enable_seqscan', 'client_min_messages', 'statement_timeout') ORDER BY name;

SELECT pg_index_column_has_property('catalog_orders_cover'::regclass, 1, 'desc'), pg_index_column_has_property('catalog_orders_cover'::regclass, 1, 'nulls_first'), pg_index_column_has_property('catalog_orders_cover'::regclass, 2, 'nulls_first'), pg_index_column_has_property('catalog_orders_cover'::regclass, 3, 'orderable'), pg_index_column_has_property('catalog_orders_cover'::regclass, 9, 'asc'), pg_indexam_has_property(403, 'can_unique');

SELECT pg_get_serial_sequence('catalog_orders', 'id');

SELECT pg_get_serial_sequence('catalog_orders', 'nope');

SELECT pg_get_serial_sequence('nowhere', 'nope');

SELECT * FROM information_schema.sql_parts ORDER BY feature_id LIMIT 2;

SELECT * FROM pg_catalog.nope;

SELECT * FROM information_schema.nope;

DROP TABLE catalog_orders, "Catalog Odd";

SELECT conname, pg_get_constraintdef(oid), pg_get_constraintdef(oid, true) FROM pg_constraint WHERE contypid <> 0 ORDER BY 1;

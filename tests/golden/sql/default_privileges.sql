CREATE ROLE reader

CREATE ROLE writer

CREATE SCHEMA shop

ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO reader

ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT INSERT, UPDATE ON TABLES TO writer WITH GRANT OPTION

ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT USAGE ON SEQUENCES TO writer

CREATE TABLE shop.goods (id serial, name text)

CREATE VIEW shop.shown AS SELECT name FROM shop.goods

CREATE MATERIALIZED VIEW shop.kept AS SELECT name FROM shop.goods

CREATE SEQUENCE shop.counter

CREATE TABLE shop.copied AS SELECT 1 AS a

CREATE TABLE elsewhere (a int)

SELECT has_table_privilege('reader', 'shop.goods', 'SELECT'), has_table_privilege('reader', 'shop.goods', 'INSERT'), has_table_privilege('writer', 'shop.goods', 'INSERT WITH GRANT OPTION'), has_table_privilege('writer', 'shop.goods', 'SELECT')

SELECT has_table_privilege('reader', 'shop.shown', 'SELECT'), has_table_privilege('reader', 'shop.kept', 'SELECT'), has_table_privilege('reader', 'shop.copied', 'SELECT'), has_table_privilege('reader', 'elsewhere', 'SELECT')

SELECT has_sequence_privilege('writer', 'shop.goods_id_seq', 'USAGE'), has_sequence_privilege('writer', 'shop.counter', 'USAGE'), has_sequence_privilege('reader', 'shop.counter', 'USAGE')

SELECT defaclrole::regrole::text = current_user, defaclnamespace::regnamespace, defaclobjtype FROM pg_default_acl ORDER BY 3

SET ROLE reader

SELECT * FROM shop.goods

RESET ROLE

ALTER DEFAULT PRIVILEGES IN SCHEMA shop REVOKE SELECT ON TABLES FROM reader

ALTER DEFAULT PRIVILEGES IN SCHEMA shop REVOKE ALL ON TABLES FROM writer

ALTER DEFAULT PRIVILEGES IN SCHEMA shop REVOKE ALL ON SEQUENCES FROM writer

SELECT count(*) FROM pg_default_acl

CREATE TABLE shop.later (a int)

SELECT relacl IS NULL FROM pg_class WHERE relname = 'later'

SELECT has_table_privilege('reader', 'shop.later', 'SELECT')

ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC

ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO reader

ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC

CREATE TABLE shop.public_now (a int)

CREATE SCHEMA open

CREATE TYPE mood AS ENUM ('good')

SELECT has_table_privilege('reader', 'shop.public_now', 'SELECT'), has_schema_privilege('reader', 'open', 'USAGE')

ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC

ALTER DEFAULT PRIVILEGES REVOKE USAGE ON SCHEMAS FROM reader

ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO PUBLIC

SELECT count(*) FROM pg_default_acl

ALTER DEFAULT PRIVILEGES FOR ROLE writer GRANT SELECT ON TABLES TO reader

GRANT CREATE, USAGE ON SCHEMA shop TO writer

SET ROLE writer

CREATE TABLE shop.by_writer (a int)

ALTER DEFAULT PRIVILEGES FOR ROLE reader GRANT SELECT ON TABLES TO PUBLIC

RESET ROLE

SELECT has_table_privilege('reader', 'shop.by_writer', 'SELECT')

ALTER DEFAULT PRIVILEGES IN SCHEMA nowhere GRANT SELECT ON TABLES TO reader

ALTER DEFAULT PRIVILEGES GRANT USAGE ON TABLES TO reader

ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT USAGE ON SCHEMAS TO reader

ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO nobody

DROP SCHEMA shop CASCADE

DROP ROLE writer

DROP OWNED BY writer

SELECT count(*) FROM pg_default_acl

DROP SCHEMA open

DROP ROLE reader, writer

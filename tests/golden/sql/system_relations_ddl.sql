-- Statements about relations of pg_catalog that are no queries.

VACUUM pg_class

ANALYZE pg_catalog.pg_type

ALTER TABLE pg_class ADD COLUMN x int

ALTER TABLE IF EXISTS pg_class RENAME TO y

ALTER TABLE pg_catalog.pg_class RENAME COLUMN relname TO y

ALTER TABLE pg_class SET SCHEMA public

ALTER TABLE pg_class OWNER TO current_user

DROP TABLE pg_class

DROP TABLE IF EXISTS pg_catalog.pg_class

TRUNCATE pg_class

CREATE INDEX ON pg_class (relname)

CREATE TABLE of_system (a int REFERENCES pg_class)

REINDEX TABLE pg_class

REINDEX TABLE CONCURRENTLY pg_class

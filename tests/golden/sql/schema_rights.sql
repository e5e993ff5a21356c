-- A schema that a role may not look into isn't there on its search path, and is refused by its name.

CREATE ROLE schema_reader

CREATE SCHEMA h

CREATE TABLE h.t (id int PRIMARY KEY, a int)

CREATE TABLE t (id int PRIMARY KEY)

CREATE TYPE h.e AS ENUM ('a', 'b')

CREATE VIEW hv AS SELECT * FROM h.t

GRANT SELECT, INSERT, UPDATE, DELETE ON h.t, t, hv TO schema_reader

SET ROLE schema_reader

SELECT * FROM hv

SELECT 'a'::h.e

SELECT * FROM h.t

SET search_path TO h, public

SELECT * FROM t

SELECT * FROM t WHERE id = 1

SELECT * FROM t WHERE id = 2

SELECT current_schema(), current_schemas(true), 't'::regclass

CREATE TABLE x (i int)

PREPARE p AS SELECT * FROM t

PREPARE pk (int) AS SELECT * FROM t WHERE id = $1

EXECUTE p

EXECUTE pk (1)

RESET ROLE

GRANT USAGE ON SCHEMA h TO schema_reader

SET ROLE schema_reader

SELECT * FROM t WHERE id = 1

EXECUTE p

EXECUTE pk (1)

SELECT 'a'::e, 'a'::h.e

SELECT current_schema(), current_schemas(true), 't'::regclass

PREPARE q AS SELECT * FROM h.t

PREPARE qk (int) AS SELECT * FROM h.t WHERE id = $1

EXECUTE q

EXECUTE qk (1)

SELECT * FROM h.t WHERE id = 2

SELECT * FROM h.t WHERE id = 2

RESET ROLE

REVOKE USAGE ON SCHEMA h FROM schema_reader

SET ROLE schema_reader

SELECT * FROM h.t WHERE id = 2

SELECT * FROM t WHERE id = 1

EXECUTE q

EXECUTE qk (1)

EXPLAIN EXECUTE q

SELECT 'a'::e

SELECT current_schema()

INSERT INTO h.t VALUES (1)

UPDATE h.t SET a = 1

DELETE FROM h.t

INSERT INTO t VALUES (5)

RESET ROLE

RESET search_path

-- The rights are asked again when a prepared statement is explained.

PREPARE pt AS SELECT * FROM public.t

SET ROLE schema_reader

EXECUTE pt

RESET ROLE

REVOKE SELECT ON t FROM schema_reader

SET ROLE schema_reader

EXPLAIN EXECUTE pt

RESET ROLE

DROP OWNED BY schema_reader

DROP ROLE schema_reader

SELECT current_schema, current_schemas(false), current_schemas(true);

CREATE SCHEMA s;

CREATE SCHEMA s;

CREATE SCHEMA IF NOT EXISTS s;

SET search_path = nope, s, public;

SELECT current_schema, current_schemas(false), current_schemas(true);

CREATE TABLE x (a int);

CREATE TYPE kind AS ENUM ('in s');

SELECT * FROM s.x;

SELECT 'in s'::s.kind;

SET search_path = public;

SELECT * FROM x;

SELECT 'in s'::kind;

CREATE TABLE x (b text);

SET search_path = s, public;

SELECT * FROM x;

SET search_path = public, s;

SELECT * FROM x;

SET search_path = '';

SELECT current_schema;

CREATE TABLE y (a int);

SELECT * FROM public.x;

RESET search_path;

DROP SCHEMA s;

DROP SCHEMA s CASCADE;

SELECT * FROM s.x;

DROP SCHEMA nope;

DROP SCHEMA IF EXISTS nope;

CREATE SCHEMA pg_mine;

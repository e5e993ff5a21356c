CREATE SCHEMA aside;

CREATE TYPE aside.mood AS ENUM ('a', 'b');

CREATE TYPE near AS ENUM ('c');

SELECT t.typname, n.nspname, pg_type_is_visible(t.oid), t.oid::regtype FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typname IN ('mood', '_mood', 'near', '_near', 'int4', '_int4') ORDER BY 1;

SET search_path = aside;

SELECT t.typname, pg_type_is_visible(t.oid) FROM pg_type t WHERE t.typname IN ('mood', '_mood', 'near', '_near', 'int4') ORDER BY 1;

CREATE TYPE public.text AS ENUM ('a');

SELECT pg_type_is_visible('public.text'::regtype), 'public.text'::regtype, format_type('public.text'::regtype, -1);

SET search_path = public, pg_catalog;

SELECT pg_type_is_visible('public.text'::regtype);

RESET search_path;

CREATE TABLE "dollar$" ("id$" int PRIMARY KEY, r int REFERENCES "dollar$");

SELECT pg_get_constraintdef(oid), conrelid::regclass FROM pg_constraint WHERE conrelid = '"dollar$"'::regclass ORDER BY 1;

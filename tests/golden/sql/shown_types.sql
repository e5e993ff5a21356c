-- Types of users are shown with their schema where the search path doesn't find them.
CREATE SCHEMA apart;
CREATE TYPE apart.mood AS ENUM ('sad', 'ok');
CREATE TYPE "Mixed Case" AS (a int, b apart.mood);
CREATE DOMAIN positive AS int DEFAULT 1 CHECK (VALUE > 0);
CREATE TABLE shown (id int PRIMARY KEY, m apart.mood DEFAULT 'ok', ms apart.mood[], c "Mixed Case", p positive DEFAULT 3, ps positive[],
    CHECK (m <> 'sad'::apart.mood), CHECK (p > 0::positive));
CREATE VIEW shown_view AS SELECT id, 'sad'::apart.mood AS always, NULL::positive AS never, m::text FROM shown WHERE m = 'ok';
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'shown'::regclass AND attnum > 0 ORDER BY attnum;
SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'shown'::regclass ORDER BY adnum;
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'shown'::regclass ORDER BY conname;
SELECT 'apart.mood'::regtype, 'positive'::regtype, '"Mixed Case"[]'::regtype, pg_typeof(m), pg_typeof(ps) FROM shown RIGHT JOIN (SELECT 1) AS one ON true;
SET search_path = '';
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'public.shown'::regclass AND attnum > 0 ORDER BY attnum;
SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'public.shown'::regclass ORDER BY adnum;
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'public.shown'::regclass ORDER BY conname;
SELECT 'apart.mood'::regtype, 'public.positive'::regtype, 'public."Mixed Case"[]'::regtype;
SET search_path = apart, public;
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'shown'::regclass AND attnum > 0 ORDER BY attnum;
SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'shown'::regclass ORDER BY adnum;
SELECT * FROM shown_view;
SET search_path = public, apart;
SELECT 'apart.mood'::regtype, 'mood'::regtype;
CREATE DOMAIN public.mood AS text;
SELECT 'apart.mood'::regtype, 'mood'::regtype;

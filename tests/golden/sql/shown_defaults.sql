CREATE DOMAIN positive AS int CHECK (VALUE > 0);

CREATE DOMAIN word AS text;

CREATE DOMAIN short AS varchar(3);

CREATE TYPE mood AS ENUM ('a','b');

CREATE DOMAIN happy AS mood;

CREATE TABLE d (a int DEFAULT 3::positive, b positive DEFAULT 3, c positive DEFAULT 3::positive, d word DEFAULT 'x', e word DEFAULT 'x'::word, f text DEFAULT 'x'::word, g short DEFAULT 'abc', h short DEFAULT 'abc'::short, i happy DEFAULT 'a', j happy DEFAULT 'a'::happy, k mood DEFAULT 'a'::mood, l numeric DEFAULT 3::positive, m positive DEFAULT (1+2)::positive, n bigint DEFAULT 5::int, o text DEFAULT upper('x')::word, p positive DEFAULT -3::positive, q positive DEFAULT NULL::positive, r positive[] DEFAULT ARRAY[1]::positive[], s positive[] DEFAULT '{1}');

SELECT attname, pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = 'd'::regclass ORDER BY adnum;

CREATE TABLE ck (a int CHECK (a > 3::positive), b text CHECK (b = 'x'::word), c positive CHECK (c > 0));

SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'ck'::regclass ORDER BY conname;

CREATE TABLE rr (a int, b text);

CREATE TABLE dr (r rr DEFAULT ROW(1,'x'), s rr DEFAULT ROW(1,'x')::rr, t rr DEFAULT '(1,x)', u rr[] DEFAULT ARRAY[ROW(1,'x')::rr], v rr DEFAULT NULL::rr, w text DEFAULT (ROW(1,'x')::rr).b, CHECK ((r).a > 0), CHECK (r <> ROW(2,'y')::rr));

SELECT attname, pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = 'dr'::regclass ORDER BY adnum;

SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'dr'::regclass ORDER BY conname;

INSERT INTO dr DEFAULT VALUES RETURNING *;

CREATE INDEX ri ON dr (((r).a));

CREATE INDEX ri2 ON dr ((r IS NULL));

SELECT pg_get_indexdef('ri'::regclass), pg_get_indexdef('ri2'::regclass);

CREATE TYPE withc AS (a text COLLATE "C", b text, c varchar(3) COLLATE "POSIX", d text COLLATE "default", e int);

SELECT attname, attcollation, collname FROM pg_attribute LEFT JOIN pg_collation c ON c.oid = attcollation WHERE attrelid = 'withc'::regclass ORDER BY attnum;

CREATE TABLE tc (a text COLLATE "C", b text, c varchar(3) COLLATE "POSIX", d text COLLATE "default");

SELECT attname, collname FROM pg_attribute LEFT JOIN pg_collation c ON c.oid = attcollation WHERE attrelid = 'tc'::regclass AND attnum > 0 ORDER BY attnum;

CREATE VIEW vw AS SELECT a, r.b FROM rr r WHERE r = ROW(1,'x')::rr AND r IS NOT NULL AND (r).a > 0;

SELECT * FROM vw;

ALTER TYPE withc ADD ATTRIBUTE f text COLLATE "C";

ALTER TYPE withc ALTER ATTRIBUTE b TYPE text COLLATE "C";

SELECT attname, collname FROM pg_attribute LEFT JOIN pg_collation c ON c.oid = attcollation WHERE attrelid = 'withc'::regclass ORDER BY attnum;

CREATE TABLE dn (a int DEFAULT NULL, b varchar(3) DEFAULT NULL, c text DEFAULT NULL::text, d positive DEFAULT NULL, e int DEFAULT 5);

ALTER TABLE dn ALTER COLUMN e SET DEFAULT NULL;

SELECT attname, pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = 'dn'::regclass ORDER BY adnum;

SELECT 'withc'::regclass, 'withc'::regclass::oid = typrelid FROM pg_type WHERE typname = 'withc';

CREATE VIEW of_rows AS SELECT r AS one, ARRAY[r] AS many FROM rr r;

CREATE TYPE holds_rows AS (r rr, n int);

SELECT classid::regclass, objid::regclass, objsubid, refobjid::regtype, deptype FROM pg_depend WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_type'::regclass AND objid IN ('dr'::regclass, 'of_rows'::regclass, 'holds_rows'::regclass, 'withc'::regclass) ORDER BY objid::regclass::text, objsubid;

SELECT objid::regtype, refclassid::regclass, CASE refclassid WHEN 'pg_class'::regclass THEN refobjid::regclass::text ELSE refobjid::regtype::text END, deptype FROM pg_depend WHERE classid = 'pg_type'::regclass AND deptype = 'i' AND objid IN ('rr'::regtype, 'rr[]'::regtype, 'of_rows'::regtype, 'of_rows[]'::regtype, 'holds_rows[]'::regtype) ORDER BY objid::regtype::text;

SELECT typname, typlen, typstorage, typalign FROM pg_type WHERE typname IN ('rr', '_rr', 'happy', 'holds_rows') ORDER BY 1;

CREATE DOMAIN of_rr AS rr;

SELECT typname, typlen, typstorage, typalign, typcategory FROM pg_type WHERE typname = 'of_rr';

SELECT pg_table_is_visible('holds_rows'::regclass), pg_table_is_visible('rr'::regclass);

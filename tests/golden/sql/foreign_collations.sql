-- Columns under collations that don't sort by bytes: what doesn't ask for their order.
CREATE TABLE coll_icu (id int PRIMARY KEY, a text COLLATE "sv-x-icu", b varchar(10) COLLATE pg_catalog."sv-x-icu" UNIQUE, c text, g text COLLATE "sv-x-icu" GENERATED ALWAYS AS (lower(c)) STORED, t text[] COLLATE "de-x-icu");

INSERT INTO coll_icu (id, a, b, c) VALUES (1, 'a', 'x', 'C'), (2, 'å', 'X', 'D'), (3, 'z', NULL, 'E');

SELECT id, a FROM coll_icu WHERE a = 'å';

SELECT id FROM coll_icu WHERE a <> 'å' AND b IN ('x', 'y') AND a LIKE 'a%' AND a NOT LIKE 'b_';

SELECT a || c AS both, length(a), g, left(a, 1), CASE WHEN id = 1 THEN a ELSE c END, coalesce(b, a) FROM coll_icu ORDER BY id;

SELECT a FROM coll_icu ORDER BY a COLLATE "C";

SELECT max(a COLLATE "C"), min(a COLLATE "default" || 'x'), count(DISTINCT a) FROM coll_icu;

SELECT count(*) FROM coll_icu GROUP BY a IS NULL;

INSERT INTO coll_icu (id, b) VALUES (4, 'x');

INSERT INTO coll_icu (id, b) VALUES (4, 'x') ON CONFLICT (b) DO UPDATE SET a = excluded.a || coll_icu.b RETURNING id, a;

SELECT a.attname, c.collname, a.attcollation::regcollation FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation WHERE attrelid = 'coll_icu'::regclass AND attnum > 0 ORDER BY attnum;

SELECT column_name, collation_schema, collation_name FROM information_schema.columns WHERE table_name = 'coll_icu' ORDER BY ordinal_position;

SELECT indcollation[0]::regcollation FROM pg_index WHERE indexrelid = 'coll_icu_b_key'::regclass;

SELECT x FROM (SELECT b FROM coll_icu UNION SELECT 'q') s(x) WHERE x = 'q';

SELECT id FROM coll_icu WHERE b IN (SELECT b FROM coll_icu) ORDER BY id;

UPDATE coll_icu SET b = b || 'q' WHERE id = 2 RETURNING b;
CREATE INDEX coll_by_c ON coll_icu (c COLLATE "C", a COLLATE "fr-x-icu" DESC, b);

CREATE UNIQUE INDEX coll_by_lower ON coll_icu (lower(c) COLLATE "sv-x-icu" text_pattern_ops, upper(c) COLLATE "default");

SELECT pg_get_indexdef(indexrelid), ARRAY(SELECT unnest(indcollation::oid[])::regcollation) FROM pg_index WHERE indrelid = 'coll_icu'::regclass ORDER BY 1;

CREATE INDEX ON coll_icu (id COLLATE "C");

SELECT id FROM coll_icu WHERE c = 'C' AND lower(c) = 'c';

INSERT INTO coll_icu (id, c) VALUES (9, 'C');

DROP INDEX coll_by_c, coll_by_lower;

ALTER TABLE coll_icu ALTER a TYPE text;

SELECT max(a) FROM coll_icu;

ALTER TABLE coll_icu ALTER a TYPE text COLLATE "en-x-icu", ADD d text COLLATE "fr-x-icu" DEFAULT 'd';

SELECT a, d FROM coll_icu WHERE d = 'd' AND id = 1;

CREATE TABLE bad (a text COLLATE "nowhere-x-icu");

CREATE TABLE bad (a int COLLATE "sv-x-icu");

SELECT 'sv-x-icu'::regcollation, to_regcollation('"sv-x-icu"') = 'sv-x-icu'::regcollation;

SELECT collname, collprovider, collisdeterministic, collencoding, colliculocale FROM pg_collation WHERE collname IN ('sv-x-icu', 'en-x-icu', 'C') ORDER BY collname;

CREATE DOMAIN coll_domain AS text COLLATE "C" CHECK (VALUE <> '');

SELECT typname, typcollation::regcollation FROM pg_type WHERE typname IN ('coll_domain', 'text', 'name') ORDER BY 1;

CREATE TABLE coll_of_domain (a coll_domain, b coll_domain COLLATE "POSIX", c text);

SELECT attname, attcollation::regcollation FROM pg_attribute WHERE attrelid = 'coll_of_domain'::regclass AND attnum > 0 ORDER BY attnum;

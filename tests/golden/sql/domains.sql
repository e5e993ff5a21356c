CREATE DOMAIN positive AS int CHECK (VALUE > 0);

CREATE DOMAIN code AS varchar(5) NOT NULL DEFAULT 'none' CONSTRAINT no_blank CHECK (VALUE !~ ' ') CONSTRAINT lower CHECK (VALUE = lower(VALUE));

CREATE DOMAIN small_positive AS positive CHECK (VALUE < 100);

CREATE DOMAIN amount AS numeric(8,2) DEFAULT 1.5;

CREATE DOMAIN tags AS text[] CHECK (array_length(VALUE, 1) < 3);

CREATE DOMAIN doc AS jsonb CHECK (VALUE ? 'id');

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');

CREATE DOMAIN good_mood AS mood CHECK (VALUE >= 'ok');

CREATE DOMAIN positive AS int;

CREATE DOMAIN mood AS int;

CREATE DOMAIN d AS nothing;

CREATE DOMAIN d AS int DEFAULT 1 DEFAULT 2;

CREATE DOMAIN d AS int NULL NOT NULL;

CREATE DOMAIN d AS int PRIMARY KEY;

CREATE DOMAIN d AS int UNIQUE;

CREATE DOMAIN d AS int REFERENCES t;

CREATE DOMAIN d AS int DEFAULT 'x';

CREATE DOMAIN d AS int CHECK (VALUE);

CREATE DOMAIN d AS int CHECK (other > 0);

CREATE DOMAIN d AS int CHECK (VALUE > (SELECT 1));

CREATE DOMAIN d AS int CONSTRAINT a CHECK (VALUE > 0) CONSTRAINT a CHECK (VALUE < 3);

CREATE DOMAIN d AS anyelement;

SELECT 5::positive, '7'::positive, pg_typeof(5::positive), NULL::positive;

SELECT 0::positive;

SELECT '-1'::positive;

SELECT 'x'::positive;

SELECT 100::small_positive;

SELECT 0::small_positive;

SELECT 50::small_positive, pg_typeof(50::small_positive), pg_typeof(50::small_positive + 1), 50::small_positive + 1;

SELECT 'abcdefgh'::code, 'ABC'::text::code;

SELECT 'abcdefgh'::code, length('abcdefgh'::code), pg_typeof('abc'::code || 'x');

SELECT NULL::code;

SELECT 'a b'::code;

SELECT '{a,b,c}'::tags;

SELECT ('{a,b}'::tags)[2], '{a,b}'::tags || 'c', 'a' = ANY ('{a,b}'::tags), array_length('{a}'::tags, 1), pg_typeof('{a}'::tags || 'x');

SELECT unnest('{a,b}'::tags);

SELECT '{"id": 5}'::doc -> 'id', ('{"id": 5}'::doc)['id'], '{"id": 5}'::doc || '{"a": 1}', to_json('{"id": 5}'::doc);

SELECT '{}'::doc;

SELECT 'happy'::good_mood, 'ok'::good_mood < 'happy', enum_range(NULL::good_mood);

SELECT 'sad'::good_mood;

SELECT 1.005::amount, 1.005::amount * 2, pg_typeof(1.005::amount), 123456789::amount;

SELECT 1.005::amount, 1.005::amount * 2, pg_typeof(1.005::amount);

SELECT '{1,2}'::positive[], ARRAY[1,2]::positive[], pg_typeof('{1}'::positive[]), ARRAY[3::positive], pg_typeof(ARRAY[3::positive]), ('{1,2}'::positive[])[2];

SELECT '{1,0}'::positive[];

SELECT ARRAY[1,0]::positive[];

SELECT '{1,2}'::positive[]::int[], '{1,2}'::int[]::positive[], '{1,2}'::positive[]::bigint[];

SELECT '{1,-2}'::int[]::positive[];

SELECT coalesce(NULL::positive, 3), greatest(2::positive, 3), CASE WHEN true THEN 2::positive ELSE 3::positive END, pg_typeof(coalesce(NULL::positive, 3)), pg_typeof(coalesce(NULL::positive, 3::positive)), nullif(2::positive, 2);

SELECT 2::positive IN (1, 2), 2::positive BETWEEN 1 AND 3, 2::positive = 2::small_positive, 2::positive < 3.5, 2::positive IS DISTINCT FROM 2, 5::positive || 'x';

SELECT max(v), sum(v), count(DISTINCT v), array_agg(v), pg_typeof(max(v)), pg_typeof(array_agg(v)) FROM (VALUES (1::positive), (2), (2)) AS x(v);

SELECT json_build_object('a', 5::positive, 'b', 'x'::code, 'c', '{a}'::tags), to_jsonb(5::positive), to_json('{1,2}'::positive[]), row_to_json(ROW(5::positive, 'x'::code));

SELECT 5::positive::text, 5::positive::bigint, 5::positive::numeric(5,2), 5.7::positive, '5'::text::positive, true::positive;

SELECT CAST(5 AS positive), positive '5', 2::positive::small_positive, 2::small_positive::positive;

SELECT 5::positive::date;

SELECT abs(-5::positive), round(1.55::amount, 1), upper('x'::code), substr('abc'::code, 2), concat('a'::code, 5::positive), format('%s %L', 5::positive, 'x'::code);

CREATE TABLE t (id positive PRIMARY KEY, c code, a amount, g tags, m good_mood, ps positive[]);

INSERT INTO t (id) VALUES (1) RETURNING *;

INSERT INTO t VALUES (2, 'two', 2.345, '{x,y}', 'happy', '{1,2}') RETURNING *;

INSERT INTO t VALUES (0, 'x');

INSERT INTO t VALUES (3, NULL);

INSERT INTO t VALUES (3, 'TOO');

INSERT INTO t VALUES (3, 'abcdefg');

INSERT INTO t VALUES (3, 'x', 1, '{a,b,c}');

INSERT INTO t VALUES (3, 'x', 1, '{a,b}', 'sad');

INSERT INTO t VALUES (3, 'x', 1, '{a,b}', 'ok', '{0}');

INSERT INTO t VALUES (NULL, 'x');

INSERT INTO t SELECT i, 'c' || i, i, NULL, 'ok', ARRAY[i] FROM generate_series(3, 6) AS i;

INSERT INTO t SELECT i, 'c' || i FROM generate_series(-1, 1) AS i;

UPDATE t SET id = id - 2 WHERE id = 2;

UPDATE t SET c = NULL WHERE id = 2;

UPDATE t SET c = DEFAULT, a = DEFAULT WHERE id = 2 RETURNING *;

UPDATE t SET g[1] = 'z', ps[3] = 7 WHERE id = 2 RETURNING g, ps;

UPDATE t SET ps[3] = -7 WHERE id = 2;

UPDATE t SET g[3] = 'z' WHERE id = 2;

SELECT id, c FROM t WHERE id = 4;

SELECT id, c FROM t WHERE id IN (4, 5) ORDER BY id;

SELECT id, c FROM t WHERE id > 4 ORDER BY id DESC;

SELECT id, c FROM t WHERE id BETWEEN 2 AND 3 ORDER BY c;

SELECT c, count(*), sum(id), min(a), max(id) FROM t GROUP BY c ORDER BY c;

SELECT DISTINCT m FROM t ORDER BY m;

SELECT x.id FROM t x JOIN t y ON x.id = y.id AND y.c = 'c4';

SELECT x.id FROM t x JOIN generate_series(3, 4) AS s(n) ON x.id = s.n ORDER BY 1;

SELECT id FROM t UNION SELECT 100 ORDER BY 1;

SELECT pg_typeof(id), pg_typeof(c), pg_typeof(g), pg_typeof(ps) FROM t LIMIT 1;

SELECT row_number() OVER (ORDER BY id), lag(id) OVER (ORDER BY id), sum(id) OVER (PARTITION BY c ORDER BY id) FROM t ORDER BY 1;

COPY t (id, c) FROM STDIN;
\data
7	seven
8	eight

COPY t (id, c) FROM STDIN;
\data
9	nine
0	zero

COPY t (id, c) FROM STDIN;
\data
9	\N

COPY t (id, c) FROM STDIN;
\data
9	NINE

COPY (SELECT * FROM t ORDER BY id) TO STDOUT;

CREATE TABLE u AS SELECT id, c, ps FROM t;

SELECT column_name, data_type, character_maximum_length, udt_name, domain_schema, domain_name FROM information_schema.columns WHERE table_name = 'u' ORDER BY ordinal_position;

CREATE VIEW v AS SELECT id, id + 1 AS next FROM t;

SELECT * FROM v WHERE id = 1;

CREATE INDEX ON t (c);

SELECT id FROM t WHERE c = 'seven';

CREATE TABLE child (id int PRIMARY KEY, parent positive REFERENCES t ON DELETE SET NULL, other int REFERENCES t);

INSERT INTO child VALUES (1, 7, 7);

INSERT INTO child VALUES (2, 70, 7);

DROP TABLE child;

PREPARE p (positive) AS SELECT $1, pg_typeof($1);

EXECUTE p (5);

EXECUTE p (0);

EXECUTE p (NULL);

PREPARE q (code) AS SELECT $1;

EXECUTE q (NULL);

SELECT conname, contype, pg_get_constraintdef(oid), pg_get_constraintdef(oid, true), convalidated, contypid::regtype FROM pg_constraint WHERE contypid <> 0 AND connamespace = 'public'::regnamespace ORDER BY conname;

SELECT typname, typlen, typbyval, typtype, typcategory, typispreferred, typdelim, typrelid, typelem, typarray::regtype, typinput, typoutput, typreceive, typsend, typalign, typstorage, typnotnull, typbasetype::regtype, typtypmod, typndims, typcollation, typdefault FROM pg_type WHERE typtype = 'd' AND typnamespace = 'public'::regnamespace ORDER BY typname;

SELECT typname, typlen, typcategory, typelem::regtype, typalign, typstorage, typcollation FROM pg_type WHERE typelem IN (SELECT oid FROM pg_type WHERE typtype = 'd' AND typnamespace = 'public'::regnamespace) ORDER BY typname;

SELECT domain_schema, domain_name, data_type, character_maximum_length, numeric_precision, numeric_scale, domain_default, udt_schema, udt_name, dtd_identifier FROM information_schema.domains WHERE domain_schema = 'public' ORDER BY domain_name;

SELECT constraint_schema, constraint_name, domain_schema, domain_name, is_deferrable, initially_deferred FROM information_schema.domain_constraints WHERE domain_schema = 'public' ORDER BY 2;

SELECT constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_schema = 'public' AND constraint_name NOT LIKE '%not_null' ORDER BY 1;

SELECT udt_schema, udt_name, domain_schema, domain_name FROM information_schema.domain_udt_usage WHERE domain_schema = 'public' ORDER BY 4;

SELECT domain_name, table_name, column_name FROM information_schema.column_domain_usage WHERE domain_schema = 'public' ORDER BY 2, 3;

SELECT attname, atttypid::regtype, atttypmod, attlen, attcollation, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY attnum;

SELECT 'positive'::regtype, 'positive[]'::regtype, pg_type_is_visible('positive'::regtype);

ALTER DOMAIN positive ADD CONSTRAINT tiny CHECK (VALUE < 5);

ALTER DOMAIN positive ADD CONSTRAINT not_huge CHECK (VALUE < 1000);

DROP TABLE t CASCADE;

DROP TABLE u;

CREATE TABLE t (id positive PRIMARY KEY, c code, n small_positive);

INSERT INTO t VALUES (1, 'a', 1), (7, 'b', NULL);

ALTER DOMAIN positive ADD CONSTRAINT tiny CHECK (VALUE < 5);

ALTER DOMAIN positive ADD CONSTRAINT not_huge CHECK (VALUE < 1000);

ALTER DOMAIN positive ADD CONSTRAINT not_huge CHECK (VALUE < 1000);

ALTER DOMAIN positive ADD CHECK (VALUE <> 77);

INSERT INTO t VALUES (1000, 'x', 1);

INSERT INTO t VALUES (77, 'x', 1);

ALTER DOMAIN positive ADD CONSTRAINT tiny CHECK (VALUE < 5) NOT VALID;

INSERT INTO t VALUES (6, 'x', 1);

SELECT conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint WHERE contypid = 'positive'::regtype ORDER BY 1;

ALTER DOMAIN positive VALIDATE CONSTRAINT tiny;

DELETE FROM t WHERE id > 5;

ALTER DOMAIN positive VALIDATE CONSTRAINT tiny;

ALTER DOMAIN positive VALIDATE CONSTRAINT nothing;

ALTER DOMAIN positive DROP CONSTRAINT tiny;

ALTER DOMAIN positive DROP CONSTRAINT nothing;

ALTER DOMAIN positive DROP CONSTRAINT IF EXISTS nothing;

ALTER DOMAIN positive RENAME CONSTRAINT not_huge TO fair;

ALTER DOMAIN positive RENAME CONSTRAINT nothing TO fair;

INSERT INTO t VALUES (6, 'x', 1), (1001, 'y', 1);

INSERT INTO t VALUES (6, 'x', NULL);

ALTER DOMAIN small_positive SET NOT NULL;

UPDATE t SET n = 1 WHERE n IS NULL;

ALTER DOMAIN small_positive SET NOT NULL;

INSERT INTO t VALUES (8, 'y', NULL);

INSERT INTO t VALUES (8, 'y');

ALTER DOMAIN small_positive DROP NOT NULL;

INSERT INTO t VALUES (8, 'y') RETURNING *;

ALTER DOMAIN small_positive SET DEFAULT 42;

INSERT INTO t VALUES (9, 'z') RETURNING *;

ALTER DOMAIN small_positive SET DEFAULT -1;

INSERT INTO t VALUES (10, 'z') RETURNING *;

ALTER DOMAIN small_positive SET DEFAULT 'x';

ALTER DOMAIN small_positive DROP DEFAULT;

INSERT INTO t VALUES (10, 'z') RETURNING *;

ALTER TABLE t ADD COLUMN k code;

SELECT * FROM t ORDER BY id;

CREATE DOMAIN strict AS int NOT NULL;

ALTER TABLE t ADD COLUMN s strict;

ALTER TABLE t ADD COLUMN s strict DEFAULT 5;

ALTER TABLE t ADD COLUMN p positive DEFAULT -5;

SELECT id, s FROM t ORDER BY id LIMIT 2;

ALTER TABLE t ALTER COLUMN s TYPE positive;

ALTER TABLE t ALTER COLUMN n TYPE int;

UPDATE t SET n = -5 WHERE id = 1;

ALTER TABLE t ALTER COLUMN n TYPE positive;

CREATE TABLE arrays (id int PRIMARY KEY, ps positive[]);

ALTER DOMAIN positive ADD CHECK (VALUE <> 5);

DROP TABLE arrays;

ALTER DOMAIN positive RENAME TO plus;

ALTER DOMAIN mood RENAME TO moods;

ALTER TYPE plus RENAME TO positive;

ALTER DOMAIN nothing RENAME TO x;

ALTER DOMAIN nothing SET NOT NULL;

ALTER DOMAIN mood SET NOT NULL;

CREATE SCHEMA other;

ALTER DOMAIN positive SET SCHEMA other;

SELECT 1::other.positive, pg_typeof(1::other.positive), 0::other.positive;

SELECT 1::other.positive, pg_typeof(1::other.positive);

ALTER DOMAIN other.positive SET SCHEMA public;

COMMENT ON DOMAIN positive IS 'more than nothing';

COMMENT ON CONSTRAINT fair ON DOMAIN positive IS 'not too much';

COMMENT ON CONSTRAINT none ON DOMAIN positive IS 'x';

SELECT obj_description('positive'::regtype, 'pg_type'), (SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conname = 'fair');

CREATE ROLE owner_of_domains;

GRANT CREATE ON SCHEMA public TO owner_of_domains;

ALTER DOMAIN positive OWNER TO owner_of_domains;

ALTER DOMAIN positive OWNER TO nobody_known;

SELECT typowner::regrole FROM pg_type WHERE typname = 'positive';

DROP DOMAIN mood;

DROP DOMAIN nothing;

DROP DOMAIN IF EXISTS nothing;

DROP DOMAIN positive;

DROP TYPE mood;

DROP DOMAIN positive CASCADE;

SELECT * FROM t ORDER BY c, k LIMIT 2;

DROP TYPE code CASCADE;

SELECT count(*) FROM pg_type WHERE typtype = 'd' AND typnamespace = 'public'::regnamespace;

DROP ROLE owner_of_domains;

REVOKE ALL ON SCHEMA public FROM owner_of_domains;

DROP ROLE owner_of_domains;

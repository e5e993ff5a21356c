CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');

CREATE TYPE mood AS ENUM ('a');

CREATE TYPE empty AS ENUM ();

CREATE TABLE people (name text PRIMARY KEY, m mood DEFAULT 'ok', ms mood[]);

INSERT INTO people VALUES ('a', 'sad', '{sad,happy}'), ('b', 'happy', NULL), ('d', NULL, '{}');

INSERT INTO people (name) VALUES ('c') RETURNING *;

INSERT INTO people VALUES ('x', 'glad');

INSERT INTO people VALUES ('x', 'sad', '{sad,glad}');

INSERT INTO people VALUES ('x', 'sad'::text);

INSERT INTO people VALUES ('x', 'sad'::text::mood);

SELECT * FROM people ORDER BY m, name;

SELECT name FROM people ORDER BY m DESC NULLS LAST, name;

SELECT name FROM people WHERE m > 'sad' ORDER BY name;

SELECT name FROM people WHERE m = 'happy';

SELECT name FROM people WHERE m IN ('sad', 'ok') ORDER BY name;

SELECT name FROM people WHERE m = 'nope';

SELECT name FROM people WHERE m = ANY ('{sad,happy}') ORDER BY name;

SELECT name FROM people WHERE 'happy' = ANY (ms);

SELECT m::text || '!' FROM people WHERE name = 'a';

SELECT m || '!' FROM people WHERE name = 'a';

SELECT 'sad'::mood < 'ok'::mood, 'sad'::mood = 'ok', 'ok' >= 'ok'::mood, 'happy'::mood <> 'sad';

SELECT 'sad'::mood = 'sad'::text;

SELECT 'x'::mood;

SELECT 5::mood;

SELECT m::int FROM people;

SELECT enum_first(NULL::mood), enum_last(NULL::mood), enum_range(NULL::mood), enum_range('ok'::mood, NULL), enum_range(NULL, 'ok'::mood), enum_range('happy'::mood, 'sad');

SELECT enum_first(NULL);

SELECT enum_first(1);

SELECT enum_first(NULL::empty);

SELECT enum_range(NULL::empty);

SELECT min(m), max(m), count(DISTINCT m) FROM people;

SELECT m, count(*) FROM people GROUP BY m ORDER BY m;

SELECT array_agg(m ORDER BY m) FROM people;

SELECT DISTINCT m FROM people ORDER BY m;

SELECT greatest('sad'::mood, 'happy'), least('sad'::mood, 'ok');

SELECT COALESCE(m, 'sad') FROM people WHERE name = 'd';

SELECT CASE WHEN m = 'sad' THEN 'ok'::mood ELSE m END FROM people WHERE name = 'a';

SELECT NULLIF(m, 'sad') FROM people WHERE name = 'a';

SELECT to_json(m), jsonb_build_object('m', m) FROM people WHERE name = 'a';

SELECT pg_typeof(m), pg_typeof(ms) FROM people LIMIT 1;

SELECT enum_cmp('sad', 'ok'::mood), enum_larger('sad'::mood, 'ok'), enum_smaller('sad'::mood, 'ok');

ALTER TYPE mood ADD VALUE 'furious' BEFORE 'sad';

ALTER TYPE mood ADD VALUE 'meh' AFTER 'sad';

ALTER TYPE mood ADD VALUE 'ecstatic';

ALTER TYPE mood ADD VALUE 'ok';

ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ok';

ALTER TYPE mood ADD VALUE 'x' BEFORE 'nope';

ALTER TYPE nope ADD VALUE 'x';

SELECT enum_range(NULL::mood);

INSERT INTO people VALUES ('f', 'furious'), ('g', 'meh'), ('h', 'ecstatic');

SELECT name, m FROM people ORDER BY m, name;

CREATE INDEX people_m ON people (m);

SELECT name FROM people WHERE m = 'meh';

SELECT name FROM people WHERE m BETWEEN 'furious' AND 'meh' ORDER BY m;

ALTER TYPE mood ADD VALUE 'so-so' BEFORE 'meh';

UPDATE people SET m = 'so-so' WHERE name = 'f' RETURNING *;

SELECT name FROM people WHERE m >= 'so-so' ORDER BY m, name;

ALTER TYPE mood RENAME VALUE 'meh' TO 'blah';

ALTER TYPE mood RENAME VALUE 'meh' TO 'x';

ALTER TYPE mood RENAME VALUE 'blah' TO 'ok';

SELECT name, m FROM people WHERE m = 'blah';

SELECT 'meh'::mood;

CREATE TABLE by_mood (m mood PRIMARY KEY, n int CHECK (n > 0 OR m = 'sad'));

INSERT INTO by_mood VALUES ('happy', 1), ('sad', 0), ('furious', 2);

INSERT INTO by_mood VALUES ('happy', 2);

INSERT INTO by_mood VALUES ('ok', 0);

SELECT * FROM by_mood WHERE m = 'happy';

SELECT * FROM by_mood ORDER BY m;

BEGIN;

ALTER TYPE mood ADD VALUE 'new';

SELECT 'new'::mood;

ROLLBACK;

SELECT 'new'::mood;

BEGIN;

CREATE TYPE fresh AS ENUM ('a', 'b');

SELECT 'b'::fresh;

CREATE TABLE f (x fresh);

INSERT INTO f VALUES ('a') RETURNING *;

ROLLBACK;

SELECT 'b'::fresh;

DROP TYPE mood;

DROP TYPE nope;

DROP TYPE IF EXISTS nope;

DROP TYPE empty;

SELECT NULL::empty;

CREATE TYPE people AS ENUM ('a');

CREATE TABLE mood (a int);

CREATE SCHEMA other;

CREATE TYPE other.mood AS ENUM ('elsewhere');

SELECT 'elsewhere'::other.mood;

SELECT 'elsewhere'::mood;

SELECT pg_typeof('elsewhere'::other.mood);

SET search_path = other;

SELECT 'elsewhere'::mood;

RESET search_path;

ALTER TYPE mood RENAME TO humour;

SELECT 'sad'::humour;

SELECT 'sad'::mood;

SELECT m FROM people WHERE name = 'a';

INSERT INTO people (name) VALUES ('z') RETURNING m;

ALTER TABLE people ALTER m DROP DEFAULT, ALTER m TYPE text;

SELECT name FROM people WHERE m = 'sad';

ALTER TABLE people ALTER m TYPE humour USING m::humour;

SELECT m FROM people ORDER BY m LIMIT 2;

PREPARE p AS SELECT name FROM people WHERE m = $1;

EXECUTE p ('sad');

EXECUTE p ('nope');

COPY people (name, m) FROM STDIN;
\data
q	sad
r	bad

COPY (SELECT name, m FROM people WHERE name = 'a') TO STDOUT;

DROP TYPE humour CASCADE;

SELECT * FROM people ORDER BY name LIMIT 1;

SELECT * FROM by_mood ORDER BY n LIMIT 1;

CREATE TABLE people_types (a humour);

DROP SCHEMA other;

DROP SCHEMA other CASCADE;

CREATE TYPE numbered AS ENUM ('a', 'c')

ALTER TYPE numbered ADD VALUE 'b' BEFORE 'c'

ALTER TYPE numbered ADD VALUE 'first' BEFORE 'a'

ALTER TYPE numbered ADD VALUE 'last'

ALTER TYPE numbered ADD VALUE 'b2' AFTER 'b'

ALTER TYPE numbered ADD VALUE 'last2' AFTER 'last'

SELECT enumlabel, enumsortorder FROM pg_enum WHERE enumtypid = 'numbered'::regtype ORDER BY enumsortorder

ALTER TYPE numbered RENAME VALUE 'b' TO 'bb'

SELECT enumlabel, enumsortorder FROM pg_enum WHERE enumtypid = 'numbered'::regtype ORDER BY enumsortorder

CREATE TYPE crowded AS ENUM ('low', 'high')

ALTER TYPE crowded ADD VALUE 'v00' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v01' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v02' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v03' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v04' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v05' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v06' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v07' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v08' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v09' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v10' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v11' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v12' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v13' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v14' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v15' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v16' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v17' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v18' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v19' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v20' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v21' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v22' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v23' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v24' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v25' BEFORE 'high'

ALTER TYPE crowded ADD VALUE 'v26' BEFORE 'high'

SELECT enumlabel, enumsortorder FROM pg_enum WHERE enumtypid = 'crowded'::regtype ORDER BY enumsortorder

SELECT 'v03'::crowded < 'v20'::crowded, 'v26'::crowded < 'high'::crowded

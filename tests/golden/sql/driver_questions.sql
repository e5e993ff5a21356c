-- What drivers ask and what their tests provoke.

SELECT to_regtype('"pg_catalog"."text"'), to_regtype('pg_catalog.text'), to_regtype('"text"'), to_regtype('pg_catalog."int4"');

SELECT to_regtype('a.b.c.d');

SELECT to_regtype('Tt 2');

SELECT to_regtype('1');

SELECT to_regtype('""');

CREATE SCHEMA apart;

SET search_path = apart, public;

CREATE TYPE mood AS ENUM ('sad', 'happy');

CREATE DOMAIN positive AS int CONSTRAINT above CHECK (VALUE > 0) NOT NULL;

SELECT 'bored'::mood;

SELECT '-1'::positive;

SELECT NULL::positive;

SELECT 'mood'::regtype, '{sad}'::mood[], pg_typeof('sad'::mood);

SET search_path = public;

SELECT 'bored'::apart.mood;

SELECT '-1'::apart.positive;

SELECT NULL::apart.positive;

DROP SCHEMA apart CASCADE;

RESET search_path;

SET client_min_messages = info;

DROP TABLE IF EXISTS no_such_table;

SET client_min_messages = warning;

DROP TABLE IF EXISTS no_such_table;

RESET client_min_messages;

SELECT U&'\zzzz';

SELECT E'\uzzzz';

SELECT 'a', E'\u00', U&'\0061';

SELECT U&"\zzzz";

SET client_encoding = 'mule_internal';

BEGIN;

DECLARE into_nowhere CURSOR FOR SELECT 1 INTO no_such_table;

ROLLBACK;

BEGIN;

DECLARE into_nowhere CURSOR FOR SELECT 1 INTO no_such_table UNION SELECT 2;

ROLLBACK;

CREATE TABLE copied (i int, d text);

COPY copied (d, d) FROM stdin (FORMAT nope);

COPY copied (no_such_column) TO stdout (DELIMITER 'ab');

COPY no_such_table TO stdout (DELIMITER 'ab');

COPY copied TO stdout (DELIMITER 'ab');

DROP TABLE copied;

SELECT pg_terminate_backend(0, 10);

SELECT pg_terminate_backend(1, -1);

SELECT '$.a[*]'::jsonpath, '$.a ? (@ > 1)'::jsonpath;

CREATE SCHEMA apart;

CREATE TYPE apart.mood AS ENUM ('sad', 'happy');

CREATE TABLE apart.people (m apart.mood);

SET search_path = apart, public;

INSERT INTO people VALUES ('sad'::text);

SELECT m + 1 FROM people;

SELECT m = 'sad'::text FROM people;

SELECT 1::mood;

SELECT upper(m) FROM people;

SELECT CASE WHEN true THEN m ELSE 1 END FROM people;

SET search_path = public;

INSERT INTO apart.people VALUES ('sad'::text);

SELECT m + 1 FROM apart.people;

SELECT 1::apart.mood;

SELECT '{1}'::int[]::apart.mood[];

SELECT upper(m) FROM apart.people;

RESET search_path;

DROP SCHEMA apart CASCADE;

SELECT to_regclass('a.b.c');

SELECT to_regclass('a.b.c.d');

SELECT 'a.b.c'::regclass;

SELECT to_regclass(current_database() || '.pg_catalog.pg_class');

SELECT (current_database() || '.pg_catalog.pg_class')::regclass;

SELECT to_regclass('a b');

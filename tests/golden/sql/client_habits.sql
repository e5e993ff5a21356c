-- What drivers and dump programs do with names, keywords and rows that hand-written SQL seldom does.
CREATE TABLE habits (id int PRIMARY KEY, a date DEFAULT CURRENT_DATE, b timestamptz DEFAULT CURRENT_TIMESTAMP, c timestamptz DEFAULT CURRENT_TIMESTAMP(3), d timestamp DEFAULT LOCALTIMESTAMP, e time DEFAULT LOCALTIME(2), f timetz DEFAULT CURRENT_TIME, g text DEFAULT CURRENT_USER, h text DEFAULT CURRENT_SCHEMA, i date DEFAULT CURRENT_TIMESTAMP, j timestamptz DEFAULT now(), k timestamp DEFAULT CURRENT_TIMESTAMP, l text DEFAULT USER, m text DEFAULT SESSION_USER, n text DEFAULT CURRENT_CATALOG, o text DEFAULT CURRENT_ROLE, p text DEFAULT CURRENT_TIMESTAMP::date::text, q date DEFAULT CURRENT_TIMESTAMP(1)::date, r text DEFAULT current_database(), CHECK (b <= CURRENT_TIMESTAMP AND a < CURRENT_DATE + 1));

SELECT column_name, column_default FROM information_schema.columns WHERE table_name = 'habits' ORDER BY ordinal_position;

SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'habits'::regclass AND contype = 'c';

SELECT '"public" . "habits"'::regclass, ' public.Habits '::regclass, 'PUBLIC . habits'::regclass;

CREATE TABLE "a""b" (x int);

SELECT '"a""b"'::regclass, 'public . "a""b"'::regclass;

SELECT 'public.'::regclass;

SELECT 'habits x'::regclass;

SELECT '"habits'::regclass;

SELECT typname[0], typname[1] = 'n', typname[63] = '', typname[64], typname[-1], typname[NULL], typname[0][0] FROM pg_type WHERE typname = '_int4';

SELECT 'é'::name;

SELECT ('abc'::name)[2], pg_typeof(('abc'::name)[2]);

SELECT relname[0] AS letter, count(*) > 0 FROM pg_class WHERE relname IN ('pg_class', 'habits') GROUP BY 1 ORDER BY 1;

SELECT proacl IS DISTINCT FROM NULL, proacl = proacl FROM pg_proc WHERE proname = 'lower' AND proargtypes::text = '25';

SELECT relacl = relacl FROM pg_class WHERE relname = 'habits';

SELECT nspname, nspowner::regrole, nspacl FROM pg_namespace WHERE nspname = 'public';

SELECT objsubid, privtype, initprivs FROM pg_init_privs WHERE classoid = 'pg_namespace'::regclass AND objoid = 'public'::regnamespace;

SELECT n.nspname FROM pg_namespace n JOIN pg_init_privs p ON p.objoid = n.oid AND p.classoid = 'pg_namespace'::regclass WHERE n.nspacl IS NOT DISTINCT FROM p.initprivs ORDER BY 1;

SELECT rolname, rolsuper, rolcanlogin, rolinherit FROM pg_roles WHERE rolname = 'pg_database_owner';

CREATE ROLE habits_role;

GRANT CREATE ON SCHEMA public TO habits_role;

SELECT nspacl FROM pg_namespace WHERE nspname = 'public';

REVOKE CREATE ON SCHEMA public FROM habits_role;

SELECT nspacl FROM pg_namespace WHERE nspname = 'public';

GRANT pg_database_owner TO habits_role;

GRANT habits_role TO pg_database_owner;

ALTER ROLE pg_database_owner LOGIN;

ALTER ROLE pg_database_owner RENAME TO habits_owner;

DROP ROLE pg_database_owner;

CREATE ROLE pg_habits;

DROP ROLE habits_role;

SELECT (information_schema._pg_expandarray('{5,6}'::int[])).n, (information_schema._pg_expandarray('1 2'::int2vector)).*;

SELECT * FROM information_schema._pg_expandarray('[3:4]={a,b}'::text[]);

SELECT * FROM information_schema._pg_expandarray('{{1,2},{3,4}}'::int[]);

SELECT (q.r).x, (q.r).n, pg_typeof((q.r).x) FROM (SELECT information_schema._pg_expandarray(ARRAY['p', 'q']) AS r) q;

SELECT q.r FROM (SELECT information_schema._pg_expandarray(ARRAY['p', 'q']) AS r) q WHERE (q.r).n = 2;

SELECT information_schema._pg_index_position('habits_pkey'::regclass, 1::int2), information_schema._pg_index_position('pg_attribute_relid_attnum_index'::regclass, 6::int2), information_schema._pg_index_position('habits_pkey'::regclass, 2::int2);

SELECT information_schema._pg_char_max_length(1043, 14), information_schema._pg_char_octet_length(25, -1), information_schema._pg_numeric_precision(1700, 655366), information_schema._pg_numeric_precision_radix(23, -1), information_schema._pg_numeric_scale(1700, 655366), information_schema._pg_interval_type(1186, 327679), information_schema._pg_interval_type(1186, -1), information_schema._pg_datetime_precision(1186, -1), information_schema._pg_char_max_length(NULL, 14);

SELECT information_schema._pg_nope(1);

SELECT _pg_expandarray('{1}'::int[]);

SELECT information_schema.lower('A');

SELECT n.nspname, ct.relname, a.attname, (information_schema._pg_expandarray(i.indkey)).n AS key_seq, information_schema._pg_expandarray(i.indkey) AS keys, a.attnum FROM pg_class ct JOIN pg_attribute a ON ct.oid = a.attrelid JOIN pg_namespace n ON ct.relnamespace = n.oid JOIN pg_index i ON a.attrelid = i.indrelid WHERE ct.relname = 'habits' AND a.attname = 'id' AND i.indisprimary;

SELECT pg_sleep(0.01);

DROP TABLE habits, "a""b";

CREATE TYPE habits_mood AS ENUM ('sad', 'ok');

CREATE TABLE habits_moods (id int, m habits_mood DEFAULT 'ok', ms habits_mood[], i int[], n name, o oid);

SELECT column_name, data_type, udt_schema, udt_name, column_default, character_maximum_length, dtd_identifier FROM information_schema.columns WHERE table_name = 'habits_moods' ORDER BY ordinal_position;

DROP TABLE habits_moods;

DROP TYPE habits_mood;

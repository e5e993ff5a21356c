SELECT 1

SELECT 1 AS a, 'x' AS b, NULL AS c, 1.50 AS d, 1e3 AS e, true AS f;

SELECT 2147483647, 2147483648, 9223372036854775808;

SELECT -2147483648, - 5, +3;

SELECT 7/2, -7/2, 7%3, -7%3, 7.0/2, 2^10, 5!;

SELECT 1/0;

SELECT 1.0/0;

SELECT 1::float8/0;

SELECT 2147483647 + 1;

SELECT 9223372036854775807 + 1;

SELECT 32767::int2 + 1::int2;

SELECT 1 + '2', '3' || 4, 'a' || NULL;

SELECT 1 + 'x';

SELECT 'a' + 'b';

SELECT '1' + '2';

SELECT 1 || 2;

SELECT true AND NULL, false AND NULL, true OR NULL, NOT NULL::bool;

SELECT 1 WHERE NULL;

SELECT 1 WHERE 'x';

SELECT 1 WHERE 1;

SELECT NULL = NULL, NULL IS NULL, 1 IS NOT NULL, NULL IS DISTINCT FROM 1, 1 IS NOT DISTINCT FROM 1;

SELECT true IS TRUE, NULL::bool IS NOT TRUE, false IS UNKNOWN, NULL::bool IS UNKNOWN;

SELECT CASE WHEN 1 = 1 THEN 'a' ELSE 'b' END, CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END, CASE WHEN false THEN 1 END;

SELECT CASE WHEN true THEN 1 ELSE 1.5 END, CASE WHEN true THEN 1 ELSE 'x' END;

SELECT CASE WHEN true THEN 1 ELSE 1/0 END;

SELECT COALESCE(NULL, 1, 2), COALESCE(NULL, NULL), COALESCE('a', 'b'), NULLIF(1, 1), NULLIF(1, 2), NULLIF('a', 'b');

SELECT GREATEST(1, 2.5, NULL), LEAST('b', 'a'), GREATEST(NULL, NULL);

SELECT 1 IN (1, 2), 3 IN (1, NULL), 3 NOT IN (1, 2), 3 NOT IN (1, NULL), 'a' IN ('a', 'b');

SELECT 5 BETWEEN 1 AND 10, 5 NOT BETWEEN 1 AND 3, 5 BETWEEN SYMMETRIC 10 AND 1, NULL BETWEEN 1 AND 2;

SELECT 'abc' LIKE 'a%', 'abc' LIKE '_b_', 'abc' NOT LIKE 'x%', 'ABC' ILIKE 'a%', 'a%c' LIKE 'a\%c', 'a%c' LIKE 'a!%c' ESCAPE '!';

SELECT 'abc' SIMILAR TO '(a|b)%', 'abc' ~ '^a.c$', 'abc' ~* 'B', 'abc' !~ 'x', 'abc' !~* 'B';

SELECT 1 = ANY (ARRAY[1,2]), 1 = ALL (ARRAY[1,1]), 3 <> ALL ('{1,2}'), 1 = ANY (NULL::int[]), NULL = ANY (ARRAY[1]);

SELECT ROW(1, 2) = ROW(1, 2), (1, 2) < (1, 3), (1, NULL) = (1, 2), (1, NULL) = (2, NULL), ROW(1, NULL) IS NULL, ROW(NULL, NULL) IS NULL;

SELECT ROW(1, 'a', NULL), (1, 2, 3);

SELECT ARRAY[1, 2, 3], ARRAY['a', NULL], ARRAY[[1, 2], [3, 4]], ARRAY[]::int[];

SELECT ARRAY[];

SELECT (ARRAY[1, 2, 3])[2], (ARRAY[1, 2, 3])[5], (ARRAY[1, 2, 3])[2:3], ('{{1,2},{3,4}}'::int[])[2][1];

SELECT ARRAY[1, 'x'];

SELECT ARRAY[1, 2.5], ARRAY[1, 2] || 3, 0 || ARRAY[1], ARRAY[1] || ARRAY[2, 3];

SELECT CAST('12' AS int), '12'::int8, int '5', float8 '1.5', '2024-01-02'::date, timestamp '2024-01-02 03:04:05';

SELECT 'abc'::int;

SELECT ''::int;

SELECT '99999999999'::int4;

SELECT 1.5::int, 2.5::int, -1.5::int, 2.5::float8::int, 3.5::float8::int;

SELECT 'abcdef'::varchar(3), 'ab'::char(4), 'ab'::char(4) || 'x', 123.456::numeric(5, 2), 'abc'::text::varchar;

SELECT 12345.678::numeric(5, 2);

SELECT 't'::bool, 'off'::bool, 'yes'::bool, 1::bool, 0::bool, 'tr'::bool;

SELECT 'maybe'::bool;

SELECT true::int, true::text, 1::text, 1.50::text, 1e20::float8::text, 0.1::float4::float8;

SELECT current_database(), current_schema();

SELECT a FROM (VALUES (1), (2)) v(a);

SELECT no_such_column;

SELECT no_such_function(1);

SELECT abs('x');

SELECT abs(-5), abs(-5.5), abs(-5.5::float8), sign(-3), ceil(1.2), floor(-1.2), round(2.5), round(-2.5), round(1.2345, 2), trunc(1.29, 1);

SELECT mod(7, 3), power(2, 3), sqrt(2), exp(1.0), ln(2.0), log(100), cbrt(27), pi();

SELECT sqrt(-1);

SELECT ln(0);

SELECT length('héllo'), char_length('abc'), octet_length('é'), upper('abc'), lower('ABC'), initcap('hello world');

SELECT substring('hello' FROM 2 FOR 3), substring('hello', 2), substring('hello' FROM 'l+'), overlay('hello' PLACING 'XX' FROM 2 FOR 3), position('l' IN 'hello');

SELECT trim('  x  '), trim(BOTH 'x' FROM 'xxaxx'), ltrim('xxa', 'x'), rtrim('axx', 'x'), btrim(' a ');

SELECT lpad('5', 3, '0'), rpad('a', 3), repeat('ab', 3), replace('aXbX', 'X', '-'), reverse('abc'), split_part('a,b,c', ',', 2), strpos('abc', 'c');

SELECT concat('a', NULL, 1), concat_ws(',', 'a', NULL, 'b'), format('%s and %L and %I', 'x', 'it''s', 'Weird Name'), quote_literal('a''b'), quote_ident('A b'), left('hello', 2), right('hello', -2);

SELECT EXTRACT(year FROM date '2024-02-29'), date_part('month', timestamp '2024-02-29 10:00'), date_trunc('hour', timestamp '2024-02-29 10:11:12');

SELECT date '2024-02-29' + 1, date '2024-03-01' - date '2024-02-28', date '2024-01-31' + interval '1 month', timestamp '2024-01-01' - timestamp '2023-12-25';

SELECT interval '1 day 2 hours', interval '1 year 2 months', interval '90 minutes' * 2, interval '1 hour' / 3, -interval '1 day';

SELECT timestamptz '2024-01-01 12:00+02' AT TIME ZONE 'America/New_York', timestamp '2024-07-01 12:00' AT TIME ZONE 'Europe/Berlin';

SELECT age(timestamp '2024-03-01', timestamp '2023-01-15'), justify_interval(interval '35 days 25 hours');

SELECT to_char(timestamp '2024-02-29 13:14:15.678', 'YYYY-MM-DD HH24:MI:SS.MS'), to_char(1234567.891, 'FM9,999,999.00'), to_date('05 Dec 2000', 'DD Mon YYYY'), to_number('12,454.8-', '99G999D9S');

SELECT '2024-13-01'::date;

SELECT '2024-02-30'::date;

SELECT '25:00'::time;

SELECT 'x'::timestamp;

SELECT md5('a'), encode('abc', 'hex'), encode('abc', 'base64'), decode('616263', 'hex'), sha256('a'), 'abc'::bytea, '\x616263'::bytea;

SELECT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, 'A0EEBC999C0B4EF8BB6D6BB9BD380A11'::uuid;

SELECT 'not a uuid'::uuid;

SELECT * FROM generate_series(1, 3);

SELECT * FROM generate_series(5, 1, -2) AS g(n);

SELECT generate_series(1, 3), 'x';

SELECT * FROM unnest(ARRAY['a', 'b']) WITH ORDINALITY AS t(v, n);

SELECT unnest(ARRAY[1, 2]), generate_series(1, 3);

SELECT x.* FROM (SELECT 1 AS a, 2 AS b) x;

SELECT DISTINCT a FROM (VALUES (2), (1), (2)) v(a) ORDER BY a;

SELECT "Mixed Case" FROM (SELECT 1 AS "Mixed Case") q;

SELECT 1 "select", 2 AS "A b";

SELECT 'it''s', E'tab\there', $$dollar 'quoted'$$, $tag$x$tag$, U&'d\0061t\+000061';

SELECT B'101';

SELECT 'a' 'b';

SELECT 'a'
'b';

SELECT /* comment /* nested */ */ 1 -- trailing

SELECT 1;;

SELECT 1 +;

SELEC 1;

SELECT (SELECT 1), EXISTS (SELECT 1), EXISTS (SELECT 1 WHERE false), ARRAY(SELECT 1), 1 IN (SELECT 1);

SELECT (SELECT 1 UNION ALL SELECT 2);

WITH q AS (SELECT 1 AS a) SELECT a + 1 FROM q;

VALUES (1, 'a'), (2, 'b');

VALUES (1), (2.5);

VALUES (1), ('x');

VALUES (1, 2), (3);

SELECT pg_typeof(1), pg_typeof('x'), pg_typeof(1.5), pg_typeof(NULL), pg_typeof(ARRAY[1]);

SELECT 1 LIMIT 0;

SELECT 1 LIMIT -1;

SELECT a FROM generate_series(1, 5) a OFFSET 2 LIMIT 2;

SELECT a FROM generate_series(1, 5) a FETCH FIRST 2 ROWS ONLY;

SELECT count(*), sum(a), avg(a), min(a), max(a) FROM generate_series(1, 4) a;

SELECT count(*) FROM generate_series(1, 4) a WHERE a > 10;

SELECT string_agg(a::text, ',' ORDER BY a DESC), array_agg(a), count(DISTINCT a % 2), sum(a) FILTER (WHERE a > 2), bool_and(a > 0), every(a > 1) FROM generate_series(1, 4) a;

SELECT format('Hello', VARIADIC NULL::int[]), format('%s', VARIADIC NULL::int[])

SELECT date_bin('365000 days', '4400-01-01 BC'::timestamp, '4000-01-01 BC'::timestamp)

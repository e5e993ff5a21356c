SELECT 1 + 1.5, 1 / 2, 1 / 2.0, 7 % -3, -7 / 2, 2 ^ 10, |/ 16.0, @ -5, 5 & 3, 5 | 3, 5 # 3, ~5, 1 << 4;

SELECT 1::int2 + 1::int8, 1::float4 + 1::numeric, pg_typeof(1::int2 * 2::int2), pg_typeof(1 + '1');

SELECT 2147483647 + 1;

SELECT 9223372036854775807 + 1;

SELECT 9223372036854775808;

SELECT -9223372036854775808 / -1;

SELECT (-2147483648)::int4 / -1, 0;

SELECT 1 / 0, 1;

SELECT 1.0 / 0;

SELECT 1::float8 / 0;

SELECT 0.1 + 0.2, 0.1::float8 + 0.2::float8, 0.1::float4 + 0.2::float4, 1e20, 1e-7::float8, 123456789012345678::float8;

SELECT round(2.5), round(-2.5), round(2.5::float8), round(3.5::float8), round(2.345, 2), trunc(-2.7), ceil(-0.5), floor(-0.5::float8);

SELECT 1.10::text, 1.10 * 1.0, 1.0 / 3, 10.0 / 3.000, 1e-20 * 1e-20, 100::numeric / 7;

SELECT div(7.5, 2), mod(7.5, 2), power(2, 0.5), sqrt(2), exp(1), ln(10), log(100), log(2, 8), factorial(20), gcd(12, 18), lcm(4, 6);

SELECT '1'::int, ' 2 '::int, '0x1'::int;

SELECT '1.5'::int;

SELECT 1.5::int, 2.5::int, -1.5::int, 1.5::float8::int, 2.5::float8::int, '1e3'::float8::int, 'NaN'::numeric;

SELECT 'NaN'::float8::int;

SELECT 1e10::int;

SELECT true::int, 0::bool, 'yes'::bool, 'F'::bool, true AND NULL, false AND NULL, true OR NULL, NOT NULL::bool;

SELECT 1::bool::text, true::text, true || 'x';

SELECT 'a' || 1, 1 || 'a', 'a' || NULL, 'a' || ARRAY['b'], ARRAY[1] || 2, 1 || ARRAY[2], ARRAY[1] || ARRAY[2, 3];

SELECT 1 || 2;

SELECT 'abc' < 'abd', 'a' < 'B', 'a' = 'a ', 'a'::char(3) = 'a', 'a'::char(3) || 'b', length('a'::char(3)), 'é' > 'z';

SELECT 'abc'::varchar(2), 'abc'::char(2), 'abc'::char(5) || '|', 'abc'::name, 'a'::"char", 'abc'::"char";

SELECT upper('éß'), lower('ÀÉ'), initcap('hello wORLD'), length('日本'), octet_length('日本'), char_length('a '), reverse('añb'), repeat('ab', 3), lpad('a', 3, 'xy'), rpad('a', 4, 'xy');

SELECT substring('hello' FROM 2 FOR 3), substring('hello' FROM -1 FOR 3), substring('hello' FROM 'l+'), substr('hello', 2), left('hello', -2), right('hello', 2), position('l' IN 'hello'), strpos('hello', 'z'), overlay('hello' PLACING 'XX' FROM 2 FOR 3);

SELECT substring('hello' FROM 2 FOR -1);

SELECT trim('  a '), trim(BOTH 'x' FROM 'xxaxx'), ltrim('aab', 'a'), btrim('xyax', 'xy'), split_part('a,b,c', ',', 2), split_part('a,b,c', ',', -1), translate('abc', 'ab', 'x'), replace('aaa', 'a', 'bb');

SELECT split_part('a', ',', 0);

SELECT concat('a', NULL, 1, true), concat_ws(',', 'a', NULL, 'b'), format('%s-%I-%L-%%', 'a', 'B c', 'it''s'), format('%2$s %1$s', 'a', 'b'), quote_ident('A'), quote_literal('a\b'), quote_nullable(NULL);

SELECT format('%s');

SELECT ascii('é'), chr(233), md5('a'), to_hex(255), encode('\x00ff', 'hex'), encode('abc', 'base64'), decode('YWJj', 'base64'), sha256('a');

SELECT chr(0);

SELECT regexp_replace('abcabc', 'b', 'X', 'g'), regexp_match('abc', '(b)(c)'), regexp_split_to_array('a1b2', '\d'), regexp_count('aaa', 'a'), regexp_substr('abc123', '\d+'), 'abc' ~ '^A', 'abc' ~* '^A', 'abc' !~ 'z';

SELECT regexp_matches('a1b2', '[a-z]\d', 'g');

SELECT 'a%b' LIKE 'a\%b', 'ab' LIKE 'a_', 'ab' LIKE 'A%', 'ab' ILIKE 'A%', 'a' LIKE 'a' ESCAPE '!', 'abc' SIMILAR TO 'a(b|x)c', '' LIKE '%', NULL LIKE 'a';

SELECT 'a' LIKE 'a\';

SELECT date '2024-02-29' + 1, date '2024-03-01' - date '2024-02-01', date '2024-01-31' + interval '1 month', timestamp '2024-01-01 10:00' - timestamp '2023-12-31 22:30', date '2024-01-01' + time '10:30';

SELECT date '2024-02-29' + interval '1 year', timestamptz '2024-03-10 12:00+00' AT TIME ZONE 'America/New_York', timestamp '2024-07-01 12:00' AT TIME ZONE 'Europe/Oslo';

SELECT interval '1 year 2 months 3 days 04:05:06.789', interval '-1 day 2 hours', interval '1.5 months', interval 'P1Y2M3DT4H5M6S', interval '90 minutes', interval '1 2:03', interval '36' hour;

SELECT interval '1 mon' = interval '30 days', interval '1 day' > interval '23 hours', interval '1 day' * 1.5, interval '1 hour' / 3, justify_days('35 days'), justify_hours('27:00'), justify_interval('1 mon -1 hour');

SELECT extract(epoch FROM timestamp '2024-01-01'), extract(week FROM date '2024-12-30'), extract(isodow FROM date '2024-01-07'), extract(quarter FROM date '2024-08-01'), date_part('second', time '10:20:30.5'), extract(century FROM date '2000-12-31'), extract(day FROM interval '40 days 25:00');

SELECT extract(nope FROM date '2024-01-01');

SELECT extract(hour FROM date '2024-01-01');

SELECT date_trunc('month', timestamp '2024-02-15 10:00'), date_trunc('hour', interval '3 days 04:05:06'), date_trunc('week', timestamptz '2024-01-03 00:00+00'), date_bin('15 minutes', timestamp '2024-01-01 10:22', timestamp '2024-01-01'), age(timestamp '2024-03-01', timestamp '2023-01-31'), make_date(2024, 2, 29), make_interval(days => 3), make_timestamp(2024, 1, 2, 3, 4, 5.5);

SELECT make_date(2023, 2, 29);

SELECT to_char(timestamp '2024-02-05 15:04:05.678', 'YYYY-MM-DD HH24:MI:SS.MS Day Mon DDD Q WW'), to_char(1234.5, 'FM9,999.00'), to_char(-5, '999PR'), to_char(485, 'RN'), to_date('05 Feb 2024', 'DD Mon YYYY'), to_timestamp('2024-02-05 10', 'YYYY-MM-DD HH24'), to_number('1,234.5', '9,999.9'), to_timestamp(0);

SELECT to_date('2024-99', 'YYYY-MM');

SELECT timestamp 'infinity' > now(), date '-infinity', isfinite(date 'infinity'), timestamp '2024-01-01 24:00', time '24:00', timetz '10:00+02', timestamptz '2024-01-01 10:00 Europe/Oslo', date 'Jan 5 2024', date '20240105', date 'yesterday' < date 'today';

SELECT timestamp '2024-01-01 25:00';

SELECT date '10000000-01-01';

SELECT '{1,2,3}'::int[], '{{1,2},{3,4}}'::int[], ARRAY[[1,2],[3,4]], '[0:1]={5,6}'::int[], ARRAY[]::int[], ARRAY[1,NULL,3], '{"a b",NULL,"NULL"}'::text[];

SELECT ARRAY[];

SELECT ARRAY[1, 'x'];

SELECT (ARRAY[1,2,3])[2], (ARRAY[1,2,3])[0], (ARRAY[1,2,3])[2:], (ARRAY[[1,2],[3,4]])[2][1], (ARRAY[[1,2],[3,4]])[1], (ARRAY[[1,2],[3,4]])[1:1];

SELECT array_length(ARRAY[1,2], 1), cardinality(ARRAY[[1,2],[3,4]]), array_upper('[0:1]={5,6}'::int[], 1), array_append(ARRAY[1], 2), array_cat(ARRAY[1], ARRAY[2]), array_remove(ARRAY[1,2,1], 1), array_replace(ARRAY[1,2], 1, 9), array_position(ARRAY['a','b'], 'b'), array_to_string(ARRAY[1,NULL,2], ',', '*'), string_to_array('a,b,', ','), array_dims(ARRAY[[1],[2]]), array_ndims(ARRAY[1]);

SELECT ARRAY[1,2] = ARRAY[1,2], ARRAY[1,2] < ARRAY[1,3], ARRAY[1,2] @> ARRAY[2], ARRAY[1] && ARRAY[2], 1 = ANY (ARRAY[1,NULL]), 2 = ANY (ARRAY[1,NULL]), 2 = ALL (ARRAY[]::int[]);

SELECT '{1,2'::int[];

SELECT '{1,x}'::int[];

SELECT '{"a":1,"b":[1,2,{"c":null}]}'::jsonb, '{"b":1, "a":2, "a":3}'::jsonb, '{"b":1, "a":2, "a":3}'::json, '1.50'::jsonb, '"\u00e9"'::jsonb, ' null '::jsonb;

SELECT '{"a":}'::jsonb;

SELECT '"\u0000"'::jsonb;

SELECT '{"a":{"b":[10,20]}}'::jsonb -> 'a' -> 'b' -> -1, '{"a":{"b":[10,20]}}'::jsonb #>> '{a,b,0}', '{"a":1}'::jsonb ->> 'x', '[1,2]'::jsonb - 0, '{"a":1,"b":2}'::jsonb - ARRAY['a'], '{"a":1}'::jsonb || '{"b":2}', '[1]'::jsonb || '2', '{"a":{"b":1}}'::jsonb #- '{a,b}';

SELECT '{"a":1}'::jsonb @> '{"a":1.0}', '[1,2]'::jsonb <@ '[2,1,3]', '{"a":1}'::jsonb ? 'a', '{"a":1}'::jsonb ?| ARRAY['b','a'], '["a"]'::jsonb ?& ARRAY['a','b'], '{"a":[1,2]}'::jsonb @? '$.a[*] ? (@ > 1)', '{"a":1}'::jsonb @@ '$.a == 1';

SELECT '{"a":1}'::jsonb = '{"a":1.0}', '[1]'::jsonb < '[1,2]', '"a"'::jsonb < '1', 'null'::jsonb < 'true', '{}'::jsonb > '[]';

SELECT jsonb_typeof('[]'), jsonb_array_length('[1,2]'), jsonb_strip_nulls('{"a":null,"b":1}'), jsonb_pretty('{"a":[1]}'), to_jsonb(ARRAY[1,2]), to_jsonb('x'::text), jsonb_build_object('a', 1, 'b', ARRAY[1]), jsonb_build_array(1, 'a', NULL), row_to_json(ROW(1, 'a')), jsonb_insert('[1,2]', '{1}', '9'), jsonb_set('{"a":1}', '{b}', '2', false);

SELECT jsonb_array_length('{}');

SELECT jsonb_build_object('a');

SELECT * FROM jsonb_each('{"a":1,"b":"x"}'), jsonb_each_text('{"c":null}');

SELECT jsonb_array_elements('[1,"a",null]'), jsonb_object_keys('{"a":1,"b":2}');

SELECT * FROM jsonb_each_text('{"a":1,"b":"x"}');

SELECT jsonb_path_query('{"a":[1,2,3]}', '$.a[*] ? (@ >= $x)', '{"x":2}');

SELECT ('{"a":"5"}'::jsonb ->> 'a')::int + 1, ('5'::jsonb)::int, ('1.7'::jsonb)::int, ('true'::jsonb)::bool;

SELECT ('"x"'::jsonb)::int;

SELECT '\xDEADbeef'::bytea, 'a\000b'::bytea, length('\x00'::bytea), '\x01'::bytea || '\x02', substring('\x010203'::bytea FROM 2 FOR 1), get_byte('\x05', 0), set_byte('\x00', 0, 255), '\x01'::bytea < '\x0100', position('\x02' IN '\x0102'::bytea), bit_count('\xff'::bytea);

SELECT '\x0'::bytea;

SELECT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, '{A0EEBC999C0B4EF8BB6D6BB9BD380A11}'::uuid, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid < 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';

SELECT 'a0eebc99'::uuid;

SELECT CASE WHEN false THEN 1 / 0 ELSE 2 END, CASE 1 WHEN 1 THEN 'one' END, coalesce(NULL, 1, 1 / 0), nullif(1, 1), nullif(1, 2), greatest(1, NULL, 3), least('b', 'a');

SELECT CASE WHEN true THEN 1 ELSE 'x' END;

SELECT CASE WHEN 1 THEN 2 END;

SELECT coalesce(1, 'a');

SELECT greatest(1, 1.5), coalesce(NULL, 'a'), pg_typeof(coalesce(1, 2.5)), pg_typeof(NULL), pg_typeof('a'), pg_typeof(CASE WHEN true THEN 1::int2 ELSE 2::int8 END);

SELECT ROW(1, 'a'), ROW(1, NULL) IS NULL, ROW(NULL, NULL) IS NULL, ROW(1, NULL) IS NOT NULL, ROW(1, 2) < ROW(1, 3), (1, 2) = (1, NULL), ROW() IS NULL;

SELECT NULL = NULL, NULL <> 1, NULL IS NULL, 1 IS DISTINCT FROM NULL, NULL::int + 1, true IS UNKNOWN, NULL::bool IS NOT TRUE;

SELECT abs('x');

SELECT abs();

SELECT nope(1);

SELECT 1 + 'x';

SELECT 1 + true;

SELECT -'a';

SELECT '5' + '6';

SELECT 1 @@@ 2;

SELECT cast(1 AS nosuch);

SELECT true::date;

SELECT '2024-01-01'::date::int;

SELECT current_setting('nope.nope');

SELECT 1 AS "a""b", 'it''s', $tag$x$y$z$tag$, E'\x41\u00e9\n';

SELECT 'a' 'b';

SELECT 1 -- comment
 + 1 /* nested /* comment */ */;

SELECT 1 +;

SELECT 1 FROM;

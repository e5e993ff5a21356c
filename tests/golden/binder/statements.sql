SELECT 1
SELECT 1 AS x, 'a', 2.5, true, NULL, 9999999999, 99999999999999999999, 1e10, .5, -5, -9223372036854775808
SELECT 1+1, 1+2.5, 1/2, 7%3, 2^3, 1.5*2, 5::bigint+1, 1::smallint+1::smallint, 1.0/3
SELECT 'a'||'b', 'a'||1, 1||'a', 'a'||NULL, NULL||NULL
SELECT 1='1', '1'='1', 1<>2, 1!=2, 'a'<'b', 1<2.5
SELECT 1 = 'x'
SELECT 1 + 'x'
SELECT 1 + true
SELECT true + false
SELECT -'5', - 'x'
SELECT -true
SELECT +1, -1.5, @ -5, |/ 4, !! 5
SELECT 1 === 2
SELECT foo
SELECT foo FROM t
SELECT t.foo FROM t
SELECT x.foo FROM t
SELECT bb FROM t
SELECT t.aa FROM t
SELECT t FROM t x
SELECT t.a FROM t x
SELECT x.a FROM t x
SELECT a, b, c, d, e, j, f, v, ok FROM t
SELECT * FROM t
SELECT t.* FROM t
SELECT public.t.a FROM t
SELECT public.t.* FROM public.t
SELECT pg_catalog.t.a FROM t
SELECT a.b.c.d FROM t
SELECT nope.t.a.b.c FROM t
SELECT *
SELECT * FROM nope
SELECT * FROM s.nope
SELECT ctid, xmin, xmax, cmin, cmax, tableoid FROM t
SELECT a + c, a * f, c + f, a || b, b || a, b || v, v || v FROM t
SELECT a::bigint, b::int, c::int, f::numeric, d::date, e::text, j::text, v::text, ok::int FROM t
SELECT a::bool, ok::text, 1::bool, 'yes'::bool, 0::bool
SELECT b::timestamp, d::text, d::timestamp, d::time, d::timetz FROM t
SELECT a::date FROM t
SELECT a::timestamp FROM t
SELECT CAST(a AS timestamp) FROM t
SELECT ok::bigint FROM t
SELECT j::int, j::bool, j::numeric FROM t
SELECT b::varchar(3), v::varchar(5), v::varchar, 'abcdef'::varchar(3), 'abc'::char(5), 'abc'::char, 'abc'::bpchar, a::varchar(2) FROM t
SELECT c::numeric(10,1), c::numeric(5,2), c::numeric, 1.234::numeric(3,1), '1.234'::numeric(3,1) FROM t
SELECT '2024-01-01'::date, '2024-01-01 10:11:12.345'::timestamp(1), '10:00'::time(0), '1 day'::interval day, '1 day 2 hours'::interval(2), interval '1' hour, interval '90' minute, interval(3) '1.23456 s'
SELECT date '2024-01-01', timestamp '2024-01-01', time '10:00', int '5', numeric '1.5', bool 't'
SELECT date 'nope'
SELECT 'nope'::date
SELECT int 'x'
SELECT '99999999999'::int
SELECT 1::int2, 100000::int2
SELECT 'a'::foo
SELECT 'a'::int[]
SELECT '{1,2}'::int[], '{a,b}'::text[], ARRAY[1,2]::text[], '{1,2}'::int[]::text[], ARRAY['1','2']::int[]
SELECT ARRAY[1,2,3], ARRAY[1,2.5], ARRAY['a','b'], ARRAY[[1,2],[3,4]], ARRAY[NULL], ARRAY[]::int[], ARRAY[1,NULL]
SELECT ARRAY[]
SELECT ARRAY[1,'x']
SELECT ARRAY[1,true]
SELECT ARRAY[ARRAY[1],2]
SELECT ARRAY[e, e] FROM t
SELECT e[1], e[1:2], e[:2], e[1:], e[1][2], e[1:2][3] FROM t
SELECT e['x'] FROM t
SELECT e[b] FROM t
SELECT e[2.5] FROM t
SELECT a[1] FROM t
SELECT j['a'], j['a']['b'], j[0], j['a'][1] FROM t
SELECT j[1:2] FROM t
SELECT j[1.5] FROM t
SELECT j['a'::varchar] FROM t
SELECT (ARRAY[1,2,3])[2], (ARRAY[1,2,3])[1:2]
SELECT ROW(1,2), ROW(1,'a'), (1,2), ROW()
SELECT ROW(t.*) FROM t
SELECT t FROM t WHERE false
SELECT (t).a, (t).b FROM t
SELECT (t).* FROM t
SELECT (t).nope FROM t
SELECT (a).b FROM t
SELECT a(t), b(t) FROM t
SELECT (1,2)=(1,2), (1,2)<(1,3), (1,'a')<>(1,'b'), ROW(1)=ROW(1), (1,2,3)>=(1,2,2)
SELECT (1,2)=(1,2,3)
SELECT (1,2) + (1,2)
SELECT (1,2) LIKE (1,2)
SELECT (a,b)=(1,'x'), (a,b) < (a,b), (a, c) IN ((1,2),(3,4)) FROM t
SELECT (1,'a') IS DISTINCT FROM (1,'b'), (1,2) IS NOT DISTINCT FROM (1,2)
SELECT (1,2) IS NULL, ROW(NULL,NULL) IS NULL, ROW(1,NULL) IS NOT NULL
SELECT 1 IS DISTINCT FROM 2, NULL IS DISTINCT FROM NULL, 1 IS DISTINCT FROM NULL, NULL IS NOT DISTINCT FROM 1
SELECT 1 IS DISTINCT FROM 'x'
SELECT a IS NULL, a IS NOT NULL, NULL IS NULL FROM t
SELECT ok IS TRUE, ok IS NOT TRUE, ok IS FALSE, ok IS UNKNOWN, ok IS NOT UNKNOWN, NULL IS TRUE, 'yes' IS TRUE FROM t
SELECT a IS TRUE FROM t
SELECT a AND ok FROM t
SELECT NOT a FROM t
SELECT ok OR b FROM t
SELECT true AND NULL, true OR NULL, false AND NULL, NOT NULL, NOT true, 't' AND 'f'
SELECT 'x' AND true
SELECT 1 IN (1,2,3), 1 IN (2), 1 NOT IN (1,2), 'a' IN ('a','b'), 1 IN (1.5, 2), NULL IN (1,2), 1 IN (NULL, 2), 1 IN (NULL, 1)
SELECT 1 IN ('a', 2)
SELECT 1 IN ('2', '3')
SELECT a IN (1, 2, b) FROM t
SELECT a IN (1, 2, f), a IN (a, 2), b IN ('x', v), a NOT IN (1,2,a) FROM t
SELECT 1 IN (1, true)
SELECT a IN ('1'::text, '2'::text) FROM t
SELECT 1 = ANY(ARRAY[1,2]), 1 = ANY('{1,2}'), 1 <> ALL(ARRAY[1,2]), 'a' = ANY(ARRAY['a','b']), a = ANY(e), a < ALL(e) FROM t
SELECT 1 = ANY(1)
SELECT 1 = ANY('x')
SELECT 1 + ANY(ARRAY[1])
SELECT a = ANY(ARRAY['a','b']) FROM t
SELECT 'a' LIKE ANY(ARRAY['a%'])
SELECT 1 BETWEEN 0 AND 2, 1 NOT BETWEEN 0 AND 2, 1 BETWEEN SYMMETRIC 2 AND 0, 1 NOT BETWEEN SYMMETRIC 2 AND 0, 'b' BETWEEN 'a' AND 'c'
SELECT a BETWEEN 1 AND 'x' FROM t
SELECT 'abc' LIKE 'a%', 'abc' NOT LIKE 'a%', 'ABC' ILIKE 'a%', 'abc' LIKE 'a$%' ESCAPE '$', 'abc' SIMILAR TO 'a(b|c)*', 'abc' ~ 'b', 'abc' !~ 'b', 'ABC' ~* 'b', 'a' NOT SIMILAR TO 'b', 'a' NOT ILIKE 'B'
SELECT a LIKE 'x' FROM t
SELECT CASE WHEN true THEN 1 ELSE 2 END, CASE WHEN true THEN 1 END, CASE WHEN true THEN 1 ELSE 2.5 END, CASE WHEN true THEN 'a' END, CASE WHEN true THEN NULL END, CASE 1 WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END
SELECT CASE WHEN true THEN 1 ELSE 'x' END
SELECT CASE WHEN true THEN 1 ELSE true END
SELECT CASE WHEN 1 THEN 1 END
SELECT CASE a WHEN 'x' THEN 1 END FROM t
SELECT CASE a WHEN 1 THEN b ELSE v END, CASE b WHEN 'a' THEN a END, CASE 'a' WHEN 'a' THEN 1 END FROM t
SELECT CASE WHEN ok THEN v ELSE v END, CASE WHEN ok THEN c ELSE c END, CASE WHEN ok THEN c END FROM t
SELECT COALESCE(1,2), COALESCE(NULL,1), COALESCE(NULL), COALESCE(a, c), COALESCE(b, 'x'), COALESCE(v, 'x'), COALESCE(v,b) FROM t
SELECT COALESCE(1, 'x')
SELECT COALESCE(1, true)
SELECT COALESCE(a, b) FROM t
SELECT NULLIF(1,2), NULLIF(1,1), NULLIF('a','b'), NULLIF(a, 2.5), NULLIF(c, 1) FROM t
SELECT NULLIF(1,'x')
SELECT NULLIF(1,true)
SELECT GREATEST(1,2,3), LEAST(1,2.5), GREATEST('a','b'), GREATEST(NULL,1), LEAST(a,c), GREATEST(d, '2024-01-01') FROM t
SELECT GREATEST(1,true)
SELECT EXTRACT(year FROM date '2024-01-01'), EXTRACT(epoch FROM interval '1 day'), POSITION('a' IN 'ba'), SUBSTRING('abc' FROM 2 FOR 1), SUBSTRING('abc' FROM 'b'), TRIM(' a '), TRIM(BOTH 'x' FROM 'xax'), TRIM(LEADING FROM ' a'), TRIM(TRAILING 'a' FROM 'ba'), OVERLAY('abc' PLACING 'x' FROM 2), OVERLAY('abc' PLACING 'x' FROM 2 FOR 1), SUBSTRING('abc' SIMILAR 'a#"b#"c' ESCAPE '#')
SELECT d AT TIME ZONE 'UTC', timestamp '2024-01-01' AT TIME ZONE 'UTC', d AT TIME ZONE interval '1 hour' FROM t
SELECT current_date, current_timestamp, current_timestamp(2), current_time, localtime, localtimestamp, localtimestamp(0), current_user, session_user, user, current_role, current_catalog, current_schema, localtime(3), current_time(1) FROM t
SELECT length('abc'), upper('a'), lower(b), substr('abc', 2), replace('a','b','c'), abs(-1), abs(-1.5), round(1.5), round(1.555, 2), floor(f), sqrt(2), power(2,3), mod(5,3) FROM t
SELECT nope(1)
SELECT nope()
SELECT pg_catalog.nope(1, 'a')
SELECT s.nope(1)
SELECT length(1)
SELECT length()
SELECT length('a', 'b', 'c')
SELECT upper(a) FROM t
SELECT abs('x')
SELECT abs('1')
SELECT substr(1, 2)
SELECT round('1.5')
SELECT power('2', 3), power('2','3')
SELECT date_trunc('day', d), date_trunc('day', 'x') FROM t
SELECT concat(1,'a',NULL,true), concat_ws(',', 1, 2), format('%s %s', 1, 'a'), num_nulls(1,NULL)
SELECT concat(VARIADIC ARRAY['a','b']), format('%s', VARIADIC ARRAY['x']), concat(VARIADIC 'a')
SELECT greatest(VARIADIC ARRAY[1,2])
SELECT abs(VARIADIC ARRAY[1,2])
SELECT make_interval(days => 5), make_interval(1, 2), make_interval(hours => 1, mins => 2), make_interval(1, months => 3)
SELECT make_interval(nope => 5)
SELECT make_interval(days => 5, days => 6)
SELECT make_interval(days => 5, 6)
SELECT make_interval(years => 1, days => 'x')
SELECT make_interval(5, years => 6)
SELECT jsonb_set(j, '{a}', '1'), jsonb_set(j, '{a}', '1', false), jsonb_insert(j, '{a}', '1') FROM t
SELECT j->'a', j->>'a', j->0, j#>'{a,b}', j#>>'{a}', j @> '{"a":1}', j ? 'a', j ?| ARRAY['a'], j || '{}', j - 'a', j - 0, j #- '{a}' FROM t
SELECT j->1.5 FROM t
SELECT array_length(e,1), array_append(e, 1), array_append(e, 1.5), array_cat(e,e), e || 1, 1 || e, e || e, e || '{1}', array_position(e, 1), cardinality(e), array_to_string(e, ','), unnest(e) FROM t
SELECT array_append(e, 'x') FROM t
SELECT array_append(NULL, NULL)
SELECT array_append('{1}', 1)
SELECT array_length('{1}', 1)
SELECT array_length(1, 1)
SELECT e = ARRAY[1], e = '{1}', e @> ARRAY[1], e && '{1}', e < e FROM t
SELECT text(1), text('a'), int4('5'), int4(5.5), float8(1), varchar('a'), bpchar('x'), "char"('a'), numeric(5), date('2024-01-01'), bool('t'), int8('7'), text(a) FROM t
SELECT int4('x')
SELECT int4(true), bool(1), text(true), date(d), timestamp(0) '2024-01-01', jsonb('1'), json('1') FROM t
SELECT count(*), count(a), count(DISTINCT b), sum(a), sum(c), avg(a), avg(f), min(b), max(d), min(v), string_agg(b, ','), array_agg(a), bool_and(ok), json_agg(a), stddev(a) FROM t
SELECT sum(b) FROM t
SELECT sum('1') FROM t
SELECT max(j) FROM t
SELECT count() FROM t
SELECT count(1,2) FROM t
SELECT sum(*) FROM t
SELECT abs(*) FROM t
SELECT length(DISTINCT b) FROM t
SELECT length(b ORDER BY a) FROM t
SELECT length(b) FILTER (WHERE ok) FROM t
SELECT length(b) OVER () FROM t
SELECT length(b) WITHIN GROUP (ORDER BY a) FROM t
SELECT row_number() FROM t
SELECT sum(a) WITHIN GROUP (ORDER BY a) FROM t
SELECT percentile_cont(0.5) FROM t
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), percentile_disc(0.5) WITHIN GROUP (ORDER BY b), mode() WITHIN GROUP (ORDER BY a DESC) FROM t
SELECT sum(a) FILTER (WHERE ok), sum(a) FILTER (WHERE a > 1), count(*) FILTER (WHERE b LIKE 'x%') FROM t
SELECT sum(a) FILTER (WHERE a) FROM t
SELECT sum(a) FILTER (WHERE sum(a) > 1) FROM t
SELECT sum(sum(a)) FROM t
SELECT a FROM t WHERE sum(a) > 1
SELECT a FROM t GROUP BY sum(a)
SELECT sum(a) FROM t LIMIT sum(1)
SELECT a, sum(c) FROM t
SELECT a, sum(c) FROM t GROUP BY a
SELECT b, sum(c) FROM t GROUP BY a
SELECT b, a FROM t GROUP BY b
SELECT b FROM t GROUP BY b HAVING a > 1
SELECT b FROM t GROUP BY b ORDER BY a
SELECT b FROM t GROUP BY b ORDER BY sum(a)
SELECT upper(b) FROM t GROUP BY b
SELECT upper(b) FROM t GROUP BY upper(b)
SELECT upper(b) u FROM t GROUP BY u
SELECT upper(b) u, count(*) FROM t GROUP BY 1 ORDER BY 2 DESC, 1
SELECT a+1 FROM t GROUP BY a+1
SELECT a+2 FROM t GROUP BY a+1
SELECT b, c FROM t GROUP BY 1
SELECT b FROM t GROUP BY 2
SELECT b FROM t GROUP BY 'x'
SELECT b FROM t GROUP BY 1.5
SELECT b FROM t GROUP BY (b, a)
SELECT b, count(*) FROM t GROUP BY ()
SELECT j::json FROM t GROUP BY 1
SELECT count(*) FROM t GROUP BY j::json
SELECT t FROM t GROUP BY a
SELECT * FROM t GROUP BY a
SELECT * FROM t GROUP BY b
SELECT count(*) FROM t HAVING count(*) > 1
SELECT a FROM t HAVING true
SELECT 1 FROM t HAVING 1
SELECT count(*) c FROM t ORDER BY c
SELECT a FROM t ORDER BY b, 1, a+1, b DESC NULLS LAST, upper(b)
SELECT a FROM t ORDER BY 2
SELECT a FROM t ORDER BY 0
SELECT a FROM t ORDER BY 'x'
SELECT a FROM t ORDER BY 'x'::text
SELECT a FROM t ORDER BY NULL
SELECT a x, b x FROM t ORDER BY x
SELECT a x, a x FROM t ORDER BY x
SELECT a AS b FROM t ORDER BY b
SELECT a AS b FROM t ORDER BY b + 1
SELECT a AS nb FROM t ORDER BY nb + 1
SELECT a FROM t ORDER BY j::json
SELECT a FROM t ORDER BY a USING >, b USING <
SELECT a FROM t ORDER BY a USING +
SELECT a FROM t ORDER BY a USING =
SELECT DISTINCT a FROM t ORDER BY b
SELECT DISTINCT a, b FROM t ORDER BY b, 1
SELECT DISTINCT j::json FROM t
SELECT DISTINCT 'x', a FROM t
SELECT DISTINCT ON (b) a, b FROM t ORDER BY b, a
SELECT DISTINCT ON (b) a, b FROM t ORDER BY a, b
SELECT DISTINCT ON (b, c) a FROM t ORDER BY c, b, a
SELECT DISTINCT ON (b) a FROM t
SELECT DISTINCT ON (2) a, b FROM t
SELECT DISTINCT ON (5) a, b FROM t
SELECT a FROM t LIMIT 1
SELECT a FROM t LIMIT ALL OFFSET 2
SELECT a FROM t LIMIT NULL
SELECT a FROM t LIMIT '5'
SELECT a FROM t LIMIT 'x'
SELECT a FROM t LIMIT 1.5
SELECT a FROM t LIMIT true
SELECT a FROM t LIMIT a
SELECT a FROM t OFFSET a + 1
SELECT a FROM t FETCH FIRST 2 ROWS ONLY
SELECT a FROM t FETCH FIRST ROW ONLY
SELECT a FROM t WHERE a
SELECT a FROM t WHERE 'x'
SELECT a FROM t WHERE 't'
SELECT a FROM t WHERE NULL
SELECT a FROM t WHERE b
SELECT a FROM t WHERE a = 1 AND b = 'x' OR NOT ok
INSERT INTO t VALUES (1,'x',1.5,now(),'{1}','{}',1,'v',true)
INSERT INTO t VALUES (1)
INSERT INTO t (a,b) VALUES (1,'x'),(2,DEFAULT),(3,NULL)
INSERT INTO t (a,b) VALUES (1)
INSERT INTO t (a) VALUES (1,2)
INSERT INTO t VALUES (1,2,3,4,5,6,7,8,9,10)
INSERT INTO t (a,b) VALUES ((1,2))
INSERT INTO t (a,b) VALUES (1,2),(3)
INSERT INTO t (a,nope) VALUES (1,2)
INSERT INTO t (a,a) VALUES (1,2)
INSERT INTO t (a,ctid) VALUES (1,2)
INSERT INTO nope VALUES (1)
INSERT INTO t (a) VALUES ('x')
INSERT INTO t (a) VALUES (true)
INSERT INTO t (a) VALUES (1.5)
INSERT INTO t (a,c) VALUES (1::bigint, 5)
INSERT INTO t (a,d) VALUES (1, 5)
INSERT INTO t (a,d) VALUES (1, 'nope')
INSERT INTO t (a,b) VALUES (1, b)
INSERT INTO t (a,b) VALUES (1, sum(1))
INSERT INTO t (a,b) VALUES (1, generate_series(1,2))
INSERT INTO t (a,ok) VALUES (1, 1)
INSERT INTO t (a,v) VALUES (1, 12345)
INSERT INTO t (a,b) VALUES ($1, $2)
INSERT INTO t (a,b,c,d,e,j,f,v,ok) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)
INSERT INTO t (a,b) VALUES ($1, $1)
INSERT INTO t (a,b) VALUES ($1, $1::text)
INSERT INTO t (a) VALUES ($1::bigint)
INSERT INTO t (a,b) SELECT a, b FROM t
INSERT INTO t (a,b) SELECT 1, 'x'
INSERT INTO t (a,d) SELECT 1, '2024-01-01'
INSERT INTO t (a,d) SELECT DISTINCT 1, '2024-01-01'
INSERT INTO t (a,d) SELECT 1, 'nope'
INSERT INTO t (a,d) SELECT $1, $2
INSERT INTO t (a) SELECT b FROM t
INSERT INTO t (a) SELECT a, b FROM t
INSERT INTO t (a,b) SELECT a FROM t
INSERT INTO t SELECT * FROM t
INSERT INTO t DEFAULT VALUES
INSERT INTO t (a) VALUES (DEFAULT)
INSERT INTO t (a) VALUES (1) RETURNING *
INSERT INTO t (a) VALUES (1) RETURNING a, a+1, b AS x, 'lit', t.a
INSERT INTO t (a) VALUES (1) RETURNING nope
INSERT INTO t (a) VALUES (1) RETURNING sum(a)
INSERT INTO t (a) VALUES (1) RETURNING generate_series(1,2)
INSERT INTO t AS x (a) VALUES (1) RETURNING x.a
INSERT INTO t AS x (a) VALUES (1) RETURNING t.a
INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO NOTHING
INSERT INTO t (a) VALUES (1) ON CONFLICT (nope) DO NOTHING
INSERT INTO t (a) VALUES (1) ON CONFLICT DO UPDATE SET b = 'x'
INSERT INTO t (a) VALUES (1) ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING
INSERT INTO t (a) VALUES (1) ON CONFLICT ON CONSTRAINT nope DO NOTHING
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = excluded.b, c = t.c + 1 WHERE t.a > 1 RETURNING *
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = b
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = excluded.nope
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET nope = 1
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 'x'
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET (b, c) = ('x', 1)
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = sum(1)
INSERT INTO t (a) VALUES (1) ON CONFLICT (a DESC) DO NOTHING
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 'x' RETURNING excluded.a
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET c = $1, b = $2 WHERE t.a = $3
UPDATE t SET b = 'x'
UPDATE t SET b = 1
UPDATE t SET a = b
UPDATE t SET a = 'x'
UPDATE t SET nope = 1
UPDATE t SET t.a = 1
UPDATE t SET a = 1, a = 2
UPDATE t SET a = a + 1, b = b || 'x', c = DEFAULT, ok = DEFAULT WHERE a = $1 RETURNING *
UPDATE t SET (a, b) = (1, 'x')
UPDATE t SET (a, b) = ROW(1, DEFAULT)
UPDATE t SET (a, b) = (1, 2, 3)
UPDATE t SET (a, b) = 1
UPDATE t SET (a) = (1)
UPDATE t SET b = $1, c = $2 WHERE a = $3 AND d > $4
UPDATE t x SET b = x.b WHERE x.a = 1
UPDATE t x SET b = t.b
UPDATE t SET b = (SELECT 'x')
UPDATE t SET b = sum(a)
UPDATE t SET b = generate_series(1,2)
UPDATE t SET b = 'x' WHERE sum(a) > 1
UPDATE t SET b = 'x' WHERE a
UPDATE t SET ctid = '(0,1)'
UPDATE nope SET a = 1
UPDATE t SET b = 'x' RETURNING a AS z, t.*
DELETE FROM t
DELETE FROM t WHERE a = 1
DELETE FROM t WHERE a = $1 RETURNING *
DELETE FROM t WHERE b
DELETE FROM t x WHERE x.a = 1
DELETE FROM t x WHERE t.a = 1
DELETE FROM nope
DELETE FROM t WHERE nope = 1
SELECT $1
SELECT $1::int, $2
SELECT $1 + 1, $1 + 1.5
SELECT $1 + $2
SELECT $1 || 'x'
SELECT $1 = a, $2 LIKE b, b = $3 FROM t
SELECT a FROM t WHERE a = $1 AND a = $1::bigint
SELECT a FROM t WHERE a = $1 AND b = $1
SELECT a FROM t WHERE b = $1 AND v = $1
SELECT a FROM t WHERE d > $1 AND f = $2 AND a IN ($3,$4) AND e = $5 AND a = ANY($6) LIMIT $7 OFFSET $8
SELECT a FROM t WHERE a BETWEEN $1 AND $2
SELECT a FROM t WHERE $1
SELECT a FROM t WHERE $1 IS NULL
SELECT $1 IS NULL
SELECT $2::int
SELECT $0
SELECT coalesce($1, a), nullif($2, a), greatest($3, c) FROM t
SELECT case when $1 then $2 else a end FROM t
SELECT date_trunc($1, d), abs($2), length($3), substr($4, $5), now() - $6, d + $7 FROM t
SELECT ARRAY[$1, 1], ROW($2)
SELECT j->$1, j->>$2, j @> $3, j ? $4 FROM t
SELECT interval '1 day' * $1, $2 * 2
SELECT $1::int[], a = ANY($2) FROM t
SELECT count($1) FROM t
SELECT sum($1) FROM t
SELECT to_jsonb($1)
SELECT jsonb_build_object('a', $1)
SELECT concat($1, $2)
SELECT generate_series(1,3)
SELECT generate_series(1,3), a FROM t
SELECT generate_series(1,3) + 1, unnest(ARRAY['a','b'])
SELECT a FROM t WHERE generate_series(1,2) = 1
SELECT CASE WHEN true THEN generate_series(1,2) END
SELECT COALESCE(generate_series(1,2), 1)
SELECT sum(generate_series(1,2))
SELECT generate_series(1, count(*)) FROM t
SELECT a FROM t ORDER BY generate_series(1,2)
SELECT a FROM t LIMIT generate_series(1,2)
SELECT * FROM generate_series(1,3)
SELECT * FROM generate_series(1,3) g
SELECT g FROM generate_series(1,3) g
SELECT g.g, g FROM generate_series(1,3) AS g
SELECT g.x FROM generate_series(1,3) AS g(x)
SELECT g.generate_series FROM generate_series(1,3) AS g
SELECT * FROM generate_series(1,3) WITH ORDINALITY
SELECT * FROM generate_series(1,3) WITH ORDINALITY AS g(x, n)
SELECT g FROM generate_series(1,3) WITH ORDINALITY AS g(x, n) WHERE false
SELECT * FROM ROWS FROM (generate_series(1,3), generate_series(1,2)) AS r(a,b)
SELECT * FROM ROWS FROM (generate_series(1,3), unnest(ARRAY['a','b']))
SELECT * FROM unnest(ARRAY[1,2], ARRAY['a','b'])
SELECT * FROM unnest(ARRAY[1,2], ARRAY['a','b']) AS u(x, y)
SELECT * FROM unnest(ARRAY[1,2]) u
SELECT * FROM generate_series(1,3) AS g(x, y)
SELECT * FROM json_each('{"a":1}')
SELECT * FROM jsonb_each_text('{"a":1}') AS e(k, v)
SELECT key FROM jsonb_each('{"a":1}')
SELECT e FROM jsonb_each('{"a":1}') e
SELECT jsonb_each('{"a":1}')
SELECT (jsonb_each('{"a":1}')).key
SELECT (jsonb_each('{"a":1}')).*
SELECT (jsonb_each('{"a":1}')).nope
SELECT * FROM jsonb_array_elements('[1]') AS x
SELECT * FROM abs(-1)
SELECT * FROM now() AS n
SELECT * FROM current_date
SELECT * FROM upper('x') AS u(v)
SELECT * FROM nope(1)
SELECT * FROM sum(1)
SELECT * FROM generate_series(1, generate_series(1,2))
SELECT * FROM regexp_matches('abc', 'b')
-- refused
SELECT * FROM jsonb_to_record('{"a":1}') AS r(a int)
SELECT * FROM jsonb_to_record('{"a":1}')
SELECT * FROM (SELECT 1 AS x, 'y' AS y) s
SELECT s.x, s FROM (SELECT 1 AS x, 'y' AS y) s WHERE false
SELECT * FROM (SELECT 1, 2) s(a, b)
SELECT * FROM (SELECT 1, 2) s(a, b, c)
SELECT * FROM (VALUES (1,'a'),(2,'b')) v
SELECT * FROM (VALUES (1,'a'),(2,'b')) v(x,y) WHERE x > 1
SELECT * FROM (VALUES (1,'a'),(2.5,NULL)) v(x,y)
SELECT * FROM (VALUES (1),('x')) v
SELECT * FROM (VALUES (1),(true)) v
SELECT * FROM (VALUES (1),(2,3)) v
VALUES (1,'a'),(2,'b')
VALUES (1,'a'),(2,'b') ORDER BY 1 DESC LIMIT 1
VALUES (1), (DEFAULT)
VALUES (1), (2) ORDER BY column1
VALUES ($1, 1), ('x', $2)
SELECT a FROM (SELECT a FROM t WHERE b = 'x') s WHERE a > 1
SELECT nope FROM (SELECT a FROM t) s
WITH w AS (SELECT a FROM t) SELECT * FROM w
WITH w(x) AS (SELECT a FROM t) SELECT x FROM w
WITH w(x, y) AS (SELECT a FROM t) SELECT x FROM w
WITH w AS (SELECT 1 AS x), v AS (SELECT x + 1 AS y FROM w) SELECT y FROM v
WITH w AS (SELECT 1), w AS (SELECT 2) SELECT 1
WITH w AS (SELECT nope) SELECT 1
WITH w AS (VALUES (1,2)) SELECT * FROM w
WITH w AS (SELECT 1 x) INSERT INTO t (a) SELECT x FROM w
SELECT (SELECT 1), (SELECT a FROM t), (SELECT 'x'), EXISTS (SELECT 1 FROM t), ARRAY(SELECT a FROM t), 1 IN (SELECT a FROM t), 1 = ANY (SELECT a FROM t), 1.5 < ALL (SELECT a FROM t), 1 NOT IN (SELECT a FROM t)
SELECT (SELECT 1, 2)
SELECT ARRAY(SELECT 1, 2)
SELECT 1 IN (SELECT 1, 2)
SELECT 1 IN (SELECT 'x')
SELECT 'x' IN (SELECT a FROM t)
SELECT b IN (SELECT a FROM t) FROM t
SELECT a FROM t WHERE a = (SELECT max(a) FROM t)
SELECT a FROM t WHERE a IN (SELECT a FROM t WHERE b = $1) AND c = $2
SELECT EXISTS (SELECT nope FROM t)
SELECT (SELECT x FROM (SELECT 1 AS x) s), (SELECT count(*) FROM t)
SELECT (SELECT a FROM t LIMIT 1) + 1, (SELECT a AS zz FROM t)
SELECT a FROM t FOR UPDATE
SELECT a FROM t FOR SHARE OF t NOWAIT
SELECT a FROM t FOR UPDATE OF nope
SELECT DISTINCT a FROM t FOR UPDATE
SELECT count(*) FROM t FOR UPDATE
SELECT a FROM t GROUP BY a FOR NO KEY UPDATE
SELECT generate_series(1,2) FROM t FOR KEY SHARE
VALUES (1) FOR UPDATE
SELECT a FROM t a, t b
SELECT * FROM t, t
SELECT * FROM t JOIN nope ON true
-- refused
SELECT 1 UNION SELECT 2
SELECT nope UNION SELECT 2
SELECT 1 UNION ALL SELECT nope
SELECT a AS "A b", "a" FROM "t" AS "T"
SELECT "A" FROM t
SELECT pg_typeof(a), pg_typeof('x'), pg_typeof(1.5) FROM t
SELECT x'ff'
SELECT 'a' 'b'
SELECT E'a\nb', U&'\0041', $$dollar$$
SELECT 1 a, 2 "select", 3 AS select
SELECT a b c FROM t
SELECT count(*) AS count FROM t
SELECT 'x'::name, 'x'::"char", 'x'::unknown
-- refused
SELECT '1'::oid, 1::oid, 't'::regclass
SELECT a IS OF (int) FROM t
SELECT ALL a FROM t
TABLE t
SELECT FROM t
SELECT
SELECT DISTINCT FROM t
SELECT t.a.b FROM t
SELECT a.* FROM t
SELECT t.*.a FROM t
SELECT b.upper FROM t
SELECT (upper(b)).x FROM t
SELECT a AS x FROM t WHERE x = 1
SELECT a AS x FROM t GROUP BY x HAVING x > 1
SELECT (SELECT t.a)
SELECT now(1)
SELECT lower()
SELECT d + interval '1 day', d - d, d - interval '1 h', d::date - 1, d::date + time '10:00', interval '1 day' + d, '2024-01-01' + interval '1 day' FROM t
SELECT d > '2024-01-01', d = now(), d::date = '2024-01-01', d < '2024-01-01'::date, d BETWEEN '2024-01-01' AND now() FROM t
SELECT d > 'nope' FROM t
SELECT c = 1, c > 1.5, c = f, f = 1, f = c, a = f, c + 1, c * c, c / 3, c % 2, -c, abs(c), round(c), round(c, 1) FROM t
SELECT v = 'x', v = b, v || 'x', upper(v), v LIKE 'x', length(v), v < 'a'::char(3), v::char(3) = 'x', substr(v,1,2) FROM t
SELECT 'x'::char(3) = 'x', 'x'::char(3) || 'y', 'x'::char(3) LIKE 'x', 'x'::char(3)::text, length('x'::char(3))
SELECT "char"(65), 'a'::"char" = 'a', 'abc'::name = 'abc', 'abc'::name || 'd'
SELECT '1'::jsonb = '1', j = '{}', j < j, j::text = 'x', j || j FROM t
SELECT j = 1 FROM t
SELECT json '{}' = json '{}'
SELECT decode('aa','hex'), '\xaa'::bytea || 'x', length('\xaa'::bytea), 'x'::bytea
SELECT gen_random_uuid() = '00000000-0000-0000-0000-000000000000', 'x'::uuid
SELECT 1 << 2, 1 & 3, 1 | 2, 1 # 3, ~1, 5 % 2, 2 ^ 0.5, 4 ! FROM t
SELECT 2 ^ 3, 2::int8 ^ 2, 1::int2 + 1, 1::int2 + 1::int8, 1.5::float4 + 1, 1::float4 * 2.5, 1::float4 + 1::float8
SELECT * FROM t a JOIN t b ON a.a = b.nope
SELECT a FROM t a JOIN t b ON a.a = b.a
SELECT a.a FROM t a JOIN t b ON a.a
-- refused
SELECT a.a FROM t a JOIN t b ON a.a = b.a
SELECT a.a FROM t a, t b WHERE a.a = b.nope
-- refused
SELECT a.b FROM t a JOIN t b USING (a)
UPDATE t SET b = 'x' FROM nope WHERE true
SELECT a FROM t x, t y WHERE sum(x.a) > 1
SELECT 'a' < ANY ('{b,c}'), 5 > ALL (ARRAY[1,2]), NULL = ANY (ARRAY[1]), 1 = ANY (NULL)
SELECT '1' + '2', '3' * '4'
SELECT '1' || '2', '1' = '1'
SELECT 1 + '2', '2' * 1.5, '1' + 1::bigint, 1.0 + '1'
SELECT '2024-01-01' - date '2023-12-31', date '2024-01-01' - '2023-12-31', '1 day' + date '2024-01-01'
SELECT date '2024-01-01' + '1 day'
SELECT now() - '1 day'
SELECT '{1,2}' || ARRAY[3], ARRAY[1] || '{2}', ARRAY[1] || 2, ARRAY[1] || NULL, NULL || ARRAY[1]
SELECT ARRAY[1] || 'x'
SELECT ARRAY[1,2] || ARRAY['a']
SELECT ARRAY[1,2] || ARRAY[1.5]
SELECT ARRAY['a'] || 'b', ARRAY['a'::varchar] || 'b'::text
SELECT array_agg(ARRAY[a]) FROM t
SELECT array_remove(ARRAY[1,2], 1), array_replace(ARRAY['a'], 'a', 'b'), array_fill(0, ARRAY[2]), array_fill('x'::text, ARRAY[2])
SELECT array_fill('x', ARRAY[2])
SELECT unnest('{1,2}')
SELECT unnest('{1,2}'::int[])
SELECT string_to_array('a,b', ','), array_to_string('{1,2}', ',')
SELECT array_to_string('{1,2}'::int[], ',')
SELECT min(ARRAY[a]), max(e), array_agg(e) FROM t
SELECT sum(NULL), avg(NULL), min(NULL), max(NULL), count(NULL) FROM t
SELECT sum('x') FROM t
SELECT min('x'), max('x') FROM t
SELECT bool_and('x') FROM t
SELECT string_agg(b, NULL), string_agg(a, ',') FROM t
SELECT string_agg(DISTINCT b, ',' ORDER BY b) FROM t
SELECT string_agg(DISTINCT b, ',' ORDER BY a) FROM t
SELECT array_agg(DISTINCT b ORDER BY b DESC NULLS LAST) FROM t
SELECT count(DISTINCT j::json) FROM t
SELECT count(DISTINCT (a, b)) FROM t
SELECT count(DISTINCT *) FROM t
SELECT count(ALL a), sum(DISTINCT a) FROM t
SELECT array_agg(a ORDER BY nope) FROM t
SELECT array_agg(a ORDER BY j::json) FROM t
SELECT array_agg(a ORDER BY 1) FROM t
SELECT json_object_agg(b, a), jsonb_object_agg(b, a), jsonb_agg(t), json_agg(t), row_to_json(t) FROM t GROUP BY t.a
SELECT corr(a, f), regr_slope(f, a), covar_pop(a, c) FROM t
SELECT rank(1) WITHIN GROUP (ORDER BY a) FROM t
SELECT percentile_cont(ARRAY[0.25, 0.5]) WITHIN GROUP (ORDER BY f) FROM t
SELECT percentile_cont(a) WITHIN GROUP (ORDER BY f) FROM t
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY b) FROM t
SELECT percentile_cont('x') WITHIN GROUP (ORDER BY f) FROM t
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY a, f) FROM t
SELECT mode() FROM t
SELECT every(ok) FROM t HAVING every(ok) ORDER BY every(ok)
SELECT a, b, count(*) FROM t GROUP BY a, b HAVING a > 1 AND count(*) > 1 ORDER BY a + 1, max(c)
SELECT a + 1 AS x FROM t GROUP BY x ORDER BY x
SELECT a + 1 AS x FROM t GROUP BY a + 1 ORDER BY a + 1
SELECT b || 'x', count(*) FROM t GROUP BY b
SELECT b || 'x', count(*) FROM t GROUP BY b || 'y'
SELECT CASE WHEN b = 'x' THEN 1 END FROM t GROUP BY b
SELECT CASE WHEN b = 'x' THEN c END FROM t GROUP BY b
SELECT upper(b), lower(b) FROM t GROUP BY upper(b)
SELECT x FROM (SELECT a AS x, b AS y FROM t) s GROUP BY y
SELECT x, count(*) FROM (SELECT a AS x, b AS y FROM t) s GROUP BY x
SELECT g, count(*) FROM generate_series(1,3) g GROUP BY g
SELECT t.b FROM t GROUP BY t.b
SELECT b FROM t GROUP BY t.b
SELECT tt.b FROM t tt GROUP BY b ORDER BY tt.b
SELECT (SELECT max(a) FROM t), b FROM t GROUP BY b
SELECT ctid FROM t GROUP BY a
SELECT count(*) FROM t WHERE b IS NOT NULL GROUP BY ok ORDER BY ok NULLS FIRST
SELECT DISTINCT count(*) FROM t GROUP BY b ORDER BY 1
SELECT DISTINCT b, count(*) FROM t GROUP BY b ORDER BY count(*)
SELECT DISTINCT b FROM t GROUP BY b ORDER BY count(*)
SELECT DISTINCT ON (upper(b)) b FROM t ORDER BY upper(b)
SELECT DISTINCT a AS x FROM t ORDER BY x + 1
SELECT DISTINCT a FROM t ORDER BY a + 1
SELECT ROUND(1.5::float8), ROUND(2.5), ROUND(1), TRUNC(1.5), CEIL(1.5), FLOOR(-1.5), SIGN(-1), EXP(1), LN(2), LOG(2), LOG(2, 8)
SELECT round(1.5::float8, 1)
SELECT substring('abc', 2), substring('abc', '.'), substring('abc', 2, 1), substring('\x0102'::bytea, 1), substring('abc' FOR 2)
SELECT left('abc', 2), right('abc', 2), lpad('a', 3), rpad('a', 3, 'x'), repeat('a', 2), reverse('abc'), split_part('a,b', ',', 1), strpos('ab', 'b'), initcap('ab'), btrim('xax', 'x'), chr(65), ascii('A'), md5('a'), to_hex(10), quote_literal('a'), quote_ident('A b'), translate('a', 'a', 'b')
SELECT quote_literal(1), quote_nullable(NULL), to_hex(10::bigint), to_char(1, '9'), to_char(now(), 'YYYY') IS NULL, to_number('1', '9'), to_date('2024', 'YYYY'), to_timestamp(0)
SELECT to_char('1', '9')
SELECT to_char(1.5, '9'), to_char(interval '1 day', 'DD'), to_char(1::bigint, '9')
SELECT age(timestamp '2024-01-01', timestamp '2023-01-01'), date_part('year', date '2024-01-01'), extract(dow from timestamp '2024-01-01'), justify_days('30 days'), make_date(2024, 1, 1), make_time(1, 2, 3.5), date_bin('1 day', timestamp '2024-01-01', timestamp '2020-01-01')
SELECT date_part('year', '2024-01-01')
SELECT extract(year from '2024-01-01')
SELECT extract(nope from timestamp '2024-01-01')
SELECT isfinite(date '2024-01-01'), (date '2024-01-01', date '2024-02-01') OVERLAPS (date '2024-01-15', date '2024-03-01')
SELECT ('2024-01-01'::date, '1 day'::interval) OVERLAPS ('2024-01-15'::date, '1 day'::interval)
SELECT to_json(1), to_jsonb('a'::text), json_build_object('a', 1), jsonb_build_array(1, 'a', NULL), jsonb_array_length('[1]'), jsonb_typeof('1'), jsonb_pretty('{}'), jsonb_strip_nulls('{}'), json_extract_path('{"a":1}', 'a'), jsonb_extract_path_text('{"a":1}', 'a')
SELECT json_build_object('a')
SELECT json_build_object(NULL, 1)
SELECT json_extract_path('{"a":1}', VARIADIC ARRAY['a'])
SELECT jsonb_path_query_first('{"a":1}', '$.a'), jsonb_path_exists('{"a":1}', '$.b'), '{"a":1}'::jsonb @? '$.a', '{"a":1}'::jsonb @@ '$.a == 1'
SELECT '{"a":1}' -> 'a'
SELECT '{"a":1}'::json -> 'a' ->> 'b', '{"a":{"b":2}}'::jsonb -> 'a' ->> 'b'
SELECT j -> 'a' = '1', (j ->> 'a')::int + 1, j ->> 'a' = '1', j -> 'a' -> 0 ->> 1 FROM t
SELECT j ->> 'a' > 1 FROM t
SELECT int4(1.5), int8(1.5::float8), float4(1), numeric(1), text(now()) IS NULL, bpchar(a), varchar(a) FROM t
SELECT varchar(5)
SELECT "varchar"('x'), "time"(now()) IS NULL, "timestamp"(now()) IS NULL, "interval"('1 day')
SELECT bpchar(1.5), name('x'), oid(5), oid('5'), regtype('int4')
SELECT CAST('x' AS varchar(3)), CAST(1 AS numeric(3,1)), CAST('1,2' AS text[])
SELECT CAST('{1,2}' AS int[]), CAST(NULL AS int), CAST('t' AS bool), CAST(1 AS text), CAST(ARRAY[1] AS text[]), CAST(ARRAY['1'] AS int[])
SELECT CAST(ARRAY[1,2] AS int)
SELECT CAST(1 AS int[])
SELECT CAST(ROW(1,2) AS text)
SELECT ROW(1,2)::text
SELECT (1,2)::record
SELECT ARRAY[1,2]::numeric(3,1)[], ARRAY['abc']::varchar(2)[], '{abc}'::varchar(2)[], ARRAY[1]::bigint[], ARRAY[[1]]::text[]
SELECT 1::int::text::varchar(5)::text, 1.5::int::bool, true::int::text
SELECT 'abc'::char(2)::text, 'abc'::varchar(2)::char(4), 'a'::char(3)::varchar || 'x'
SELECT interval '1 day' / 2, interval '1 day' * 2, 2 * interval '1 day', 1.5 * interval '1 day', interval '1 day' * '2', -interval '1 day', interval '1' day, interval '1:30' minute to second, interval '1-2' year to month
SELECT time '10:00' + interval '1 hour', time '10:00' - time '09:00', timetz '10:00+01' - interval '1 hour', timestamp '2024-01-01' - timestamp '2023-01-01', date '2024-01-01' + 1, 1 + date '2024-01-01', date '2024-01-01' - 1
SELECT timestamp '2024-01-01' = date '2024-01-01', timestamptz '2024-01-01' > date '2024-01-01', timestamp '2024-01-01' < timestamptz '2024-01-02', date '2024-01-01' < '2024-01-02'
SELECT time '10:00' = timetz '10:00+00', time '10:00' < '11:00', interval '1 day' = '24:00:00'
SELECT 1::float4 = 1.1, 1.1::float4 = 1.1::float8, 0.1::float4 + 0.2, 1::bigint = 1.0, 1::smallint = 1::bigint, 1::int2 * 2::int2, 1::int2 / 2::int4
SELECT 'a'::text = 'a'::varchar, 'a'::text = 'a'::char(3), 'a'::varchar = 'a'::char(3), 'a'::name = 'a'::text, 'a'::char(3) = 'a'::char(5), 'a'::"char" = 'a'
SELECT upper('a'::char(3)) || 'x', length('a'::char(3)), 'a'::char(3) || 'x', concat('a'::char(3), 'x'), 'a '::char(3) LIKE 'a', replace('a'::char(3), 'a', 'b') || '|'
SELECT '\x01'::bytea = '\x01', '\x01'::bytea || '\x02', '\x01'::bytea < '\x02', encode('\x01', 'hex'), length('\x01'::bytea), get_byte('\x01', 0), substring('\x0102'::bytea from 1 for 1), position('\x02'::bytea in '\x0102'::bytea)
SELECT uuid '00000000-0000-0000-0000-000000000000' < '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000000'::uuid::text
SELECT pg_typeof(NULL), pg_typeof(1), pg_typeof(ARRAY[1]), pg_typeof(now()), pg_typeof('1 day'::interval), pg_typeof(1::numeric(3,1)), pg_typeof(ROW(1)), pg_typeof('x'::varchar(3))
SELECT coalesce(1, '2'), coalesce('2', 1), greatest('2', 1), CASE WHEN true THEN '2' ELSE 1 END, ARRAY['2', 1], nullif('2', 1)
SELECT coalesce(1, 'x'::text)
SELECT CASE WHEN true THEN 1 WHEN false THEN 2.5 ELSE 3::float8 END, CASE WHEN true THEN date '2024-01-01' ELSE timestamp '2024-01-01' END, CASE WHEN true THEN 'a'::char(3) ELSE 'b'::text END
SELECT CASE WHEN true THEN date '2024-01-01' ELSE 1 END
SELECT CASE 1 WHEN 1.5 THEN 'a' ELSE 'b' END, CASE 'a' WHEN 'b' THEN 1 ELSE 2 END, CASE NULL WHEN NULL THEN 1 ELSE 2 END, CASE 1 WHEN '1' THEN 'x' END
SELECT CASE 1 WHEN true THEN 'a' END
SELECT CASE WHEN NULL THEN 1 ELSE 2 END, CASE WHEN 'f' THEN 1 ELSE 2 END
SELECT CASE WHEN 1=1 THEN 1 ELSE 1/0 END, CASE WHEN false THEN 1/0 END, COALESCE(1, 1/0), false AND 1/0 = 1, true OR 1/0 = 1
SELECT 1/0
SELECT true AND 1/0 = 1
SELECT CASE WHEN a > 0 THEN 1 ELSE 1/0 END FROM t
SELECT NULL::int + 1/0
SELECT num_nonnulls(1, NULL, 2), num_nulls(), greatest(1), least(NULL)
SELECT concat(), concat(NULL), concat_ws(NULL, 'a'), concat_ws(',', 'a', NULL, 'b'), format('%s'), format('%%'), format('%I.%L', 'a b', NULL)
SELECT VARIADIC ARRAY[1]
SELECT jsonb_build_array(VARIADIC ARRAY[1,2]), jsonb_build_object(VARIADIC ARRAY['a', 'b']), concat_ws(',', VARIADIC ARRAY['a', NULL, 'b']), num_nulls(VARIADIC ARRAY[1, NULL]), concat(VARIADIC NULL::text[]), format('%s-%s', VARIADIC ARRAY[1,2])
SELECT t.a, (SELECT 1) AS one, EXISTS (SELECT FROM t) AS ex FROM t WHERE EXISTS (SELECT 1)
SELECT a FROM t WHERE a IN (SELECT a FROM t WHERE b = 'x') AND a > ALL (SELECT 0) AND a = ANY (ARRAY(SELECT 1))
-- refused
SELECT a FROM t WHERE (a, b) IN (SELECT 1, 'x')
SELECT a FROM t WHERE (SELECT true)
SELECT a FROM t WHERE (SELECT 1)
-- refused
SELECT (SELECT a FROM t WHERE t.a = x.a) FROM t x
-- refused
SELECT (SELECT x.a) FROM t x
SELECT 1 IN (SELECT 1.5), 1.5 IN (SELECT 1), 'a' IN (SELECT 'a'::varchar), 1 = ANY (SELECT 1::bigint), 1 < SOME (SELECT 2)
SELECT 1 IN (SELECT 'a'::text)
SELECT 1 = (SELECT 'x')
SELECT 1 = (SELECT '1'), (SELECT '1') || 'x', (SELECT NULL)
SELECT 1 + (SELECT '1')
SELECT a, a FROM t ORDER BY a
SELECT a x, b x FROM t ORDER BY 1
SELECT a FROM t ORDER BY 1, 1, a
-- refused
SELECT a FROM t ORDER BY -a, (a + 1) DESC NULLS LAST, b IS NULL, lower(b), c COLLATE "C"
-- refused
SELECT b COLLATE "C" FROM t
SELECT 'x' IS NULL, ROW(1, NULL) IS NULL, (a, b) IS NOT NULL, t IS NULL, t IS NOT NULL, t.* IS NULL FROM t
-- refused
SELECT t = t, t < t, t IS DISTINCT FROM t FROM t
-- refused
SELECT t.* = t.* FROM t
SELECT row(a, b) = row(1, 'x'), row(a, b) < row(b, a) FROM t
SELECT row(a, b) = row(a), a FROM t
SELECT (a, b) = (c, v), (a, c) <= (f, 1), (a, b, c) > (1, NULL, 2) FROM t
SELECT a FROM t WHERE (a, b) > ($1, $2) AND (a, b) = ($3, 'x') ORDER BY a LIMIT $4
SELECT a FROM t WHERE b ILIKE $1 OR v ~ $2 OR b SIMILAR TO $3 OR b LIKE $4 ESCAPE $5
SELECT a FROM t WHERE d > now() - $1::interval AND d < $2 AND d::date = $3
SELECT a FROM t WHERE d > now() - $1
SELECT a FROM t WHERE e && $1 AND e @> $2 AND $3 = ANY(e) AND array_length(e, $4) = $5
SELECT a FROM t WHERE j @> $1 AND j -> $2 = $3 AND j #>> $4 = $5 AND j ? $6
SELECT a FROM t WHERE c > $1 AND f = $2 AND a + $3 > $4 AND -$5 < a
SELECT $1::text || $2, $3 || $4::text, upper($5), $6::int + $7, $8::numeric(5,2), $9::varchar(3)
SELECT $1 = $2
SELECT $1 = ANY ($2)
SELECT $1::int = ANY ($2), $3 = ANY ($4::text[])
SELECT CASE WHEN a = $1 THEN $2 ELSE $3 END, CASE $4 WHEN 1 THEN 'a' END FROM t
SELECT CASE WHEN $1 = 1 THEN $2 END
SELECT coalesce($1, $2)
SELECT coalesce($1, 1), greatest($2, 'a'), nullif($3, 'a'), ARRAY[$4, 2.5]
SELECT $1 IN (1, 2), a IN ($2), $3 IN ($4, 'x'), $5 BETWEEN 1 AND $6, NOT $7, $8 IS TRUE, $9 AND ok FROM t
SELECT make_interval(days => $1), substr($2, $3), date_trunc('day', $4)
SELECT date_trunc('day', $1::timestamp), extract(year from $2::date), age($3)
SELECT generate_series($1, 5), generate_series(1, $2::int)
SELECT * FROM generate_series($1, $2)
SELECT * FROM generate_series($1::int, $2)
SELECT * FROM unnest($1::int[], $2::text[]) u(a, b)
SELECT * FROM (VALUES ($1, 'x'), (2, $2)) v(a, b)
SELECT * FROM (SELECT $1 AS x) s
SELECT * FROM (SELECT $1 AS x) s WHERE x = 1
SELECT (SELECT $1), EXISTS (SELECT $2)
INSERT INTO t (a, b, c, d, e, j, f, v, ok) VALUES ($1 + 1, upper($2), $3 * 2, now() + $4, ARRAY[$5], jsonb_build_object('a', $6::int), $7::int, $8 || 'x', NOT $9)
INSERT INTO t (a, b) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM t WHERE a = $1)
INSERT INTO t (a, c) SELECT a + 1, sum(c) FROM t GROUP BY a
INSERT INTO t (a, c) SELECT b, c FROM t
INSERT INTO t (a, b) VALUES (1, (SELECT 'x')), ((SELECT max(a) FROM t), 'y')
INSERT INTO t (a, b) VALUES (1, 2), ('3', '4'), (5.5, NULL)
INSERT INTO t (a, v) VALUES (1, 'longer than ten characters')
INSERT INTO t (a, c) VALUES (1, 123456)
INSERT INTO t (a, e) VALUES (1, ARRAY['1','2']), (2, '{3}'), (3, ARRAY[1.5])
INSERT INTO t (a, e) VALUES (1, ARRAY['x'])
INSERT INTO t (a, e) VALUES (1, '{x}')
INSERT INTO t (a, e) VALUES (1, 5)
INSERT INTO t (a, j) VALUES (1, '{bad')
INSERT INTO t (a, j) VALUES (1, 5)
INSERT INTO t (a, j) VALUES (1, '5'::json)
INSERT INTO t (a, d) VALUES (1, date '2024-01-01'), (2, timestamp '2024-01-01')
INSERT INTO t (a, d) VALUES (1, time '10:00')
INSERT INTO t (a, ok) VALUES (1, 'yes'), (2, 'x')
INSERT INTO t (a, ok) VALUES (1, 1::bool)
INSERT INTO t (t.a) VALUES (1)
INSERT INTO t (a.b) VALUES (1)
INSERT INTO t (a) VALUES (1) RETURNING (SELECT max(a) FROM t), t.*, upper(b) AS "U"
INSERT INTO t SELECT
INSERT INTO t (a) SELECT * FROM generate_series(1, 3)
INSERT INTO t (a) SELECT generate_series(1, 3) ORDER BY 1 DESC LIMIT 2
INSERT INTO t (a) VALUES (generate_series(1, 3))
INSERT INTO t (a) VALUES (generate_series(1, 3)), (5)
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = excluded.a + t.a, b = COALESCE(excluded.b, t.b) WHERE excluded.a > t.a
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET (b, c) = (excluded.b, DEFAULT)
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 'x' WHERE b = 'y'
INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = nope
INSERT INTO t AS x (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = x.b
INSERT INTO t AS x (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = t.b
INSERT INTO t (a) VALUES (1) ON CONFLICT (lower(nope)) DO NOTHING
UPDATE t SET a = DEFAULT, ok = DEFAULT
UPDATE t SET b = NULL, c = NULL WHERE a IS NULL
UPDATE t SET c = c * 1.1, d = d + interval '1 day', e = e || 1, j = j || '{"x":1}', f = f + 1, v = v || 'x', ok = NOT ok
UPDATE t SET c = 'x'
UPDATE t SET e = '{x}'
UPDATE t SET d = 5
UPDATE t SET ok = 1
UPDATE t SET b = a
UPDATE t SET a = f
UPDATE t SET a = c, f = a, c = f
UPDATE t SET v = a
-- refused
UPDATE t SET (b, c) = (SELECT 'x', 1)
UPDATE t SET b = (SELECT max(b) FROM t) WHERE a IN (SELECT a FROM t)
-- refused
UPDATE t SET b = x.b FROM t x
UPDATE t SET b = 'x' WHERE a = 1 RETURNING a AS old, b || 'y', *
-- refused
UPDATE t SET b = 'x' WHERE CURRENT OF cur
UPDATE ONLY t SET b = 'x'
DELETE FROM t WHERE a IN ($1, $2) RETURNING a, upper(b)
DELETE FROM t WHERE a = (SELECT min(a) FROM t)
-- refused
DELETE FROM t USING t x WHERE t.a = x.a
DELETE FROM t WHERE count(*) > 1
DELETE FROM t RETURNING nope
WITH w AS (SELECT a FROM t) UPDATE t SET b = 'x' WHERE a IN (SELECT a FROM w)
WITH w AS (SELECT a FROM t) DELETE FROM t WHERE a IN (SELECT a FROM w)
-- refused
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r
-- refused
WITH w AS (INSERT INTO t (a) VALUES (1) RETURNING a) SELECT * FROM w
WITH w AS (SELECT 1 AS x) SELECT (SELECT x FROM w), w.x FROM w
WITH w AS (SELECT $1::int AS x) SELECT x + $2 FROM w
WITH w AS MATERIALIZED (SELECT 1 AS x) SELECT x FROM w
SELECT * FROM (SELECT a, b FROM t ORDER BY a LIMIT 5) s WHERE b IS NOT NULL ORDER BY b OFFSET 1
SELECT s.* , s.a + 1 FROM (SELECT a, max(b) FROM t GROUP BY a) s
SELECT s.max FROM (SELECT a, max(b) FROM t GROUP BY a) s
SELECT s.b FROM (SELECT a, max(b) FROM t GROUP BY a) s
SELECT x FROM (SELECT 'lit' AS x) s WHERE x = 5
SELECT x || 'y' FROM (SELECT 'lit' AS x) s
SELECT count(*), min(x) FROM (VALUES (1), (2)) v(x)
SELECT column1 FROM (VALUES (1), (2)) v WHERE column1 > 1
SELECT * FROM (VALUES (1, 'a')) v(x, x)
SELECT x FROM (VALUES (1, 'a')) v(x, x)
SELECT v FROM (VALUES (1, 'a')) v WHERE false
VALUES (1, NULL), (NULL, 'x'), (2.5, 'y')
VALUES ('2024-01-01'), (date '2024-01-02')
VALUES (ARRAY[1]), ('{2,3}')
VALUES (1), (2) LIMIT 1 OFFSET 1
-- refused
SELECT a, count(*) OVER () FROM t
-- refused
SELECT sum(a) OVER (PARTITION BY b ORDER BY c) FROM t
-- refused
SELECT row_number() OVER (ORDER BY a), lag(a) OVER w FROM t WINDOW w AS (ORDER BY a)
-- refused
SELECT a FROM t TABLESAMPLE SYSTEM (10)
-- refused
SELECT a FROM t GROUP BY ROLLUP (a)
-- refused
SELECT a FROM t GROUP BY GROUPING SETS ((a), ())
-- refused
SELECT GROUPING(a) FROM t GROUP BY a
-- refused
SELECT a FROM t ORDER BY a FETCH FIRST 1 ROW WITH TIES
SELECT * FROM LATERAL (SELECT 1) x
-- refused
SELECT * FROM t, LATERAL (SELECT t.a) x
SELECT a FROM t FOR UPDATE SKIP LOCKED
SELECT * FROM (SELECT a FROM t) s FOR UPDATE
SELECT 1 FOR UPDATE
SELECT a FROM t HAVING count(*) > 1
-- refused
SELECT xmlelement(name a)
-- refused
SELECT 1 AS a, 2 AS b UNION ALL SELECT 3, 4 ORDER BY a
-- refused
SELECT 'a'::xml, 'x'::money, '1.2.3.4'::inet, '(1,2)'::point
-- refused
SELECT int4range(1, 5), point(1, 2), inet '1.2.3.4', to_tsvector('a')
SELECT 1 <-> 2
-- refused
SELECT 'a' @@ 'b'
SELECT '1' <@ '2'
SELECT -a, +c, ~a, @a, |/f, ||/f, -d FROM t
SELECT a !~ 'x' FROM t
SELECT 5 % 2.5, 5.5 % 2, 5::float8 % 2
SELECT 5 ^ 2::bigint, 2 ^ -1, 2::numeric ^ 3, 4 # 5, 1 << 2::bigint
SELECT 1::bigint << 2, 1::smallint & 1, 1::bigint | 1
-- refused
SELECT nextval('x'), currval('x')
SELECT length(b), upper(v), b || v, lower(b::varchar), char_length(b), octet_length(b), bit_length(b) FROM t
SELECT length(a::text), length(c::text), a::text || 'x', concat(a, b, c), a || '', '' || f FROM t
SELECT sqrt(a), power(a, 2), a ^ 2, exp(c), ln(c), abs(a), sign(f), mod(a, 2), div(c, 2), gcd(a, 4), width_bucket(f, 0, 10, 5), round(f), round(c, 1), trunc(f), ceil(c) FROM t
SELECT mod(a, 2.5), mod(f, 2) FROM t
SELECT round(f, 2) FROM t
SELECT sum(a) + 1, sum(a) / count(*), avg(a) * 2, max(a) || 'x', count(*) = 1, sum(c) > 1.5, sum(f) > 1 FROM t
SELECT sum(a)::int, avg(c)::numeric(10,2), min(d)::date, array_agg(a)::text[] FROM t
SELECT max(d) - min(d), max(d) - interval '1 day', sum(d - d), avg(d - d) FROM t
SELECT sum(d) FROM t
SELECT max(ok) FROM t
SELECT sum(DISTINCT a ORDER BY a), sum(a ORDER BY b) FROM t
SELECT "T".a FROM t AS "T"
SELECT "t"."a" FROM "public"."t"
SELECT A, B FROM T
SELECT T.A FROM T
SELECT public.abs(-1)
SELECT pg_catalog.abs(-1), pg_catalog.sum(a) FROM t
SELECT information_schema.abs(1)
SELECT a FROM t WHERE a = 1 OR a = 2 AND NOT (a = 3) OR a IS NULL
SELECT a FROM t WHERE a NOTNULL AND b ISNULL
SELECT a FROM t WHERE a = '1' AND b = 1
SELECT a FROM t WHERE c = '1.5' AND f = '2' AND d = '2024-01-01' AND ok = 't' AND e = '{1}' AND j = '{}'
SELECT a FROM t WHERE a = '1.5'
SELECT a FROM t WHERE a = 1.5 AND c = 1 AND f = 1 AND a = 99999999999
SELECT a FROM t WHERE d = 5
SELECT a FROM t WHERE e = ARRAY[1.5]
SELECT a FROM t WHERE ok = 1
SELECT a FROM t WHERE ok = 'maybe'
SELECT a FROM t WHERE j = 'x'
SELECT a FROM t WHERE length(b) = '3' AND upper(b) = 'X' AND b = lower('X')
SELECT a FROM t WHERE b = v AND v = 'x'::char(3) AND b = 'x'::name
SELECT a FROM t WHERE 1 = 1 AND 'a' = 'a' AND NULL IS NULL
SELECT é FROM t
SELECT 'é', é FROM t
SELECT 'é' || nope FROM t WHERE 'ü' = 'x'
SELECT '日本語'::int, 1
SELECT 1 AS é, 'x' AS "日本"

CREATE TABLE s (id int PRIMARY KEY, g text, i int, b bigint, f float8, n numeric, r real, t text, ok bool, d date, ts timestamptz, iv interval);

INSERT INTO s SELECT x, chr(97 + x % 3), x, x * 1000000000::bigint, x * 0.1, x / 3.0, x * 0.5, 't' || x, x % 2 = 0, date '2024-01-01' + x, timestamptz '2024-01-01 00:00+00' + x * interval '1 day', x * interval '1 hour' FROM generate_series(1, 10) x;

INSERT INTO s (id, g) VALUES (11, 'a'), (12, NULL);

SELECT count(*), count(i), count(DISTINCT g), sum(i), sum(b), sum(n), avg(i), avg(b), avg(n) FROM s;

SELECT sum(f), avg(f), sum(r), avg(r), sum(iv), avg(iv) FROM s;

SELECT min(i), max(b), min(t), max(d), min(ts), max(iv), min(n), max(f) FROM s;

SELECT bool_and(ok), bool_or(ok), every(ok), bit_and(i), bit_or(i), bit_xor(i) FROM s;

SELECT stddev(i), stddev_pop(i), variance(i), var_pop(n), stddev_samp(n) FROM s;

SELECT round(corr(i, f)::numeric, 10), regr_count(i, f), covar_pop(i, b) FROM s;

SELECT g, count(*), sum(i), avg(n) FROM s GROUP BY g ORDER BY g;

SELECT g, i % 2 AS par, sum(i) FROM s WHERE i IS NOT NULL GROUP BY g, par ORDER BY g, par;

SELECT g, string_agg(t, '-' ORDER BY id DESC), array_agg(i ORDER BY i) FROM s GROUP BY g ORDER BY g NULLS FIRST;

SELECT i % 3, count(*) FROM s GROUP BY 1 ORDER BY 2 DESC, 1;

SELECT upper(g) AS g2, count(*) FROM s GROUP BY upper(g) HAVING count(*) > 3 ORDER BY g2;

SELECT g FROM s GROUP BY g HAVING sum(i) > 15 ORDER BY sum(i);

SELECT sum(i) FILTER (WHERE ok), count(*) FILTER (WHERE g = 'a'), sum(DISTINCT i % 3) FROM s;

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY i), percentile_disc(0.5) WITHIN GROUP (ORDER BY t), mode() WITHIN GROUP (ORDER BY g) FROM s;

SELECT count(*) + 1, sum(i) / count(i), max(i) - min(i) FROM s;

SELECT g, i FROM s GROUP BY g;

SELECT sum(t) FROM s;

SELECT sum(sum(i)) FROM s;

SELECT g FROM s GROUP BY count(*);

SELECT count(*) FROM s GROUP BY g ORDER BY g;

SELECT DISTINCT ok, g FROM s ORDER BY g, ok;

SELECT DISTINCT g FROM s ORDER BY i;

SELECT count(*) FROM (SELECT DISTINCT g, ok FROM s) x;

SELECT max(x) FROM (SELECT sum(i) AS x FROM s GROUP BY g) q;

SELECT json_agg(g ORDER BY id) FROM s WHERE id < 3;

SELECT sum(a), pg_typeof(sum(a)) FROM (VALUES (9223372036854775807), (1)) v(a);

SELECT avg(a) FROM (VALUES (1), (2), (NULL)) v(a);

SELECT count(*), sum(i) FROM s WHERE false;

SELECT count(*) FROM s WHERE false GROUP BY g;

SELECT 1 FROM s HAVING count(*) > 100;

SELECT id FROM s ORDER BY f DESC, id LIMIT 3;

SELECT id, n FROM s ORDER BY n DESC NULLS LAST LIMIT 3;

SELECT id FROM s ORDER BY g DESC NULLS LAST, id DESC LIMIT 5 OFFSET 2;

SELECT id FROM s ORDER BY i + 0 DESC NULLS FIRST, lower(t) LIMIT 4;

SELECT (SELECT count(*) FILTER (WHERE o <> 0) FROM (VALUES (1)) AS i (n)) FROM (VALUES (2), (0), (3)) AS t (o)

SELECT (SELECT max(0) FILTER (WHERE b)) FROM (VALUES (true), (false)) AS t (b)

SELECT (SELECT string_agg('x', ',' ORDER BY o) FROM (VALUES (1), (2)) AS i (n)) FROM (VALUES (2), (0), (3)) AS t (o)

SELECT ARRAY(SELECT percentile_disc(a) WITHIN GROUP (ORDER BY x) FROM (VALUES (0.3), (0.7)) AS v (a) GROUP BY a) FROM generate_series(1, 5) AS g (x)

SELECT ARRAY(SELECT percentile_disc(a) WITHIN GROUP (ORDER BY y) FROM generate_series(1, 5) AS y) FROM (VALUES (0.3), (0.7)) AS v (a)

SELECT rank(3) WITHIN GROUP (ORDER BY x) FROM (VALUES ('a'), ('b')) AS v (x)

SELECT rank('3') WITHIN GROUP (ORDER BY x), dense_rank(3::bigint) WITHIN GROUP (ORDER BY x), percent_rank(2.5) WITHIN GROUP (ORDER BY x), cume_dist(3) WITHIN GROUP (ORDER BY x DESC) FROM generate_series(1, 5) AS x

SELECT rank('x') WITHIN GROUP (ORDER BY x) FROM generate_series(1, 5) AS x

SELECT rank(1, 'b') WITHIN GROUP (ORDER BY x, y) FROM (VALUES (1, 'a'), (1, 'c'), (0, 'z')) AS v (x, y)

SELECT rank(1) WITHIN GROUP (ORDER BY x, y) FROM (VALUES (1, 'a')) AS v (x, y)

SELECT string_agg(DISTINCT v, ',' ORDER BY v), count(DISTINCT v) FROM (VALUES ('b'::varchar), ('a'), ('b')) AS t (v)

SELECT string_agg(DISTINCT v, ',' ORDER BY v DESC) FROM (VALUES ('b'::varchar), ('a'), ('b')) AS t (v)

SELECT string_agg(DISTINCT v, ',' ORDER BY v::text) FROM (VALUES ('b'::varchar), ('a'), ('b')) AS t (v)

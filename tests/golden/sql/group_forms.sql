CREATE TABLE sales (region text, day date, product text, qty int, price numeric(8,2), PRIMARY KEY (region, day, product));

INSERT INTO sales SELECT (ARRAY['north', 'south', 'east'])[g % 3 + 1], date '2024-01-01' + g / 6, 'p' || g % 4, g % 7, (g * 1.25)::numeric(8,2) FROM generate_series(1, 48) g;

SELECT region, count(*), sum(qty), avg(qty), min(price), max(price) FROM sales GROUP BY region ORDER BY region;

SELECT region, product, sum(qty * price) AS total FROM sales GROUP BY region, product HAVING sum(qty) > 10 ORDER BY total DESC, 1, 2 LIMIT 5;

SELECT region || '!' AS r, count(*) FROM sales GROUP BY r ORDER BY r;

SELECT region, count(*) FROM sales GROUP BY 1 ORDER BY 2 DESC, 1;

SELECT date_trunc('week', day) AS week, sum(price) FROM sales GROUP BY week ORDER BY week;

SELECT extract(dow FROM day) AS dow, count(*) FROM sales GROUP BY dow ORDER BY dow;

SELECT region, count(DISTINCT product), string_agg(DISTINCT product, ',' ORDER BY product) FROM sales GROUP BY region ORDER BY region;

SELECT region, array_agg(qty ORDER BY day DESC, product) FILTER (WHERE qty > 4) FROM sales GROUP BY region ORDER BY region;

SELECT region, count(*) FILTER (WHERE product = 'p1') AS ones, bool_or(qty = 0), bool_and(qty < 7), every(price > 0) FROM sales GROUP BY region ORDER BY region;

SELECT product, stddev(price), stddev_pop(price), variance(qty), var_pop(qty) FROM sales GROUP BY product ORDER BY product;

SELECT round(corr(qty, price)::numeric, 9), round(covar_pop(qty, price)::numeric, 9), round(regr_slope(price, qty)::numeric, 9), regr_count(qty, price) FROM sales;

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY price), percentile_disc(0.25) WITHIN GROUP (ORDER BY price), mode() WITHIN GROUP (ORDER BY product) FROM sales;

SELECT jsonb_object_agg(region, n ORDER BY region) FROM (SELECT region, count(*) AS n FROM sales GROUP BY region) x;

SELECT bit_and(qty), bit_or(qty), bit_xor(qty) FROM sales WHERE qty > 0;

SELECT sum(qty::int2), sum(qty::int8), sum(qty::float4), avg(qty::float8), sum(price) / count(*) FROM sales;

SELECT pg_typeof(sum(qty)), pg_typeof(sum(qty::int8)), pg_typeof(avg(qty)), pg_typeof(avg(qty::float4)), pg_typeof(count(*)), pg_typeof(sum(price)) FROM sales;

SELECT max(day), min(day), max(product), min(region) FROM sales;

SELECT sum(qty), avg(qty), max(qty), count(qty), count(*), array_agg(qty), string_agg(product, ',') FROM sales WHERE false;

SELECT region, sum(qty) FROM sales WHERE false GROUP BY region;

SELECT count(*) FROM sales HAVING count(*) > 100;

SELECT count(*) FROM sales HAVING true;

SELECT region, qty FROM sales GROUP BY region;

SELECT region FROM sales GROUP BY region HAVING qty > 1;

SELECT region, day, product, qty FROM sales GROUP BY region, day, product ORDER BY 1, 2, 3 LIMIT 2;

SELECT region, sum(qty) FROM sales GROUP BY 2;

SELECT region, sum(qty) FROM sales GROUP BY 3;

SELECT sum(qty) FROM sales GROUP BY sum(qty);

SELECT GROUPING(region), region, count(*) FROM sales GROUP BY region ORDER BY region;

SELECT region, product, sum(qty) FROM sales GROUP BY ROLLUP (region, product) ORDER BY 1, 2;

SELECT region, product, sum(qty) FROM sales GROUP BY CUBE (region, product) ORDER BY 1, 2;

SELECT region, product, sum(qty) FROM sales GROUP BY GROUPING SETS ((region), (product), ()) ORDER BY 1, 2;

SELECT row_number() OVER (ORDER BY day) FROM sales LIMIT 1;

SELECT sum(region) FROM sales;

SELECT avg(day) FROM sales;

SELECT sum(interval '1 day' * qty), avg(interval '1 hour' * qty) FROM sales;

SELECT count(DISTINCT (region, product)) FROM sales;

SELECT count(DISTINCT *) FROM sales;

SELECT count() FROM sales;

SELECT sum(*) FROM sales;

SELECT lower(DISTINCT region) FROM sales;

SELECT abs(qty) FILTER (WHERE true) FROM sales;

SELECT string_agg(product) FROM sales;

SELECT CASE WHEN qty > 3 THEN 'high' ELSE 'low' END AS level, count(*) FROM sales GROUP BY level ORDER BY level;

SELECT qty % 2 = 0 AS even, sum(price) FROM sales GROUP BY qty % 2 = 0 ORDER BY 1;

SELECT qty % 2, sum(price) FROM sales GROUP BY qty % 3 ORDER BY 1;

SELECT coalesce(product, 'none'), count(*) FROM sales GROUP BY product ORDER BY 1;

SELECT sum(g) FROM generate_series(1, 1000) g;

SELECT g % 3, array_agg(g ORDER BY g) FROM generate_series(1, 9) g GROUP BY g % 3 ORDER BY 1;

SELECT sum(x), avg(x), max(x), min(x) FROM (VALUES (1.5::float8), ('NaN'), (NULL)) v (x);

SELECT sum(x), avg(x), stddev(x) FROM (VALUES (1::numeric), ('Infinity'), ('-Infinity')) v (x);

SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) v (x);

SELECT sum(x) FROM (VALUES (2147483647), (1)) v (x);

SELECT x, count(*) FROM (VALUES (1.0), (1.00), (2)) v (x) GROUP BY x ORDER BY x;

SELECT x, count(*) FROM (VALUES (0.0::float8), ('-0'), ('NaN'), ('NaN')) v (x) GROUP BY x ORDER BY x;

SELECT x, count(*) FROM (VALUES ('1 mon'::interval), ('30 days'), ('720:00')) v (x) GROUP BY x;

SELECT x, count(*) FROM (VALUES (NULL), ('a'), (NULL)) v (x) GROUP BY x ORDER BY x;

SELECT DISTINCT x FROM (VALUES ('{"a":1}'::jsonb), ('{"a": 1.0}'), ('[]')) v (x) ORDER BY x;

SELECT DISTINCT x FROM (VALUES ('{}'::json)) v (x);

SELECT max(x) FROM (VALUES ('{1,2}'::int[]), ('{1,10}'), ('{0}')) v (x);

SELECT max(x) FROM (VALUES (true), (false)) v (x);

CREATE TABLE g (a int, b int, v int); INSERT INTO g VALUES (1, 1, 10), (1, 1, 11), (1, 2, 12), (1, 2, 13), (1, 3, 14), (2, 3, 15), (3, 3, 16), (3, 4, 17), (4, 1, 18), (4, 1, 19), (NULL, 1, 20);

SELECT a, b, grouping(a, b), sum(v), count(*), max(v) FROM g GROUP BY ROLLUP (a, b) ORDER BY a, b, 3

SELECT a, b, grouping(a), grouping(b), sum(v) FROM g GROUP BY CUBE (a, b) ORDER BY 3, 4, 1, 2

SELECT a, b, sum(v) FROM g GROUP BY GROUPING SETS ((a), (b), ()) ORDER BY 1, 2, 3

SELECT a, b, sum(v), grouping(a, b) FROM g GROUP BY a, GROUPING SETS ((b), ()) ORDER BY 1, 2, 4

SELECT a, b, count(*) FROM g GROUP BY GROUPING SETS (ROLLUP (a, b), CUBE (b)) ORDER BY 1, 2, 3

SELECT a + 1, b, count(*) FROM g GROUP BY ROLLUP (a + 1, b) HAVING count(*) > 2 ORDER BY 1, 2

SELECT a, b, count(*) FROM g GROUP BY ROLLUP ((a, b)) ORDER BY 1, 2

SELECT a, grouping(a) FROM g GROUP BY GROUPING SETS (a, ()) ORDER BY 2, 1

SELECT count(*) FROM g WHERE false GROUP BY ROLLUP (a)

SELECT a, count(*) FROM g WHERE false GROUP BY GROUPING SETS ((), (), (a))

SELECT a, count(*) FROM g WHERE false GROUP BY a, ROLLUP (b)

SELECT a, b, sum(v), rank() OVER (ORDER BY sum(v) DESC) FROM g GROUP BY CUBE (a, b) ORDER BY 4, 1, 2 LIMIT 5

SELECT a, b, count(*) FROM g GROUP BY DISTINCT ROLLUP (a, b), ROLLUP (a) ORDER BY 1, 2, 3

SELECT CASE grouping(a) WHEN 1 THEN 'all' ELSE a::text END, count(*) FROM g GROUP BY ROLLUP (a) ORDER BY 1

SELECT grouping(v) FROM g GROUP BY a

SELECT a FROM g WHERE grouping(a) = 0

SELECT v FROM g GROUP BY ROLLUP (a, b)

SELECT x.a, y.b, count(*) FROM g x JOIN g y USING (v) GROUP BY ROLLUP (x.a, y.b) ORDER BY 1, 2, 3

SELECT a, sum(v) FILTER (WHERE b > 1), array_agg(v ORDER BY v DESC), count(DISTINCT b) FROM g GROUP BY ROLLUP (a) ORDER BY 1

SELECT (SELECT grouping(a)) FROM g GROUP BY ROLLUP (a) ORDER BY 1

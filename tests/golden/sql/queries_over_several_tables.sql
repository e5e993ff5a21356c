CREATE TABLE tk (u1 int PRIMARY KEY, u2 int, two int, four int, ten int, hun int, s text); CREATE INDEX ON tk (u2); CREATE INDEX ON tk (ten, u1); CREATE TABLE i4 (f1 int); CREATE TABLE i8 (q1 bigint, q2 bigint); CREATE TABLE txt (f1 text); CREATE TABLE emp (id int PRIMARY KEY, boss int REFERENCES emp, name text NOT NULL, sal numeric(8,2), at timestamptz);

INSERT INTO tk SELECT g, (g * 7919) % 200, g % 2, g % 4, g % 10, g % 100, chr(65 + g % 26) || g FROM generate_series(0, 199) g; INSERT INTO i4 VALUES (0), (123456), (-123456), (2147483647), (-2147483647); INSERT INTO i8 VALUES (123, 456), (123, 4567890123456789), (4567890123456789, 123), (4567890123456789, 4567890123456789), (4567890123456789, -4567890123456789); INSERT INTO txt VALUES ('doh!'), ('hi de ho neighbor'); INSERT INTO emp VALUES (1, NULL, 'ann', 100, '2020-01-01'), (2, 1, 'bob', 80, '2020-02-01'), (3, 1, 'cid', 80.5, NULL), (4, 2, 'dan', 60, '2021-01-01'), (5, 2, 'eve', NULL, '2021-06-01');

SELECT count(*) FROM tk a WHERE u1 IN (SELECT u1 FROM tk b JOIN tk c USING (u1) WHERE b.u2 = 42)

SELECT count(*) FROM tk x WHERE x.u1 IN (SELECT a.f1 FROM i4 a, i8 b WHERE a.f1 = b.q1) AND x.u1 = 0

SELECT * FROM i4 a LEFT JOIN i8 b ON a.f1 = b.q1 LEFT JOIN tk c ON c.u1 = b.q2 ORDER BY 1, 2, 3

SELECT a.u1, b.u1, c.ten FROM tk a JOIN tk b ON a.u1 = b.u2 JOIN tk c ON b.u1 = c.u2 WHERE a.u1 < 4 ORDER BY 1, 2, 3

SELECT x.q1, y.* FROM i8 x LEFT JOIN (SELECT q1 AS a, max(q2) AS m FROM i8 GROUP BY q1) y ON x.q2 = y.a ORDER BY 1, 2, 3

SELECT * FROM (VALUES (1), (2)) v (x) LEFT JOIN (SELECT 1 AS y) s ON x = y ORDER BY 1

SELECT t1.u1, t2.hun FROM tk t1 LEFT JOIN tk t2 ON (t1.hun = t2.ten) WHERE t1.u1 = 1 ORDER BY 2, 1

SELECT * FROM i8 t1 LEFT JOIN i4 t2 ON q1 = f1, LATERAL (SELECT coalesce(f1, 7) AS z) s ORDER BY 1, 2

SELECT q1, (SELECT q2 FROM i8 b WHERE a.q1 = b.q1 ORDER BY q2 LIMIT 1) FROM i8 a GROUP BY q1 ORDER BY 1

SELECT q1, sum(q2), (SELECT count(*) FROM i4 WHERE f1 < sum(a.q2)) FROM i8 a GROUP BY q1 ORDER BY q1

SELECT ten, sum(DISTINCT four) FROM tk a GROUP BY ten HAVING EXISTS (SELECT 1 FROM tk b WHERE sum(DISTINCT a.four) = b.four) ORDER BY 1

SELECT (SELECT max((SELECT i.u2 FROM tk i WHERE i.u1 = o.u1))) FROM tk o WHERE o.u1 < 5

SELECT ARRAY(SELECT f1 FROM i4 ORDER BY f1), ARRAY(SELECT ARRAY[f1, f1] FROM i4 WHERE f1 > 0 ORDER BY 1)

SELECT * FROM emp e WHERE sal > ALL (SELECT sal FROM emp x WHERE x.boss = e.id AND sal IS NOT NULL) ORDER BY id

SELECT e.name, b.name AS boss, count(s.id) FROM emp e LEFT JOIN emp b ON b.id = e.boss LEFT JOIN emp s ON s.boss = e.id GROUP BY e.id, b.name ORDER BY e.id

SELECT e.*, b.name FROM emp e LEFT JOIN emp b ON b.id = e.boss WHERE b.name = 'ann' ORDER BY e.id

SELECT name, (SELECT count(*) FROM emp x WHERE x.boss = e.id) AS n FROM emp e ORDER BY n DESC, name

SELECT e.name FROM emp e WHERE e.id NOT IN (SELECT boss FROM emp WHERE boss IS NOT NULL) ORDER BY 1

SELECT b.name, string_agg(e.name, ', ' ORDER BY e.name), avg(e.sal), min(e.at) FROM emp b JOIN emp e ON e.boss = b.id GROUP BY b.id ORDER BY b.id

SELECT b.name, json_agg(e ORDER BY e.id) FROM emp b JOIN emp e ON e.boss = b.id WHERE b.id = 2 GROUP BY b.name

SELECT row_to_json(x) FROM (SELECT e.id, e.name, (SELECT array_agg(s.name ORDER BY s.id) FROM emp s WHERE s.boss = e.id) AS subs FROM emp e) x ORDER BY x.id

SELECT to_jsonb(e) ->> 'name', e.id FROM emp e JOIN emp b ON b.id = e.boss ORDER BY 2

SELECT jsonb_build_object('e', e.*, 'b', b.name) FROM emp e LEFT JOIN emp b ON b.id = e.boss WHERE e.id < 3 ORDER BY e.id

SELECT coalesce(b.name, 'none') AS boss, sum(e.sal) AS total FROM emp e LEFT JOIN emp b ON b.id = e.boss GROUP BY coalesce(b.name, 'none') ORDER BY total DESC NULLS LAST

SELECT e.name AS n FROM emp e JOIN emp b ON e.boss = b.id GROUP BY n ORDER BY n

SELECT DISTINCT ON (e.boss) e.boss, e.name FROM emp e JOIN emp x ON true ORDER BY e.boss, e.sal DESC

SELECT u1 FROM tk WHERE (ten, u1) > (8, 100) AND (ten, u1) < (9, 30) ORDER BY ten, u1

SELECT a.u1 FROM tk a JOIN tk b ON (a.ten, a.u1) = (b.ten, b.u1) WHERE b.u1 IN (3, 4) ORDER BY 1

SELECT a.u1 FROM tk a JOIN i4 ON a.u1 = i4.f1::bigint ORDER BY 1

SELECT a.u1, b.q1 FROM tk a JOIN i8 b ON a.u1 = b.q1 ORDER BY 1, 2

SELECT count(*) FROM tk a JOIN tk b ON a.s = b.s AND a.u1 <> b.u1

SELECT count(*) FROM tk a, tk b WHERE a.hun = b.hun AND a.u1 < b.u1

SELECT count(*) FROM tk a LEFT JOIN tk b ON a.u1 = b.u2 AND b.ten > 5 AND a.two = 1 WHERE b.u1 IS NULL

SELECT a.f1, b.f1 FROM i4 a FULL JOIN i4 b ON a.f1 = -b.f1 ORDER BY 1, 2

SELECT a.f1, b.f1 FROM (SELECT * FROM i4 WHERE f1 > 0) a FULL JOIN (SELECT * FROM i4 WHERE f1 < 1000) b USING (f1) ORDER BY 1, 2

SELECT f1, count(*) FROM i4 a FULL JOIN i4 b USING (f1) GROUP BY f1 ORDER BY 1

SELECT * FROM i4 a NATURAL LEFT JOIN i4 b NATURAL FULL JOIN i4 c ORDER BY 1

SELECT ss.x, ss.y FROM (SELECT f1 AS x, f1 * 2.5 AS y FROM i4) ss JOIN i8 ON ss.x = i8.q1 OR ss.y < i8.q2 WHERE x > 0 ORDER BY 1, 2 LIMIT 3

SELECT * FROM generate_series(1, 3) a (x) CROSS JOIN LATERAL generate_series(a.x, 3) b (y) WHERE y <> x ORDER BY 1, 2

SELECT * FROM generate_series(1, 2) WITH ORDINALITY AS a (x, o) JOIN generate_series(2, 3) WITH ORDINALITY b (x, p) USING (x)

SELECT x.a, x.ordinality FROM unnest(ARRAY['p', 'q']) WITH ORDINALITY AS x (a) ORDER BY 2

SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b', 'c']) AS u (n, l)

SELECT e.name, k.key, k.value FROM emp e, jsonb_each_text(to_jsonb(e)) k WHERE e.id = 1 AND k.key <> 'at' ORDER BY 2

SELECT s.id FROM (SELECT id FROM emp WHERE id < 3 UNION ALL SELECT u1 FROM tk WHERE u1 < 2) s WHERE s.id = 1

SELECT * FROM (SELECT u1 AS k, 'tk' AS src FROM tk UNION ALL SELECT id, 'emp' FROM emp) u JOIN emp ON emp.id = u.k WHERE u.k = 3 ORDER BY src

SELECT (SELECT f1 FROM i4 WHERE f1 > 5 ORDER BY f1 LIMIT 1) + 1 AS n, (SELECT 1 WHERE false) IS NULL

SELECT CASE WHEN EXISTS (SELECT 1 FROM i4 WHERE f1 = 0) THEN (SELECT count(*) FROM i8) ELSE 0 END

SELECT * FROM i4 WHERE f1 = (SELECT max(f1) FROM i4 WHERE f1 < (SELECT max(f1) FROM i4))

SELECT a.f1 FROM i4 a WHERE NOT EXISTS (SELECT 1 FROM i4 b WHERE b.f1 > a.f1)

SELECT f1 FROM i4 WHERE f1 BETWEEN (SELECT min(f1) FROM i4) AND (SELECT 0) ORDER BY 1

SELECT f1, f1 IN (VALUES (0), (123456)) FROM i4 ORDER BY f1

SELECT 1 WHERE 1 IN (SELECT 1 UNION SELECT 2 EXCEPT SELECT 1)

SELECT sum(x) FROM (SELECT count(*) AS x FROM tk GROUP BY ten HAVING count(*) > (SELECT count(*) FROM i4)) s

WITH s AS (SELECT ten, count(*) AS n, sum(u1) AS t FROM tk GROUP BY ten), m AS (SELECT max(t) AS t FROM s) SELECT s.* FROM s JOIN m USING (t)

WITH RECURSIVE c AS (SELECT id, boss, name, 1 AS d, ARRAY[id] AS path FROM emp WHERE boss IS NULL UNION ALL SELECT e.id, e.boss, e.name, d + 1, path || e.id FROM emp e JOIN c ON e.boss = c.id) SELECT name, d, path FROM c ORDER BY path

WITH RECURSIVE c (id, n) AS (SELECT id, 0 FROM emp WHERE id = 5 UNION SELECT e.boss, c.n + 1 FROM emp e, c WHERE e.id = c.id AND e.boss IS NOT NULL) SELECT c.n, e.name FROM c JOIN emp e USING (id) ORDER BY n

WITH RECURSIVE g (a, b) AS (VALUES (1, 1) UNION ALL SELECT a + 1, b * (a + 1) FROM g WHERE a < 10) SELECT max(b) FROM g

WITH x AS (SELECT * FROM emp), y AS (SELECT x.id, count(*) OVER () AS c FROM x) SELECT * FROM y WHERE id = 1

SELECT name, sal, rank() OVER (ORDER BY sal DESC NULLS LAST), sal - lag(sal) OVER (ORDER BY id) AS diff, sum(sal) OVER (ORDER BY id) FROM emp ORDER BY id

SELECT boss, name, row_number() OVER (PARTITION BY boss ORDER BY sal DESC NULLS LAST, id) FROM emp ORDER BY boss NULLS FIRST, 3

SELECT four, ten, sum(sum(u1)) OVER (PARTITION BY four), avg(ten) FROM tk GROUP BY four, ten ORDER BY four, ten LIMIT 5

SELECT count(*) OVER (PARTITION BY four), four FROM (SELECT * FROM tk WHERE two = 1) s WHERE u2 < 10 ORDER BY four, 1

SELECT last_value(ten) OVER (PARTITION BY four ORDER BY ten), ten, four FROM tk WHERE u2 < 10 ORDER BY four, ten

SELECT u1, sum(u1) OVER (ORDER BY u1 ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) FROM tk WHERE u1 < 6 ORDER BY 1

SELECT ntile(4) OVER (PARTITION BY ten ORDER BY u1), count(*) OVER w, max(u1) OVER w FROM tk WHERE u1 < 25 WINDOW w AS (PARTITION BY ten) ORDER BY 2, 3, 1 LIMIT 6

SELECT CASE WHEN rank() OVER (ORDER BY u1) > 3 THEN 'x' ELSE 'y' END AS c, u1 FROM tk WHERE u1 < 6 ORDER BY u1

SELECT u1 FROM tk WHERE u1 < 10 ORDER BY sum(u1) OVER (PARTITION BY two), u1

SELECT sum(u1) OVER (ORDER BY four RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING EXCLUDE GROUP), four FROM tk WHERE u1 < 8 ORDER BY four, 1

SELECT two, four, GROUPING(two, four), count(*) FROM tk GROUP BY CUBE (two, four) HAVING count(*) < 200 ORDER BY 3, 1, 2

SELECT two, sum(u1) FROM tk GROUP BY ROLLUP (two) ORDER BY GROUPING(two), two

SELECT four, count(*) FROM tk WHERE u1 IN (SELECT f1 FROM i4) GROUP BY GROUPING SETS ((four), ()) ORDER BY 1

-- unordered
INSERT INTO emp (id, name, boss) SELECT u1, s, (SELECT max(id) FROM emp WHERE id < 3) FROM tk LEFT JOIN i4 ON f1 = u1 WHERE u1 BETWEEN 10 AND 11 RETURNING id, name, boss

UPDATE emp e SET sal = e.sal + s.n FROM (SELECT boss, count(*) AS n FROM emp GROUP BY boss) s WHERE s.boss = e.id RETURNING e.id, e.sal, s.n

UPDATE emp SET (name, sal) = (s, hun) FROM tk WHERE tk.u1 = emp.id AND emp.id > 9 RETURNING emp.*, tk.u2

UPDATE emp SET name = (SELECT max(b.name) FROM emp b WHERE b.id < emp.id) WHERE id IN (SELECT id FROM emp ORDER BY id DESC LIMIT 1) RETURNING id, name

DELETE FROM emp e USING tk JOIN i4 ON tk.u1 = i4.f1 + 10 WHERE e.id = tk.u1 RETURNING e.id, tk.u1, f1

-- unordered
DELETE FROM emp WHERE id > 9 AND NOT EXISTS (SELECT FROM emp s WHERE s.boss = emp.id) RETURNING id

WITH moved AS (DELETE FROM i4 WHERE f1 < 0 RETURNING f1), ins AS (INSERT INTO i8 SELECT f1, -f1 FROM moved RETURNING *) SELECT (SELECT count(*) FROM moved), (SELECT sum(q2) FROM ins), (SELECT count(*) FROM i4)

SELECT count(*) FROM i4

WITH t AS (UPDATE emp SET sal = 0 WHERE id = 1 RETURNING id, sal) UPDATE emp SET sal = t.sal + 1 FROM t WHERE emp.id = t.id + 1 RETURNING emp.id, emp.sal

SELECT * FROM emp e, LATERAL (SELECT count(*) AS c FROM emp s WHERE s.boss = e.id HAVING count(*) > 0) x ORDER BY e.id

SELECT e.id, x.* FROM emp e LEFT JOIN LATERAL (SELECT s.id AS sid, s.name FROM emp s WHERE s.boss = e.id ORDER BY s.sal DESC NULLS LAST LIMIT 1) x ON true ORDER BY e.id

SELECT e.id, y.b FROM emp e, LATERAL (SELECT e.sal * 2 AS a) x, LATERAL (SELECT x.a + 1 AS b) y WHERE e.sal > 50 ORDER BY 1

SELECT t.u1 FROM tk t WHERE t.u1 = ANY (SELECT unnest(ARRAY[1, 3, 5])) ORDER BY 1

SELECT t.u1 FROM tk t, unnest(ARRAY[5, 1, 3]) WITH ORDINALITY x (id, ord) WHERE t.u1 = x.id ORDER BY x.ord

SELECT x FROM (SELECT u1 AS x FROM tk ORDER BY u1 DESC LIMIT 3) s ORDER BY x

SELECT (e).name, (e).sal FROM (SELECT e FROM emp e WHERE id = 1) s

SELECT emp.name FROM emp JOIN (SELECT 1 AS id) emp2 USING (id) WHERE emp.id = emp2.id

SELECT FROM emp JOIN i4 ON true LIMIT 2

SELECT * FROM emp e JOIN emp b ON e.boss = b.id AND e.name = ANY (SELECT b.name) ORDER BY 1

SELECT e.id FROM emp e WHERE (SELECT e.id) = 2

SELECT e.id FROM emp e WHERE e.name IN (SELECT b.name FROM emp b WHERE b.id < 3) ORDER BY 1

SELECT count(DISTINCT e) FROM emp e JOIN i4 ON true

SELECT max(e.name) FILTER (WHERE b.id IS NULL), count(b) FROM emp e LEFT JOIN emp b ON b.id = e.boss

SELECT nosuch.* FROM emp

SELECT emp.* FROM emp e

SELECT e.nosuch FROM emp e JOIN i4 ON true

SELECT * FROM emp e JOIN i4 ON e.id = i4.nosuch

SELECT * FROM emp WHERE id = (SELECT id, name FROM emp)

SELECT * FROM emp WHERE EXISTS (SELECT 1 FROM i4 WHERE i4.f1 = emps.id)

SELECT id FROM emp e, i4 e2, i8 e ORDER BY 1

SELECT count(*) FROM emp WHERE count(*) > 1

SELECT name FROM emp ORDER BY max(id)

SELECT * FROM emp ORDER BY (SELECT 1), id LIMIT (SELECT 1)

SELECT 1 FROM emp GROUP BY 2

SELECT (SELECT id FROM emp WHERE id = e.id FOR UPDATE) FROM emp e WHERE id = 1

SELECT id FROM emp WHERE id = 1 UNION SELECT id FROM emp WHERE id = 2 ORDER BY id DESC LIMIT 1

(SELECT id FROM emp ORDER BY id LIMIT 1) UNION ALL (SELECT id FROM emp ORDER BY id DESC LIMIT 1)

SELECT id, name FROM emp EXCEPT SELECT id, name FROM emp WHERE id > 1

SELECT NULL::int AS a UNION ALL SELECT 'x'

SELECT '1' AS a UNION ALL SELECT 2

SELECT id FROM emp UNION SELECT name FROM emp

SELECT a FROM (SELECT 1 AS a UNION ALL SELECT 2 UNION ALL SELECT 3) s WHERE a > 1 ORDER BY a DESC

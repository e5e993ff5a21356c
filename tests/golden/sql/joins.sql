CREATE TABLE j1 (i int PRIMARY KEY, j int, t text); CREATE TABLE j2 (i int, k int); CREATE TABLE j3 (id int PRIMARY KEY, parent int, name text); CREATE INDEX ON j3 (parent);

INSERT INTO j1 VALUES (1, 4, 'one'), (2, 3, 'two'), (3, 2, 'three'), (4, 1, 'four'), (5, 0, 'five'), (6, 6, 'six'), (7, 7, 'seven'), (8, 8, 'eight'), (0, NULL, 'zero');

INSERT INTO j2 VALUES (1, -1), (2, 2), (3, -3), (2, 4), (5, -5), (5, -5), (0, NULL), (NULL, NULL), (NULL, 0);

INSERT INTO j3 VALUES (1, NULL, 'root'), (2, 1, 'a'), (3, 1, 'b'), (4, 2, 'c'), (5, 9, 'lost');

-- unordered
SELECT * FROM j1 CROSS JOIN j2 WHERE j1.i = 1

-- unordered
SELECT * FROM j1, j2 WHERE j1.i = j2.i

-- unordered
SELECT * FROM j1 AS x (a, b, c), j2 y (d) WHERE a = d

-- unordered
SELECT j1.t, y.k FROM j1 INNER JOIN j2 y ON j1.i = y.i AND y.k > 0

-- unordered
SELECT * FROM j1 JOIN j2 USING (i)

-- unordered
SELECT i, j1.i, j2.i FROM j1 JOIN j2 USING (i)

-- unordered
SELECT * FROM j1 NATURAL JOIN j2

-- unordered
SELECT * FROM j1 t1 (a, b, c) NATURAL JOIN j2 t2 (a, d)

-- unordered
SELECT * FROM j1 t1 (a, b, c) NATURAL JOIN j2 t2 (d, a)

-- unordered
SELECT * FROM j1 JOIN j2 ON j1.i <= j2.k

-- unordered
SELECT * FROM j1 LEFT OUTER JOIN j2 USING (i)

-- unordered
SELECT * FROM j1 RIGHT JOIN j2 USING (i)

-- unordered
SELECT * FROM j1 FULL JOIN j2 USING (i)

-- unordered
SELECT * FROM j1 LEFT JOIN j2 USING (i) WHERE k = 1

-- unordered
SELECT * FROM j1 LEFT JOIN j2 USING (i) WHERE i = 1

-- unordered
SELECT j1.*, j2.k FROM j1 LEFT JOIN j2 ON j1.i = j2.i AND j2.k > 0 WHERE j2.k IS NULL

-- unordered
SELECT a.name, b.name FROM j3 a LEFT JOIN j3 b ON b.id = a.parent

-- unordered
SELECT a.name, b.name FROM j3 a LEFT JOIN j3 b ON b.id = a.parent AND a.id > 2

-- unordered
SELECT a.name, b.name, c.name FROM j3 a LEFT JOIN j3 b ON b.id = a.parent LEFT JOIN j3 c ON c.id = b.parent

-- unordered
SELECT a.name, b.name, c.name FROM j3 a LEFT JOIN (j3 b JOIN j3 c ON c.id = b.parent) ON b.id = a.parent

-- unordered
SELECT a.name, b.name FROM j3 a FULL JOIN j3 b ON a.parent = b.id AND a.id > 2 WHERE a.id IS NULL OR b.id IS NOT NULL

-- unordered
SELECT a.name, b.name FROM j3 a JOIN j3 b ON a.parent = b.id WHERE a.id = 4

-- unordered
SELECT a.name FROM j3 a JOIN j3 b ON b.parent = a.id AND b.id IN (2, 4)

-- unordered
SELECT count(*), sum(x.i), min(y.k) FROM j1 x, j2 y, j3 z WHERE x.i = y.i AND z.id = x.i

-- unordered
SELECT x::text FROM j1 x JOIN j2 y USING (i) WHERE y.k = 2

-- unordered
SELECT x::text, y::text FROM j1 x LEFT JOIN j3 y ON x.i = y.id WHERE x.i > 3

-- unordered
SELECT x.*, (y).k FROM j1 x JOIN j2 y USING (i)

-- unordered
SELECT count(y.*), count(*), count(y) FROM j1 x LEFT JOIN j3 y ON x.i = y.id

-- unordered
SELECT * FROM (j1 JOIN j2 USING (i)) AS j WHERE j.k > 1

-- unordered
SELECT * FROM j1 JOIN j2 USING (i) AS u WHERE u.i = 2

-- unordered
SELECT u.* FROM j1 JOIN j2 USING (i) AS u

SELECT u.k FROM j1 JOIN j2 USING (i) AS u

SELECT * FROM (j1 JOIN j2 USING (i)) AS j WHERE j1.i = 1

SELECT * FROM (j1 JOIN j2 USING (i)) AS j (a, b, c, d, e)

-- unordered
SELECT a, d FROM (j1 JOIN j2 USING (i)) AS j (a, b, c, d) WHERE a = 5

-- unordered
SELECT t1.a, t2.e FROM j1 t1 (a, b, c), j2 t2 (d, e) WHERE t1.a = t2.d

SELECT i FROM j1, j2

SELECT * FROM j1 JOIN j2 ON i = 1

SELECT j9.i FROM j1

SELECT j1.i FROM j1 AS x

SELECT x.nope FROM j1 x JOIN j2 y USING (i)

SELECT nope FROM j1 x JOIN j2 y USING (i)

SELECT * FROM j1, j1

SELECT * FROM j1 x JOIN j2 x ON true

SELECT * FROM j1 JOIN j2 USING (nope)

SELECT * FROM j1 JOIN j2 USING (i, i)

SELECT * FROM j1 JOIN j2 USING (k)

SELECT * FROM j1 JOIN (j2 CROSS JOIN j2 z) USING (i)

SELECT * FROM j1 JOIN j2 ON j1.i

SELECT * FROM j1 JOIN j2 ON j1.t = j2.k

SELECT * FROM j1 JOIN j3 ON j1.t = j3.id

SELECT * FROM j1 x JOIN j2 y ON x.i = z.i, j3 z

SELECT * FROM j1 x, j2 y JOIN j3 z ON z.id = x.i

SELECT * FROM j1 x, (SELECT * FROM j2 WHERE j2.i = x.i) y

-- unordered
SELECT * FROM j1 x, LATERAL (SELECT y.k FROM j2 y WHERE y.i = x.i ORDER BY y.k LIMIT 1) s

-- unordered
SELECT x.i, s.k FROM j1 x LEFT JOIN LATERAL (SELECT y.k FROM j2 y WHERE y.i = x.i) s ON true

-- unordered
SELECT x.i, n FROM j1 x, generate_series(1, x.j - 4) n

-- unordered
SELECT x.i, n FROM j1 x LEFT JOIN generate_series(1, x.j - 4) n ON n > 1

-- unordered
SELECT x.i, n, o FROM j1 x, unnest(ARRAY[x.i, x.j]) WITH ORDINALITY AS u (n, o) WHERE x.i < 3

-- unordered
SELECT * FROM j1 x, LATERAL (SELECT x.i + 1 AS a) s, LATERAL (SELECT s.a * 2 AS b) r WHERE x.i < 3

SELECT * FROM j1 x RIGHT JOIN LATERAL (SELECT x.i AS a) s ON true

SELECT * FROM j1 x FULL JOIN LATERAL generate_series(1, x.i) s ON true

SELECT * FROM LATERAL (SELECT x.i AS a) s, j1 x

-- unordered
SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(5, 7)) AS f (a, b)

-- unordered
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v (n, l) JOIN j1 ON j1.i = v.n

-- unordered
SELECT * FROM j1 JOIN (VALUES (1::bigint), (3), (NULL)) v (n) ON j1.i = v.n

-- unordered
SELECT * FROM j1 JOIN (VALUES (1::numeric), (3.0), (3.5)) v (n) ON j1.i = v.n

-- unordered
SELECT * FROM j1 JOIN (VALUES ('one'::varchar), ('two')) v (n) ON j1.t = v.n

-- unordered
SELECT * FROM j1 JOIN (VALUES ('one  '::char(8)), ('two')) v (n) ON v.n = 'one'::char(3)

SELECT * FROM j1 x FULL JOIN j2 y ON x.i < y.i

-- unordered
SELECT * FROM (SELECT 1 AS a) x FULL JOIN (SELECT 2 AS a) y USING (a)

-- unordered
SELECT * FROM (SELECT 1 AS a) x FULL JOIN (SELECT 2 AS a) y ON true

-- unordered
SELECT * FROM (SELECT 1 AS a) x FULL JOIN (SELECT 2::bigint AS a) y USING (a)

-- unordered
SELECT a, x.a, y.a FROM (SELECT 1 AS a) x FULL JOIN (SELECT 2::bigint AS a) y USING (a)

SELECT x.i FROM j1 x JOIN j3 y ON x.i = y.id ORDER BY x.i DESC LIMIT 2

SELECT x.i, y.name FROM j1 x LEFT JOIN j3 y ON x.i = y.id ORDER BY x.i LIMIT 3 OFFSET 1

SELECT x.i, y.k FROM j1 x JOIN j2 y USING (i) ORDER BY x.i, y.k NULLS FIRST

SELECT DISTINCT x.i FROM j1 x JOIN j2 y USING (i) ORDER BY 1

SELECT x.i, x.t, count(*) FROM j1 x JOIN j2 y USING (i) GROUP BY x.i ORDER BY 1

SELECT x.i, y.k FROM j1 x JOIN j2 y USING (i) GROUP BY x.i

SELECT y.i, x.t FROM j1 x JOIN j2 y USING (i) GROUP BY y.i

-- unordered
SELECT * FROM j1 x JOIN j3 y ON x.i = y.id AND y.parent = 1 FOR UPDATE OF x

-- unordered
SELECT x.i FROM j1 x JOIN j3 y ON x.i = y.id AND y.parent = 1 FOR SHARE

SELECT x.i FROM j1 x LEFT JOIN j3 y ON x.i = y.id FOR UPDATE

-- unordered
SELECT x.i FROM j1 x LEFT JOIN j3 y ON x.i = y.id FOR UPDATE OF x

SELECT x.i FROM j1 x LEFT JOIN j3 y ON x.i = y.id FOR UPDATE OF z

SELECT x.i FROM j1 x JOIN j2 USING (i) FOR UPDATE OF x, j1

UPDATE j1 SET t = y.name FROM j3 y WHERE y.id = j1.i RETURNING j1.i, t, y.name

UPDATE j1 x SET j = y.k FROM j2 y WHERE y.i = x.i AND y.k IS NOT NULL AND x.i < 4

SELECT i, t FROM j1 ORDER BY i

UPDATE j1 SET t = z.t FROM j1 z WHERE z.i = j1.i + 1 AND j1.i > 5 RETURNING *

UPDATE j1 SET j = 1 FROM j1

UPDATE j1 SET j = s.n FROM LATERAL (SELECT j1.i AS n) s

UPDATE j1 SET j1.t = 'x'

UPDATE j1 SET t = 'x' FROM j2 WHERE j3.id = 1

DELETE FROM j1 USING j3 y WHERE y.id = j1.i AND y.parent = 1 RETURNING j1.i, y.name

DELETE FROM j2 USING j1, j3 WHERE j1.i = j2.i AND j3.id = j1.i

DELETE FROM j1 x USING j1 x

INSERT INTO j1 (i, t) SELECT id + 100, a.name || b.name FROM j3 a JOIN j3 b USING (id) RETURNING *

SELECT count(*) FROM j1, j2, j3

SELECT * FROM json_to_record('{"a": 1, "b": "x", "d": [1]}') AS x (a int, b text, c date, d jsonb)

SELECT * FROM jsonb_to_recordset('[{"a": 1}, {"a": 2.345, "b": "long"}]') AS x (a numeric(4, 1), b varchar(2))

SELECT * FROM ROWS FROM (json_to_record('{"a": 1}') AS (a int), generate_series(1, 2)) WITH ORDINALITY AS f

SELECT v.n, x.a FROM (VALUES (1, '{"a": 5}'::json), (2, NULL)) v (n, j), json_to_record(v.j) AS x (a int)

SELECT * FROM json_to_record('{"a": 1}')

SELECT * FROM json_to_record('{"a": 1}') AS x (a int, a int)

SELECT * FROM generate_series(1, 2) AS x (a int)

SELECT * FROM json_each('{"a": 1}') AS x (a int)

SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(1, 2)) AS x (a int)

SELECT * FROM json_to_record('{"a": 1}') WITH ORDINALITY AS x (a int)

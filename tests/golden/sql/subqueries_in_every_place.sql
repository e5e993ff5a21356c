CREATE TABLE p (id int PRIMARY KEY, g int, v text, d date DEFAULT '2020-01-01'); CREATE TABLE c (id int PRIMARY KEY, pid int, n numeric, u text UNIQUE); CREATE INDEX ON c (pid, id); INSERT INTO p SELECT i, i % 3, 'v' || i FROM generate_series(1, 9) i; INSERT INTO c SELECT i, i % 5, i * 1.5, CASE WHEN i % 4 = 0 THEN NULL ELSE 'u' || i END FROM generate_series(1, 20) i;

SELECT s.g, s.n FROM (SELECT g, count(*) AS n FROM p GROUP BY g) s WHERE s.n > 2 AND s.g = 1

SELECT s.* FROM (SELECT DISTINCT g FROM p) s WHERE g > 0 ORDER BY g

SELECT * FROM (SELECT g, sum(id) OVER (PARTITION BY g) AS t FROM p) s WHERE g = 1 ORDER BY 1, 2

SELECT * FROM (SELECT g, row_number() OVER (ORDER BY id) AS r FROM p) s WHERE g = 1 ORDER BY 1, 2

SELECT * FROM (SELECT id, generate_series(1, 2) AS k FROM p) s WHERE k = 2 AND id = 1

SELECT * FROM (SELECT id FROM p LIMIT 3) s WHERE id > 1 ORDER BY id

SELECT * FROM p LEFT JOIN (SELECT pid, 1 AS one FROM c) s ON s.pid = p.id WHERE s.one IS NULL ORDER BY p.id

SELECT p.id, s.c FROM p LEFT JOIN (SELECT pid, coalesce(u, 'none') AS c FROM c WHERE n > 20) s ON s.pid = p.id ORDER BY 1, 2

SELECT p.id, c.id FROM p LEFT JOIN c ON c.pid = p.id AND c.n > (SELECT avg(n) FROM c x WHERE x.pid = p.id) ORDER BY 1, 2

SELECT p.id FROM p JOIN c ON EXISTS (SELECT 1 FROM c x WHERE x.pid = p.id AND x.id > c.id) WHERE c.id = 15 ORDER BY 1

SELECT p.id, (VALUES ((SELECT max(c.n) FROM c WHERE c.pid = p.id))) FROM p WHERE id < 4 ORDER BY 1

SELECT p.id, x.* FROM p, LATERAL (VALUES (p.id * 2, 'a'), (p.g, p.v)) x (a, b) WHERE p.id < 3 ORDER BY 1, 2

SELECT p.id, x.t FROM p, LATERAL (SELECT sum(c.n) AS t FROM c WHERE c.pid = p.id UNION ALL SELECT p.g) x WHERE p.id < 3 ORDER BY 1, 2

SELECT p.id, (SELECT count(*) FROM (SELECT 1 FROM c WHERE c.pid = p.id UNION ALL SELECT 2 WHERE p.id = 1) z) FROM p WHERE id < 4 ORDER BY 1

SELECT p.id, (WITH RECURSIVE w AS (SELECT p.id AS n UNION ALL SELECT n - 1 FROM w WHERE n > 1) SELECT sum(n) FROM w) FROM p ORDER BY 1

SELECT p.id, (SELECT rank() OVER (ORDER BY c.n DESC) FROM c WHERE c.pid = p.id LIMIT 1) FROM p WHERE id < 3 ORDER BY 1

SELECT p.g, (SELECT string_agg(x.v, ',' ORDER BY x.v) FROM p x WHERE x.g = p.g) FROM p GROUP BY p.g ORDER BY 1

SELECT p.g + 1, (SELECT count(*) FROM c WHERE c.pid = p.g + 1) FROM p GROUP BY p.g + 1 ORDER BY 1

SELECT p.id FROM p WHERE p.g = (SELECT c.pid FROM c WHERE c.id = p.id) ORDER BY 1

SELECT p.id FROM p WHERE (SELECT count(*) FROM c WHERE c.pid = p.id AND c.u IS NULL) > 0 ORDER BY 1

SELECT p.id FROM p WHERE p.id IN (SELECT c.pid FROM c WHERE c.n > p.g * 10 GROUP BY c.pid HAVING count(*) > 1) ORDER BY 1

SELECT p.id, p.v = ANY (ARRAY(SELECT 'v' || c.pid FROM c)) AS b FROM p ORDER BY 1

SELECT p.id FROM p WHERE ROW (p.id, p.g) IN (SELECT c.id, c.pid FROM c) ORDER BY 1

SELECT p.id FROM p WHERE (p.id, p.v) NOT IN (SELECT c.id, c.u FROM c WHERE c.id < 3) ORDER BY 1

SELECT id FROM p WHERE id NOT IN (SELECT pid FROM c) ORDER BY 1

SELECT id FROM p WHERE v <> ALL (SELECT u FROM c WHERE u IS NOT NULL) ORDER BY 1

INSERT INTO p (id, v) VALUES (1, 'new') ON CONFLICT (id) DO UPDATE SET v = excluded.v || (SELECT count(*) FROM c WHERE c.pid = p.id) WHERE EXISTS (SELECT 1 FROM c WHERE c.pid = excluded.id) RETURNING *

INSERT INTO p (id, g, v) SELECT max(id) + 1, NULL, 'x' FROM p RETURNING id, (SELECT count(*) FROM p)

-- unordered
INSERT INTO c (id, pid, n) SELECT p.id + 100, p.id, s.t FROM p JOIN LATERAL (SELECT sum(n) AS t FROM c WHERE pid = p.id) s ON s.t IS NOT NULL RETURNING id, pid, n

-- unordered
UPDATE c SET n = p.id FROM p WHERE p.id = c.pid AND c.id > 100 RETURNING c.id, c.n, p.v

UPDATE p SET g = (SELECT count(*) FROM c WHERE c.pid = p.id), v = upper(v) WHERE id <= 2 RETURNING *

UPDATE c SET (n, u) = (SELECT p.id * 2, p.v || '!') FROM p WHERE p.id = c.pid AND c.id = 101 RETURNING c.*

UPDATE c AS k SET n = 0 FROM c AS o WHERE k.pid = o.pid AND o.id = 1 AND k.id <> o.id RETURNING k.id, o.id

-- unordered
DELETE FROM c USING p, LATERAL (SELECT p.id AS x) l WHERE c.pid = l.x AND c.id > 100 RETURNING c.id

WITH a AS (SELECT id FROM p WHERE g = 1), b AS (SELECT c.* FROM c JOIN a ON a.id = c.pid) SELECT a.id, count(b.id) FROM a LEFT JOIN b ON b.pid = a.id GROUP BY a.id ORDER BY 1

WITH a AS (SELECT id FROM p), del AS (DELETE FROM c WHERE pid IN (SELECT id FROM a WHERE id = 3) RETURNING id, pid) SELECT del.id, p.v FROM del JOIN p ON p.id = del.pid ORDER BY 1

SELECT count(*) FROM c

SELECT a.id, b.id FROM p a JOIN p b ON a.id < b.id AND b.id < a.id + 2 ORDER BY 1

SELECT a.id FROM p a WHERE a.d = (SELECT max(d) FROM p) AND a.id > 8

SELECT p.id, c.id FROM p LEFT JOIN c ON c.pid = p.id WHERE c.id BETWEEN 5 AND 7 OR c.id IS NULL ORDER BY 1, 2

SELECT p.id, c.id FROM p RIGHT JOIN c ON c.pid = p.id AND p.g = 1 ORDER BY 2 LIMIT 4

SELECT coalesce(p.id, c.pid) AS k, count(c.id), max(p.v) FROM p FULL JOIN c ON p.id = c.pid GROUP BY 1 ORDER BY 1

SELECT id, x.id FROM p JOIN c x USING (id) ORDER BY x.n DESC LIMIT 2

SELECT * FROM p a JOIN p b USING (id, g) ORDER BY id LIMIT 2

SELECT DISTINCT a.g, b.g FROM p a, p b WHERE a.g <= b.g ORDER BY 1, 2

SELECT p.id FROM p, c WHERE p.id = c.id AND c.u LIKE 'u1%' ORDER BY p.id DESC

SELECT count(*) FROM p a, p b, p c WHERE a.id = b.id AND b.id = c.id

SELECT count(*) FROM p a LEFT JOIN p b ON false

SELECT count(*) FROM p a JOIN p b ON NULL

SELECT a.id FROM p a JOIN p b ON a.id = b.id AND 1 = 1 WHERE 2 > 1 AND a.id = 3

SELECT a.id FROM p a WHERE a.id = 3 AND 1 / (a.id - 3) > 0

SELECT a.id FROM p a JOIN c ON c.id = a.id WHERE a.id IN (1, 2, 3) AND c.pid IN (SELECT id FROM p WHERE g IS NOT NULL) ORDER BY a.id

SELECT array_agg(x ORDER BY x) FROM (SELECT a.id AS x FROM p a UNION SELECT b.id FROM c b WHERE b.id < 3) s

SELECT CASE WHEN a.id = 1 THEN (SELECT 'one') WHEN EXISTS (SELECT FROM c WHERE c.pid = a.id) THEN 'some' ELSE 'none' END FROM p a ORDER BY a.id

SELECT (SELECT a.v || b.v FROM p b WHERE b.id = a.id + 1) FROM p a ORDER BY a.id LIMIT 3

SELECT EXISTS (SELECT 1 FROM p WHERE id = 1), NOT EXISTS (TABLE c), (SELECT ARRAY[1, 2])[2]

SELECT a.id, ROW (a.id, (SELECT max(id) FROM c)) FROM p a WHERE id = 1

SELECT sum(a.id) FILTER (WHERE a.id IN (SELECT pid FROM c)), count(*) FROM p a

SELECT a.g, sum(a.id) AS s FROM p a GROUP BY a.g HAVING sum(a.id) > (SELECT avg(x.id) FROM p x WHERE x.g = a.g) ORDER BY 1

SELECT max(a.id) OVER (PARTITION BY (SELECT a.g)), a.id FROM p a ORDER BY a.id LIMIT 3

SELECT * FROM (VALUES (1, 2), (3, 4)) a (x, y) NATURAL JOIN (VALUES (1, 5), (3, 4)) b (x, z) ORDER BY x

SELECT * FROM (SELECT 1 AS a, 2 AS a) s

SELECT s.a FROM (SELECT 1 AS a, 2 AS a) s

SELECT s.b FROM (SELECT 1 AS a) s (b)

SELECT x FROM generate_series(1, 3) x WHERE x IN (SELECT y FROM generate_series(2, 9) y) ORDER BY 1

PREPARE q (int, text) AS SELECT p.id, (SELECT count(*) FROM c WHERE c.pid = p.id AND c.u <> $2) FROM p JOIN c ON c.id = p.id WHERE p.id = $1; EXECUTE q (2, 'u2'); EXECUTE q (3, NULL)

COPY (SELECT p.id, c.id FROM p JOIN c ON c.pid = p.id WHERE p.id = 2 ORDER BY 2) TO STDOUT

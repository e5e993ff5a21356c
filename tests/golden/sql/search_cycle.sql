CREATE TABLE edges (f int, t int, label text)

INSERT INTO edges VALUES (1, 2, 'a'), (1, 3, 'b'), (2, 3, 'c'), (1, 4, 'd'), (4, 5, 'e'), (5, 1, 'f')

WITH RECURSIVE way (f, t, label) AS (SELECT * FROM edges WHERE f <> 5 UNION ALL SELECT e.* FROM edges e, way w WHERE e.f = w.t AND w.t < 5) SEARCH DEPTH FIRST BY f, t SET seq SELECT * FROM way ORDER BY seq

WITH RECURSIVE way (f, t, label) AS (SELECT * FROM edges WHERE f <> 5 UNION DISTINCT SELECT e.* FROM edges e, way w WHERE e.f = w.t AND w.t < 5) SEARCH BREADTH FIRST BY f, t SET seq SELECT * FROM way ORDER BY seq

WITH RECURSIVE way AS (SELECT f, t FROM edges UNION ALL SELECT e.f, e.t FROM edges e JOIN way ON e.f = way.t) CYCLE f, t SET is_cycle USING path SELECT * FROM way ORDER BY path

WITH RECURSIVE way (f, t, label) AS (SELECT * FROM edges UNION ALL SELECT e.* FROM edges e, way w WHERE e.f = w.t) SEARCH DEPTH FIRST BY f, t SET seq CYCLE f SET mark TO 'Y' DEFAULT 'N' USING path SELECT * FROM way ORDER BY seq

WITH RECURSIVE way (f) AS (SELECT 1 UNION ALL SELECT t FROM edges, way WHERE edges.f = way.f) CYCLE f SET mark TO 7 DEFAULT 3 USING path SELECT f, mark, path FROM way ORDER BY path

CREATE VIEW found AS WITH RECURSIVE way (f) AS (SELECT 1 UNION ALL SELECT t FROM edges, way WHERE edges.f = way.f) CYCLE f SET mark USING path SELECT f, mark FROM way

SELECT * FROM found ORDER BY f, mark

WITH RECURSIVE way (f, t) AS (SELECT f, t FROM edges UNION ALL SELECT e.f, e.t FROM edges e, way w WHERE e.f = w.t) SEARCH DEPTH FIRST BY x SET seq SELECT * FROM way

WITH RECURSIVE way (f, t) AS (SELECT f, t FROM edges UNION ALL SELECT e.f, e.t FROM edges e, way w WHERE e.f = w.t) SEARCH DEPTH FIRST BY f, f SET seq SELECT * FROM way

WITH RECURSIVE way (f, t) AS (SELECT f, t FROM edges UNION ALL SELECT e.f, e.t FROM edges e, way w WHERE e.f = w.t) SEARCH DEPTH FIRST BY t SET f SELECT way.t FROM way

WITH RECURSIVE way (f, t) AS (SELECT f, t FROM edges UNION ALL SELECT e.f, e.t FROM edges e, way w WHERE e.f = w.t) CYCLE f, x SET mark USING path SELECT * FROM way

WITH RECURSIVE way (f, t) AS (SELECT f, t FROM edges UNION ALL SELECT e.f, e.t FROM edges e, way w WHERE e.f = w.t) CYCLE f SET f USING path SELECT * FROM way

WITH RECURSIVE way (f, t) AS (SELECT f, t FROM edges UNION ALL SELECT e.f, e.t FROM edges e, way w WHERE e.f = w.t) CYCLE f SET mark USING mark SELECT * FROM way

WITH RECURSIVE way (f, t) AS (SELECT f, t FROM edges UNION ALL SELECT e.f, e.t FROM edges e, way w WHERE e.f = w.t) SEARCH DEPTH FIRST BY f SET mark CYCLE f SET mark USING path SELECT * FROM way

WITH way (f, t) AS (SELECT f, t FROM edges) SEARCH DEPTH FIRST BY f SET seq SELECT * FROM way

WITH RECURSIVE way (f) AS (VALUES (1) UNION ALL SELECT f + 1 FROM way WHERE f < 3) SEARCH DEPTH FIRST BY f SET seq SELECT * FROM way

WITH RECURSIVE way (f) AS (SELECT 1 UNION ALL SELECT f + 1 FROM (SELECT * FROM way) AS w WHERE f < 3) SEARCH DEPTH FIRST BY f SET seq SELECT * FROM way

WITH RECURSIVE way (f, t, is_cycle, path) AS (SELECT f, t, false, ARRAY[ROW(f, t)] FROM edges UNION ALL SELECT e.f, e.t, ROW(e.f, e.t) = ANY (path), path || ROW(e.f, e.t) FROM edges e, way w WHERE e.f = w.t AND NOT is_cycle) SELECT * FROM way ORDER BY path

SELECT array_agg(r) || array_agg(r), ROW(0, 0) || array_agg(r) FROM (VALUES (ROW(1, 2)), (ROW(3, 4))) AS v (r)

SELECT array_position(a, (1, 1)), array_positions(a, (1, 1)), cardinality(a), a[1] FROM (VALUES (ARRAY[(0, 0), (1, 1)]), (ARRAY[(1, 1)])) AS v (a)

SELECT ARRAY[ROW(1, 2)] = ARRAY[ROW(1, 2)], ARRAY[ROW(1, 2)] < ARRAY[ROW(1, 3)], ARRAY[ROW(1, NULL::int)] = ARRAY[ROW(1, NULL::int)]

SELECT r FROM (VALUES (ROW(2, 'b'::text)), (ROW(1, 'z'::text)), (ROW(2, 'a'::text)), (ROW(2, NULL::text))) AS v (r) ORDER BY r

SELECT r, count(*) FROM (VALUES (ROW(2, 'b'::text)), (ROW(1, 'z'::text)), (ROW(2, 'b'::text))) AS v (r) GROUP BY r ORDER BY r DESC

SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b FROM (VALUES (ROW(1, 2), ROW(1, 3)), (ROW(1, NULL::int), ROW(1, 3))) AS v (a, b)

SELECT a = b FROM (VALUES (ROW(1, 2), ROW(1, 'x'::text)), (ROW(1, 2), ROW(1, 'x'::text))) AS v (a, b)

SELECT a < b FROM (VALUES (ROW(1, 2), ROW(1, 2, 3)), (ROW(1, 2), ROW(1, 2, 3))) AS v (a, b)

SELECT unnest(ARRAY[ROW(1, 2), ROW(3, 4)])

WITH RECURSIVE a AS (SELECT 1 AS b UNION ALL SELECT * FROM a) CYCLE b SET c USING p SELECT * FROM a

WITH RECURSIVE a (b) AS (SELECT 1 UNION ALL SELECT a.* FROM a, edges WHERE edges.f = a.b) CYCLE b SET c USING p SELECT * FROM a

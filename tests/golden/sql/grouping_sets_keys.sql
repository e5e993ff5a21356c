CREATE TABLE n (a int, b int, c text)

INSERT INTO n VALUES (1, 10, 'x'), (1, 20, 'y'), (2, 10, 'x'), (3, 30, NULL)

-- Two targets of one expression are two keys.
-- unordered
SELECT a AS p, a AS q FROM n GROUP BY p, ROLLUP (q)

-- unordered
SELECT a AS p, a AS q, count(*), a + 1 AS more FROM n GROUP BY ROLLUP (q), p

-- unordered
SELECT a AS p, a AS q, count(*), a + 1 AS more FROM n GROUP BY ROLLUP (p), q

-- unordered
SELECT a, a, grouping(a) FROM n GROUP BY GROUPING SETS (1, 2)

-- unordered
SELECT a AS p, a AS q FROM n GROUP BY GROUPING SETS ((p, q), (q)) HAVING a > 1

-- unordered
SELECT a AS p, a AS q, rank() OVER (ORDER BY a) FROM n GROUP BY GROUPING SETS (p, q)

SELECT a AS p, a AS q FROM n GROUP BY p, q ORDER BY p, q

SELECT a AS b, count(*) FROM n GROUP BY ROLLUP (b) ORDER BY 1

-- A constant that is a key is NULL in the sets without it; PostgreSQL doesn't sort by it.
-- unordered
SELECT 1 AS one, a, sum(b) FROM n GROUP BY GROUPING SETS (1, 2)

-- unordered
SELECT 1 AS one, 'c' AS two, a, sum(b), grouping(a) FROM n GROUP BY CUBE (1, 2, 3)

-- unordered
SELECT 1 AS x, 1 AS y, count(*) FROM n GROUP BY GROUPING SETS (1, 2)

-- unordered
SELECT 1 AS x, 1 AS y, count(*) FROM n GROUP BY x, ROLLUP (y)

SELECT * FROM (SELECT 1 AS x, a, sum(b) FROM n GROUP BY GROUPING SETS (1, 2)) s WHERE x = 1 AND a = 1

SELECT * FROM (SELECT 1 AS x, a, sum(b) FROM n GROUP BY GROUPING SETS (1, 2)) s WHERE x = 1

SELECT * FROM (SELECT 1 AS x, a, sum(b) FROM n GROUP BY GROUPING SETS (1, 2)) s WHERE x IS NULL ORDER BY 2

PREPARE g (int) AS SELECT $1 AS k, a, count(*) FROM n GROUP BY GROUPING SETS (1, 2)

-- unordered
EXECUTE g(5)

SELECT b % 20 AS r, b % 20 + 1 AS s, count(*) FROM n GROUP BY ROLLUP (b % 20) ORDER BY 1, b % 20

SELECT (SELECT count(*) FROM n m WHERE m.a = n.a) AS k, a FROM n GROUP BY GROUPING SETS (k, a) ORDER BY 1, 2

SELECT max(a) AS m FROM n GROUP BY ROLLUP (m)

SELECT a AS p, b AS p FROM n GROUP BY ROLLUP (p)

CREATE VIEW seen AS SELECT a AS p, a AS q, 1 AS one FROM n GROUP BY p, ROLLUP (q, one)

-- unordered
SELECT * FROM seen

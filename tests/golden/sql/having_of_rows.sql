CREATE TABLE divided (a int PRIMARY KEY, b int)

INSERT INTO divided VALUES (1, 1), (2, 2), (3, 1)

SELECT 1 FROM divided WHERE 1 / (a - 1) = 1 HAVING false

SELECT 1 FROM divided WHERE 1 / (a - 1) = 1 HAVING true

SELECT 1 FROM divided WHERE 1 / (a - 1) = 1 HAVING 1 > 2

SELECT 1 FROM divided WHERE 1 / (a - 1) = 1 HAVING 1 IN (SELECT 2)

SELECT 1 FROM divided WHERE 1 / (a - 1) = 1 HAVING random() < -1

SELECT 'all' FROM divided WHERE 1 / (a - 1) = 1 GROUP BY ()

SELECT 'all' FROM divided WHERE 1 / (a - 1) = 1 GROUP BY () HAVING false

SELECT grouping(), count(*) FROM divided WHERE 1 / (a - 1) = 1 GROUP BY ()

SELECT count(*) FROM divided WHERE 1 / (a - 1) = 1 HAVING false

SELECT count(*) FROM divided HAVING true

SELECT count(*) FROM divided HAVING count(*) > 5 AND true

SELECT count(*) FROM divided WHERE 1 / (a - 1) = 1 HAVING count(*) > 0 AND false

SELECT count(*) FROM divided HAVING NULL

SELECT b FROM divided WHERE 1 / (a - 1) = 1 GROUP BY b HAVING false

SELECT a, sum(1 / (a - 1)) FROM divided GROUP BY a HAVING a > 1 ORDER BY a

SELECT a + 1, sum(1 / (a - 1)) FROM divided GROUP BY a + 1 HAVING a + 1 > 2 AND count(*) > 0 ORDER BY 1

SELECT b, sum(a) FROM divided GROUP BY b HAVING b = 1 OR sum(a) = 2 ORDER BY b

SELECT a, sum(1 / (a - 1)) FROM divided GROUP BY ROLLUP (a) HAVING a > 1

SELECT b, sum(a) FROM divided GROUP BY b HAVING (SELECT b) = 1

SELECT b, sum(a) FROM divided d GROUP BY b HAVING EXISTS (SELECT 1 FROM divided e WHERE e.a = d.b + 1) ORDER BY b

SELECT * FROM divided o WHERE EXISTS (SELECT 1 FROM divided HAVING o.b = 1) ORDER BY a

SELECT o.a, (SELECT count(*) FROM divided i HAVING o.b = 1) FROM divided o ORDER BY 1

SELECT b, count(*) AS n, row_number() OVER (ORDER BY b) FROM divided GROUP BY b HAVING b > 1

SELECT DISTINCT b FROM divided GROUP BY a, b HAVING b = 1

SELECT max(a) FROM divided HAVING 1 = 2

SELECT max(a) FROM divided WHERE b > 0 HAVING 1 = 1

PREPARE having_of AS SELECT count(*) FROM divided WHERE 1 / (a - 1) < 5 HAVING $1

EXECUTE having_of (false)

EXECUTE having_of (true)

SELECT * FROM divided ORDER BY a FETCH FIRST NULL ROWS WITH TIES

SELECT * FROM divided ORDER BY a FETCH FIRST NULL ROWS ONLY

SELECT * FROM divided ORDER BY a LIMIT NULL

CREATE UNLOGGED TABLE pg_temp.nowhere (a int)

CREATE UNLOGGED SEQUENCE pg_temp.nowhere

CREATE TEMP SEQUENCE public.nowhere

CREATE SEQUENCE nowhere.nowhere

CREATE UNLOGGED TABLE pg_temp.nowhere AS SELECT 1

SET search_path = pg_temp, public

CREATE UNLOGGED TABLE nowhere (a int)

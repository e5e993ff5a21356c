CREATE TABLE picked (k int, s text, n int, ok bool, p numeric, d date)

CREATE UNIQUE INDEX i1 ON picked (k) WHERE n > 5

CREATE UNIQUE INDEX i2 ON picked (s) WHERE ok

CREATE UNIQUE INDEX i3 ON picked (k, s) WHERE p IS NOT NULL AND d >= '2020-01-01'

CREATE UNIQUE INDEX i4 ON picked (n) WHERE s IN ('a', 'b', 'c')

CREATE UNIQUE INDEX i5 ON picked (p) WHERE n > 5 OR ok

CREATE UNIQUE INDEX i6 ON picked (d) WHERE coalesce(n, 1) > 0 AND s LIKE '%berry'

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n > 5 DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n > 6 DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n >= 5 DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n >= 6 DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE 5 < n DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n = 7 DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n > 5 AND s = 'x' DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n > 5 OR s = 'x' DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n = 10 OR n > 20 DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n IN (6, 7) DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n IN (5, 7) DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n > 5.5 DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n = ANY ('{8,9}') DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE n BETWEEN 8 AND 9 DO NOTHING

INSERT INTO picked (k, n) VALUES (1, 6) ON CONFLICT (k) WHERE NOT n <= 5 DO NOTHING

INSERT INTO picked (s, ok) VALUES ('q', true) ON CONFLICT (s) WHERE ok DO NOTHING

INSERT INTO picked (s, ok) VALUES ('q', true) ON CONFLICT (s) WHERE ok = true DO NOTHING

INSERT INTO picked (s, ok) VALUES ('q', true) ON CONFLICT (s) WHERE ok IS true DO NOTHING

INSERT INTO picked (s, ok) VALUES ('q', true) ON CONFLICT (s) WHERE ok AND n IS NULL DO NOTHING

INSERT INTO picked (s, ok) VALUES ('q', true) ON CONFLICT (s) WHERE ok IS NOT false DO NOTHING

INSERT INTO picked (k, s, p, d) VALUES (1, 'a', 1, '2021-01-01') ON CONFLICT (k, s) WHERE p > 3 AND d > '2020-01-01' DO NOTHING

INSERT INTO picked (k, s, p, d) VALUES (1, 'a', 1, '2021-01-01') ON CONFLICT (s, k) WHERE p + 1 > 3 AND d = '2020-01-01' DO NOTHING

INSERT INTO picked (k, s, p, d) VALUES (1, 'a', 1, '2021-01-01') ON CONFLICT (s, k) WHERE p IN (1, 2) AND d >= '2019-01-01' DO NOTHING

INSERT INTO picked (k, s, p, d) VALUES (1, 'a', 1, '2021-01-01') ON CONFLICT (s, k) WHERE p IN (1, 2) AND d > '2020-01-01'::date DO NOTHING

INSERT INTO picked (n, s) VALUES (1, 'a') ON CONFLICT (n) WHERE s = 'a' DO NOTHING

INSERT INTO picked (n, s) VALUES (1, 'a') ON CONFLICT (n) WHERE s IN ('a', 'c') DO NOTHING

INSERT INTO picked (n, s) VALUES (1, 'a') ON CONFLICT (n) WHERE s IN ('a', 'd') DO NOTHING

INSERT INTO picked (n, s) VALUES (1, 'a') ON CONFLICT (n) WHERE s = 'a' OR s = 'b' DO NOTHING

INSERT INTO picked (p, n) VALUES (1, 7) ON CONFLICT (p) WHERE n > 7 DO NOTHING

INSERT INTO picked (p, n) VALUES (1, 7) ON CONFLICT (p) WHERE ok DO NOTHING

INSERT INTO picked (p, n) VALUES (1, 7) ON CONFLICT (p) WHERE ok OR n > 9 DO NOTHING

INSERT INTO picked (p, n) VALUES (1, 7) ON CONFLICT (p) WHERE ok IS NULL DO NOTHING

INSERT INTO picked (d, s) VALUES ('2020-01-01', 'blackberry') ON CONFLICT (d) WHERE s LIKE '%berry' AND coalesce(n, 1) > 1 AND p < 3 DO UPDATE SET n = excluded.n RETURNING n

INSERT INTO picked (d, s) VALUES ('2020-01-01', 'blackberry') ON CONFLICT (d) WHERE s LIKE '%berry' AND coalesce(n, 2) > 1 DO NOTHING

INSERT INTO picked (k) VALUES (1) ON CONFLICT (k) DO UPDATE SET s = excluded.ctid::text

INSERT INTO picked (k) VALUES (1) ON CONFLICT (k) DO UPDATE SET s = excluded.nothing::text

INSERT INTO picked (k, n) SELECT g, g FROM generate_series(1, 30) g

SELECT k FROM picked WHERE k = 12 AND n > 5

SELECT k FROM picked WHERE k = 12 AND n = 12

SELECT k FROM picked WHERE k BETWEEN 3 AND 9 AND n > 7 ORDER BY k

SELECT n FROM picked WHERE n BETWEEN 3 AND 9 AND s = 'a'

CREATE VIEW picked_view AS SELECT k AS kk, n AS nn FROM picked WHERE n > 0

INSERT INTO picked_view VALUES (12, 12) ON CONFLICT (kk) WHERE nn > 11 DO UPDATE SET nn = excluded.nn + 1 RETURNING *

PREPARE by_number AS INSERT INTO picked (k, n) VALUES (50, $1) ON CONFLICT (k) WHERE n > $2 DO UPDATE SET n = excluded.n + 100 RETURNING k, n

EXECUTE by_number (6, 5)

EXECUTE by_number (7, 5)

EXECUTE by_number (7, 4)

EXECUTE by_number (7, NULL)

PREPARE by_text AS INSERT INTO picked (n, s) VALUES ($1, 'c') ON CONFLICT (n) WHERE s = $2::varchar DO NOTHING

EXECUTE by_text (60, 'c')

EXECUTE by_text (60, 'b')

EXECUTE by_text (60, 'd')

INSERT INTO picked (k, n) VALUES (51, 6) ON CONFLICT (k) WHERE n > 2 + 3 DO NOTHING

INSERT INTO picked (k, n) VALUES (51, 6) ON CONFLICT (k) WHERE n > 2 + 2 DO NOTHING

INSERT INTO picked (n, s) VALUES (61, 'a') ON CONFLICT (n) WHERE s = lower('A') DO NOTHING

CREATE TABLE shelf (id int PRIMARY KEY, title text DEFAULT 'untitled', pages int, owner text)

CREATE VIEW thick AS SELECT id AS number, title, pages FROM shelf WHERE pages >= 100

INSERT INTO thick VALUES (1, 'Ulysses', 730), (2, DEFAULT, 300) RETURNING *

INSERT INTO thick (number, pages) VALUES (3, 10), (4, 444)

SELECT * FROM thick ORDER BY number

SELECT * FROM shelf ORDER BY id

UPDATE thick SET pages = pages + 1 WHERE title LIKE 'U%' RETURNING number, pages

UPDATE thick SET pages = 5 WHERE number = 3

UPDATE thick t SET title = 'x' || t.number FROM (VALUES (4)) AS v (n) WHERE t.number = v.n RETURNING t.*, v.n

DELETE FROM thick WHERE number = 3

DELETE FROM thick USING (VALUES (4)) AS v (n) WHERE number = n RETURNING title, n

SELECT * FROM shelf ORDER BY id

INSERT INTO thick (number, pages) VALUES (1, 100) ON CONFLICT (number) DO UPDATE SET title = excluded.number || thick.title RETURNING *

INSERT INTO thick (number, pages) VALUES (3, 100) ON CONFLICT (number) DO UPDATE SET title = 'never' RETURNING *

INSERT INTO thick (number) VALUES (1) ON CONFLICT DO NOTHING

INSERT INTO thick (id) VALUES (9)

UPDATE thick SET owner = 'me'

UPDATE thick SET nothing = 1

INSERT INTO thick VALUES (1, 'a', 1, 'b')

-- unordered
INSERT INTO thick SELECT number + 10, title, pages FROM thick RETURNING number

WITH changed AS (UPDATE thick SET pages = 1000 WHERE number = 11 RETURNING *) SELECT * FROM changed

PREPARE set_title AS UPDATE thick SET title = $2 WHERE number = $1

EXECUTE set_title(11, 'prepared')

SELECT number, title FROM thick WHERE number = 11

CREATE VIEW computed AS SELECT id, upper(title) AS loud, pages * 2 AS twice, ctid AS place FROM shelf

UPDATE computed SET loud = 'A' WHERE id = 1

UPDATE computed SET place = NULL WHERE id = 1

INSERT INTO computed (id, twice) VALUES (20, 3)

INSERT INTO computed (id, twice) VALUES (20, DEFAULT)

INSERT INTO computed (id) VALUES (20) RETURNING id, loud, twice

UPDATE computed SET id = 21 WHERE loud = 'UNTITLED' AND id = 20 RETURNING id, twice

CREATE VIEW over AS SELECT id AS i, loud AS l, twice + 1 AS more FROM computed WHERE id > 5

UPDATE over SET l = 'x'

UPDATE over SET more = 1

UPDATE over SET i = 22 WHERE i = 21 RETURNING *

DELETE FROM over WHERE i = 22

CREATE VIEW doubled AS SELECT id, title, id AS again FROM shelf

UPDATE doubled SET id = 5, again = 6

INSERT INTO doubled VALUES (30, 'x', 31)

INSERT INTO doubled (again, title) VALUES (30, 'thirty') RETURNING *

DELETE FROM doubled WHERE again = 30

CREATE VIEW grouped AS SELECT pages, count(*) FROM shelf GROUP BY pages

CREATE VIEW counted AS SELECT count(*) AS n FROM shelf

CREATE VIEW ranked AS SELECT id, rank() OVER (ORDER BY pages) FROM shelf

CREATE VIEW several AS SELECT id, generate_series(1, 2) AS n FROM shelf

CREATE VIEW few AS SELECT * FROM shelf LIMIT 2

CREATE VIEW different AS SELECT DISTINCT title FROM shelf

CREATE VIEW joined AS SELECT a.id FROM shelf a, shelf b

CREATE VIEW united AS SELECT id FROM shelf UNION SELECT 1

CREATE VIEW having AS SELECT 1 AS one FROM shelf HAVING true

CREATE VIEW with_query AS WITH w AS (SELECT 1) SELECT id FROM shelf

CREATE VIEW constant AS SELECT 1 AS one FROM shelf

CREATE VIEW of_values AS VALUES (1)

CREATE VIEW of_nothing AS SELECT 1 AS one

INSERT INTO grouped VALUES (1, 1)

UPDATE counted SET n = 1

DELETE FROM ranked

DELETE FROM several

UPDATE few SET title = 'x'

UPDATE different SET title = 'x'

DELETE FROM joined

DELETE FROM united

DELETE FROM having

DELETE FROM with_query

UPDATE constant SET one = 1

DELETE FROM constant WHERE one = 2

DELETE FROM of_values

DELETE FROM of_nothing

CREATE VIEW over_few AS SELECT id FROM few

DELETE FROM over_few

SELECT table_name, is_updatable, is_insertable_into FROM information_schema.views WHERE table_schema = 'public' ORDER BY table_name

SELECT table_name, column_name, is_updatable FROM information_schema.columns WHERE table_name IN ('computed', 'over', 'few', 'constant') ORDER BY table_name, ordinal_position

SELECT table_name, is_insertable_into FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name

SELECT relname, pg_relation_is_updatable(oid, false), pg_column_is_updatable(oid, 2::smallint, false) FROM pg_class WHERE relname IN ('shelf', 'thick', 'computed', 'over', 'few') ORDER BY relname

TRUNCATE thick

SELECT * FROM thick WHERE number = 1 FOR UPDATE

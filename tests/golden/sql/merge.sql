CREATE TABLE stock (id int PRIMARY KEY, amount int DEFAULT 7 CHECK (amount < 1000), note text DEFAULT 'new')

CREATE TABLE delivery (id int, change int)

INSERT INTO stock VALUES (1, 10), (2, 20), (3, 30)

INSERT INTO delivery VALUES (2, 5), (3, -30), (4, 7), (NULL, 9)

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN MATCHED AND stock.amount + delivery.change = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET amount = stock.amount + delivery.change, note = 'changed' WHEN NOT MATCHED AND delivery.id IS NOT NULL THEN INSERT (id, amount) VALUES (delivery.id, delivery.change) WHEN NOT MATCHED THEN DO NOTHING

SELECT * FROM stock ORDER BY id

MERGE INTO stock AS s USING (VALUES (1), (1)) AS v (i) ON s.id = v.i WHEN MATCHED THEN UPDATE SET amount = 0

MERGE INTO stock AS s USING (VALUES (1), (1)) AS v (i) ON s.id = v.i WHEN MATCHED THEN DELETE

MERGE INTO stock AS s USING (VALUES (1), (1)) AS v (i) ON s.id = v.i WHEN MATCHED THEN DO NOTHING

MERGE INTO stock AS s USING (VALUES (9), (9)) AS v (i) ON s.id = v.i WHEN NOT MATCHED THEN INSERT VALUES (i, 1)

MERGE INTO stock AS s USING (VALUES (9)) AS v (i) ON s.id = v.i WHEN NOT MATCHED THEN INSERT VALUES (i, 5000)

MERGE INTO stock AS s USING (VALUES (1)) AS v (i) ON s.id = v.i WHEN MATCHED THEN UPDATE SET amount = 5000

MERGE INTO stock AS s USING (VALUES (9), (10)) AS v (i) ON s.id = v.i WHEN NOT MATCHED THEN INSERT VALUES (i, DEFAULT)

MERGE INTO stock AS s USING (VALUES (NULL::int)) AS v (i) ON s.id = v.i WHEN NOT MATCHED THEN INSERT DEFAULT VALUES

MERGE INTO stock AS a USING stock AS b ON a.id = b.id + 1 WHEN MATCHED THEN UPDATE SET (amount, note) = (b.amount, b.note || a.note) WHEN NOT MATCHED THEN INSERT VALUES (b.id + 100, DEFAULT, b.note)

SELECT * FROM stock ORDER BY id

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN MATCHED THEN DELETE WHEN MATCHED THEN DO NOTHING

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN NOT MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT DEFAULT VALUES

MERGE INTO stock USING stock ON true WHEN MATCHED THEN DELETE

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN NOT MATCHED THEN INSERT VALUES (stock.id, 1)

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN NOT MATCHED AND stock.amount > 1 THEN INSERT VALUES (1, 1)

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN MATCHED THEN UPDATE SET nothing = 1

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN NOT MATCHED THEN INSERT (id, id) VALUES (1, 1)

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (1)

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN NOT MATCHED THEN INSERT VALUES (1, 2, 'x', 3)

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN MATCHED AND count(*) > 1 THEN DELETE

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN MATCHED AND 1 THEN DELETE

MERGE INTO nothing USING delivery ON true WHEN MATCHED THEN DELETE

MERGE INTO stock USING nothing ON true WHEN MATCHED THEN DELETE

WITH wanted AS (SELECT 101 AS id) MERGE INTO stock USING wanted ON wanted.id = stock.id WHEN MATCHED THEN DELETE

WITH RECURSIVE wanted AS (SELECT 101 AS id) MERGE INTO stock USING wanted ON wanted.id = stock.id WHEN MATCHED THEN DELETE

WITH gone AS (MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN MATCHED THEN DELETE) SELECT 1

MERGE INTO stock AS s USING (SELECT id, sum(change) AS change FROM delivery GROUP BY id) AS d ON s.id = d.id WHEN MATCHED AND d.change > (SELECT min(change) FROM delivery) THEN UPDATE SET amount = (SELECT max(change) FROM delivery WHERE delivery.id = s.id) WHEN NOT MATCHED AND EXISTS (SELECT FROM delivery WHERE delivery.id = d.id) THEN INSERT VALUES (d.id, (SELECT count(*) FROM delivery))

SELECT * FROM stock ORDER BY id

MERGE INTO stock AS s USING generate_series(1, 3) AS n ON s.id = n WHEN MATCHED THEN UPDATE SET note = n::text

MERGE INTO stock AS s USING delivery AS d JOIN delivery AS e ON d.id = e.id ON s.id = d.id WHEN MATCHED THEN UPDATE SET amount = d.change + e.change

SELECT * FROM stock ORDER BY id

PREPARE put (int, int) AS MERGE INTO stock USING (SELECT $1 AS i, $2 AS j) AS v ON stock.id = v.i WHEN MATCHED THEN UPDATE SET amount = j WHEN NOT MATCHED THEN INSERT VALUES (i, j, 'put')

EXECUTE put(500, 1)

EXECUTE put(500, 2)

SELECT * FROM stock WHERE id = 500

CREATE VIEW shown AS SELECT * FROM stock

MERGE INTO shown USING delivery ON shown.id = delivery.id WHEN MATCHED THEN DELETE

CREATE MATERIALIZED VIEW kept AS SELECT * FROM stock

MERGE INTO kept USING delivery ON kept.id = delivery.id WHEN MATCHED THEN DELETE

CREATE TABLE numbered (id int GENERATED ALWAYS AS IDENTITY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED)

MERGE INTO numbered USING generate_series(1, 3) AS g ON n = g WHEN NOT MATCHED THEN INSERT (n) VALUES (g)

MERGE INTO numbered USING generate_series(1, 3) AS g ON n = g WHEN MATCHED AND g = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET n = n + 10

MERGE INTO numbered USING generate_series(1, 3) AS g ON n = g WHEN NOT MATCHED THEN INSERT (id, n) VALUES (70, g)

MERGE INTO numbered USING generate_series(7, 7) AS g ON n = g WHEN NOT MATCHED THEN INSERT (id, n) OVERRIDING SYSTEM VALUE VALUES (70, g)

MERGE INTO numbered USING generate_series(1, 3) AS g ON n = g WHEN MATCHED THEN UPDATE SET twice = 1

SELECT n, twice FROM numbered ORDER BY n

CREATE ROLE merger

GRANT SELECT ON delivery, stock TO merger

GRANT UPDATE (note) ON stock TO merger

SET ROLE merger

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN MATCHED THEN UPDATE SET note = 'by merger'

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN MATCHED THEN UPDATE SET amount = 1

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN MATCHED THEN DELETE

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN NOT MATCHED THEN INSERT VALUES (77)

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN MATCHED THEN DO NOTHING

RESET ROLE

BEGIN READ ONLY

MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN MATCHED THEN DELETE

ROLLBACK

DROP TABLE stock CASCADE

DROP TABLE delivery

DROP ROLE merger

CREATE TABLE amounts (id int PRIMARY KEY, amount int DEFAULT 5, note text, CHECK (amount < 1000))

CREATE VIEW positive AS SELECT * FROM amounts WHERE amount > 0 WITH LOCAL CHECK OPTION

CREATE VIEW small AS SELECT id, amount FROM positive WHERE amount < 100 WITH CHECK OPTION

CREATE VIEW loose AS SELECT id, amount FROM amounts WHERE amount > 0

CREATE VIEW over_loose AS SELECT * FROM loose WHERE amount < 100 WITH LOCAL CHECK OPTION

CREATE VIEW strict AS SELECT * FROM loose WHERE amount < 100 WITH CASCADED CHECK OPTION

INSERT INTO positive VALUES (1, 10), (2, 2000)

INSERT INTO positive VALUES (1, 10), (2, -1)

INSERT INTO positive VALUES (1, 10), (2, NULL)

INSERT INTO positive (id) VALUES (1)

INSERT INTO small VALUES (2, 50)

INSERT INTO small VALUES (3, 500)

INSERT INTO small VALUES (3, -500)

INSERT INTO over_loose VALUES (3, -500)

INSERT INTO over_loose VALUES (4, 500)

INSERT INTO strict VALUES (4, -500)

INSERT INTO strict VALUES (4, 500)

UPDATE positive SET amount = -1 WHERE id = 1

UPDATE small SET amount = 99 WHERE id = 1 RETURNING *

UPDATE small SET amount = amount + 1 WHERE id = 1

INSERT INTO small VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET amount = 1000

INSERT INTO small VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET amount = 100

UPDATE positive SET amount = -1 FROM (VALUES (1)) AS v (n) WHERE id = n

SELECT * FROM amounts ORDER BY id

SELECT table_name, check_option FROM information_schema.views WHERE table_schema = 'public' ORDER BY table_name

SELECT relname, reloptions FROM pg_class WHERE relkind = 'v' AND relname IN ('positive', 'small', 'loose') ORDER BY relname

CREATE VIEW counted AS SELECT count(*) FROM amounts WITH CHECK OPTION

CREATE VIEW several AS SELECT a.id FROM amounts a, amounts b WITH CHECK OPTION

CREATE VIEW option WITH (check_option = local) AS SELECT * FROM amounts WHERE id > 0

CREATE VIEW wrong WITH (check_option = other) AS SELECT * FROM amounts

CREATE VIEW wrong WITH (security_barrier = 7) AS SELECT * FROM amounts

CREATE VIEW wrong WITH (nonsense) AS SELECT * FROM amounts

ALTER VIEW loose SET (check_option = cascaded, security_barrier)

INSERT INTO loose VALUES (9, -1)

ALTER VIEW loose RESET (check_option)

INSERT INTO loose VALUES (9, -1)

SELECT reloptions FROM pg_class WHERE relname = 'loose'

ALTER VIEW loose SET (nonsense = 1)

ALTER VIEW loose ALTER COLUMN amount SET DEFAULT 77

INSERT INTO loose (id) VALUES (10) RETURNING *

INSERT INTO loose VALUES (11, DEFAULT) RETURNING *

UPDATE loose SET amount = DEFAULT WHERE id = 11 RETURNING *

INSERT INTO over_loose (id) VALUES (12) RETURNING *

INSERT INTO amounts (id) VALUES (13) RETURNING *

ALTER VIEW loose ALTER amount DROP DEFAULT

INSERT INTO loose (id) VALUES (14) RETURNING *

ALTER VIEW loose ALTER COLUMN nothing SET DEFAULT 1

ALTER VIEW loose ALTER COLUMN amount SET DEFAULT 'x'

ALTER TABLE loose ADD COLUMN other int

CREATE ROLE reader

GRANT SELECT, INSERT, UPDATE, DELETE ON loose TO reader

GRANT SELECT ON positive TO reader

SET ROLE reader

INSERT INTO loose VALUES (20, 1)

UPDATE loose SET amount = 2 WHERE id = 20

SELECT * FROM loose WHERE id = 20 FOR UPDATE

DELETE FROM loose WHERE id = 20

INSERT INTO positive VALUES (20, 1)

UPDATE positive SET amount = 2

DELETE FROM positive

SELECT id FROM positive FOR UPDATE

SELECT id FROM amounts

RESET ROLE

ALTER VIEW loose SET (security_invoker = on)

SET ROLE reader

SELECT * FROM loose

INSERT INTO loose VALUES (21, 1)

RESET ROLE

GRANT SELECT, INSERT ON amounts TO reader

SET ROLE reader

INSERT INTO loose VALUES (21, 1)

SELECT * FROM loose WHERE id = 21

DELETE FROM loose WHERE id = 21

SELECT * FROM loose WHERE id = 21 FOR SHARE

RESET ROLE

DROP TABLE amounts CASCADE

DROP ROLE reader

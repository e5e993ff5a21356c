CREATE DOMAIN present AS int CHECK (VALUE IS NOT NULL)

CREATE DOMAIN filled AS text NOT NULL

CREATE TABLE computed (a int PRIMARY KEY, b present GENERATED ALWAYS AS (a * 2) STORED, c filled GENERATED ALWAYS AS ('x' || 'y') STORED)

INSERT INTO computed (a) VALUES (1)

INSERT INTO computed VALUES (2, DEFAULT, DEFAULT), (3, DEFAULT, DEFAULT)

INSERT INTO computed SELECT 4 RETURNING *

ALTER TABLE computed ADD COLUMN d present GENERATED ALWAYS AS (a + 1) STORED

ALTER TABLE computed ADD COLUMN e present GENERATED ALWAYS AS (nullif(a, 3)) STORED

CREATE TABLE loose (a int, b present GENERATED ALWAYS AS (a) STORED)

INSERT INTO loose VALUES (NULL)

INSERT INTO loose VALUES (3) RETURNING *

UPDATE loose SET a = NULL

UPDATE loose SET b = DEFAULT RETURNING *

MERGE INTO loose USING (VALUES (9)) v (n) ON false WHEN NOT MATCHED THEN INSERT (a) VALUES (n)

CREATE TYPE pair AS (x int, y int)

CREATE DOMAIN right_pair AS pair CHECK ((VALUE).x > 0)

CREATE DOMAIN positive AS int CHECK (VALUE > 0)

CREATE TYPE inner_parts AS (x positive, y positive[])

CREATE TABLE nested (f1 right_pair[], f2 inner_parts[], f3 inner_parts, f4 right_pair, f5 positive[])

INSERT INTO nested VALUES (array['(1,2)']::right_pair[], array[row(1, array[1, 2])::inner_parts], row(1, '{2}'), row(3, 4), '{1,2}')

UPDATE nested SET f1[1].x = -1

UPDATE nested SET f1[1].y = -1 RETURNING f1

UPDATE nested SET f1[2].y = -1 RETURNING f1

UPDATE nested SET f1[4].x = 0

UPDATE nested SET f2[1].x = -1

UPDATE nested SET f2[1].y[1] = -1

UPDATE nested SET f2[3].y[1] = 6 RETURNING f2

UPDATE nested SET f3.x = -1

UPDATE nested SET f3.y[2] = 0

UPDATE nested SET f4.x = 0

UPDATE nested SET f5[3] = -1

INSERT INTO nested (f1[1].x, f1[1].y) VALUES (0, 1)

INSERT INTO nested (f1[1].y, f1[1].x) VALUES (1, 1) RETURNING f1

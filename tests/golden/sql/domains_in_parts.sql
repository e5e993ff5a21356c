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

-- Several parts of one column: the domain's constraints are tested once they all are there.
CREATE TYPE of_two AS (a int, b text[]);
CREATE DOMAIN whole AS of_two CHECK ((value).b[1] IS NOT NULL);
CREATE DOMAIN full_pair AS int[] CHECK (value[1] IS NOT NULL AND value[2] IS NOT NULL);
CREATE TABLE in_pieces (id int PRIMARY KEY, w whole, f full_pair DEFAULT '{1,2}')

INSERT INTO in_pieces (id, w.a, w.b) VALUES (1, 1, ARRAY['foo'])

INSERT INTO in_pieces (id, w.a) VALUES (2, 1)

INSERT INTO in_pieces (id, w.a, w.b) VALUES (3, 1, '{foo}'), (4, 2, '{bar}')

INSERT INTO in_pieces (id, w.a, w.b) SELECT 5, 3, '{baz,quux}'

INSERT INTO in_pieces (id, w.a, w.b[1], w.b[2]) VALUES (6, 1, 'x', 'y')

INSERT INTO in_pieces (id, w.b, w.a, f[1], f[2]) VALUES (7, '{w}', 1, 1, 2)

INSERT INTO in_pieces (id, w.b, f[2]) VALUES (8, '{w}', 2)

UPDATE in_pieces SET w.a = 9, w.b = '{z}', f[1] = 5, f[2] = 6 WHERE id = 7 RETURNING *

UPDATE in_pieces SET f[1] = NULL, f[2] = 8 WHERE id = 7

TABLE in_pieces ORDER BY id

CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY, body text NOT NULL)

CREATE ROLE writer

GRANT INSERT, SELECT ON notes TO writer

SET ROLE writer

INSERT INTO notes (body) VALUES ('a'), ('b') RETURNING *

SELECT nextval('notes_id_seq')

RESET ROLE

ALTER TABLE notes ALTER COLUMN id DROP NOT NULL

ALTER TABLE notes ALTER COLUMN body ADD GENERATED ALWAYS AS IDENTITY

ALTER TABLE notes ALTER COLUMN id TYPE text

ALTER TABLE notes ALTER COLUMN id TYPE bigint

SELECT seqtypid::regtype, seqmax FROM pg_sequence WHERE seqrelid = 'notes_id_seq'::regclass

INSERT INTO notes (body) VALUES ('c') RETURNING id

SELECT sequence_name FROM information_schema.sequences

CREATE SEQUENCE down AS smallint INCREMENT -1 MINVALUE -32768

CREATE SEQUENCE up AS smallint MINVALUE -32768

ALTER SEQUENCE down AS int

ALTER SEQUENCE up AS int

SELECT sequencename, data_type, start_value, min_value, max_value FROM pg_sequences WHERE sequencename IN ('up', 'down') ORDER BY 1

CREATE TABLE checked (a int, CHECK (ctid::text = 'x'))

CREATE TABLE checked (a int, CHECK (a > 0 AND xmin::text <> 'x'))

CREATE TABLE parent (a int PRIMARY KEY)

CREATE TABLE child (a int, FOREIGN KEY (tableoid) REFERENCES parent)

CREATE TABLE child (a int REFERENCES parent (ctid))

CREATE TABLE child (a int, b int, FOREIGN KEY (a) REFERENCES parent ON UPDATE SET NULL (a))

CREATE TABLE computed (a int, b int GENERATED ALWAYS AS (a * 2) STORED)

ALTER TABLE computed ALTER COLUMN b TYPE boolean USING b <> 0

CREATE TEMP TABLE first_of_all (a int PRIMARY KEY, b int REFERENCES first_of_all)

INSERT INTO first_of_all VALUES (1, 1), (2, 1)

UPDATE first_of_all SET b = 2 WHERE a = 1

CREATE TEMP SEQUENCE own

BEGIN READ ONLY

SELECT nextval('own')

SELECT setval('own', 5)

SELECT nextval('up')

ROLLBACK

CREATE TABLE keyed (key int PRIMARY KEY, data text, b int)

INSERT INTO keyed VALUES (1, 'x', 1), (2, 'y', 2)

-- unordered
SELECT key, data, grouping(key, b) FROM keyed GROUP BY GROUPING SETS ((key, b), (key))

SELECT key, data FROM keyed GROUP BY GROUPING SETS ((key, b), (b))

SELECT grouping(a), a, array_agg(b), rank(a) WITHIN GROUP (ORDER BY b NULLS FIRST), rank(a + 0) WITHIN GROUP (ORDER BY b NULLS LAST) FROM (VALUES (1, 1), (1, 4), (1, 5), (3, 1), (3, 2)) AS v (a, b) GROUP BY ROLLUP (a) ORDER BY a

SELECT CASE 1 WHEN 0 THEN 1 / 0 WHEN 1 THEN 1 ELSE 2 / 0 END, CASE 'a' WHEN 'a' THEN 1 ELSE 1 / 0 END

DROP TABLE notes

DROP ROLE writer

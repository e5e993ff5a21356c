CREATE SCHEMA first CREATE VIEW seen AS SELECT id, mood FROM things WHERE id > 0 CREATE TABLE things (id serial PRIMARY KEY, mood text UNIQUE) CREATE SEQUENCE counter CREATE INDEX ON things (mood, id) GRANT SELECT ON things TO PUBLIC

SELECT relname, relkind FROM pg_class WHERE relnamespace = 'first'::regnamespace ORDER BY relname

CREATE SCHEMA wrong CREATE TABLE other.things (a int)

CREATE SCHEMA wrong CREATE TABLE a (b int) CREATE TABLE a (b int)

SELECT nspname FROM pg_namespace WHERE nspname = 'wrong'

CREATE TYPE first.feeling AS ENUM ('good', 'bad')

ALTER TABLE first.things ADD COLUMN f first.feeling DEFAULT 'good'

INSERT INTO first.things (mood) VALUES ('a'), ('b')

CREATE VIEW outside AS SELECT mood, f FROM first.things

CREATE MATERIALIZED VIEW first.kept AS SELECT count(*) FROM first.things

PREPARE all_things AS SELECT count(*) FROM first.things

EXECUTE all_things

ALTER SCHEMA first RENAME TO second

SELECT * FROM first.things

SELECT * FROM second.things ORDER BY id

SELECT * FROM second.seen ORDER BY id

SELECT * FROM outside ORDER BY mood

EXECUTE all_things

INSERT INTO second.things (mood, f) VALUES ('c', 'bad') RETURNING *

REFRESH MATERIALIZED VIEW second.kept

SELECT * FROM second.kept

SELECT 'bad'::second.feeling

SELECT relname FROM pg_class WHERE relnamespace = 'second'::regnamespace ORDER BY relname

CREATE SCHEMA first

ALTER SCHEMA second RENAME TO first

ALTER SCHEMA nothing RENAME TO something

ALTER SCHEMA second RENAME TO pg_mine

CREATE ROLE stranger

SET ROLE stranger

ALTER SCHEMA second RENAME TO third

RESET ROLE

BEGIN

ALTER SCHEMA second RENAME TO third

CREATE TABLE third.more (a int)

ROLLBACK

SELECT count(*) FROM second.things

DROP SCHEMA second CASCADE

DROP ROLE stranger

BEGIN

DECLARE one SCROLL CURSOR FOR SELECT 1

DECLARE two NO SCROLL CURSOR WITH HOLD FOR SELECT 2

SELECT name, statement, is_holdable, is_binary, is_scrollable, creation_time <= now() FROM pg_cursors ORDER BY name

COMMIT

SELECT name FROM pg_cursors

CREATE TABLE sales (id int PRIMARY KEY, region text, amount numeric(10,2))

INSERT INTO sales VALUES (1, 'north', 10), (2, 'south', 20.5), (3, 'north', 5)

CREATE MATERIALIZED VIEW totals AS SELECT region, sum(amount) AS total, count(*) FROM sales GROUP BY region

SELECT * FROM totals ORDER BY region

INSERT INTO sales VALUES (4, 'east', 1)

SELECT * FROM totals ORDER BY region

REFRESH MATERIALIZED VIEW totals

SELECT * FROM totals ORDER BY region

CREATE MATERIALIZED VIEW empty (a, b) AS SELECT id, region FROM sales WITH NO DATA

SELECT * FROM empty

EXECUTE nothing

REFRESH MATERIALIZED VIEW CONCURRENTLY empty

REFRESH MATERIALIZED VIEW empty

SELECT a, b FROM empty ORDER BY a

REFRESH MATERIALIZED VIEW empty WITH NO DATA

SELECT count(*) FROM empty

REFRESH MATERIALIZED VIEW CONCURRENTLY empty WITH NO DATA

CREATE MATERIALIZED VIEW IF NOT EXISTS empty AS SELECT 1

CREATE MATERIALIZED VIEW empty AS SELECT 1

CREATE MATERIALIZED VIEW wrong (a, b) AS SELECT 1

CREATE UNIQUE INDEX totals_region ON totals (region)

REFRESH MATERIALIZED VIEW CONCURRENTLY totals

SELECT * FROM totals WHERE region = 'north'

CREATE MATERIALIZED VIEW over AS SELECT * FROM totals WHERE total > 10

SELECT region, total, count FROM over ORDER BY region

REFRESH MATERIALIZED VIEW CONCURRENTLY over

INSERT INTO totals VALUES ('x', 1, 1)

UPDATE totals SET total = 1

DELETE FROM totals

TRUNCATE totals

COPY totals FROM STDIN

COPY totals (region) TO STDOUT

ALTER TABLE totals ADD COLUMN more int

ALTER MATERIALIZED VIEW totals ALTER COLUMN region SET STATISTICS 100

DROP TABLE totals

DROP VIEW totals

DROP TABLE sales

ALTER TABLE sales DROP COLUMN amount

ALTER TABLE sales ALTER COLUMN amount TYPE float8

REFRESH MATERIALIZED VIEW sales

REFRESH MATERIALIZED VIEW nothing

SELECT relname, relkind, relispopulated FROM pg_class WHERE relname IN ('totals', 'empty', 'over', 'sales') ORDER BY relname

SELECT schemaname, matviewname, hasindexes, ispopulated FROM pg_matviews ORDER BY matviewname

SELECT tablename FROM pg_tables WHERE schemaname = 'public'

SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'

ALTER MATERIALIZED VIEW empty RENAME TO hollow

ALTER MATERIALIZED VIEW hollow RENAME COLUMN a TO first

REFRESH MATERIALIZED VIEW hollow

SELECT first, b FROM hollow ORDER BY first

ALTER TABLE sales RENAME COLUMN region TO area

ALTER TABLE sales RENAME TO deals

REFRESH MATERIALIZED VIEW totals

SELECT * FROM totals ORDER BY region

COMMENT ON MATERIALIZED VIEW totals IS 'by region'

SELECT obj_description('totals'::regclass, 'pg_class')

CREATE MATERIALIZED VIEW twice AS SELECT amount FROM deals WHERE id = 1

CREATE UNIQUE INDEX twice_amount ON twice (amount)

CREATE VIEW plain AS SELECT * FROM hollow

REFRESH MATERIALIZED VIEW hollow WITH NO DATA

SELECT * FROM plain

CREATE TEMP TABLE passing (a int)

CREATE MATERIALIZED VIEW of_passing AS SELECT * FROM passing

CREATE MATERIALIZED VIEW writing AS WITH w AS (DELETE FROM deals RETURNING id) SELECT * FROM w

BEGIN

DELETE FROM deals WHERE area = 'east'

REFRESH MATERIALIZED VIEW totals

SELECT count(*) FROM totals

ROLLBACK

SELECT count(*) FROM totals

CREATE MATERIALIZED VIEW many AS SELECT id % 2 AS half FROM deals WHERE id < 3

CREATE UNIQUE INDEX many_half ON many (half)

DROP MATERIALIZED VIEW many

CREATE ROLE refresher

GRANT SELECT ON totals TO refresher

SET ROLE refresher

SELECT count(*) FROM totals

REFRESH MATERIALIZED VIEW totals

LOCK TABLE deals

COMMENT ON TABLE deals IS 'mine'

COMMENT ON COLUMN deals.id IS 'mine'

COMMENT ON SCHEMA public IS 'mine'

RESET ROLE

DROP MATERIALIZED VIEW totals

DROP MATERIALIZED VIEW totals CASCADE

DROP MATERIALIZED VIEW IF EXISTS totals

DROP ROLE refresher

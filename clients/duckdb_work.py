"""An analyst's work with DuckDB's postgres extension. Arguments: the statements that attach, a folder."""

import pathlib
import sys
from typing import Any

import duckdb
import duckdb_ext

EXTENSION = next(
    pathlib.Path(duckdb_ext.__file__).parent.rglob("postgres_scanner.duckdb_extension")
)

READS = """
FROM ts.orders ORDER BY id LIMIT 1;
SELECT count(*), sum(total), max(placed) FROM ts.orders;
SELECT open, count(*) FROM ts.orders WHERE id > 10 AND who LIKE 'w1%' GROUP BY open ORDER BY open;
SELECT who FROM ts.orders WHERE total = 5.25 AND day = DATE '2024-01-06';
SELECT count(*) FROM ts.orders WHERE tags IS NULL OR n IN (1, 2, 3);
FROM postgres_query('ts', 'SELECT id, who FROM orders ORDER BY id LIMIT 2');
DESCRIBE ts.orders;
SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'ts' AND schema_name = 'public' ORDER BY ALL;
SELECT o.who FROM ts.orders o JOIN range(5) r ON o.id = r.range ORDER BY 1;
FROM ts.moods;
"""
WRITES = """
CREATE TABLE ts.made AS SELECT range AS id, 'x' || range AS name, range::DOUBLE / 3 AS f, range::DECIMAL(10, 2) AS dec, DATE '2024-01-01' + range::INT AS d, [range, range + 1] AS l, (range % 2 = 0) AS b, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID AS u, TIMESTAMP '2024-01-01' AS ts, '\\xAA'::BLOB AS bl, INTERVAL 1 DAY AS iv FROM range(5000);
FROM ts.made WHERE id = 7;
INSERT INTO ts.made (id, name) VALUES (9999, 'y'), (10000, NULL);
SELECT count(*), count(name), sum(f), min(d) FROM ts.made;
BEGIN;
CREATE TABLE ts.gone (i INT);
INSERT INTO ts.gone SELECT * FROM range(10);
SELECT count(*) FROM ts.gone;
ROLLBACK;
SELECT count(*) FROM duckdb_tables() WHERE database_name = 'ts' AND table_name = 'gone';
ALTER TABLE ts.made ADD COLUMN extra INT;
ALTER TABLE ts.made RENAME COLUMN extra TO other;
ALTER TABLE ts.made DROP COLUMN other;
ALTER TABLE ts.made RENAME TO kept;
CREATE INDEX kept_by_id ON ts.kept (id);
CREATE SCHEMA ts.more;
CREATE TABLE ts.more.x (i INT PRIMARY KEY, t TEXT DEFAULT 'q', UNIQUE (t));
INSERT INTO ts.more.x (i) VALUES (1);
INSERT INTO ts.more.x (i, t) VALUES (1, 'z');
FROM ts.more.x;
DROP SCHEMA ts.more CASCADE;
CREATE VIEW ts.seen AS SELECT 1 AS a;
FROM ts.seen;
DROP VIEW ts.seen;
COPY ts.kept TO '{folder}/kept.parquet';
COPY ts.kept FROM '{folder}/kept.parquet';
SELECT count(*), count(DISTINCT id) FROM ts.kept;
CALL postgres_execute('ts', 'UPDATE kept SET name = upper(name) WHERE id < 5');
CALL postgres_execute('ts', 'DELETE FROM kept WHERE id >= 5');
SELECT name, count(*) FROM ts.kept GROUP BY name ORDER BY name;
"""
MADE_BEFORE = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE moods (m mood, ms mood[]);
INSERT INTO moods VALUES ('ok', '{sad,ok}'), (NULL, NULL);
CREATE TABLE orders (id serial PRIMARY KEY, who text, total numeric(12,2), placed timestamptz, seen timestamp, day date, at time, u uuid, raw bytea, doc jsonb, js json, tags text[], nums int[], f4 float4, f8 float8, open bool, n int2, iv interval, big bigint, v varchar(10), ch char(3), free numeric);
INSERT INTO orders (who, total, placed, seen, day, at, u, raw, doc, js, tags, nums, f4, f8, open, n, iv, big, v, ch, free) SELECT 'w' || g, g + 0.25, timestamptz '2024-01-01 00:00+00' + g * interval '1 hour', timestamp '2024-01-01', date '2024-01-01' + g, '12:00', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x00ff', '{"a":1}', '[1]', array['a', 'b'], array[1, 2], 1.5, 0.1, g % 2 = 0, g, '1 day', g, 'v', 'c', g / 3.0 FROM generate_series(1, 3000) g;
INSERT INTO orders (who) VALUES (NULL);
"""


def main() -> None:
    attach, folder = sys.argv[1:]
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute(f"LOAD '{EXTENSION}'")
    connection.execute(attach)
    for statement in MADE_BEFORE.strip().splitlines():
        connection.execute("CALL postgres_execute('ts', $text)", {"text": statement})
    connection.execute("CALL pg_clear_cache()")
    for statement in (READS + WRITES).strip().splitlines():
        try:
            # BEGIN and ROLLBACK return nothing, whatever the stubs say.
            result: Any = connection.execute(statement.replace("{folder}", folder))
            rows = [] if result is None else result.fetchall()
        except duckdb.Error as error:
            rows = [(str(error).splitlines()[0],)]
        print(statement, rows)


if __name__ == "__main__":
    main()

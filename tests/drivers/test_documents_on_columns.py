"""Documents that evolve: columns, and the rows by their keys, answer alike at every moment."""

import pathlib
from typing import Any

import psycopg
import pytest

from tests.drivers.evolving_documents import TABLE, Documents, changes, questions
from tests.server import Server

Connection = psycopg.Connection[tuple[Any, ...]]
ROWS = 300


def connect(server: Server, path: str) -> Connection:
    return psycopg.connect(
        host="127.0.0.1", port=server.port, user="terrascale", dbname="terrascale",
        autocommit=True, options=f"-c terrascale.path={path}",
    )  # fmt: skip


def answer(client: Connection, sql: str) -> Any:
    try:
        return client.execute(sql.encode()).fetchall()
    except psycopg.Error as error:
        return error.sqlstate


def differences(columnar: Connection, by_key: Connection) -> list[str]:
    """Returns the questions that aren't answered alike; floats have one text each."""
    found = []
    for sql in questions():
        expected, got = answer(by_key, sql), answer(columnar, sql)
        if repr(got) != repr(expected):
            found.append(f"{sql}\n--- by key\n{expected!r:.2000}\n--- on columns\n{got!r:.2000}")
    return found


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_documents_that_evolve(tmp_path: pathlib.Path, seed: int) -> None:
    documents = Documents(seed)
    with (
        Server(tmp_path / "data") as server,
        connect(server, "columnar") as columnar,
        connect(server, "key") as by_key,
    ):
        by_key.execute(TABLE)
        rows = [(number, documents.document()) for number in range(ROWS)]
        by_key.cursor().executemany("INSERT INTO docs VALUES (%s, %s)", rows)
        assert not differences(columnar, by_key)
        for _ in range(1 if seed == 1 else 3):
            documents.evolve()
            for sql, values in changes(documents, ROWS):
                by_key.execute(sql.encode(), values)
            assert not differences(columnar, by_key)


NUMBERS = (
    "SELECT sum(a), max(b), sum(b * (1 - b)), avg(a + b), count(*) FROM numbers",
    "SELECT id, a, a * b, b - 0.5, coalesce(a, 0.25) FROM numbers ORDER BY a DESC NULLS LAST, id LIMIT 7",
    "SELECT sum((d->>'n')::numeric), max((d->>'s')::numeric) FROM numbers",
    "SELECT (d->>'n')::numeric * b, d->>'n', d->>'s' FROM numbers ORDER BY (d->>'s')::numeric, id LIMIT 7",
    "SELECT count(*) FROM numbers WHERE a BETWEEN 1.5 AND 2.25 OR b = 7 OR (d->'n')::numeric > 5.125",
    """SELECT count(*) FROM numbers WHERE d @> '{"n": 2.5}' OR a IN (1, 2.50, 3)""",
    "SELECT b, count(*) FROM numbers GROUP BY b ORDER BY b",
    "SELECT id, CASE WHEN b > 3 THEN b ELSE 0.125 END, round(a, 1), -b FROM numbers ORDER BY id LIMIT 7",
)
GROWING = (
    '(1000, 123456789.5, 7, \'{"n": 123456789012.25, "s": "12345678901.5"}\')',
    '(1001, 0.000001, 9999999999.99, \'{"n": 0.0000001, "s": "0.001"}\')',
    '(1002, 99999999999999999999, -1, \'{"n": 100000000000000000000000000000, "s": "-1"}\')',
    '(1003, NULL, NULL, \'{"s": ""}\')',
    "(1004, 'NaN', 0, NULL)",
)


def test_numbers_that_grow(tmp_path: pathlib.Path) -> None:
    """What queries assume of numbers is as it was, and holds no more; then it was too much."""
    with (
        Server(tmp_path / "data") as server,
        connect(server, "columnar") as columnar,
        connect(server, "key") as by_key,
    ):

        def ask() -> None:
            for sql in NUMBERS:
                assert repr(answer(columnar, sql)) == repr(answer(by_key, sql)), sql

        by_key.execute(
            "CREATE TABLE numbers (id int PRIMARY KEY, a numeric, b numeric(12,2), d jsonb)"
        )
        by_key.execute(
            "INSERT INTO numbers SELECT i, i / 4.0, i % 10, jsonb_build_object('n', i / 2.0, 's', i::text)"
            " FROM generate_series(1, 50) i"
        )
        ask()
        ask()
        for row in GROWING:
            by_key.execute(f"INSERT INTO numbers VALUES {row}".encode())
            ask()
        by_key.execute("DELETE FROM numbers WHERE id >= 1000")
        ask()


def test_documents_as_deep_as_they_are_stored(tmp_path: pathlib.Path) -> None:
    with (
        Server(tmp_path / "data") as server,
        connect(server, "columnar") as columnar,
        connect(server, "key") as by_key,
    ):
        by_key.execute("CREATE TABLE deep (id int PRIMARY KEY, d jsonb)")
        by_key.execute("INSERT INTO deep SELECT i, '{\"a\": 1}' FROM generate_series(1, 20) i")
        text = '{"a":' * 200 + "2" + "}" * 200
        by_key.execute("INSERT INTO deep VALUES (0, %s)", (text,))
        # What is read may be 250 levels deep; what is made of that, as deep as the store takes it.
        nested = "jsonb_build_object('a', " * 50 + "d" + ")" * 50
        levels = 200
        with pytest.raises(psycopg.errors.StatementTooComplex):
            while True:
                by_key.execute(f"UPDATE deep SET d = {nested} WHERE id = 0".encode())
                levels += 50
        assert levels > 400
        for sql in (
            "SELECT count(*) FROM deep WHERE d->>'a' = '1'",
            "SELECT d->>'a', count(*) FROM deep WHERE id > 0 GROUP BY 1",
            "SELECT id, d #>> '{a,a,a}' FROM deep ORDER BY id LIMIT 2",
        ):
            assert answer(columnar, sql) == answer(by_key, sql), sql
            assert "Columnar" in str(answer(columnar, f"EXPLAIN {sql}")), sql


PRUNED = (
    ("id < 10", 1),
    ("id BETWEEN 125000 AND 125010", 1),
    ("price IN (65000.5, 70000)", 2),
    ("7 >= id AND name > 'n'", 1),
    ("born = '1999-01-01'", 2),
    ("born >= '2000-01-03'::date + 5", 0),
    ("price > 63000.5", 1),
    ("name = 'n1'", 0),
    ("grown > 100", 0),
    ("(d->>'n')::int < 10", 1),
    ("(d->'n')::numeric >= 64999.5 AND d->>'w' = 'w3'", 1),
    ("d->>'w' IN ('a', 'b')", 2),
    ("""d @> '{"n": 7}'""", 1),
    ("d->>'nothing' = 'x'", 2),
    ("id < 10 OR name = 'n1'", None),
)


#: What is decided by value, and so counted without a look at the rows.
COUNTED = (
    "name = 'n3'",
    "name LIKE '%6' AND d->>'w' <> 'w2'",
    "(d->>'k')::int > 60 AND grown = 101",
    "(d->'k')::int IN (3, 5, 96) AND name IN ('n1', 'n6')",
    "coalesce((d->>'nothing')::int, 1) = 1 AND name > 'n2'",
)


def test_segments_beyond_a_condition_are_pruned(tmp_path: pathlib.Path) -> None:
    with (
        Server(tmp_path / "data") as server,
        connect(server, "columnar") as columnar,
        connect(server, "key") as by_key,
    ):
        by_key.execute(
            "CREATE TABLE zones (id int PRIMARY KEY, name varchar(9), born date, price numeric(12,2),"
            " d jsonb)"
        )
        by_key.execute(
            "INSERT INTO zones SELECT i, 'n' || i % 7, date '2000-01-01' + i % 100, i / 2.0,"
            " jsonb_build_object('n', i / 2, 'w', 'w' || i % 5, 'k', i % 97) FROM generate_series(1, 130000) i"
        )
        by_key.execute("ALTER TABLE zones ADD COLUMN grown int DEFAULT 101")
        for condition, pruned in PRUNED:
            sql = f"SELECT count(*), min(id), max(born), sum(price) FROM zones WHERE {condition}"
            assert answer(columnar, sql) == answer(by_key, sql), condition
            explained = [line for (line,) in answer(columnar, f"EXPLAIN {sql}")]
            found = [int(line.split()[-1]) for line in explained if "Segments pruned" in line]
            assert found == ([] if pruned is None else [pruned]), explained
        for condition in COUNTED:
            sql = f"SELECT count(*) FROM zones WHERE {condition}"
            assert answer(columnar, sql) == answer(by_key, sql), condition
            by_key.execute("DELETE FROM zones WHERE id IN (SELECT max(id) FROM zones)")
            by_key.execute("UPDATE zones SET name = 'n6' WHERE id % 9999 = 1")
            assert answer(columnar, sql) == answer(by_key, sql), condition
        # A row beyond the zones of all segments is in none yet.
        by_key.execute("INSERT INTO zones VALUES (130001, 'z', '1999-01-01', 0)")
        outer = """SELECT count(*), count(b.id) FROM zones a LEFT JOIN zones b ON b.id = a.id + 129990
            WHERE a.id < 20 AND b.born < '1999-02-01'"""
        for sql in (outer, "SELECT id FROM zones WHERE born < '1999-12-31'"):
            assert answer(columnar, sql) == answer(by_key, sql), sql

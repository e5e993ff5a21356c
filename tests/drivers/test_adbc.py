"""ADBC's PostgreSQL driver: Arrow tables by binary COPY, and what it reads of the catalog."""

import datetime
import decimal
from collections.abc import Iterator
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import pyarrow as pa
import pytest

from tests.pages import address
from tests.server import Server

COLUMNS = {
    "i2": ("int2", 1),
    "i4": ("int4", 2),
    "i8": ("int8", 3),
    "f4": ("float4", 1.5),
    "f8": ("float8", 0.1),
    "b": ("bool", True),
    "t": ("text", "ü\n"),
    "v": ("varchar(9)", "v"),
    "n": ("numeric(12,2)", "12.50"),
    "raw": ("bytea", b"\x00\xff"),
    "d": ("date", datetime.date(2024, 2, 29)),
    "tm": ("time", datetime.time(12, 0, 0, 5)),
    "ts": ("timestamp", datetime.datetime(2024, 2, 29, 12)),  # noqa: DTZ001 - without a zone
    "tz": ("timestamptz", datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)),
    "iv": ("interval", pa.MonthDayNano([1, 2, 10_800_000_000_000])),
    "jb": ("jsonb", '{"a": 1}'),
    "tags": ("text[]", ["a", None]),
    "nums": ("int4[]", [1, 2]),
}


@pytest.fixture
def connection(server: Server) -> Iterator[Any]:
    with adbc.connect(address("adbc", server.port)) as connection:
        yield connection


def _ingested(rows: int) -> pa.Table:
    return pa.table(
        {
            "a": pa.array(range(rows), pa.int64()),
            "b": [f"s{n}" for n in range(rows)],
            "c": [n / 3 for n in range(rows)],
            "d": pa.array([[n, n + 1] for n in range(rows)], pa.list_(pa.int32())),
            "e": pa.array([datetime.datetime(2024, 1, 1)] * rows, pa.timestamp("us")),  # noqa: DTZ001
            "f": pa.array(
                [1_700_000_000_000_000 + n for n in range(rows)], pa.timestamp("us", "UTC")
            ),
            "g": [b"\x00"] * rows,
            "h": pa.array([decimal.Decimal("1.25")] * rows, pa.decimal128(10, 2)),
            "i": [None if n % 2 else True for n in range(rows)],
            "j": [datetime.date(2024, 1, 1)] * rows,
            "k": pa.array(["x"] * rows).dictionary_encode(),
        }
    )


def test_values_come_as_arrow(connection: Any) -> None:
    with connection.cursor() as cursor:
        columns = ", ".join(f"{name} {type_}" for name, (type_, _) in COLUMNS.items())
        cursor.execute(f"CREATE TABLE arrow_types ({columns})")
        cursor.execute(
            "INSERT INTO arrow_types VALUES (1, 2, 3, 1.5, 0.1, true, E'ü\\n', 'v', 12.5, '\\x00ff', '2024-02-29', '12:00:00.000005',"
            " '2024-02-29 12:00', '2024-02-29 12:00+00', '1 mon 2 days 03:00', '{\"a\": 1}', '{a,NULL}', '{1,2}')"
        )
        cursor.execute("INSERT INTO arrow_types (i4) VALUES (NULL)")
        cursor.execute("SELECT * FROM arrow_types WHERE i4 IS NOT NULL")
        (row,) = cursor.fetch_arrow_table().to_pylist()
        assert row == {name: value for name, (_, value) in COLUMNS.items()}
        cursor.execute("SELECT * FROM arrow_types WHERE i4 IS NULL")
        (row,) = cursor.fetch_arrow_table().to_pylist()
        assert set(row.values()) == {None}
    assert connection.adbc_get_table_schema("arrow_types").names == list(COLUMNS)


@pytest.mark.parametrize(
    ("temporary", "modes"),
    [(False, ["create", "append", "replace", "create_append"]), (True, ["create", "append"])],
)
def test_tables_are_ingested(connection: Any, temporary: bool, modes: list[str]) -> None:
    table = _ingested(3000)
    with connection.cursor() as cursor:
        for mode in modes:
            count = cursor.adbc_ingest("ingested", table, mode=mode, temporary=temporary)
            assert count == table.num_rows
        cursor.execute("SELECT count(*), sum(a), sum(h), count(i) FROM ingested")
        (row,) = cursor.fetchall()
        assert row == (6000, str(2 * sum(range(3000))), "7500.00", 3000)
        cursor.execute("SELECT a, b, c, d, e, f, g, i, j, k FROM ingested WHERE a = 7 LIMIT 1")
        (got,) = cursor.fetch_arrow_table().to_pylist()
        (wanted,) = table.slice(7, 1).drop_columns(["h"]).to_pylist()
        assert got == wanted
    connection.rollback()


def test_parameters_errors_and_transactions(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE arrow_things (id int8 PRIMARY KEY, name text)")
        rows = [(n, f"n{n}") for n in range(50)]
        cursor.executemany("INSERT INTO arrow_things VALUES ($1, $2)", rows)
        connection.commit()
        cursor.execute("SELECT name FROM arrow_things WHERE id = $1", (7,))
        assert cursor.fetchall() == [("n7",)]
        schema = cursor.adbc_prepare("SELECT id FROM arrow_things WHERE name = $1")
        assert [field.type for field in schema] == [pa.string()]
        cursor.execute("DELETE FROM arrow_things")
        with pytest.raises(adbc.IntegrityError) as caught:
            cursor.executemany("INSERT INTO arrow_things VALUES ($1, $2)", [(1, "a"), (1, "b")])
        assert caught.value.sqlstate == "23505"
        connection.rollback()
        cursor.execute("SELECT count(*) FROM arrow_things")
        assert cursor.fetchall() == [(50,)]


def test_objects_are_listed(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE arrow_parents (id int PRIMARY KEY)")
        cursor.execute(
            "CREATE TABLE arrow_children (a int, b int UNIQUE, parent int REFERENCES arrow_parents, PRIMARY KEY (b, a), CHECK (a > 0))"
        )
    connection.commit()
    reader = connection.adbc_get_objects(
        depth="all", db_schema_filter="public", table_name_filter="arrow_children"
    )
    (catalog,) = [row for row in reader.read_all().to_pylist() if row["catalog_db_schemas"]]
    assert catalog["catalog_name"] == "terrascale"
    ((table,),) = [schema["db_schema_tables"] for schema in catalog["catalog_db_schemas"]]
    assert [column["column_name"] for column in table["table_columns"]] == ["a", "b", "parent"]
    constraints = {
        each["constraint_name"]: (each["constraint_type"], sorted(each["constraint_column_names"]))
        for each in table["table_constraints"]
    }
    assert constraints == {
        "arrow_children_pkey": ("PRIMARY KEY", ["a", "b"]),
        "arrow_children_b_key": ("UNIQUE", ["b"]),
        "arrow_children_parent_fkey": ("FOREIGN KEY", ["parent"]),
        "arrow_children_a_check": ("CHECK", ["a"]),
    }
    assert set(connection.adbc_get_table_types()) >= {"table", "view"}
    assert connection.adbc_get_info()["vendor_name"] == "PostgreSQL"
    assert connection.adbc_current_catalog == "terrascale"
    assert connection.adbc_current_db_schema == "public"

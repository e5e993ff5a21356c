"""Ranges and multiranges as drivers send and read them, in text and in binary."""

import datetime
from decimal import Decimal
from typing import Any

import asyncpg
import psycopg
import pytest
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range
from sqlalchemy import MetaData, Table, create_engine, select
from sqlalchemy.dialects.postgresql import INT4RANGE
from sqlalchemy.dialects.postgresql import Range as OrmRange
from sqlalchemy.schema import Column

from tests.drivers.test_asyncpg import connect as connect_asyncpg
from tests.drivers.test_psycopg import connect
from tests.server import Server

ZONED = datetime.datetime(2020, 2, 29, 12, 30, tzinfo=datetime.UTC)
MOMENT = ZONED.replace(tzinfo=None)
DAY = datetime.date(2020, 2, 29)
INT4RANGE_OID = 3904
RANGES: list[tuple[str, Any, Any]] = [
    ("int4range", 1, 9),
    ("int8range", -(2**40), 2**40),
    ("numrange", Decimal("1.50"), Decimal("NaN")),
    ("daterange", DAY, DAY + datetime.timedelta(days=3)),
    ("tsrange", MOMENT, MOMENT + datetime.timedelta(hours=1)),
    ("tstzrange", ZONED, ZONED + datetime.timedelta(hours=1)),
]


def _same(found: Any, sent: Any) -> bool:
    return repr(found) == repr(sent)  # Decimal's NaN isn't equal to itself


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize(("name", "lower", "upper"), RANGES)
def test_psycopg_gets_back_what_it_sends(
    server: Server, name: str, lower: Any, upper: Any, binary: bool
) -> None:
    whole = Range(lower, upper)
    ranges = [whole, Range(None, upper, "()"), Range(lower, None), Range(empty=True)]
    place = "%b" if binary else "%t"
    multirange = name.replace("range", "multirange")
    with connect(server) as connection, connection.cursor(binary=binary) as cursor:
        for sent in ranges:
            assert _same(cursor.execute(f"SELECT {place}::{name}", (sent,)).fetchone(), (sent,))
        several = (Multirange([whole]), [whole])
        cursor.execute(f"SELECT {place}::{multirange}, {place}::{name}[]", several)
        assert _same(cursor.fetchone(), several)


@pytest.mark.parametrize(("name", "lower", "upper"), RANGES)
async def test_asyncpg_gets_back_what_it_sends(
    server: Server, name: str, lower: Any, upper: Any
) -> None:
    async with connect_asyncpg(server) as connection:
        sent = asyncpg.Range(lower, upper)
        assert _same(await connection.fetchval(f"SELECT $1::{name}", sent), sent)
        many = [sent]
        multirange = name.replace("range", "multirange")
        assert _same(await connection.fetchval(f"SELECT $1::{multirange}", many), many)
        assert _same(await connection.fetchval(f"SELECT $1::{name}[]", many), many)


def test_copy_carries_ranges(server: Server) -> None:
    with connect(server, autocommit=True) as connection:
        connection.execute("CREATE TABLE copied (id int PRIMARY KEY, r int4range, m nummultirange)")
        for at, form in enumerate(("TEXT", "CSV", "BINARY")):
            with connection.cursor().copy(f"COPY copied FROM STDIN (FORMAT {form})") as copy:
                if form == "BINARY":
                    copy.set_types(["int4", "int4range", "nummultirange"])
                    copy.write_row((at, Range(1, 5), Multirange([Range(Decimal(1), None)])))
                else:
                    fields = (f"{at}", "[1,4]", "{[1,)}")
                    line = '"{}","{}","{}"\n' if form == "CSV" else "{}\t{}\t{}\n"
                    copy.write(line.format(*fields))
        found = connection.execute("SELECT DISTINCT r, m FROM copied").fetchall()
        assert found == [(Range(1, 5), Multirange([Range(Decimal(1), None)]))]


@pytest.mark.parametrize(
    ("raw", "sqlstate"),
    [(b"", b"08P01"), (b"\x02\0\0\0\4\0\0", b"08P01"), (b"\x01\0", b"22P03")],
)
def test_a_malformed_binary_range_is_an_error(server: Server, raw: bytes, sqlstate: bytes) -> None:
    with connect(server) as connection:
        result = connection.pgconn.exec_params(b"SELECT $1", [raw], [INT4RANGE_OID], [1])
        assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == sqlstate


def test_sqlalchemy_reflects_and_filters(server: Server) -> None:
    engine = create_engine(f"postgresql+psycopg://terrascale@127.0.0.1:{server.port}/terrascale")
    metadata = MetaData()
    shifts = Table("shifts", metadata, Column("span", INT4RANGE))
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(shifts.insert(), [{"span": OrmRange(1, 5)}, {"span": OrmRange(7, 9)}])
        held = select(shifts.c.span).where(shifts.c.span.contains(3))
        assert connection.scalars(held).all() == [OrmRange(1, 5)]
        met = select(shifts.c.span).where(shifts.c.span.overlaps(OrmRange(4, 7)))
        assert connection.scalars(met).all() == [OrmRange(1, 5)]
        (column,) = Table("shifts", MetaData(), autoload_with=connection).columns
        assert isinstance(column.type, INT4RANGE)
    engine.dispose()

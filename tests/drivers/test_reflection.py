"""SQLAlchemy's inspector, MetaData.reflect and Alembic's autogenerate, with three drivers."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import create_async_engine

from tests.server import Server

METADATA = sa.MetaData()
sa.Table(
    "owner",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True, start=10), primary_key=True),
    sa.Column("code", sa.String(10), nullable=False, unique=True, comment="short"),
    sa.Column("a", sa.Integer),
    sa.Column("b", sa.Integer),
    sa.UniqueConstraint("a", "b", name="a_and_b"),
    comment="who owns",
)
sa.Table(
    "thing",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("small", sa.SmallInteger, server_default="7"),
    sa.Column("number", sa.BigInteger, sa.Sequence("numbers", start=3)),
    sa.Column("owner_id", sa.ForeignKey("owner.id", ondelete="CASCADE"), index=True),
    sa.Column("a", sa.Integer),
    sa.Column("b", sa.Integer),
    sa.Column("mood", sa.Enum("sad", "ok", name="mood"), server_default="ok"),
    sa.Column("moods", pg.ARRAY(pg.ENUM("sad", "ok", name="mood", create_type=False))),
    sa.Column("price", sa.Numeric(10, 2), server_default=sa.text("1.5")),
    sa.Column("made", sa.DateTime(timezone=True), server_default=sa.func.now()),
    sa.Column("day", sa.Date, server_default=sa.func.now()),
    sa.Column("doc", pg.JSONB),
    sa.Column("twice", sa.Integer, sa.Computed("a * 2", persisted=True)),
    sa.ForeignKeyConstraint(["a", "b"], ["owner.a", "owner.b"], "pair", deferrable=True),
    sa.CheckConstraint("price > 0", name="positive"),
    sa.Index("thing_latest", sa.text("made DESC NULLS LAST"), "a", postgresql_include=["b"]),
    sa.Index("thing_lower", sa.text("abs(a)"), unique=True, postgresql_where=sa.text("b > 3")),
)


def _with_connection(driver: str, server: Server, work: Callable[[sa.Connection], None]) -> None:
    """Runs `work` between create_all and drop_all, over a driver."""

    def run(connection: sa.Connection) -> None:
        METADATA.create_all(connection)
        METADATA.create_all(connection, checkfirst=True)
        connection.exec_driver_sql("CREATE VIEW seen AS SELECT id, price FROM thing")
        work(connection)
        connection.exec_driver_sql("DROP VIEW seen")
        METADATA.drop_all(connection)
        assert sa.inspect(connection).get_table_names() == []
        connection.commit()

    async def run_async(address: str) -> None:
        engine = create_async_engine(address)
        async with engine.connect() as connection:
            await connection.run_sync(run)
        await engine.dispose()

    address = f"postgresql+{driver}://terrascale@127.0.0.1:{server.port}/terrascale"
    if driver == "asyncpg":
        asyncio.run(run_async(address))
        return
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        run(connection)
    engine.dispose()


def _inspected(connection: sa.Connection) -> None:
    inspector: Any = sa.inspect(connection)
    assert sorted(inspector.get_table_names()) == ["owner", "thing"]
    assert inspector.get_view_names() == ["seen"]
    assert set(inspector.get_sequence_names()) == {"numbers", "owner_id_seq", "thing_id_seq"}
    assert [(each["name"], each["labels"]) for each in inspector.get_enums()] == [
        ("mood", ["sad", "ok"])
    ]
    assert [inspector.has_table(name) for name in ("thing", "seen", "no")] == [True, True, False]
    assert inspector.get_table_comment("owner") == {"text": "who owns"}
    defaults = {each["name"]: each["default"] for each in inspector.get_columns("thing")}
    assert {name: text for name, text in defaults.items() if text is not None} == {
        "id": "nextval('thing_id_seq'::regclass)",
        "small": "'7'::smallint",
        "mood": "'ok'::mood",
        "price": "1.5",
        "made": "now()",
        "day": "now()",
    }
    identity = inspector.get_columns("owner")[0]
    assert (identity["default"], identity["identity"]["start"]) == (None, 10)
    assert identity["identity"]["always"]
    assert inspector.get_pk_constraint("thing")["constrained_columns"] == ["id"]
    keys = {each["name"]: each for each in inspector.get_foreign_keys("thing")}
    assert keys["thing_owner_id_fkey"]["options"] == {"ondelete": "CASCADE"}
    assert keys["pair"]["referred_columns"] == ["a", "b"]
    unique = {
        each["name"]: each["column_names"] for each in inspector.get_unique_constraints("owner")
    }
    assert unique == {"a_and_b": ["a", "b"], "owner_code_key": ["code"]}
    indexes = {each["name"]: each for each in inspector.get_indexes("thing")}
    assert set(indexes) == {"ix_thing_owner_id", "thing_latest", "thing_lower"}
    assert indexes["thing_latest"]["column_sorting"] == {"made": ("desc", "nulls_last")}
    assert indexes["thing_latest"]["dialect_options"]["postgresql_include"] == ["b"]
    assert indexes["thing_lower"]["expressions"] == ["abs(a)"]
    assert indexes["thing_lower"]["dialect_options"]["postgresql_where"] == "(b > 3)"
    checks = {each["name"] for each in inspector.get_check_constraints("thing")}
    assert checks == {"positive"}
    reflected = sa.MetaData()
    reflected.reflect(connection, views=True)
    assert set(reflected.tables) == {"owner", "thing", "seen"}


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg", "pg8000"])
def test_what_is_reflected(server: Server, driver: str) -> None:
    _with_connection(driver, server, _inspected)


def _compared(connection: sa.Connection) -> None:
    options = {"compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    assert compare_metadata(context, METADATA) == []


def test_autogenerate_finds_no_difference(server: Server) -> None:
    _with_connection("psycopg", server, _compared)

"""SQLAlchemy: a model with every column type and every kind of constraint, made, used and dropped."""

import datetime as dt
import enum
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from tests.server import Server


class Mood(enum.Enum):
    """An enum type of the database."""

    SAD = "sad"
    HAPPY = "happy"


METADATA = sa.MetaData()

EVERYTHING = sa.Table(
    "everything",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(start=10), primary_key=True),
    sa.Column("small", sa.SmallInteger),
    sa.Column("whole", sa.Integer, server_default="7"),
    sa.Column("big", sa.BigInteger),
    sa.Column("exact", sa.Numeric(12, 3)),
    sa.Column("real", sa.REAL),
    sa.Column("double", sa.Double),
    sa.Column("flag", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("short", sa.String(20)),
    sa.Column("fixed", sa.CHAR(4)),
    sa.Column("long", sa.Text),
    sa.Column("raw", sa.LargeBinary),
    sa.Column("day", sa.Date),
    sa.Column("hour", sa.Time),
    sa.Column("moment", sa.DateTime),
    sa.Column("instant", sa.DateTime(timezone=True)),
    sa.Column("span", sa.Interval),
    sa.Column("key", sa.Uuid),
    sa.Column("text_json", sa.JSON),
    sa.Column("doc", pg.JSONB),
    sa.Column("words", pg.ARRAY(sa.Text)),
    sa.Column("grid", pg.ARRAY(sa.Integer, dimensions=2)),
    sa.Column("mood", sa.Enum(Mood, name="mood")),
    sa.Column("double_whole", sa.Integer, sa.Computed("whole * 2", persisted=True)),
    sa.Index("everything_words", "short", "big"),
    sa.Index("everything_happy", "day", unique=True, postgresql_where=sa.text("flag")),
    sa.Index("everything_lower", sa.text("lower(long)")),
)
PARENT = sa.Table(
    "parent",
    METADATA,
    sa.Column("a", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("b", sa.String(10), primary_key=True),
    sa.Column("code", sa.Integer, unique=True),
    sa.CheckConstraint("a > 0", name="positive"),
)
CHILD = sa.Table(
    "child",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("a", sa.Integer),
    sa.Column("b", sa.String(10)),
    sa.Column("code", sa.ForeignKey("parent.code", ondelete="SET NULL", onupdate="CASCADE")),
    sa.Column("up", sa.ForeignKey("child.id", deferrable=True, initially="DEFERRED")),
    sa.ForeignKeyConstraint(["a", "b"], ["parent.a", "parent.b"], ondelete="CASCADE"),
    sa.UniqueConstraint("a", "id", name="twice", deferrable=True),
)
# Two tables that refer to each other: one of the constraints is added, and dropped, by ALTER TABLE.
EGG = sa.Table(
    "egg",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("hen", sa.ForeignKey("hen.id", use_alter=True, name="egg_hen")),
)
HEN = sa.Table(
    "hen",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("egg", sa.ForeignKey("egg.id")),
)


@pytest.fixture
def engine(server: Server) -> Iterator[Any]:
    engine = sa.create_engine(f"postgresql+psycopg://terrascale@127.0.0.1:{server.port}/terrascale")
    METADATA.create_all(engine)
    yield engine
    METADATA.drop_all(engine)
    inspector: Any = sa.inspect(engine)
    assert inspector.get_table_names() == []
    assert inspector.get_enums() == []
    engine.dispose()


def test_every_type_comes_back(engine: Any) -> None:
    row = {
        "small": -5,
        "big": 2**62,
        "exact": Decimal("12345.678"),
        "real": 1.5,
        "double": 0.1,
        "short": "snow ☃",
        "fixed": "ab  ",
        "long": "x" * 1000,
        "raw": bytes(range(256)),
        "day": dt.date(2024, 2, 29),
        "hour": dt.time(23, 59, 59, 123456),
        "moment": dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC).replace(tzinfo=None),
        "instant": dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC),
        "span": dt.timedelta(days=3, seconds=5),
        "key": uuid.UUID(int=7),
        "text_json": {"a": [1, None]},
        "doc": {"b": {"c": "d"}},
        "words": ["a", None, "b,c"],
        "grid": [[1, 2], [3, 4]],
        "mood": Mood.HAPPY,
    }
    with engine.begin() as connection:
        assert connection.execute(sa.insert(EVERYTHING).values(row)).inserted_primary_key == (10,)
        found = connection.execute(sa.select(EVERYTHING)).mappings().one()
        assert {name: found[name] for name in row} == row
        assert (found["whole"], found["flag"], found["double_whole"]) == (7, True, 14)
        condition = EVERYTHING.c.doc["b"]["c"].astext == "d"
        query = sa.select(EVERYTHING.c.id).where(condition, EVERYTHING.c.mood == Mood.HAPPY)
        assert connection.execute(query).scalars().all() == [10]
        other = sa.update(EVERYTHING).values(whole=None, mood=None).returning(EVERYTHING.c.flag)
        assert connection.execute(other).scalars().all() == [True]


def test_every_constraint_holds(engine: Any) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.insert(PARENT), [{"a": n, "b": f"b{n}", "code": n * 10} for n in (1, 2, 3)]
        )
        # Each refers to the next one: tested at the commit.
        rows = [{"id": n, "a": n, "b": f"b{n}", "code": 10, "up": n % 3 + 1} for n in (1, 2, 3)]
        connection.execute(sa.insert(CHILD), rows)
        connection.execute(sa.insert(EGG).values(id=1))
        connection.execute(sa.insert(HEN).values(id=1, egg=1))
        connection.execute(sa.update(EGG).values(hen=1))
    for refused in (
        sa.insert(PARENT).values(a=0, b="x"),
        sa.insert(PARENT).values(a=4, b="x", code=10),
        sa.insert(CHILD).values(a=1, b="no"),
        sa.insert(CHILD).values(code=11),
        sa.insert(CHILD).values(up=99),
        sa.delete(EGG),
    ):
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            connection.execute(refused)
    with engine.begin() as connection:
        connection.execute(sa.update(PARENT).where(PARENT.c.a == 1).values(code=11))
        codes = connection.execute(sa.select(CHILD.c.code).distinct()).scalars().all()
        assert codes == [11]
        connection.execute(sa.update(CHILD).values(up=None))
        connection.execute(sa.delete(PARENT).where(PARENT.c.a == 1))
        left = connection.execute(sa.select(CHILD.c.id, CHILD.c.code).order_by(CHILD.c.id)).all()
        assert left == [(2, None), (3, None)]


def test_the_inspector_finds_the_constraints(engine: Any) -> None:
    inspector = sa.inspect(engine)
    keys = {
        tuple(key["constrained_columns"]): (key["referred_table"], key["referred_columns"])
        for key in inspector.get_foreign_keys("child")
    }
    assert keys == {
        ("a", "b"): ("parent", ["a", "b"]),
        ("code",): ("parent", ["code"]),
        ("up",): ("child", ["id"]),
    }
    assert inspector.get_pk_constraint("parent")["constrained_columns"] == ["a", "b"]
    assert [each["name"] for each in inspector.get_unique_constraints("child")] == ["twice"]
    assert [each["name"] for each in inspector.get_check_constraints("parent")] == ["positive"]

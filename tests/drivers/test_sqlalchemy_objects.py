"""SQLAlchemy's enums, identity and computed columns, sequences and comments, made by its own DDL."""

import enum
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.server import Server


class Mood(enum.Enum):
    SAD = "sad"
    HAPPY = "happy"


@pytest.fixture
def engine(server: Server) -> Iterator[Any]:
    address = f"postgresql+psycopg://terrascale@127.0.0.1:{server.port}/terrascale"
    engine = sa.create_engine(address, use_native_hstore=False)
    yield engine
    engine.dispose()


def test_enum_identity_computed_sequence_and_comment(engine: Any) -> None:
    metadata = sa.MetaData()
    numbers = sa.Sequence("numbers", metadata=metadata, start=100, increment=5)
    people = sa.Table(
        "people",
        metadata,
        sa.Column("id", sa.Integer, sa.Identity(always=True, start=10), primary_key=True),
        sa.Column("mood", sa.Enum(Mood, name="mood"), nullable=False, comment="how they feel"),
        sa.Column("number", sa.Integer, numbers, server_default=numbers.next_value()),
        sa.Column("width", sa.Integer),
        sa.Column("area", sa.Integer, sa.Computed("width * width", persisted=True)),
        comment="those whom we ask",
    )
    metadata.create_all(engine)
    with engine.begin() as connection:
        for mood, width in ((Mood.HAPPY, 2), (Mood.SAD, 3)):
            connection.execute(sa.insert(people).values(mood=mood, width=width))
        rows = connection.execute(sa.select(people).order_by(people.c.mood)).all()
        assert rows == [(11, Mood.SAD, 105, 3, 9), (10, Mood.HAPPY, 100, 2, 4)]
        comment = connection.scalar(sa.text("SELECT col_description('people'::regclass, 2)"))
        assert comment == "how they feel"
        with pytest.raises(sa.exc.DBAPIError, match="non-DEFAULT"), connection.begin_nested():
            connection.execute(sa.insert(people).values(id=1, mood=Mood.SAD))
    metadata.drop_all(engine)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT to_regclass('people')")) is None
        assert not sa.inspect(connection).has_sequence("numbers")

"""SQLAlchemy Core on one table."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from tests.server import Server


@pytest.fixture
def engine(server: Server) -> Iterator[Any]:
    address = f"postgresql+psycopg://terrascale@127.0.0.1:{server.port}/terrascale"
    engine = sa.create_engine(address)
    yield engine
    engine.dispose()


def test_core_statements_on_one_table(engine: Any) -> None:
    things = sa.Table(
        "things",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("price", sa.Numeric(10, 2)),
        sa.Column("tags", sa.ARRAY(sa.Text)),
        sa.Column("doc", sa.JSON),
    )
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateTable(things))
        rows = [
            {"id": n, "name": f"n{n}", "price": n, "tags": ["a", str(n)], "doc": {"n": n}}
            for n in range(10)
        ]
        connection.execute(sa.insert(things), rows)
        inserted = sa.insert(things).values(id=77, name="x").returning(things.c.id)
        assert connection.execute(inserted).all() == [(77,)]
        select = (
            sa.select(things.c.id, things.c.price, things.c.tags, things.c.doc)
            .where(things.c.id.in_([1, 2, 3]), things.c.name.like("n%"))
            .order_by(things.c.id.desc())
            .limit(2)
        )
        assert connection.execute(select).all() == [
            (3, Decimal("3.00"), ["a", "3"], {"n": 3}),
            (2, Decimal("2.00"), ["a", "2"], {"n": 2}),
        ]
        update = sa.update(things).where(things.c.id == 1).values(price=things.c.price + 1)
        assert connection.execute(update).rowcount == 1
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.insert(things).values(id=1, name="dup"))
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(things)).scalar() == 11
        assert connection.execute(sa.delete(things).where(things.c.price > 4)).rowcount == 5
        connection.rollback()

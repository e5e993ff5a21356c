"""Alembic: a chain of revisions, upgraded and downgraded step by step, each in its transaction."""

import pathlib
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.migration import MigrationContext
from alembic.operations import Operations

from tests.server import Server


def _first_up() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("description", sa.Unicode(200)),
    )


def _first_down() -> None:
    op.drop_table("account")


def _second_up() -> None:
    op.add_column("account", sa.Column("created", sa.DateTime, server_default=sa.func.now()))
    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("amount", sa.Numeric(12, 2), server_default="0"),
    )
    op.create_foreign_key(
        "entry_account", "entry", "account", ["account_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index("entry_by_account", "entry", ["account_id", "amount"])


def _second_down() -> None:
    op.drop_index("entry_by_account", "entry")
    op.drop_constraint("entry_account", "entry", type_="foreignkey")
    op.drop_table("entry")
    op.drop_column("account", "created")


def _third_up() -> None:
    op.alter_column("account", "name", type_=sa.Text, new_column_name="title")
    op.alter_column("account", "description", nullable=False, server_default="none")
    op.create_unique_constraint("account_title", "account", ["title"])
    op.create_check_constraint("entry_amount", "entry", "amount > -1000000")
    op.execute("UPDATE account SET title = upper(title)")
    op.rename_table("entry", "posting")


def _third_down() -> None:
    op.rename_table("posting", "entry")
    op.drop_constraint("entry_amount", "entry", type_="check")
    op.drop_constraint("account_title", "account", type_="unique")
    op.alter_column("account", "description", nullable=True, server_default=None)
    op.alter_column("account", "title", type_=sa.String(50), new_column_name="name")
    op.execute("UPDATE account SET name = lower(name)")


Step = Callable[[], None]
REVISIONS: list[tuple[Step, Step]] = [
    (_first_up, _first_down),
    (_second_up, _second_down),
    (_third_up, _third_down),
]


@pytest.fixture
def engine(server: Server) -> Any:
    address = f"postgresql+psycopg://terrascale@127.0.0.1:{server.port}/terrascale"
    engine = sa.create_engine(address)
    yield engine
    engine.dispose()


def _run(engine: Any, step: Step) -> None:
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        step()


def _shape(engine: Any) -> dict[str, Any]:
    """Returns what the schema is, as SQLAlchemy's inspector finds it."""
    inspector = sa.inspect(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)],
            sorted(index["name"] for index in inspector.get_indexes(name)),
            sorted(key["name"] for key in inspector.get_foreign_keys(name)),
            sorted(check["name"] for check in inspector.get_check_constraints(name)),
        )
        for name in inspector.get_table_names()
    }


def test_a_chain_goes_up_and_down(engine: Any, tmp_path: pathlib.Path) -> None:
    shapes = [_shape(engine)]
    for number, (up, _) in enumerate(REVISIONS):
        _run(engine, up)
        shapes.append(_shape(engine))
        if number == 0:
            with engine.begin() as connection:
                connection.execute(
                    sa.text("INSERT INTO account (name, description) VALUES ('one', 'd')")
                )
    with engine.begin() as connection:
        row = connection.execute(sa.text("SELECT id, title, created FROM account")).one()
        assert (row.id, row.title) == (1, "ONE")
        assert row.created is not None
        connection.execute(sa.text("INSERT INTO posting (account_id) VALUES (1)"))
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO posting (account_id) VALUES (2)"))
    for number in range(len(REVISIONS), 0, -1):
        assert _shape(engine) == shapes[number]
        _run(engine, REVISIONS[number - 1][1])
    assert _shape(engine) == shapes[0]


def test_a_revision_that_fails_leaves_nothing(engine: Any) -> None:
    before = _shape(engine)

    def broken() -> None:
        _first_up()
        op.create_index("by_nothing", "account", ["nothing"])

    with pytest.raises(sa.exc.ProgrammingError):
        _run(engine, broken)
    assert _shape(engine) == before

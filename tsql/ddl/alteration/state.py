"""One ALTER TABLE at work: the table as changed so far, and what its rows still need."""

import enum
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from storage.errors import DatabaseError
from storage.schema import Column, Table
from tsql.ddl.columns import SYSTEM_COLUMNS
from tsql.ddl.context import Ddl
from tsql.executor.expressions import Evaluate

Work = Callable[[], Awaitable[None]]


class Pass(enum.IntEnum):
    """When a subcommand runs, whatever its place in the statement (PostgreSQL's AT_PASS_…)."""

    DROP = 0
    ALTER_TYPE = 1
    ADD_COLUMN = 2
    ADD_CONSTRAINT = 3
    COLUMN_ATTRIBUTES = 4
    ADD_INDEX_CONSTRAINT = 5
    ADD_INDEX = 6
    ADD_OTHER_CONSTRAINT = 7
    MISC = 8


@dataclass(slots=True)
class Alteration:
    """The state of one ALTER TABLE.

    Attributes:
        old: The table as it was locked; `table` is the table as changed so far.
        values: By column id, what computes a rewritten row's value from the row as it was.
        is_rewrite: Whether all rows are written again, to a fresh storage id.
        not_null: Ids of columns that no row may have NULL in.
        checks: Names of CHECK constraints that every row must meet.
        new_indexes: Ids of indexes that have no entries yet.
        types: By column id, what ALTER TYPE has prepared: the new column, how to compute it, and
            whether that is the column itself (without USING).
        checked_later: Other things to do when the definition is written, foreign keys to check
            say; they see the new catalog and the rows as they will be.
        converts_values: Whether values of a composite type are made to fit its other fields; the
            table's own row type stays as it is.
    """

    ddl: Ddl
    old: Table
    table: Table
    values: dict[int, Evaluate] = field(default_factory=dict)
    is_rewrite: bool = False
    not_null: set[int] = field(default_factory=set)
    checks: list[str] = field(default_factory=list)
    new_indexes: list[int] = field(default_factory=list)
    types: dict[int, tuple[Column, Evaluate, bool]] = field(default_factory=dict)
    checked_later: list[Work] = field(default_factory=list)
    converts_values: bool = False
    _queues: dict[Pass, deque[Work]] = field(
        default_factory=lambda: {each: deque() for each in Pass}
    )

    def later(self, when: Pass, work: Work) -> None:
        """Has something done in a pass that hasn't ended."""
        self._queues[when].append(work)

    async def run_passes(self) -> None:
        """Does all that is queued, and what that queues."""
        for each in Pass:
            queue = self._queues[each]
            while queue:
                await queue.popleft()()

    # -- the table -------------------------------------------------------------------------------

    def change(self, **changes: Any) -> None:
        """Changes the table's definition."""
        self.table = msgspec.structs.replace(self.table, **changes)

    def column(self, name: str) -> Column:
        """Returns a column of the table as changed so far. Raises 42703."""
        column = self.table.column(name)
        if column is None:
            raise no_such_column(name, self.table)
        return column

    def change_column(self, column_id: int, **changes: Any) -> None:
        """Changes a column's definition."""
        columns = tuple(
            msgspec.structs.replace(column, **changes) if column.id == column_id else column
            for column in self.table.columns
        )
        self.change(columns=columns)

    def is_taken(self, name: str) -> bool:
        """Returns whether a relation's name is taken in the table's schema."""
        found = self.ddl.catalog.relation(self.table.schema, name)
        old_index_names = {index.name for index in self.old.indexes}
        if name == self.old.primary_key_constraint or name in old_index_names:
            found = None  # the table itself says what has become of its indexes
        names = {index.name for index in self.table.indexes}
        return found is not None or name in names or name == self.table.primary_key_constraint


@contextmanager
def without_position() -> Iterator[None]:
    """Takes the position from errors: PostgreSQL's ALTER TABLE gives none for most of what it reads."""
    try:
        yield
    except DatabaseError as error:
        error.position = None
        raise


def no_such_column(name: str, table: Table) -> DatabaseError:
    """Returns 42703."""
    return DatabaseError("42703", f'column "{name}" of relation "{table.name}" does not exist')


def alterable_column(alteration: Alteration, name: str) -> Column:
    """Returns the column that ALTER COLUMN names. Raises 42703; 0A000 for ctid and the like."""
    if name in SYSTEM_COLUMNS:
        raise DatabaseError("0A000", f'cannot alter system column "{name}"')
    return alteration.column(name)

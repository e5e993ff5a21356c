"""A table's definition as far as CREATE TABLE or ADD COLUMN has read it."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from storage.schema import Column, Index, Table
from tsql.ddl.constraints import KeyConstraint
from tsql.ddl.foreign_keys import ForeignKeyClause
from tsql.ddl.serial import SerialColumn
from tsql.env import Env


@dataclass(slots=True)
class Copied:
    """What LIKE takes over when the table's columns are there.

    Attributes:
        indexes: Plain ones, with the table that they are on and their comments.
        key_comments: (constraint, text of its index).
        index_comments: (OID of the new index, text).
        column_comments: (id of the new column, text).
        check_comments: (name, text).
    """

    indexes: list[tuple[Table, Index, str | None]] = field(default_factory=list)
    key_comments: list[tuple[KeyConstraint, str]] = field(default_factory=list)
    index_comments: list[tuple[int, str]] = field(default_factory=list)
    column_comments: list[tuple[int, str]] = field(default_factory=list)
    check_comments: list[tuple[str, str]] = field(default_factory=list)


class CheckClause(NamedTuple):
    """A CHECK as it is written."""

    name: str | None
    node: Any
    no_inherit: bool = False


@dataclass(slots=True)
class Definition:
    """A table's definition, or a part of it, as far as it is read.

    Attributes:
        first_column_id: The id of the first column in it.
    """

    name: str
    env: Env
    first_column_id: int = 1
    columns: list[Column] = field(default_factory=list)
    defaults: dict[int, Any] = field(default_factory=dict)
    generated: dict[int, Any] = field(default_factory=dict)
    serials: list[SerialColumn] = field(default_factory=list)
    checks: list[CheckClause] = field(default_factory=list)
    keys: list[KeyConstraint] = field(default_factory=list)
    foreign_keys: list[ForeignKeyClause] = field(default_factory=list)
    copied: Copied = field(default_factory=Copied)

    def position(self, name: str) -> int | None:
        for position, column in enumerate(self.columns):
            if column.name == name:
                return position
        return None

    def is_serial(self, column_id: int, *, is_identity: bool | None = None) -> bool:
        """Returns whether the column has a sequence of its own: as identity, as serial, or either."""
        return any(
            serial.column_id == column_id and is_identity in {None, bool(serial.identity)}
            for serial in self.serials
        )

    def change(self, position: int, **changes: Any) -> None:
        self.columns[position] = msgspec.structs.replace(self.columns[position], **changes)

"""What SQL says about the rows that a foreign key's actions write: defaults and conditions.

Storage doesn't know SQL: the upper layer compiles `RowRules` for a table.
"""

from typing import Any, Protocol

from storage.items import Row


class RowRules(Protocol):
    """NOT NULL, CHECK and DEFAULT of one table version."""

    def default(self, position: int) -> Any:
        """Returns the value of a column's DEFAULT, now."""

    def complete(self, row: Row) -> Row:
        """Returns a changed row as it is to be stored. Raises 23502, 23514."""


class NoRules:
    """Of tables that are nobody's but storage's."""

    def default(self, _position: int) -> Any:
        return None

    def complete(self, row: Row) -> Row:
        return row

"""What a table's operations tell of their rows to whatever tests them together with other rows."""

from typing import Protocol

from storage.items import Row
from storage.kv.store import Newest, Transaction


class RowConstraints(Protocol):
    """Foreign keys and deferrable uniqueness of one table; see storage/constraints/rows.py."""

    async def inserted(self, txn: Transaction, key: bytes, row: Row) -> None:
        """A row has been added."""

    async def updated(
        self, txn: Transaction, key: bytes, old: Row, new_key: bytes, new: Row
    ) -> None:
        """A row has been changed, under another key perhaps."""

    async def deleted(self, txn: Transaction, old: Row) -> None:
        """A row has been removed."""

    def keys_of(self, row: Row) -> list[bytes]:
        """Returns the keys that a point operation must name because of what a new row refers to."""

    def insert_point(self, newest: Newest, row: Row) -> None:
        """Tests a row that has just been put. Raises 23503, NeedsTransaction."""

    def update_point(self, old: Row, new: Row) -> None:
        """Raises NeedsTransaction if a change is anything to other rows."""

    def delete_point(self) -> None:
        """Raises NeedsTransaction if others may refer to the table's rows."""

"""The attribute registry of dynamic tables: which undeclared attributes there are, of what kinds.

SQL types an undeclared attribute by the kinds it has had, so the write that brings a new one also
changes the table's record in the catalog, in the same transaction.
"""

from collections.abc import Collection, Mapping

from storage.catalog_store import CatalogStore
from storage.items import Row
from storage.kv.store import Transaction
from storage.packing import kind_of
from storage.schema import Table
from storage.types import Kind

Kinds = Mapping[str, Collection[Kind]]


class AttributeRegistry:
    """The registry of one table version. Rows end with the dict of their attributes."""

    def __init__(self, table: Table, catalogs: CatalogStore) -> None:
        self._table_id = table.id
        self._catalogs = catalogs
        self._known: Kinds = {name: frozenset(kinds) for name, kinds in table.attributes}

    def knows(self, row: Row) -> bool:
        """Returns whether the row brings nothing new."""
        return not _unknown(row, self._known)

    async def register(self, txn: Transaction, row: Row) -> None:
        """Enters what the row brings; other transactions that bring something wait for this one."""
        if self.knows(row):
            return
        seen = self._catalogs.seen_by(txn).table_by_id(self._table_id)
        unknown = _unknown(row, dict(seen.attributes) if seen else {})
        if unknown:
            await self._catalogs.transaction(txn).register_attributes(self._table_id, unknown)


def _unknown(row: Row, known: Kinds) -> list[tuple[str, Kind]]:
    return [
        (name, kind)
        for name, value in row[-1].items()
        if value is not None and (kind := kind_of(value)) not in known.get(name, ())
    ]

"""Indexes that are newer than a snapshot, hidden from the transactions that keep it.

An index is complete from the commit on that made it public. REPEATABLE READ may read by a snapshot
from before: rows have no entries there. So such a transaction sees a catalog in which the index is
still being built: its plans read otherwise, and its writes keep the index.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from storage.catalog import Catalog, Changes
from storage.schema import ElementState, Table

_KEPT_CATALOGS_MAX: Final = 8


class NewerIndexes:
    """Remembers since when indexes are complete, for as long as the server lives.

    Attributes:
        newest: The latest commit that completed an index.
    """

    def __init__(self) -> None:
        self.newest = 0
        self._since: dict[int, int] = {}
        self._catalogs: dict[tuple[int, frozenset[int]], Catalog] = {}

    def note(self, before: Catalog, changes: Changes, timestamp: int) -> None:
        """Notes the indexes that a commit has completed."""
        for table_id, table in changes.tables.items():
            old = before.table_by_id(table_id)
            if table is None or old is None or old.storage_id != table.storage_id:
                continue  # its rows are as new as its indexes
            for storage_id in _public(table) - _public(old):
                self._since[storage_id] = self.newest = timestamp

    def hidden_from(
        self, catalog: Catalog, timestamp: int, new_version: Callable[[], int]
    ) -> Catalog:
        """Returns the catalog as a transaction should see it that reads at a timestamp."""
        too_new = {storage_id for storage_id, since in self._since.items() if since > timestamp}
        tables = [table for table in catalog.tables if too_new & _public(table)]
        if not tables:
            return catalog
        key = (catalog.version, frozenset(too_new))
        found = self._catalogs.get(key)
        if found is None:
            changes = Changes.none()
            for table in tables:
                changes.tables[table.id] = _without(table, too_new, new_version())
            found = catalog.changed(changes)
            if len(self._catalogs) >= _KEPT_CATALOGS_MAX:
                del self._catalogs[next(iter(self._catalogs))]
            self._catalogs[key] = found
        return found


def _public(table: Table) -> set[int]:
    return {index.storage_id for index in table.indexes if index.state is ElementState.PUBLIC}


def _without(table: Table, too_new: set[int], version: int) -> Table:
    indexes = tuple(
        msgspec.structs.replace(index, state=ElementState.WRITE_ONLY)
        if index.storage_id in too_new
        else index
        for index in table.indexes
    )
    return msgspec.structs.replace(table, indexes=indexes, version=version)

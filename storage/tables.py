"""The tables of an open database: one `TableAccess` per table version, made when first used.

It also holds what outlives a version: the blocks of hidden keys. When DDL commits, the accesses of
the versions before become stale, and their next write plans again.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final
from weakref import WeakSet

from storage.catalog import Changes
from storage.catalog_store import CatalogStore
from storage.duplicates import PLAIN_RENDERING, KeyRendering
from storage.hidden_keys import HiddenKeys
from storage.index import IndexFunctions
from storage.kv.store import Coordinator
from storage.schema import Table
from storage.table import TableAccess

#: Compiled versions kept; beyond it the ones made first go.
ACCESS_COUNT_MAX: Final = 1000

CompileIndexes = Callable[[Table], Mapping[int, IndexFunctions]]


def _compile_nothing(_table: Table) -> Mapping[int, IndexFunctions]:
    return {}


class Tables:
    """Makes and keeps table accesses.

    Args:
        compile_indexes: Gives, by index id, the functions of a table's indexes on expressions and
            of its partial indexes; others may be left out.
    """

    def __init__(
        self,
        catalogs: CatalogStore,
        coordinator: Coordinator,
        compile_indexes: CompileIndexes = _compile_nothing,
        rendering: KeyRendering = PLAIN_RENDERING,
    ) -> None:
        self.catalogs = catalogs
        self._coordinator = coordinator
        self._compile_indexes = compile_indexes
        self._rendering = rendering
        self._accesses: dict[tuple[int, int], TableAccess] = {}
        #: Those too that only a cached plan still holds.
        self._live: defaultdict[int, WeakSet[TableAccess]] = defaultdict(WeakSet)
        self._hidden_keys: dict[int, HiddenKeys] = {}
        catalogs.on_install.append(self._installed)

    def access(self, table: Table) -> TableAccess:
        """Returns the access to this version of a table."""
        found = self._accesses.get((table.id, table.version))
        if found is None:
            found = self._make(table)
            self._accesses[table.id, table.version] = found
            self._live[table.id].add(found)
            if len(self._accesses) > ACCESS_COUNT_MAX:
                del self._accesses[next(iter(self._accesses))]
        return found

    def _make(self, table: Table) -> TableAccess:
        hidden_keys = None
        if table.hidden_key:
            hidden_keys = self._hidden_keys.get(table.storage_id)
            if hidden_keys is None:
                hidden_keys = HiddenKeys(self._coordinator, table.storage_id)
                self._hidden_keys[table.storage_id] = hidden_keys
        return TableAccess(
            table,
            catalogs=self.catalogs,
            rendering=self._rendering,
            functions=self._compile_indexes(table),
            hidden_keys=hidden_keys,
        )

    def _installed(self, changes: Changes) -> None:
        for table_id, table in changes.tables.items():
            for access in self._live.get(table_id, ()):
                if access.table is not table:
                    access.is_stale = True
                    self._accesses.pop((table_id, access.table.version), None)
        live = {table.storage_id for table in self.catalogs.current.tables}
        for storage_id in [s for s in self._hidden_keys if s not in live]:
            # Dropped, or not committed yet: then it just takes another block.
            del self._hidden_keys[storage_id]

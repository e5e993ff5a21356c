"""Adding an index to a table that is in use, beside everything else.

The work is storage's (storage/online_build.py), the same as CREATE INDEX CONCURRENTLY does: the index
goes through states, and a build that a crash cuts off goes on at the next start. Here it is only
begun: UpdateTable answers when the index is in the catalog, and DescribeTable shows when it is done.
"""

import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from storage.catalog_store import CatalogStore
from storage.embedded import OpenStore
from storage.errors import DatabaseError
from storage.online_build import OnlineBuilds
from storage.schema import Index, Table

_log = logging.getLogger(__name__)

#: Between two looks whether a build that was begun shows in the catalog.
_LOOK_SECONDS: Final = 0.001
#: So many that a build of a few items is done, even on a busy machine.
_LOOKS_MAX: Final = 250

Spawn = Callable[[Coroutine[Any, Any, None]], None]


class IndexBuilds:
    """Begins builds.

    Args:
        spawn: Runs a coroutine beside everything else, until the server stops.
    """

    def __init__(
        self, store: OpenStore, catalogs: CatalogStore, builds: OnlineBuilds, spawn: Spawn
    ) -> None:
        self._store = store
        self._catalogs = catalogs
        self._builds = builds
        self._spawn = spawn

    def is_busy(self, table_id: int) -> bool:
        """Returns whether an index of the table is being built."""
        return any(build.table_id == table_id for build in self._builds.running.values())

    async def begin(self, table_id: int, index: Index) -> Table:
        """Begins to build an index; returns the table that has it. Raises DatabaseError.

        Of a small table it is built by then, so that who goes on at once finds the table at rest.
        """
        failures: list[DatabaseError] = []
        self._spawn(self._build(table_id, index, failures))
        looks = 0
        while True:
            table = self._catalogs.current.table_by_id(table_id)
            if failures:
                raise failures[0]
            if table is None:
                raise DatabaseError("42P01", "the table does not exist any more")
            found = next((each for each in table.indexes if each.id == index.id), None)
            is_built = found is not None and not self.is_busy(table_id)
            if is_built or (found is not None and looks >= _LOOKS_MAX):
                return table
            looks += 1
            await self._store.slices.sleep(_LOOK_SECONDS)

    async def _build(self, table_id: int, index: Index, failures: list[DatabaseError]) -> None:
        guard = self._store.begin()
        try:
            await self._catalogs.transaction(guard).lock_definition(table_id)
            await self._builds.create(guard, table_id, index, "UpdateTable")
        except DatabaseError as error:
            failures.append(error)
            _log.warning("index_build_failed index=%s reason=%s", index.name, error.message)
        finally:
            await guard.rollback()
            self._catalogs.end(guard)

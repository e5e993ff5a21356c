"""The columns of a database's tables, for the server: keeper and query processes together.

Neither is started before it is needed: the keeper where tables have columns already, or when the
first gets some; query processes with the first query.

A table gets columns when a query asks for them by force, or in the background when the key path has
to read it whole and it turns out to be large.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from storage.columns.extents import KnownExtents
from storage.columns.followed_table import NotReadyError
from storage.columns.keeper_client import KeeperClient
from storage.columns.known_versions import Versions
from storage.columns.messages import ColumnarQuery
from storage.columns.query_answer import Answer
from storage.columns.query_client import QueryProcesses, QuerySettings
from storage.embedded import OpenStore
from storage.errors import DatabaseError
from storage.following import manifest_range
from storage.keyspace import ITEMS, prefix_range, storage_prefix
from storage.schema import Table

#: Items from which on a table is worth columns of its own.
BUILD_ROWS_MIN: Final = 20_000
#: Between two counts of the same table that wasn't large enough.
COUNT_AGAIN_SECONDS: Final = 60.0
_COUNTED_AT_ONCE: Final = 250


class HeldTables:
    """Tables as of one commit timestamp, held until `release`."""

    def __init__(self, processes: QueryProcesses, versions: Versions) -> None:
        self._processes = processes
        self._versions = versions
        self._is_held = True
        tables = versions.tables
        self.row_count = sum(table.row_count for table in tables)
        self.segment_count = sum(table.segment_count for table in tables)
        self.delta_row_count = sum(table.delta_row_count for table in tables)

    async def run(
        self, query: ColumnarQuery, formats: tuple[int, ...] | None, time_zone: str
    ) -> Answer:
        """Starts a query over them, when it is its turn."""
        by_storage = {version.storage_id: version for version in self._versions.tables}
        versions = [by_storage[spec.storage_id] for spec in query.tables]
        return await self._processes.run(query, versions, formats=formats, time_zone=time_zone)

    def release(self) -> None:
        """Lets them go."""
        if self._is_held:
            self._is_held = False
            self._versions.release()


@dataclass(frozen=True, slots=True)
class Figures:
    """What there is of one table's columns.

    Attributes:
        segments: Of each: name, rows, dead rows and bytes.
        paths: Of each path into documents and sort of values: column as parts call it ("c" and its
            id, "a" and the attribute), path, sort, rows.
    """

    storage_id: int
    phase: str
    row_count: int
    delta_row_count: int
    segments: list[tuple[str, int, int, int]]
    paths: list[tuple[str, tuple[str, ...], str, int]]
    problem: str


class TableColumns:
    """See above.

    Args:
        directory: The data directory.

    Attributes:
        extents: How large numbers are, as far as queries have read them.
    """

    def __init__(
        self, store: OpenStore, directory: Path, report: Callable[[str], None] = lambda _: None
    ) -> None:
        self._store = store
        self._keeper = KeeperClient(store, directory, report)
        floor_bytes = store.committer.disk.floor_bytes
        settings = QuerySettings(directory=directory / "queries", floor_bytes=floor_bytes)
        self.processes = QueryProcesses(settings)
        self.extents = KnownExtents()
        self._loop = asyncio.get_running_loop()
        self._starting: asyncio.Task[None] | None = None
        self._counting: dict[int, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # -- life --------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Starts the keeper, if any table has columns."""
        if self._store.committer.newest.scan(*manifest_range(), limit=1):
            await self._started()

    async def _started(self) -> None:
        if self._starting is None:
            self._starting = self._loop.create_task(self._keeper.start())
        await asyncio.shield(self._starting)

    async def close(self) -> None:
        """Ends all processes."""
        for task in self._tasks:
            task.cancel()
        await self.processes.close()
        if self._starting is not None:
            await self._keeper.close()

    # -- what a statement asks -----------------------------------------------------------------------

    def row_count(self, storage_id: int) -> int | None:
        """Returns roughly how many rows a table has, or None if its columns can't be read now."""
        if not self._keeper.is_ready(storage_id):
            return None
        return self._keeper.tables[storage_id].row_count or BUILD_ROWS_MIN

    async def prepare(self, tables: Sequence[Table]) -> None:
        """Returns when the columns of tables can be read, or never will be."""
        await self._started()
        for table in tables:
            self._keeper.begin(table)
        try:
            for table in tables:
                await self._keeper.wait_ready(table.storage_id)
        except NotReadyError:
            return

    async def as_of(self, storage_ids: Sequence[int], timestamp: int) -> HeldTables | None:
        """Returns the tables as of a commit timestamp; None if they can't be read so."""
        try:
            versions = await self._keeper.known_versions(storage_ids, timestamp)
        except NotReadyError:
            return None
        return HeldTables(self.processes, versions)

    def consider(self, table: Table) -> None:
        """Has a table's columns built, if it is large: the key path is about to read it whole."""
        storage_id, now = table.storage_id, self._loop.time()
        is_counted = self._counting.get(storage_id, 0.0) > now
        if is_counted or not self._keeper.is_worth_trying(storage_id):
            return
        self._counting[storage_id] = now + COUNT_AGAIN_SECONDS
        task = self._loop.create_task(self._begin_if_large(table))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _begin_if_large(self, table: Table) -> None:
        try:
            if await self._is_large(table.storage_id):
                await self._started()
                self._keeper.begin(table)
        except DatabaseError:
            return  # the snapshot went: the next query asks again

    async def _is_large(self, storage_id: int) -> bool:
        start, end = prefix_range(storage_prefix(ITEMS, storage_id))
        snapshot, slices = self._store.committer.newest, self._store.slices
        count = 0
        while entries := snapshot.scan(start, end, _COUNTED_AT_ONCE):
            count += len(entries)
            if count >= BUILD_ROWS_MIN:
                return True
            start = entries[-1][0] + b"\0"
            if slices.due():
                await slices.pause()
        return False

    async def figures(self) -> list[Figures]:
        """Returns what there is of each table's columns."""
        try:
            held = await self._keeper.figures()
        except NotReadyError:
            held = []
        by_storage = {table.storage_id: table for table in held}
        found = []
        for storage_id, table in self._keeper.tables.items():
            of_keeper = by_storage.get(storage_id)
            segments = [] if of_keeper is None else of_keeper.segments
            delta_row_count = 0 if of_keeper is None else of_keeper.delta_row_count
            found.append(
                Figures(
                    storage_id,
                    table.phase.value,
                    table.row_count,
                    delta_row_count,
                    segments,
                    [] if of_keeper is None else of_keeper.paths,
                    table.problem,
                )
            )
        return found

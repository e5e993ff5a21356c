"""The store's side of manifests: they are written and removed one after another.

The table is followed as long as it has a manifest (storage/following.py): until a removal is durable.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from storage.columns.manifest import Manifest, decode_manifest, encode_manifest
from storage.embedded import OpenStore
from storage.errors import DatabaseError
from storage.following import TABLES_MAX, manifest_key, manifest_range, note_range
from storage.keyspace import ITEMS, prefix_range, storage_prefix

#: A removal that the store didn't take is tried again.
AGAIN_SECONDS: Final = 10.0
#: The last commit timestamp there can be.
_END_OF_TIME: Final = (1 << 64) - 2


class ManifestLine:
    """Writes one thing after another, while `run` does.

    Args:
        report: Hears of what could not be written.

    Attributes:
        removed: Tables whose manifests are being removed.
    """

    def __init__(self, store: OpenStore, report: Callable[[str], None]) -> None:
        self._store = store
        self._committer = store.committer
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._line: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self.removed: set[int] = set()

    async def run(self) -> None:
        """Writes what waits, for ever."""
        while True:
            action = await self._line.get()
            try:
                await action()
            except DatabaseError as error:
                # The last manifest stays; what it lacks has been noted.
                self._report(f"a manifest of columns could not be written: {error.message}")
            finally:
                self._line.task_done()

    async def settled(self) -> None:
        """Returns when nothing waits."""
        await self._line.join()

    def all(self) -> list[Manifest]:
        """Returns the manifests there are."""
        entries = self._committer.newest.scan(*manifest_range(), TABLES_MAX)
        return [decode_manifest(value) for _, value in entries]

    def has_rows(self, storage_id: int) -> bool:
        """Returns whether there are items of a table."""
        items = prefix_range(storage_prefix(ITEMS, storage_id))
        return bool(self._committer.newest.scan(*items, limit=1))

    def keep(self, manifest: Manifest, kept: Callable[[], None]) -> None:
        """Has a manifest written, and then `kept` called."""
        self._line.put_nowait(partial(self._keep, manifest, kept))

    async def _keep(self, manifest: Manifest, kept: Callable[[], None]) -> None:
        storage_id = manifest.storage_id
        following = self._committer.following
        if storage_id in self.removed or not following.is_followed(storage_id):
            return
        txn = self._store.begin()
        txn.put(manifest_key(storage_id), encode_manifest(manifest))
        txn.delete_range(*note_range(storage_id, -1, manifest.applied))
        await txn.commit()
        following.forgotten(storage_id)
        kept()

    def remove(self, storage_id: int) -> None:
        """Has a table's manifest and notes removed."""
        self.removed.add(storage_id)
        self._line.put_nowait(partial(self._remove, storage_id))

    async def _remove(self, storage_id: int) -> None:
        txn = self._store.begin()
        txn.delete(manifest_key(storage_id))
        txn.delete_range(*note_range(storage_id, -1, _END_OF_TIME))
        try:
            await txn.commit()
        except DatabaseError:
            self._loop.call_later(AGAIN_SECONDS, self.remove, storage_id)
            raise
        self.removed.discard(storage_id)

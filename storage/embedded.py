"""The embedded store: all its parts put together, on RocksDB or in memory."""

import asyncio
import contextlib
import functools
import itertools
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import field
from pathlib import Path
from typing import Final, TypeVar

from storage.clock import Clock, SystemClock
from storage.commit import Committer
from storage.commit_contracts import Reopening, SyncedNumbers
from storage.coordinator import LocalCoordinator
from storage.disk import Disk, DiskGuard, DiskSettings, UnlimitedDisk
from storage.errors import DatabaseError
from storage.following import followed_storages
from storage.items import SPILL_BIT
from storage.kv import verdict
from storage.kv.batches import BATCH_KEY, BatchRecord, decode_record
from storage.kv.directory import DataDirectory, DirectoryError
from storage.kv.engine import Engine, EngineError, Entry, KeyRange, TableFile
from storage.kv.memory_store import MemoryEngine
from storage.kv.rocksdb_store import RocksEngine, RocksSettings
from storage.kv.store import Isolation, Newest, Retry
from storage.kv.synced_through import SyncedThrough
from storage.large import (
    commit_record_key,
    decode_commit_record,
    last_spill_number,
    pending_ranges,
)
from storage.lock_modes import LockMode
from storage.locks import LockTable
from storage.point import Evaluated, evaluate
from storage.records import dataclass
from storage.scratch import ScratchSpace
from storage.serializable import ReadSet, RecentWrites
from storage.sizes import Sizes
from storage.slices import Slices
from storage.syncer import Syncer, SyncThread
from storage.transaction import EmbeddedTransaction, Services

T = TypeVar("T")

HOUSEKEEPING_SECONDS: Final = 1.0
SCRATCH_SETTINGS: Final = RocksSettings(
    write_buffer_bytes=8 << 20,
    write_buffer_count_max=3,
    block_cache_bytes=8 << 20,
    has_log=False,
)


def _exit_process(reason: str) -> None:
    raise SystemExit(f"terrascale: {reason}")


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """What an administrator may tune."""

    rocks: RocksSettings = field(default_factory=RocksSettings)
    disk: DiskSettings = field(default_factory=DiskSettings)
    deadlock_timeout_ms: int = 1000


@dataclass(frozen=True, slots=True)
class StoreComponents:
    """Parts that tests exchange.

    Attributes:
        open_engine: Opens the engine in a directory.
        die: Ends the process after a failed sync; a supervisor starts it again.
    """

    clock: Clock = field(default_factory=SystemClock)
    open_engine: Callable[[Path, RocksSettings], Engine] = RocksEngine
    make_locks: Callable[..., LockTable] = LockTable
    make_transaction: Callable[..., EmbeddedTransaction] = EmbeddedTransaction
    make_reads: Callable[[RecentWrites], ReadSet] = ReadSet
    make_syncer: Callable[[asyncio.AbstractEventLoop], Syncer] = SyncThread
    die: Callable[[str], None] = _exit_process


class _PointOwner:
    """Holds the locks of a parked point operation."""

    __slots__ = ("deadlock_timeout_ms", "id", "lock_timeout_ms", "process_id")

    def __init__(self, owner_id: int, lock_timeout_ms: int) -> None:
        self.id = owner_id
        self.process_id = 0
        self.lock_timeout_ms = lock_timeout_ms
        self.deadlock_timeout_ms = 0

    def has_written(self, _key: bytes) -> bool:
        return False


class OpenStore:
    """An open embedded store; see `storage.kv.store.EmbeddedStore`.

    Attributes:
        coordinator: Locks, id ranges and notifications of this server.
        locks: The lock table, for its synchronous calls.
        slices: What long work in this loop asks when to pause.
    """

    def __init__(
        self,
        services: Services,
        *,
        loop: asyncio.AbstractEventLoop,
        syncer: Syncer,
        close_files: Callable[[], None],
        make_transaction: Callable[..., EmbeddedTransaction],
    ) -> None:
        self._make_transaction = make_transaction
        self.locks = services.locks
        self.slices = services.slices
        self.committer = services.committer
        self.coordinator = LocalCoordinator(self.locks, self.point)
        self._services = services
        self._syncer = syncer
        self._close_files = close_files
        self._ids = itertools.count(1)
        self._spilled_timestamps: dict[int, int] = {}
        self._is_open = True
        self._loop = loop
        self._housekeeping = loop.call_later(HOUSEKEEPING_SECONDS, self._keep_house)

    @functools.cached_property
    def sizes(self) -> Sizes:
        """What ranges of keys hold."""

        def files() -> list[TableFile]:
            # Of the engine that is open now: after a full disk it is another one.
            return self.committer.engine.table_files()

        return Sizes(self.scan_now, files, self._loop.call_later)

    def begin(self, isolation: Isolation = Isolation.READ_COMMITTED) -> EmbeddedTransaction:
        return self._make_transaction(self._services, next(self._ids), isolation)

    async def point(
        self,
        keys: Sequence[bytes],
        operation: Callable[[Newest], T],
        *,
        lock_timeout_ms: int = 0,
    ) -> T:
        while True:
            try:
                evaluated = self.point_now(keys, operation)
            except Retry as retry:
                keys = retry.keys
                continue
            if evaluated is not None:
                return await evaluated.told()
            keys, evaluated = await self._parked(keys, operation, lock_timeout_ms)
            if evaluated is not None:
                return await evaluated.told()

    async def point_evaluated(
        self, keys: Sequence[bytes], operation: Callable[[Newest], T]
    ) -> Evaluated[T]:
        """Likewise, but returns when the operation has run: await `told()` for its result."""
        while True:
            try:
                evaluated = self.point_now(keys, operation)
            except Retry as retry:
                keys = retry.keys
                continue
            if evaluated is None:
                keys, evaluated = await self._parked(keys, operation, 0)
            if evaluated is not None:
                return evaluated

    def point_now(
        self,
        keys: Sequence[bytes],
        operation: Callable[[Newest], T],
        *,
        mode: LockMode = LockMode.UPDATE,  # of transactions
        shared: Sequence[bytes] = (),
    ) -> Evaluated[T] | None:
        locks = self.locks
        if not locks.is_idle:
            for key in itertools.chain(keys, shared):
                if not locks.is_free(key):
                    return None
        return evaluate(self.committer, operation)

    async def _parked(
        self, keys: Sequence[bytes], operation: Callable[[Newest], T], lock_timeout_ms: int
    ) -> tuple[Sequence[bytes], Evaluated[T] | None]:
        """Waits for one key that is taken, then runs the operation if the others are free.

        It waits without holding anything, so it is in no deadlock. All wait for the least of their
        keys that are taken: if some had one of two keys, and some the other, they would find each other
        in the way, let go and come back for ever.
        """
        is_free = self.locks.is_free
        taken = min((key for key in keys if not is_free(key)), default=None)
        if taken is None:
            return keys, None
        owner = _PointOwner(next(self._ids), lock_timeout_ms)
        await self.locks.acquire(owner, taken, LockMode.UPDATE)
        try:
            if not all(key == taken or is_free(key) for key in keys):
                return keys, None
            return keys, evaluate(self.committer, operation)
        except Retry as retry:
            return retry.keys, None
        finally:
            self.locks.release(owner)

    def timestamp_of(self, stamp: int) -> int:
        """Returns the commit timestamp that an item's stamp stands for (0: an own write)."""
        if stamp < SPILL_BIT:
            return stamp
        timestamp = self._spilled_timestamps.get(stamp)
        if timestamp is None:
            record = self.committer.newest.get(commit_record_key(stamp ^ SPILL_BIT))
            if record is None:
                raise DatabaseError("XX001", f"commit record {stamp ^ SPILL_BIT} is missing")
            timestamp = self._spilled_timestamps[stamp] = decode_commit_record(record)
        return timestamp

    def get_now(self, key: bytes) -> bytes | None:
        return self.committer.newest.get(key)

    def scan_now(
        self, start: bytes, end: bytes, limit: int, *, reverse: bool = False
    ) -> list[Entry]:
        return self.committer.newest.scan(start, end, limit, reverse=reverse)

    async def close(self) -> None:
        """Closes the store; raises EngineError as the committer's `close_engine` does."""
        if not self._is_open:
            return
        self._is_open = False
        self._housekeeping.cancel()
        await self.committer.drain()
        self._services.scratch.close()
        self._syncer.close()
        try:
            await self._loop.run_in_executor(None, self.committer.close_engine)
        finally:
            self._close_files()

    def abandon(self) -> None:
        """Lets go of the loop without saving anything: what a crash does, for tests."""
        self._is_open = False
        self._housekeeping.cancel()
        self._services.scratch.close()

    def _keep_house(self) -> None:
        """Once a second: what no commit does by itself."""
        self.committer.keep_house()
        self._housekeeping = self._loop.call_later(HOUSEKEEPING_SECONDS, self._keep_house)


class _NoNumbers:
    """A store in memory keeps no number beside itself."""

    def record(self, number: int) -> None:
        return


@dataclass(frozen=True, slots=True)
class _Files:
    """What lies beside the engine."""

    numbers: SyncedNumbers
    disk: Disk
    reopen: Reopening | None
    close: Callable[[], None]
    scratch: Path
    open_scratch: Callable[[Path], Engine]


@dataclass(frozen=True, slots=True)
class _State:
    """What an opened engine says about earlier lives.

    Attributes:
        late_ranges: Ranges that a large commit had still to remove, and the keys of the notes.
        followed: Storage ids of the tables that are also kept as columns.
    """

    last: BatchRecord
    last_spill_number: int
    late_ranges: list[tuple[bytes, list[KeyRange]]]
    followed: list[int]

    @classmethod
    def of(cls, engine: Engine) -> "_State":
        """Reads it; raises EngineError if it can't be read."""
        snapshot = engine.snapshot()
        return cls(
            decode_record(snapshot.get(BATCH_KEY)),
            last_spill_number(snapshot.scan),
            pending_ranges(snapshot.scan),
            followed_storages(snapshot.scan),
        )


def _assemble(
    engine: Engine,
    state: _State,
    settings: StoreSettings,
    components: StoreComponents,
    files: _Files,
) -> OpenStore:
    loop = asyncio.get_running_loop()
    syncer = components.make_syncer(loop)
    committer = Committer(
        engine,
        state.last,
        loop=loop,
        clock=components.clock,
        syncer=syncer,
        synced_numbers=files.numbers,
        disk=files.disk,
        reopen=files.reopen,
        die=components.die,
    )
    for storage_id in state.followed:
        committer.following.begin(storage_id)
    for note, ranges in state.late_ranges:
        committer.join({note: None}, committer.timestamps.next(), ranges=ranges)
    services = Services(
        committer,
        components.make_locks(loop, deadlock_timeout_ms=settings.deadlock_timeout_ms),
        Slices(loop),
        ScratchSpace(loop, files.scratch, files.open_scratch),
        itertools.count(state.last_spill_number + 1),
        components.make_reads,
    )
    return OpenStore(
        services,
        loop=loop,
        syncer=syncer,
        close_files=files.close,
        make_transaction=components.make_transaction,
    )


class _EngineOpener:
    """Opens the engine of a data directory, after the verdict.

    At the start, and after a full disk.
    """

    def __init__(
        self, directory: DataDirectory, settings: StoreSettings, components: StoreComponents
    ) -> None:
        self._directory = directory
        self._settings = settings
        self._components = components

    def open(self) -> tuple[Engine, _State]:
        """Raises DamageError if acknowledged commits are missing, EngineError if it can't open."""
        store = self._directory.store
        expected = verdict.judge(store, self._directory.synced_through).number
        engine = self._components.open_engine(store, self._settings.rocks)
        try:
            state = _State.of(engine)
        except EngineError as error:
            engine.close()
            raise verdict.DamageError(store, None, error.message) from error
        number = state.last.number
        if number < expected:
            engine.close()
            problem = f"batches {number + 1} to {expected} are in the logs but were not recovered"
            raise verdict.DamageError(store, None, problem)
        return engine, state

    def reopen(self, failed: Engine) -> tuple[Engine, BatchRecord]:
        """Takes the place of an engine that has failed."""
        with contextlib.suppress(EngineError):  # it says once more that it failed
            failed.close()
        engine, state = self.open()
        return engine, state.last


async def open_store(
    path: Path,
    settings: StoreSettings | None = None,
    components: StoreComponents | None = None,
) -> OpenStore:
    """Opens the store in a data directory, making it if need be.

    Raises DirectoryError if the directory can't be used, and DamageError, with file and advice, if
    acknowledged commits are missing.
    """
    settings = settings or StoreSettings()
    components = components or StoreComponents()
    directory = DataDirectory(path)
    opener = _EngineOpener(directory, settings, components)
    try:
        engine, state = opener.open()
        numbers = SyncedThrough(directory.synced_through)
    except EngineError as error:
        directory.unlock()
        raise DirectoryError(f"cannot open the store in {path}: {error.message}") from error
    except BaseException:
        directory.unlock()
        raise

    def close() -> None:
        numbers.close()
        directory.unlock()

    files = _Files(
        numbers,
        DiskGuard(path, settings.disk),
        opener.reopen,
        close,
        directory.scratch,
        lambda scratch: RocksEngine(scratch, SCRATCH_SETTINGS),
    )
    return _assemble(engine, state, settings, components, files)


async def open_memory_store(
    engine: Engine | None = None,
    settings: StoreSettings | None = None,
    components: StoreComponents | None = None,
) -> OpenStore:
    """Opens a store in memory, for tests; nothing of it outlives the engine."""
    scratch = Path(tempfile.gettempdir(), f"terrascale-scratch-{id(engine)}")
    files = _Files(
        _NoNumbers(),
        UnlimitedDisk(),
        None,
        lambda: shutil.rmtree(scratch, ignore_errors=True),
        scratch,
        lambda _: MemoryEngine(),
    )
    engine = engine or MemoryEngine()
    return _assemble(
        engine,
        _State.of(engine),
        settings or StoreSettings(),
        components or StoreComponents(),
        files,
    )

"""Power cuts played in memory: fast, and at any moment between two steps of the loop.

An engine in memory knows which batches are synced. A simulation runs the crash workload, cuts the
power at a random moment, keeps as many unsynced batches as chance says, opens the rest and checks
every promise; then it goes on from there.
"""

import asyncio
import random
from collections.abc import Callable

from storage.embedded import OpenStore, StoreComponents, open_memory_store
from storage.kv.engine import Engine
from storage.kv.memory_store import MemoryEngine
from storage.locks import LockTable
from tests.crash.store_workload import Ledger, Workload, verify
from tests.storage.engines import ManualSyncer


def _unchanged(engine: Engine) -> Engine:
    return engine


async def simulate(
    seed: int,
    *,
    cuts: int = 3,
    wrap: Callable[[Engine], Engine] = _unchanged,
    make_locks: Callable[..., LockTable] = LockTable,
    large: int = 0,
) -> None:
    """Raises AssertionError if a promise is broken."""
    chance = random.Random(seed)
    ledger = Ledger()
    memory = MemoryEngine()
    for _ in range(cuts):
        syncer = ManualSyncer()
        syncer.is_automatic = False
        components = StoreComponents(make_syncer=lambda _, s=syncer: s, make_locks=make_locks)  # type: ignore[misc]  # bound at once
        store = await open_memory_store(wrap(memory), components=components)
        await _until_the_cut(store, ledger, syncer, chance, large)
        memory = memory.crashed(chance.randint(0, memory.unsynced_count))
        after = await open_memory_store(memory)
        await verify(after, ledger)
        await after.close()


async def _until_the_cut(
    store: OpenStore, ledger: Ledger, syncer: ManualSyncer, chance: random.Random, large: int
) -> None:
    workload = Workload(store, ledger, chance.randrange(1 << 30))
    running = asyncio.ensure_future(workload.run(large=large))
    # A large transaction takes more turns of the loop, and more yet on a busy machine.
    for _ in range(chance.randint(20, 4000 if large else 400)):
        if running.done():
            running.result()
        if syncer.is_running and chance.random() < 0.5:
            syncer.finish()
        await asyncio.sleep(0 if chance.random() < 0.9 else 0.001)
    # The power goes: nothing in flight hears any more.
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    store.abandon()

"""Both stores against a sorted dict: whatever is done, in whatever order, they agree."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from storage.disk import DiskSettings
from storage.embedded import OpenStore, StoreSettings, open_memory_store, open_store
from storage.kv.memory_store import MemoryEngine
from storage.transaction import EmbeddedTransaction
from tests.storage.kv.contract import collected

T = TypeVar("T")
Model = dict[bytes, bytes]

KEYS = st.sampled_from([b"\x10" + bytes([a, b]) for a in range(4) for b in range(4)])
VALUES = st.binary(max_size=8)


class Open:
    """A transaction, what it should see, and what it has written since each savepoint."""

    def __init__(self, transaction: EmbeddedTransaction, base: Model) -> None:
        self.transaction = transaction
        self.base = base
        self.writes: dict[bytes, bytes | None] = {}
        self.savepoints: list[tuple[int, dict[bytes, bytes | None]]] = []

    def view(self) -> Model:
        merged = {**self.base, **self.writes}
        return {key: value for key, value in merged.items() if value is not None}


class StoreMachine(RuleBasedStateMachine):
    """Transactions that overlap, point operations, scans, and restarts."""

    transactions = Bundle("transactions")

    @initialize()
    def begin_run(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.model: Model = {}
        self.open: list[Open] = []
        self.store = self.run(self.open_store())

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(coroutine)

    async def open_store(self) -> OpenStore:
        raise NotImplementedError

    @rule(target=transactions)
    def begin(self) -> Open:
        opened = Open(self.store.begin(), dict(self.model))
        self.open.append(opened)
        return opened

    def is_open(self, opened: Open) -> bool:
        return opened in self.open

    @rule(opened=transactions, key=KEYS, value=st.none() | VALUES)
    def write(self, opened: Open, key: bytes, value: bytes | None) -> None:
        if not self.is_open(opened):
            return
        if value is None:
            opened.transaction.delete(key)
        else:
            opened.transaction.put(key, value)
        opened.writes[key] = value

    @rule(opened=transactions)
    def savepoint(self, opened: Open) -> None:
        if self.is_open(opened):
            mark = opened.transaction.savepoint()
            opened.savepoints.append((mark, dict(opened.writes)))

    @rule(opened=transactions, position=st.integers(0, 5))
    def rollback_to(self, opened: Open, position: int) -> None:
        if not self.is_open(opened) or not opened.savepoints:
            return
        position %= len(opened.savepoints)
        mark, writes = opened.savepoints[position]
        self.run(opened.transaction.rollback_to(mark))
        opened.writes = dict(writes)
        del opened.savepoints[position + 1 :]

    @rule(opened=transactions)
    def refresh(self, opened: Open) -> None:
        if self.is_open(opened):
            opened.transaction.refresh()
            opened.base = dict(self.model)

    @rule(opened=transactions)
    def spill(self, opened: Open) -> None:
        """Whatever its size: the smallest spill is as good as the largest."""
        if self.is_open(opened):
            self.run(opened.transaction._spill_out())

    @rule(opened=transactions, key=KEYS)
    def get(self, opened: Open, key: bytes) -> None:
        if self.is_open(opened):
            assert self.run(opened.transaction.get(key)) == opened.view().get(key)

    @rule(
        opened=transactions,
        start=KEYS,
        end=KEYS,
        reverse=st.booleans(),
        limit=st.none() | st.integers(0, 6),
    )
    def scan(
        self, opened: Open, start: bytes, end: bytes, reverse: bool, limit: int | None
    ) -> None:
        if not self.is_open(opened):
            return
        scan = opened.transaction.scan(start, end, reverse=reverse, limit=limit)
        expected = [(k, v) for k, v in sorted(opened.view().items()) if start <= k < end]
        if reverse:
            expected.reverse()
        assert self.run(collected(scan)) == expected[:limit]

    @rule(opened=consumes(transactions))
    def commit(self, opened: Open) -> None:
        if self.is_open(opened):
            self.run(opened.transaction.commit())
            self.open.remove(opened)
            self.model.update({k: v for k, v in opened.writes.items() if v is not None})
            for key, value in opened.writes.items():
                if value is None:
                    self.model.pop(key, None)
            self.check()

    @rule(target=transactions, opened=consumes(transactions))
    def rollback(self, opened: Open) -> Any:
        if self.is_open(opened):
            self.run(opened.transaction.rollback())
            self.open.remove(opened)
        return multiple()

    @rule(key=KEYS, value=st.none() | VALUES)
    def point(self, key: bytes, value: bytes | None) -> None:
        if not self.store.locks.is_free(key):
            return  # A spilled transaction has written it: it would be waited for.

        def operation(state: Any) -> bytes | None:
            old: bytes | None = state.get(key)
            if value is None:
                state.delete(key)
            else:
                state.put(key, value)
            assert state.get(key) == value
            return old

        assert self.run(self.store.point([key], operation)) == self.model.pop(key, None)
        if value is not None:
            self.model[key] = value

    @rule()
    def check(self) -> None:
        assert self.store.scan_now(b"\x10", b"\x11", 1000) == sorted(self.model.items())

    @rule()
    def restart(self) -> None:
        for opened in self.open:
            self.run(opened.transaction.rollback())
        self.open.clear()
        self.run(self.store.close())
        self.store = self.run(self.open_store())
        self.check()

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.run(self.store.close())
            self.run(self.loop.shutdown_default_executor())
            self.loop.close()


class MemoryMachine(StoreMachine):
    def __init__(self) -> None:
        super().__init__()
        self.engine = MemoryEngine()

    async def open_store(self) -> OpenStore:
        return await open_memory_store(self.engine)


class RocksDbMachine(StoreMachine):
    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="terrascale-model-"))

    async def open_store(self) -> OpenStore:
        return await open_store(
            self.directory, StoreSettings(disk=DiskSettings(floor_bytes=0, ballast_bytes=0))
        )

    def teardown(self) -> None:
        super().teardown()
        shutil.rmtree(self.directory)


@pytest.mark.parametrize(("machine", "examples"), [(MemoryMachine, 60), (RocksDbMachine, 25)])
def test_the_store_agrees_with_a_sorted_dict(machine: type[StoreMachine], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

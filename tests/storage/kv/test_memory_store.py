"""The store in memory keeps the contract."""

from collections.abc import AsyncIterator

import pytest

from storage.embedded import OpenStore, open_memory_store
from tests.storage.kv.contract import StoreContract
from tests.storage.kv.large_contract import LargeContract


@pytest.fixture
async def store() -> AsyncIterator[OpenStore]:
    opened = await open_memory_store()
    yield opened
    await opened.close()


class TestMemoryStore(StoreContract):
    pass


class TestMemoryStoreWithLargeTransactions(LargeContract):
    pass

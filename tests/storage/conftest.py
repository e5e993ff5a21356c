"""Fixtures of the storage tests."""

from collections.abc import AsyncIterator

import pytest

from tests.storage.database import Database


@pytest.fixture
async def db() -> AsyncIterator[Database]:
    database = await Database.open()
    yield database
    await database.store.close()

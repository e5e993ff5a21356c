"""Stores that one process opens one after another give each of their types a number of its own.

A server has one store, so what it knows of types it knows by their numbers; here there are hundreds.
"""

import itertools
from collections.abc import Iterator

import pytest

from storage import catalog_store

_FIRST_IDS = itertools.count(catalog_store.FIRST_RELATION_ID, 2000)


@pytest.fixture(autouse=True)
def ids_of_its_own() -> Iterator[None]:
    usual = catalog_store.FIRST_RELATION_ID
    catalog_store.FIRST_RELATION_ID = next(_FIRST_IDS)  # type: ignore[misc]  # one store after another
    yield
    catalog_store.FIRST_RELATION_ID = usual  # type: ignore[misc]

"""Sessions over a store in memory; types that a script makes are forgotten with its store."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.tsql.harness import alice, bob, database
from tsql.catalog import pg
from tsql.types import enums, kinds

__all__ = ["alice", "bob", "database"]


@pytest.fixture(autouse=True)
def own_types() -> Iterator[None]:
    registries: tuple[dict[Any, Any], ...] = (
        pg.types(),
        kinds._KINDS,
        enums._newest,
        enums._codes,
        enums._names,
    )
    before = [dict(registry) for registry in registries]
    yield
    for registry, old in zip(registries, before, strict=True):
        registry.clear()
        registry.update(old)
    kinds.kinds_of_type.cache_clear()

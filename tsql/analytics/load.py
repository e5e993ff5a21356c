"""Loads the translation of queries for the columns, piece by piece, before the first one needs it.

All of it at once takes 50 ms, for which everybody would wait.
"""

import importlib
from collections.abc import Iterator
from typing import Final

#: What a module imports comes before it.
_MODULES: Final = (
    "tsql.analytics.documents",
    "tsql.analytics.emitted",
    "tsql.analytics.families.datetimes",
    "tsql.analytics.families.division",
    "tsql.analytics.families.floats",
    "tsql.analytics.families.integers",
    "tsql.analytics.families.intervals",
    "tsql.analytics.families.numerics",
    "tsql.analytics.families.patterns",
    "tsql.analytics.families.texts",
    "tsql.analytics.forms",
    "tsql.analytics.paths",
    "tsql.analytics.expressions",
    "tsql.analytics.derived",
    "tsql.analytics.level",
    "tsql.analytics.statements",
    "tsql.analytics.translator",
)

_waiting: Iterator[str] = iter(_MODULES)


def load_next() -> bool:
    """Loads one more module; returns whether there was one."""
    name = next(_waiting, None)
    if name is None:
        return False
    importlib.import_module(name)
    return True

"""Loads the function and type families, for what they register.

The types and the everyday functions are imported at once. The others come one by one: in the
background, when the server has started (`load_next`), or when a statement asks for a function that
isn't there yet. Sorted; one line a family. Behind them come PostgreSQL's rows, which the first
statement with an operator would otherwise wait for.
"""

# ruff: noqa: F401 - imported for what they register

import importlib
from collections.abc import Callable, Iterator
from typing import Final

import tsql.functions.aggregate
import tsql.functions.boolean
import tsql.functions.datetime_comparison
import tsql.functions.float
import tsql.functions.integer
import tsql.functions.number_cast
import tsql.functions.numeric
import tsql.functions.text
import tsql.functions.text_cast
import tsql.functions.text_comparison
import tsql.types.array
import tsql.types.boolean
import tsql.types.bytea
import tsql.types.datetimes
import tsql.types.floats
import tsql.types.integers
import tsql.types.interval
import tsql.types.json
import tsql.types.numeric
import tsql.types.opaque
import tsql.types.text
import tsql.types.type_names
import tsql.types.uuid
import tsql.types.void
from tsql.catalog import pg
from tsql.functions import registry

_FAMILIES: Final = (
    "tsql.functions.absent_objects",
    "tsql.functions.activity",
    "tsql.functions.advisory_locks",
    "tsql.functions.array",
    "tsql.functions.array_search",
    "tsql.functions.bits",
    "tsql.functions.bytea",
    "tsql.functions.datetime_arithmetic",
    "tsql.functions.datetime_cast",
    "tsql.functions.datetime_extract",
    "tsql.functions.datetime_make",
    "tsql.functions.datetime_now",
    "tsql.functions.datetime_trunc",
    "tsql.functions.encode",
    "tsql.functions.encodings",
    "tsql.functions.float_math",
    "tsql.functions.formatting.date_output",
    "tsql.functions.formatting.number_input",
    "tsql.functions.formatting.number_output",
    "tsql.functions.enum",
    "tsql.functions.extensions",
    "tsql.functions.formatting.to_date",
    "tsql.functions.hashing",
    "tsql.functions.in_range",
    "tsql.functions.interval",
    "tsql.functions.json_access",
    "tsql.functions.json_aggregates",
    "tsql.functions.json_build",
    "tsql.functions.json_records",
    "tsql.functions.jsonb_access",
    "tsql.functions.jsonb_change",
    "tsql.functions.jsonb_compare",
    "tsql.functions.jsonpath.functions",
    "tsql.functions.like",
    "tsql.functions.money",
    "tsql.functions.multiranges",
    "tsql.functions.network",
    "tsql.functions.addresses",
    "tsql.functions.number_hash",
    "tsql.functions.number_output",
    "tsql.functions.numeric_power",
    "tsql.functions.ordered_set",
    "tsql.functions.privileges",
    "tsql.functions.random",
    "tsql.functions.record_images",
    "tsql.functions.records",
    "tsql.functions.regexp",
    "tsql.functions.series",
    "tsql.functions.session_info",
    "tsql.functions.similar",
    "tsql.functions.sizes",
    "tsql.functions.statistics",
    "tsql.functions.text_format",
    "tsql.functions.text_quote",
    "tsql.functions.text_unicode",
    "tsql.functions.time_zone",
    "tsql.functions.to_ascii",
    "tsql.functions.type_info",
    "tsql.functions.type_output",
    "tsql.functions.width_bucket",
    "tsql.functions.zone_lists",
)

_families_to_come: Iterator[str] = iter(_FAMILIES)
_further: Final[list[str]] = []
_rows_to_come: Iterator[Callable[[], object]] = iter(
    (pg.operators_by_name, pg.procs_by_name, pg.casts, pg.aggregates)
)


def load_family() -> bool:
    """Loads one more family of functions; False if all are there."""
    name = next(_families_to_come, None)
    if name is None and _further:
        name = _further.pop()
    if name is None:
        return False
    importlib.import_module(name)
    return True


def load_later(module: str) -> None:
    """Adds a module outside this package to what is loaded when it is time."""
    _further.append(module)


def load_next() -> bool:
    """Loads one more of everything that may come later; False if all is there."""
    if load_family():
        return True
    load_rows = next(_rows_to_come, None)
    if load_rows is None:
        return False
    load_rows()
    return True


registry.on_missing(load_family)

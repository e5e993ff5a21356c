"""Values of a columnar result as the executor has them.

A batch comes as a msgpack array of each column's values (storage/columns/result_values.py). One typed
decoder for each combination of kinds turns it into Python's values; what needs more than its type
(intervals, jsonb, arrays) is converted column by column.
"""

import functools
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import msgspec

from storage.types import Array, Interval
from tsql.executor.run import Row
from tsql.types.json import parse_jsonb

_TYPES: Final[dict[str, Any]] = {
    "bool": bool,
    "float32": float,
    "float64": float,
    "numeric": Decimal,
    "numeric_scaled": Decimal,
    "quotient": Decimal,
    "var_pop": Decimal,
    "var_samp": Decimal,
    "stddev_pop": Decimal,
    "stddev_samp": Decimal,
    "interval": tuple[int, int, int],
    "uuid": bytes,
    "bytea": bytes,
    "text": str,
    "jsonb": str,
}


@functools.lru_cache(maxsize=512)
def rows_decoder(kinds: tuple[str, ...]) -> Callable[[bytes], list[Row]]:
    """Returns what turns a batch into rows."""
    columns: Any = tuple[tuple(list[_type_of(kind) | None] for kind in kinds)]  # type: ignore[misc]
    decode = msgspec.msgpack.Decoder(columns).decode
    conversions = [
        (position, convert)
        for position, kind in enumerate(kinds)
        if (convert := _conversion(kind)) is not None
    ]

    def rows(payload: bytes) -> list[Row]:
        values = decode(payload)
        if conversions:
            values = list(values)
            for position, convert in conversions:
                values[position] = [
                    None if value is None else convert(value) for value in values[position]
                ]
        return list(zip(*values, strict=True))

    return rows


def _type_of(kind: str) -> Any:
    if kind.endswith("[]"):
        return list[_type_of(kind[:-2]) | None]  # type: ignore[misc]
    return _TYPES.get(kind, int)


def _conversion(kind: str) -> Callable[[Any], Any] | None:
    if kind == "interval":
        return lambda parts: Interval(*parts)
    if kind == "jsonb":
        return parse_jsonb
    if not kind.endswith("[]"):
        return None
    convert = _conversion(kind[:-2])
    if convert is None:
        return Array.of
    return lambda items: Array.of([None if item is None else convert(item) for item in items])

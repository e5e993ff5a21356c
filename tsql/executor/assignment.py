"""SET a[1] = …, SET doc['key'] = …: containers with a part replaced, as closures.

An array grows to take in an element beside it, filled up with NULLs; so does a JSON array. What is
missing on the way to a JSON element is made: an array where the subscript is a number, else an
object.
"""

from collections.abc import Sequence
from typing import Any, Final

from storage.errors import DatabaseError
from storage.types import JSON_NULL, Array
from tsql.env import Env
from tsql.executor.parts import Evaluate, Row
from tsql.types.array import check_bounds
from tsql.types.json import in_key_order

_EMPTY: Final = Array((), (), ())


def subscript_assignment(
    container: Evaluate,
    lower: Sequence[Evaluate | None],
    upper: Sequence[Evaluate | None],
    value: Evaluate,
) -> Evaluate:
    """Returns the closure for an array's element or slice. Raises 2202E, 22004."""

    def values_of(parts: Sequence[Evaluate | None], row: Row, env: Env) -> list[int | None]:
        return [_bound(part, row, env) for part in parts]

    def element(row: Row, env: Env) -> Any:
        array = container(row, env)
        indexes = values_of(upper, row, env)
        return _with_element(
            array or _EMPTY, [i for i in indexes if i is not None], value(row, env)
        )

    def some(row: Row, env: Env) -> Any:
        array = container(row, env) or _EMPTY
        firsts, lasts = values_of(lower, row, env), values_of(upper, row, env)
        new = value(row, env)
        return array if new is None else _with_slice(array, firsts, lasts, new)

    return some if lower else element


def _bound(part: Evaluate | None, row: Row, env: Env) -> int | None:
    if part is None:
        return None
    index: int | None = part(row, env)
    if index is None:
        raise DatabaseError("22004", "array subscript in assignment must not be null")
    return index


def _with_element(array: Array, indexes: Sequence[int], value: Any) -> Array:
    if not array.dimensions:
        return _made((value,), (1,) * len(indexes), tuple(indexes))
    if len(indexes) != len(array.dimensions):
        raise DatabaseError("2202E", "wrong number of array subscripts")
    if len(indexes) == 1:
        return _replaced(array, indexes[0], (value,))
    offset = 0
    for index, length, low in zip(indexes, array.dimensions, array.lower_bounds, strict=True):
        if not low <= index < low + length:
            raise DatabaseError("2202E", "array subscript out of range")
        offset = offset * length + index - low
    items = (*array.items[:offset], value, *array.items[offset + 1 :])
    return Array(items, array.dimensions, array.lower_bounds)


def _replaced(array: Array, first: int, values: Sequence[Any]) -> Array:
    """Returns a one-dimensional array with some elements replaced, longer where need be."""
    items, low = array.items, array.lower_bounds[0]
    check_bounds((max(first + len(values) - low, low + len(items) - first),), (min(first, low),))
    if first < low:
        items = (None,) * (low - first) + items
        low = first
    start = first - low
    if start > len(items):
        items += (None,) * (start - len(items))
    return _made((*items[:start], *values, *items[start + len(values) :]), None, (low,))


def _made(items: tuple[Any, ...], dimensions: Any, lower_bounds: tuple[int, ...]) -> Array:
    dimensions = (len(items),) if dimensions is None else dimensions
    check_bounds(dimensions, lower_bounds)
    return Array(items, dimensions, lower_bounds)


def _with_slice(
    array: Array, firsts: Sequence[int | None], lasts: Sequence[int | None], new: Array
) -> Array:
    ranges = _ranges(array, firsts, lasts)
    count = 1
    for first, last in ranges:
        if first > last + 1:
            raise DatabaseError("2202E", "upper bound cannot be less than lower bound")
        count *= last - first + 1
    if not array.dimensions:
        shape = tuple(last - first + 1 for first, last in ranges)
        check_bounds(shape, tuple(first for first, _ in ranges))
        if len(new.items) < count:
            raise DatabaseError("2202E", "source array too small")
        return _made(new.items[:count], shape, tuple(first for first, _ in ranges))
    if len(ranges) > 1:
        return _with_block(array, ranges, new.items, count)
    if len(new.items) < count:
        raise DatabaseError("2202E", "source array too small")
    return _replaced(array, ranges[0][0], new.items[:count])


def _ranges(
    array: Array, firsts: Sequence[int | None], lasts: Sequence[int | None]
) -> list[tuple[int, int]]:
    """Returns the bounds of the slice in each dimension, the array's own where they are left out."""
    dimensions = len(array.dimensions)
    if not dimensions and None in (*firsts, *lasts):
        raise DatabaseError(
            "2202E",
            "array slice subscript must provide both boundaries",
            detail="When assigning to a slice of an empty array value,"
            " slice boundaries must be fully specified.",
        )
    if dimensions and len(firsts) > dimensions:
        raise DatabaseError("2202E", "wrong number of array subscripts")
    ranges = []
    for axis in range(max(dimensions, len(firsts))):
        low = array.lower_bounds[axis] if dimensions else 1
        high = low + array.dimensions[axis] - 1 if dimensions else 0
        first = firsts[axis] if axis < len(firsts) else None
        last = lasts[axis] if axis < len(lasts) else None
        ranges.append((low if first is None else first, high if last is None else last))
    return ranges


def _with_block(
    array: Array, ranges: Sequence[tuple[int, int]], values: Sequence[Any], count: int
) -> Array:
    """Returns an array of several dimensions with a block replaced."""
    offsets = [0]
    bounds = zip(ranges, array.dimensions, array.lower_bounds, strict=True)
    for (first, last), length, low in bounds:
        if first < low or last >= low + length:
            raise DatabaseError("2202E", "array subscript out of range")
        offsets = [o * length + at - low for o in offsets for at in range(first, last + 1)]
    if len(values) < count:
        raise DatabaseError("2202E", "source array too small")
    items = list(array.items)
    for offset, value in zip(offsets, values, strict=False):
        items[offset] = value
    return Array(tuple(items), array.dimensions, array.lower_bounds)


# ---- jsonb ---------------------------------------------------------------------------------------


def jsonb_assignment(container: Evaluate, path: Sequence[Evaluate], value: Evaluate) -> Evaluate:
    """Returns the closure for jsonb's subscripts. Raises 22004, 22023, 22P02."""

    def evaluate(row: Row, env: Env) -> Any:
        tree = container(row, env)
        keys = [part(row, env) for part in path]
        if None in keys:
            raise DatabaseError("22004", "jsonb subscript in assignment must not be null")
        new = value(row, env)
        new = None if new is JSON_NULL else new
        if tree is None:
            tree = [] if isinstance(keys[0], int) else {}
        return _with_path(None if tree is JSON_NULL else tree, [str(key) for key in keys], 0, new)

    return evaluate


def _with_path(node: Any, keys: Sequence[str], level: int, new: Any) -> Any:
    """Returns the tree with the new value at the end of the path."""
    if level == len(keys):
        return new
    key = keys[level]
    if isinstance(node, dict):
        inner = node[key] if key in node else _missing(keys, level + 1)
        changed = {**node, key: _with_path(inner, keys, level + 1, new)}
        return changed if key in node else in_key_order(changed)
    if isinstance(node, list):
        index = _index(key, len(node), level)
        padded = [*node, *[None] * (index - len(node))]
        inner = padded[index] if index < len(padded) else _missing(keys, level + 1)
        return [*padded[:index], _with_path(inner, keys, level + 1, new), *padded[index + 1 :]]
    raise DatabaseError(
        "22023",
        "cannot replace existing key",
        detail="The path assumes key is a composite object, but it is a scalar value.",
    )


def _missing(keys: Sequence[str], level: int) -> Any:
    """Returns what is made where the path goes on from nothing."""
    if level == len(keys):
        return None
    return [] if _number(keys[level]) is not None else {}


def _index(key: str, length: int, level: int) -> int:
    index = _number(key)
    if index is None:
        message = f'path element at position {level + 1} is not an integer: "{key}"'
        raise DatabaseError("22P02", message)
    if index >= 0:
        check_bounds((index + 1,), (0,))
        return index
    if -index > length:
        message = f"path element at position {level + 1} is out of range: {index}"
        raise DatabaseError("22023", message)
    return index + length


def _number(key: str) -> int | None:
    try:
        index = int(key)
    except ValueError:
        return None
    return index if -(2**31) <= index < 2**31 else None

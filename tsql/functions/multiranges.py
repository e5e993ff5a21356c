"""Functions, operators and aggregates of multiranges, and of ranges beside them (manual 9.20).

A multirange is a tuple of ranges, ascending, with gaps in between: what it begins with and what it ends
with says all that the tests of position need. A range beside one counts as the multirange of itself.
"""

from collections.abc import Callable, Sequence
from typing import Any

from storage.errors import DatabaseError
from storage.types import EMPTY_RANGE, Array, Range
from tsql.functions.aggregate import fold
from tsql.functions.number_hash import signed
from tsql.functions.ranges import (
    hash_bounds,
    range_contains,
    range_contains_elem,
    range_intersect,
    range_lower,
    range_upper,
)
from tsql.functions.registry import CallSite, Function, aggregates, builds, implements
from tsql.types.range_types import MULTIRANGES
from tsql.types.ranges import FIRST, LAST, between, lower_is_inclusive, united, upper_is_inclusive

Multirange = tuple[Range, ...]


def _ranges(value: Any) -> Multirange:
    """Returns a range, or a multirange, as a multirange."""
    if not isinstance(value, Range):
        return tuple(value)
    return (value,) if value.start else ()


# ---- making and asking -----------------------------------------------------------------------------


@implements("multirange_constructor0")
def multirange_constructor0() -> Multirange:
    return ()


implements("multirange_constructor1")(_ranges)


@implements("multirange_constructor2")
def multirange_constructor2(parts: Array) -> Multirange:
    if len(parts.dimensions) > 1:
        message = "multiranges cannot be constructed from multidimensional arrays"
        raise DatabaseError("21000", message)
    if None in parts.items:
        raise DatabaseError("22004", "multirange values cannot contain null members")
    return united(parts.items)


@implements("multirange_unnest")
def multirange_unnest(value: Multirange) -> Sequence[Range]:
    return value


@implements("multirange_lower")
def multirange_lower(value: Multirange) -> Any:
    return range_lower(value[0]) if value else None


@implements("multirange_upper")
def multirange_upper(value: Multirange) -> Any:
    return range_upper(value[-1]) if value else None


@implements("multirange_empty")
def multirange_empty(value: Multirange) -> bool:
    return not value


@implements("multirange_lower_inc")
def multirange_lower_inc(value: Multirange) -> bool:
    return bool(value) and lower_is_inclusive(value[0])


@implements("multirange_upper_inc")
def multirange_upper_inc(value: Multirange) -> bool:
    return bool(value) and upper_is_inclusive(value[-1])


@implements("multirange_lower_inf")
def multirange_lower_inf(value: Multirange) -> bool:
    return bool(value) and value[0].start == FIRST


@implements("multirange_upper_inf")
def multirange_upper_inf(value: Multirange) -> bool:
    return bool(value) and value[-1].end == LAST


@implements("range_merge_from_multirange")
def range_merge_from_multirange(value: Multirange) -> Range:
    return Range(value[0].start, value[-1].end) if value else EMPTY_RANGE


# ---- one beside another ----------------------------------------------------------------------------


def _contains(a: Multirange, b: Multirange) -> bool:
    return all(any(range_contains(outer, inner) for outer in a) for inner in b)


def _overlap(a: Multirange, b: Multirange) -> bool:
    return any(x.start < y.end and y.start < x.end for x in a for y in b)


def _both(holds: Callable[[Multirange, Multirange], bool]) -> Callable[[Any, Any], bool]:
    def test(a: Any, b: Any) -> bool:
        left, right = _ranges(a), _ranges(b)
        return bool(left and right) and holds(left, right)

    return test


def _touch(a: Multirange, b: Multirange) -> bool:
    return a[-1].end == b[0].start or b[-1].end == a[0].start


_PAIRS = ("range_{}_multirange", "multirange_{}_range", "multirange_{}_multirange")
for _word, _holds in (
    ("overlaps", _overlap),
    ("adjacent", _touch),
    ("before", lambda a, b: a[-1].end <= b[0].start),
    ("after", lambda a, b: b[-1].end <= a[0].start),
    ("overleft", lambda a, b: a[-1].end <= b[-1].end),
    ("overright", lambda a, b: b[0].start <= a[0].start),
):
    implements(*[pair.format(_word) for pair in _PAIRS])(_both(_holds))


@implements(*[pair.format("contains") for pair in _PAIRS])
def contains(a: Any, b: Any) -> bool:
    return _contains(_ranges(a), _ranges(b))


@implements(*[pair.format("contained_by") for pair in _PAIRS])
def contained_by(a: Any, b: Any) -> bool:
    return _contains(_ranges(b), _ranges(a))


@implements("multirange_contains_elem")
def multirange_contains_elem(value: Multirange, element: Any) -> bool:
    return any(range_contains_elem(part, element) for part in value)


@implements("elem_contained_by_multirange")
def elem_contained_by_multirange(element: Any, value: Multirange) -> bool:
    return multirange_contains_elem(value, element)


# ---- one from two ----------------------------------------------------------------------------------


@implements("multirange_union")
def multirange_union(a: Multirange, b: Multirange) -> Multirange:
    return united((*a, *b))


@implements("multirange_intersect", "multirange_intersect_agg_transfn")
def multirange_intersect(a: Multirange, b: Multirange) -> Multirange:
    found, at = [], 0
    for part in a:
        while at < len(b) and b[at].end <= part.start:
            at += 1
        for other in b[at:]:
            if part.end <= other.start:
                break
            found.append(range_intersect(part, other))
    return tuple(found)


@implements("multirange_minus")
def multirange_minus(a: Multirange, b: Multirange) -> Multirange:
    gaps = zip((FIRST, *[part.end for part in b]), (*[part.start for part in b], LAST), strict=True)
    return multirange_intersect(a, tuple(between(*gap) for gap in gaps if gap[0] < gap[1]))


# ---- hashes and aggregates -------------------------------------------------------------------------


def _hash_of(call: CallSite, *, extended: bool) -> Callable[[Multirange, int], int]:
    hashed = hash_bounds(MULTIRANGES[call.argument_types[0]].subtype, extended=extended)
    bits = 64 if extended else 32

    def hash_parts(value: Multirange, seed: int) -> int:
        result = 1
        for part in value:
            result = result * 31 + hashed(part, seed) & (1 << bits) - 1
        return signed(result, bits)

    return hash_parts


@builds("hash_multirange")
def hash_multirange(call: CallSite) -> Function:
    hashed = _hash_of(call, extended=False)
    return lambda value: hashed(value, 0)


@builds("hash_multirange_extended")
def hash_multirange_extended(call: CallSite) -> Function:
    return _hash_of(call, extended=True)


class _Union:
    """Collects ranges, or the ranges of multiranges."""

    __slots__ = ("_is_empty", "_parts")

    def __init__(self) -> None:
        self._parts: list[Range] = []
        self._is_empty = True

    def add(self, value: Any) -> None:
        self._is_empty = False
        self._parts.extend(_ranges(value))

    def result(self) -> Multirange | None:
        return None if self._is_empty else united(self._parts)

    def size(self) -> int:
        return 200 * len(self._parts)


aggregates("range_agg(anyrange)", "range_agg(anymultirange)")(lambda _call: _Union)
fold(range_intersect, "range_intersect_agg(anyrange)")
fold(multirange_intersect, "range_intersect_agg(anymultirange)")

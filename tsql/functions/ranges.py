"""Functions, operators and aggregates of ranges (manual 9.20).

Cuts compare as places do (storage/types.py), so nothing here knows of inclusive and exclusive bounds.
"""

import operator
from collections.abc import Callable
from typing import Any

from storage.errors import DatabaseError
from storage.types import EMPTY_RANGE, Range
from tsql.functions.hashing import hash_uint32, hash_uint32_extended
from tsql.functions.number_hash import signed, type_hash
from tsql.functions.registry import CallSite, Function, builds, implements
from tsql.types.range_types import RANGES
from tsql.types.ranges import (
    FIRST,
    LAST,
    Bound,
    before,
    behind,
    between,
    bound_value,
    joined,
    lower_is_inclusive,
    make_range,
    range_flags,
    upper_is_inclusive,
)

for _suffix in ("eq", "ne", "lt", "le", "gt", "ge"):
    implements(f"range_{_suffix}", f"multirange_{_suffix}")(getattr(operator, _suffix))


@implements("range_cmp", "multirange_cmp")
def range_cmp(a: Any, b: Any) -> int:
    return int(a > b) - int(a < b)


# ---- making and asking -----------------------------------------------------------------------------

_FORMS = {"[]": (True, True), "[)": (True, False), "(]": (False, True), "()": (False, False)}


@builds("range_constructor2")
def range_constructor2(call: CallSite) -> Function:
    kind = RANGES[call.result_type]
    return lambda low, high: make_range(kind, Bound(low, True), Bound(high, False))


@builds("range_constructor3")
def range_constructor3(call: CallSite) -> Function:
    kind = RANGES[call.result_type]

    def construct(low: Any, high: Any, form: str | None) -> Range:
        if form is None:
            message = "range constructor flags argument must not be null"
            raise DatabaseError("22000", message)
        if form not in _FORMS:
            hint = 'Valid values are "[]", "[)", "(]", and "()".'
            raise DatabaseError("42601", "invalid range bound flags", hint=hint)
        first, last = _FORMS[form]
        return make_range(kind, Bound(low, first), Bound(high, last))

    return construct


@implements("range_lower")
def range_lower(value: Range) -> Any:
    return bound_value(value.start) if value.start else None


@implements("range_upper")
def range_upper(value: Range) -> Any:
    return bound_value(value.end) if value.start else None


@implements("range_empty")
def range_empty(value: Range) -> bool:
    return not value.start


implements("range_lower_inc")(lower_is_inclusive)
implements("range_upper_inc")(upper_is_inclusive)


@implements("range_lower_inf")
def range_lower_inf(value: Range) -> bool:
    return value.start == FIRST


@implements("range_upper_inf")
def range_upper_inf(value: Range) -> bool:
    return value.end == LAST


# ---- one beside another ----------------------------------------------------------------------------


@implements("range_contains")
def range_contains(a: Range, b: Range) -> bool:
    return not b.start or bool(a.start and a.start <= b.start and b.end <= a.end)


@implements("range_contained_by")
def range_contained_by(a: Range, b: Range) -> bool:
    return range_contains(b, a)


@implements("range_contains_elem")
def range_contains_elem(value: Range, element: Any) -> bool:
    return bool(value.start) and value.start <= before(element) and behind(element) <= value.end


@implements("elem_contained_by_range")
def elem_contained_by_range(element: Any, value: Range) -> bool:
    return range_contains_elem(value, element)


def _of_two(name: str, holds: Callable[[Range, Range], bool]) -> None:
    """Registers a test that no empty range passes."""
    implements(name)(lambda a, b: bool(a.start and b.start) and holds(a, b))


_of_two("range_overlaps", lambda a, b: a.start < b.end and b.start < a.end)
_of_two("range_adjacent", lambda a, b: a.end == b.start or b.end == a.start)
_of_two("range_before", lambda a, b: a.end <= b.start)
_of_two("range_after", lambda a, b: b.end <= a.start)
_of_two("range_overleft", lambda a, b: a.end <= b.end)
_of_two("range_overright", lambda a, b: b.start <= a.start)


# ---- one from two ----------------------------------------------------------------------------------


@implements("range_merge")
def range_merge(a: Range, b: Range) -> Range:
    if not (a.start and b.start):
        return a if a.start else b
    return joined(a, b)


@implements("range_union")
def range_union(a: Range, b: Range) -> Range:
    if a.start and b.start and (a.end < b.start or b.end < a.start):
        raise DatabaseError("22000", "result of range union would not be contiguous")
    return range_merge(a, b)


@implements("range_intersect", "range_intersect_agg_transfn")
def range_intersect(a: Range, b: Range) -> Range:
    if not (a.start and b.start):
        return EMPTY_RANGE
    return between(max(a.start, b.start), min(a.end, b.end))


@implements("range_minus")
def range_minus(a: Range, b: Range) -> Range:
    if not (a.start and b.start) or a.end <= b.start or b.end <= a.start:
        return a
    if a.start < b.start and b.end < a.end:
        raise DatabaseError("22000", "result of range difference would not be contiguous")
    if a.start < b.start:
        return Range(a.start, b.start)
    return between(b.end, a.end)


# ---- hashes ------------------------------------------------------------------------------------


def hash_bounds(subtype: int, *, extended: bool) -> Callable[[Range, int], int]:
    """Returns the hash of a range as PostgreSQL puts it together: flags, then each bound there is."""
    hash_value = type_hash(subtype, extended=extended)
    bits = 64 if extended else 32
    mask = (1 << bits) - 1

    def bound_hash(cut: Any, seed: int) -> int:
        if len(cut) < 2:
            return 0
        value = bound_value(cut)
        return int(hash_value(value, seed) if extended else hash_value(value)) & mask

    def hash_range(value: Range, seed: int) -> int:
        flags = range_flags(value)
        start = hash_uint32_extended(flags, seed) if extended else hash_uint32(flags)
        result = (start & mask) ^ bound_hash(value.start, seed)
        if extended:  # PostgreSQL turns the two halves separately
            high, low = result >> 32, result & 0xFFFFFFFF
            turned_high = (high << 1 | high >> 31) & 0xFFFFFFFF
            turned_low = (low << 1 | low >> 31) & 0xFFFFFFFF
            result = turned_high << 32 | turned_low
        else:
            result = (result << 1 | result >> 31) & mask
        return result ^ bound_hash(value.end, seed)

    return hash_range


@builds("hash_range")
def hash_range(call: CallSite) -> Function:
    hashed = hash_bounds(RANGES[call.argument_types[0]].subtype, extended=False)
    return lambda value: signed(hashed(value, 0), 32)


@builds("hash_range_extended")
def hash_range_extended(call: CallSite) -> Function:
    hashed = hash_bounds(RANGES[call.argument_types[0]].subtype, extended=True)
    return lambda value, seed: signed(hashed(value, seed), 64)

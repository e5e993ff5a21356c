"""anyelement, anyarray, anycompatible …: types that a call's arguments decide (manual, 38.2.5).

Two families. All "any…" types of one call stand for one element type, exactly the arguments' own;
all "anycompatible…" types for the common type of their arguments, to which they are converted.
"""

from collections.abc import Callable, Sequence
from typing import Final

from storage.errors import DatabaseError
from tsql.binder.shown_names import type_name
from tsql.catalog import pg
from tsql.types import oids
from tsql.types.kinds import array_type_of, base_type, element_type_of
from tsql.types.range_types import MULTIRANGES, RANGES, RangeType

_ELEMENTS: Final = frozenset({oids.ANYELEMENT, oids.ANYNONARRAY, oids.ANYENUM})
_COMPATIBLES: Final = frozenset({oids.ANYCOMPATIBLE, oids.ANYCOMPATIBLENONARRAY})
ANYMULTIRANGE: Final = 4537
ANYCOMPATIBLEMULTIRANGE: Final = 4538
#: No function of PostgreSQL's takes these.
_UNUSED: Final = frozenset({oids.ANYCOMPATIBLERANGE, ANYCOMPATIBLEMULTIRANGE})
#: Which range types a range, or a multirange, stands for.
OF_RANGES: Final = {oids.ANYRANGE: RANGES, ANYMULTIRANGE: MULTIRANGES}
TYPES: Final = (
    _ELEMENTS | _COMPATIBLES | _UNUSED | {oids.ANYARRAY, oids.ANYCOMPATIBLEARRAY, *OF_RANGES}
)

CommonType = Callable[[Sequence[int]], int]


#: Those that stand for arrays: a domain over one counts as what it is over.
ARRAYS: Final = frozenset({oids.ANYARRAY, oids.ANYCOMPATIBLEARRAY})


def _element(oid: int) -> int:
    return element_type_of(base_type(oid))


def _is_enum(oid: int) -> bool:
    row = pg.types().get(oid)
    return row is not None and row.kind == "e"


def is_consistent(sources: Sequence[int], targets: Sequence[int], common_type: CommonType) -> bool:
    """Returns whether the arguments agree on what the polymorphic types stand for."""
    ranges = _range_types(sources, targets)
    elements = {found.subtype for found in ranges if found is not None}
    if len(ranges) > 1 or None in ranges:
        return False
    compatible: list[int] = []
    for source, target in zip(sources, targets, strict=True):
        if target not in TYPES or source == oids.UNKNOWN:
            continue
        if target in OF_RANGES:
            continue
        if target in {oids.ANYARRAY, oids.ANYCOMPATIBLEARRAY}:
            element = _element(source)
            if not element:
                return False
            (compatible.append if target == oids.ANYCOMPATIBLEARRAY else elements.add)(element)
        elif target in _ELEMENTS:
            elements.add(source)
        else:
            compatible.append(source)
    if len(elements) > 1:
        return False
    if oids.ANYNONARRAY in targets and any(map(_element, elements)):
        return False
    if oids.ANYENUM in targets and not (elements and all(map(_is_enum, elements))):
        return False
    if not compatible:
        return True
    common = common_type(compatible)
    return bool(common) and not (oids.ANYCOMPATIBLENONARRAY in targets and _element(common))


def _range_types(sources: Sequence[int], targets: Sequence[int]) -> set[RangeType | None]:
    """Returns the range types among the arguments; None stands for one that should be and isn't."""
    return {
        OF_RANGES.get(target, {}).get(source)
        for source, target in zip(sources, targets, strict=True)
        if (target in OF_RANGES or target in _UNUSED) and source != oids.UNKNOWN
    }


def resolve(
    sources: Sequence[int], targets: Sequence[int], result: int, common_type: CommonType
) -> tuple[list[int], int]:
    """Returns the targets and the result type with the polymorphic types replaced. Raises 42804."""
    names = {target for target in targets if target in TYPES}
    if not names and result not in TYPES:
        return list(targets), result
    element = _element_type(sources, targets)
    compatible = _compatible_type(sources, targets, common_type)
    ranges = next(iter(_range_types(sources, targets)), None)
    return (
        [_resolved(target, element, compatible, ranges) for target in targets],
        _resolved(result, element, compatible, ranges),
    )


def _element_type(sources: Sequence[int], targets: Sequence[int]) -> int:
    found = 0
    has_unknown = False
    for source, target in zip(sources, targets, strict=True):
        if target in OF_RANGES and source != oids.UNKNOWN:
            found = OF_RANGES[target][source].subtype
            continue
        if target not in _ELEMENTS and target != oids.ANYARRAY and target not in OF_RANGES:
            continue
        if source == oids.UNKNOWN:
            has_unknown = True
            continue
        found = _element(source) if target == oids.ANYARRAY else source
    if not found and has_unknown:
        raise DatabaseError(
            "42804", "could not determine polymorphic type because input has type unknown"
        )
    return found


def _compatible_type(
    sources: Sequence[int], targets: Sequence[int], common_type: CommonType
) -> int:
    known = []
    concerned = False
    for source, target in zip(sources, targets, strict=True):
        if target in _COMPATIBLES or target == oids.ANYCOMPATIBLEARRAY:
            concerned = True
            if source != oids.UNKNOWN:
                is_array = target == oids.ANYCOMPATIBLEARRAY
                known.append(_element(source) if is_array else source)
    if not known:
        return oids.TEXT if concerned else 0
    return common_type(known)


def _resolved(declared: int, element: int, compatible: int, ranges: RangeType | None) -> int:
    if ranges is not None and declared in OF_RANGES:
        return ranges.oid if declared == oids.ANYRANGE else ranges.multirange
    if declared in _ELEMENTS:
        return element or declared
    if declared in _COMPATIBLES:
        return compatible or declared
    if declared == oids.ANYARRAY:
        return _array(element) if element else declared
    if declared == oids.ANYCOMPATIBLEARRAY:
        return _array(compatible) if compatible else declared
    return declared


def _array(element: int) -> int:
    array = array_type_of(element)
    if not array:
        raise DatabaseError(
            "42704", f"could not find array type for data type {type_name(element)}"
        )
    return array

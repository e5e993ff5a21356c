"""Which type can become which, and how (PostgreSQL manual, chapter 10; pg_cast).

A pathway depends on the context of a conversion: implicit (an argument), assignment (storing into
a column) or explicit (CAST). What pg_cast doesn't list can still go through text where one side is
a string type, and arrays convert as their elements do.
"""

import enum
from collections.abc import Sequence
from typing import Final

from storage.records import dataclass
from tsql.binder import polymorphism
from tsql.catalog import pg
from tsql.types import oids
from tsql.types.composites import is_composite
from tsql.types.kinds import array_type_of, base_type, element_type_of


class CoercionContext(enum.IntEnum):
    """How much a conversion may do."""

    IMPLICIT = 0
    ASSIGNMENT = 1
    EXPLICIT = 2


class Method(enum.Enum):
    """How a conversion is done."""

    RELABEL = "relabel"
    FUNCTION = "function"
    ARRAY = "array"
    IO = "io"


@dataclass(frozen=True, slots=True)
class Pathway:
    """A way from one type to another; `function` is the OID where that is the method."""

    method: Method
    function: int = 0


_CONTEXTS: Final = {
    "i": CoercionContext.IMPLICIT,
    "a": CoercionContext.ASSIGNMENT,
    "e": CoercionContext.EXPLICIT,
}
_RELABEL: Final = Pathway(Method.RELABEL)
_ARRAY: Final = Pathway(Method.ARRAY)
_IO: Final = Pathway(Method.IO)
#: Types that any value may be passed as, without a conversion.
ANYTHING: Final = frozenset(
    {oids.ANY, oids.ANYELEMENT, oids.ANYNONARRAY, oids.ANYCOMPATIBLE, oids.ANYCOMPATIBLENONARRAY}
)


#: Arrays that no other array is converted to.
_VECTORS: Final = frozenset({oids.INT2VECTOR, oids.OIDVECTOR})


def category_of(oid: int) -> str:
    """Returns the type's category: N numeric, S string, D date and time, and so on."""
    row = pg.types().get(oid)
    return "\0" if row is None else row.category


def is_preferred(oid: int) -> bool:
    """Returns whether the type is preferred in its category."""
    row = pg.types().get(oid)
    return row is not None and row.is_preferred


def is_true_array(oid: int) -> bool:
    """Returns whether it is an array type; oidvector and int2vector are, too."""
    return element_type_of(oid) != 0


def is_vector(oid: int) -> bool:
    """Returns whether it is int2vector or oidvector: arrays that are elements of arrays."""
    return oid in _VECTORS


def true_element(oid: int) -> int:
    """Returns the element type of an array type, else 0."""
    return element_type_of(oid)


def pathway(target: int, source: int, context: CoercionContext) -> Pathway | None:
    """Returns how `source` becomes `target` in the context, or None if it can't."""
    source, target = base_type(source), base_type(target)
    if source == target:
        return _RELABEL
    cast = pg.casts().get((source, target))
    if cast is not None:
        if context < _CONTEXTS[cast.context]:
            return None
        if cast.method == "f":
            return Pathway(Method.FUNCTION, cast.function)
        return _IO if cast.method == "i" else _RELABEL
    if target == oids.RECORD and is_composite(source):
        return _RELABEL
    source_element, target_element = true_element(source), true_element(target)
    if source_element and target_element and target not in _VECTORS:
        if pathway(target_element, source_element, context) is not None:
            return _ARRAY
        return None
    if context >= CoercionContext.ASSIGNMENT and category_of(target) == "S":
        return _IO
    if context >= CoercionContext.EXPLICIT and category_of(source) == "S":
        return _IO
    return None


def length_pathway(oid: int) -> Pathway | None:
    """Returns how a value is fitted to a new type modifier of its type, or None: no work."""
    element = true_element(oid)
    cast = pg.casts().get((element, element) if element else (oid, oid))
    if cast is None or not cast.function:
        return None
    return _ARRAY if element else Pathway(Method.FUNCTION, cast.function)


def can_coerce(sources: Sequence[int], targets: Sequence[int], context: CoercionContext) -> bool:
    """Returns whether arguments of these types can be passed as those."""
    generic = False
    for source, target in zip(sources, targets, strict=True):
        if target in {source, oids.ANY}:
            continue
        if target in polymorphism.TYPES:
            generic = True
            continue
        if source == oids.UNKNOWN or pathway(target, source, context) is not None:
            continue
        return False
    return not generic or polymorphism.is_consistent(sources, targets, common_type_of)


def common_type_of(types: Sequence[int]) -> int:
    """Returns the type to which all can be converted implicitly, or 0 (manual, section 10.5)."""
    chosen = types[0]
    if all(other == chosen for other in types[1:]) and chosen != oids.UNKNOWN:
        return chosen
    types = [base_type(other) for other in types]
    chosen = types[0]
    for other in types[1:]:
        if other in {oids.UNKNOWN, chosen}:
            continue
        if chosen == oids.UNKNOWN:
            chosen = other
        elif category_of(other) != category_of(chosen):
            return 0
        elif prefers(other, chosen):
            chosen = other
    if chosen == oids.UNKNOWN:
        chosen = oids.TEXT
    if all(can_coerce([other], [chosen], CoercionContext.IMPLICIT) for other in types):
        return chosen
    return 0


def prefers(other: int, chosen: int) -> bool:
    """Returns whether the common type moves on from `chosen` to `other`."""
    return (
        not is_preferred(chosen)
        and can_coerce([chosen], [other], CoercionContext.IMPLICIT)
        and not can_coerce([other], [chosen], CoercionContext.IMPLICIT)
    )


def is_binary_coercible(source: int, target: int) -> bool:
    """Returns whether a value of `source` is one of `target` as it stands."""
    if source == target or target in ANYTHING:
        return True
    source = base_type(source)
    if target == oids.ANYARRAY:
        return is_true_array(source)
    if target in polymorphism.OF_RANGES:
        return source in polymorphism.OF_RANGES[target]
    if source == target:
        return True
    cast = pg.casts().get((source, target))
    return cast is not None and cast.method == "b" and cast.context == "i"


def array_of(oid: int) -> int:
    """Returns the type of arrays of a type, or 0."""
    return array_type_of(oid)

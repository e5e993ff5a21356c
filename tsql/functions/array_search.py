"""Looking for elements in arrays: array_position(s), array_remove, array_replace, @>, <@, &&.

Containment would take time proportional to the product of the lengths; where the type's values have
a hashable image that is equal exactly if they are, sets of images answer it.
"""

from collections.abc import Callable
from typing import Any

from storage.errors import DatabaseError
from storage.types import Array
from tsql.functions.ordering import Equality, element_of, equality_of, image_of
from tsql.functions.registry import CallSite, Function, builds

Matches = Callable[[Any], bool]


def _equality(call: CallSite) -> Equality:
    return equality_of(element_of(call.argument_types[0]))


def _matcher(equal: Equality, wanted: Any) -> Matches:
    """Returns whether an element is the wanted one; NULL is NULL here."""
    if wanted is None:
        return lambda item: item is None
    return lambda item: item is not None and equal(item, wanted)


def _check_searchable(array: Array) -> None:
    if len(array.dimensions) > 1:
        raise _refused("searching for elements in")


def _refused(what: str) -> DatabaseError:
    """Returns PostgreSQL's own refusal of arrays with several dimensions."""
    return DatabaseError("0A000", f"{what} multidimensional arrays is not supported")


@builds("array_position", "array_position_start")
def array_position(call: CallSite) -> Function:
    equal = _equality(call)

    def position(array: Array | None, wanted: Any, *start: int | None) -> int | None:
        if array is None:
            return None
        _check_searchable(array)
        if not array.items or (wanted is None and None not in array.items):
            return None
        if start and start[0] is None:
            raise DatabaseError("22004", "initial position must not be null")
        first = start[0] if start else None
        low = array.lower_bounds[0]
        matches = _matcher(equal, wanted)
        for subscript, item in enumerate(array.items, low):
            if (first is None or subscript >= first) and matches(item):
                return subscript
        return None

    return position


@builds("array_positions")
def array_positions(call: CallSite) -> Function:
    equal = _equality(call)

    def positions(array: Array | None, wanted: Any) -> Array | None:
        if array is None:
            return None
        _check_searchable(array)
        low = array.lower_bounds[0] if array.items else 1
        matches = _matcher(equal, wanted)
        return Array.of([at for at, item in enumerate(array.items, low) if matches(item)])

    return positions


@builds("array_remove")
def array_remove(call: CallSite) -> Function:
    equal = _equality(call)

    def remove(array: Array | None, unwanted: Any) -> Array | None:
        if array is None or not array.items:
            return array
        if len(array.dimensions) > 1:
            raise _refused("removing elements from")
        matches = _matcher(equal, unwanted)
        items = tuple([item for item in array.items if not matches(item)])
        if not items:
            return Array((), (), ())
        return Array(items, (len(items),), array.lower_bounds)

    return remove


@builds("array_replace")
def array_replace(call: CallSite) -> Function:
    equal = _equality(call)

    def replace(array: Array | None, old: Any, new: Any) -> Array | None:
        if array is None:
            return None
        matches = _matcher(equal, old)
        items = tuple([new if matches(item) else item for item in array.items])
        return Array(items, array.dimensions, array.lower_bounds)

    return replace


def _contains(call: CallSite) -> Callable[[Array, Array], bool]:
    """Returns whether the first array has every element of the second; NULL is never found."""
    element = element_of(call.argument_types[0])
    equal, image = equality_of(element), image_of(element)

    def contains_by_search(a: Array, b: Array) -> bool:
        present = [item for item in a.items if item is not None]
        return None not in b.items and all(
            any(equal(item, wanted) for item in present) for wanted in b.items
        )

    if image is None:
        return contains_by_search

    def contains_by_image(a: Array, b: Array) -> bool:
        if None in b.items:
            return False
        present = {image(item) for item in a.items if item is not None}
        return present.issuperset([image(item) for item in b.items])

    return contains_by_image


@builds("arraycontains")
def arraycontains(call: CallSite) -> Function:
    return _contains(call)


@builds("arraycontained")
def arraycontained(call: CallSite) -> Function:
    contains = _contains(call)
    return lambda a, b: contains(b, a)


@builds("arrayoverlap")
def arrayoverlap(call: CallSite) -> Function:
    element = element_of(call.argument_types[0])
    equal, image = equality_of(element), image_of(element)

    def overlaps_by_search(a: Array, b: Array) -> bool:
        present = [item for item in a.items if item is not None]
        return any(
            any(equal(item, wanted) for item in present) for wanted in b.items if wanted is not None
        )

    if image is None:
        return overlaps_by_search
    return lambda a, b: (
        not {image(item) for item in a.items if item is not None}.isdisjoint(
            [image(item) for item in b.items if item is not None]
        )
    )

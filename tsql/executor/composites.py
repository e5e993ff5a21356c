"""Closures over arrays and rows: constructors, subscripts, and comparisons of many values."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from storage.errors import DatabaseError
from storage.types import JSON_NULL, Array, Kind
from tsql.env import Env
from tsql.executor.equality import Image
from tsql.types import oids
from tsql.types.record import Record
from tsql.types.text import NAME_BYTES_MAX

Row = Sequence[Any]
Evaluate = Callable[[Row, Env], Any]
Compare = Callable[[Any, Any], Any]

DIMENSIONS_MAX = 6
#: Shorter arrays are searched as they are: making a set of one takes longer.
_SET_LENGTH_MIN = 8


def array_coerce(argument: Evaluate, element: Evaluate) -> Evaluate:
    """Converts each element of an array; `element` sees it as the row's only column."""

    def evaluate(row: Row, env: Env) -> Any:
        array = argument(row, env)
        if array is None:
            return None
        items = tuple([element((item,), env) for item in array.items])
        return Array(items, array.dimensions, array.lower_bounds)

    return evaluate


def array_constructor(elements: Sequence[Evaluate], nested: bool) -> Evaluate:
    """ARRAY[…] of scalars, or of arrays of one shape (2202E where the shapes differ)."""
    if not nested:
        return lambda row, env: Array.of([element(row, env) for element in elements])

    def evaluate(row: Row, env: Env) -> Array:
        arrays = [element(row, env) for element in elements]
        full = [array for array in arrays if array is not None and array.dimensions]
        if not full:
            return Array((), (), ())
        if len(full) != len(arrays) or any(a.dimensions != full[0].dimensions for a in full):
            raise DatabaseError(
                "2202E",
                "multidimensional arrays must have array expressions with matching dimensions",
            )
        if len(full[0].dimensions) >= DIMENSIONS_MAX:
            raise DatabaseError(
                "54000",
                f"number of array dimensions ({len(full[0].dimensions) + 1}) "
                f"exceeds the maximum allowed ({DIMENSIONS_MAX})",
            )
        items = tuple([item for array in full for item in array.items])
        return Array(items, (len(full), *full[0].dimensions), (1, *full[0].lower_bounds))

    return evaluate


def row_constructor(
    fields: Sequence[Evaluate],
    types: tuple[int, ...],
    kinds: tuple[tuple[Kind, Kind | None], ...] = (),
    names: tuple[str, ...] = (),
) -> Evaluate:
    """ROW(…): a record of fields of these types; it has names, or the kinds of a composite type."""
    return lambda row, env: Record.of([field(row, env) for field in fields], types, kinds, names)


def field_assignment(
    container: Evaluate, position: int, value: Evaluate, empty: Record
) -> Evaluate:
    """Returns a row with one field replaced; `empty` is the row that NULL counts as."""

    def evaluate(row: Row, env: Env) -> Record:
        old = container(row, env)
        fields = list(empty if old is None else old)
        fields[position] = value(row, env)
        return Record.of(fields, empty.types, empty.kinds)

    return evaluate


def nullable_row(
    fields: Sequence[Evaluate],
    types: tuple[int, ...],
    kinds: tuple[tuple[Kind, Kind | None], ...] = (),
    names: tuple[str, ...] = (),
) -> Evaluate:
    """A relation's row; NULL where an outer join has none."""

    def evaluate(row: Row, env: Env) -> Any:
        values = [field(row, env) for field in fields]
        if values.count(None) == len(values):
            return None
        return Record.of(values, types, kinds, names)

    return evaluate


def field_access(record: Evaluate, position: int) -> Evaluate:
    """(record).field."""

    def evaluate(row: Row, env: Env) -> Any:
        value = record(row, env)
        return None if value is None else value[position]

    return evaluate


# ---- subscripts ----------------------------------------------------------------------------------


def subscript(
    container: Evaluate,
    container_type: int,
    lower: Sequence[Evaluate | None],
    upper: Sequence[Evaluate | None],
) -> Evaluate:
    """container[i]…, container[l:u]…, or a jsonb path."""
    if container_type == oids.JSONB:
        return _jsonb_subscript(container, [part for part in upper if part is not None])
    if lower:
        return _slice(container, lower, upper)
    indexes = [part for part in upper if part is not None]
    element_at = _letter if container_type == oids.NAME else _element

    def evaluate(row: Row, env: Env) -> Any:
        value = container(row, env)
        if value is None:
            return None
        return element_at(value, [index(row, env) for index in indexes])

    return evaluate


def _element(array: Array, indexes: Sequence[int | None]) -> Any:
    if len(indexes) != len(array.dimensions):
        return None
    offset = 0
    for index, length, low in zip(indexes, array.dimensions, array.lower_bounds, strict=True):
        if index is None or not low <= index < low + length:
            return None
        offset = offset * length + index - low
    return array.items[offset]


def _letter(name: str, indexes: Sequence[int | None]) -> str | None:
    """Returns one of the 64 bytes of a name, which is filled up with zero bytes."""
    (index, *more) = indexes
    if more or index is None or not 0 <= index <= NAME_BYTES_MAX:
        return None
    return chr(letter) if (letter := name.encode().ljust(index + 1, b"\0")[index]) else ""


def _slice(
    container: Evaluate, lower: Sequence[Evaluate | None], upper: Sequence[Evaluate | None]
) -> Evaluate:
    def evaluate(row: Row, env: Env) -> Any:
        array = container(row, env)
        if array is None:
            return None
        bounds = []
        for at, (low, high) in enumerate(zip(lower, upper, strict=True)):
            has_axis = at < len(array.dimensions)
            first = array.lower_bounds[at] if has_axis else 1
            last = first + array.dimensions[at] - 1 if has_axis else 0
            start = first if low is None else low(row, env)
            stop = last if high is None else high(row, env)
            if start is None or stop is None:
                return None
            bounds.append((start, stop))
        return _sliced(array, bounds)

    return evaluate


def _sliced(array: Array, bounds: Sequence[tuple[int, int]]) -> Array:
    if len(bounds) > len(array.dimensions):
        return Array((), (), ())
    ranges = []
    for axis, (length, low) in enumerate(zip(array.dimensions, array.lower_bounds, strict=True)):
        start, stop = bounds[axis] if axis < len(bounds) else (low, low + length - 1)
        start, stop = max(start, low), min(stop, low + length - 1)
        if start > stop:
            return Array((), (), ())
        ranges.append((start - low, stop - low + 1))
    offsets = [0]
    for (start, stop), length in zip(ranges, array.dimensions, strict=True):
        offsets = [offset * length + at for offset in offsets for at in range(start, stop)]
    dimensions = tuple(stop - start for start, stop in ranges)
    return Array(
        tuple([array.items[offset] for offset in offsets]), dimensions, (1,) * len(dimensions)
    )


def _jsonb_subscript(container: Evaluate, path: Sequence[Evaluate]) -> Evaluate:
    def evaluate(row: Row, env: Env) -> Any:
        value = container(row, env)
        if value is None:
            return None
        value = None if value is JSON_NULL else value
        for part in path:
            key = part(row, env)
            if isinstance(value, dict) and key is not None:
                if str(key) not in value:
                    return None
                value = value[str(key)]
            elif isinstance(value, list) and key is not None:
                index = _list_index(key)
                if index is None or not -len(value) <= index < len(value):
                    return None
                value = value[index]
            else:
                return None
        return JSON_NULL if value is None else value

    return evaluate


def _list_index(key: Any) -> int | None:
    try:
        return int(key)
    except ValueError:
        return None


# ---- comparisons ---------------------------------------------------------------------------------


def row_comparison(
    operator: str,
    left: Sequence[Evaluate],
    right: Sequence[Evaluate],
    equals: Sequence[Compare],
    less: Sequence[Compare],
) -> Evaluate:
    """(a, b) op (c, d), by the manual's section 9.24.5.

    = and <> look at all fields, the others at the first that differ.
    """
    if operator in {"=", "<>"}:
        return _row_equality(left, right, equals, negated=operator == "<>")
    wants_less, on_tie = operator[0] == "<", operator.endswith("=")

    def ordered(row: Row, env: Env) -> Any:
        for a_of, b_of, equal, is_less in zip(left, right, equals, less, strict=True):
            a, b = a_of(row, env), b_of(row, env)
            if a is None or b is None:
                return None
            if not equal(a, b):
                return bool(is_less(a, b)) is wants_less
        return on_tie

    return ordered


def _row_equality(
    left: Sequence[Evaluate], right: Sequence[Evaluate], equals: Sequence[Compare], *, negated: bool
) -> Evaluate:
    def evaluate(row: Row, env: Env) -> Any:
        unknown = False
        for a_of, b_of, equal in zip(left, right, equals, strict=True):
            a, b = a_of(row, env), b_of(row, env)
            if a is None or b is None:
                unknown = True
            elif not equal(a, b):
                return negated
        return None if unknown else not negated

    return evaluate


def can_be_set(array: Any) -> bool:
    """Returns whether a set can answer for a constant array: NaN equals itself in SQL only."""
    return isinstance(array, Array) and not any(
        isinstance(item, Decimal) and item.is_nan() for item in array.items
    )


def in_set(scalar: Evaluate, constant: Array) -> Evaluate:
    """Evaluates scalar = ANY (constant) for types whose equality is Python's."""
    values = frozenset(item for item in constant.items if item is not None)
    otherwise = None if len(values) < len(set(constant.items)) else False

    def evaluate(row: Row, env: Env) -> Any:
        value = scalar(row, env)
        if value is None:
            return None if constant.items else False
        return True if value in values else otherwise

    return evaluate


def in_array(scalar: Evaluate, array: Evaluate) -> Evaluate:
    """Likewise for an array that isn't constant; the set is kept while the array is the same."""
    last: Array | None = None
    values: frozenset[Any] = frozenset()

    def evaluate(row: Row, env: Env) -> Any:
        nonlocal last, values
        value, many = scalar(row, env), array(row, env)
        if many is None:
            return None
        if value is None:
            return None if many.items else False
        if many is not last:
            if len(many.items) < _SET_LENGTH_MIN:
                return True if value in many.items else None if None in many.items else False
            last, values = many, frozenset(many.items)
        return True if value in values else None if None in values else False

    return evaluate


def in_images(
    scalar: Evaluate, array: Evaluate, image: Image | None, item_image: Image | None
) -> Evaluate:
    """Likewise for types whose values are equal when their images are."""
    last: Array | None = None
    values: frozenset[Any] = frozenset()

    def evaluate(row: Row, env: Env) -> Any:
        nonlocal last, values
        value, many = scalar(row, env), array(row, env)
        if many is None:
            return None
        if value is None:
            return None if many.items else False
        if many is not last:
            listed = many.items
            if item_image is not None:
                listed = [None if item is None else item_image(item) for item in many.items]
            last, values = many, frozenset(listed)
        shown = value if image is None else image(value)
        return True if shown in values else None if None in values else False

    return evaluate


def any_of(scalar: Evaluate, array: Evaluate, compare: Compare, strict: bool) -> Evaluate:
    """Evaluates scalar op ANY (array)."""

    def evaluate(row: Row, env: Env) -> Any:
        value, many = scalar(row, env), array(row, env)
        if many is None:
            return None
        result: bool | None = False
        for item in many.items:
            one = None if strict and (value is None or item is None) else compare(value, item)
            if one:
                return True
            if one is None:
                result = None
        return result

    return evaluate


def all_of(scalar: Evaluate, array: Evaluate, compare: Compare, strict: bool) -> Evaluate:
    """Evaluates scalar op ALL (array)."""

    def evaluate(row: Row, env: Env) -> Any:
        value, many = scalar(row, env), array(row, env)
        if many is None:
            return None
        result: bool | None = True
        for item in many.items:
            one = None if strict and (value is None or item is None) else compare(value, item)
            if one is False:
                return False
            if one is None:
                result = None
        return result

    return evaluate

"""Arrays: their shape, putting them together, order and equality (manual 9.19).

An array's elements lie in one tuple in row-major order, so joining arrays along the first dimension
joins the tuples, and a piece of the first dimension is a slice.
"""

import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

from storage.errors import DatabaseError
from storage.types import Array
from tsql.env import Env
from tsql.functions.ordering import comparison_of, element_of, equality_of
from tsql.functions.registry import CallSite, Function, builds, implements
from tsql.types.array import (
    DIMENSIONS_MAX,
    ELEMENTS_MAX,
    array_text,
    check_bounds,
    too_many_dimensions,
)
from tsql.types.integers import INT4_MAX, out_of_range
from tsql.types.io import output_of

_EMPTY = Array((), (), ())
#: What one element of an array takes at least, in a tuple.
_ELEMENT_BYTES = 8


# ---- shape ---------------------------------------------------------------------------------------


@implements("array_ndims")
def array_ndims(array: Array) -> int | None:
    return len(array.dimensions) or None


@implements("array_dims")
def array_dims(array: Array) -> str | None:
    bounds = zip(array.lower_bounds, array.dimensions, strict=True)
    return "".join([f"[{low}:{low + length - 1}]" for low, length in bounds]) or None


@implements("array_length")
def array_length(array: Array, dimension: int) -> int | None:
    return array.dimensions[dimension - 1] if 1 <= dimension <= len(array.dimensions) else None


@implements("array_lower")
def array_lower(array: Array, dimension: int) -> int | None:
    return array.lower_bounds[dimension - 1] if 1 <= dimension <= len(array.dimensions) else None


@implements("array_upper")
def array_upper(array: Array, dimension: int) -> int | None:
    if not 1 <= dimension <= len(array.dimensions):
        return None
    return array.lower_bounds[dimension - 1] + array.dimensions[dimension - 1] - 1


@implements("array_cardinality")
def cardinality(array: Array) -> int:
    return len(array.items)


# ---- putting together ----------------------------------------------------------------------------


def _one_dimensional(array: Array | None) -> Array:
    if array is None:
        return _EMPTY
    if len(array.dimensions) > 1:
        raise DatabaseError("22000", "argument must be empty or one-dimensional array")
    return array


@implements("array_append")
def array_append(array: Array | None, element: Any) -> Array:
    array = _one_dimensional(array)
    low = array.lower_bounds[0] if array.items else 1
    length = len(array.items) + 1
    if low + length - 1 > INT4_MAX:
        raise out_of_range("integer")
    return Array((*array.items, element), (length,), (low,))


@implements("array_prepend")
def array_prepend(element: Any, array: Array | None) -> Array:
    array = _one_dimensional(array)
    low = array.lower_bounds[0] if array.items else 1
    return Array((element, *array.items), (len(array.items) + 1,), (low,))


def _incompatible(detail: str) -> DatabaseError:
    return DatabaseError("2202E", "cannot concatenate incompatible arrays", detail=detail)


@implements("array_cat")
def array_cat(a: Array | None, b: Array | None) -> Array | None:
    if a is None or (b is not None and not a.items):
        return b
    if b is None or not b.items:
        return a
    count_a, count_b = len(a.dimensions), len(b.dimensions)
    if abs(count_a - count_b) > 1:
        raise _incompatible(
            f"Arrays of {count_a} and {count_b} dimensions are not compatible for concatenation."
        )
    shape = a if count_a >= count_b else b
    inner = (shape.dimensions[1:], shape.lower_bounds[1:])
    if count_a == count_b:
        if (b.dimensions[1:], b.lower_bounds[1:]) != inner:
            raise _incompatible(
                "Arrays with differing element dimensions are not compatible for concatenation."
            )
        length = a.dimensions[0] + b.dimensions[0]
    else:
        part = b if shape is a else a
        if (part.dimensions, part.lower_bounds) != inner:
            raise _incompatible(
                "Arrays with differing dimensions are not compatible for concatenation."
            )
        length = shape.dimensions[0] + 1
    dimensions = (length, *shape.dimensions[1:])
    check_bounds(dimensions, shape.lower_bounds)
    return Array(a.items + b.items, dimensions, shape.lower_bounds)


def _subscripts(array: Array | None) -> tuple[int, ...]:
    """Returns the numbers of an array that tells dimensions or bounds."""
    if array is None:
        raise DatabaseError("22004", "dimension array or low bound array cannot be null")
    if len(array.dimensions) > 1:
        raise _wrong_subscripts("Dimension array must be one dimensional.")
    if None in array.items:
        raise DatabaseError("22004", "dimension values cannot be null")
    return array.items


def _wrong_subscripts(detail: str) -> DatabaseError:
    return DatabaseError("2202E", "wrong number of array subscripts", detail=detail)


@implements("array_fill", "array_fill_with_lower_bounds", env=True)
def array_fill(env: Env, value: Any, lengths: Array | None, *bounds: Array | None) -> Array:
    if lengths is None or None in bounds:
        raise DatabaseError("22004", "dimension array or low bound array cannot be null")
    dimensions = _subscripts(lengths)
    lower_bounds = _subscripts(bounds[0]) if bounds else (1,) * len(dimensions)
    if len(dimensions) > DIMENSIONS_MAX:
        raise too_many_dimensions(len(dimensions))
    if len(lower_bounds) != len(dimensions):
        raise _wrong_subscripts("Low bound array has different size than dimensions array.")
    count = math.prod(dimensions)
    if min(dimensions, default=0) < 0 or count * _ELEMENT_BYTES > env.value_bytes_max:
        message = f"array size exceeds the maximum allowed ({ELEMENTS_MAX})"
        raise DatabaseError("54000", message)
    if not dimensions or not count:
        return _EMPTY
    check_bounds(dimensions, lower_bounds)
    return Array((value,) * count, dimensions, lower_bounds)


@implements("trim_array")
def trim_array(array: Array, count: int) -> Array:
    length = array.dimensions[0] if array.dimensions else 0
    if not 0 <= count <= length:
        message = f"number of elements to trim must be between 0 and {length}"
        raise DatabaseError("2202E", message)
    if count == length:
        return _EMPTY
    step = len(array.items) // length
    dimensions = (length - count, *array.dimensions[1:])
    return Array(array.items[: (length - count) * step], dimensions, (1,) * len(dimensions))


# ---- as rows and text ----------------------------------------------------------------------------


@implements("array_unnest")
def unnest(array: Array) -> Sequence[Any]:
    return array.items


@implements("generate_subscripts", "generate_subscripts_nodir")
def generate_subscripts(array: Array, dimension: int, *reverse: bool) -> Iterable[int]:
    if not 1 <= dimension <= len(array.dimensions):
        return ()
    low, length = array.lower_bounds[dimension - 1], array.dimensions[dimension - 1]
    subscripts = range(low, low + length)
    return reversed(subscripts) if any(reverse) else subscripts


@builds("array_to_text", env=True)
def array_to_string(call: CallSite) -> Function:
    render = output_of(element_of(call.argument_types[0]))

    def to_string(env: Env, array: Array, separator: str) -> str:
        return separator.join([render(item, env) for item in array.items if item is not None])

    return to_string


@builds("array_to_text_null", env=True)
def array_to_string_null(call: CallSite) -> Function:
    render = output_of(element_of(call.argument_types[0]))

    def to_string(
        env: Env, array: Array | None, separator: str | None, null_text: str | None
    ) -> str | None:
        if array is None or separator is None:
            return None
        texts = [null_text if item is None else render(item, env) for item in array.items]
        return separator.join([text for text in texts if text is not None])

    return to_string


@implements("text_to_array", "text_to_array_null")
def string_to_array(
    text: str | None, separator: str | None, null_text: str | None = None
) -> Array | None:
    pieces = string_to_table(text, separator, null_text)
    return None if text is None else Array.of(pieces)


@implements("text_to_table", "text_to_table_null")
def string_to_table(
    text: str | None, separator: str | None, null_text: str | None = None
) -> list[str | None]:
    if not text:
        return []
    pieces: list[str | None]
    if separator is None:
        pieces = list(text)
    elif separator == "":
        pieces = [text]
    else:
        pieces = [*text.split(separator)]
    if null_text is not None:
        pieces = [None if piece == null_text else piece for piece in pieces]
    return pieces


@builds("array_out", "anyarray_out", "anycompatiblearray_out", env=True)
def array_out(call: CallSite) -> Function:
    render = output_of(element_of(call.argument_types[0]))
    return lambda env, array: array_text(array, lambda item: render(item, env))


# ---- order and equality --------------------------------------------------------------------------


@builds("array_eq")
def array_eq(call: CallSite) -> Function:
    return equality_of(call.argument_types[0])


@builds("array_ne")
def array_ne(call: CallSite) -> Function:
    equal = equality_of(call.argument_types[0])
    return lambda a, b: not equal(a, b)


def _ordered(test: Function) -> Function:
    def build(call: CallSite) -> Function:
        compare = comparison_of(call.argument_types[0])
        return lambda a, b: test(compare(a, b), 0)

    return build


builds("array_lt")(_ordered(operator.lt))
builds("array_le")(_ordered(operator.le))
builds("array_gt")(_ordered(operator.gt))
builds("array_ge")(_ordered(operator.ge))


@builds("btarraycmp")
def btarraycmp(call: CallSite) -> Function:
    return comparison_of(call.argument_types[0])


@builds("array_larger")
def array_larger(call: CallSite) -> Function:
    compare = comparison_of(call.argument_types[0])
    return lambda a, b: a if compare(a, b) > 0 else b


@builds("array_smaller")
def array_smaller(call: CallSite) -> Function:
    compare = comparison_of(call.argument_types[0])
    return lambda a, b: a if compare(a, b) < 0 else b

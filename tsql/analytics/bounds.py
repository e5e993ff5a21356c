"""Bounds: between which values a column, or what is read at a path, has to be for a condition to be true.

Rows of a table that are beyond such bounds needn't be read. A comparison is never true of NULL: so this
holds for any side of an outer join, too, as long as the condition is in its WHERE.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, NamedTuple

from storage.columns.messages import Bound
from storage.types import Array
from tsql import bound
from tsql.analytics import documents
from tsql.bound import Expression
from tsql.types import oids
from tsql.types.kinds import base_type, element_type_of

#: The functions behind the comparisons of types whose values are ordered as they are held.
_COMPARISON: Final = re.compile(
    r"(?:int[248]{1,2}|date_|timestamp_|timestamptz_|numeric_|text_?)(eq|lt|le|gt|ge)"
)
_MIRRORED: Final = {"eq": "eq", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_INTEGERS: Final = frozenset({oids.INT2, oids.INT4, oids.INT8})
_TEXTS: Final = frozenset({oids.TEXT, oids.VARCHAR})
_OTHERS: Final = frozenset({oids.DATE, oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.NUMERIC})

#: Types whose values are sorted as the numbers are that they are held as.
SORTED_NUMBERS: Final = _INTEGERS | _OTHERS
#: Of what is read at a path as text, which sorts of values (storage/columns/shred.py) it is certain for
#: what becomes of them, and the columns that they are compared in; by the type that it is cast to.
_TEXTS_AT: Final = {
    oids.TEXT: ("s", ("string", "digits", "dates", "null")),
    oids.NUMERIC: ("imn", ("int", "number", "digits", "null")),
    oids.DATE: ("t", ("dates", "null")),
    **dict.fromkeys(_INTEGERS, ("i", ("int", "null"))),
}
#: Likewise of numbers.
_NUMBERS_AT: Final = {
    oids.NUMERIC: ("in", ("int", "number")),
    **dict.fromkeys(_INTEGERS, ("i", ("int",))),
}
#: Containment is never true of another sort.
_CONTAINED_SORTS: Final = (
    "string", "digits", "dates", "int", "number", "bool", "null", "object", "array",
)  # fmt: skip

Value = Callable[[Expression], Any]


class Bounded(NamedTuple):
    """An expression, the least and the greatest value that it may have (None is no end), or all of them."""

    subject: Expression
    low: Any
    high: Any
    values: tuple[Any, ...] = ()


class Place(NamedTuple):
    """What is read at a path into documents.

    Attributes:
        at: The text, or the part of a document, at the path.
        letters, sorts: See `Bound`.
    """

    at: Expression
    letters: str
    sorts: tuple[str, ...]


def bounded(condition: Expression, value: Value) -> Bounded | None:
    """Returns what a condition bounds.

    `value` returns what an expression is for the whole statement, or None.
    """
    match condition:
        case bound.FunctionCall(arguments=(left, right)):
            ending = _ending(condition.proc.src)
            if ending is None:
                return None
            found = _between(_subject(left), ending, right.type, value(right))
            if found is None:
                found = _between(_subject(right), _MIRRORED[ending], left.type, value(left))
            return found
        case bound.ArrayComparison(operator="=", any=True, scalar=scalar):
            if _ending(condition.proc.src) == "eq":
                return _among(_subject(scalar), condition.array, value)
        case _:
            pass
    return None


def place_of(subject: Expression) -> Place | None:
    """Returns which path a bounded expression reads; None: it doesn't read one like this."""
    match subject:
        case bound.CoerceViaIO(typmod=-1, argument=argument) if _is_text_at(argument):
            found = _TEXTS_AT.get(subject.type)
            return None if found is None or subject.type == oids.TEXT else Place(argument, *found)
        case bound.FunctionCall(arguments=(document,)) if subject.proc.src in documents.CASTS:
            found = _NUMBERS_AT.get(subject.type)
            return None if found is None else Place(document, *found)
        case _ if _is_text_at(subject):
            return Place(subject, *_TEXTS_AT[oids.TEXT])
        case _:
            return None


def contained_bound(value: Any) -> Bound | None:
    """Returns what has to be at the path of a leaf of a contained document; None: nobody knows."""
    if isinstance(value, str):
        return Bound("", value, value, letters="s", sorts=_CONTAINED_SORTS)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = f"{Decimal(value):f}"
        return Bound("", number, number, letters="in", sorts=_CONTAINED_SORTS)
    return None


def _is_text_at(expression: Expression) -> bool:
    return isinstance(expression, bound.FunctionCall) and documents.STEPS.get(
        expression.proc.src, False
    )


def _ending(source: str) -> str | None:
    found = _COMPARISON.fullmatch(source)
    return None if found is None else found[1]


def _subject(expression: Expression) -> Expression:
    if isinstance(expression, bound.Relabel) and expression.type in _TEXTS:
        return expression.argument
    return expression


def _between(subject: Expression, ending: str, type_: int, value: Any) -> Bounded | None:
    end = _comparable(subject, type_, value)
    if end is None:
        return None
    return Bounded(
        subject,
        None if ending in {"lt", "le"} else end,
        None if ending in {"gt", "ge"} else end,
    )


def _among(subject: Expression, array: Expression, value: Value) -> Bounded | None:
    if isinstance(array, bound.ArrayConstructor):
        found = [(one.type, value(one)) for one in array.elements]
    else:
        items = value(array)
        type_ = element_type_of(array.type)
        found = [(type_, item) for item in items.items] if isinstance(items, Array) else []
    ends = [_comparable(subject, type_, one) for type_, one in found]
    if not ends or None in ends:
        return None
    key = Decimal if base_type(subject.type) == oids.NUMERIC else None
    return Bounded(subject, min(ends, key=key), max(ends, key=key), tuple(ends))


def _comparable(subject: Expression, type_: int, value: Any) -> Any:
    """Returns a value as those of an expression are stored; None if they aren't alike."""
    mine, other = base_type(subject.type), base_type(type_)
    if value is None or not any(
        mine in types and other in types for types in (_INTEGERS, _TEXTS, {mine} & _OTHERS)
    ):
        return None
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else None
    return value

"""Constants and parameters that the parser has taken out of long lists (tsql/condense.py).

A Placeholder is bound to a column of a relation whose rows are those constants, so that a thousand
rows of VALUES are one row of expressions, evaluated a thousand times. Where it stands for parameters,
what gives that expression a type gives it to each of them.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from storage.errors import DatabaseError
from storage.types import Array
from tsql.binder.coercion import as_base, coerce, literal
from tsql.binder.context import Context, Level
from tsql.binder.pathways import array_of, common_type_of
from tsql.bound import (
    ArrayConstructor,
    CatalogRelation,
    CoerceToDomain,
    ColumnRef,
    Const,
    Expression,
    Field,
    Param,
    ParameterColumn,
)
from tsql.condense import PARAMETER
from tsql.env import Env
from tsql.parser import ConstantList, Placeholder, RowTemplate
from tsql.types import oids
from tsql.types.kinds import is_domain
from tsql.types.numeric import numeric_of

_TYPES: Final = {
    "i": oids.INT4,
    "l": oids.INT8,
    "n": oids.NUMERIC,
    "b": oids.BOOL,
    "s": oids.UNKNOWN,
    "z": oids.UNKNOWN,
}
#: Conversions of whole numbers that need no function of SQL's.
_FROM_INTEGER: Final[dict[int, Callable[[int], Any]]] = {
    oids.INT8: int,
    oids.NUMERIC: lambda number: numeric_of(str(number)),
    oids.FLOAT8: float,
}


def bind_placeholder(level: Level, node: Placeholder) -> Expression:
    """Binds a Placeholder; the row that it is evaluated over is one of the template's."""
    if not node.numbers:
        return ColumnRef(0, node.number, "", _type_of(node.kind))
    type_ = _parameters_type(level.context, node.numbers, node.location)
    if type_ == oids.UNKNOWN:
        return ParameterColumn(0, node.number, "", type_, numbers=node.numbers)
    column = ColumnRef(0, node.number, "", type_)
    return CoerceToDomain(as_base(column), type_) if is_domain(type_) else column


def _type_of(kind: str) -> int:
    return _TYPES[kind] if not kind.startswith(PARAMETER) else oids.UNKNOWN


def _parameters_type(context: Context, numbers: Sequence[int], place: int | None) -> int:
    """Returns the type that all of the parameters have. Raises 54001 where they have several."""
    types = {context.parameter(number, place).type for number in numbers}
    if len(types) != 1:
        hint = "Declare the parameters of a list with one type."
        raise DatabaseError("54001", "statement too complex", hint=hint)
    return types.pop()


def rows_relation(template: RowTemplate) -> CatalogRelation:
    """Returns the relation of the constants, one row for each row of VALUES."""
    fields = [Field(f"constant{at}", _type_of(kind)) for at, kind in enumerate(template.kinds, 1)]
    return CatalogRelation("*VALUES*", "*VALUES*", tuple(fields), _RowsOf(template))


class _RowsOf:
    """Gives the rows, numbers made of the texts of numeric ones."""

    def __init__(self, template: RowTemplate) -> None:
        self._rows = template.rows
        kinds = template.kinds
        self._numeric = [at for at, kind in enumerate(kinds) if kind == "n"]
        self._parameters = [at for at, kind in enumerate(kinds) if kind.startswith(PARAMETER)]

    def __call__(self, env: Env) -> Iterator[Any]:
        if not self._numeric and not self._parameters:
            return iter(self._rows)
        return map(self._converted, self._rows, itertools.repeat(env.parameters))

    def _converted(self, row: list[Any], parameters: tuple[Any, ...]) -> list[Any]:
        result = row.copy()
        for at in self._numeric:
            if result[at] is not None:
                result[at] = numeric_of(result[at])
        for at in self._parameters:
            if result[at] is not None:
                result[at] = parameters[result[at] - 1]
        return result


def constant_array(context: Context, node: ConstantList, left: int) -> Expression | None:
    """Returns an IN list's members as an array that `left` can be compared with, or None."""
    kind, values = node.kind, node.values
    if kind.startswith(PARAMETER):
        return _parameter_array(context, node, left)
    own = _TYPES[kind]
    common = common_type_of([left, own])
    array = array_of(common) if common else 0
    if not array:
        return None
    if own == oids.UNKNOWN:
        items = [
            None if text is None else literal(context, text, common, -1, None).value
            for text in values
        ]
        return Const(Array.of(items), array)
    if own == oids.NUMERIC:
        values = [None if text is None else numeric_of(text) for text in values]
    convert = _FROM_INTEGER.get(common) if kind in {"i", "l"} else None
    if own != common and convert is not None:
        items = [None if number is None else convert(number) for number in values]
        return Const(Array.of(items), array)
    return coerce(context, Const(Array.of(list(values)), array_of(own)), array)


def _parameter_array(context: Context, node: ConstantList, left: int) -> Expression | None:
    numbers = [number for number in node.values if number is not None]
    own = _parameters_type(context, numbers, node.location)
    common = common_type_of([left, own])
    array = array_of(common) if common else 0
    if not array:
        return None
    if own == oids.UNKNOWN:
        for number in numbers:
            context.infer_parameter(Param(number, own), common, None)
        own = common
    items: list[Expression] = [
        Const(None, common)
        if number is None
        else coerce(context, as_base(Param(number, own)), common)
        for number in node.values
    ]
    return ArrayConstructor(tuple(items), False, array)


def first_member(node: ConstantList) -> Const:
    """Returns one member, for the error that comparing with it brings."""
    return Const(node.values[0], _type_of(node.kind))

"""Constants that the parser has taken out of long lists (tsql/condense.py).

A Placeholder is bound to a column of a relation whose rows are those constants, so that a thousand
rows of VALUES are one row of expressions, evaluated a thousand times.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from storage.types import Array
from tsql.binder.coercion import coerce, literal
from tsql.binder.context import Context, Level
from tsql.binder.pathways import array_of, common_type_of
from tsql.bound import CatalogRelation, ColumnRef, Const, Expression, Field
from tsql.env import Env
from tsql.parser import ConstantList, Placeholder, RowTemplate
from tsql.types import oids
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


def bind_placeholder(_level: Level, node: Placeholder) -> Expression:
    """Binds a Placeholder; the row that it is evaluated over is one of the template's."""
    return ColumnRef(0, node.number, "", _TYPES[node.kind])


def rows_relation(template: RowTemplate) -> CatalogRelation:
    """Returns the relation of the constants, one row for each row of VALUES."""
    fields = [Field(f"constant{at}", _TYPES[kind]) for at, kind in enumerate(template.kinds, 1)]
    return CatalogRelation("*VALUES*", "*VALUES*", tuple(fields), _RowsOf(template))


class _RowsOf:
    """Gives the rows, numbers made of the texts of numeric ones."""

    def __init__(self, template: RowTemplate) -> None:
        self._rows = template.rows
        self._numeric = [at for at, kind in enumerate(template.kinds) if kind == "n"]

    def __call__(self, _env: Env) -> Iterator[Any]:
        if not self._numeric:
            return iter(self._rows)
        return map(self._converted, self._rows)

    def _converted(self, row: list[Any]) -> list[Any]:
        result = row.copy()
        for at in self._numeric:
            if result[at] is not None:
                result[at] = numeric_of(result[at])
        return result


def constant_array(context: Context, node: ConstantList, left: int) -> Expression | None:
    """Returns an IN list's members as an array that `left` can be compared with, or None."""
    kind, values = node.kind, node.values
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


def first_member(node: ConstantList) -> Const:
    """Returns one member, for the error that comparing with it brings."""
    return Const(node.values[0], _TYPES[node.kind])

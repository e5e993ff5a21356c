"""Undeclared attributes as SQL's values, and SQL's values as attributes.

An attribute says by itself what kind it has (storage/attributes.py); SQL's values don't: a date is an
int, and only its type tells. So reading takes a value out of its attribute, by the type that the
table's registry gives the attribute, and writing puts it in, by the type of the assigned expression:

| attribute's type                 | attribute           | value                                     |
|----------------------------------|---------------------|-------------------------------------------|
| a scalar that shows what it is   | itself              | itself                                    |
| date, time, uuid, …              | Typed(kind, value)  | value                                     |
| numeric (integers and decimals)  | itself              | a decimal                                 |
| array (of one set kind)          | a set               | the array of its members in order         |
| jsonb (mixed kinds, documents)   | whatever it is      | a tree; dates and the like as text        |

An array that is assigned to an attribute which is a set becomes a set again, any other a list.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from storage.attributes import from_attribute, to_attribute
from storage.items import Row
from storage.schema import Table
from storage.types import Array, Kind, Typed
from tsql.binder.attributes import TYPES_OF_KINDS, attribute_type
from tsql.bound import Expression, SetColumn, TableRelation
from tsql.env import Env
from tsql.planner import plan
from tsql.types import oids
from tsql.types.io import output_of
from tsql.types.kinds import kinds_of_type

Convert = Callable[[Any], Any]

_ENV: Final = Env()
#: Types whose values are attributes as they are.
_BARE: Final = frozenset(
    {oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.FLOAT4, oids.FLOAT8, oids.NUMERIC}
    | {oids.TEXT, oids.BYTEA}
)
_SETS: Final = {
    Kind.STRING_SET: Kind.TEXT,
    Kind.NUMBER_SET: Kind.DECIMAL,
    Kind.BINARY_SET: Kind.BYTES,
}


def attribute_readers(relation: TableRelation) -> tuple[tuple[str, Convert | None], ...]:
    """Returns, for each attribute that a statement names, what makes SQL's value (not NULL) of it."""
    return tuple((name, _reader(relation.table, name)) for name in relation.attributes)


def read_attributes(
    attributes: Mapping[str, Any], readers: Sequence[tuple[str, Convert | None]]
) -> list[Any]:
    """Returns the values of the attributes that a statement names."""
    values = []
    for name, convert in readers:
        value = attributes.get(name)
        values.append(value if value is None or convert is None else convert(value))
    return values


def _reader(table: Table, name: str) -> Convert | None:
    type_ = attribute_type(table, name)
    if type_ == oids.NUMERIC and dict(table.attributes)[name] != (Kind.DECIMAL,):
        return _as_numeric
    if type_ in _BARE:
        return None
    return _as_tree if type_ == oids.JSONB else from_attribute


def _as_numeric(value: Any) -> Any:
    return Decimal(value) if isinstance(value, int) else value


def _as_tree(value: Any) -> Any:
    if isinstance(value, Typed):
        return output_of(TYPES_OF_KINDS[value.kind])(value.value, _ENV)
    return Decimal(repr(value)) if isinstance(value, float) else value


# ---- writing -----------------------------------------------------------------------------------


def attribute_writers(
    relation: TableRelation, types: Mapping[int, int]
) -> tuple[tuple[int, str, Convert | None], ...]:
    """Returns (position, name, conversion) of the attributes that a statement assigns.

    `types` has, by position in the seen row, the type of the assigned values.
    """
    width = len(relation.table.columns)
    return tuple(
        (position, name, _writer(relation.table, name, types[position]))
        for position, name in enumerate(relation.attributes, width)
        if position in types
    )


def _writer(table: Table, name: str, type_: int) -> Convert | None:
    if type_ in _BARE or type_ == oids.JSONB:
        return None
    kinds = kinds_of_type(type_)
    if kinds is None:
        return None
    kind, element_kind = kinds
    if kind is not Kind.ARRAY:
        return lambda value: to_attribute(value, kind)
    assert element_kind is not None
    for attribute, seen in table.attributes:
        if attribute == name and len(seen) == 1 and _SETS.get(seen[0]) is element_kind:
            (set_kind,) = seen
            return lambda array: _as_set(array, set_kind)
    return lambda array: _as_list(array, element_kind)


def _as_set(array: Array, kind: Kind) -> Any:
    # DynamoDB has no empty sets, and no NULL in one.
    if not array.items or None in array.items:
        return list(array.items)
    return to_attribute(array, kind)


def _as_list(array: Array, element_kind: Kind) -> list[Any]:
    shown = None
    if TYPES_OF_KINDS[element_kind] not in _BARE:
        shown = output_of(TYPES_OF_KINDS[element_kind])
    items = [item if item is None or shown is None else shown(item, _ENV) for item in array.items]
    return _nested(items, array.dimensions)


def _nested(items: list[Any], dimensions: tuple[int, ...]) -> list[Any]:
    if len(dimensions) <= 1:
        return items
    size = len(items) // dimensions[0]
    return [_nested(items[at : at + size], dimensions[1:]) for at in range(0, len(items), size)]


def written_attributes(
    row: Row,
    writers: Sequence[tuple[int, str, Convert | None]],
    before: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Returns a row's attributes after a write; NULL takes an attribute away."""
    merged = dict(before or {})
    for position, name, convert in writers:
        value = row[position]
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = value if convert is None else convert(value)
    return merged


def assigned_types(assignments: Sequence[SetColumn]) -> dict[int, int]:
    """Returns the types of an UPDATE's assigned values, by position."""
    return {item.position: item.expression.type for item in assignments}


def inserted_types(node: plan.Insert) -> dict[int, int]:
    """Returns the types of an INSERT's values, by position."""
    return dict(zip(node.positions, _types_of(node.source), strict=False))


def types_by_position(positions: Sequence[int], values: Sequence[Expression]) -> dict[int, int]:
    """Returns the types of values that are put into positions."""
    return {at: value.type for at, value in zip(positions, values, strict=False)}


def _types_of(node: Any) -> list[int]:
    match node:
        case plan.Values(rows=rows):
            return [expression.type for expression in rows[0]] if rows else []
        case plan.Project(targets=targets):
            return [expression.type for expression in targets]
        case _:
            return _types_of(node.source) if hasattr(node, "source") else []

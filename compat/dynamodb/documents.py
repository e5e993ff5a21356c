"""Items and rows: how what DynamoDB calls an item is a row of a table, and the reverse.

In a table made here, the key attributes are declared columns (S text, N numeric, B bytea) and all
other attributes are the row's undeclared ones, as they are. In a table made in SQL every column is
an attribute; a column that is NULL is an attribute that isn't there:

| column                                                       | attribute                       |
|--------------------------------------------------------------|---------------------------------|
| text, varchar, char, name, "char"                            | S                               |
| integers, floats, numeric, oid                               | N                               |
| bytea                                                        | B                               |
| boolean                                                      | BOOL                            |
| date, time, timestamp (with or without time zone), interval  | S, ISO 8601                     |
| uuid                                                         | S                               |
| json, jsonb                                                  | the document: M, L, S, N, BOOL  |
| arrays                                                       | L; a set is taken, too          |

Inside documents and undeclared attributes values are the same on both sides. Objects of jsonb keep
their members in PostgreSQL's order, which isn't the order in which a map was sent; AWS promises none.
"""

from collections.abc import Callable, Collection, Mapping
from decimal import Context, Decimal
from typing import Any, Final

import msgspec

from compat.dynamodb.attribute_values import Item, Value, type_of
from compat.dynamodb.errors import DynamoError, invalid_parameter
from compat.dynamodb.numbers import format_number
from storage.errors import DatabaseError
from storage.items import Row
from storage.schema import Column, ColumnPolicy, Table
from storage.types import (
    Array,
    BinarySet,
    JsonNull,
    Kind,
    NumberSet,
    StringSet,
    Typed,
)
from tsql.env import Env
from tsql.types import oids
from tsql.types.io import input_of, output_of
from tsql.types.kinds import element_type_of, type_of_kind

Convert = Callable[[Any], Any]

_ENV: Final = Env()
_TEXT_KINDS: Final = frozenset({Kind.TEXT, Kind.VARCHAR, Kind.CHAR, Kind.NAME, Kind.SINGLE_CHAR})
_NUMBER_KINDS: Final = frozenset(
    {Kind.INT2, Kind.INT4, Kind.INT8, Kind.OID, Kind.FLOAT4, Kind.FLOAT8, Kind.DECIMAL}
)
#: Kinds that are S and have a blank between date and time in SQL's output.
_MOMENT_KINDS: Final = frozenset({Kind.TIMESTAMP, Kind.TIMESTAMPTZ})
#: Significant digits of a DynamoDB number, and the decimal exponents of its ends.
DIGITS_MAX: Final = 38
_EXPONENT_MAX: Final = 125
_EXPONENT_MIN: Final = -130
#: Wide enough for any number of SQL's.
_WIDE: Final = Context(prec=200_000)
_INT_MIN: Final = -(2**63)
_INT_MAX: Final = 2**63 - 1


# ---- from rows to items ------------------------------------------------------------------------


def _number_out(value: Any) -> Any:
    """Returns a number as it is, if DynamoDB can hold it. Raises ValueError."""
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if isinstance(number, Decimal):
        if not number.is_finite():
            raise ValueError(f"{number} is no number of DynamoDB's")
        if not number:
            return number
    elif _INT_MIN <= number <= _INT_MAX:
        return number
    else:
        number = Decimal(number)
    digits = number.normalize(_WIDE).as_tuple().digits
    if len(digits) > DIGITS_MAX:
        raise ValueError(f"{len(digits)} digits are more than a number of DynamoDB's has")
    if not _EXPONENT_MIN <= number.adjusted() <= _EXPONENT_MAX:
        raise ValueError("the number is out of DynamoDB's range")
    return number


def _text_out(kind: Kind, sql_type: int) -> Convert:
    render = output_of(sql_type)
    if kind in _MOMENT_KINDS:
        return lambda value: render(value, _ENV).replace(" ", "T", 1)
    return lambda value: render(value, _ENV)


def _tree_out(value: Any) -> Any:
    return None if isinstance(value, JsonNull) else value


_decode_json: Final = msgspec.json.Decoder(float_hook=Decimal).decode


def _json_out(text: str) -> Any:
    return _decode_json(text)


def column_out(kind: Kind, element_kind: Kind | None, sql_type: int) -> Convert | None:
    """Returns what makes an attribute's value of a column's (not NULL); None: it is the same."""
    if kind in _TEXT_KINDS or kind in {Kind.BOOL, Kind.BYTES}:
        return None
    if sql_type == oids.MONEY:
        return _text_out(kind, sql_type)
    if kind in _NUMBER_KINDS:
        return None if kind in {Kind.INT2, Kind.INT4, Kind.INT8, Kind.OID} else _number_out
    if kind is Kind.JSONB:
        return _tree_out
    if kind is Kind.JSON:
        return _json_out
    if kind in {Kind.STRING_SET, Kind.NUMBER_SET, Kind.BINARY_SET}:
        return None
    if kind is Kind.ARRAY:
        assert element_kind is not None
        return _array_out(column_out(element_kind, None, element_type_of(sql_type)))
    return _text_out(kind, sql_type)


def _array_out(convert: Convert | None) -> Convert:
    def nested(items: list[Any], dimensions: tuple[int, ...]) -> list[Any]:
        if len(dimensions) <= 1:
            return items
        size = len(items) // dimensions[0]
        return [nested(items[at : at + size], dimensions[1:]) for at in range(0, len(items), size)]

    def array_out(array: Array) -> list[Any]:
        items = [item if item is None or convert is None else convert(item) for item in array.items]
        return nested(items, array.dimensions)

    return array_out


def _attribute_out(value: Any) -> Any:
    """Returns an undeclared attribute's value as DynamoDB has it."""
    if isinstance(value, Typed):
        convert = column_out(value.kind, None, type_of_kind(value.kind))
        return value.value if convert is None else convert(value.value)
    if isinstance(value, float | Decimal):
        return _number_out(value)
    return value


# ---- from items to rows ------------------------------------------------------------------------


def tree_in(value: Value) -> Value:
    """Returns a value as documents keep it: members in order, integers as such."""
    if isinstance(value, dict):
        names = sorted(value, key=_member_order)
        return {name: tree_in(value[name]) for name in names}
    if isinstance(value, list):
        return [tree_in(member) for member in value]
    if isinstance(value, Decimal):
        return _integer_if_it_is(value)
    return value


def _member_order(name: str) -> tuple[int, bytes]:
    data = name.encode()
    return len(data), data


def _integer_if_it_is(number: Decimal) -> Decimal | int:
    if number.as_tuple().exponent == 0 and _INT_MIN <= number <= _INT_MAX:
        return int(number)
    return number


def attribute_in(value: Value) -> Value:
    """Returns an undeclared attribute's value as rows keep it."""
    if isinstance(value, dict | list):
        return tree_in(value)
    return Decimal(value) if type(value) is int else value


#: Types of attribute values that rows keep as they are; numbers from the door are canonical.
_KEPT_TYPES: Final = frozenset(
    {str, Decimal, bytes, bool, type(None), StringSet, NumberSet, BinarySet}
)


def attributes_in(item: Mapping[str, Value], declared: Collection[str] = ()) -> dict[str, Value]:
    """Returns undeclared attributes as rows keep them."""
    kept = _KEPT_TYPES
    return {
        name: value if type(value) in kept else attribute_in(value)
        for name, value in item.items()
        if name not in declared
    }


def _mismatch(column: str, wanted: str, value: Value) -> DynamoError:
    return invalid_parameter(
        f"Type mismatch for attribute {column}: expected: {wanted} actual: {type_of(value)}"
    )


def _scalar_in(name: str, wanted: str, sql_type: int, typmod: int) -> Convert:
    """Returns what reads an S or an N by the input function of the column's type."""
    parse = input_of(sql_type)

    def scalar_in(value: Value) -> Any:
        if type_of(value) != wanted:
            raise _mismatch(name, wanted, value)
        return parse(value if wanted == "S" else format_number(value), typmod, _ENV)

    return scalar_in


def _as_it_is(name: str, wanted: str) -> Convert:
    def as_it_is(value: Value) -> Value:
        if type_of(value) != wanted:
            raise _mismatch(name, wanted, value)
        return value

    return as_it_is


def _numeric_in(name: str) -> Convert:
    def numeric_in(value: Value) -> Decimal:
        if type_of(value) != "N":
            raise _mismatch(name, "N", value)
        return value if isinstance(value, Decimal) else Decimal(value)

    return numeric_in


def _json_in(value: Value) -> str:
    return output_of(oids.JSONB)(tree_in(value), _ENV)


def _array_in(name: str, convert: Convert) -> Convert:
    def array_in(value: Value) -> Array:
        if isinstance(value, list):
            members: list[Any] = value
        elif isinstance(value, StringSet):
            members = sorted(value, key=str.encode)
        elif isinstance(value, NumberSet | BinarySet):
            members = sorted(value)
        else:
            raise _mismatch(name, "L", value)
        return Array.of([None if member is None else convert(member) for member in members])

    return array_in


def column_in(column: Column) -> Convert:
    """Returns what makes a column's value of an attribute's. Raises DynamoError, DatabaseError."""
    return _value_in(
        column.name, column.kind, column.element_kind, (column.sql_type, column.typmod)
    )


def _value_in(
    name: str, kind: Kind, element_kind: Kind | None, sql_type: tuple[int, int]
) -> Convert:
    oid, typmod = sql_type
    if kind is Kind.ARRAY:
        assert element_kind is not None
        element = _value_in(name, element_kind, None, (element_type_of(oid), typmod))
        return _array_in(name, element)
    if oid in {oids.BIT, oids.VARBIT, oids.MONEY}:
        return _scalar_in(name, "S", oid, typmod)
    if typmod < 0 and kind in {Kind.TEXT, Kind.VARCHAR, Kind.BYTES, Kind.BOOL}:
        wanted = {Kind.BYTES: "B", Kind.BOOL: "BOOL"}.get(kind, "S")
        return _as_it_is(name, wanted)
    if typmod < 0 and kind is Kind.DECIMAL:
        return _numeric_in(name)
    if kind is Kind.JSONB:
        return tree_in
    if kind is Kind.JSON:
        return _json_in
    return _scalar_in(name, "N" if kind in _NUMBER_KINDS else "S", oid, typmod)


# ---- whole rows --------------------------------------------------------------------------------


class Documents:
    """The conversion of one version of a table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._is_dynamic = table.policy is ColumnPolicy.DYNAMIC
        key_ids = table.key_column_ids
        self._columns = tuple(
            (
                position,
                column.name,
                column_out(column.kind, column.element_kind, column.sql_type),
                column.id in key_ids,
            )
            for position, column in enumerate(table.columns)
        )
        self._in = tuple((column.name, column_in(column)) for column in table.columns)
        self._converters = dict(self._in)
        self._names = frozenset(column.name for column in table.columns)
        self._plain = self._is_dynamic and all(
            column.kind in {Kind.TEXT, Kind.DECIMAL, Kind.BYTES} and column.id in key_ids
            for column in table.columns
        )
        self._key_names = tuple(column.name for column in table.columns)

    def item(self, row: Row) -> Item:
        """Returns the row as an item. Raises ValidationException for what DynamoDB can't hold."""
        if self._plain:
            attributes = row[-1]
            item = dict(zip(self._key_names, row, strict=False))
            for value in attributes.values():
                if type(value) is Typed or type(value) is float:
                    return self._item(row)
            item.update(attributes)
            return item
        return self._item(row)

    def _item(self, row: Row) -> Item:
        item: Item = {}
        for position, name, convert, _ in self._columns:
            value = row[position]
            if value is not None:
                item[name] = value if convert is None else self._out(name, convert, value)
        if self._is_dynamic:
            for name, value in row[-1].items():
                item[name] = self._out(name, _attribute_out, value)
        return item

    def _out(self, name: str, convert: Convert, value: Any) -> Any:
        try:
            return convert(value)
        except ValueError as error:
            raise invalid_parameter(
                f"The row of table {self._table.name} can't be shown here: attribute {name}: {error}"
            ) from None

    def row(self, item: Mapping[str, Value]) -> list[Any]:
        """Returns the item as a row. Raises DynamoError where a column can't take its attribute."""
        row: list[Any] = []
        for name, convert in self._in:
            value = item.get(name)
            if value is None:
                row.append(None)
                continue
            try:
                row.append(convert(value))
            except DatabaseError as error:
                raise invalid_parameter(f"{error.message} (attribute: {name})") from error
        names = self._names
        if self._is_dynamic:
            row.append(attributes_in(item, names))
            return row
        for name in item:
            if name not in names:
                raise invalid_parameter(
                    f"table {self._table.name} has no column {name}, and its policy is strict"
                )
        return row

    def part_value(self, name: str, value: Value) -> Any:
        """Returns a key attribute's value as keys encode it; an undeclared attribute's as it is."""
        convert = self._converters.get(name)
        if convert is None:
            return value
        try:
            return convert(value)
        except DatabaseError as error:
            raise invalid_parameter(f"{error.message} (attribute: {name})") from error

    def key_values(self, key: Mapping[str, Value]) -> list[Any]:
        """Returns the values of the key's columns, in the order of the columns of the key."""
        values: list[Any] = []
        for column_id in self._table.key_column_ids:
            name, convert = self._in[self._table.position(column_id)]
            try:
                values.append(convert(key[name]))
            except DatabaseError as error:
                raise invalid_parameter(f"{error.message} (attribute: {name})") from error
        return values

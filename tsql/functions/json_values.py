"""What an SQL value becomes in JSON: text for json, a tree for jsonb.

Booleans and numbers are themselves (NaN and infinities become strings), dates and times ISO 8601
strings whatever the DateStyle, json and jsonb themselves, arrays arrays (dimension by dimension),
rows objects, and anything else the string that its output function gives.
"""

import dataclasses
import functools
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from storage.errors import DatabaseError, not_supported
from storage.types import JSON_NULL, Array, Record
from tsql.env import Env
from tsql.types import oids
from tsql.types.composites import attributes_of, is_row
from tsql.types.io import output_of
from tsql.types.json import in_key_order, jsonb_text, number, parse_jsonb, quote
from tsql.types.kinds import base_type, element_type_of

JsonText = Callable[[Any, Env], str]
Tree = Callable[[Any, Env], Any]

#: Name and type of a row's fields.
Fields = tuple[tuple[str, int], ...]

_NUMBERS = frozenset((oids.INT2, oids.INT4, oids.INT8, oids.FLOAT4, oids.FLOAT8, oids.NUMERIC))
_TIMES = frozenset((oids.DATE, oids.TIMESTAMP, oids.TIMESTAMPTZ))
#: Forms of rows that are kept once they have been made.
_KEPT_MAX: Final = 1000
_WHOLE_HOUR_ZONE = re.compile(r"([-+][0-9]{2})(?= BC$|$)")
_WITH_MINUTES = r"\1:00"


def top(tree: Any) -> Any:
    """Returns a node of a tree as a value of its own: null becomes JSON_NULL."""
    return JSON_NULL if tree is None else tree


def inner(value: Any) -> Any:
    """Returns a jsonb value as a node of another tree."""
    return None if value is JSON_NULL else value


@functools.cache
def text_of(oid: int) -> JsonText:
    """Returns the function that writes a value of that type, not NULL, as JSON text."""
    oid = base_type(oid)
    if oid == oids.BOOL:
        return lambda value, _env: "true" if value else "false"
    if oid in _NUMBERS:
        return _number_text(oid)
    if oid == oids.JSON:
        return lambda value, _env: value
    if oid == oids.JSONB:
        return lambda value, _env: jsonb_text(value)
    if is_row(oid):
        return lambda value, env: row_text(fields_of_row(oid, value, env), ",")(value, env)
    element = element_type_of(oid)
    if element:
        return _array_text(element)
    string_of = _string_of(oid)
    return lambda value, env: quote(string_of(value, env))


@functools.cache
def tree_of(oid: int) -> Tree:
    """Returns the function that makes a value of that type, not NULL, a node of a jsonb tree."""
    oid = base_type(oid)
    if oid == oids.BOOL:
        return lambda value, _env: value
    if oid in (oids.INT2, oids.INT4, oids.INT8):
        return lambda value, _env: value
    if oid in _NUMBERS:
        return _number_tree(oid)
    if oid == oids.JSON:
        return lambda value, _env: inner(parse_jsonb(value))
    if oid == oids.JSONB:
        return lambda value, _env: inner(value)
    if is_row(oid):
        return lambda value, env: row_tree(fields_of_row(oid, value, env))(value, env)
    element = element_type_of(oid)
    if element:
        return _array_tree(element)
    return _string_of(oid)


@functools.cache
def key_of(oid: int) -> JsonText:
    """Returns the function that makes an object key of a value; raises 22023 for what has parts."""
    oid = base_type(oid)
    if oid in (oids.JSON, oids.JSONB) or is_row(oid) or element_type_of(oid):
        return _refuse_key
    if oid == oids.BOOL:
        return lambda value, _env: "true" if value else "false"
    return _string_of(oid)


def fields_of_row(oid: int, row: Record, env: Env) -> Fields:
    """Returns names and types of a row's fields: its type's, or those it brings itself. Raises 0A000."""
    if oid == oids.RECORD:
        if len(row.names) != len(row):
            raise not_supported("conversion of a record with unknown columns to JSON")
        return tuple(zip(row.names, row.types, strict=True))
    return tuple([(each.name, each.sql_type) for each in attributes_of(oid, env)])


def _refuse_key(_value: Any, _env: Env) -> str:
    raise DatabaseError("22023", "key value must be scalar, not array, composite, or json")


def _string_of(oid: int) -> JsonText:
    output = output_of(oid)
    return output if oid not in _TIMES else lambda value, env: _iso(output(value, _iso_env(env)))


def _iso_env(env: Env) -> Env:
    return env if env.date_style == "ISO" else dataclasses.replace(env, date_style="ISO")


def _iso(text: str) -> str:
    """Makes ISO 8601 of PostgreSQL's ISO style: a T between, minutes in the time zone."""
    date, blank, time = text.partition(" ")
    if not blank or time == "BC":
        return text
    return f"{date}T{_WHOLE_HOUR_ZONE.sub(_WITH_MINUTES, time)}"


def _number_text(oid: int) -> JsonText:
    output = output_of(oid)

    def write(value: Any, env: Env) -> str:
        text = output(value, env)
        return text if text[-1].isdigit() else quote(text)

    return write


def _number_tree(oid: int) -> Tree:
    output = output_of(oid)

    def make(value: Any, env: Env) -> int | Decimal | str:
        text = output(value, env)
        return number(text) if text[-1].isdigit() else text

    return make


def _array_text(element: int) -> JsonText:
    write = text_of(element)

    def write_array(value: Array, env: Env) -> str:
        texts = ["null" if item is None else write(item, env) for item in value.items]
        text: str = nest(texts, value.dimensions, lambda items: "[" + ",".join(items) + "]")
        return text

    return write_array


def _array_tree(element: int) -> Tree:
    make = tree_of(element)

    def make_array(value: Array, env: Env) -> Any:
        nodes = [None if item is None else make(item, env) for item in value.items]
        return nest(nodes, value.dimensions, list)

    return make_array


def nest(nodes: list[Any], dimensions: tuple[int, ...], join: Callable[[list[Any]], Any]) -> Any:
    """Folds row-major nodes into arrays of arrays, the last dimension innermost."""
    for length in dimensions[:0:-1]:
        nodes = [join(nodes[start : start + length]) for start in range(0, len(nodes), length)]
    return join(nodes)


@functools.lru_cache(maxsize=_KEPT_MAX)
def row_text(fields: Fields, separator: str) -> JsonText:
    """Returns the function that writes a row (a tuple) as a JSON object."""
    writers = [(quote(name) + ":", text_of(oid)) for name, oid in fields]

    def write(row: Sequence[Any], env: Env) -> str:
        members = [
            name + ("null" if value is None else write_value(value, env))
            for (name, write_value), value in zip(writers, row, strict=True)
        ]
        return "{" + separator.join(members) + "}"

    return write


@functools.lru_cache(maxsize=_KEPT_MAX)
def row_tree(fields: Fields) -> Tree:
    """Returns the function that makes a row an object of a jsonb tree."""
    makers = [(name, tree_of(oid)) for name, oid in fields]

    def make(row: Sequence[Any], env: Env) -> dict[str, Any]:
        members = {
            name: None if value is None else make_value(value, env)
            for (name, make_value), value in zip(makers, row, strict=True)
        }
        return in_key_order(members)

    return make

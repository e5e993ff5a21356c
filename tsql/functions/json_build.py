"""Making JSON of SQL values: to_json, json_build_object, row_to_json, json_object and their kin.

json keeps the order and the duplicates of what it is given and has PostgreSQL's own blanks
(`{"a" : 1}`, but `[1,2]` of an array and `[1, 2]` of json_build_array); jsonb has one text only.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from storage.errors import DatabaseError
from storage.types import Array
from tsql.catalog import pg
from tsql.env import Env
from tsql.functions.json_values import (
    JsonText,
    Tree,
    fields_of_row,
    key_of,
    nest,
    row_text,
    row_tree,
    text_of,
    top,
    tree_of,
)
from tsql.functions.limits import check_size
from tsql.functions.registry import CallSite, Function, builds, implements
from tsql.types import oids
from tsql.types.json import in_key_order, quote
from tsql.types.record import Record


def argument_text(call: CallSite, index: int) -> JsonText:
    """Returns how an argument becomes JSON text, whether or not it is a row."""
    fields = _fields(call, index)
    return text_of(call.argument_types[index]) if fields is None else row_text(fields, ",")


def argument_tree(call: CallSite, index: int) -> Tree:
    """Returns how an argument becomes a jsonb node, whether or not it is a row."""
    fields = _fields(call, index)
    return tree_of(call.argument_types[index]) if fields is None else row_tree(fields)


def _fields(call: CallSite, index: int) -> tuple[tuple[str, int], ...] | None:
    """Returns the fields of an argument that is a row of no composite type, if they are known already."""
    is_record = call.argument_types[index] == oids.RECORD
    return call.fields[index] if is_record and index < len(call.fields) else None


@builds("to_json", env=True)
def to_json(call: CallSite) -> Function:
    write = argument_text(call, 0)
    return lambda env, value: write(value, env)


@builds("to_jsonb", env=True)
def to_jsonb(call: CallSite) -> Function:
    make = argument_tree(call, 0)
    return lambda env, value: top(make(value, env))


@builds("array_to_json", env=True)
def array_to_json(call: CallSite) -> Function:
    return to_json(call)


@builds("array_to_json_pretty", env=True)
def array_to_json_pretty(call: CallSite) -> Function:
    write = text_of(pg.types()[call.argument_types[0]].element)

    def write_array(env: Env, value: Array, pretty: bool) -> str:
        texts = ["null" if item is None else write(item, env) for item in value.items]
        separator = ",\n " if pretty else ","
        if len(value.dimensions) > 1:
            length = len(texts) // value.dimensions[0]
            texts = [
                nest(texts[start : start + length], value.dimensions[1:], _compact)
                for start in range(0, len(texts), length)
            ]
        return "[" + separator.join(texts) + "]"

    return write_array


def _compact(texts: list[str]) -> str:
    return "[" + ",".join(texts) + "]"


@builds("row_to_json", env=True)
def row_to_json(call: CallSite) -> Function:
    write = argument_text(call, 0)
    return lambda env, row: write(row, env)


@builds("row_to_json_pretty", env=True)
def row_to_json_pretty(call: CallSite) -> Function:
    known = _fields(call, 0)

    def write(env: Env, row: Record, pretty: bool) -> str:
        fields = fields_of_row(call.argument_types[0], row, env) if known is None else known
        return row_text(fields, ",\n " if pretty else ",")(row, env)

    return write


# ---- json_build_object and json_build_array ---------------------------------------------------


class _Arguments:
    """The conversions of a VARIADIC "any" call, made when first needed: keys aren't values."""

    def __init__(self, call: CallSite, convert: Callable[[CallSite, int], Any]) -> None:
        self.call = call
        self.value = functools.cache(lambda index: convert(call, self._known(index)))
        self.key = functools.cache(lambda index: key_of(call.argument_types[self._known(index)]))

    def _known(self, index: int) -> int:
        """Returns the index whose type counts: a VARIADIC array may bring more than are known."""
        return min(index, len(self.call.argument_types) - 1)

    def pairs(self, values: Sequence[Any]) -> Iterator[int]:
        """Yields the indexes of the keys."""
        if len(values) % 2:
            raise DatabaseError(
                "22023",
                "argument list must have even number of elements",
                hint=f"The arguments of {self.call.proc.name}() must consist of "
                "alternating keys and values.",
            )
        return iter(range(0, len(values), 2))


@builds("json_build_object", env=True)
def json_build_object(call: CallSite) -> Function:
    arguments = _Arguments(call, argument_text)

    def build(env: Env, *values: Any) -> str:
        members = []
        for index in arguments.pairs(values):
            key, value = values[index : index + 2]
            if key is None:
                raise DatabaseError(
                    "22023",
                    f"argument {index + 1} cannot be null",
                    hint="Object keys should be text.",
                )
            name = quote(arguments.key(index)(key, env))
            text = "null" if value is None else arguments.value(index + 1)(value, env)
            members.append(f"{name} : {text}")
        check_size(sum(map(len, members)), env)
        return "{" + ", ".join(members) + "}"

    return build


@builds("jsonb_build_object", env=True)
def jsonb_build_object(call: CallSite) -> Function:
    arguments = _Arguments(call, argument_tree)

    def build(env: Env, *values: Any) -> dict[str, Any]:
        members = {}
        for index in arguments.pairs(values):
            key, value = values[index : index + 2]
            if key is None:
                raise DatabaseError("22023", f"argument {index + 1}: key must not be null")
            name = arguments.key(index)(key, env)
            members[name] = None if value is None else arguments.value(index + 1)(value, env)
        return in_key_order(members)

    return build


@builds("json_build_array", env=True)
def json_build_array(call: CallSite) -> Function:
    arguments = _Arguments(call, argument_text)

    def build(env: Env, *values: Any) -> str:
        texts = [
            "null" if value is None else arguments.value(index)(value, env)
            for index, value in enumerate(values)
        ]
        check_size(sum(map(len, texts)), env)
        return "[" + ", ".join(texts) + "]"

    return build


@builds("jsonb_build_array", env=True)
def jsonb_build_array(call: CallSite) -> Function:
    arguments = _Arguments(call, argument_tree)
    return lambda env, *values: [
        None if value is None else arguments.value(index)(value, env)
        for index, value in enumerate(values)
    ]


@implements("json_build_object_noargs")
def json_build_object_noargs() -> str:
    return "{}"


@implements("json_build_array_noargs")
def json_build_array_noargs() -> str:
    return "[]"


@implements("jsonb_build_object_noargs")
def jsonb_build_object_noargs() -> dict[str, Any]:
    return {}


@implements("jsonb_build_array_noargs")
def jsonb_build_array_noargs() -> list[Any]:
    return []


# ---- objects of text arrays -------------------------------------------------------------------

_SUBSCRIPTS = "wrong number of array subscripts"


def _pairs(array: Array) -> Iterator[tuple[str, str | None]]:
    """Yields keys and values of {k,v,k,v} or {{k,v},{k,v}}."""
    match array.dimensions:
        case ():
            return
        case (length,):
            if length % 2:
                raise DatabaseError("2202E", "array must have even number of elements")
        case (_, width):
            if width != 2:
                raise DatabaseError("2202E", "array must have two columns")
        case _:
            raise DatabaseError("2202E", _SUBSCRIPTS)
    yield from _with_keys(array.items[::2], array.items[1::2])


def _two_arrays(keys: Array, values: Array) -> Iterator[tuple[str, str | None]]:
    if len(keys.dimensions) > 1 or len(keys.dimensions) != len(values.dimensions):
        raise DatabaseError("2202E", _SUBSCRIPTS)
    if len(keys.items) != len(values.items):
        raise DatabaseError("2202E", "mismatched array dimensions")
    return _with_keys(keys.items, values.items)


def _with_keys(
    keys: Sequence[str | None], values: Sequence[str | None]
) -> Iterator[tuple[str, str | None]]:
    for key, value in zip(keys, values, strict=True):
        if key is None:
            raise DatabaseError("22004", "null value not allowed for object key")
        yield key, value


def _object_text(pairs: Iterator[tuple[str, str | None]]) -> str:
    members = [
        f"{quote(key)} : {'null' if value is None else quote(value)}" for key, value in pairs
    ]
    return "{" + ", ".join(members) + "}"


@implements("json_object")
def json_object(array: Array) -> str:
    return _object_text(_pairs(array))


@implements("json_object_two_arg")
def json_object_two_arg(keys: Array, values: Array) -> str:
    return _object_text(_two_arrays(keys, values))


@implements("jsonb_object")
def jsonb_object(array: Array) -> dict[str, Any]:
    return in_key_order(dict(_pairs(array)))


@implements("jsonb_object_two_arg")
def jsonb_object_two_arg(keys: Array, values: Array) -> dict[str, Any]:
    return in_key_order(dict(_two_arrays(keys, values)))

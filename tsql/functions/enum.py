"""Enums: comparisons, and the labels of a type. Manual: 9.10."""

from typing import Any

from storage.errors import DatabaseError
from storage.types import Array
from tsql.env import Env
from tsql.functions.registry import CallSite, Function, builds, implements
from tsql.types.enums import check_safe, code_of, enum_type, label_of

implements("enum_eq")(lambda a, b: a == b)
implements("enum_ne")(lambda a, b: a != b)
implements("enum_lt")(lambda a, b: a < b)
implements("enum_le")(lambda a, b: a <= b)
implements("enum_gt")(lambda a, b: a > b)
implements("enum_ge")(lambda a, b: a >= b)
implements("enum_cmp")(lambda a, b: int(a > b) - int(a < b))
implements("enum_smaller")(min)
implements("enum_larger")(max)


@builds("enum_first", env=True)
def enum_first(call: CallSite) -> Function:
    return lambda env, _value: _end(call.result_type, env, 0)


@builds("enum_last", env=True)
def enum_last(call: CallSite) -> Function:
    return lambda env, _value: _end(call.result_type, env, -1)


def _end(oid: int, env: Env, at: int) -> bytes:
    found = enum_type(oid, env)
    if not found.labels:
        raise DatabaseError("55000", f"enum {found.name} contains no values")
    code = found.labels[at].code
    check_safe(found, code, env)
    return code


@builds("enum_range_all", env=True)
def enum_range_all(call: CallSite) -> Function:
    return lambda env, _value: _range(call.argument_types[0], env, None, None)


@builds("enum_range_bounds", env=True)
def enum_range_bounds(call: CallSite) -> Function:
    return lambda env, low, high: _range(call.argument_types[0], env, low, high)


def _range(oid: int, env: Env, low: bytes | None, high: bytes | None) -> Array:
    found = enum_type(oid, env)
    codes = [
        label.code
        for label in found.labels
        if (low is None or label.code >= low) and (high is None or label.code <= high)
    ]
    for code in codes:
        check_safe(found, code, env)
    return Array.of(codes)


@builds("enum_send", env=True)
def enum_send(call: CallSite) -> Function:
    def send(env: Env, value: Any) -> bytes:
        return label_of(enum_type(call.argument_types[0], env), value).encode()

    return send


@implements("enum_in", env=True)
def enum_in(env: Env, text: str, oid: int) -> bytes:
    return code_of(enum_type(oid, env), text, env)


@builds("enum_out", env=True)
def enum_out(call: CallSite) -> Function:
    return lambda env, value: label_of(enum_type(call.argument_types[0], env), value)

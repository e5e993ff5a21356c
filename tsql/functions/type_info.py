"""Functions about values of any type: pg_typeof, format_type, num_nulls, pg_column_size."""

from typing import Any

from storage.errors import not_supported
from tsql.catalog import pg
from tsql.env import Env
from tsql.functions.registry import CallSite, Function, builds, implements
from tsql.types.type_names import type_name, type_name_in, type_named


@builds("pg_typeof")
def pg_typeof(call: CallSite) -> Function:
    argument = call.argument_types[0]
    return lambda _value: argument


@implements("format_type", env=True)
def format_type(env: Env, oid: int | None, typmod: int | None) -> str | None:
    return None if oid is None else type_name_in(env, oid, typmod)


@implements("to_regtype", env=True)
def to_regtype(env: Env, name: str) -> int | None:
    return type_named(name, env)


@implements("pg_num_nulls")
def num_nulls(*values: Any) -> int:
    return values.count(None)


@implements("pg_num_nonnulls")
def num_nonnulls(*values: Any) -> int:
    return len(values) - values.count(None)


@builds("pg_column_size")
def pg_column_size(call: CallSite) -> Function:
    """Knows the types of fixed length; the others' size is a matter of PostgreSQL's row format."""
    length = pg.types()[call.argument_types[0]].length
    if length < 0:
        raise not_supported(f"pg_column_size of type {type_name(call.argument_types[0])}")
    return lambda _value: length

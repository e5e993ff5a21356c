"""Text and binary forms called by name (int4out, numeric_send), of bool, numbers and arrays."""

from typing import Any

from storage.errors import DatabaseError
from tsql.functions.registry import CallSite, Function, builds, implements
from tsql.types.binary import load as _load  # noqa: F401 - registers the binary forms
from tsql.types.binary.registry import PLAIN, send_of
from tsql.types.io import output_of
from tsql.types.numeric import precision_and_scale

_PSEUDOTYPES = ("any", "anyelement", "anynonarray", "anycompatible", "anycompatiblenonarray")


@builds(
    "boolout",
    "int2out",
    "int4out",
    "int8out",
    "oidout",
    "float4out",
    "float8out",
    "numeric_out",
    "range_out",
    "multirange_out",
    env=True,
)
def output_function(call: CallSite) -> Function:
    output = output_of(call.argument_types[0])
    return lambda env, value: output(value, env)


@builds(
    "boolsend",
    "int2send",
    "int4send",
    "int8send",
    "oidsend",
    "float4send",
    "float8send",
    "numeric_send",
    "array_send",
    "anyarray_send",
    "anycompatiblearray_send",
    "range_send",
    "multirange_send",
)
def send_function(call: CallSite) -> Function:
    send = send_of(call.argument_types[0])
    return lambda value: send(value, PLAIN)


def _refusal(pseudotype: str) -> Function:
    def refuse(_value: Any) -> None:
        raise DatabaseError("0A000", f"cannot display a value of type {pseudotype}")

    return refuse


for _name in _PSEUDOTYPES:
    implements(f"{_name}_out")(_refusal(_name))


@implements("numerictypmodout")
def numerictypmodout(typmod: int) -> str:
    return "({},{})".format(*precision_and_scale(typmod)) if typmod >= 4 else ""


@implements("bpchartypmodout", "varchartypmodout")
def varchartypmodout(typmod: int) -> str:
    return f"({typmod - 4})" if typmod > 4 else ""


@implements("bittypmodout", "varbittypmodout")
def bittypmodout(typmod: int) -> str:
    return f"({typmod})" if typmod >= 0 else ""


@implements("btequalimage")
def btequalimage(_operator_class: int) -> bool:
    return True

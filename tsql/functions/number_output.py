"""Text and binary forms called by name (int4out, numeric_send), of bool, numbers and arrays."""

import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from storage.errors import DatabaseError, not_supported
from storage.types import Array
from tsql.catalog import pg
from tsql.functions.ordering import element_of
from tsql.functions.registry import CallSite, Function, builds, implementation_of, implements
from tsql.types.decimals import base_10000, scale_of
from tsql.types.io import output_of
from tsql.types.numeric import precision_and_scale
from tsql.types.type_names import type_name

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
    env=True,
)
def output_function(call: CallSite) -> Function:
    output = output_of(call.argument_types[0])
    return lambda env, value: output(value, env)


implements("boolsend")(struct.Struct(">?").pack)
implements("int2send")(struct.Struct(">h").pack)
implements("int4send")(struct.Struct(">i").pack)
implements("int8send")(struct.Struct(">q").pack)
implements("oidsend")(struct.Struct(">I").pack)
implements("float4send")(struct.Struct(">f").pack)
implements("float8send")(struct.Struct(">d").pack)


@implements("numeric_send")
def numeric_send(value: Decimal) -> bytes:
    if value.is_nan():
        return bytes.fromhex("00000000c0000000")
    if value.is_infinite():
        return bytes.fromhex("00000000d0000020" if value > 0 else "00000000f0000020")
    weight, digits = base_10000(value)
    sign = 0x4000 if value < 0 else 0
    head = struct.pack(">hhHH", len(digits), weight, sign, scale_of(value))
    return head + struct.pack(f">{len(digits)}h", *digits)


def _element_send(element: int) -> Callable[[Any], bytes]:
    name = pg.types()[element].name
    for candidate in (f"{name}send", f"{name}_send"):
        for proc in pg.procs_by_name().get(candidate, ()):
            if (implementation := implementation_of(proc)) and not implementation.env:
                return implementation.build(CallSite(proc, (element,), proc.result_type))
    raise not_supported(f"binary output of type {type_name(element)}")


@builds("array_send", "anyarray_send", "anycompatiblearray_send")
def array_send(call: CallSite) -> Function:
    element = element_of(call.argument_types[0])
    send = _element_send(element)

    def send_array(array: Array) -> bytes:
        pieces = [struct.pack(">iii", len(array.dimensions), None in array.items, element)]
        for length, bound in zip(array.dimensions, array.lower_bounds, strict=True):
            pieces.append(struct.pack(">ii", length, bound))
        for item in array.items:
            data = None if item is None else send(item)
            pieces.append(struct.pack(">i", -1 if data is None else len(data)))
            pieces.append(data or b"")
        return b"".join(pieces)

    return send_array


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

"""Output functions called by name (textout), and the binary form of a value (textsend)."""

from typing import Any

from tsql.env import Env
from tsql.functions.registry import CallSite, Function, builds, implements
from tsql.functions.text_cast import chartoi4
from tsql.types.io import output_of
from tsql.types.json import jsonb_text


@builds(
    "textout",
    "varcharout",
    "bpcharout",
    "nameout",
    "charout",
    "byteaout",
    "uuid_out",
    "json_out",
    "jsonb_out",
    "jsonpath_out",
    env=True,
)
def output_function(call: CallSite) -> Function:
    output = output_of(call.argument_types[0])
    return lambda env, value: output(value, env)


@implements("textsend", "varcharsend", "bpcharsend", "namesend", "json_send")
def textsend(value: str) -> bytes:
    return value.encode()


@implements("byteasend", "uuid_send")
def byteasend(value: bytes) -> bytes:
    return value


@implements("charsend")
def charsend(value: str) -> bytes:
    return bytes((chartoi4(value) & 0xFF,))


@implements("jsonb_send")
def jsonb_send(value: Any) -> bytes:
    """Returns a version byte and the text."""
    return b"\x01" + jsonb_text(value).encode()


@builds("jsonpath_send", env=True)
def jsonpath_send(call: CallSite) -> Function:
    output = output_of(call.argument_types[0])

    def send(env: Env, value: Any) -> bytes:
        return b"\x01" + output(value, env).encode()

    return send

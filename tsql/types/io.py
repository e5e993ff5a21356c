"""Text input and output of every type: PostgreSQL's typinput and typoutput.

A type family's module registers its functions here with `text_io`; `load()` imports the families. Array types are not
registered one by one: tsql.types.array reads and writes any array by its element's functions.

Input raises DatabaseError 22P02 (invalid text), 22003, 22007, 22008, 22001 … with PostgreSQL's messages, and applies
the type modifier (varchar(3), numeric(5,2), timestamp(0)) as PostgreSQL's typinput does: a text that is too long for
varchar(n) is an error here; the silent truncation of an *explicit cast* is the length-coercion function's job.
"""

import importlib
from collections.abc import Callable
from typing import Any, Final

from storage.errors import DatabaseError
from storage.row_types import relation_of
from tsql.env import Env

Input = Callable[[str, int, Env], Any]
Output = Callable[[Any, Env], str]

#: The module that registers row types when they are first asked for.
_ROW_TYPES: Final = "tsql.types.composites"
#: Modules that register a type when it is first asked for.
_LATER: dict[int, str] = {}
_INPUT: dict[int, Input] = {}
_OUTPUT: dict[int, Output] = {}


def text_io(oid: int, parse: Input, render: Output) -> None:
    """Registers a type's text input and output."""
    _INPUT[oid] = parse
    _OUTPUT[oid] = render


def text_io_later(oid: int, module: str) -> None:
    """Names the module that registers a type which is rarely used."""
    _LATER[oid] = module


def load_type(oid: int) -> bool:
    """Imports the module of a rarely used type; returns whether that has been done just now."""
    if relation_of(oid) is not None:
        made: bool = importlib.import_module(_ROW_TYPES).load_row_type(oid)
        return made
    module = _LATER.pop(oid, None)
    if module is None:
        return False
    importlib.import_module(module)
    return True


def forget_text_io(oid: int) -> None:
    """Forgets a type that is no more."""
    _INPUT.pop(oid, None)
    _OUTPUT.pop(oid, None)


def text_output(oid: int, render: Output) -> None:
    """Registers a type whose values are shown, but can't be written."""
    _OUTPUT[oid] = render


def input_of(oid: int) -> Input:
    """Returns the type's input function: (text, typmod, env) -> value. Raises 0A000 for a type without one."""
    try:
        return _INPUT[oid]
    except KeyError:
        if load_type(oid):
            return input_of(oid)
        raise _unknown(oid) from None


def output_of(oid: int) -> Output:
    """Returns the type's output function: (value, env) -> text; the value isn't None. Raises 0A000 likewise."""
    try:
        return _OUTPUT[oid]
    except KeyError:
        if load_type(oid):
            return output_of(oid)
        raise _unknown(oid) from None


def _unknown(oid: int) -> DatabaseError:
    return DatabaseError("0A000", f"type with OID {oid} is not supported")

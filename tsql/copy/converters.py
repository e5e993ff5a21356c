"""Fields to values, compiled per column: input functions, with short cuts for everyday texts.

A short cut takes only texts that the input function would read the same way; all others, faulty
ones too, go to the input function itself.
"""

from collections.abc import Callable
from typing import Any, Final

from tsql.env import Env
from tsql.planner.key_values import INTEGER_RANGES
from tsql.types import oids
from tsql.types.domains import check_value
from tsql.types.io import input_of
from tsql.types.kinds import is_domain, kinds_of_type

#: From a field's text; None, NULL, is only given to that of a domain.
Convert = Callable[[Any], Any]

BOOLEANS: Final = {"t": True, "f": False, "true": True, "false": False, "1": True, "0": False}


def converter_of(sql_type: int, typmod: int, env: Env) -> Convert:
    """Returns what makes a value of a field's text. Raises what the type's input function does."""
    parse = input_of(sql_type)

    def convert(text: str) -> Any:
        return parse(text, typmod, env)

    if is_domain(sql_type):
        # It may not allow NULL.
        return lambda text: check_value(sql_type, None, env) if text is None else convert(text)
    match sql_type:
        case oids.INT2 | oids.INT4 | oids.INT8:
            return _integer(sql_type, convert)
        case oids.TEXT:
            return _same
        case oids.VARCHAR:
            return _same if typmod < 0 else _varchar(typmod - 4, convert)
        case oids.BOOL:
            return lambda text: BOOLEANS[text] if text in BOOLEANS else convert(text)
        case _:
            return convert


def _same(text: str) -> str:
    return text


def _varchar(length: int, convert: Convert) -> Convert:
    return lambda text: text if len(text) <= length else convert(text)


def _integer(sql_type: int, convert: Convert) -> Convert:
    kinds = kinds_of_type(sql_type)
    assert kinds is not None
    low, high = INTEGER_RANGES[kinds[0]]

    def integer(text: str) -> Any:
        if (text.isdigit() or (text[:1] == "-" and text[1:].isdigit())) and text.isascii():
            value = int(text)
            if low <= value <= high:
                return value
        return convert(text)

    return integer

"""The leaves of expressions: what takes a value from where it lies. They are called most of all."""

from collections.abc import Callable, Sequence
from typing import Any

from tsql.env import Env

Getter = Callable[[Sequence[Any], Env], Any]


def column_getter(position: int) -> Getter:
    """Returns what gives a row's column."""

    def get(row: Sequence[Any], _env: Env) -> Any:
        return row[position]

    return get


def parameter_getter(position: int) -> Getter:
    """Returns what gives one of the statement's parameters; the first is at 0."""

    def get(_row: Sequence[Any], env: Env) -> Any:
        return env.parameters[position]

    return get


def slot_getter(number: int) -> Getter:
    """Returns what gives the value that something around the expression has put into a slot."""

    def get(_row: Sequence[Any], env: Env) -> Any:
        return env.slots[number]

    return get

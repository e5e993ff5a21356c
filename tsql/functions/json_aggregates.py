"""json_agg, jsonb_agg, json_object_agg, jsonb_object_agg.

They take NULLs, and of no rows at all they are NULL.
"""

import functools
from collections.abc import Callable
from typing import Any

from storage.errors import DatabaseError
from tsql.catalog import pg
from tsql.env import Env
from tsql.functions.json_build import argument_text, argument_tree
from tsql.functions.json_values import JsonText, Tree, key_of
from tsql.functions.registry import Accumulator, CallSite, aggregates
from tsql.types.composites import is_row
from tsql.types.json import in_key_order, quote

#: What an element of a list or dict costs beside its own content.
_SLOT_BYTES = 64


class _Texts:
    """Members of a json array or object, already written."""

    def __init__(
        self, env: Env, key: JsonText | None, write: JsonText, *, structured: bool
    ) -> None:
        self.env = env
        self.key = key
        self.write = write
        self.structured = structured
        self.texts: list[str] = []
        self.bytes = 0

    def add(self, *values: Any) -> None:
        value = values[-1]
        text = "null" if value is None else self.write(value, self.env)
        if self.key is not None:
            text = f"{quote(_key_text(self.key, values[0], self.env))} : {text}"
        elif self.structured and self.texts and value is not None:
            text = "\n " + text
        self.texts.append(text)
        self.bytes += len(text) + _SLOT_BYTES

    def result(self) -> str | None:
        if not self.texts:
            return None
        opening, closing = ("[", "]") if self.key is None else ("{ ", " }")
        return opening + ", ".join(self.texts) + closing

    def size(self) -> int:
        return self.bytes


class _Nodes:
    """Elements of a jsonb array."""

    def __init__(self, env: Env, make: Tree) -> None:
        self.env = env
        self.make = make
        self.nodes: list[Any] = []
        self.bytes = 0

    def add(self, *values: Any) -> None:
        node = None if values[0] is None else self.make(values[0], self.env)
        self.nodes.append(node)
        self.bytes += _SLOT_BYTES + weight(node)

    def result(self) -> list[Any] | None:
        return list(self.nodes) or None

    def size(self) -> int:
        return self.bytes


class _Members:
    """Members of a jsonb object; the last of equal keys wins."""

    def __init__(self, env: Env, key: JsonText, make: Tree) -> None:
        self.env = env
        self.key = key
        self.make = make
        self.members: dict[str, Any] | None = None
        self.bytes = 0

    def add(self, *values: Any) -> None:
        key, value = values
        if self.members is None:
            self.members = {}
        node = None if value is None else self.make(value, self.env)
        name = _key_text(self.key, key, self.env)
        self.members[name] = node
        self.bytes += 2 * _SLOT_BYTES + len(name) + weight(node)

    def result(self) -> dict[str, Any] | None:
        return None if self.members is None else in_key_order(dict(self.members))

    def size(self) -> int:
        return self.bytes


def _key_text(key: JsonText, value: Any, env: Env) -> str:
    if value is None:
        raise DatabaseError("22023", "field name must not be null")
    return key(value, env)


def weight(node: Any) -> int:
    """Returns roughly how many bytes a node occupies."""
    if type(node) is str:
        return len(node)
    if type(node) is dict:
        return sum(_SLOT_BYTES + len(key) + weight(value) for key, value in node.items())
    return sum(_SLOT_BYTES + weight(item) for item in node) if type(node) is list else 0


@aggregates("json_agg(anyelement)", strict=False, env=True)
def json_agg(call: CallSite) -> Callable[[Env], Accumulator]:
    oid = call.argument_types[0]
    structured = is_row(oid) or pg.types()[oid].category == "A"
    write = argument_text(call, 0)
    return lambda env: _Texts(env, None, write, structured=structured)


@aggregates("jsonb_agg(anyelement)", strict=False, env=True)
def jsonb_agg(call: CallSite) -> Callable[[Env], Accumulator]:
    return functools.partial(_Nodes, make=argument_tree(call, 0))


@aggregates("json_object_agg(any,any)", strict=False, env=True)
def json_object_agg(call: CallSite) -> Callable[[Env], Accumulator]:
    key, write = key_of(call.argument_types[0]), argument_text(call, 1)
    return lambda env: _Texts(env, key, write, structured=False)


@aggregates("jsonb_object_agg(any,any)", strict=False, env=True)
def jsonb_object_agg(call: CallSite) -> Callable[[Env], Accumulator]:
    key, make = key_of(call.argument_types[0]), argument_tree(call, 1)
    return lambda env: _Members(env, key, make)

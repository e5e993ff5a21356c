"""Reading jsonb: members and elements, paths, existence, containment, expansion into rows.

A value that is NULL in SQL is None; JSON's null inside a document is None too, and JSON_NULL where
it leaves the document (json_values.top). Text taken out of a document is a string's content, NULL
for JSON's null, and JSON text for the rest.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from storage.errors import DatabaseError
from storage.types import JSON_NULL, Array, JsonNull
from tsql.functions.json_values import inner, top
from tsql.functions.registry import implements
from tsql.types.json import jsonb_text, plain

_INTEGER = re.compile(r"[ \t\n\v\f\r]*[-+]?[0-9]+")
_MISSING = object()


def node_text(node: Any) -> str | None:
    """Returns what ->> makes of a node."""
    if type(node) is str:
        return node
    return None if node is None or node is JSON_NULL else jsonb_text(node)


def path_index(text: str) -> int | None:
    """Returns the array index that a path's element stands for, or None."""
    if not _INTEGER.fullmatch(text):
        return None
    index = int(text[-30:] if len(text) > 30 else text)
    return index if -(2**31) <= index < 2**31 else None


@implements("jsonb_object_field")
def jsonb_object_field(tree: Any, key: str) -> Any:
    if type(tree) is dict and key in tree:
        value = tree[key]
        return JSON_NULL if value is None else value
    return None


@implements("jsonb_object_field_text")
def jsonb_object_field_text(tree: Any, key: str) -> str | None:
    if type(tree) is dict and key in tree:
        value = tree[key]
        return value if type(value) is str else node_text(value)
    return None


@implements("jsonb_array_element")
def jsonb_array_element(tree: Any, index: int) -> Any:
    if type(tree) is list and -len(tree) <= index < len(tree):
        value = tree[index]
        return JSON_NULL if value is None else value
    return _as_element(tree, index)


def _as_element(tree: Any, index: int) -> Any:
    """A scalar alone passes for an array of itself."""
    if isinstance(tree, frozenset):
        return jsonb_array_element(plain(tree), index)
    return tree if type(tree) not in (dict, list) and index in (0, -1) else None


@implements("jsonb_array_element_text")
def jsonb_array_element_text(tree: Any, index: int) -> str | None:
    if type(tree) is list and -len(tree) <= index < len(tree):
        return node_text(tree[index])
    return node_text(_as_element(tree, index))


def _follow(tree: Any, path: Array) -> Any:
    """Returns the node at the path, _MISSING if there is none."""
    node = tree
    for step in path.items:
        if step is None:
            return _MISSING
        if type(node) is dict:
            if step not in node:
                return _MISSING
            node = node[step]
        elif type(node) is list:
            index = path_index(step)
            if index is None or not -len(node) <= index < len(node):
                return _MISSING
            node = node[index]
        else:
            return _MISSING
    return node


@implements("jsonb_extract_path")
def jsonb_extract_path(tree: Any, path: Array) -> Any:
    node = _follow(tree, path)
    return None if node is _MISSING else top(node)


@implements("jsonb_extract_path_text")
def jsonb_extract_path_text(tree: Any, path: Array) -> str | None:
    node = _follow(tree, path)
    return None if node is _MISSING else node_text(node)


# ---- existence and containment ----------------------------------------------------------------


def _strings(tree: Any) -> Iterable[str]:
    """Returns what ? looks in: keys of an object, strings of an array, a string itself."""
    if type(tree) is dict:
        return tree
    if type(tree) is list or isinstance(tree, frozenset):
        return [item for item in plain(tree) if type(item) is str]
    return (tree,) if type(tree) is str else ()


@implements("jsonb_exists")
def jsonb_exists(tree: Any, key: str) -> bool:
    return key in tree if type(tree) is dict else key in _strings(tree)


@implements("jsonb_exists_any")
def jsonb_exists_any(tree: Any, keys: Array) -> bool:
    strings = _lookup(tree)
    return any(key in strings for key in keys.items if key is not None)


@implements("jsonb_exists_all")
def jsonb_exists_all(tree: Any, keys: Array) -> bool:
    strings = _lookup(tree)
    return all(key in strings for key in keys.items if key is not None)


def _lookup(tree: Any) -> dict[str, Any] | set[str]:
    return tree if type(tree) is dict else set(_strings(tree))


def same_scalar(a: Any, b: Any) -> bool:
    """Says whether two scalars are equal: of one kind, numbers by value."""
    if (type(a) is bool) is not (type(b) is bool):
        return False
    return bool(a == b)


@implements("jsonb_contains")
def jsonb_contains(tree: Any, part: Any) -> bool:
    tree, part = plain(tree), plain(part)
    if type(tree) is dict or type(part) is dict:
        return type(tree) is dict and type(part) is dict and _contains(tree, part)
    if type(part) is list:
        return type(tree) is list and _contains(tree, part)
    # A scalar alone is looked for in an array, too.
    items = tree if type(tree) is list else [inner(tree)]
    return _has_scalar(items, inner(part))


@implements("jsonb_contained")
def jsonb_contained(part: Any, tree: Any) -> bool:
    return jsonb_contains(tree, part)


def _contains(tree: Any, part: Any) -> bool:
    """Says whether a container holds all of another one of its kind."""
    if type(part) is dict:
        for key, value in part.items():  # noqa: SIM110 - all() takes a frame more at each level
            if key not in tree or not _holds(tree[key], value):
                return False
        return True
    strings = {item for item in tree if type(item) is str} if len(part) > 8 else frozenset[str]()
    for item in part:
        if type(item) is str and strings:
            if item not in strings:
                return False
        elif type(item) is not dict and type(item) is not list:
            if not _has_scalar(tree, item):
                return False
        else:
            for candidate in tree:
                if _holds(candidate, item):
                    break
            else:
                return False
    return True


def _holds(node: Any, part: Any) -> bool:
    if isinstance(node, frozenset):
        node = plain(node)
    if type(part) is dict or type(part) is list:
        return type(node) is type(part) and _contains(node, part)
    return type(node) is not dict and type(node) is not list and same_scalar(node, part)


def _has_scalar(items: Sequence[Any], scalar: Any) -> bool:
    return any(
        same_scalar(item, scalar)
        for item in items
        if type(item) is not dict and type(item) is not list
    )


# ---- kinds, lengths, expansion ----------------------------------------------------------------


@implements("jsonb_typeof")
def jsonb_typeof(tree: Any) -> str:
    tree = plain(tree)
    match tree:
        case dict():
            return "object"
        case list():
            return "array"
        case str():
            return "string"
        case bool():
            return "boolean"
        case None | JsonNull():
            return "null"
        case _:
            return "number"


@implements("jsonb_array_length")
def jsonb_array_length(tree: Any) -> int:
    if type(tree) is list or isinstance(tree, frozenset):
        return len(tree)
    what = "non-array" if type(tree) is dict else "scalar"
    raise DatabaseError("22023", f"cannot get array length of a {what}")


@implements("jsonb_object_keys")
def jsonb_object_keys(tree: Any) -> list[str]:
    if type(tree) is dict:
        return list(tree)
    what = "an array" if type(tree) is list else "a scalar"
    raise DatabaseError("22023", f"cannot call jsonb_object_keys on {what}")


def _members(tree: Any, function: str) -> dict[str, Any]:
    if type(tree) is dict:
        return tree
    raise DatabaseError("22023", f"cannot call {function} on a non-object")


@implements("jsonb_each")
def jsonb_each(tree: Any) -> Iterator[tuple[str, Any]]:
    members = _members(tree, "jsonb_each")
    return ((key, top(value)) for key, value in members.items())


@implements("jsonb_each_text")
def jsonb_each_text(tree: Any) -> Iterator[tuple[str, str | None]]:
    members = _members(tree, "jsonb_each_text")
    return ((key, node_text(value)) for key, value in members.items())


def _elements(tree: Any) -> list[Any]:
    if type(tree) is list:
        return tree
    if isinstance(tree, frozenset):
        return list(plain(tree))
    what = "an object" if type(tree) is dict else "a scalar"
    raise DatabaseError("22023", f"cannot extract elements from {what}")


@implements("jsonb_array_elements")
def jsonb_array_elements(tree: Any) -> Iterator[Any]:
    return map(top, _elements(tree))


@implements("jsonb_array_elements_text")
def jsonb_array_elements_text(tree: Any) -> Iterator[str | None]:
    return map(node_text, _elements(tree))

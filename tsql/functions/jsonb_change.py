"""Changing jsonb: concatenation, deletion, setting and inserting at a path, and pretty text.

Values are shared between rows and statements, so nothing is changed in place: what lies on the path
is copied, what lies beside it is shared.
"""

import enum
from typing import Any

from storage.errors import DatabaseError
from storage.types import Array
from tsql.functions.json_values import inner, top
from tsql.functions.jsonb_access import path_index
from tsql.functions.registry import implements
from tsql.types.json import in_key_order, jsonb_text, quote


def _is_scalar(tree: Any) -> bool:
    return type(tree) is not dict and type(tree) is not list


@implements("jsonb_concat")
def jsonb_concat(a: Any, b: Any) -> Any:
    if type(a) is dict and type(b) is dict:
        return in_key_order(a | b)
    left = a if type(a) is list else [inner(a)]
    right = b if type(b) is list else [inner(b)]
    return left + right


@implements("jsonb_delete")
def jsonb_delete(tree: Any, key: str) -> Any:
    return _without(tree, frozenset((key,)))


@implements("jsonb_delete_array")
def jsonb_delete_array(tree: Any, keys: Array) -> Any:
    if len(keys.dimensions) > 1:
        raise DatabaseError("2202E", "wrong number of array subscripts")
    return _without(tree, frozenset(key for key in keys.items if key is not None))


def _without(tree: Any, keys: frozenset[str]) -> Any:
    """Returns the object without the keys, or the array without the strings."""
    if type(tree) is dict:
        return {key: value for key, value in tree.items() if key not in keys}
    if type(tree) is list:
        return [item for item in tree if not (type(item) is str and item in keys)]
    raise DatabaseError("22023", "cannot delete from scalar")


@implements("jsonb_delete_idx")
def jsonb_delete_idx(tree: Any, index: int) -> Any:
    if type(tree) is dict:
        raise DatabaseError("22023", "cannot delete from object using integer index")
    if type(tree) is not list:
        raise DatabaseError("22023", "cannot delete from scalar")
    if not -len(tree) <= index < len(tree):
        return tree
    index %= len(tree)
    return tree[:index] + tree[index + 1 :]


# ---- paths ------------------------------------------------------------------------------------


class _Action(enum.Enum):
    """What happens at the end of a path."""

    DELETE = "delete"
    REPLACE = "replace"  # only what is there
    SET = "set"  # also creates
    INSERT_BEFORE = "insert before"
    INSERT_AFTER = "insert after"


_CREATING = frozenset((_Action.SET, _Action.INSERT_BEFORE, _Action.INSERT_AFTER))
_INSERTING = frozenset((_Action.INSERT_BEFORE, _Action.INSERT_AFTER))


class _PathChange:
    """One change at one path."""

    def __init__(self, path: Array, new: Any, action: _Action) -> None:
        if len(path.dimensions) > 1:
            raise DatabaseError("2202E", "wrong number of array subscripts")
        self.path = path.items
        self.new = inner(new)
        self.action = action

    def apply(self, node: Any, level: int = 0) -> Any:
        """Returns the node with the change made at or below it."""
        step = self.path[level]
        if step is None:
            raise DatabaseError("22004", f"path element at position {level + 1} is null")
        if _is_scalar(node):
            return node
        is_last = level == len(self.path) - 1
        if type(node) is dict:
            return self._in_object(node, step, level, is_last=is_last)
        return self._in_array(node, step, level, is_last=is_last)

    def _in_object(
        self, node: dict[str, Any], key: str, level: int, *, is_last: bool
    ) -> dict[str, Any]:
        if key not in node:
            if is_last and self.action in _CREATING:
                return in_key_order(node | {key: self.new})
            return node
        if not is_last:
            return node | {key: self.apply(node[key], level + 1)}
        if self.action in _INSERTING:
            raise DatabaseError(
                "22023",
                "cannot replace existing key",
                hint="Try using the function jsonb_set to replace key value.",
            )
        if self.action is _Action.DELETE:
            return {name: value for name, value in node.items() if name != key}
        return node | {key: self.new}

    def _in_array(self, node: list[Any], step: str, level: int, *, is_last: bool) -> list[Any]:
        index = path_index(step)
        if index is None:
            raise DatabaseError(
                "22P02", f'path element at position {level + 1} is not an integer: "{step}"'
            )
        if index < 0:
            index += len(node)
        if not 0 <= index < len(node):
            if not is_last or self.action not in _CREATING:
                return node
            return [self.new, *node] if index < 0 else [*node, self.new]
        item = node[index]
        if not is_last:
            return [*node[:index], self.apply(item, level + 1), *node[index + 1 :]]
        return node[:index] + self._in_place_of(item) + node[index + 1 :]

    def _in_place_of(self, item: Any) -> list[Any]:
        match self.action:
            case _Action.DELETE:
                return []
            case _Action.INSERT_BEFORE:
                return [self.new, item]
            case _Action.INSERT_AFTER:
                return [item, self.new]
            case _Action.REPLACE | _Action.SET:
                return [self.new]


@implements("jsonb_delete_path")
def jsonb_delete_path(tree: Any, path: Array) -> Any:
    change = _PathChange(path, None, _Action.DELETE)
    if _is_scalar(tree):
        raise DatabaseError("22023", "cannot delete path in scalar")
    return change.apply(tree) if path.items and tree else tree


@implements("jsonb_set")
def jsonb_set(tree: Any, path: Array, new: Any, create: bool) -> Any:
    change = _PathChange(path, new, _Action.SET if create else _Action.REPLACE)
    if _is_scalar(tree):
        raise DatabaseError("22023", "cannot set path in scalar")
    if not path.items or not (tree or create):
        return tree
    return change.apply(tree)


@implements("jsonb_insert")
def jsonb_insert(tree: Any, path: Array, new: Any, after: bool) -> Any:
    change = _PathChange(path, new, _Action.INSERT_AFTER if after else _Action.INSERT_BEFORE)
    if _is_scalar(tree):
        raise DatabaseError("22023", "cannot set path in scalar")
    return change.apply(tree) if path.items else tree


@implements("jsonb_set_lax")
def jsonb_set_lax(
    tree: Any, path: Array | None, new: Any, create: bool | None, null_treatment: str | None
) -> Any:
    if tree is None or path is None or create is None:
        return None
    if null_treatment is None:
        raise _unknown_treatment()
    if new is not None:
        return jsonb_set(tree, path, new, create)
    match null_treatment:
        case "raise_exception":
            raise DatabaseError(
                "22004",
                "JSON value must not be null",
                detail='Exception was raised because null_value_treatment is "raise_exception".',
                hint="To avoid, either change the null_value_treatment argument or ensure that an "
                "SQL NULL is not passed.",
            )
        case "use_json_null":
            return jsonb_set(tree, path, None, create)
        case "delete_key":
            return jsonb_delete_path(tree, path)
        case "return_target":
            return tree
        case _:
            raise _unknown_treatment()


def _unknown_treatment() -> DatabaseError:
    return DatabaseError(
        "22023",
        'null_value_treatment must be "delete_key", "return_target", "use_json_null", or '
        '"raise_exception"',
    )


# ---- whole documents --------------------------------------------------------------------------


@implements("jsonb_strip_nulls")
def jsonb_strip_nulls(tree: Any) -> Any:
    return top(_strip_nulls(inner(tree)))


def _strip_nulls(node: Any) -> Any:
    if type(node) is dict:
        return {key: _strip_nulls(value) for key, value in node.items() if value is not None}
    return list(map(_strip_nulls, node)) if type(node) is list else node


@implements("jsonb_pretty")
def jsonb_pretty(tree: Any) -> str:
    return _pretty(tree, "\n")


def _pretty(node: Any, line: str) -> str:
    """Writes a node; `line` is a line feed and the indentation of the line it begins in."""
    deeper = line + "    "
    if type(node) is dict:
        members = [f"{quote(key)}: {_pretty(value, deeper)}" for key, value in node.items()]
        return _block("{", members, "}", line, deeper)
    if type(node) is list:
        return _block("[", [_pretty(item, deeper) for item in node], "]", line, deeper)
    return jsonb_text(node)


def _block(opening: str, parts: list[str], closing: str, line: str, deeper: str) -> str:
    content = deeper + ("," + deeper).join(parts) if parts else ""
    return f"{opening}{content}{line}{closing}"

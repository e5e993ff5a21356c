"""Document paths in items: reading, and writing without touching what was there.

A path's parts are names and list indexes: `("a", "b", 0)` is `a.b[0]`. Writers return new
documents along the path and share all others with the old item.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from compat.dynamodb.attribute_values import Item, Value

ResolvedPath = tuple[str | int, ...]


class _Missing:
    """The type of MISSING."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


#: What a path leads to where it leads nowhere: None is a value, NULL.
MISSING: Final = _Missing()


def path_text(path: ResolvedPath) -> str:
    """Returns the path as error messages show it."""
    return "[" + ", ".join(f"[{part}]" if isinstance(part, int) else part for part in path) + "]"


def getter(path: ResolvedPath) -> Callable[[Mapping[str, Value]], Value]:
    """Returns what reads the path in an item: a value or MISSING."""
    first = path[0]
    assert isinstance(first, str)
    if len(path) == 1:
        return lambda item: item.get(first, MISSING)
    rest = path[1:]

    def get(item: Mapping[str, Value]) -> Value:
        return follow(item.get(first, MISSING), rest)

    return get


def follow(value: Value, parts: Iterable[str | int]) -> Value:
    """Returns what the parts of a path lead to in the value, or MISSING."""
    for part in parts:
        if isinstance(part, str):
            if not isinstance(value, dict):
                return MISSING
            value = value.get(part, MISSING)
        elif isinstance(value, list) and part < len(value):
            value = value[part]
        else:
            return MISSING
    return value


class PathTree:
    """Paths that share their beginnings, as a tree of their parts.

    Attributes:
        children: The next parts.
        leaf: What is attached where a path ends, or None.
    """

    __slots__ = ("children", "leaf")

    def __init__(self) -> None:
        self.children: dict[str | int, PathTree] = {}
        self.leaf: Any = None

    def insert(self, path: ResolvedPath, leaf: Any) -> None:
        """Attaches something to a path."""
        node = self
        for part in path:
            node = node.children.setdefault(part, PathTree())
        node.leaf = leaf


def project(item: Mapping[str, Value], tree: PathTree) -> Item:
    """Returns the parts of the item that paths lead to; lists keep order and lose the rest."""
    projected: Item = {}
    for name, node in tree.children.items():
        assert isinstance(name, str)
        if name in item:
            value = _project(item[name], node)
            if value is not MISSING:
                projected[name] = value
    return projected


def _project(value: Value, node: PathTree) -> Value:
    if node.leaf is not None:
        return value
    if isinstance(value, dict):
        found: Any = {
            name: part
            for name, child in node.children.items()
            if name in value and (part := _project(value[name], child)) is not MISSING
        }
    elif isinstance(value, list):
        indexes = sorted(i for i in node.children if isinstance(i, int) and i < len(value))
        parts = [_project(value[index], node.children[index]) for index in indexes]
        found = [part for part in parts if part is not MISSING]
    else:
        return MISSING
    return found or MISSING


def paths_conflict(one: ResolvedPath, other: ResolvedPath) -> str | None:
    """Returns how two paths can't both be used: "overlap", "conflict" or None."""
    for left, right in zip(one, other, strict=False):
        if isinstance(left, str) is not isinstance(right, str):
            return "conflict"
        if left != right:
            return None
    return "overlap"


def conflict_faults(paths: Sequence[ResolvedPath]) -> tuple[str | None, str | None]:
    """Returns what is wrong with paths that must not touch: the first overlap, the first conflict.

    A path that overlaps ends the search for further overlaps, but not for conflicts before it.
    """
    conflict: str | None = None
    checked: list[ResolvedPath] = []
    for path in paths:
        for earlier in checked:
            kind = paths_conflict(earlier, path)
            if kind is None:
                continue
            fault = (
                f"Two document paths {kind} with each other; must remove or rewrite one of these"
                f" paths; path one: {path_text(earlier)}, path two: {path_text(path)}"
            )
            if kind == "overlap":
                return fault, conflict
            conflict = conflict or fault
        checked.append(path)
    return None, conflict

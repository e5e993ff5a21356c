"""ProjectionExpression: `a, b.c, d[1]`, the parts of items to return.

Lists in the result keep the order of the item and close up: `d[1], d[3]` gives a list of two.
A path that leads nowhere gives nothing; so does an item without any of the paths, which is returned
empty. Source: "Using projection expressions" (Expressions.ProjectionExpressions).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from compat.dynamodb.attribute_values import Item, Value
from compat.dynamodb.errors import validation
from compat.dynamodb.expressions.checks import Checks, Names, check_values
from compat.dynamodb.expressions.documents import PathTree, conflict_faults, project
from compat.dynamodb.expressions.lexer import ExpressionError
from compat.dynamodb.expressions.operands import OperandParser
from compat.dynamodb.expressions.placeholders import Placeholders
from compat.dynamodb.expressions.syntax import Path


@dataclass(frozen=True, slots=True)
class Projection:
    """A compiled projection.

    Attributes:
        names: The top-level attributes that it takes from, in the order of the text.
    """

    names: tuple[str, ...]
    _tree: PathTree
    _used: frozenset[str]
    _has_documents: bool

    @property
    def used(self) -> frozenset[str]:
        """The placeholders that occur."""
        return self._used

    @property
    def is_flat(self) -> bool:
        """Whether it takes whole attributes only."""
        return not self._has_documents

    def apply(self, item: Mapping[str, Value]) -> Item:
        """Returns what the paths lead to."""
        if self._has_documents:
            return project(item, self._tree)
        return {name: item[name] for name in self.names if name in item}


def compile_projection(text: str, placeholders: Placeholders) -> Projection:
    """Returns the projection that the text writes. Raises ValidationException."""
    try:
        if placeholders.names_key is None:
            projection = _compile(text, placeholders.names)
        else:
            projection = _cached(text, placeholders.names_key)
    except ExpressionError as error:
        raise validation(f"Invalid ProjectionExpression: {error}") from None
    placeholders.use(projection.used)
    return projection


def whole_attributes(names: tuple[str, ...]) -> Projection:
    """Returns the projection that takes these attributes, which are different, as they are."""
    tree = PathTree()
    for name in names:
        tree.insert((name,), True)
    return Projection(names, tree, frozenset(), False)


@lru_cache(maxsize=1024)
def _cached(text: str, names: tuple[tuple[str, str], ...]) -> Projection:
    return _compile(text, dict(names))


def _compile(text: str, names: Names) -> Projection:
    paths = _parse(text)
    checks = Checks(names)
    for path in paths:
        checks.add_names(path)
    check_values(checks.all, {})
    resolved = [checks.resolve(path) for path in paths]
    overlap, conflict = conflict_faults(resolved)
    fault = overlap or conflict
    if fault is not None:
        raise ExpressionError(fault)
    tree = PathTree()
    for path in resolved:
        tree.insert(path, True)
    return Projection(
        tuple(dict.fromkeys(checks.attributes)),
        tree,
        frozenset(checks.used),
        any(len(path) > 1 for path in paths),
    )


def _parse(text: str) -> list[Path]:
    parser = OperandParser(text)
    paths = [parser.path()]
    while parser.token.kind == ",":
        parser.advance()
        paths.append(parser.path())
    parser.finish()
    fault = parser.reserved_fault()
    if fault is not None:
        raise ExpressionError(fault)
    return paths

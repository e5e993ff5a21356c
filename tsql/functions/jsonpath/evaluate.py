"""Walks a document along a path.

Items come one by one from generators, so that `exists` stops at the first and a silent call keeps
those that came before an error. In lax mode arrays unwrap where a member is asked for, and what isn't
there is no error; a *scope* carries what else an expression may refer to.
"""

import dataclasses
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.functions.jsonpath import datetimes, errors, methods
from tsql.functions.jsonpath.datetimes import PathTime
from tsql.functions.jsonpath.errors import PathError
from tsql.functions.jsonpath.layout import offsets
from tsql.functions.jsonpath.syntax import (
    Accessor,
    AnyElement,
    AnyKey,
    Arithmetic,
    Comparison,
    Connective,
    DatetimeMethod,
    Descendants,
    Exists,
    Filter,
    IsUnknown,
    JsonPath,
    Key,
    LikeRegex,
    Literal,
    Method,
    Negation,
    Node,
    Path,
    Place,
    StartsWith,
    Subscripts,
    Unary,
    Variable,
)
from tsql.functions.numeric import (
    numeric_add,
    numeric_div,
    numeric_mod,
    numeric_mul,
    numeric_sub,
)
from tsql.functions.regex.engine import compile_regex
from tsql.types.json import has_sets, in_key_order, number_of_decimal, without_sets

#: What keyvalue ids of one base object span.
_ID_STEP = 10_000_000_000
_ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": numeric_add,
    "-": numeric_sub,
    "*": numeric_mul,
    "/": numeric_div,
    "%": numeric_mod,
}

Items = Iterator[Any]
Truth = bool | None


#: Pairs of items that one call's predicates may test, beyond one for each item: they hold the event loop.
PAIRS_MAX: Final = 1_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may refer to.

    Attributes:
        current: The item that @ stands for.
        last: The index that `last` stands for.
        forgiving: Whether structural errors are overlooked.
        base: The document that keyvalue ids are counted in, and its own number.
    """

    current: Any
    last: int
    forgiving: bool
    base: tuple[Any, int]


class Evaluator:
    """One call: a path, a document and variables."""

    def __init__(
        self, path: JsonPath, document: Any, variables: Any, env: Env, *, use_zone: bool
    ) -> None:
        if type(variables) is not dict:
            raise DatabaseError(
                "22023",
                '"vars" argument is not an object',
                detail='Jsonpath parameters should be encoded as key-value pairs of "vars" object.',
            )
        self.path = path
        nested = type(document) is dict or type(document) is list
        self.document = without_sets(document) if not nested or has_sets(document) else document
        self.variables = variables
        self.env = env
        self.use_zone = use_zone
        self._pairs_left = PAIRS_MAX
        self.lax = path.lax
        self.generated_count = 2  # the document is base object 0, the variables are 1
        self.layouts: dict[int, dict[int, int]] = {}

    def run(self) -> Items:
        """Yields the path's items."""
        scope = Scope(self.document, -1, self.lax, (self.document, 0))
        return self._items(self.path.root, self.document, scope)

    def exists(self) -> bool:
        """Says whether there is any item; in strict mode all are looked for, since any may fail."""
        scope = Scope(self.document, -1, self.lax, (self.document, 0))
        return self._has_items(self.path.root, self.document, scope)

    # ---- expressions --------------------------------------------------------------------------

    def _items(self, node: Node, value: Any, scope: Scope) -> Items:
        """Yields an expression's items, evaluated at `value`."""
        match node:
            case Path(head, accessors):
                scope = self._rebased(head, scope)
                for item in self._items(head, value, scope):
                    yield from self._access(accessors, 0, item, scope, unwrap=self.lax)
            case Literal(constant):
                yield constant
            case Variable(name):
                yield self._variable(name)
            case Place.ROOT:
                yield self.document
            case Place.CURRENT:
                yield scope.current
            case Place.LAST:
                yield scope.last
            case Unary(operator, operand):
                for item in self._unwrapped(operand, value, scope):
                    if not is_number(item):
                        raise errors.not_a_number(operator)
                    yield -item if operator == "-" and item else item
            case Arithmetic():
                yield self._calculate(node, value, scope)
            case _:
                yield self._holds(node, value, scope)

    def _rebased(self, head: Node, scope: Scope) -> Scope:
        """Returns the scope in which keyvalue ids count from what the path begins with."""
        if head is Place.ROOT:
            return dataclasses.replace(scope, base=(self.document, 0))
        if isinstance(head, Variable):
            return dataclasses.replace(scope, base=(self.variables, 1))
        return scope

    def _variable(self, name: str) -> Any:
        if name not in self.variables:
            raise DatabaseError("42704", f'could not find jsonpath variable "{name}"')
        return self.variables[name]

    def _unwrapped(self, node: Node, value: Any, scope: Scope) -> Items:
        """Yields an expression's items; in lax mode the elements of arrays in their place."""
        for item in self._items(node, value, scope):
            if self.lax and type(item) is list:
                yield from item
            else:
                yield item

    def _calculate(self, node: Arithmetic, value: Any, scope: Scope) -> int | Decimal:
        operands = []
        for side, operand in (("left", node.left), ("right", node.right)):
            items = list(self._unwrapped(operand, value, scope))
            self._spend(len(items) // 2)
            if len(items) != 1 or not is_number(items[0]):
                raise errors.bad_operand(side, node.operator)
            operands.append(Decimal(items[0]))
        try:
            result = _ARITHMETIC[node.operator](*operands)
            return number_of_decimal(result)
        except DatabaseError as error:
            raise PathError(error.sqlstate, error.message) from None

    # ---- accessors ----------------------------------------------------------------------------

    def _access(
        self, accessors: tuple[Accessor, ...], index: int, value: Any, scope: Scope, *, unwrap: bool
    ) -> Items:
        """Yields what the accessors from `index` on find at a value."""
        if index == len(accessors):
            yield value
            return
        accessor = accessors[index]
        if unwrap and type(value) is list and _unwraps(accessor):
            for item in value:
                yield from self._access(accessors, index, item, scope, unwrap=False)
            return
        for item, inner in self._step(accessor, value, scope):
            yield from self._access(accessors, index + 1, item, inner, unwrap=self.lax)

    def _step(self, accessor: Accessor, value: Any, scope: Scope) -> Iterator[tuple[Any, Scope]]:
        """Yields what one accessor finds, each with the scope for what follows."""
        match accessor:
            case Descendants(first, last):
                inner = dataclasses.replace(scope, forgiving=True)
                if first == 0:
                    yield value, inner
                for item in _descendants(value, 1, first, last):
                    yield item, inner
            case Method("keyvalue"):
                yield from self._key_values(value, scope)
            case _:
                for item in self._found(accessor, value, scope):
                    yield item, scope

    def _found(self, accessor: Accessor, value: Any, scope: Scope) -> Items:
        """Yields what an accessor finds that leaves the scope alone."""
        match accessor:
            case Key(name):
                if type(value) is dict and name in value:
                    yield value[name]
                elif not scope.forgiving:
                    raise _no_such_member(name, value)
            case AnyKey() | AnyElement():
                yield from self._every(accessor, value, scope)
            case Subscripts():
                yield from self._subscripted(accessor, value, scope)
            case Filter(predicate):
                inside = dataclasses.replace(scope, current=value)
                if self._holds(predicate, value, inside) is True:
                    yield value
            case Method(name):
                yield methods.call(name, value, forgiving=self.lax)
            case DatetimeMethod(template):
                yield methods.datetime_of(value, template)
            case _:
                raise AssertionError(accessor)

    def _every(self, accessor: AnyKey | AnyElement, value: Any, scope: Scope) -> Items:
        if isinstance(accessor, AnyKey):
            if type(value) is dict:
                yield from value.values()
            elif not scope.forgiving:
                raise errors.not_an_object("wildcard member accessor")
        elif type(value) is list:
            yield from value
        elif self.lax:
            yield value
        elif not scope.forgiving:
            raise errors.not_an_array("wildcard array accessor")

    def _subscripted(self, accessor: Subscripts, value: Any, scope: Scope) -> Items:
        if type(value) is not list and not self.lax:
            if not scope.forgiving:
                raise errors.not_an_array("array accessor")
            return
        items = value if type(value) is list else [value]
        inside = dataclasses.replace(scope, last=len(items) - 1)
        for start, end in accessor.ranges:
            first = self._index(start, value, inside)
            last = first if end is None else self._index(end, value, inside)
            if not scope.forgiving and not 0 <= first <= last < len(items):
                raise errors.bad_subscript("out of bounds")
            yield from items[max(first, 0) : max(last + 1, 0)]

    def _index(self, node: Node, value: Any, scope: Scope) -> int:
        items = list(self._items(node, value, scope))
        if len(items) != 1 or not is_number(items[0]):
            raise errors.bad_subscript("not a single numeric value")
        number = items[0]
        if abs(number) >= 2**32 or not -(2**31) <= int(number) < 2**31:
            raise errors.bad_subscript("out of integer range")
        return int(number)

    def _key_values(self, value: Any, scope: Scope) -> Iterator[tuple[Any, Scope]]:
        if type(value) is not dict:
            raise errors.wrong_method("2203C", "keyvalue", "an object")
        base, number = scope.base
        if id(base) not in self.layouts:
            self.layouts[id(base)] = offsets(base)
        identity = number * _ID_STEP + self.layouts[id(base)].get(id(value), 0)
        for key, member in value.items():
            pair = in_key_order({"key": key, "value": member, "id": identity})
            inner = dataclasses.replace(scope, base=(pair, self.generated_count))
            self.generated_count += 1
            yield pair, inner

    # ---- predicates ---------------------------------------------------------------------------

    def _holds(self, node: Node, value: Any, scope: Scope) -> Truth:
        """Returns whether a predicate is true, None for unknown."""
        match node:
            case Connective("&&", left, right):
                first = self._holds(left, value, scope)
                if first is False:
                    return False
                second = self._holds(right, value, scope)
                return first if second is True else second
            case Connective(_, left, right):
                first = self._holds(left, value, scope)
                if first is True:
                    return True
                second = self._holds(right, value, scope)
                return first if second is False else second
            case Negation(operand):
                truth = self._holds(operand, value, scope)
                return None if truth is None else not truth
            case IsUnknown(operand):
                return self._holds(operand, value, scope) is None
            case Exists(operand):
                return self._exists(operand, value, scope)
            case Comparison() | StartsWith() | LikeRegex():
                try:
                    return self._any_pair(node, value, scope)
                except PathError:
                    return None
            case _:
                raise AssertionError(node)

    def _exists(self, node: Node, value: Any, scope: Scope) -> Truth:
        try:
            return self._has_items(node, value, scope)
        except PathError:
            return None

    def _has_items(self, node: Node, value: Any, scope: Scope) -> bool:
        if not self.lax:
            return len(list(self._items(node, value, scope))) > 0
        if isinstance(node, Unary):
            # Here alone PostgreSQL passes over what can't have a sign.
            return any(map(is_number, self._unwrapped(node.operand, value, scope)))
        return next((True for _ in self._items(node, value, scope)), False)

    def _any_pair(
        self, node: Comparison | StartsWith | LikeRegex, value: Any, scope: Scope
    ) -> Truth:
        """Returns whether the predicate is true of any pair of its operands' items.

        In strict mode all pairs count, and one that is unknown makes the whole unknown.
        """
        lefts, rights, test = self._operands(node, value, scope)
        found = unknown = False
        self._pairs_left += 1  # one test for each item is never too much
        for left in lefts:
            self._spend(len(rights))
            for right in rights:
                truth = test(left, right)
                if truth is None:
                    if not self.lax:
                        return None
                    unknown = True
                elif truth:
                    if self.lax:
                        return True
                    found = True
        return True if found else None if unknown else False

    def _spend(self, count: int) -> None:
        self._pairs_left -= count
        if self._pairs_left < 0:
            raise DatabaseError("54000", "jsonpath predicate takes too long")

    def _operands(
        self, node: Comparison | StartsWith | LikeRegex, value: Any, scope: Scope
    ) -> tuple[list[Any], list[Any], Callable[[Any, Any], Truth]]:
        match node:
            case Comparison(operator, left, right):
                lefts = list(self._unwrapped(left, value, scope))
                rights = list(self._unwrapped(right, value, scope))
                return lefts, rights, lambda a, b: self._compare(operator, a, b)
            case StartsWith(whole, initial):
                lefts = list(self._unwrapped(whole, value, scope))
                return lefts, list(self._items(initial, value, scope)), _starts_with
            case LikeRegex(operand, pattern, _, options):
                regex = compile_regex(pattern, options)
                lefts = list(self._unwrapped(operand, value, scope))
                return lefts, [regex], _matches

    def _compare(self, operator: str, a: Any, b: Any) -> Truth:
        kind = _kind(a)
        if kind != _kind(b):
            return operator == "!=" if a is None or b is None else None
        if kind == "container":
            return None
        if kind == "time":
            order = datetimes.compare(a, b, self.env, use_zone=self.use_zone)
            return None if order is None else _ORDERS[operator](order)
        if kind == "null":
            return _ORDERS[operator](0)
        return _ORDERS[operator](1 if a > b else -1 if a < b else 0)


_ORDERS: dict[str, Callable[[int], bool]] = {
    "==": lambda order: order == 0,
    "!=": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}
_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "string",
    PathTime: "time",
}


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "container")


def is_number(value: Any) -> bool:
    """Says whether an item is a number: a boolean isn't one."""
    return type(value) is int or type(value) is Decimal


def _no_such_member(name: str, value: Any) -> PathError:
    if type(value) is dict:
        return errors.no_member(name)
    return errors.not_an_object("member accessor")


def _starts_with(whole: Any, initial: Any) -> Truth:
    if type(whole) is not str or type(initial) is not str:
        return None
    return whole.startswith(initial)


def _matches(text: Any, regex: Any) -> Truth:
    return bool(regex.test(text)) if type(text) is str else None


def _unwraps(accessor: Accessor) -> bool:
    """Says whether an accessor is meant for an array's elements, in lax mode."""
    match accessor:
        case Key() | AnyKey() | Filter() | DatetimeMethod():
            return True
        case Method(name):
            return name not in ("type", "size")
        case _:
            return False


def _descendants(value: Any, level: int, first: int | None, last: int | None) -> Items:
    """Yields the nodes below a value, depth first, within levels; None as `first` means leaves."""
    if last is not None and level > last:
        return
    children = value.values() if type(value) is dict else value if type(value) is list else ()
    for child in children:
        is_leaf = type(child) is not dict and type(child) is not list
        if level >= first if first is not None else last is None and is_leaf:
            yield child
        if not is_leaf:
            yield from _descendants(child, level + 1, first, last)

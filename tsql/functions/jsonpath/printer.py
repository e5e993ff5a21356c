"""Writes a jsonpath as PostgreSQL does: keys quoted, operators bracketed where they must be."""

from decimal import Decimal

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
from tsql.types.json import number_text, quote

_Operation = Unary | Arithmetic | Comparison | Connective | StartsWith | LikeRegex

_BINDING = {"||": 0, "&&": 1, "+": 3, "-": 3, "*": 4, "/": 4, "%": 4}
_COMPARISON_BINDING = 2
_SIGN_BINDING = 5
_TIGHTEST = 6


def path_text(path: JsonPath) -> str:
    """Returns jsonpath's output."""
    return ("" if path.lax else "strict ") + _text(path.root, bracketed=True)


def _binding(node: Node) -> int:
    """Returns how tightly a node's operator binds."""
    match node:
        case Arithmetic(operator) | Connective(operator):
            return _BINDING[operator]
        case Comparison() | StartsWith():
            return _COMPARISON_BINDING
        case Unary():
            return _SIGN_BINDING
        case Path(head):
            return _binding(head)
        case _:
            return _TIGHTEST


def _text(node: Node, *, bracketed: bool) -> str:
    match node:
        case Path(head, accessors):
            start = _text(head, bracketed=bracketed)
            if isinstance(head, Literal) and type(head.value) in (int, Decimal):
                start = f"({start})"
            return start + "".join(map(_accessor, accessors))
        case Literal(value):
            return _literal(value)
        case Variable(name):
            return "$" + quote(name)
        case Place():
            return node.value
        case Exists(operand):
            return f"exists ({_text(operand, bracketed=False)})"
        case Negation(predicate):
            return f"!({_text(predicate, bracketed=False)})"
        case IsUnknown(predicate):
            return f"({_text(predicate, bracketed=False)}) is unknown"
        case _:
            text = _operation(node)
            return f"({text})" if bracketed else text


def _operation(node: _Operation) -> str:
    """Writes what has an operator, and therefore may need brackets around it."""
    match node:
        case Unary(operator, operand):
            return operator + _operand(operand, node)
        case (
            Arithmetic(operator, left, right)
            | Comparison(operator, left, right)
            | Connective(operator, left, right)
        ):
            return f"{_operand(left, node)} {operator} {_operand(right, node)}"
        case StartsWith(whole, initial):
            return f"{_operand(whole, node)} starts with {_operand(initial, node)}"
        case LikeRegex(operand, pattern, flags):
            text = f"{_operand(operand, node)} like_regex {quote(pattern)}"
            return text + (f' flag "{flags}"' if flags else "")


def _operand(node: Node, parent: Node) -> str:
    return _text(node, bracketed=_binding(node) <= _binding(parent))


def _literal(value: int | Decimal | str | bool | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(value) if isinstance(value, str) else number_text(value)


def _accessor(accessor: Accessor) -> str:
    match accessor:
        case Key(name):
            return "." + quote(name)
        case AnyKey():
            return ".*"
        case AnyElement():
            return "[*]"
        case Subscripts(ranges):
            texts = [
                _text(first, bracketed=False)
                + ("" if last is None else " to " + _text(last, bracketed=False))
                for first, last in ranges
            ]
            return f"[{','.join(texts)}]"
        case Descendants(first, last):
            return ".**" + _levels(first, last)
        case Method(name):
            return f".{name}()"
        case DatetimeMethod(template):
            return f".datetime({'' if template is None else quote(template)})"
        case Filter(predicate):
            return f"?({_text(predicate, bracketed=False)})"


def _levels(first: int | None, last: int | None) -> str:
    if first == 0 and last is None:
        return ""
    low = "last" if first is None else str(first)
    high = "last" if last is None else str(last)
    return f"{{{low}}}" if low == high else f"{{{low} to {high}}}"

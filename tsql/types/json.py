"""json and jsonb: reading and writing.

A json value is the text as written, checked. A jsonb value is a tree (storage/types.py): numbers
are int, or Decimal with the display scale as written (1.50), objects are dicts whose keys stand in
PostgreSQL's order: by length in bytes, then by bytes. So comparison and output need no sorting.

Speed: msgspec reads and writes; `canonical` puts keys in order. Whatever msgspec refuses is read
again by tokens, which either finds PostgreSQL's error or accepts what only msgspec can't take.
`DEPTH_MAX` bounds nesting, so that functions over trees may be plain recursion.
"""

import base64
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from typing import Any

import msgspec

from storage.errors import DatabaseError
from storage.types import JSON_NULL, BinarySet, JsonNull, NumberSet, StringSet
from tsql.env import Env
from tsql.types import oids
from tsql.types.io import text_io, text_io_later
from tsql.types.json_lexer import SCALARS, JsonLexer, Token

#: Levels of nesting. PostgreSQL stops at its stack (some ten thousand); ours is Python's.
DEPTH_MAX = 250
#: Decimal digits before and after the point that numeric holds.
_INTEGER_DIGITS_MAX = 131_072
_SCALE_MAX = 16_383
#: Longer integers stay Decimal: Python converts at most 4,300 digits between int and text.
_INT_DIGITS_MAX = 4_000
_STRING_BYTES_MAX = 0x0FFFFFFF

_SMALL_NUMBER = re.compile(rb"[0-9]E-")


def number(text: str) -> int | Decimal:
    """Returns the jsonb number of a JSON number; raises 22003 beyond numeric's range."""
    if len(text) < 40 and "e" not in text and "E" not in text:
        if "." not in text:
            return int(text)
        value = Decimal(text)
        return value or abs(value)
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise _number_overflow() from None
    return number_of_decimal(value)


def number_of_decimal(value: Decimal) -> int | Decimal:
    """Returns the jsonb number of a finite decimal; raises 22003 beyond numeric's range."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    if abs(exponent) > 1 << 30:
        raise _number_overflow()
    if not value:
        return Decimal((0, (0,), exponent)) if -_SCALE_MAX <= exponent < 0 else 0
    if value.adjusted() >= _INTEGER_DIGITS_MAX or exponent < -_SCALE_MAX:
        raise _number_overflow()
    if exponent < 0:
        return value
    if value.adjusted() < _INT_DIGITS_MAX:
        return int(value)
    return value if exponent == 0 else Decimal(format(value, "f"))


def _number_overflow() -> DatabaseError:
    return DatabaseError("22003", "value overflows numeric format")


_TREE = msgspec.json.Decoder(float_hook=number)
_CHECK = msgspec.json.Decoder()
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def key_order(key: str) -> tuple[int, str]:
    """Returns what object keys are ordered by: length in bytes, then bytes."""
    return (len(key) if key.isascii() else len(key.encode()), key)


def in_key_order(members: dict[str, Any]) -> dict[str, Any]:
    """Returns the same members in PostgreSQL's order of keys."""
    if len(members) < 2:
        return members
    keys = list(members)
    ordered = sorted(keys)
    ordered.sort(key=len)
    if not all(map(str.isascii, keys)):
        ordered.sort(key=key_order)
    return members if keys == ordered else {key: members[key] for key in ordered}


def canonical(tree: Any) -> Any:
    """Returns the tree with every object's keys in order. Lists are changed in place."""
    kind = type(tree)
    if kind is dict:
        for key, value in tree.items():
            if type(value) is dict or type(value) is list:
                tree[key] = canonical(value)
        return in_key_order(tree)
    if kind is list:
        for index, value in enumerate(tree):
            if type(value) is dict or type(value) is list:
                tree[index] = canonical(value)
    return tree


def too_deep() -> DatabaseError:
    """Returns the error for nesting beyond DEPTH_MAX."""
    return DatabaseError(
        "54001",
        "stack depth limit exceeded",
        hint=f"JSON values may be nested {DEPTH_MAX} levels deep.",
    )


def check_depth(tree: Any) -> None:
    """Raises 54001 if the tree is nested too deeply. Goes level by level: no recursion."""
    level = [tree]
    for _ in range(DEPTH_MAX):
        deeper: list[Any] = []
        for node in level:
            children = node.values() if type(node) is dict else node
            deeper += [child for child in children if type(child) in (dict, list)]
        if not deeper:
            return
        level = deeper
    raise too_deep()


def parse_jsonb(text: str) -> Any:
    """Returns the tree of a JSON text, JSON_NULL for null. Raises 22P02, 22P05, 22003, 54001."""
    if "\\u0000" in text:
        tree = _parse_by_tokens(text)
    else:
        try:
            tree = _TREE.decode(text)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            tree = _parse_by_tokens(text)
    kind = type(tree)
    if kind is dict or kind is list:
        if text.count("[") + text.count("{") > DEPTH_MAX:
            check_depth(tree)
        return canonical(tree)
    return JSON_NULL if tree is None else tree


def _parse_by_tokens(text: str) -> Any:
    """Reads a tree without recursion: a stack holds the containers that are still open."""
    result: Any = None
    stack: list[tuple[Any, str]] = []
    container: Any = None
    key = ""
    for event, value in events(JsonLexer(text, decode=True)):
        if event == "key":
            key = value
            continue
        if event == "close":
            container, key = stack.pop()
            continue
        if event == "number":
            value = number(value)  # noqa: PLW2901 - the text is of no more use
        if container is None:
            result = value
        elif type(container) is dict:
            container[key] = value
        else:
            container.append(value)
        if event == "open":
            if len(stack) >= DEPTH_MAX:
                raise too_deep()
            stack.append((container, key))
            container = value
    return result


def events(lexer: JsonLexer) -> Iterator[tuple[str, Any]]:
    """Yields what a JSON text consists of: open (an empty dict or list), key, scalar, number, close.

    Numbers come as text, strings as the lexer gives them. Raises PostgreSQL's errors, also for what
    follows the value; so it is to be read to its end.
    """
    open_containers: list[Token] = []
    while True:
        # Here a value must follow.
        token = lexer.token
        if token is Token.NUMBER:
            yield "number", lexer.text[lexer.start : lexer.end]
            lexer.advance()
        elif token in SCALARS:
            yield "scalar", _scalar(lexer)
            lexer.advance()
        elif token is Token.OBJECT_START or token is Token.ARRAY_START:
            is_object = token is Token.OBJECT_START
            lexer.advance()
            yield "open", {} if is_object else []
            closing = Token.OBJECT_END if is_object else Token.ARRAY_END
            if lexer.token is not closing:
                open_containers.append(token)
                if is_object:
                    yield "key", _key(lexer, 'string or "}"')
                continue
            lexer.advance()
            yield "close", None
        else:
            raise lexer.unexpected("JSON value")
        # Here a value has ended: close what closes, then go on after a comma.
        while open_containers and _closes(lexer, open_containers[-1]):
            open_containers.pop()
            lexer.advance()
            yield "close", None
        if not open_containers:
            lexer.expect(Token.END, "end of input")
            return
        lexer.advance()
        if open_containers[-1] is Token.OBJECT_START:
            yield "key", _key(lexer, "string")


def _closes(lexer: JsonLexer, opened: Token) -> bool:
    """Says whether the current token closes the container; raises if it is no comma either."""
    closing = Token.OBJECT_END if opened is Token.OBJECT_START else Token.ARRAY_END
    if lexer.token is closing:
        return True
    if lexer.token is not Token.COMMA:
        raise lexer.unexpected(f'"," or "{closing.value}"')
    return False


def _key(lexer: JsonLexer, expected: str) -> str:
    """Reads a key and its colon."""
    lexer.expect(Token.STRING, expected)
    key = lexer.value
    lexer.advance()
    lexer.expect(Token.COLON, '":"')
    lexer.advance()
    return key


def _scalar(lexer: JsonLexer) -> Any:
    match lexer.token:
        case Token.STRING:
            if len(lexer.value) > _STRING_BYTES_MAX:
                raise DatabaseError("54000", "string too long to represent as jsonb string")
            return lexer.value
        case Token.TRUE:
            return True
        case Token.FALSE:
            return False
        case _:
            return None


def check_json(text: str) -> None:
    """Raises 22P02 unless the text is JSON."""
    try:
        _CHECK.decode(text)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        for _ in events(JsonLexer(text, decode=False)):
            pass


def jsonb_text(tree: Any) -> str:
    """Returns PostgreSQL's text of a jsonb value: `{"a": 1, "b": [1, 2]}`."""
    kind = type(tree)
    if kind is str:
        return encode_basestring(tree)
    if kind is int:
        return str(tree)
    if kind is not dict and kind is not list:
        return _text_slowly(tree)
    try:
        encoded = _ENCODER.encode(tree)
    except (OverflowError, TypeError, ValueError):
        return _text_slowly(tree)
    if (b"E-" in encoded and _SMALL_NUMBER.search(encoded)) or has_sets(tree):
        return _text_slowly(tree)
    return msgspec.json.format(encoded, indent=0).decode()


def number_text(value: int | Decimal) -> str:
    """Returns a jsonb number's text, never in scientific notation."""
    return str(value) if type(value) is int else format(value, "f")


quote = encode_basestring  # a JSON string literal, escaped as PostgreSQL escapes


def _text_slowly(tree: Any) -> str:
    """Writes a tree piece by piece: small or huge numbers, and DynamoDB's kinds."""
    match tree:
        case dict():
            members = (f"{quote(key)}: {_text_slowly(value)}" for key, value in tree.items())
            return "{" + ", ".join(members) + "}"
        case list():
            return "[" + ", ".join(map(_text_slowly, tree)) + "]"
        case str():
            return quote(tree)
        case bool():
            return "true" if tree else "false"
        case int() | Decimal():
            return number_text(tree)
        case None:
            return "null"
        case JsonNull():
            return "null"
        case _:
            return _text_slowly(plain(tree))


def has_sets(tree: Any) -> bool:
    """Says whether DynamoDB's sets are inside, whose order msgspec would leave to chance."""
    for value in tree.values() if type(tree) is dict else tree:
        kind = type(value)
        if kind is str or kind is int:
            continue
        if kind is dict or kind is list:
            if has_sets(value):
                return True
        elif isinstance(value, frozenset):
            return True
    return False


def plain(value: Any) -> Any:
    """Returns what SQL shows of DynamoDB's kinds: sets as sorted lists, bytes as base64 text."""
    kind = type(value)
    if kind is StringSet or kind is NumberSet:
        return sorted(value)
    if kind is BinarySet:
        return [plain(item) for item in sorted(value)]
    return base64.b64encode(value).decode() if kind is bytes else value


def without_sets(tree: Any) -> Any:
    """Returns the tree with sets as sorted lists and bytes as text, wherever they are."""
    if type(tree) is dict:
        return {key: without_sets(value) for key, value in tree.items()}
    return list(map(without_sets, tree)) if type(tree) is list else plain(tree)


def _json_in(text: str, typmod: int, env: Env) -> str:
    check_json(text)
    return text


def _json_out(value: str, env: Env) -> str:
    return value


def _jsonb_in(text: str, typmod: int, env: Env) -> Any:
    return parse_jsonb(text)


def _jsonb_out(value: Any, env: Env) -> str:
    return jsonb_text(value)


text_io(oids.JSON, _json_in, _json_out)
text_io(oids.JSONB, _jsonb_in, _jsonb_out)
text_io_later(oids.JSONPATH, "tsql.functions.jsonpath.functions")

"""Functions that read json, the type that keeps its text.

What is taken out is a piece of the text as it was written, blanks and all; of equal keys the last
one counts, except where all members are listed. PostgreSQL decodes escapes of the whole text in
some functions (then half a surrogate pair anywhere is an error) and not in others.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from storage.errors import DatabaseError
from storage.types import Array
from tsql.functions.jsonb_access import path_index
from tsql.functions.registry import implements
from tsql.types.json import events, quote, too_deep
from tsql.types.json_lexer import JsonLexer, Token

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_KINDS = {
    Token.OBJECT_START: "object",
    Token.ARRAY_START: "array",
    Token.STRING: "string",
    Token.NUMBER: "number",
    Token.TRUE: "boolean",
    Token.FALSE: "boolean",
    Token.NULL: "null",
}
_BLANKS = " \t\n\r"


def _check_escapes(text: str) -> None:
    """Raises for escapes that stand for no character."""
    if "\\u" in text:
        for _ in events(JsonLexer(text, decode=True)):
            pass


def kind_of(text: str) -> str:
    """Returns what json_typeof says."""
    return _KINDS[JsonLexer(text, decode=False).token]


def elements_of(text: str) -> list[str]:
    """Returns the texts of an array's elements."""
    try:
        return list(map(_raw_text, _ARRAY.decode(text)))
    except RecursionError:
        raise too_deep() from None
    except msgspec.DecodeError:
        return list(_elements_by_tokens(text))


def _elements_by_tokens(text: str) -> Iterator[str]:
    """Yields the same for what msgspec doesn't read: halves of surrogate pairs."""
    lexer = JsonLexer(text, decode=False)
    lexer.advance()
    while lexer.token is not Token.ARRAY_END:
        start = lexer.start
        _skip_value(lexer)
        yield text[start : lexer.end]
        lexer.advance_past(Token.COMMA)


def _object(text: str) -> dict[str, msgspec.Raw]:
    try:
        return _OBJECT.decode(text)
    except RecursionError:
        raise too_deep() from None


def _raw_text(raw: msgspec.Raw) -> str:
    return str(memoryview(raw), "utf-8")


def content(text: str) -> str | None:
    """Returns the text of a json value as ->> gives it."""
    if text[0] == '"':
        return JsonLexer(text, decode=True).value
    return None if text == "null" else text


def _member(text: str, key: str) -> str | None:
    if text.lstrip(_BLANKS)[:1] != "{":
        return None
    raw = _object(text).get(key)
    return None if raw is None else _raw_text(raw)


def _element(text: str, index: int) -> str | None:
    if text.lstrip(_BLANKS)[:1] != "[":
        return None
    items = elements_of(text)
    return items[index] if -len(items) <= index < len(items) else None


@implements("json_object_field")
def json_object_field(text: str, key: str) -> str | None:
    _check_escapes(text)
    return _member(text, key)


@implements("json_object_field_text")
def json_object_field_text(text: str, key: str) -> str | None:
    found = json_object_field(text, key)
    return None if found is None else content(found)


@implements("json_array_element")
def json_array_element(text: str, index: int) -> str | None:
    _check_escapes(text)
    return _element(text, index)


@implements("json_array_element_text")
def json_array_element_text(text: str, index: int) -> str | None:
    found = json_array_element(text, index)
    return None if found is None else content(found)


@implements("json_extract_path")
def json_extract_path(text: str, path: Array) -> str | None:
    if None in path.items:
        return None
    _check_escapes(text)
    whole = found = text.rstrip(_BLANKS)
    if path.items or kind_of(text) in ("object", "array"):
        whole = found = text.strip(_BLANKS)
    for depth, step in enumerate(path.items):
        following = _step(found, step)
        if following is None:
            return _among_equal_keys(whole, path.items) if depth else None
        found = following
    return found


def _step(text: str, step: str) -> str | None:
    if text[0] == "{":
        return _member(text, step)
    index = path_index(step)
    return None if index is None else _element(text, index)


def _among_equal_keys(text: str, steps: tuple[str, ...]) -> str | None:
    """Follows every member of a key that stands more than once; the last whole match counts."""
    if not steps:
        return text
    if text[0] != "{":
        following = _step(text, steps[0])
        return None if following is None else _among_equal_keys(following, steps[1:])
    found = None
    for key, value in members(text):
        if key == steps[0]:
            deeper = _among_equal_keys(value, steps[1:])
            found = found if deeper is None else deeper
    return found


@implements("json_extract_path_text")
def json_extract_path_text(text: str, path: Array) -> str | None:
    found = json_extract_path(text, path)
    return None if found is None else content(found.lstrip(_BLANKS))


@implements("json_typeof")
def json_typeof(text: str) -> str:
    return kind_of(text)


@implements("json_array_length")
def json_array_length(text: str) -> int:
    kind = kind_of(text)
    if kind == "array":
        return len(elements_of(text))
    what = "non-array" if kind == "object" else "scalar"
    raise DatabaseError("22023", f"cannot get array length of a {what}")


# ---- expansion into rows ----------------------------------------------------------------------


def members(text: str) -> Iterator[tuple[str, str]]:
    """Yields key and value of each member of an object, equal keys too."""
    lexer = JsonLexer(text, decode=True)
    lexer.advance()
    while lexer.token is Token.STRING:
        key = lexer.value
        lexer.advance()
        lexer.advance()
        start = lexer.start
        _skip_value(lexer)
        yield key, text[start : lexer.end]
        lexer.advance_past(Token.COMMA)


def _skip_value(lexer: JsonLexer) -> None:
    """Moves to the last token of the value that begins here."""
    depth = 0
    while True:
        if lexer.token in (Token.OBJECT_START, Token.ARRAY_START):
            depth += 1
        elif lexer.token in (Token.OBJECT_END, Token.ARRAY_END):
            depth -= 1
        if depth == 0:
            return
        lexer.advance()


def _check_object(text: str) -> None:
    kind = kind_of(text)
    if kind == "array":
        raise DatabaseError("22023", "cannot deconstruct an array as an object")
    if kind != "object":
        raise DatabaseError("22023", "cannot deconstruct a scalar")


@implements("json_each")
def json_each(text: str) -> list[tuple[str, str]]:
    _check_object(text)
    return list(members(text))


@implements("json_each_text")
def json_each_text(text: str) -> list[tuple[str, str | None]]:
    _check_object(text)
    return [(key, content(value)) for key, value in members(text)]


@implements("json_object_keys")
def json_object_keys(text: str) -> list[str]:
    kind = kind_of(text)
    if kind != "object":
        what = "an array" if kind == "array" else "a scalar"
        raise DatabaseError("22023", f"cannot call json_object_keys on {what}")
    return [key for key, _ in members(text)]


def _elements(text: str, function: str) -> Iterator[str]:
    kind = kind_of(text)
    if kind != "array":
        what = "non-array" if kind == "object" else "scalar"
        raise DatabaseError("22023", f"cannot call {function} on a {what}")
    return iter(elements_of(text))


@implements("json_array_elements")
def json_array_elements(text: str) -> Iterator[str]:
    return _elements(text, "json_array_elements")


@implements("json_array_elements_text")
def json_array_elements_text(text: str) -> Iterator[str | None]:
    _check_escapes(text)
    return map(content, _elements(text, "json_array_elements_text"))


# ---- whole documents --------------------------------------------------------------------------


@implements("json_strip_nulls")
def json_strip_nulls(text: str) -> str:
    """Returns the text without members that are null, without blanks, escapes made uniform."""
    pieces: list[str] = []
    open_brackets: list[str] = []
    prefix = ""
    for event, value in events(JsonLexer(text, decode=True)):
        if event == "key":
            prefix = quote(value) + ":"
        elif event == "close":
            opening = open_brackets.pop()
            pieces.append("}" if opening == "{" else "]")
        elif value is not None or not prefix:
            if pieces and pieces[-1] not in ("{", "["):
                pieces.append(",")
            if event == "open":
                open_brackets.append("{" if type(value) is dict else "[")
            pieces += [prefix, open_brackets[-1] if event == "open" else _scalar_text(event, value)]
            prefix = ""
        else:
            prefix = ""
    return "".join(pieces)


def _scalar_text(event: str, value: Any) -> str:
    if event == "number":
        return str(value)
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case _:
            return quote(value)

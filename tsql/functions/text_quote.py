"""Quoting of identifiers and literals, and taking qualified identifiers apart.

An identifier stays bare if it consists of lower-case ASCII letters, digits and underscores and is
no key word that means something (PostgreSQL's reserved and semi-reserved ones).
"""

import re
from typing import Any

from storage.errors import DatabaseError
from storage.types import Array
from tsql.env import Env
from tsql.functions.registry import CallSite, Function, builds, implements
from tsql.functions.text_cast import text_cast_of

_KEYWORD_LIST = """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit
    boolean both case cast char character check coalesce collate collation column concurrently
    constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user dec decimal default deferrable desc distinct do else end except
    exists extract false fetch float for foreign freeze from full grant greatest group grouping
    having ilike in initially inner inout int integer intersect interval into is isnull join
    lateral leading least left like limit localtime localtimestamp national natural nchar none
    normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay
    placing position precision primary real references returning right row select session_user
    setof similar smallint some substring symmetric table tablesample then time timestamp to
    trailing treat trim true union unique user using values varchar variadic verbose when where
    window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse
    xmlpi xmlroot xmlserialize xmltable
"""
_KEYWORDS = frozenset(_KEYWORD_LIST.split())
_BARE = re.compile(r"[a-z_][a-z0-9_]*")
_IDENTIFIER = re.compile(
    r'"((?:[^"]|"")*)"|([A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]*)'
)
_BLANKS = re.compile(r"[ \t\n\r\f]*")
_UPPER_TO_LOWER = {ord(upper): upper.lower() for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


@implements("quote_ident")
def quote_ident(name: str) -> str:
    if _BARE.fullmatch(name) and name not in _KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


@implements("quote_literal")
def quote_literal(text: str) -> str:
    quoted = "'" + text.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


@implements("quote_nullable")
def quote_nullable(text: str | None) -> str:
    return "NULL" if text is None else quote_literal(text)


@builds("quote_literal(anyelement)", env=True)
def quote_literal_of_any(call: CallSite) -> Function:
    text_of = text_cast_of(call.argument_types[0])
    return lambda env, value: quote_literal(text_of(value, env))


@builds("quote_nullable(anyelement)", env=True)
def quote_nullable_of_any(call: CallSite) -> Function:
    text_of = text_cast_of(call.argument_types[0])

    def quote(env: Env, value: Any) -> str:
        return "NULL" if value is None else quote_literal(text_of(value, env))

    return quote


@implements("parse_ident")
def parse_ident(text: str, strict: bool) -> Array:
    """Returns the parts of a qualified identifier; `strict` refuses anything after it."""
    position = _skip_blanks(text, 0)
    parts: list[str] = []
    while True:
        found = _IDENTIFIER.match(text, position)
        if not found:
            raise _not_an_identifier(text, position, after_dot=bool(parts))
        quoted, bare = found.groups()
        if quoted == "":
            raise _invalid(text, "Quoted identifier must not be empty.")
        parts.append(
            bare.translate(_UPPER_TO_LOWER) if quoted is None else quoted.replace('""', '"')
        )
        position = _skip_blanks(text, found.end())
        if text[position : position + 1] != ".":
            break
        position = _skip_blanks(text, position + 1)
    if strict and position < len(text):
        raise _invalid(text, None)
    return Array.of(parts)


def _skip_blanks(text: str, position: int) -> int:
    found = _BLANKS.match(text, position)
    assert found
    return found.end()


def _not_an_identifier(text: str, position: int, *, after_dot: bool) -> DatabaseError:
    following = text[position : position + 1]
    if following == '"':
        return _invalid(text, "String has unclosed double quotes.")
    if following == ".":
        return _invalid(text, 'No valid identifier before ".".')
    return _invalid(text, 'No valid identifier after ".".' if after_dot else None)


def _invalid(text: str, detail: str | None) -> DatabaseError:
    return DatabaseError("22023", f'string is not a valid identifier: "{text}"', detail=detail)

"""Paths into jsonb columns, which are held as PostgreSQL's own text of them.

DuckDB finds what is at a path, but makes doubles of numbers that aren't integers. Their digits are
taken from the text itself: in it, `"key": ` is the end of a key and nothing else (inside of strings
a quotation mark has a backslash before it). Where that occurs once, and the path leads somewhere, it
is the path's; where it occurs more often, the key path answers. Objects and arrays as text, too.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from tsql.analytics.emitted import (
    WORKING_SCALE,
    Emitted,
    UntranslatableError,
    called,
    cast,
    key_path,
)
from tsql.types import oids

#: Keys that need no quotes or escapes in SQL, in JSON's text or in its paths, and are no array's index.
_KEY: Final = re.compile(r"[^\W\d][\w .:/@#-]*")
_NUMBER: Final = "(-?[0-9.]+)"
_TEXT_ERROR: Final = key_path(oids.TEXT)
_INTEGERS: Final = {oids.INT2, oids.INT4, oids.INT8}

#: Functions that go one step or more into a document, by their source: whether as text.
STEPS: Final = {
    "jsonb_object_field": False,
    "jsonb_object_field_text": True,
    "jsonb_extract_path": False,
    "jsonb_extract_path_text": True,
}
#: Casts of what is there to a scalar.
CASTS: Final = frozenset(
    {"jsonb_bool", "jsonb_int2", "jsonb_int4", "jsonb_int8", "jsonb_numeric", "jsonb_float8"}
)


def step(document: Emitted, keys: list[str]) -> Emitted:
    """Returns what is at a path of keys below a document, or below a path into one."""
    if document.type != oids.JSONB or document.kind not in {"", "json"}:
        raise UntranslatableError(f"a path into {called(document.type)}")
    if document.source is None and not is_plain(keys):
        raise UntranslatableError("a path of such keys")
    return replace(document, kind="json", path=(*document.path, *keys))


def way(document: Emitted, keys: list[str]) -> Emitted:
    """Returns what is at a path whose keys, where they are numbers, may be places in arrays."""
    if not is_plain(keys):
        raise UntranslatableError("a path of such keys")
    return step(document, keys)


def is_plain(keys: Iterable[str]) -> bool:
    """Returns whether a path of keys can be found in text."""
    return all(map(_KEY.fullmatch, keys))


def kind_at(place: Emitted) -> str:
    """Returns the SQL of the kind of value at a path; NULL where there is none."""
    return f"json_type({place.sql}, '{_path(place)}')"


def text_at(place: Emitted) -> Emitted:
    """Returns a scalar as text; JSON's null is SQL's."""
    kind = kind_at(place)
    text = f"json_extract_string({place.sql}, '{_path(place)}')"
    sql = (
        f"(CASE {kind} WHEN 'VARCHAR' THEN {text} WHEN 'UBIGINT' THEN {text} WHEN 'BIGINT' THEN {text}"
        f" WHEN 'BOOLEAN' THEN {text} WHEN 'DOUBLE' THEN {_digits(place)}"
        f" WHEN 'ARRAY' THEN {_TEXT_ERROR} WHEN 'OBJECT' THEN {_TEXT_ERROR} END)"
    )
    return Emitted(sql, oids.TEXT)


def scalar_at(place: Emitted, type_: int) -> Emitted:
    """Returns a boolean or a number; anything else goes to the key path."""
    kind = kind_at(place)
    if type_ == oids.BOOL:
        text = f"json_extract_string({place.sql}, '{_path(place)}') = 'true'"
        rest = f"WHEN {kind} IS NULL THEN NULL ELSE {key_path(type_)}"
        return Emitted(f"(CASE WHEN {kind} = 'BOOLEAN' THEN {text} {rest} END)", type_)
    digits = text_at(place).sql
    number = (
        f"(CASE WHEN {kind} IS NULL THEN NULL WHEN {kind} IN ('UBIGINT', 'BIGINT', 'DOUBLE')"
        f" THEN {digits} ELSE {_TEXT_ERROR} END)"
    )
    return number_of_text(number, type_)


def number_of_text(text: str, type_: int) -> Emitted:
    """Returns a text as a number, where it is one that is written plainly."""
    if type_ == oids.FLOAT8:
        plain = r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"
        value = cast(text, type_)
        value = f"(CASE WHEN isfinite({value}) THEN {value} ELSE {key_path(type_)} END)"
        return Emitted(_guarded(text, plain, value, key_path(type_)), type_)
    if type_ == oids.NUMERIC:
        plain = rf"-?[0-9]{{1,18}}(\.[0-9]{{1,{WORKING_SCALE}}})?"
        value = cast(text, type_, WORKING_SCALE)
        point = f"strpos({text}, '.')"
        shown = f"(CASE WHEN {point} = 0 THEN 0 ELSE length({text}) - {point} END)"
        error = key_path(type_, WORKING_SCALE)
        return Emitted(_guarded(text, plain, value, error), type_, WORKING_SCALE, shown)
    if type_ not in _INTEGERS:
        raise UntranslatableError(f"the cast from text to {called(type_)}")
    plain = " *[+-]?[0-9]+ *"
    return Emitted(_guarded(text, plain, _integer(text, type_), key_path(type_)), type_)


def _integer(text: str, type_: int) -> str:
    return cast(f"ltrim(trim({text}, ' '), '+')", type_)


def _guarded(text: str, pattern: str, value: str, error: str) -> str:
    return (
        f"(CASE WHEN {text} IS NULL THEN NULL WHEN regexp_full_match({text}, '{pattern}')"
        f" THEN {value} ELSE {error} END)"
    )


def exists(document: Emitted, key: str) -> Emitted:
    """Returns whether a document, known to be an object, has a key."""
    place = step(document, [key])
    whole = replace(place, path=document.path)
    sql = (
        f"(CASE WHEN {kind_at(whole)} = 'OBJECT' THEN {kind_at(place)} IS NOT NULL"
        f" WHEN {kind_at(whole)} IS NULL THEN NULL ELSE {key_path(oids.BOOL)} END)"
    )
    return Emitted(sql, oids.BOOL)


def _path(place: Emitted) -> str:
    return "$" + "".join(f'."{key}"' for key in place.path)


def _digits(place: Emitted) -> str:
    """Returns the digits of the number at a path, from the document's text."""
    if not place.path:
        raise UntranslatableError("a document that is a number")
    key = f'"{place.path[-1]}": '
    once = f"length({place.sql}) - length(replace({place.sql}, '{key}', '')) = {len(key)}"
    digits = f"regexp_extract({place.sql}, '{re.escape(key)}{_NUMBER}', 1)"
    return f"(CASE WHEN {once} THEN {digits} ELSE {_TEXT_ERROR} END)"

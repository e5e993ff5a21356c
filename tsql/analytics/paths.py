"""What is at the paths of documents, from columns where the table has such (storage/columns/shred.py).

Each reading says for every sort of values what becomes of it; where only the text has a value, the
text's way is taken (documents.py), row by row. Of documents that aren't a table's column, it is the
only one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from storage.columns.extents import WIDE
from storage.columns.layout import DIGITS_MAX, NUMBER_SCALE
from storage.columns.messages import Alternative, Extent
from storage.types import JSON_NULL
from tsql.analytics import documents
from tsql.analytics.emitted import (
    WORKING_SCALE,
    Emitted,
    UntranslatableError,
    cast,
    key_path,
    type_name,
)
from tsql.analytics.literals import literal
from tsql.types import oids

_LETTER: Final = re.compile(r"\{([a-z])\}")
_INTEGERS: Final = frozenset({oids.INT2, oids.INT4, oids.INT8})
#: What tells rows of a sort: its first column isn't null.
_FIRST: Final = {
    "string": "s",
    "digits": "s",
    "dates": "s",
    "int": "i",
    "number": "n",
    "bool": "b",
    "null": "z",
    "object": "o",
    "array": "a",
    "other": "x",
}
_STRINGS: Final = ("string", "digits", "dates")
_FLAGS: Final = frozenset({"null", "object", "array"})
assert WORKING_SCALE == NUMBER_SCALE


def text_at(place: Emitted) -> Emitted:
    """Returns what is at a path as text; JSON's null is SQL's."""
    source = place.source
    if source is None:
        return documents.text_at(place)
    plain = {
        **dict.fromkeys(_STRINGS, "{s}"),
        "int": "CAST({i} AS VARCHAR)",
        "number": _digits_at(place),
        "bool": "{w}",
        **_flagged(key_path(oids.TEXT), "object", "array"),
    }
    sql = _read(place, oids.TEXT, plain, documents.text_at)
    return Emitted(sql, oids.TEXT, source=source, path=place.path)


def _digits_at(place: Emitted) -> str:
    """Returns the SQL of numbers' text: without the point, where nothing is shown behind it."""
    digits = "CAST({n} AS VARCHAR)"
    found = _extent_at(place)
    if found.is_uniform:
        return digits
    length = f"length({digits}) - {found.scale} + (CASE WHEN {{d}} = 0 THEN -1 ELSE {{d}} END)"
    return f"left({digits}, {length})" if found.scale else digits


def _extent_at(place: Emitted) -> Extent:
    assert place.source is not None
    return place.source.extent(place.path) or WIDE


def of_text(text: Emitted, type_: int) -> Emitted:
    """Returns a text cast to another type, where that is sure."""
    if text.source is None:
        return documents.number_of_text(text.sql, type_)
    error = _error(text, type_)
    wrong = _wrong(error) | _flagged(error, "object", "array")
    if type_ == oids.BOOL:
        words = "CASE {s} WHEN 'true' THEN true WHEN 'false' THEN false"
        plain = {"string": f"({words} ELSE {_unless_null('s', error)} END)", "bool": "{b}"}
        return Emitted(_read(text, type_, wrong | plain, None), type_)
    if type_ == oids.DATE:
        return Emitted(_read(text, type_, wrong | {"dates": "{t}"}, None), type_)
    plain = dict.fromkeys(_STRINGS, documents.number_of_text("{s}", type_).sql)
    plain |= _numbers(text, type_, error)
    if type_ == oids.NUMERIC:
        plain["digits"] = "{m}"
    elif type_ in _INTEGERS:
        plain["digits"] = _whole_number("m", "e", type_, error)
    shown = dict.fromkeys(_STRINGS, _shown(documents.number_of_text("{s}", type_)))
    shown |= {"digits": "{e}", **_SHOWN}
    return _number(text, type_, wrong | plain, shown, _text_as(type_))


def _text_as(type_: int) -> Callable[[Emitted], Emitted]:
    return lambda place: documents.number_of_text(documents.text_at(place).sql, type_)


def scalar_at(place: Emitted, type_: int) -> Emitted:
    """Returns a boolean or a number; anything else goes to the key path."""
    if place.source is None:
        return documents.scalar_at(place, type_)
    error = _error(place, type_)
    plain = _wrong(error) | _flagged(error, "null", "object", "array")
    if type_ == oids.BOOL:
        sql = _read(place, type_, plain | {"bool": "{b}"}, _scalar_as(type_))
        return Emitted(sql, type_)
    plain |= _numbers(place, type_, error)
    return _number(place, type_, plain, _SHOWN, _scalar_as(type_))


def _error(place: Emitted, type_: int) -> str:
    """Returns SQL that sends the statement to the key path, in the type that a place is read as."""
    if type_ != oids.NUMERIC:
        return key_path(type_)
    found = _extent_at(place)
    return cast("'key path'", type_, found.scale, found.digits)


def _scalar_as(type_: int) -> Callable[[Emitted], Emitted]:
    return lambda place: documents.scalar_at(place, type_)


def is_there(place: Emitted) -> str:
    """Returns the SQL of whether there is something at a path: NULL or false where nothing is."""
    if place.source is None:
        return f"({documents.kind_at(place)} IS NOT NULL)"
    plain = {sort: _there(letter) for sort, letter in _FIRST.items()}
    del plain["other"]
    return f"({_read(place, oids.BOOL, plain, _is_there)} IS NOT NULL)"


def _there(letter: str) -> str:
    return f"({{{letter}}} IS NOT NULL OR NULL)"


def _is_there(place: Emitted) -> Emitted:
    return Emitted(f"({documents.kind_at(place)} IS NOT NULL OR NULL)", oids.BOOL)


def exists(document: Emitted, key: str) -> Emitted:
    """Returns whether a document, known to be an object, has a key."""
    place = documents.step(document, [key])
    if place.source is None:
        return documents.exists(document, key)
    whole = replace(place, path=place.path[:-1])
    error = key_path(oids.BOOL)
    plain = _wrong(error) | _flagged(error, "null", "array") | {"object": "{o}"}
    is_object = _read(whole, oids.BOOL, plain, _is_object)
    return Emitted(f"(CASE WHEN {is_object} THEN {is_there(place)} END)", oids.BOOL)


def _is_object(place: Emitted) -> Emitted:
    kind = documents.kind_at(place)
    error = key_path(oids.BOOL)
    sql = f"(CASE {kind} WHEN 'OBJECT' THEN true ELSE CASE WHEN {kind} IS NOT NULL THEN {error} END END)"
    return Emitted(sql, oids.BOOL)


# ---- containment ---------------------------------------------------------------------------------


def contains(document: Emitted, tree: Any) -> Emitted:
    """Returns whether a document contains another: an object of scalars and of such objects."""
    whole = documents.step(document, [])
    condition = " AND ".join(f"coalesce({test}, false)" for test in contains_all(document, tree))
    return Emitted(f"(CASE WHEN {is_there(whole)} THEN {condition} END)", oids.BOOL)


def contains_all(document: Emitted, tree: Any) -> list[str]:
    """Returns the SQL of conditions that are all true where it does; else they are false or NULL."""
    return [_is(place, value) for place, value in leaves(document, tree)]


def leaves(document: Emitted, tree: Any) -> list[tuple[Emitted, Any]]:
    """Returns the scalars and empty objects of a tree, and where they are if a document contains it."""
    if not isinstance(tree, dict):
        raise UntranslatableError("containment of what isn't an object")
    whole = documents.step(document, [])
    return [(replace(whole, path=path), value) for path, value in _leaves(tree, whole.path)]


def _leaves(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yields the scalars and empty objects of a tree, with their paths."""
    if not isinstance(tree, dict) or not tree:
        yield path, tree
        return
    for key, value in tree.items():
        yield from _leaves(value, (*path, key))


def _is(place: Emitted, value: Any) -> str:
    """Returns the SQL of whether a value is at a path; NULL where nothing of its kind is."""
    if isinstance(value, bool):
        return f"({_only(place, oids.BOOL, {'bool': '{b}'}, ('BOOLEAN',))} = {str(value).lower()})"
    if value is None or value is JSON_NULL:
        return _only(place, oids.BOOL, {"null": "{z}"}, ("NULL",))
    if isinstance(value, str):
        text = _only(place, oids.TEXT, dict.fromkeys(_STRINGS, "{s}"), ("VARCHAR",))
        return f"({text} = {literal(value, oids.TEXT).sql})"
    if isinstance(value, int | Decimal):
        number = literal(Decimal(value), oids.NUMERIC)
        extent = WIDE if place.source is None else _extent_at(place)
        plain = {
            "int": cast("{i}", oids.NUMERIC, extent.scale, extent.digits),
            "number": "{n}",
        }
        kinds = ("UBIGINT", "BIGINT", "DOUBLE")
        found = _only(place, oids.NUMERIC, plain, kinds)
        if number.scale > WORKING_SCALE:
            raise UntranslatableError("containment of such a number")
        if number.digits + extent.digits <= DIGITS_MAX:
            return f"({found} = {number.sql})"
        return f"({found} = {cast(number.sql, oids.NUMERIC, WORKING_SCALE)})"
    if value == {}:
        return _only(place, oids.BOOL, {"object": "{o}"}, ("OBJECT",))
    raise UntranslatableError("containment of arrays")


def _only(place: Emitted, type_: int, plain: dict[str, str], kinds: Sequence[str]) -> str:
    """Returns the SQL of what is at a path if it is of some of DuckDB's kinds."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)

    def of_kind(place: Emitted) -> Emitted:
        if kinds[0] in {"NULL", "OBJECT"}:
            sql = "true"
        elif kinds[0] == "VARCHAR":
            sql = documents.text_at(place).sql
        else:
            sql = documents.scalar_at(place, type_).sql
        condition = f"{documents.kind_at(place)} IN ({listed})"
        return Emitted(f"(CASE WHEN {condition} THEN {sql} END)", type_)

    if place.source is None:
        return of_kind(place).sql
    return _read(place, type_, plain, of_kind)


# ---- readings ------------------------------------------------------------------------------------

_SHOWN: Final = {"int": "(CASE WHEN {i} IS NOT NULL THEN 0 END)", "number": "{d}"}


def _numbers(place: Emitted, type_: int, error: str) -> dict[str, str]:
    """Returns what becomes of numbers; one that isn't an integer doesn't become one."""
    if type_ == oids.FLOAT8:
        return {"int": "CAST({i} AS DOUBLE)", "number": "{f}"}
    if type_ == oids.NUMERIC:
        found = _extent_at(place)
        return {"int": cast("{i}", type_, found.scale, found.digits), "number": "{n}"}
    return {"int": cast("{i}", type_), "number": _whole_number("n", "d", type_, error)}


def _whole_number(letter: str, shown: str, type_: int, error: str) -> str:
    value = cast(f"{{{letter}}}", type_)
    return f"(CASE WHEN {{{shown}}} = 0 THEN {value} WHEN {{{shown}}} > 0 THEN {error} END)"


def _wrong(error: str) -> dict[str, str]:
    """Returns an error for each sort that is a text or a scalar of several."""
    sorts = (*_STRINGS, "int", "number", "bool")
    return {sort: _unless_null(_FIRST[sort], error) for sort in sorts}


def _flagged(error: str, *sorts: str) -> dict[str, str]:
    """Returns an error for sorts that only flags are held of."""
    return {sort: f"(CASE WHEN {{{_FIRST[sort]}}} THEN {error} END)" for sort in sorts}


def _unless_null(letter: str, error: str) -> str:
    return f"(CASE WHEN {{{letter}}} IS NOT NULL THEN {error} END)"


def _shown(value: Emitted) -> str:
    return value.shown if isinstance(value.shown, str) else str(value.shown)


def _number(
    place: Emitted,
    type_: int,
    plain: dict[str, str],
    shown: dict[str, str],
    by_text: Callable[[Emitted], Emitted],
) -> Emitted:
    sql = _read(place, type_, plain, by_text)
    if type_ != oids.NUMERIC:
        return Emitted(sql, type_)
    found = _extent_at(place)
    if found.is_uniform:
        return Emitted(sql, type_, found.scale, found.scale, digits=found.digits)

    def shown_by_text(inside: Emitted) -> Emitted:
        return Emitted(_shown(by_text(inside)), oids.INT4)

    scale = _read(place, oids.INT4, shown, shown_by_text)
    return Emitted(sql, type_, found.scale, scale, digits=found.digits)


def _read(
    place: Emitted,
    type_: int,
    plain: dict[str, str],
    by_text: Callable[[Emitted], Emitted] | None,
) -> str:
    """Returns the SQL of a column made of what is at a path.

    `plain` is SQL by sort, NULL for rows of any other, and `by_text` makes that of what the text
    says; None: only the key path knows.
    """
    assert place.source is not None
    found = _extent_at(place)
    alternatives = [
        Alternative(sort, "".join(sorted(set(_LETTER.findall(sql)))), sql, whole=_whole(sort, sql))
        for sort, sql in plain.items()
    ]
    inside = replace(place, sql=place.source.document, source=None)
    sql = _error(place, type_)
    if by_text is not None and documents.is_plain(place.path):
        sql = by_text(inside).sql
    letter = _FIRST["other"]
    text = f"(CASE WHEN {{{letter}}} THEN {sql} END)"
    alternatives.append(Alternative("other", letter, text, inside.sql in sql))
    kind = type_name(type_, found.scale, found.digits)
    return place.source.read(place.path, kind, tuple(alternatives))


def _whole(sort: str, sql: str) -> str:
    """Returns what a path is read as where all rows have a value of a sort there: a flag is true."""
    letter = _FIRST[sort]
    is_flag = sort in _FLAGS and sql == f"{{{letter}}}"
    return "true" if is_flag or sql == _there(letter) else ""

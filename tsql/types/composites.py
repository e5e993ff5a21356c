"""Composite types: rows under a name, whose fields have names and types.

A value is a Record that knows its fields' types and kinds. What the fields are depends on who asks, as
with enums: the session sees its own ALTER TYPE; where there is none, the newest known state answers.
Text form: (1,a,"b c",) with NULL as nothing between the commas. Messages: utils/adt/rowtypes.c.
"""

import struct
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from storage.errors import DatabaseError
from storage.objects import Attribute, CompositeType, View
from storage.row_types import is_row_type, row_array_id, row_type_id, row_type_of
from storage.schema import Table
from storage.types import Kind, Record
from tsql.catalog import pg
from tsql.env import Env
from tsql.types import oids
from tsql.types.array import array_input, array_output
from tsql.types.binary.arrays import register_array
from tsql.types.binary.records import record_send
from tsql.types.binary.registry import (
    Context,
    TrailingDataError,
    binary_io,
    forget_binary_io,
    insufficient,
    receive_column,
)
from tsql.types.boolean import BLANKS
from tsql.types.domains import check_value
from tsql.types.io import forget_text_io, input_of, text_io
from tsql.types.kinds import is_domain, kinds_of_type, register_kind
from tsql.types.record import record_out
from tsql.types.users import register_type, shown_name

_COUNT: Final = struct.Struct("!i")
_FIELD: Final = struct.Struct("!Ii")
#: The newest known states; of a row type, its relation.
_newest: dict[int, CompositeType | Table | View] = {}


def is_composite(oid: int) -> bool:
    """Returns whether the OID is that of a composite type, a row type perhaps that isn't known yet."""
    return oid in _newest or is_row_type(oid)


def is_row(oid: int) -> bool:
    """Returns whether values of the type are rows: of a composite type, or of none."""
    return oid == oids.RECORD or is_composite(oid)


def register_composite(found: CompositeType) -> None:
    """Makes a type, or its new state, known."""
    _newest[found.id] = found
    if not register_type(found, pg.types()[oids.RECORD], kind="c", category="C"):
        return
    text_io(found.id, partial(_parse, found.id), record_out)
    binary_io(found.id, record_send, partial(_receive, found.id))
    register_kind(found.id, found.array_id, Kind.COMPOSITE)


def register_row_type(relation: Table | View) -> None:
    """Makes a relation's row type, or its new state, known; what it reads and writes by comes later."""
    oid, array, like = row_type_id(relation.id), row_array_id(relation.id), pg.types()[oids.RECORD]
    shown = shown_name(relation.schema, relation.name)
    _newest[oid] = relation
    types = pg.types()
    types[oid] = pg.PgType(
        oid, shown, like.length, "c", "C", False, 0, array, like.delimiter, like.align,
        like.storage, like.by_value,
    )  # fmt: skip
    types[array] = pg.PgType(
        array, f"_{relation.name}", -1, "b", "A", False, oid, 0, ",", "d", "x", False
    )


def forget_row_type(relation_id: int) -> None:
    """Forgets the row type of a relation that is no more."""
    for oid in (row_type_id(relation_id), row_array_id(relation_id)):
        _newest.pop(oid, None)
        pg.types().pop(oid, None)
        forget_text_io(oid)
        forget_binary_io(oid)


def load_row_type(oid: int) -> bool:
    """Makes known how a row type, or arrays of it, are read and written; False: there is none."""
    oid &= ~1
    if oid not in _newest:
        return False
    array = oid + 1
    text_io(oid, partial(_parse, oid), record_out)
    binary_io(oid, record_send, partial(_receive, oid))
    text_io(array, array_input(oid), array_output(oid))
    register_array(array, oid)
    return True


def _newest_type(oid: int) -> CompositeType:
    found = _newest[oid]
    return found if isinstance(found, CompositeType) else row_type_of(found)


def composite_type(oid: int, env: Env) -> CompositeType:
    """Returns the type as the session sees it."""
    look_up = getattr(env.session, "composite_type", None)
    found: CompositeType | None = None if look_up is None else look_up(oid)
    return _newest_type(oid) if found is None else found


def attributes_of(oid: int, env: Env) -> tuple[Attribute, ...]:
    """Returns the fields of a composite type."""
    return composite_type(oid, env).attributes


def newest_attributes(oid: int) -> tuple[Attribute, ...]:
    """Returns likewise those of its newest known state."""
    return _newest_type(oid).attributes


def row_of(attributes: Sequence[Attribute], values: Sequence[Any]) -> Record:
    """Returns the value of a composite type with these fields."""
    types = tuple([attribute.sql_type for attribute in attributes])
    return Record.of(values, types, kinds_of_fields(types))


def kinds_of_fields(types: tuple[int, ...]) -> tuple[tuple[Kind, Kind | None], ...]:
    """Returns the kinds of fields of these types."""
    return tuple([kinds_of_type(type_) or (Kind.TEXT, None) for type_ in types])


# ---- text ----------------------------------------------------------------------------------------


def _malformed(text: str, detail: str) -> DatabaseError:
    return DatabaseError("22P02", f'malformed record literal: "{text}"', detail=detail)


def _parse(oid: int, text: str, _typmod: int, env: Env) -> Record:
    attributes = attributes_of(oid, env)
    stripped = text.lstrip(BLANKS)
    if not stripped.startswith("("):
        raise _malformed(text, "Missing left parenthesis.")
    at = len(text) - len(stripped) + 1
    values: list[Any] = []
    for number, attribute in enumerate(attributes):
        if number:
            if text[at : at + 1] != ",":
                raise _malformed(text, "Too few columns.")
            at += 1
        field, at = _field(text, at)
        if field is None:
            _check_null(attribute, env)
            values.append(None)
        else:
            values.append(input_of(attribute.sql_type)(field, attribute.typmod, env))
    if text[at : at + 1] != ")":
        raise _malformed(text, "Too many columns.")
    if text[at + 1 :].strip(BLANKS):
        raise _malformed(text, "Junk after right parenthesis.")
    return row_of(attributes, values)


def _check_null(attribute: Attribute, env: Env) -> None:
    """Raises 23502 where NULL is none of the field's domain."""
    if is_domain(attribute.sql_type):
        check_value(attribute.sql_type, None, env)


def _field(text: str, at: int) -> tuple[str | None, int]:
    """Returns a field's text, None for NULL, and where the next comma or parenthesis is."""
    if text[at : at + 1] in {",", ")"}:
        return None, at
    result: list[str] = []
    is_quoted = False
    while is_quoted or text[at : at + 1] not in {",", ")"}:
        character = text[at : at + 1]
        at += 1
        if not character:
            raise _malformed(text, "Unexpected end of input.")
        if character == "\\":
            if at >= len(text):
                raise _malformed(text, "Unexpected end of input.")
            result.append(text[at])
            at += 1
        elif character == '"':
            if is_quoted and text[at : at + 1] == '"':
                result.append('"')
                at += 1
            else:
                is_quoted = not is_quoted
        else:
            result.append(character)
    return "".join(result), at


# ---- binary --------------------------------------------------------------------------------------


def _receive(oid: int, raw: bytes, context: Context) -> Record:
    attributes = attributes_of(oid, context.env)
    if len(raw) < _COUNT.size:
        raise insufficient()
    (count,) = _COUNT.unpack_from(raw)
    if count != len(attributes):
        message = f"wrong number of columns: {count}, expected {len(attributes)}"
        raise DatabaseError("42804", message)
    at = _COUNT.size
    values: list[Any] = []
    for number, attribute in enumerate(attributes, 1):
        if len(raw) < at + _FIELD.size:
            raise insufficient()
        sent, size = _FIELD.unpack_from(raw, at)
        at += _FIELD.size
        _check_type(sent, attribute, number)
        if size == -1:
            _check_null(attribute, context.env)
            values.append(None)
            continue
        if size < -1 or len(raw) < at + size:
            raise insufficient()
        values.append(_received(raw[at : at + size], attribute, number, context))
        at += size
    if at != len(raw):
        raise TrailingDataError
    return row_of(attributes, values)


def _check_type(sent: int, attribute: Attribute, number: int) -> None:
    """Raises 42804 for another built-in type; a user's OID may differ from database to database."""
    expected = attribute.sql_type
    if sent != expected and max(sent, expected) < pg.FIRST_OWN_OID:
        types = pg.types()
        names = [types[oid].name if oid in types else "???" for oid in (sent, expected)]
        raise DatabaseError(
            "42804",
            f"binary data has type {sent} ({names[0]}) instead of expected {expected} ({names[1]})"
            f" in record column {number}",
        )


def _received(raw: bytes, attribute: Attribute, number: int, context: Context) -> Any:
    try:
        return receive_column(attribute.sql_type, attribute.typmod)(raw, context)
    except TrailingDataError:
        message = f"improper binary format in record column {number}"
        raise DatabaseError("22P03", message) from None

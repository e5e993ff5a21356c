"""Enums: types that CREATE TYPE … AS ENUM makes, known to the type tables while the server lives.

A value is a *code*: bytes that are stored, compared and used as keys as they are, for their order is
the labels' order. A label's code never changes and is never another's; ADD VALUE BEFORE finds one in
between, so no stored value or index entry is touched.

Which labels there are depends on who asks: a session inside a transaction sees its own ALTER TYPE.
So input and output ask the session; where there is none (a stored expression), the newest known
state of the type answers. OIDs are never given twice, so a type may stay registered when its
transaction has failed: no name leads to it.
"""

from functools import partial
from typing import Any, Final

from storage.errors import DatabaseError
from storage.objects import EnumType
from storage.types import Kind
from tsql.catalog import pg
from tsql.env import Env
from tsql.types import oids
from tsql.types.binary.registry import Context, binary_io
from tsql.types.floats import float4
from tsql.types.io import text_io
from tsql.types.kinds import register_kind
from tsql.types.type_names import type_name_in
from tsql.types.users import register_type

LABEL_BYTES_MAX: Final = 63

_newest: dict[int, EnumType] = {}
_codes: dict[tuple[int, int], dict[str, bytes]] = {}
_names: dict[tuple[int, int], dict[bytes, str]] = {}


def is_enum(oid: int) -> bool:
    """Returns whether the OID is an enum's."""
    row = pg.types().get(oid)
    return row is not None and row.kind == "e"


def register_enum(found: EnumType) -> None:
    """Makes a type, or its new state, known."""
    _newest[found.id] = found
    if not register_type(found, pg.types()[oids.OID], kind="e", category="E"):
        return
    text_io(found.id, partial(_parse, found.id), partial(_render, found.id))
    binary_io(found.id, partial(_send, found.id), partial(_receive, found.id))
    register_kind(found.id, found.array_id, Kind.BYTES)


def sort_orders(found: EnumType) -> list[float]:
    """Returns the labels' numbers as pg_enum has them, which are PostgreSQL's."""
    return [
        float(place) if label.order is None else label.order
        for place, label in enumerate(found.labels, 1)
    ]


def order_inserted(orders: list[float], at: int) -> list[float]:
    """Returns the numbers with one more at a place: in the middle, while float4 has one there."""
    if not orders:
        new = 1.0
    elif at == len(orders):
        new = orders[-1] + 1
    elif at == 0:
        new = orders[0] - 1
    else:
        new = float4((orders[at - 1] + orders[at]) / 2)
        if new in orders[at - 1 : at + 1]:
            return order_inserted([float(place) for place in range(1, len(orders) + 1)], at)
    return [*orders[:at], new, *orders[at:]]


def enum_type(oid: int, env: Env) -> EnumType:
    """Returns the type as the session sees it."""
    look_up = getattr(env.session, "enum_type", None)
    found: EnumType | None = None if look_up is None else look_up(oid)
    return _newest[oid] if found is None else found


def code_of(found: EnumType, label: str, env: Env) -> bytes:
    """Returns the code of a label. Raises 22P02, 55P04."""
    key = found.id, found.version
    codes = _codes.get(key)
    if codes is None:
        if len(_codes) > 1000:
            _codes.clear()
        codes = _codes[key] = {each.name: each.code for each in found.labels}
    code = codes.get(label)
    if code is None:
        shown = type_name_in(env, found.id)
        raise DatabaseError("22P02", f'invalid input value for enum {shown}: "{label}"')
    check_safe(found, code, env)
    return code


def check_safe(found: EnumType, code: bytes, env: Env) -> None:
    """Raises 55P04 for a label that this very transaction has added: it isn't there for others yet."""
    is_safe = getattr(env.session, "is_safe_label", None)
    if is_safe is None or is_safe(found, code):
        return
    shown = type_name_in(env, found.id)
    raise DatabaseError(
        "55P04",
        f'unsafe use of new value "{label_of(found, code)}" of enum type {shown}',
        hint="New enum values must be committed before they can be used.",
    )


def label_of(found: EnumType, code: bytes) -> str:
    """Returns the label of a code."""
    key = found.id, found.version
    names = _names.get(key)
    if names is None:
        if len(_names) > 1000:
            _names.clear()
        names = _names[key] = {each.code: each.name for each in found.labels}
    name = names.get(code)
    if name is None:
        raise DatabaseError("22P03", f"invalid internal value for enum: {code.hex()}")
    return name


def _parse(oid: int, text: str, _typmod: int, env: Env) -> bytes:
    return code_of(enum_type(oid, env), text, env)


def _render(oid: int, value: bytes, env: Env) -> str:
    return label_of(enum_type(oid, env), value)


def _send(oid: int, value: Any, context: Context) -> bytes:
    return context.encoding.encode(_render(oid, value, context.env))


def _receive(oid: int, raw: bytes, context: Context) -> bytes:
    return _parse(oid, context.encoding.decode(raw), -1, context.env)


# ---- codes ---------------------------------------------------------------------------------------

_DIGIT_MAX: Final = 0xFF


def first_codes(count: int) -> list[bytes]:
    """Returns the codes of a new type's labels: two bytes each, spread out."""
    step = max(1, 0xFFFF // (count + 1))
    return [_trimmed((step * (at + 1)).to_bytes(2, "big")) for at in range(count)]


def code_between(low: bytes, high: bytes | None) -> bytes:
    """Returns a code between two others; `low` b'' and `high` None stand for the ends.

    A code is a fraction 0.d1d2d3… of base 256 that doesn't end in zero, so there is always another
    in between.
    """
    result = bytearray()
    at = 0
    while True:
        below = low[at] if at < len(low) else 0
        above = high[at] if high is not None and at < len(high) else _DIGIT_MAX + 1
        if above - below > 1:
            result.append((below + above) // 2)
            return bytes(result)
        result.append(below)
        if above > below:
            high = None  # anything behind this digit is below `high`
        at += 1


def _trimmed(code: bytes) -> bytes:
    return code.rstrip(b"\0") or b"\1"

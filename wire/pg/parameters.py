"""Parameters of Bind: bytes to values, by the types that the statement has.

Errors get PostgreSQL's context, which names the parameter. Common types in text format have short
cuts that accept the plain forms only and leave everything else to the type's own input function.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.types import oids
from tsql.types.binary.registry import Context, Receive, TrailingDataError, receive_of
from tsql.types.io import input_of
from wire.pg.codec import protocol_violation
from wire.pg.frontend import Bind
from wire.pg.rows import unsupported_format

_PLAIN_TEXTS: Final = frozenset({oids.TEXT, oids.VARCHAR, oids.UNKNOWN})
_INTEGER_DIGITS: Final = {oids.INT2: 4, oids.INT4: 9, oids.INT8: 18, oids.OID: 9}


def check_format_count(message: Bind) -> None:
    """Raises 08P01 unless there is no format code, one for all, or one per value."""
    formats, values = len(message.formats), len(message.values)
    if formats > 1 and formats != values:
        raise protocol_violation(
            f"bind message has {formats} parameter formats but {values} parameters"
        )


def decoders_of(types: Sequence[int], formats: Sequence[int]) -> tuple[Receive, ...]:
    """Returns one decoder per parameter."""
    spread = formats if len(formats) > 1 else tuple(formats or (0,)) * len(types)
    return tuple(_decoder(oid, code) for oid, code in zip(types, spread, strict=True))


def _decoder(oid: int, code: int) -> Receive:
    if code == 1:
        return _deferred(receive_of, oid)
    if code != 0:
        return _refusing(unsupported_format(code))
    if oid in _PLAIN_TEXTS:
        return _text
    if oid in _INTEGER_DIGITS:
        return _integer(oid, _INTEGER_DIGITS[oid])
    return _deferred(_text_receive_of, oid)


def _deferred(find: Callable[[int], Receive], oid: int) -> Receive:
    """Returns the type's decoder, or one that raises if there is none: a NULL needs none."""
    try:
        return find(oid)
    except DatabaseError as error:
        return _refusing(error)


def _refusing(error: DatabaseError) -> Receive:
    def refuse(_raw: bytes, _context: Context) -> Any:
        # A new one each time: its context is going to be filled in.
        raise DatabaseError(error.sqlstate, error.message)

    return refuse


def _text(raw: bytes, context: Context) -> str:
    return context.encoding.decode(raw)


def _text_receive_of(oid: int) -> Receive:
    parse = input_of(oid)

    def receive(raw: bytes, context: Context) -> Any:
        return _parsed(parse, context.encoding.decode(raw), context)

    return receive


def _integer(oid: int, digits_max: int) -> Receive:
    parse = input_of(oid)

    def receive(raw: bytes, context: Context) -> Any:
        if raw.isdigit() and len(raw) <= digits_max:
            return int(raw)
        return _parsed(parse, context.encoding.decode(raw), context)

    return receive


class _InputError(Exception):
    """A text was read but isn't a value of its type: PostgreSQL's context hints at the text."""

    def __init__(self, error: DatabaseError) -> None:
        super().__init__(error)
        self.error = error


def _parsed(parse: Callable[..., Any], text: str, context: Context) -> Any:
    try:
        return parse(text, -1, context.env)
    except DatabaseError as error:
        raise _InputError(error) from None


def decode_parameters(
    message: Bind, decoders: Sequence[Receive], context: Context
) -> tuple[Any, ...]:
    """Returns the values of the parameters that a Bind carries. Raises what their types raise."""
    values: list[Any] = []
    for position, (raw, decode) in enumerate(zip(message.values, decoders, strict=True)):
        if raw is None:
            values.append(None)
            continue
        try:
            values.append(decode(raw, context))
        except _InputError as failure:
            shown = " = '...'" if raw else " = ''"
            raise _located(failure.error, message.portal, position, shown) from None
        except TrailingDataError:
            error = DatabaseError(
                "22P03", f"incorrect binary data format in bind parameter {position + 1}"
            )
            raise _located(error, message.portal, position) from None
        except DatabaseError as error:
            raise _located(error, message.portal, position) from None
    return tuple(values)


def _located(error: DatabaseError, portal: str, position: int, hint: str = "") -> DatabaseError:
    """Adds which parameter it was to the error's context."""
    name = f'portal "{portal}"' if portal else "unnamed portal"
    where = f"{name} parameter ${position + 1}{hint}"
    error.context = f"{error.context}\n{where}" if error.context else where
    return error

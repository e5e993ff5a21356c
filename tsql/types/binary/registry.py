"""The registry of binary input and output, by type.

`send` gives the bytes of a value that isn't NULL; `receive` reads exactly one value's bytes: with too
few it raises 08P01, with too many `TrailingDataError`, whose message its caller knows better. Text
inside values is in the client's encoding, so both get a `Context`.
"""

from collections.abc import Callable
from typing import Any, Final

from storage.errors import DatabaseError
from storage.records import dataclass
from tsql.catalog import pg
from tsql.encodings import UTF8, Encoding
from tsql.env import Env
from tsql.types.io import input_of, load_type, output_of


@dataclass(frozen=True, slots=True)
class Context:
    """What values need besides themselves: the client's encoding, the session's settings."""

    encoding: Encoding
    env: Env


Send = Callable[[Any, Context], bytes]
Receive = Callable[[bytes, Context], Any]

#: For values that leave no client's encoding to respect (SQL functions such as textsend).
PLAIN: Final = Context(UTF8, Env())

_SEND: dict[int, Send] = {}
_RECEIVE: dict[int, Receive] = {}


class TrailingDataError(DatabaseError):
    """Bytes are left behind a value."""

    def __init__(self) -> None:
        super().__init__("22P03", "incorrect binary data format")


def binary_io(oid: int, send: Send, receive: Receive | None) -> None:
    """Registers a type; one without `receive` can only be read."""
    _SEND[oid] = send
    if receive is not None:
        _RECEIVE[oid] = receive


def forget_binary_io(oid: int) -> None:
    """Forgets a type that is no more."""
    _SEND.pop(oid, None)
    _RECEIVE.pop(oid, None)


def send_of(oid: int) -> Send:
    """Returns the type's binary output. Raises 42883 for a type without one, as PostgreSQL does."""
    send = _SEND.get(oid)
    if send is None:
        if load_type(oid):
            return send_of(oid)
        raise _no_function("output", oid)
    return send


def receive_of(oid: int) -> Receive:
    """Returns the type's binary input. Raises 42883 for a type without one."""
    receive = _RECEIVE.get(oid)
    if receive is None:
        if load_type(oid):
            return receive_of(oid)
        raise _no_function("input", oid)
    return receive


def receive_column(oid: int, typmod: int) -> Receive:
    """Returns the binary input of a column: with its type modifier applied (COPY).

    The modifier is applied by way of text, whose input function knows it.
    """
    receive = receive_of(oid)
    if typmod < 0:
        return receive
    parse, render = input_of(oid), output_of(oid)

    def receive_modified(raw: bytes, context: Context) -> Any:
        return parse(render(receive(raw, context), context.env), typmod, context.env)

    return receive_modified


def sized(raw: bytes, size: int) -> bytes:
    """Returns bytes that must be exactly so many. Raises 08P01, TrailingDataError."""
    if len(raw) < size:
        raise insufficient()
    if len(raw) > size:
        raise TrailingDataError
    return raw


def insufficient() -> DatabaseError:
    """Returns the error for a value whose bytes end too early."""
    return DatabaseError("08P01", "insufficient data left in message")


def _no_function(direction: str, oid: int) -> DatabaseError:
    row = pg.types().get(oid)
    name = row.name if row is not None else str(oid)
    return DatabaseError("42883", f"no binary {direction} function available for type {name}")

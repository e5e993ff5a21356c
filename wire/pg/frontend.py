"""Frontend messages: what a client says after its startup, as values, and their decoding.

`decode(kind, payload, text)` turns one framed message into its value; `text` decodes the client's
encoding. What can't be read (08P01, 22021) becomes `Malformed`: its frame is consumed all the same,
so a malformed message never costs the connection. The layouts are in the chapter "Message Formats"
of PostgreSQL's manual.
"""

import struct
from collections.abc import Callable
from typing import Final, Union

import msgspec

from storage.errors import DatabaseError
from wire.pg.codec import INT32, PayloadReader, protocol_violation
from wire.pg.limits import SMALL_MESSAGE_BYTES_MAX

Text = Callable[[bytes], str]


class Query(msgspec.Struct, frozen=True, gc=False):
    """A string of statements."""

    sql: str


class Parse(msgspec.Struct, frozen=True, gc=False):
    """Prepare a statement; a type of 0 is to be inferred."""

    name: str
    sql: str
    types: tuple[int, ...]


class Bind(msgspec.Struct, frozen=True, gc=False):
    """Make a portal. Formats: none (all text), one for all, or one each."""

    portal: str
    statement: str
    formats: tuple[int, ...]
    values: tuple[bytes | None, ...]
    result_formats: tuple[int, ...]


class Execute(msgspec.Struct, frozen=True, gc=False):
    """Run a portal for at most `row_limit` rows; 0 is no limit."""

    portal: str
    row_limit: int


class DescribeStatement(msgspec.Struct, frozen=True, gc=False):
    """Ask for a statement's parameter types and row description."""

    name: str


class DescribePortal(msgspec.Struct, frozen=True, gc=False):
    """Ask for a portal's row description."""

    name: str


class CloseStatement(msgspec.Struct, frozen=True, gc=False):
    """Forget a statement; one that isn't there is no error."""

    name: str


class ClosePortal(msgspec.Struct, frozen=True, gc=False):
    """Forget a portal, likewise."""

    name: str


class Sync(msgspec.Struct, frozen=True, gc=False):
    """End of a pipeline's segment: commit, be ready."""


class Flush(msgspec.Struct, frozen=True, gc=False):
    """Send what is buffered."""


class Terminate(msgspec.Struct, frozen=True, gc=False):
    """Goodbye."""


class FunctionCall(msgspec.Struct, frozen=True, gc=False):
    """The fast path of old: refused."""

    function: int


class CopyData(msgspec.Struct, frozen=True, gc=False):
    """A piece of COPY FROM STDIN: one message's payload or several in a row."""

    data: bytes


class CopyDone(msgspec.Struct, frozen=True, gc=False):
    """End of the copied data."""


class CopyFail(msgspec.Struct, frozen=True, gc=False):
    """The client gives up its copy."""

    message: str


class Malformed(msgspec.Struct, frozen=True):
    """A message that can't be read; `kind` says how to recover."""

    error: DatabaseError
    kind: int


FrontendMessage = Union[  # noqa: UP007 - a Union reads better over several lines
    Query, Parse, Bind, Execute, DescribeStatement, DescribePortal, CloseStatement, ClosePortal,
    Sync, Flush, Terminate, FunctionCall, CopyData, CopyDone, CopyFail, Malformed,
]  # fmt: skip

_INT32_AT: Final = INT32.unpack_from
_SYNC = Sync()
_FLUSH = Flush()
_TERMINATE = Terminate()
_COPY_DONE = CopyDone()


def _query(payload: bytes, text: Text) -> Query:
    if payload.find(0) != len(payload) - 1 or not payload:
        reader = PayloadReader(payload)
        reader.cstring()
        reader.end()
    return Query(text(payload[:-1]))


def _parse(payload: bytes, text: Text) -> Parse:
    reader = PayloadReader(payload)
    name = reader.cstring()
    sql = reader.cstring()
    count = reader.uint16()
    types = struct.unpack(f"!{count}I", reader.take(4 * count)) if count else ()
    reader.end()
    return Parse(text(name), text(sql), types)


def _bind(payload: bytes, text: Text) -> Bind:
    """Reads Bind by hand: with Execute it is the hottest message."""
    portal_end = payload.find(0)
    statement_end = payload.find(0, portal_end + 1)
    if portal_end < 0 or statement_end < 0:
        raise protocol_violation("invalid string in message")
    try:
        formats, offset = _int16s(payload, statement_end + 1)
        count = (payload[offset] << 8) + payload[offset + 1]
        offset += 2
        values: list[bytes | None] = []
        for _ in range(count):
            (length,) = _INT32_AT(payload, offset)
            offset += 4
            if length == -1:
                values.append(None)
                continue
            end = offset + length
            if length < 0 or end > len(payload):
                raise protocol_violation("insufficient data left in message")
            values.append(payload[offset:end])
            offset = end
        result_formats, offset = _int16s(payload, offset)
    except (struct.error, IndexError):
        raise protocol_violation("insufficient data left in message") from None
    if offset != len(payload):
        raise protocol_violation("invalid message format")
    portal = text(payload[:portal_end]) if portal_end else ""
    statement = text(payload[portal_end + 1 : statement_end])
    return Bind(portal, statement, formats, tuple(values), result_formats)


def _int16s(payload: bytes, offset: int) -> tuple[tuple[int, ...], int]:
    """Returns a counted list of int16 and the offset behind it."""
    count = (payload[offset] << 8) + payload[offset + 1]
    if not count:
        return (), offset + 2
    if count == 1 and not payload[offset + 2]:
        return (payload[offset + 3],), offset + 4
    return struct.unpack_from(f"!{count}h", payload, offset + 2), offset + 2 + 2 * count


def _execute(payload: bytes, text: Text) -> Execute:
    reader = PayloadReader(payload)
    portal = reader.cstring()
    row_limit = reader.int32()
    reader.end()
    return Execute(text(portal), max(row_limit, 0))


def _describe(payload: bytes, text: Text) -> DescribeStatement | DescribePortal:
    kind, name = _kind_and_name(payload, text)
    if kind == b"S":
        return DescribeStatement(name)
    if kind == b"P":
        return DescribePortal(name)
    raise protocol_violation(f"invalid DESCRIBE message subtype {kind[0]}")


def _close(payload: bytes, text: Text) -> CloseStatement | ClosePortal:
    kind, name = _kind_and_name(payload, text)
    if kind == b"S":
        return CloseStatement(name)
    if kind == b"P":
        return ClosePortal(name)
    raise protocol_violation(f"invalid CLOSE message subtype {kind[0]}")


def _kind_and_name(payload: bytes, text: Text) -> tuple[bytes, str]:
    reader = PayloadReader(payload)
    kind = reader.byte()
    name = reader.cstring()
    reader.end()
    return bytes((kind,)), text(name)


def _sync(payload: bytes, _text: Text) -> Sync:
    PayloadReader(payload).end()
    return _SYNC


def _flush(payload: bytes, _text: Text) -> Flush:
    PayloadReader(payload).end()
    return _FLUSH


def _terminate(_payload: bytes, _text: Text) -> Terminate:
    return _TERMINATE


def _function_call(payload: bytes, _text: Text) -> FunctionCall:
    return FunctionCall(PayloadReader(payload).uint32())


def _copy_data(payload: bytes, _text: Text) -> CopyData:
    return CopyData(payload)


def _copy_done(_payload: bytes, _text: Text) -> CopyDone:
    return _COPY_DONE


def _copy_fail(payload: bytes, text: Text) -> CopyFail:
    return CopyFail(text(PayloadReader(payload).cstring()))


_DECODERS: dict[int, Callable[[bytes, Text], FrontendMessage]] = {
    ord("Q"): _query,
    ord("P"): _parse,
    ord("B"): _bind,
    ord("E"): _execute,
    ord("D"): _describe,
    ord("C"): _close,
    ord("S"): _sync,
    ord("H"): _flush,
    ord("X"): _terminate,
    ord("F"): _function_call,
    ord("d"): _copy_data,
    ord("c"): _copy_done,
    ord("f"): _copy_fail,
}
_PLAIN_DECODERS: Final = {
    kind: decoder for kind, decoder in _DECODERS.items() if kind not in b"dcf"
}

#: Frames without data of their own (Execute, Describe, Close, Sync …) come in few forms.
_FRAMES: Final[dict[bytes, FrontendMessage]] = {}
_REPEATED_KINDS: Final = frozenset(b"EDCSH")
_FRAME_COUNT_MAX: Final = 1024
_FRAME_BYTES_MAX: Final = 64


def decode_frame(frame: bytes, text: Text) -> FrontendMessage | None:
    """Returns the message in a whole frame; None for one that counts in special states only."""
    message = _FRAMES.get(frame)
    if message is not None:
        return message
    decoder = _PLAIN_DECODERS.get(frame[0])
    if decoder is None:
        return None
    try:
        message = decoder(frame[5:], text)
    except DatabaseError as error:
        return Malformed(error, frame[0])
    if frame[0] in _REPEATED_KINDS and len(frame) <= _FRAME_BYTES_MAX and frame.isascii():
        if len(_FRAMES) >= _FRAME_COUNT_MAX:
            _FRAMES.clear()
        _FRAMES[frame] = message
    return message


#: One run of a prepared statement: Bind of the unnamed portal, (Describe,) Execute, Sync. Its head
#: (the statement's name, the formats and the number of its parameters), the parameters' values, the
#: result formats as Bind has them, whether the portal is described, too, and where all of it ends.
#: A bare tuple, for it is made at each run.
PreparedRun = tuple[bytes, list[bytes | None], bytes, bool, int]

_EXECUTE_SYNC: Final = b"E\0\0\0\x09\0\0\0\0\0S\0\0\0\4"
_DESCRIBE_EXECUTE_SYNC: Final = b"D\0\0\0\6P\0" + _EXECUTE_SYNC


def prepared_run(buffer: bytes, offset: int) -> PreparedRun | None:
    """Returns the run that begins with the Bind there; None if it is something else, or not all of it is here.

    What isn't well-formed is left to the decoders of the single messages.
    """
    try:
        if buffer[offset + 5]:
            return None  # a portal with a name
        (length,) = _INT32_AT(buffer, offset + 1)
        end = offset + 1 + length
        if buffer.startswith(_DESCRIBE_EXECUTE_SYNC, end):
            is_described, run_end = True, end + len(_DESCRIBE_EXECUTE_SYNC)
        elif buffer.startswith(_EXECUTE_SYNC, end):
            is_described, run_end = False, end + len(_EXECUTE_SYNC)
        else:
            return None
        name_end = buffer.index(0, offset + 6, end)
        at = name_end + 5 + 2 * ((buffer[name_end + 1] << 8) + buffer[name_end + 2])
        count = (buffer[at - 2] << 8) + buffer[at - 1]
        head = buffer[offset + 6 : at]
        values: list[bytes | None] = []
        for _ in range(count):
            (size,) = _INT32_AT(buffer, at)
            at += 4
            if size >= 0:
                values.append(buffer[at : at + size])
                at += size
            elif size == -1:
                values.append(None)
            else:
                return None
    except (IndexError, ValueError, struct.error):
        return None
    if length > SMALL_MESSAGE_BYTES_MAX or at + 2 > end:
        return None
    return head, values, buffer[at:end], is_described, run_end


def statement_name(head: bytes, text: Text) -> str:
    """Returns the name of the statement in a run's head. Raises 22021."""
    return text(head[: head.index(0)])


def formats_of(head: bytes) -> tuple[int, ...]:
    """Returns the parameters' formats in a run's head."""
    return _int16s(head, head.index(0) + 1)[0]


def result_formats_of(tail: bytes) -> tuple[int, ...] | None:
    """Returns the result formats at the end of a Bind; None if they aren't well-formed."""
    try:
        formats, end = _int16s(tail, 0)
    except (IndexError, struct.error):
        return None
    return formats if end == len(tail) else None


def whole_query(buffer: bytes, offset: int, text: Text) -> tuple[str, int] | None:
    """Returns the text of the Query that begins there, and its end; None as in `prepared_run`."""
    if len(buffer) < offset + 6:
        return None
    (length,) = _INT32_AT(buffer, offset + 1)
    end = offset + 1 + length
    if length > SMALL_MESSAGE_BYTES_MAX or buffer.find(0, offset + 5) != end - 1:
        return None
    try:
        return text(buffer[offset + 5 : end - 1]), end
    except DatabaseError:
        return None


def decode(kind: int, payload: bytes, text: Text) -> FrontendMessage:
    """Returns the message; `Malformed` in place of one that can't be read."""
    try:
        return _DECODERS[kind](payload, text)
    except DatabaseError as error:
        return Malformed(error, kind)

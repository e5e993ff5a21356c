r"""One connection's bytes, in order: framing, phases, limits. No I/O: bytes in, messages out.

    connection = Connection(limits)
    connection.receive(b"\0\0\0...")     # as it comes, cut anywhere
    connection.next_startup()            # a StartupPacket, DirectTls, or None: needs more bytes
    connection.next_authentication()     # while a password is asked for
    connection.next_message()            # from the first ReadyForQuery on

How the bytes were cut never changes what comes out. `FatalError` is to be sent, then the connection
closed; `Disconnect` is to be closed upon without a word, as PostgreSQL does where the stream makes
no sense any more.

    flag       set by                  effect
    skipping   skip_until_sync()       everything up to Sync (or Terminate) is dropped
    copying    begin_copy/end_copy()   CopyData, CopyDone, CopyFail count; else they are dropped
"""

from typing import Final

from storage.errors import DatabaseError, FatalError
from tsql.encodings import UTF8, Encoding
from wire.pg import frontend
from wire.pg.codec import INT32, protocol_violation
from wire.pg.frontend import PreparedRun
from wire.pg.limits import (
    AUTHENTICATION_BYTES_MAX,
    COPY_CHUNK_BYTES,
    MESSAGE_BYTES_ABSOLUTE_MAX,
    SMALL_MESSAGE_BYTES_MAX,
    STARTUP_BYTES_MAX,
    Limits,
)
from wire.pg.startup import DirectTls, GssRequest, SslRequest, StartupPacket, decode_startup

_LARGE_KINDS: Final = frozenset(b"QPBFd")
_SMALL_KINDS: Final = frozenset(b"DCESHXcf")
_COPY_KINDS: Final = frozenset(b"dcf")
_ALLOWED_IN_COPY: Final = frozenset(b"dcfHS")
_SYNC, _TERMINATE, _COPY_DATA, _PASSWORD, _BIND, _QUERY = b"SXdpBQ"
_LENGTH_AT: Final = INT32.unpack_from
_TLS_HANDSHAKE: Final = 0x16
_CANCEL_REQUEST_BYTES: Final = 16


class Disconnect(Exception):  # noqa: N818 - not a fault of ours: the connection just ends
    """The connection ends without a word to the client; the text is for the log."""


class Connection:
    """The incoming half of one connection."""

    def __init__(self, limits: Limits) -> None:
        self._decode_text = UTF8.decode
        self._encoding = UTF8
        self._is_exceptional = limits.message_bytes_max < SMALL_MESSAGE_BYTES_MAX
        self._is_skipping = False
        self._is_copying = False
        self._limits = limits
        self._buffer = b""  # complete up to _offset, then what isn't read yet
        self._offset = 0
        self._pending = bytearray()  # received later than _buffer
        self._discarding = 0
        self._too_long: frontend.Malformed | None = None
        self._has_lost_sync = False
        self._is_first = True
        self._ssl_allowed = True
        self._gss_allowed = True

    # ---- bytes -----------------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """Takes the next bytes of the stream."""
        if self._discarding:
            dropped = min(self._discarding, len(data))
            self._discarding -= dropped
            data = data[dropped:]
        if self._offset == len(self._buffer) and not self._pending:
            self._buffer, self._offset = data, 0
        else:
            self._pending += data

    @property
    def backlog(self) -> int:
        """Bytes received and not read as messages yet."""
        return len(self._buffer) - self._offset + len(self._pending)

    @property
    def has_unread(self) -> bool:
        """Whether there are such bytes."""
        return self._offset < len(self._buffer) or bool(self._pending)

    def take_raw(self) -> bytes:
        """Returns and forgets all unread bytes: they belong to another layer (TLS)."""
        raw = self._buffer[self._offset :] + bytes(self._pending)
        self._buffer, self._offset = b"", 0
        self._pending.clear()
        return raw

    def _has(self, count: int) -> bool:
        """Whether `count` bytes can be read at `_offset` of `_buffer`; gathers them if need be.

        Bytes are joined only when there are enough, so a long message is copied once, however
        many pieces it came in.
        """
        available = len(self._buffer) - self._offset
        if available >= count:
            return True
        if available + len(self._pending) < count:
            return False
        self._buffer = b"".join((self._buffer[self._offset :], self._pending))
        self._offset = 0
        self._pending = bytearray()
        return True

    def _forget_read(self) -> None:
        """Lets go of bytes that were read: an idle client's last message may have been huge."""
        if self._offset == len(self._buffer):
            self._buffer, self._offset = b"", 0

    # ---- startup ---------------------------------------------------------------------------------

    def next_startup(self) -> StartupPacket | DirectTls | None:
        """Returns the next packet, or None if more bytes are needed."""
        if not self._has(1):
            return None
        if self._is_first and self._buffer[self._offset] == _TLS_HANDSHAKE:
            return DirectTls()
        if not self._has(4):
            return None
        (length,) = INT32.unpack_from(self._buffer, self._offset)
        if not 8 <= length <= STARTUP_BYTES_MAX + 4:
            raise Disconnect("invalid length of startup packet")
        if not self._has(length):
            return None
        body = self._buffer[self._offset + 4 : self._offset + length]
        self._offset += length
        self._is_first = False
        if body[:4] == b"\x04\xd2\x16\x2e" and length != _CANCEL_REQUEST_BYTES:
            raise Disconnect("invalid length of query cancel packet")
        packet = decode_startup(body, ssl_allowed=self._ssl_allowed, gss_allowed=self._gss_allowed)
        if isinstance(packet, SslRequest):
            self._ssl_allowed = False
        elif isinstance(packet, GssRequest):
            self._gss_allowed = False
        return packet

    def begin_tls(self) -> None:
        """From here on the bytes received are what TLS decrypted. Raises if some came too early."""
        if self.backlog:
            raise FatalError(
                "08P01",
                "received unencrypted data after SSL request",
                detail="This could be either a client-software bug or evidence of an attempted"
                " man-in-the-middle attack.",
            )
        self._is_first = self._ssl_allowed = self._gss_allowed = False

    def next_authentication(self, expected: str) -> bytes | None:
        """Returns the next password or SASL response, or None if more bytes are needed."""
        if not self._has(5):
            return None
        kind = self._buffer[self._offset]
        if kind != _PASSWORD:
            raise FatalError("08P01", f"expected {expected} response, got message type {kind}")
        (length,) = INT32.unpack_from(self._buffer, self._offset + 1)
        if not 4 <= length <= AUTHENTICATION_BYTES_MAX:
            raise Disconnect("invalid message length")
        if not self._has(length + 1):
            return None
        start = self._offset + 5
        self._offset += length + 1
        return self._buffer[start : self._offset]

    # ---- messages --------------------------------------------------------------------------------

    @property
    def encoding(self) -> Encoding:
        """The client's encoding, which holds from the next message on."""
        return self._encoding

    @encoding.setter
    def encoding(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._decode_text = encoding.decode

    @property
    def has_lost_sync(self) -> bool:
        """Whether a copy was broken off by another message: the next one is going to be fatal."""
        return self._has_lost_sync

    def _update(self) -> None:
        """Notes whether the next message needs more care than most."""
        self._is_exceptional = (
            self._is_skipping
            or self._is_copying
            or self._has_lost_sync
            or self._too_long is not None
            or self._limits.message_bytes_max < SMALL_MESSAGE_BYTES_MAX
        )

    def skip_until_sync(self) -> None:
        """Drops what follows, up to Sync: PostgreSQL's recovery from errors in a pipeline."""
        self._is_skipping = True
        self._update()

    def begin_copy(self) -> None:
        """From here on copied data is expected."""
        self._is_copying = True
        self._update()

    def end_copy(self) -> None:
        """The copy is over, well or not; what the client still sends of it is dropped."""
        self._is_copying = False
        self._update()

    @property
    def sync_is_next(self) -> bool:
        """Whether Sync follows the message last taken, as far as bytes are here."""
        return self._buffer[self._offset : self._offset + 5] == b"S\0\0\0\4"

    def peek_run(self) -> PreparedRun | None:
        """Returns what lies ahead, if that is one whole run of a prepared statement.

        It is still there afterwards, unless `skip` steps over it.
        """
        if self._is_exceptional or not self._is_at(_BIND):
            return None
        return frontend.prepared_run(self._buffer, self._offset)

    def peek_query(self) -> tuple[str, int] | None:
        """Returns the text of the simple query that lies ahead, if it is here whole, and its end."""
        if self._is_exceptional or not self._is_at(_QUERY):
            return None
        return frontend.whole_query(self._buffer, self._offset, self._decode_text)

    def _is_at(self, kind: int) -> bool:
        """Whether a message of that kind is next."""
        if self._offset < len(self._buffer):
            return self._buffer[self._offset] == kind
        return bool(self._pending) and self._has(1) and self._buffer[0] == kind

    def skip(self, end: int) -> None:
        """Steps over what was peeked at."""
        self._offset = end
        self._forget_read()

    def next_message(self) -> frontend.FrontendMessage | None:
        """Returns the next message that counts, or None if more bytes are needed."""
        if not self._is_exceptional:
            # The short way, for a message that is here whole, small, and meant to be handled.
            buffer, offset = self._buffer, self._offset
            if len(buffer) - offset >= 5:
                (length,) = _LENGTH_AT(buffer, offset + 1)
                end = offset + 1 + length
                if 4 <= length <= SMALL_MESSAGE_BYTES_MAX and end <= len(buffer):
                    message = frontend.decode_frame(buffer[offset:end], self._decode_text)
                    if message is not None:
                        self._offset = end
                        return message
        return self._next_message_carefully()

    def _next_message_carefully(self) -> frontend.FrontendMessage | None:
        if self._has_lost_sync:
            raise FatalError(
                "08P01", "terminating connection because protocol synchronization was lost"
            )
        while True:
            if self._too_long is not None:
                if self._discarding:
                    return None
                report, self._too_long = self._too_long, None
                self._update()
                if not self._is_dropped(report.kind):
                    return report
            if not self._has(5):
                self._forget_read()
                return None
            kind = self._buffer[self._offset]
            (length,) = INT32.unpack_from(self._buffer, self._offset + 1)
            if self._is_copying and kind not in _ALLOWED_IN_COPY:
                self._has_lost_sync = True
                self._update()
                return _unexpected_in_copy(kind)
            _check(kind, length)
            if length > self._limits.message_bytes_max:
                self._discard(kind, length)
                continue
            if not self._has(length + 1):
                return None
            start = self._offset + 5
            self._offset += length + 1
            if self._is_dropped(kind):
                continue
            payload = self._buffer[start : self._offset]
            if kind == _COPY_DATA:
                return frontend.CopyData(self._gathered(payload))
            return frontend.decode(kind, payload, self._decode_text)

    def _is_dropped(self, kind: int) -> bool:
        if self._is_skipping:
            if kind not in (_SYNC, _TERMINATE):
                return True
            self._is_skipping = False
            self._update()
        return kind in _COPY_KINDS and not self._is_copying

    def _gathered(self, payload: bytes) -> bytes:
        """Returns the payload with those of the CopyData messages behind it that are here whole.

        Clients send a message per row; handing them on together saves most of the cost.
        """
        buffer, offset = self._buffer, self._offset
        end = len(buffer) - 5
        parts = [payload]
        size = len(payload)
        while size < COPY_CHUNK_BYTES and offset <= end and buffer[offset] == _COPY_DATA:
            (length,) = INT32.unpack_from(buffer, offset + 1)
            if not 4 <= length <= len(buffer) - offset - 1:
                break
            parts.append(buffer[offset + 5 : offset + length + 1])
            size += length - 4
            offset += length + 1
        self._offset = offset
        return b"".join(parts) if len(parts) > 1 else payload

    def _discard(self, kind: int, length: int) -> None:
        """Reads over a message that is too long to keep."""
        error = DatabaseError(
            "54000",
            "out of memory",
            detail=f"Cannot enlarge string buffer containing 0 bytes by {length - 4} more bytes.",
        )
        self._too_long = frontend.Malformed(error, kind)
        self._update()
        raw = self.take_raw()
        self._discarding = length + 1
        self.receive(raw)


def _check(kind: int, length: int) -> None:
    """Raises for what isn't the protocol."""
    if kind in _LARGE_KINDS:
        limit = MESSAGE_BYTES_ABSOLUTE_MAX
    elif kind in _SMALL_KINDS:
        limit = SMALL_MESSAGE_BYTES_MAX
    else:
        raise FatalError("08P01", f"invalid frontend message type {kind}")
    if not 4 <= length <= limit:
        raise Disconnect("invalid message length")


def _unexpected_in_copy(kind: int) -> frontend.Malformed:
    error = protocol_violation(f"unexpected message type 0x{kind:02X} during COPY from stdin")
    return frontend.Malformed(error, kind)

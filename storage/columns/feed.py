"""What server and keeper say to each other, as frames over one socket.

    length (4, little-endian) · msgpack of one of the messages below

The server's messages come in the order of commits, so whoever asks for a version at N asks behind
all changes up to N.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from storage.columns.layout import HeldKind
from storage.columns.manifest import Manifest
from storage.columns.messages import TableVersion


class Message(msgspec.Struct, array_like=True, tag=True):
    """A message of either side."""


# From the server


class Open(Message):
    """Open the columns of a table; changes since its manifest follow, up to `CaughtUp`."""

    manifest: Manifest


class Expect(Message):
    """Changes of a table follow, to be held back: a checkpoint is being made, of which to `Build`."""

    storage_id: int
    layout: dict[int, HeldKind]


class Build(Message):
    """Build the columns of an expected table from a checkpoint, which is the keeper's then.

    All changes that come after the checkpoint have followed `Expect`, or will, and some that are in
    it.
    """

    storage_id: int
    checkpoint: str
    attempt: int


class Missed(Message):
    """What commits have done to tables that catch up, as it is at a snapshot; like `Changes`."""

    timestamp: int
    keys: list[bytes]
    items: list[bytes | None]


class CaughtUp(Message):
    """A table's changes up to a commit have been sent."""

    storage_id: int
    timestamp: int
    attempt: int


class Behind(Message):
    """News of a table have been left out; it catches up by what follows, up to `CaughtUp`."""

    storage_id: int


class Changes(Message):
    """What a group of commits has done to tables: whole keys, and items or None.

    Attributes:
        pin: The oldest commit timestamp that is still read.
    """

    timestamp: int
    pin: int
    keys: list[bytes]
    items: list[bytes | None]


class ChangeFile(Message):
    """Likewise of a large transaction; the file is the keeper's then."""

    timestamp: int
    path: str


class Forget(Message):
    """Forget a table and remove its files."""

    storage_id: int


class Ask(Message):
    """Answer with versions of tables as of a commit timestamp."""

    number: int
    timestamp: int
    storage_ids: list[int]


class Release(Message):
    """The versions of an answer are no longer used."""

    number: int


class ManifestKept(Message):
    """The manifest of that table, up to that applied commit, is durable."""

    storage_id: int
    sequence: int


class Flush(Message):
    """Bring everything into segments now; answered when that is done."""

    number: int


class Inspect(Message):
    """Answer with the figures of all tables."""

    number: int


# From the keeper


class Answer(Message):
    """Versions, or why there are none; in the order in which tables were asked for."""

    number: int
    versions: list[TableVersion]
    refusal: str = ""


class NewManifest(Message):
    """A manifest to be kept."""

    sequence: int
    manifest: Manifest


class Progress(Message):
    """How far a table's first build has come."""

    storage_id: int
    row_count: int


class Ready(Message):
    """A table can be read, by that attempt to build it or to catch up."""

    storage_id: int
    row_count: int
    attempt: int


class Lacking(Message):
    """A table has everything up to a commit; then came more than could be held back for it."""

    storage_id: int
    timestamp: int
    attempt: int


class Failed(Message):
    """A table can't be kept any more; it has to be built anew."""

    storage_id: int
    reason: str


class TableFigures(msgspec.Struct, frozen=True, array_like=True):
    """Figures of a table, for people."""

    storage_id: int
    is_ready: bool
    applied: int
    reachable: int
    delta_row_count: int
    delta_chunk_count: int
    segments: list[tuple[str, int, int, int]]  # name, rows, dead rows, bytes
    paths: list[tuple[str, tuple[str, ...], str, int]]  # column as parts call it, path, sort, rows


class Figures(Message):
    """All tables' figures."""

    number: int
    tables: list[TableFigures]


class Done(Message):
    """What was asked for under this number is done."""

    number: int


ToKeeper = (
    Open
    | Behind
    | Expect
    | Build
    | Missed
    | CaughtUp
    | Changes
    | ChangeFile
    | Forget
    | Ask
    | Release
    | ManifestKept
    | Flush
    | Inspect
)
ToServer = Answer | NewManifest | Progress | Ready | Lacking | Failed | Figures | Done


class KeeperSettings(msgspec.Struct, frozen=True):
    """What the keeper is started with.

    Attributes:
        flush_rows: A delta is flushed at this many rows.
        flush_seconds: A smaller one is flushed too, so long after the last flush: then the notes of
            its keys go.
        floor_bytes: So much of the disk is left free: below it nothing is flushed, merged or built.
    """

    flush_rows: int = 122_880
    flush_seconds: float = 60.0
    floor_bytes: int = 0


_LENGTH: Final = struct.Struct("<I")
_encode: Final = msgspec.msgpack.Encoder().encode


def frame(message: Message) -> bytes:
    """Returns a message as it travels."""
    encoded = _encode(message)
    return _LENGTH.pack(len(encoded)) + encoded


class Frames:
    """Takes messages out of arriving bytes."""

    def __init__(self, messages: Any) -> None:
        self._decode = msgspec.msgpack.Decoder(messages).decode
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        """Yields the messages that are complete now."""
        buffer = self._bytes
        buffer += data
        at = 0
        try:
            while len(buffer) - at >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(buffer, at)
                if len(buffer) - at < _LENGTH.size + length:
                    break
                at += _LENGTH.size
                message = self._decode(memoryview(buffer)[at : at + length])
                at += length
                yield message
        finally:
            del buffer[:at]

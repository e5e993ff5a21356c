"""Manifests: what is durable of a table's columns, kept in the store (storage/following.py)."""

from typing import Final

import msgspec

from storage.columns.layout import HeldKind

#: How segments are written now: 1 with numbers as wide as they need and zones (decision 84).
#: Those of another form are built anew at the start.
FORM: Final = 1


class SegmentRecord(msgspec.Struct, frozen=True, array_like=True):
    """A segment.

    Attributes:
        name: Of its files in the table's directory, without suffix.
        row_count: Rows in it, dead ones included.
        begin: The newest commit that a row of it is of.
        has_begins: Whether rows have begins of their own; otherwise `begin` is everybody's.
        byte_count: Size of its file.
    """

    name: str
    row_count: int
    begin: int
    has_begins: bool
    byte_count: int


class Manifest(msgspec.Struct, frozen=True, array_like=True):
    """What a table's columns are made of.

    Attributes:
        layout: How columns are held, by id.
        applied: All commits up to this one are in the segments.
        reachable: The oldest commit timestamp at which they can be read.
        form: How segments are written, see `FORM`; 0 where nothing was said of it.
    """

    storage_id: int
    layout: dict[int, HeldKind]
    segments: tuple[SegmentRecord, ...]
    applied: int
    reachable: int
    form: int = 0


encode_manifest: Final = msgspec.msgpack.Encoder().encode
decode_manifest: Final = msgspec.msgpack.Decoder(Manifest).decode

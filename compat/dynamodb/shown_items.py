"""Items as JSON, made once for as long as they stay as they are and are asked for.

An item of a kilobyte takes longer to become JSON than to be read: its attributes are unpacked, each gets
its type's letter, and all is written again. What is asked for once is often asked for again, and a stored
item says itself whether it is still the one that was shown: it is compared whole, with what it was made of.

Two generations stand in for an order of use: what is asked for is in the young one, and once that is
half of all that may be kept, it becomes the old one, and the old one goes.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from compat.dynamodb.tables import TableHandle
from storage.kv.engine import Entry

#: Of stored items and their JSON together.
KEPT_BYTES_MAX: Final = 8 << 20
#: Larger ones would push out too many others.
_ITEM_BYTES_MAX: Final = 64 << 10
#: What an item takes beside its bytes: its key, and Python's objects.
_OVERHEAD_BYTES: Final = 400

#: What was shown: the table's version, the stored item, its JSON.
_Shown = tuple[int, bytes, bytes]
_encode: Final = msgspec.json.Encoder().encode


class ShownItems:
    """The JSON of items that have been shown lately, of all tables."""

    def __init__(self, bytes_max: int = KEPT_BYTES_MAX) -> None:
        self._young: dict[bytes, _Shown] = {}
        self._old: dict[bytes, _Shown] = {}
        self._young_bytes = 0
        self._young_bytes_max = bytes_max // 2

    def one(self, handle: TableHandle, key: bytes, stored: bytes) -> bytes:
        """Returns an item's JSON. Raises LongWay for an item that has to become values first."""
        shown = self._young.get(key)
        if shown is not None and shown[1] == stored and shown[0] == handle.number:
            return shown[2]
        return self._other(handle, key, stored)

    def many(self, handle: TableHandle, entries: Sequence[Entry]) -> list[bytes]:
        """Returns the JSON of each of several items. Raises LongWay likewise."""
        young_get, number, texts = self._young.get, handle.number, []
        for key, stored in entries:
            shown = young_get(key)
            if shown is not None and shown[1] == stored and shown[0] == number:
                texts.append(shown[2])
            else:
                texts.append(self._other(handle, key, stored))
                young_get = self._young.get
        return texts

    def _other(self, handle: TableHandle, key: bytes, stored: bytes) -> bytes:
        shown = self._old.get(key)
        if shown is None or shown[1] != stored or shown[0] != handle.number:
            item: dict[str, Any] = handle.wire_item(stored)
            shown = handle.number, stored, _encode(item)
        size = len(stored) + len(shown[2])
        if size <= _ITEM_BYTES_MAX:
            self._keep(key, shown, size + _OVERHEAD_BYTES)
        return shown[2]

    def _keep(self, key: bytes, shown: _Shown, size: int) -> None:
        if self._young_bytes + size > self._young_bytes_max:
            self._old, self._young, self._young_bytes = self._young, {}, 0
        self._young[key] = shown
        self._young_bytes += size

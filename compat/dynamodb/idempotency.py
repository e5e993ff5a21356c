"""ClientRequestToken of TransactWriteItems: the same request within ten minutes is done once.

A token's record is written by the very point operation that does the writes, so both survive a crash
or neither does. Records are swept away once they are older than the ten minutes.

    META 'c' SHA-256 of role and token (16 bytes)  ->  seconds since 1970 (8 bytes) · SHA-256 of the request

Source: API_TransactWriteItems, "ClientRequestToken".
"""

import hashlib
import struct
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from compat.dynamodb.errors import idempotent_parameter_mismatch
from storage.embedded import OpenStore
from storage.keyspace import META, prefix_range
from storage.kv.store import Newest

_TOKENS: Final = META + b"c"
LIFETIME_SECONDS: Final = 600
_SWEEP_SECONDS: Final = 60.0
_SWEPT_AT_ONCE: Final = 100
_HEAD: Final = struct.Struct(">Q")
_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class Replay(Exception):  # noqa: N818 - a signal of control flow, not a fault
    """The request has been done before."""


class ClientToken:
    """The token of one request, in the store."""

    def __init__(self, role: str, token: str, request: Mapping[str, Any], now: float) -> None:
        name = hashlib.sha256(f"{role}\0{token}".encode()).digest()[:16]
        self.key = _TOKENS + name
        self._digest = hashlib.sha256(_encode(request)).digest()
        self._now = int(now)

    def claim(self, newest: Newest) -> None:
        """Takes the token. Raises Replay, or IdempotentParameterMismatchException."""
        self.judge(newest.get(self.key))
        newest.put(self.key, _HEAD.pack(self._now) + self._digest)

    def judge(self, found: bytes | None) -> None:
        """Raises likewise if what is found under the token's key forbids to take it."""
        if found is None or _HEAD.unpack_from(found)[0] <= self._now - LIFETIME_SECONDS:
            return
        if found[_HEAD.size :] != self._digest:
            raise idempotent_parameter_mismatch()
        raise Replay


async def sweep_tokens(store: OpenStore, now: Callable[[], float]) -> None:
    """Removes old records, now and then, for ever."""
    while True:
        await store.slices.sleep(_SWEEP_SECONDS)
        start, end = prefix_range(_TOKENS)
        while entries := store.scan_now(start, end, _SWEPT_AT_ONCE):
            oldest = int(now()) - LIFETIME_SECONDS
            keys = [key for key, value in entries if _HEAD.unpack_from(value)[0] <= oldest]
            if keys:
                await store.point(keys, partial(_remove, keys, oldest))
            start = entries[-1][0] + b"\0"
            await store.slices.pause()


def _remove(keys: list[bytes], oldest: int, newest: Newest) -> None:
    for key in keys:
        found = newest.get(key)
        if found is not None and _HEAD.unpack_from(found)[0] <= oldest:
            newest.delete(key)

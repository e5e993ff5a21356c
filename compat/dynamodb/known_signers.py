"""Signatures of clients that have signed before, verified in a few microseconds.

All that a client writes in its Authorization header but the signature itself is the same for a day, and
so is the key that it signs with; its other signed headers are the same for a second. Once signature.py has
judged a request and found it right, what it found out is kept, with SHA-256 and HMAC as far as they have
come. The next request of that client in that second is right if its signature is what comes out of that.
What isn't right here may be wrong in any way, and is judged from the beginning.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

_SIGNERS_MAX: Final = 200
#: Of one signer: seconds, and names of operations in each.
_HEADS_MAX: Final = 64
_MOMENTS_MAX: Final = 64
_BLOCK_BYTES: Final = 64
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))
_LABEL: Final = "Signature="


class Signer:
    """A client on one day: the key that it signs with, the headers that it signs, its role."""

    def __init__(self, credential: str, signed_headers: str, signing_key: bytes, role: str) -> None:
        self.scope = credential.partition("/")[2]
        self.names = signed_headers.split(";")
        self.role = role
        #: SHA-256 of what is signed before the body, by the moment and the headers' values.
        self.heads: dict[tuple[str | None, ...], Any] = {}
        block = signing_key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER))
        self._outer = hashlib.sha256(block.translate(_OUTER))

    def signature(self, text: bytes) -> str:
        """Returns the HMAC-SHA-256 of a text, in hexadecimal digits (RFC 2104)."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return outer.hexdigest()

    def situation(self, moment: str, headers: Mapping[str, str]) -> tuple[str | None, ...]:
        """Returns what a head depends on: the moment as written, and the signed headers."""
        return moment, *[headers.get(name) for name in self.names]


class KnownSigners:
    """The signers of right requests: of POSTs to / with an Authorization header.

    Args:
        skew: By how much a moment may be away from now.
    """

    def __init__(self, skew: timedelta) -> None:
        self._skew = skew
        self._signers: dict[str, Signer] = {}
        self._moments: dict[str, datetime] = {}

    def role_of(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str | None:
        """Returns the role of a request that is surely right, or None.

        Args:
            headers: By names in lower case.
            body: As it was sent.
            now: For the age of the request.
        """
        before, _, given = headers.get("authorization", "").rpartition(_LABEL)
        signer = self._signers.get(before)
        written = headers.get("x-amz-date", "")
        moment = self._moments.get(written)
        if signer is None or moment is None or not -self._skew <= now - moment <= self._skew:
            return None
        head = signer.heads.get(signer.situation(written, headers))
        if head is None:
            return None
        canonical = head.copy()
        canonical.update(hashlib.sha256(body).hexdigest().encode())
        text = f"AWS4-HMAC-SHA256\n{written}\n{signer.scope}\n{canonical.hexdigest()}"
        expected = signer.signature(text.encode())
        return signer.role if hmac.compare_digest(expected.encode(), given.encode()) else None

    def learn(
        self, headers: Mapping[str, str], moment: datetime, head: str, signer: Signer
    ) -> None:
        """Keeps what is known of a right request.

        Args:
            headers: Its headers; in Authorization, the signature comes last.
            moment: That of x-amz-date.
            head: The canonical request without the hash of the body.
            signer: Who has signed it.
        """
        before = headers["authorization"].rpartition(_LABEL)[0]
        written = headers["x-amz-date"]
        known = self._signers.get(before)
        if known is None:
            _make_room(self._signers, _SIGNERS_MAX)
            known = self._signers[before] = signer
        _make_room(known.heads, _HEADS_MAX)
        known.heads[known.situation(written, headers)] = hashlib.sha256(head.encode())
        _make_room(self._moments, _MOMENTS_MAX)
        self._moments[written] = moment


def _make_room(kept: dict[Any, Any], count_max: int) -> None:
    """Drops what was kept first if there is no room for more."""
    if len(kept) >= count_max:
        del kept[next(iter(kept))]

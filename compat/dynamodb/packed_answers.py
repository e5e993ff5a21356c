"""Answers that go compressed, if the client likes that (RFC 9110, 12.5.3) and it is worth it.

What the service makes of Accept-Encoding, of odd values too, others recorded: ScyllaDB's Alternator
tests.
"""

import re
import zlib
from functools import lru_cache
from typing import Final

#: Bytes of an answer from which on it may be compressed.
PACKED_BYTES_MIN: Final = 4096
#: What an answer may be compressed with, the better one first, and zlib's window size for it.
_OFFERED: Final = {"gzip": 31, "deflate": 15}
#: Answers are compressed while the event loop waits: speed counts for more than the last byte.
_LEVEL: Final = 1
_WEIGHT: Final = re.compile(r"\s*q\s*=\s*(-?[0-9]+(?:\.[0-9]*)?)\s*")
_HEADER_CHARACTERS_MAX: Final = 500


def compress(body: bytes, encoding: str) -> bytes:
    """Returns a body in an encoding that `accepted_encoding` has returned."""
    deflate = zlib.compressobj(_LEVEL, wbits=_OFFERED[encoding])
    return deflate.compress(body) + deflate.flush()


def accepted_encoding(header: str) -> str | None:
    """Returns what Accept-Encoding likes best of what there is, or None for a plain body.

    Of equal weights the one that is named first wins, whatever is named before "*". That a client
    would rather have it plain isn't looked at.
    """
    return None if len(header) > _HEADER_CHARACTERS_MAX else _accepted(header)


@lru_cache(maxsize=256)
def _accepted(header: str) -> str | None:
    named: list[tuple[str, float]] = []
    others = 0.0
    for entry in header.split(","):
        coding, *parameters = entry.split(";")
        name = coding.strip().lower()
        if name == "*":
            others = _weight(parameters)
        elif name in _OFFERED:
            named.append((name, _weight(parameters)))
    listed = {name for name, _ in named}
    named += [(name, others) for name in _OFFERED if name not in listed]
    best, weight = max(named, key=lambda pair: pair[1])
    return best if weight > 0 else None


def _weight(parameters: list[str]) -> float:
    """Returns the first weight that is given, at most 1; one that can't be read is 1."""
    for parameter in parameters:
        if parameter.partition("=")[0].strip().lower() == "q":
            found = _WEIGHT.fullmatch(parameter.lower())
            return 1.0 if found is None else min(1.0, float(found[1]))
    return 1.0

"""Bodies that were sent compressed (RFC 9110, 8.4.1), with a bound on what comes out of them.

What can't be read is answered with 500, as DynamoDB answers it.
"""

import zlib
from typing import Final

#: zlib's window size for gzip's format, and for deflate's.
_WINDOW_BITS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_GZIP_START: Final = b"\x1f\x8b"


class CompressionError(Exception):
    """A body that can't be read. `status` is the one to answer with."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def decompress(body: bytes, encoding: str, bytes_max: int) -> bytes:
    """Returns the body without its Content-Encoding. Raises CompressionError."""
    for name in reversed([part.strip().lower() for part in encoding.split(",")]):
        if name in {"", "identity"}:
            continue
        bits = _WINDOW_BITS.get(name)
        if bits is None:
            raise CompressionError(500, f"content encoding {name} is not supported")
        body = _inflate(body, bits, bytes_max)
    return body


def _inflate(body: bytes, bits: int, bytes_max: int) -> bytes:
    """Returns what was compressed, in one piece or in several; what follows them is left alone."""
    plain = b""
    while True:
        inflate = zlib.decompressobj(bits)
        try:
            plain += inflate.decompress(body, bytes_max + 1 - len(plain))
        except zlib.error as error:
            raise CompressionError(500, f"the compressed body is damaged: {error}") from error
        if len(plain) > bytes_max:
            raise CompressionError(413, "the decompressed body is too large")
        if not inflate.eof:
            raise CompressionError(500, "the compressed body ends too early")
        body = inflate.unused_data
        if not body.startswith(_GZIP_START):
            return plain

"""PostgreSQL's hash functions over bytes: Bob Jenkins' lookup3, as PostgreSQL seeds it.

`hash_bytes` gives the 32 bits of hashtext, hashvarlena and their like, `hash_bytes_extended` the 64
bits of the …extended functions with their seed. Results are signed, as SQL's int4 and int8 are.
"""

import struct
from decimal import Decimal

from tsql.functions.registry import implements
from tsql.types.text import clip_name

_MASK = 0xFFFFFFFF
_START = 0x9E3779B9 + 3923095


def _rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _MASK


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    a = ((a - c) & _MASK) ^ _rotate(c, 4)
    c = (c + b) & _MASK
    b = ((b - a) & _MASK) ^ _rotate(a, 6)
    a = (a + c) & _MASK
    c = ((c - b) & _MASK) ^ _rotate(b, 8)
    b = (b + a) & _MASK
    a = ((a - c) & _MASK) ^ _rotate(c, 16)
    c = (c + b) & _MASK
    b = ((b - a) & _MASK) ^ _rotate(a, 19)
    a = (a + c) & _MASK
    c = ((c - b) & _MASK) ^ _rotate(b, 4)
    b = (b + a) & _MASK
    return a, b, c


def _finish(a: int, b: int, c: int) -> tuple[int, int]:
    """Returns the last two words: (b, c)."""
    c = ((c ^ b) - _rotate(b, 14)) & _MASK
    a = ((a ^ c) - _rotate(c, 11)) & _MASK
    b = ((b ^ a) - _rotate(a, 25)) & _MASK
    c = ((c ^ b) - _rotate(b, 16)) & _MASK
    a = ((a ^ c) - _rotate(c, 4)) & _MASK
    b = ((b ^ a) - _rotate(a, 14)) & _MASK
    c = ((c ^ b) - _rotate(b, 24)) & _MASK
    return b, c


def _words(data: bytes, seed: int) -> tuple[int, int]:
    a = b = c = (_START + len(data)) & _MASK
    if seed:
        a = (a + (seed >> 32)) & _MASK
        b = (b + (seed & _MASK)) & _MASK
        a, b, c = _mix(a, b, c)
    whole = len(data) // 12 * 12
    for x, y, z in struct.iter_unpack("<3I", data[:whole]):
        a, b, c = _mix((a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK)
    # The last bytes fill the words from below; the lowest byte of c is left for the length.
    rest = data[whole:]
    tail = rest[:8].ljust(8, b"\0") + b"\0" + rest[8:].ljust(3, b"\0")
    x, y, z = struct.unpack("<3I", tail)
    return _finish((a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK)


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


def hash_bytes(data: bytes) -> int:
    """Returns PostgreSQL's 32-bit hash of the bytes, signed."""
    return _signed(_words(data, 0)[1], 32)


def hash_bytes_extended(data: bytes, seed: int) -> int:
    """Returns PostgreSQL's 64-bit hash of the bytes, signed; `seed` is an int8."""
    high, low = _words(data, seed & 0xFFFFFFFFFFFFFFFF)
    return _signed(high << 32 | low, 64)


def hash_uint32(value: int) -> int:
    """Returns the hash of a 32-bit number, signed; the number may be signed too."""
    start = (_START + 4) & _MASK
    return _signed(_finish((start + value) & _MASK, start, start)[1], 32)


def hash_uint32_extended(value: int, seed: int) -> int:
    """Returns the 64-bit hash of a 32-bit number, signed."""
    a = b = c = (_START + 4) & _MASK
    seed &= 0xFFFFFFFFFFFFFFFF
    if seed:
        a, b, c = _mix((a + (seed >> 32)) & _MASK, (b + (seed & _MASK)) & _MASK, c)
    high, low = _finish((a + value) & _MASK, b, c)
    return _signed(high << 32 | low, 64)


def _numeric_digits(value: Decimal | int) -> tuple[bytes, int]:
    """Returns a number's base-10000 digits as PostgreSQL keeps them, and the first one's weight.

    Zeros at both ends are left out, so that 1.5 and 1.50 hash alike; zero has no digits.
    """
    if isinstance(value, int) and not value:
        return b"", 0
    _, digits, exponent = Decimal(value).as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).lstrip("0")
    if not text:
        return b"", 0
    # Pad, so that the decimal point falls between two groups of four.
    text += "0" * (exponent % 4)
    text = "0" * (-len(text) % 4) + text
    groups = [int(text[start : start + 4]) for start in range(0, len(text), 4)]
    weight = len(groups) + (exponent - exponent % 4) // 4 - 1
    while groups[-1] == 0:
        groups.pop()
    return struct.pack(f"<{len(groups)}h", *groups), weight


def hash_number(value: Decimal | int) -> int:
    """Returns hash_numeric of a finite number, signed."""
    digits, weight = _numeric_digits(value)
    return hash_bytes(digits) ^ weight if digits else -1


def hash_number_extended(value: Decimal | int, seed: int) -> int:
    """Returns hash_numeric_extended of a finite number, signed."""
    digits, weight = _numeric_digits(value)
    if not digits:
        return _signed((seed - 1) & 0xFFFFFFFFFFFFFFFF, 64)
    return hash_bytes_extended(digits, seed) ^ weight


@implements("hashtext")
def hashtext(value: str) -> int:
    return hash_bytes(value.encode())


@implements("hashtextextended")
def hashtextextended(value: str, seed: int) -> int:
    return hash_bytes_extended(value.encode(), seed)


@implements("hashname")
def hashname(value: str) -> int:
    return hash_bytes(clip_name(value).encode())


@implements("hashnameextended")
def hashnameextended(value: str, seed: int) -> int:
    return hash_bytes_extended(clip_name(value).encode(), seed)


@implements("hashbpchar")
def hashbpchar(value: str) -> int:
    return hash_bytes(value.rstrip(" ").encode())


@implements("hashbpcharextended")
def hashbpcharextended(value: str, seed: int) -> int:
    return hash_bytes_extended(value.rstrip(" ").encode(), seed)


def _signed_char(value: str) -> int:
    return _signed(ord(value), 8) if value else 0


@implements("hashchar")
def hashchar(value: str) -> int:
    return hash_uint32(_signed_char(value))


@implements("hashcharextended")
def hashcharextended(value: str, seed: int) -> int:
    return hash_uint32_extended(_signed_char(value), seed)


implements("hashvarlena", "uuid_hash")(hash_bytes)
implements("hashvarlenaextended", "uuid_hash_extended")(hash_bytes_extended)

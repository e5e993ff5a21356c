"""bit and bit varying.

A value is the text of its digits: texts of 0 and 1 have PostgreSQL's order of bit strings.
tsql/functions/bits.py has their functions.
"""

from typing import Any, Final

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.binary.registry import Context, binary_io, insufficient
from tsql.types.io import text_io

_BINARY: Final = frozenset("01")
_HEXADECIMAL: Final = {f"{digit:x}": f"{digit:04b}" for digit in range(16)}
_LENGTH_BYTES: Final = 4


def fit_bit(value: str, typmod: int, *, explicit: bool) -> str:
    """Returns a bit(n): an explicit cast cuts and adds zeros on the right, else 22026 is raised."""
    if typmod <= 0 or len(value) == typmod:
        return value
    if not explicit:
        raise DatabaseError(
            "22026", f"bit string length {len(value)} does not match type bit({typmod})"
        )
    return value[:typmod].ljust(typmod, "0")


def fit_varbit(value: str, typmod: int, *, explicit: bool) -> str:
    """Returns a bit varying(n): an explicit cast cuts, else 22001 is raised for a longer one."""
    if typmod <= 0 or len(value) <= typmod:
        return value
    if not explicit:
        raise DatabaseError("22001", f"bit string too long for type bit varying({typmod})")
    return value[:typmod]


def digits(text: str) -> str:
    """Reads 101, b101 or xA. Raises 22P02."""
    if text[:1] in {"x", "X"}:
        found = []
        for digit in text[1:]:
            bits = _HEXADECIMAL.get(digit.lower())
            if bits is None:
                raise DatabaseError("22P02", f'"{digit}" is not a valid hexadecimal digit')
            found.append(bits)
        return "".join(found)
    value = text[1:] if text[:1] in {"b", "B"} else text
    for digit in value if not _BINARY.issuperset(value) else ():
        if digit not in _BINARY:
            raise DatabaseError("22P02", f'"{digit}" is not a valid binary digit')
    return value


def _bit_in(text: str, typmod: int, _env: Env) -> str:
    return fit_bit(digits(text), typmod, explicit=False)


def _varbit_in(text: str, typmod: int, _env: Env) -> str:
    return fit_varbit(digits(text), typmod, explicit=False)


def _out(value: str, _env: Env) -> str:
    return value


def _send(value: Any, _context: Context) -> bytes:
    size = -(-len(value) // 8)
    bits = int(value.ljust(size * 8, "0"), 2) if value else 0
    return len(value).to_bytes(_LENGTH_BYTES, "big") + bits.to_bytes(size, "big")


def _receive(raw: bytes, _context: Context) -> Any:
    if len(raw) < _LENGTH_BYTES:
        raise insufficient()
    length = int.from_bytes(raw[:_LENGTH_BYTES], "big", signed=True)
    if length < 0:
        raise DatabaseError("22P03", "invalid length in external bit string")
    size = -(-length // 8)
    if len(raw) < _LENGTH_BYTES + size:
        raise insufficient()
    if len(raw) > _LENGTH_BYTES + size:
        raise DatabaseError("22P03", "incorrect binary data format")
    bits = int.from_bytes(raw[_LENGTH_BYTES:], "big")
    return f"{bits:0{size * 8}b}"[:length] if length else ""


text_io(oids.BIT, _bit_in, _out)
text_io(oids.VARBIT, _varbit_in, _out)
binary_io(oids.BIT, _send, _receive)
binary_io(oids.VARBIT, _send, _receive)

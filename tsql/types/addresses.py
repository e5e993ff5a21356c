"""tid, pg_lsn and xid8: places of rows and in the log, and transactions' numbers; each an int.

Nothing here has rows with such values, nor a log that they'd point into: they come from clients that
work with PostgreSQL's, and go back to them.
"""

import re
import struct
from typing import Final

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.binary.registry import Context, binary_io, sized
from tsql.types.boolean import BLANKS
from tsql.types.io import text_io

#: strtoul() takes blanks and a sign in front of each number.
_TID: Final = re.compile(r"[^(]*\(\s*([+-]?[0-9]+),\s*([+-]?[0-9]+)\).*", re.DOTALL)
_LSN: Final = re.compile(r"([0-9a-fA-F]{1,8})/([0-9a-fA-F]{1,8})")
_NUMBER: Final = re.compile(r"([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
_TID_FORM: Final = struct.Struct("!IH")
_UINT8: Final = struct.Struct("!Q")
_OFFSET_BITS: Final = 16
_OFFSET_END: Final = 1 << _OFFSET_BITS
_BLOCK_END: Final = 1 << 32
_UINT8_END: Final = 1 << 64


def _invalid(kind: str, text: str) -> DatabaseError:
    return DatabaseError("22P02", f'invalid input syntax for type {kind}: "{text}"')


def _tid_in(text: str, _typmod: int, _env: Env) -> int:
    found = _TID.fullmatch(text)
    if found is None:
        raise _invalid("tid", text)
    block, offset = int(found[1]), int(found[2])
    if not -(_BLOCK_END >> 1) <= block < _BLOCK_END or not 0 <= offset < _OFFSET_END:
        raise _invalid("tid", text)
    return (block % _BLOCK_END) << _OFFSET_BITS | offset


def _tid_out(value: int, _env: Env) -> str:
    return f"({value >> _OFFSET_BITS},{value % _OFFSET_END})"


def _tid_send(value: int, _context: Context) -> bytes:
    return _TID_FORM.pack(value >> _OFFSET_BITS, value % _OFFSET_END)


def _tid_receive(raw: bytes, _context: Context) -> int:
    block, offset = _TID_FORM.unpack(sized(raw, _TID_FORM.size))
    return int(block) << _OFFSET_BITS | int(offset)


def _lsn_in(text: str, _typmod: int, _env: Env) -> int:
    found = _LSN.fullmatch(text)
    if found is None:
        raise _invalid("pg_lsn", text)
    return int(found[1], 16) << 32 | int(found[2], 16)


def lsn_text(value: int) -> str:
    """Returns a place in the log as PostgreSQL writes it."""
    return f"{value >> 32:X}/{value % (1 << 32):X}"


def _lsn_out(value: int, _env: Env) -> str:
    return lsn_text(value)


def _xid8_in(text: str, _typmod: int, _env: Env) -> int:
    """Reads as strtoull() does: what doesn't begin with a number is zero."""
    found = _NUMBER.match(text.lstrip(BLANKS))
    if found is None:
        return 0
    digits = found[2]
    base = 16 if digits[:2] in {"0x", "0X"} else 8 if digits[0] == "0" else 10
    number = min(int(digits, base), _UINT8_END - 1)
    return -number % _UINT8_END if found[1] == "-" else number


def _xid8_out(value: int, _env: Env) -> str:
    return str(value)


def _uint8_send(value: int, _context: Context) -> bytes:
    return _UINT8.pack(value)


def _uint8_receive(raw: bytes, _context: Context) -> int:
    (number,) = _UINT8.unpack(sized(raw, _UINT8.size))
    return int(number)


text_io(oids.TID, _tid_in, _tid_out)
text_io(oids.PG_LSN, _lsn_in, _lsn_out)
text_io(oids.XID8, _xid8_in, _xid8_out)
binary_io(oids.TID, _tid_send, _tid_receive)
for _oid in (oids.PG_LSN, oids.XID8):
    binary_io(_oid, _uint8_send, _uint8_receive)

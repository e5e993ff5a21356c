"""money: whole cents in 64 bits, written as in the locale C: $1,234.56, -$0.05.

Input takes a currency sign and a sign on either side, separators of thousands anywhere, parentheses for
a negative amount, and rounds what is behind two decimals (PostgreSQL's cash_in).
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

CENTS_MIN: Final = -(2**63)
CENTS_MAX: Final = 2**63 - 1
_CENTS: Final = struct.Struct("!q")
_BLANK: Final = f"[{re.escape(BLANKS)}]*"
_FORM: Final = re.compile(
    rf"{_BLANK}\$?{_BLANK}(?P<before>[-(+]?){_BLANK}\$?{_BLANK}"
    rf"(?P<whole>[\d,]*)(?:\.(?P<fraction>[\d,]*))?(?P<rest>[{re.escape(BLANKS)})$+-]*)",
    re.ASCII,
)


def _money_in(text: str, _typmod: int, _env: Env) -> int:
    found = _FORM.fullmatch(text)
    if found is None:
        raise DatabaseError("22P02", f'invalid input syntax for type money: "{text}"')
    whole, decimals = found["whole"].replace(",", ""), (found["fraction"] or "").replace(",", "")
    cents = int(whole or "0") * 100 + int(decimals[:2].ljust(2, "0"))
    if decimals[2:3] >= "5":
        cents += 1
    if found["before"] in {"-", "("} or "-" in found["rest"]:
        cents = -cents
    if not CENTS_MIN <= cents <= CENTS_MAX:
        raise DatabaseError("22003", f'value "{text}" is out of range for type money')
    return cents


def _money_out(cents: int, _env: Env) -> str:
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}.{part:02}"


def _money_send(cents: int, _context: Context) -> bytes:
    return _CENTS.pack(cents)


def _money_receive(raw: bytes, _context: Context) -> int:
    (cents,) = _CENTS.unpack(sized(raw, _CENTS.size))
    return int(cents)


text_io(oids.MONEY, _money_in, _money_out)
binary_io(oids.MONEY, _money_send, _money_receive)

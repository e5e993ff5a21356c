"""to_ascii: letters without their accents, for four single-byte encodings.

PostgreSQL looks at bytes, whatever the database's encoding: in UTF-8 a letter outside ASCII is two
bytes or more, each of them replaced for itself. That is of little use, and the same here. The tables
give the replacement of the bytes from 128 up; `?` stands where UTF-8 has no such byte.
"""

from storage.errors import DatabaseError
from tsql.functions.encodings import NAMES, UTF8, encoding_name, encoding_number
from tsql.functions.registry import implements

_TABLES = {
    "LATIN1": (
        "                                  cL Y  \"Ca  -R     'u .,      ?"
        "??AAAAACEEEEIIII NOOOOOxOUUUUYTBaaaaaaaceeeeiiii nooo???????????"
    ),
    "LATIN2": (
        '                                 A L LS "SSTZ-ZZ a,l\'ls ,sstz"zz'
        "??AAALCCCEEEEIIDDNNOOOOxRUUUUYTBraaaalccceeeeiiddnnoo???????????"
    ),
    "LATIN9": (
        "                                  cL YS sCa  -R     Zu .z   EeY?"
        "??AAAAACEEEEIIII NOOOOOxOUUUUYTBaaaaaaaceeeeiiii nooo???????????"
    ),
    "WIN1250": (
        '  \' "    %S<STZZ `\'"".--  s>stzz   L A  "CS  -RZ  ,l\'u .,as L"lz'
        "??AAALCCCEEEEIIDDNNOOOOxRUUUUYTBraaaalccceeeeiiddnnoo???????????"
    ),
}


def _to_ascii(text: str, encoding: int) -> str:
    table = _TABLES.get(encoding_name(encoding))
    if table is None:
        raise DatabaseError(
            "0A000", f"encoding conversion from {NAMES[encoding]} to ASCII not supported"
        )
    return "".join(chr(byte) if byte < 0x80 else table[byte - 0x80] for byte in text.encode())


@implements("to_ascii_default")
def to_ascii_default(text: str) -> str:
    return _to_ascii(text, UTF8)


@implements("to_ascii_encname")
def to_ascii_encname(text: str, name: str) -> str:
    encoding = encoding_number(name)
    if encoding < 0:
        raise DatabaseError("42704", f"{name} is not a valid encoding name")
    return _to_ascii(text, encoding)


@implements("to_ascii_enc")
def to_ascii_enc(text: str, encoding: int) -> str:
    if not encoding_name(encoding):
        raise DatabaseError("42704", f"{encoding} is not a valid encoding code")
    return _to_ascii(text, encoding)

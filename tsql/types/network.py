"""inet, cidr, macaddr and macaddr8.

An inet (or cidr) is bytes whose order is PostgreSQL's: the family (4 or 6), the network (the address
with the bits behind the prefix taken away), the length of the prefix, the whole address. A macaddr is
its six bytes. tsql/functions/network.py has their functions.
"""

import ipaddress
import re
import struct
from typing import Any, Final, NamedTuple

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.binary.registry import Context, binary_io, insufficient, sized
from tsql.types.io import text_io

_DIGITS = re.compile(r"[0-9]+")
_PREFIX_V6 = re.compile(r"0|[1-9][0-9]*")
_MAC_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        ":".join([r"([0-9a-fA-F]+)"] * 6),
        "-".join([r"([0-9a-fA-F]+)"] * 6),
        r"([0-9a-fA-F]{2})" * 3 + ":" + r"([0-9a-fA-F]{2})" * 3,
        r"([0-9a-fA-F]{2})" * 3 + "-" + r"([0-9a-fA-F]{2})" * 3,
        r"\.".join([r"([0-9a-fA-F]{2})" * 2] * 3),
        "-".join([r"([0-9a-fA-F]{2})" * 2] * 3),
        r"([0-9a-fA-F]{2})" * 6,
    )
)
_MAC8_FORM: Final = re.compile(r"[ \t\n\r\v\f]*((?:[0-9a-fA-F]{2}[:.-]?)+)[ \t\n\r\v\f]*")
_MAC8_SEPARATOR: Final = re.compile(r"[:.-]")
#: Bits of an address, by its family.
BITS: Final = {4: 32, 6: 128}
#: The families as the binary form has them: PGSQL_AF_INET and PGSQL_AF_INET6.
_WIRE_FAMILIES: Final = {4: 2, 6: 3}
_FAMILIES_OF_WIRE: Final = {wire: family for family, wire in _WIRE_FAMILIES.items()}
#: From these first octets on, a cidr without a prefix is of class E, D, C and B; the prefixes.
_CLASSES: Final = ((240, 32), (224, 8), (192, 24), (128, 16), (0, 8))
_CLASS_D: Final = 224


class Address(NamedTuple):
    """An address with its prefix.

    Attributes:
        family: 4 or 6.
        number: The address.
        prefix: How many of its bits name the network.
    """

    family: int
    number: int
    prefix: int

    @property
    def bits(self) -> int:
        """How many bits there are."""
        return BITS[self.family]

    @property
    def host_mask(self) -> int:
        """The bits behind the prefix."""
        return (1 << (self.bits - self.prefix)) - 1

    @property
    def network(self) -> "Address":
        """The address without the bits behind the prefix."""
        return self._replace(number=self.number & ~self.host_mask)

    def packed(self) -> bytes:
        """Returns the value."""
        size = self.bits // 8
        network = (self.number & ~self.host_mask).to_bytes(size, "big")
        return bytes((self.family,)) + network + bytes((self.prefix,)) + self.raw()

    def raw(self) -> bytes:
        """Returns the address alone."""
        return self.number.to_bytes(self.bits // 8, "big")

    def text(self) -> str:
        """Returns the address without the prefix."""
        if self.family == 4:
            return str(ipaddress.IPv4Address(self.number))
        if self.number >> 32 == 0xFFFF or (self.number >> 32 == 0 and self.number >> 17):
            ending = ipaddress.IPv4Address(self.number & 0xFFFFFFFF)
            return f"::ffff:{ending}" if self.number >> 32 else f"::{ending}"
        return str(ipaddress.IPv6Address(self.number))


def unpacked(value: bytes) -> Address:
    """Returns the address that a value is."""
    size = len(value) // 2 - 1
    return Address(value[0], int.from_bytes(value[-size:], "big"), value[1 + size])


def _invalid(kind: str, text: str) -> DatabaseError:
    return DatabaseError("22P02", f'invalid input syntax for type {kind}: "{text}"')


def _octets(text: str) -> list[int] | None:
    octets = []
    for part in text.split("."):
        if not _DIGITS.fullmatch(part) or int(part) > 255:
            return None
        octets.append(int(part))
    return octets if len(octets) <= 4 else None


def _v4(text: str, *, is_cidr: bool) -> Address | None:
    address, slash, length = text.partition("/")
    octets = _octets(address)
    if octets is None or (slash and not _DIGITS.fullmatch(length)):
        return None
    given = 8 * len(octets)
    if slash:
        prefix = int(length)
        if prefix > 32 or (not is_cidr and prefix // 8 > len(octets)):
            return None
    elif is_cidr:
        prefix = max(next(bits for first, bits in _CLASSES if octets[0] >= first), given)
        if prefix == 8 and octets[0] == _CLASS_D:
            prefix = 4
    elif given == 32:
        prefix = 32
    else:
        return None
    return Address(4, int.from_bytes(bytes(octets).ljust(4, b"\0"), "big"), prefix)


def _v6(text: str) -> Address | None:
    address, slash, length = text.partition("/")
    if "%" in address or (slash and not _PREFIX_V6.fullmatch(length)):
        return None
    prefix = int(length) if slash else 128
    try:
        number = int(ipaddress.IPv6Address(address))
    except ValueError:
        return None
    return Address(6, number, prefix) if prefix <= 128 else None


def _parsed(text: str, kind: str) -> Address:
    found = _v6(text) if ":" in text else _v4(text, is_cidr=kind == "cidr")
    if found is None:
        raise _invalid(kind, text)
    return found


def _inet_in(text: str, _typmod: int, _env: Env) -> bytes:
    return _parsed(text, "inet").packed()


def inet_value(text: str) -> bytes:
    """Returns the inet that a text says. Raises 22P02."""
    return _inet_in(text, -1, Env())


def _cidr_in(text: str, _typmod: int, _env: Env) -> bytes:
    found = _parsed(text, "cidr")
    if found.number & found.host_mask:
        detail = "Value has bits set to right of mask."
        raise DatabaseError("22P02", f'invalid cidr value: "{text}"', detail=detail)
    return found.packed()


def inet_text(value: bytes) -> str:
    """Returns an inet's text: the prefix only where it isn't the whole address."""
    found = unpacked(value)
    return found.text() if found.prefix == found.bits else f"{found.text()}/{found.prefix}"


def cidr_text(value: bytes) -> str:
    """Returns a cidr's text, always with the prefix."""
    found = unpacked(value)
    return f"{found.text()}/{found.prefix}"


def _inet_out(value: bytes, _env: Env) -> str:
    return inet_text(value)


def _cidr_out(value: bytes, _env: Env) -> str:
    return cidr_text(value)


# ---- macaddr -------------------------------------------------------------------------------------


def _macaddr_in(text: str, _typmod: int, _env: Env) -> bytes:
    stripped = text.strip(" \t\n\r\v\f")
    for form in _MAC_FORMS:
        match = form.fullmatch(stripped)
        if match is not None:
            octets = [int(part, 16) for part in match.groups()]
            if max(octets) > 255:
                message = f'invalid octet value in "macaddr" value: "{text}"'
                raise DatabaseError("22003", message)
            return bytes(octets)
    raise _invalid("macaddr", text)


def _macaddr_out(value: bytes, _env: Env) -> str:
    return value.hex(":")


def _macaddr8_in(text: str, _typmod: int, _env: Env) -> bytes:
    """Reads six or eight octets, one kind of separator between any two of them or none."""
    found = _MAC8_FORM.fullmatch(text)
    if found is None or len(set(_MAC8_SEPARATOR.findall(found[1]))) > 1:
        raise _invalid("macaddr8", text)
    octets = bytes.fromhex(_MAC8_SEPARATOR.sub("", found[1]))
    if len(octets) == 6:
        return eui64(octets)
    if len(octets) != 8:
        raise _invalid("macaddr8", text)
    return octets


def eui64(address: bytes) -> bytes:
    """Returns an address of six octets as one of eight."""
    return address[:3] + b"\xff\xfe" + address[3:]


# ---- binary forms ----------------------------------------------------------------------------------


def send_address(value: bytes, *, is_cidr: bool) -> bytes:
    """Returns the binary form: family, bits, whether it is a cidr, the address's length, itself."""
    found = unpacked(value)
    raw = found.raw()
    head = (_WIRE_FAMILIES[found.family], found.prefix, int(is_cidr), len(raw))
    return struct.pack("4B", *head) + raw


def _receive_address(raw: bytes, kind: str) -> bytes:
    def invalid(what: str) -> DatabaseError:
        return DatabaseError("22P03", f'invalid {what} in external "{kind}" value')

    if len(raw) < 4:
        raise insufficient()
    family = _FAMILIES_OF_WIRE.get(raw[0])
    if family is None:
        raise invalid("address family")
    if raw[1] > BITS[family]:
        raise invalid("bits")
    if raw[3] * 8 != BITS[family] or len(raw) != 4 + raw[3]:
        raise invalid("length")
    found = Address(family, int.from_bytes(raw[4:], "big"), raw[1])
    if kind == "cidr" and found.number & found.host_mask:
        detail = "Value has bits set to right of mask."
        raise DatabaseError("22P03", 'invalid external "cidr" value', detail=detail)
    return found.packed()


def _inet_send(value: Any, _context: Context) -> bytes:
    return send_address(value, is_cidr=False)


def _cidr_send(value: Any, _context: Context) -> bytes:
    return send_address(value, is_cidr=True)


def _inet_receive(raw: bytes, _context: Context) -> Any:
    return _receive_address(raw, "inet")


def _cidr_receive(raw: bytes, _context: Context) -> Any:
    return _receive_address(raw, "cidr")


def _macaddr_send(value: Any, _context: Context) -> bytes:
    return bytes(value)


def _macaddr_receive(raw: bytes, _context: Context) -> Any:
    return sized(raw, 6)


def _macaddr8_receive(raw: bytes, _context: Context) -> Any:
    return eui64(raw) if len(raw) == 6 else sized(raw, 8)


text_io(oids.INET, _inet_in, _inet_out)
text_io(oids.CIDR, _cidr_in, _cidr_out)
text_io(oids.MACADDR, _macaddr_in, _macaddr_out)
text_io(oids.MACADDR8, _macaddr8_in, _macaddr_out)
binary_io(oids.INET, _inet_send, _inet_receive)
binary_io(oids.CIDR, _cidr_send, _cidr_receive)
binary_io(oids.MACADDR, _macaddr_send, _macaddr_receive)
binary_io(oids.MACADDR8, _macaddr_send, _macaddr8_receive)

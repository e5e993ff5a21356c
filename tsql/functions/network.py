"""Functions and operators of inet, cidr, macaddr and macaddr8.

The values' bytes have PostgreSQL's order, so comparison is Python's own (tsql/types/network.py).
"""

import operator
from collections.abc import Callable

from storage.errors import DatabaseError, not_supported
from tsql.functions.hashing import hash_bytes, hash_bytes_extended
from tsql.functions.registry import implements
from tsql.types.network import Address, cidr_text, eui64, inet_text, send_address, unpacked

_INT8_MAX = (1 << 63) - 1

for _suffix in ("eq", "ne", "lt", "le", "gt", "ge"):
    _names = f"network_{_suffix}", f"macaddr_{_suffix}", f"macaddr8_{_suffix}"
    implements(*_names)(getattr(operator, _suffix))


@implements("network_cmp", "macaddr_cmp", "macaddr8_cmp")
def network_cmp(a: bytes, b: bytes) -> int:
    return (a > b) - (a < b)


implements("network_larger")(max)
implements("network_smaller")(min)


@implements("inet_out")
def inet_out(value: bytes) -> str:
    return inet_text(value)


@implements("cidr_out", "network_show")
def network_show(value: bytes) -> str:
    return cidr_text(value)


@implements("inet_abbrev")
def inet_abbrev(value: bytes) -> str:
    return inet_text(value)


@implements("cidr_abbrev")
def cidr_abbrev(value: bytes) -> str:
    found = unpacked(value)
    if found.family == 6:
        raise not_supported("abbreviating a cidr of IPv6")
    octets = found.text().split(".")[: max(1, (found.prefix + 7) // 8)]
    return f"{'.'.join(octets)}/{found.prefix}"


@implements("network_host")
def network_host(value: bytes) -> str:
    return unpacked(value).text()


@implements("network_family")
def network_family(value: bytes) -> int:
    return unpacked(value).family


@implements("network_masklen")
def network_masklen(value: bytes) -> int:
    return unpacked(value).prefix


@implements("network_network", "inet_to_cidr")
def network_network(value: bytes) -> bytes:
    return unpacked(value).network.packed()


@implements("network_broadcast")
def network_broadcast(value: bytes) -> bytes:
    found = unpacked(value)
    return found._replace(number=found.number | found.host_mask).packed()


@implements("network_hostmask")
def network_hostmask(value: bytes) -> bytes:
    found = unpacked(value)
    return Address(found.family, found.host_mask, found.bits).packed()


@implements("network_netmask")
def network_netmask(value: bytes) -> bytes:
    found = unpacked(value)
    return Address(found.family, _inverted(found, found.host_mask), found.bits).packed()


def _inverted(found: Address, number: int) -> int:
    return ~number & ((1 << found.bits) - 1)


def _with_prefix(value: bytes, length: int) -> Address:
    found = unpacked(value)
    if not -1 <= length <= found.bits:
        raise DatabaseError("22023", f"invalid mask length: {length}")
    return found._replace(prefix=found.bits if length == -1 else length)


@implements("inet_set_masklen")
def inet_set_masklen(value: bytes, length: int) -> bytes:
    return _with_prefix(value, length).packed()


@implements("cidr_set_masklen")
def cidr_set_masklen(value: bytes, length: int) -> bytes:
    return _with_prefix(value, length).network.packed()


# ---- which contains which --------------------------------------------------------------------------


def _shares(a: Address, b: Address, bits: int) -> bool:
    """Returns whether two addresses begin with the same bits."""
    shift = a.bits - bits
    return a.family == b.family and a.number >> shift == b.number >> shift


def _containment(name: str, holds: Callable[[Address, Address], bool]) -> None:
    @implements(name)
    def contains(a: bytes, b: bytes) -> bool:
        return holds(unpacked(a), unpacked(b))


_containment("network_sub", lambda a, b: a.prefix > b.prefix and _shares(a, b, b.prefix))
_containment("network_subeq", lambda a, b: a.prefix >= b.prefix and _shares(a, b, b.prefix))
_containment("network_sup", lambda a, b: a.prefix < b.prefix and _shares(a, b, a.prefix))
_containment("network_supeq", lambda a, b: a.prefix <= b.prefix and _shares(a, b, a.prefix))
_containment("network_overlap", lambda a, b: _shares(a, b, min(a.prefix, b.prefix)))


@implements("inet_same_family")
def inet_same_family(a: bytes, b: bytes) -> bool:
    return a[0] == b[0]


@implements("inet_merge")
def inet_merge(a: bytes, b: bytes) -> bytes:
    left, right = unpacked(a), unpacked(b)
    if left.family != right.family:
        raise DatabaseError("22023", "cannot merge addresses from different families")
    common = left.bits - (left.number ^ right.number).bit_length()
    return left._replace(prefix=min(left.prefix, right.prefix, common)).network.packed()


# ---- arithmetic ------------------------------------------------------------------------------------


@implements("inetnot")
def inetnot(value: bytes) -> bytes:
    found = unpacked(value)
    return found._replace(number=_inverted(found, found.number)).packed()


def _of_one_size(a: bytes, b: bytes, verb: str) -> tuple[Address, Address]:
    left, right = unpacked(a), unpacked(b)
    if left.family != right.family:
        raise DatabaseError("22023", f"cannot {verb} inet values of different sizes")
    return left, right


@implements("inetand")
def inetand(a: bytes, b: bytes) -> bytes:
    left, right = _of_one_size(a, b, "AND")
    prefix = max(left.prefix, right.prefix)
    return Address(left.family, left.number & right.number, prefix).packed()


@implements("inetor")
def inetor(a: bytes, b: bytes) -> bytes:
    left, right = _of_one_size(a, b, "OR")
    prefix = max(left.prefix, right.prefix)
    return Address(left.family, left.number | right.number, prefix).packed()


def _out_of_range() -> DatabaseError:
    return DatabaseError("22003", "result is out of range")


@implements("inetpl")
def inetpl(value: bytes, count: int) -> bytes:
    found = unpacked(value)
    number = found.number + count
    if not 0 <= number < 1 << found.bits:
        raise _out_of_range()
    return found._replace(number=number).packed()


@implements("inetmi_int8")
def inetmi_int8(value: bytes, count: int) -> bytes:
    return inetpl(value, -count)


@implements("inetmi")
def inetmi(a: bytes, b: bytes) -> int:
    left, right = _of_one_size(a, b, "subtract")
    difference = left.number - right.number
    if not -_INT8_MAX - 1 <= difference <= _INT8_MAX:
        raise _out_of_range()
    return difference


# ---- macaddr ---------------------------------------------------------------------------------------


@implements("macaddr_out", "macaddr8_out")
def macaddr_out(value: bytes) -> str:
    return value.hex(":")


@implements("macaddr_trunc")
def macaddr_trunc(value: bytes) -> bytes:
    return value[:3] + b"\0\0\0"


@implements("macaddr8_trunc")
def macaddr8_trunc(value: bytes) -> bytes:
    return value[:3] + b"\0\0\0\0\0"


@implements("macaddr8_set7bit")
def macaddr8_set7bit(value: bytes) -> bytes:
    """Marks the address as a modified EUI-64, as IPv6 has it."""
    return bytes([value[0] | 2]) + value[1:]


@implements("macaddrtomacaddr8")
def macaddrtomacaddr8(value: bytes) -> bytes:
    return eui64(value)


@implements("macaddr8tomacaddr")
def macaddr8tomacaddr(value: bytes) -> bytes:
    if value[3:5] != b"\xff\xfe":
        raise DatabaseError(
            "22003",
            "macaddr8 data out of range to convert to macaddr",
            hint="Only addresses that have FF and FE as values in the 4th and 5th bytes from the left,"
            " for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to"
            " macaddr.",
        )
    return value[:3] + value[5:]


@implements("macaddr_not", "macaddr8_not")
def macaddr_not(value: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in value)


@implements("macaddr_and", "macaddr8_and")
def macaddr_and(a: bytes, b: bytes) -> bytes:
    return bytes(x & y for x, y in zip(a, b, strict=True))


@implements("macaddr_or", "macaddr8_or")
def macaddr_or(a: bytes, b: bytes) -> bytes:
    return bytes(x | y for x, y in zip(a, b, strict=True))


# ---- binary forms and hashes -----------------------------------------------------------------------


@implements("inet_send")
def inet_send(value: bytes) -> bytes:
    return send_address(value, is_cidr=False)


@implements("cidr_send")
def cidr_send(value: bytes) -> bytes:
    return send_address(value, is_cidr=True)


@implements("macaddr_send", "macaddr8_send")
def macaddr_send(value: bytes) -> bytes:
    return value


def _hashed(value: bytes) -> bytes:
    """Returns the bytes that PostgreSQL keeps: family, prefix, address."""
    sent = send_address(value, is_cidr=False)
    return sent[:2] + sent[4:]


@implements("hashinet")
def hashinet(value: bytes) -> int:
    return hash_bytes(_hashed(value))


@implements("hashinetextended")
def hashinetextended(value: bytes, seed: int) -> int:
    return hash_bytes_extended(_hashed(value), seed)


implements("hashmacaddr", "hashmacaddr8")(hash_bytes)
implements("hashmacaddrextended", "hashmacaddr8extended")(hash_bytes_extended)

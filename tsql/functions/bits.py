"""Functions and operators of bit strings. Manual: 9.6."""

import operator
from collections.abc import Callable

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.functions.aggregate import fold
from tsql.functions.limits import VALUE_SIZE_MAX, check_size, too_large
from tsql.functions.registry import implements
from tsql.types.bits import fit_bit, fit_varbit

_INT4_BITS, _INT8_BITS = 32, 64
#: PostgreSQL's VARBITMAXLEN: what is longer counts as no length.
_LENGTH_MAX = (1 << 31) - 8

for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    implements(f"bit{_name}")(getattr(operator, _name))


@implements("bitcmp")
def bitcmp(a: str, b: str) -> int:
    return (a > b) - (a < b)


@implements("bit", env=True)
def bit(env: Env, value: str, typmod: int, explicit: bool) -> str:
    if explicit:
        check_size(typmod, env)
    return fit_bit(value, typmod, explicit=explicit)


@implements("varbit")
def varbit(value: str, typmod: int, explicit: bool) -> str:
    return fit_varbit(value, typmod, explicit=explicit)


@implements("bit_out", "varbit_out")
def bit_out(value: str) -> str:
    return value


# ---- numbers -------------------------------------------------------------------------------------


@implements("bitfromint4", "bitfromint8", env=True)
def bit_from_integer(env: Env, value: int, typmod: int) -> str:
    """The rightmost bits of the number, its sign repeated to the left."""
    length = typmod if 0 < typmod <= _LENGTH_MAX else 1
    check_size(length, env)
    bits = min(length, _INT8_BITS)
    low = f"{value & (1 << bits) - 1:0{bits}b}"
    return low.rjust(length, "1" if value < 0 else "0")


def _register_to_integer(src: str, bits: int, type_name: str) -> None:
    @implements(src)
    def to_integer(value: str) -> int:
        if len(value) > bits:
            raise DatabaseError("22003", f"{type_name} out of range")
        number = int(value, 2) if value else 0
        return number - (1 << bits) if number >> (bits - 1) else number


_register_to_integer("bittoint4", _INT4_BITS, "integer")
_register_to_integer("bittoint8", _INT8_BITS, "bigint")


# ---- operators -----------------------------------------------------------------------------------


def _both(word: str, combine: Callable[[int, int], int]) -> Callable[[str, str], str]:
    def combined(a: str, b: str) -> str:
        if len(a) != len(b):
            raise DatabaseError("22026", f"cannot {word} bit strings of different sizes")
        return f"{combine(int(a, 2), int(b, 2)):0{len(a)}b}" if a else ""

    return combined


bit_and = implements("bit_and")(_both("AND", operator.and_))
bit_or = implements("bit_or")(_both("OR", operator.or_))
bit_xor = implements("bitxor")(_both("XOR", operator.xor))
fold(bit_and, "bit_and(bit)")
fold(bit_or, "bit_or(bit)")
fold(bit_xor, "bit_xor(bit)")

_TURNED = str.maketrans("01", "10")


@implements("bitnot")
def bitnot(value: str) -> str:
    return value.translate(_TURNED)


@implements("bitshiftleft")
def bitshiftleft(value: str, count: int) -> str:
    if count < 0:
        return bitshiftright(value, -count)
    return value[count:] + "0" * min(count, len(value))


@implements("bitshiftright")
def bitshiftright(value: str, count: int) -> str:
    if count < 0:
        return bitshiftleft(value, -count)
    return "0" * min(count, len(value)) + value[: max(len(value) - count, 0)]


@implements("bitcat")
def bitcat(a: str, b: str) -> str:
    if len(a) + len(b) > VALUE_SIZE_MAX:
        raise too_large()
    return a + b


# ---- parts ---------------------------------------------------------------------------------------


@implements("bitlength", "bit_length(bit)")
def bitlength(value: str) -> int:
    return len(value)


@implements("bitoctetlength")
def bitoctetlength(value: str) -> int:
    return -(-len(value) // 8)


@implements("bit_bit_count")
def bit_bit_count(value: str) -> int:
    return value.count("1")


def _negative_length() -> DatabaseError:
    return DatabaseError("22011", "negative substring length not allowed")


@implements("bitsubstr")
def bitsubstr(value: str, start: int, length: int) -> str:
    if length < 0:
        raise _negative_length()
    return value[max(start - 1, 0) : max(start - 1 + length, 0)]


@implements("bitsubstr_no_len")
def bitsubstr_no_len(value: str, start: int) -> str:
    return value[max(start - 1, 0) :]


@implements("bitoverlay")
def bitoverlay(value: str, other: str, start: int, length: int) -> str:
    if start <= 0:
        raise _negative_length()
    return bitcat(value[: start - 1], other) + value[max(start - 1 + length, 0) :]


@implements("bitoverlay_no_len")
def bitoverlay_no_len(value: str, other: str, start: int) -> str:
    return bitoverlay(value, other, start, len(other))


@implements("bitposition")
def bitposition(value: str, part: str) -> int:
    return value.find(part) + 1 if value else 0


def _index(value: str, number: int) -> int:
    if not 0 <= number < len(value):
        message = f"bit index {number} out of valid range (0..{len(value) - 1})"
        raise DatabaseError("2202E", message)
    return number


@implements("bitgetbit")
def bitgetbit(value: str, number: int) -> int:
    return int(value[_index(value, number)])


@implements("bitsetbit")
def bitsetbit(value: str, number: int, new: int) -> str:
    at = _index(value, number)
    if new not in (0, 1):
        raise DatabaseError("22023", "new bit must be 0 or 1")
    return f"{value[:at]}{new}{value[at + 1 :]}"

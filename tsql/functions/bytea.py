"""bytea functions and operators (PostgreSQL manual, chapter 9.5), except encoding as text.

Bytes count from 1 in substring and overlay, from 0 in get_byte and its relatives; bit 0 is the
lowest bit of byte 0.
"""

from storage.errors import DatabaseError
from tsql.functions.limits import VALUE_SIZE_MAX, index_out_of_range, too_large
from tsql.functions.registry import implements
from tsql.functions.text import overlay_bounds, slice_bounds

implements("byteaoctetlen")(len)


@implements("bit_length(bytea)")
def bit_length(value: bytes) -> int:
    return 8 * len(value)


@implements("byteacat")
def byteacat(a: bytes, b: bytes) -> bytes:
    if len(a) + len(b) > VALUE_SIZE_MAX:
        raise too_large()
    return a + b


@implements("bytea_substr")
def bytea_substr(value: bytes, start: int, length: int) -> bytes:
    first, last = slice_bounds(start, length)
    return value[first:last]


@implements("bytea_substr_no_len")
def bytea_substr_no_len(value: bytes, start: int) -> bytes:
    return value[start - 1 :] if start > 1 else value


@implements("byteaoverlay")
def byteaoverlay(value: bytes, new: bytes, start: int, length: int) -> bytes:
    head, tail = overlay_bounds(start, length)
    return byteacat(byteacat(value[:head], new), value[tail:])


@implements("byteaoverlay_no_len")
def byteaoverlay_no_len(value: bytes, new: bytes, start: int) -> bytes:
    return byteaoverlay(value, new, start, len(new))


@implements("byteapos")
def byteapos(value: bytes, sought: bytes) -> int:
    return value.find(sought) + 1


@implements("byteatrim")
def byteatrim(value: bytes, characters: bytes) -> bytes:
    return value.strip(characters)


@implements("bytealtrim")
def bytealtrim(value: bytes, characters: bytes) -> bytes:
    return value.lstrip(characters)


@implements("byteartrim")
def byteartrim(value: bytes, characters: bytes) -> bytes:
    return value.rstrip(characters)


@implements("byteaGetByte")
def get_byte(value: bytes, number: int) -> int:
    if not 0 <= number < len(value):
        raise index_out_of_range(number, len(value) - 1)
    return value[number]


@implements("byteaSetByte")
def set_byte(value: bytes, number: int, byte: int) -> bytes:
    get_byte(value, number)
    return value[:number] + bytes((byte & 0xFF,)) + value[number + 1 :]


@implements("byteaGetBit")
def get_bit(value: bytes, number: int) -> int:
    if not 0 <= number < 8 * len(value):
        raise index_out_of_range(number, 8 * len(value) - 1)
    return value[number // 8] >> number % 8 & 1


@implements("byteaSetBit")
def set_bit(value: bytes, number: int, bit: int) -> bytes:
    get_bit(value, number)
    if bit not in (0, 1):
        raise DatabaseError("22023", "new bit must be 0 or 1")
    index = number // 8
    byte = value[index] & ~(1 << number % 8) | bit << number % 8
    return value[:index] + bytes((byte,)) + value[index + 1 :]


@implements("bytea_bit_count")
def bit_count(value: bytes) -> int:
    return int.from_bytes(value, "big").bit_count()

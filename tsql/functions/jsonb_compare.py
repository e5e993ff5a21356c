"""Order, equality and hash of jsonb, and casts of a jsonb scalar to a number or boolean.

Object > array > boolean > number > string > null. Arrays and objects compare by their number of
elements first, then element by element; of objects each key before its value, in stored order. Two
old oddities stay: an empty array at the top is less than any scalar, and keys compare by bytes
although they are stored by length.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from storage.errors import DatabaseError
from tsql.functions.hashing import (
    hash_bytes,
    hash_bytes_extended,
    hash_number,
    hash_number_extended,
    hash_uint32_extended,
)
from tsql.functions.json_values import inner
from tsql.functions.jsonb_access import jsonb_typeof
from tsql.functions.number_cast import numeric_float4, numeric_float8
from tsql.functions.registry import implements
from tsql.functions.text_comparison import bttextcmp
from tsql.types.integers import out_of_range
from tsql.types.json import plain

_NULL, _STRING, _NUMBER, _BOOLEAN, _ARRAY, _OBJECT = range(6)
_RANKS: dict[type, int] = {
    type(None): _NULL,
    str: _STRING,
    int: _NUMBER,
    Decimal: _NUMBER,
    bool: _BOOLEAN,
    list: _ARRAY,
    dict: _OBJECT,
}


def _sign(a: Any, b: Any) -> int:
    return 1 if a > b else -1 if a < b else 0


def _compare(a: Any, b: Any) -> int:
    rank_a, rank_b = _RANKS.get(type(a)), _RANKS.get(type(b))
    if rank_a is None or rank_b is None:
        return _compare(plain(a), plain(b))
    if rank_a != rank_b:
        return _sign(rank_a, rank_b)
    if rank_a < _ARRAY:
        if rank_a == _STRING:
            return bttextcmp(a, b)
        return 0 if rank_a == _NULL else _sign(a, b)
    if len(a) != len(b):
        return _sign(len(a), len(b))
    for x, y in zip(a, b, strict=True):
        is_array = rank_a == _ARRAY
        order = _compare(x, y) if is_array else bttextcmp(x, y) or _compare(a[x], b[y])
        if order:
            return order
    return 0


@implements("jsonb_cmp")
def jsonb_cmp(a: Any, b: Any) -> int:
    """Compares two documents. At the top a scalar counts as an array of one that is less."""
    a, b = inner(a), inner(b)
    a_is_array, b_is_array = type(a) is list, type(b) is list
    if a_is_array is not b_is_array:
        if a_is_array and type(b) is not dict:
            return -1 if not a else 1
        if b_is_array and type(a) is not dict:
            return 1 if not b else -1
    return _compare(a, b)


@implements("jsonb_eq")
def jsonb_eq(a: Any, b: Any) -> bool:
    return jsonb_cmp(a, b) == 0


@implements("jsonb_ne")
def jsonb_ne(a: Any, b: Any) -> bool:
    return jsonb_cmp(a, b) != 0


@implements("jsonb_lt")
def jsonb_lt(a: Any, b: Any) -> bool:
    return jsonb_cmp(a, b) < 0


@implements("jsonb_le")
def jsonb_le(a: Any, b: Any) -> bool:
    return jsonb_cmp(a, b) <= 0


@implements("jsonb_gt")
def jsonb_gt(a: Any, b: Any) -> bool:
    return jsonb_cmp(a, b) > 0


@implements("jsonb_ge")
def jsonb_ge(a: Any, b: Any) -> bool:
    return jsonb_cmp(a, b) >= 0


# ---- hashes -----------------------------------------------------------------------------------

_MASK = 0xFFFFFFFF
_MASK_64 = 0xFFFFFFFFFFFFFFFF
_ARRAY_FLAG = 0x40000000
_OBJECT_FLAG = 0x20000000


def _fold(node: Any, start: int, flag: Callable[[int], int], mix: Callable[[int, Any], int]) -> int:
    """Goes over keys and values in order; `mix` takes each scalar in, `flag` marks containers."""
    node = plain(node)
    if type(node) is dict:
        result = start ^ flag(_OBJECT_FLAG)
        for key, value in node.items():
            result = _fold(value, mix(result, key), flag, mix)
        return result
    if type(node) is list:
        result = start ^ flag(_ARRAY_FLAG)
        for item in node:
            result = _fold(item, result, flag, mix)
        return result
    return mix(start, node)


def _container(tree: Any) -> Any:
    is_container = type(tree) is dict or type(tree) is list or isinstance(tree, frozenset)
    return tree if is_container else [inner(tree)]


def _mix(value: int, scalar: Any) -> int:
    if scalar is None:
        part = 1
    elif type(scalar) is bool:
        part = 2 if scalar else 4
    elif type(scalar) is str:
        part = hash_bytes(scalar.encode())
    else:
        part = hash_number(scalar)
    return ((value << 1 | value >> 31) ^ part) & _MASK


@implements("jsonb_hash")
def jsonb_hash(tree: Any) -> int:
    tree = _container(tree)
    if not tree:
        return 0
    value = _fold(tree, 0, lambda flag: flag, _mix)
    return value - (1 << 32) if value >> 31 else value


@implements("jsonb_hash_extended")
def jsonb_hash_extended(tree: Any, seed: int) -> int:
    def mix(value: int, scalar: Any) -> int:
        if scalar is None:
            part = seed + 1
        elif type(scalar) is bool:
            part = hash_uint32_extended(scalar, seed) if seed else (2 if scalar else 4)
        elif type(scalar) is str:
            part = hash_bytes_extended(scalar.encode(), seed)
        else:
            part = hash_number_extended(scalar, seed)
        rotated = (value << 1 & 0xFFFFFFFEFFFFFFFE) | (value >> 31 & 0x100000001)
        return (rotated ^ part) & _MASK_64

    tree = _container(tree)
    if not tree:
        return seed
    value = _fold(tree, 0, lambda flag: flag << 32 | flag, mix)
    return value - (1 << 64) if value >> 63 else value


# ---- casts ------------------------------------------------------------------------------------


#: No int8 has more.
_INTEGER_DIGITS_MAX = 20


def _cannot_cast(tree: Any, target: str) -> DatabaseError:
    kind = jsonb_typeof(tree).replace("number", "numeric")
    return DatabaseError("22023", f"cannot cast jsonb {kind} to type {target}")


def _number(tree: Any, target: str) -> int | Decimal:
    if type(tree) is int or type(tree) is Decimal:
        return tree
    raise _cannot_cast(tree, target)


@implements("jsonb_bool")
def jsonb_bool(tree: Any) -> bool:
    if type(tree) is bool:
        return tree
    raise _cannot_cast(tree, "boolean")


@implements("jsonb_numeric")
def jsonb_numeric(tree: Any) -> Decimal:
    return Decimal(_number(tree, "numeric"))


@implements("jsonb_float4")
def jsonb_float4(tree: Any) -> float:
    return numeric_float4(Decimal(_number(tree, "real")))


@implements("jsonb_float8")
def jsonb_float8(tree: Any) -> float:
    return numeric_float8(Decimal(_number(tree, "double precision")))


def _integer(target: str, bits: int) -> Callable[[Any], int]:
    limit = 1 << (bits - 1)

    def cast(tree: Any) -> int:
        value = Decimal(_number(tree, target))
        if value.adjusted() < _INTEGER_DIGITS_MAX:
            whole = int(value.to_integral_value(ROUND_HALF_UP))
            if -limit <= whole < limit:
                return whole
        raise out_of_range(target)

    return cast


implements("jsonb_int2")(_integer("smallint", 16))
implements("jsonb_int4")(_integer("integer", 32))
implements("jsonb_int8")(_integer("bigint", 64))

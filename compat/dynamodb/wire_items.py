"""Items straight from the store to the wire, where nothing in between has to look at them.

GetItem and Query without projection and filter are most of what a table is asked. Their items needn't
become values first: msgpack's text becomes {"S": text}, and a number's text is the wire's number,
if it is written as DynamoDB writes it. What isn't of that sort (SQL's dates among the attributes,
numbers with a display scale) goes the long way, item by item.
"""

from base64 import b64encode
from collections.abc import Callable
from typing import Any, Final, cast

import msgspec

from compat.dynamodb.attribute_values import write_value
from storage.items import HEADER_SIZE
from storage.packing import Extension, read_extension
from storage.schema import ColumnPolicy, Table
from storage.types import Kind

_DECIMAL: Final = int(Extension.DECIMAL)
_STRING_SET: Final = int(Extension.STRING_SET)
_TYPED: Final = int(Extension.TYPED)
_unpack_texts: Final = msgspec.msgpack.Decoder(list[str]).decode


class LongWay(Exception):  # noqa: N818 - a signal of control flow, not a fault
    """An item that has to become values first."""


#: A type's letter and what is behind it: a value in wire form already. msgpack itself has no tuples.
_Wired = tuple[str, Any]


def _read_wired(code: int, data: memoryview) -> _Wired:
    if code == _DECIMAL:
        return "N", _wired_number(str(data, "ascii"))
    if code == _STRING_SET:
        # Members are stored in the order in which they are shown.
        return "SS", _unpack_texts(data)
    if code == _TYPED:
        raise LongWay
    ((letter, content),) = write_value(read_extension(code, data)).items()
    return letter, content


def _wired_number(text: str) -> str:
    """Returns a number's text if it is DynamoDB's own for it: no E, no zeros to trim."""
    if len(text) > _DIGITS_SURE:
        raise LongWay
    if text.isdecimal():
        return text
    if "." in text:
        if "E" in text or text[-1] == "0":
            raise LongWay
    elif not text[1:].isdecimal():
        raise LongWay
    return text


#: So many characters are a number of at most 38 digits.
_DIGITS_SURE: Final = 38
_unpack: Final = msgspec.msgpack.Decoder(dict[int | str, Any], ext_hook=_read_wired).decode
_WRAPS: Final[dict[type, Callable[[Any], dict[str, Any]]]] = {
    str: lambda value: {"S": value},
    bool: lambda value: {"BOOL": value},
    bytes: lambda value: {"B": b64encode(value).decode()},
    type(None): lambda _value: {"NULL": True},
    int: lambda value: {"N": str(value)},
    tuple: lambda value: {value[0]: value[1]},
    dict: lambda value: {"M": {n: _WRAPS[type(v)](v) for n, v in value.items()}},
    list: lambda value: {"L": [_WRAPS[type(v)](v) for v in value]},
}
_KEY_WRAPS: Final[dict[Kind, Callable[[Any], dict[str, Any]]]] = {
    Kind.TEXT: _WRAPS[str],
    Kind.DECIMAL: lambda value: {"N": _wired_number(value)},
    Kind.BYTES: _WRAPS[bytes],
}


def wire_reader(table: Table) -> Callable[[bytes], dict[str, Any]] | None:
    """Returns what makes an item's wire form of its stored value; None for tables of other kinds.

    It raises LongWay for an item that has to become values first.
    """
    columns = table.columns
    keys = set(table.key_column_ids)
    if table.policy is not ColumnPolicy.DYNAMIC or any(
        column.id not in keys or column.kind not in _KEY_WRAPS for column in columns
    ):
        return None
    fields = [(column.id, column.name, _KEY_WRAPS[column.kind]) for column in columns]
    wraps = _WRAPS

    def read(stored: bytes) -> dict[str, Any]:
        raw = _unpack(stored[HEADER_SIZE:])
        item: dict[str, Any] = {}
        for number, name, wrap in fields:
            item[name] = wrap(raw.pop(number))
        try:
            for name, value in cast(dict[str, Any], raw).items():
                kind = type(value)
                # Text is what there is most of.
                if kind is str:
                    item[name] = {"S": value}
                elif kind is tuple:
                    item[name] = {value[0]: value[1]}
                else:
                    item[name] = wraps[kind](value)
        except KeyError:  # a float
            raise LongWay from None
        return item

    return read

"""Items straight from the wire to the store, in one pass, where nothing about them is odd.

The counterpart of wire_items.py. An item on its way in is looked at many times: its types, its
constraints, its values, its key, its row, what the registry knows, its stored form. `PlainTable` does all
of that at once for an item that is right in every respect, of attributes the table has had before.
Whatever isn't plainly right is a LongWay: the steps one by one find out what is wrong with it, in AWS's
order, or that it was right after all.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any, Final

from msgspec import Raw
from msgspec.msgpack import Decoder, Ext

from compat.dynamodb.attribute_values import Item, Value, map_order, read_value
from compat.dynamodb.documents import attribute_in
from compat.dynamodb.errors import DynamoError
from compat.dynamodb.numbers import DIGITS_MAX, parse_number
from compat.dynamodb.wire_items import LongWay
from storage.items import HEADER_SIZE
from storage.keycode import KeyCode
from storage.packing import Extension, kind_of, pack, tree_to_stored, unpack
from storage.schema import ColumnPolicy, Table
from storage.types import Kind, Typed

#: Text of so many characters fits any key, whatever they are; longer ones need a count.
_KEY_CHARACTERS_SURE: Final = 256
#: Deeper documents are measured the long way.
_LEVELS_SURE: Final = 16
#: So many digits are an integer of 64 bits.
_INTEGER_DIGITS_SURE: Final = 18
_DECIMAL: Final = int(Extension.DECIMAL)
_INT_MIN: Final = -(2**63)
_INT_MAX: Final = 2**63 - 1

#: Makes the stored form of what is behind a type's letter. Raises LongWay.
Store = Callable[[Any], Any]

_KINDS: Final = {
    "S": Kind.TEXT,
    "N": Kind.DECIMAL,
    "B": Kind.BYTES,
    "BOOL": Kind.BOOL,
    "L": Kind.JSONB,
    "M": Kind.JSONB,
    "SS": Kind.STRING_SET,
    "NS": Kind.NUMBER_SET,
    "BS": Kind.BINARY_SET,
}
_LETTERS: Final = {Kind.TEXT: "S", Kind.DECIMAL: "N", Kind.BYTES: "B"}


def _is_plain_number(text: Any) -> bool:
    """Returns whether a text is its own canonical form, and an integer above 0."""
    return (
        type(text) is str
        and len(text) <= DIGITS_MAX
        and text.isdecimal()
        and text.isascii()
        and text[0] != "0"
    )


def _number(text: Any) -> Decimal:
    if type(text) is not str:
        raise LongWay
    try:
        return parse_number(text)
    except DynamoError:
        raise LongWay from None


def _store_text(text: Any) -> Any:
    if type(text) is not str:
        raise LongWay
    return text


def _store_number(text: Any) -> Any:
    if not _is_plain_number(text):
        text = str(_number(text))
    return Ext(_DECIMAL, text.encode())


def _store_number_in_tree(text: Any) -> Any:
    if _is_plain_number(text) and len(text) <= _INTEGER_DIGITS_SURE:
        return int(text)
    number = _number(text)
    if number.as_tuple().exponent == 0 and _INT_MIN <= number <= _INT_MAX:
        return int(number)
    return Ext(_DECIMAL, str(number).encode())


def _store_bytes(text: Any) -> bytes:
    if type(text) is not str:
        raise LongWay
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        raise LongWay from None
    if b64encode(data).decode() != text:
        raise LongWay
    return data


def _store_boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise LongWay
    return value


def _store_null(value: Any) -> None:
    if value is not True:
        raise LongWay


def _store_set(extension: Extension, read: Callable[[Any], Any], show: Store | None) -> Store:
    code = int(extension)

    def store(members: Any) -> Any:
        if type(members) is not list or not members:
            raise LongWay
        values = {read(member) for member in members}
        if len(values) < len(members):
            raise LongWay
        ordered = sorted(values)
        return Ext(code, pack(ordered if show is None else [show(value) for value in ordered]))

    return store


def _store_map(members: Any, level: int = 1) -> dict[str, Any]:
    if type(members) is not dict or level > _LEVELS_SURE or "" in members:
        raise LongWay
    names = members if len(members) < 2 else sorted(members, key=map_order)
    return {name: _store_member(members[name], level) for name in names}


def _store_list(members: Any, level: int = 1) -> list[Any]:
    if type(members) is not list or level > _LEVELS_SURE:
        raise LongWay
    return [_store_member(member, level) for member in members]


def _store_member(value: Any, level: int) -> Any:
    if type(value) is not dict or len(value) != 1:
        raise LongWay
    ((letter, content),) = value.items()
    if letter == "M":
        return _store_map(content, level + 1)
    if letter == "L":
        return _store_list(content, level + 1)
    store = _IN_TREES.get(letter)
    if store is None:
        raise LongWay
    return store(content)


_STORES: Final[dict[str, Store]] = {
    "S": _store_text,
    "N": _store_number,
    "B": _store_bytes,
    "BOOL": _store_boolean,
    "NULL": _store_null,
    "SS": _store_set(Extension.STRING_SET, _store_text, None),
    "NS": _store_set(Extension.NUMBER_SET, _number, str),
    "BS": _store_set(Extension.BINARY_SET, _store_bytes, None),
    "M": _store_map,
    "L": _store_list,
}
#: Types whose values are stored as they are.
_KEPT_LETTERS: Final = frozenset({"S", "B", "BOOL", "NULL"})
_IN_TREES: Final = {**_STORES, "N": _store_number_in_tree}


def plain_value(wire: Any) -> Value:
    """Returns the value that the wire shows. Raises LongWay unless it is plainly right."""
    if type(wire) is not dict or len(wire) != 1:
        raise LongWay
    for letter, content in wire.items():
        store = _STORES.get(letter)
        if store is None:
            raise LongWay
        if letter == "N":
            return _number(content)
        stored = store(content)
        if letter in _KEPT_LETTERS:
            return stored
    try:
        return read_value(wire)
    except DynamoError:
        raise LongWay from None


def _key_text(text: Any) -> str:
    if type(text) is not str or not 0 < len(text) <= _KEY_CHARACTERS_SURE:
        raise LongWay
    return text


def _key_bytes(text: Any) -> bytes:
    data = _store_bytes(text)
    if not 0 < len(data) <= _KEY_CHARACTERS_SURE:
        raise LongWay
    return data


def _sought_number(text: Any) -> Decimal | int:
    """Returns a number that is looked for: how it would be stored needn't be known."""
    if (
        type(text) is str
        and text.isdecimal()
        and text.isascii()
        and len(text) <= _INTEGER_DIGITS_SURE
    ):
        return int(text)
    return _number(text)


_KEY_READS: Final[dict[Kind, Callable[[Any], Any]]] = {
    Kind.TEXT: _key_text,
    Kind.DECIMAL: _number,
    Kind.BYTES: _key_bytes,
}
_SOUGHT_READS: Final = {**_KEY_READS, Kind.DECIMAL: _sought_number}


#: A stored item whose attributes are packed still.
Packed = dict[int | str, Any]
_unpack_around: Final = Decoder(dict[int | str, Raw]).decode


class PlainTable:
    """The short way into one version of a table made through DynamoDB.

    Attributes:
        key_reads: Of each key attribute in order, its type's letter and what reads what is behind it, to
            look for it.

    Args:
        code: Of its keys.
    """

    def __init__(self, table: Table, code: KeyCode) -> None:
        self._encode = code.encode
        self._ids = tuple(column.id for column in table.columns)
        columns = [table.column_by_id(column_id) for column_id in table.key_column_ids]
        self._keys = tuple(
            (column.id, column.name, _LETTERS[column.kind], _KEY_READS[column.kind])
            for column in columns
        )
        self.key_reads = tuple(
            (_LETTERS[column.kind], _SOUGHT_READS[column.kind]) for column in columns
        )
        self._sought = tuple(
            (column.name, *read) for column, read in zip(columns, self.key_reads, strict=True)
        )
        names = {column.name for column in columns}
        self._known = {name: frozenset(kinds) for name, kinds in table.attributes}
        #: What stores an attribute, by its name and its type's letter.
        self._stores: dict[str, dict[str, Store]] = {
            name: {
                letter: store
                for letter, store in _STORES.items()
                if letter == "NULL" or _KINDS[letter] in kinds
            }
            for name, kinds in self._known.items()
            if name and name not in names
        }

    def key(self, wire: Any) -> bytes:
        """Returns the key in the store for a key on the wire. Raises LongWay."""
        if type(wire) is not dict or len(wire) != len(self._sought):
            raise LongWay
        values = []
        for name, letter, read in self._sought:
            value = wire.get(name)
            if type(value) is not dict or len(value) != 1:
                raise LongWay
            values.append(read(value.get(letter)))
        return self._encode(values)

    def _key_values(self, wire: dict[str, Any]) -> list[tuple[int, Any]]:
        values = []
        for column_id, name, letter, read in self._keys:
            value = wire.get(name)
            if type(value) is not dict or len(value) != 1:
                raise LongWay
            values.append((column_id, read(value.get(letter))))
        return values

    def item(self, wire: Any) -> tuple[bytes, bytes]:
        """Returns the key in the store and the body of an item on the wire. Raises LongWay."""
        if type(wire) is not dict:
            raise LongWay
        keys = self._key_values(wire)
        stored: dict[int | str, Any] = dict.fromkeys(self._ids)
        stored.update(keys)
        stores, missing = self._stores, len(keys)
        for name, value in wire.items():
            by_letter = stores.get(name)
            if by_letter is None:
                # A key attribute, or one that the registry has to learn.
                missing -= 1
                continue
            if type(value) is not dict or len(value) != 1:
                raise LongWay
            for letter, content in value.items():
                store = by_letter.get(letter)
                if store is _store_text and type(content) is str:
                    # Text is what there is most of.
                    stored[name] = content
                elif store is not None:
                    stored[name] = store(content)
                else:
                    raise LongWay
        if missing:
            raise LongWay
        return self._encode([value for _, value in keys]), pack(stored)

    def part(self, stored: bytes, names: Collection[str]) -> tuple[Packed, Item]:
        """Returns a stored item, packed still, and these of its attributes.

        Raises LongWay for what SQL has written.
        """
        packed: Packed = _unpack_around(stored[HEADER_SIZE:])
        item: Item = {}
        for column_id, name, letter, _ in self._keys:
            if name not in names:
                continue
            value = unpack(packed[column_id])
            item[name] = Decimal(value) if letter == "N" else value
        for name in names:
            raw = packed.get(name)
            if raw is not None:
                item[name] = value = unpack(raw)
                if type(value) is Typed or type(value) is float:
                    raise LongWay
        return packed, item

    def with_part(self, packed: Packed, part: Item, names: Collection[str]) -> bytes:
        """Returns the body of the item with these attributes as they are in the part, or gone.

        Raises LongWay for an attribute that the registry has to learn.
        """
        for name in names:
            if name not in part:
                packed.pop(name, None)
                continue
            value = attribute_in(part[name])
            if value is not None and kind_of(value) not in self._known.get(name, ()):
                raise LongWay
            packed[name] = tree_to_stored(value)
        return pack(packed)


def plain_table(table: Table, code: KeyCode) -> PlainTable | None:
    """Returns the short way into a table, or None if it has columns beside its key."""
    keys = set(table.key_column_ids)
    if table.policy is not ColumnPolicy.DYNAMIC:
        return None
    if any(column.id not in keys or column.kind not in _LETTERS for column in table.columns):
        return None
    return PlainTable(table, code)

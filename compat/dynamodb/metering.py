"""What operations consume, by the rules of compat/dynamodb/capacity.py, from what they did."""

from collections.abc import Iterable
from typing import Any

from compat.dynamodb.attribute_values import Item, write_item
from compat.dynamodb.capacity import Consumed, index_write_units, read_units, write_units
from compat.dynamodb.item_size import item_size
from compat.dynamodb.service import Body
from compat.dynamodb.tables import IndexHandle, TableHandle
from compat.dynamodb.writes import Outcome


def wants_capacity(body: Body) -> bool:
    """Returns whether a request asks for what it consumes."""
    return body.get("ReturnConsumedCapacity", "NONE") in {"TOTAL", "INDEXES"}


def projected(handle: TableHandle, index: IndexHandle, item: Item | None) -> Item | None:
    """Returns what an index shows of an item, or None if the item isn't in it."""
    if item is None:
        return None
    definition = index.definition
    types = definition.key.types
    for name in definition.key.names:
        if name not in item or not _has_type(item[name], types[name]):
            return None
    if definition.projection == "ALL":
        return item
    names = {*handle.key.names, *definition.key.names, *definition.non_key}
    return {name: value for name, value in item.items() if name in names}


def _has_type(value: Any, letter: str) -> bool:
    if letter == "S":
        return isinstance(value, str)
    if letter == "B":
        return isinstance(value, bytes)
    return not isinstance(value, str | bytes | bool | None)


def charge_read(
    consumed: Consumed, size: int, *, consistent: bool, transactional: bool = False
) -> None:
    """Adds the reading of one item of the table."""
    consumed.table += read_units(size, consistent=consistent, transactional=transactional)


def charge_write(
    consumed: Consumed, handle: TableHandle, outcome: Outcome, *, transactional: bool = False
) -> None:
    """Adds a write, with the indexes that it changed."""
    old, new = outcome.old, outcome.new
    before = item_size(old) if old else 0
    after = before if new is old else item_size(new) if new else 0
    consumed.table += write_units(before, after, transactional=transactional)
    if new is old:
        return
    for index in handle.indexes.values():
        units = _index_units(handle, index, old, new)
        if units:
            charge_index(consumed, index, units)


def charge_index(consumed: Consumed, index: IndexHandle, units: float) -> None:
    """Adds units of an index."""
    definition = index.definition
    if definition.is_local:
        consumed.add_local(definition.name, units)
    else:
        consumed.add_global(definition.name, units)


def _index_units(
    handle: TableHandle, index: IndexHandle, old: Item | None, new: Item | None
) -> float:
    was, becomes = projected(handle, index, old), projected(handle, index, new)
    names = (*index.definition.key.names, *handle.key.names)
    return index_write_units(
        None if was is None else item_size(was),
        None if becomes is None else item_size(becomes),
        same_key=was is not None
        and becomes is not None
        and all(was[name] == becomes[name] for name in names),
        is_identical=was is not None and write_item(was) == write_item(becomes or {}),
    )


def render_one(body: Body, consumed: Consumed) -> dict[str, Any]:
    """Returns the ConsumedCapacity member of an answer about one table, if it is wanted."""
    shown = consumed.render(body.get("ReturnConsumedCapacity", "NONE"))
    return {} if shown is None else {"ConsumedCapacity": shown}


def render_all(body: Body, consumed: Iterable[Consumed]) -> dict[str, Any]:
    """Returns the ConsumedCapacity member of an answer about several tables, if it is wanted."""
    mode = body.get("ReturnConsumedCapacity", "NONE")
    if mode == "NONE":
        return {}
    return {"ConsumedCapacity": [shown for each in consumed if (shown := each.render(mode))]}


def collection_metrics(handle: TableHandle, item: Item) -> dict[str, Any] | None:
    """Returns the metrics of an item's collection; a table without local indexes has none."""
    if not any(index.definition.is_local for index in handle.indexes.values()):
        return None
    name = handle.key.hash[0]
    return {
        "ItemCollectionKey": write_item({name: item[name]}),
        "SizeEstimateRangeGB": [0.0, 1.0],
    }

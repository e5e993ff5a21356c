"""GetItem, PutItem, UpdateItem and DeleteItem."""

from collections.abc import Sequence
from typing import Any, Final

from compat.dynamodb.attribute_values import Item, read_item, write_item
from compat.dynamodb.capacity import Consumed
from compat.dynamodb.errors import conditional_check_failed, in_envelope, validation
from compat.dynamodb.expressions.condition import Condition
from compat.dynamodb.expressions.update import Update
from compat.dynamodb.item_size import ITEM_SIZE_BYTES_MAX, item_size
from compat.dynamodb.key_schema import check_index_keys, check_item_keys
from compat.dynamodb.metering import (
    charge_read,
    charge_write,
    collection_metrics,
    render_one,
    wants_capacity,
)
from compat.dynamodb.operations.parameters import (
    condition_of,
    encoded_key,
    failed_item,
    key_of_item,
    placeholders_of,
    projection_of,
    read_key,
    update_of,
)
from compat.dynamodb.service import Body, Caller, Service
from compat.dynamodb.tables import TableHandle
from compat.dynamodb.wire_items import LongWay
from compat.dynamodb.writes import UNCHANGED, Action, Decide, Decision, Outcome, PartUpdate

_UPDATE_TOO_LARGE: Final = "Item size to update has exceeded the maximum allowed size"

# ---- GetItem -----------------------------------------------------------------------------------


async def get_item(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Returns one item, as the newest durable commit left it, consistent or not."""
    key = read_key(body)
    projection = None
    if "ProjectionExpression" in body or "AttributesToGet" in body:
        placeholders = placeholders_of(body)
        projection = projection_of(body, placeholders, takes_legacy=True)
        placeholders.check_all_used()
    handle = service.tables.get(body["TableName"])
    value = service.store.get_now(encoded_key(handle, key))
    answer: dict[str, Any] = {}
    item: Item = {}
    if value is not None and projection is None and not wants_capacity(body):
        return {"Item": handle.show(value)}
    if value is not None:
        item = handle.documents.item(handle.access.decode(value))
        answer["Item"] = write_item(item if projection is None else projection.apply(item))
    if wants_capacity(body):
        consumed = Consumed(handle.name)
        charge_read(consumed, item_size(item), consistent=bool(body.get("ConsistentRead")))
        answer.update(render_one(body, consumed))
    return answer


# ---- what the writes decide --------------------------------------------------------------------


def check_indexed(handle: TableHandle, item: Item, update: Update | None = None) -> None:
    """Raises ValidationException for attributes that an index of the table can't have.

    Of an update only what it changes is looked at. Indexes come in order of their names, as the
    first one is named.
    """
    changed = None if update is None else update.target_names()
    for name in sorted(handle.indexes):
        index = handle.indexes[name]
        key = index.definition.key
        if index.is_carried and (changed is None or any(each in changed for each in key.names)):
            check_index_keys(item, name, key, is_update=update is not None)


def decide_put(body: Body, item: Item, condition: Condition | None) -> Decide:
    """Returns what PutItem does to an item."""

    def decide(old: Item | None) -> Decision:
        require(condition, body, old)
        return item

    return decide


def decide_delete(body: Body, condition: Condition | None) -> Decide:
    """Returns what DeleteItem does to an item."""

    def decide(old: Item | None) -> Decision:
        require(condition, body, old)
        return None if old is not None else UNCHANGED

    return decide


def decide_update(
    body: Body,
    handle: TableHandle,
    key: Item,
    update: Update | None,
    condition: Condition | None,
) -> Decide:
    """Returns what UpdateItem does to an item."""

    def decide(old: Item | None) -> Decision:
        require(condition, body, old)
        base = key if old is None else old
        if update is None:
            return base
        if old is None and not update.makes_items():
            # Not even what is wrong with its paths is looked at.
            return UNCHANGED
        new = update.apply(base)
        if handle.indexes:
            check_indexed(handle, new, update)
        if item_size(new) > ITEM_SIZE_BYTES_MAX:
            raise validation(_UPDATE_TOO_LARGE)
        return new

    return decide


def update_part(
    body: Body, wanted: str, update: Update, condition: Condition | None
) -> PartUpdate | None:
    """Returns how UpdateItem does with a part of the item; None if its answer needs the whole."""
    if (
        wanted in {"ALL_OLD", "ALL_NEW"}
        or wants_capacity(body)
        or body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    ):
        return None
    names = update.attribute_names()
    if condition is not None:
        names = names.union(condition.attribute_names())

    def decide(old: Item, bytes_max: int) -> Item:
        require(condition, body, old)
        new = update.apply(old)
        if not update.fits_surely(new, bytes_max):
            raise LongWay
        return new

    return PartUpdate(names, update.target_names(), decide)


def require(condition: Condition | None, body: Body, old: Item | None) -> None:
    """Raises ConditionalCheckFailedException unless the condition holds for the item."""
    if condition is not None and not condition.matches(old or {}):
        raise conditional_check_failed(failed_item(body, old))


def read_new_item(body: Body, request_bytes: int) -> Item:
    """Returns the item of a put. Raises ValidationException for one that is too large."""
    item = read_item(body["Item"])
    check_new_size(item, request_bytes)
    return item


def check_new_size(item: Item, request_bytes: int) -> None:
    """Raises ValidationException for an item that is too large.

    No item is larger than the JSON of its request: most needn't be measured.
    """
    if request_bytes > ITEM_SIZE_BYTES_MAX and item_size(item) > ITEM_SIZE_BYTES_MAX:
        raise validation("Item size has exceeded the maximum allowed size")


def put_action(
    handle: TableHandle, item: Item, decide: Decide, *, in_batch: bool = False
) -> Action:
    """Returns the action that puts an item. Raises ValidationException for wrong key attributes."""
    check_item_keys(item, handle.key, in_batch=in_batch)
    if handle.indexes:
        check_indexed(handle, item)
    return Action(handle, key_of_item(handle, item), decide, is_put=True)


def _asks_nothing(body: Body, condition: Condition | None) -> bool:
    """Returns whether a write's answer doesn't depend on what was there before."""
    return (
        condition is None
        and body.get("ReturnValues") in {None, "NONE"}
        and not wants_capacity(body)
    )


def _read_put(body: Body) -> tuple[Item, Condition | None]:
    item = read_item(body["Item"])
    placeholders = placeholders_of(body)
    condition = condition_of(body, placeholders, legacy_member="Expected")
    placeholders.check_all_used()
    return item, condition


def _read_change(body: Body, *, takes_update: bool) -> tuple[Item, Update | None, Condition | None]:
    key = read_key(body)
    placeholders = placeholders_of(body)
    update = update_of(body, placeholders, takes_legacy=takes_update)
    condition = condition_of(body, placeholders, legacy_member="Expected")
    placeholders.check_all_used()
    return key, update, condition


# ---- the writes --------------------------------------------------------------------------------


async def put_item(service: Service, caller: Caller, body: Body) -> dict[str, Any]:
    """Puts an item in the place of what is there."""
    wanted: str = body.get("ReturnValues") or "NONE"
    item, condition = in_envelope(_read_put, body)
    check_new_size(item, caller.request_bytes)
    decide = decide_put(body, item, condition)

    is_blind = _asks_nothing(body, condition)

    def prepare() -> Sequence[Action]:
        action = put_action(service.tables.get(body["TableName"]), item, decide)
        if is_blind:
            action.put = item
        return [action]

    (outcome,) = await service.writer.write(prepare)
    answer: dict[str, Any] = {}
    if wanted == "ALL_OLD" and outcome.old is not None:
        answer["Attributes"] = write_item(outcome.old)
    return _with_metrics(answer, service, body, outcome, item)


async def delete_item(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Removes an item, if it is there."""
    wanted: str = body.get("ReturnValues") or "NONE"
    key, _, condition = in_envelope(_read_change, body, takes_update=False)
    decide = decide_delete(body, condition)

    def prepare() -> Sequence[Action]:
        handle = service.tables.get(body["TableName"])
        return [Action(handle, encoded_key(handle, key), decide)]

    (outcome,) = await service.writer.write(prepare)
    answer: dict[str, Any] = {}
    if wanted == "ALL_OLD" and outcome.old is not None:
        answer["Attributes"] = write_item(outcome.old)
    return _with_metrics(answer, service, body, outcome, key)


async def update_item(service: Service, caller: Caller, body: Body) -> dict[str, Any]:
    """Changes an item, or makes it."""
    wanted: str = body.get("ReturnValues") or "NONE"
    key, update, condition = in_envelope(_read_change, body, takes_update=True)

    def prepare() -> Sequence[Action]:
        handle = service.tables.get(body["TableName"])
        encoded = encoded_key(handle, key)
        action = Action(handle, encoded, decide_update(body, handle, key, update, condition))
        if update is not None:
            update.check_keys(handle.key.names)
            if update.is_charged_too_much(caller.request_bytes):
                raise validation(_UPDATE_TOO_LARGE)
            action.part = update_part(body, wanted, update, condition)
        return [action]

    (outcome,) = await service.writer.write(prepare)
    answer: dict[str, Any] = {}
    shown = _shown(wanted, outcome, update)
    if shown:
        answer["Attributes"] = write_item(shown)
    return _with_metrics(answer, service, body, outcome, key)


def _shown(wanted: str, outcome: Outcome, update: Update | None) -> Item | None:
    match wanted:
        case "ALL_OLD":
            return outcome.old
        case "ALL_NEW":
            return outcome.new
        case "UPDATED_OLD" if update is not None and outcome.old is not None:
            return update.updated(outcome.old)
        case "UPDATED_NEW" if update is not None and outcome.new is not None:
            return update.updated(outcome.new)
        case _:
            return None


def _with_metrics(
    answer: dict[str, Any], service: Service, body: Body, outcome: Outcome, key: Item
) -> dict[str, Any]:
    wants_metrics = body.get("ReturnItemCollectionMetrics") == "SIZE"
    if not wants_metrics and not wants_capacity(body):
        return answer
    handle = service.tables.find(body["TableName"])
    if handle is None:
        return answer
    if wants_capacity(body):
        consumed = Consumed(handle.name)
        charge_write(consumed, handle, outcome)
        answer.update(render_one(body, consumed))
    metrics = collection_metrics(handle, key) if wants_metrics else None
    if metrics is not None:
        answer["ItemCollectionMetrics"] = metrics
    return answer

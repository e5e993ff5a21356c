"""BatchGetItem and BatchWriteItem: many items of several tables, each on its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from compat.dynamodb.attribute_values import Item, read_item, write_item
from compat.dynamodb.capacity import Consumed
from compat.dynamodb.errors import validation
from compat.dynamodb.expressions.projection import Projection
from compat.dynamodb.item_size import BOUND_FACTOR, item_size
from compat.dynamodb.metering import (
    charge_read,
    charge_write,
    collection_metrics,
    render_all,
    wants_capacity,
)
from compat.dynamodb.operations.items import put_action, read_new_item
from compat.dynamodb.operations.parameters import (
    encoded_key,
    placeholders_of,
    projection_of,
)
from compat.dynamodb.service import Body, Caller, Service
from compat.dynamodb.tables import TableHandle
from compat.dynamodb.writes import UNCHANGED, Action, ConflictError, Decision, Outcome

#: Bytes that one BatchGetItem returns.
GET_BYTES_MAX: Final = 16 << 20
_DUPLICATES: Final = "Provided list of item keys contains duplicates"
_SLICE_ITEMS: Final = 25
#: Of the two names of a key's attributes, which items are measured with and stored without.
_KEY_NAMES_BYTES_MAX: Final = 2 * 255


# ---- BatchGetItem ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Wanted:
    """What is asked of one table."""

    name: str
    given: Body
    keys: list[Item]
    projection: Projection | None


async def batch_get_item(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Returns items by key; those beyond 16 MB come back as unprocessed keys."""
    wanted = [_wanted(name, given) for name, given in body["RequestItems"].items()]
    found = [(each, service.tables.get(each.name)) for each in wanted]
    encoded = [[encoded_key(handle, key) for key in each.keys] for each, handle in found]
    for keys in encoded:
        if len(set(keys)) < len(keys):
            raise validation(_DUPLICATES)
    if not wants_capacity(body) and all(each.projection is None for each in wanted):
        shown_whole = _shown_whole(service, found, encoded)
        if shown_whole is not None:
            return {"Responses": shown_whole, "UnprocessedKeys": {}}
    responses: dict[str, list[dict[str, Any]]] = {}
    unprocessed: dict[str, Any] = {}
    meters: dict[str, Consumed] = {}
    size = count = 0
    for (each, handle), keys in zip(found, encoded, strict=True):
        shown = responses.setdefault(each.name, [])
        meter = meters.setdefault(handle.name, Consumed(handle.name))
        consistent = bool(each.given.get("ConsistentRead"))
        for number, key in enumerate(keys):
            item = _get(service, handle, key)
            size += 0 if item is None else item_size(item)
            if size > GET_BYTES_MAX:
                rest = each.given["Keys"][number:]
                unprocessed.setdefault(each.name, {**each.given, "Keys": []})["Keys"] += rest
                break
            charge_read(meter, item_size(item or {}), consistent=consistent)
            if item is not None:
                projection = each.projection
                shown.append(write_item(item if projection is None else projection.apply(item)))
            count += 1
            if not count % _SLICE_ITEMS and service.store.slices.due():
                await service.store.slices.pause()
    answer: dict[str, Any] = {"Responses": responses, "UnprocessedKeys": unprocessed}
    answer.update(render_all(body, meters.values()))
    return answer


def _shown_whole(
    service: Service, found: Sequence[tuple[_Wanted, TableHandle]], encoded: Sequence[list[bytes]]
) -> dict[str, list[dict[str, Any]]] | None:
    """Returns all items as the wire shows them; None if they might be too many bytes."""
    get = service.store.get_now
    values = [[value for key in keys if (value := get(key)) is not None] for keys in encoded]
    bytes_max = sum([len(value) + _KEY_NAMES_BYTES_MAX for each in values for value in each])
    if bytes_max * BOUND_FACTOR > GET_BYTES_MAX:
        return None
    responses: dict[str, list[dict[str, Any]]] = {}
    for (each, handle), stored in zip(found, values, strict=True):
        responses.setdefault(each.name, []).extend(map(handle.show, stored))
    return responses


def _wanted(name: str, given: Body) -> _Wanted:
    keys = [read_item(key) for key in given["Keys"]]
    placeholders = placeholders_of(given)
    projection = projection_of(given, placeholders, takes_legacy=True)
    placeholders.check_all_used()
    return _Wanted(name, given, keys, projection)


def _get(service: Service, handle: TableHandle, key: bytes) -> Item | None:
    value = service.store.get_now(key)
    return None if value is None else handle.documents.item(handle.access.decode(value))


# ---- BatchWriteItem ----------------------------------------------------------------------------


@dataclass(slots=True)
class _Write:
    """One put or delete: `item` is what is put, or the key of what goes."""

    table: str
    given: Body
    item: Item
    is_put: bool
    is_blind: bool = False


async def batch_write_item(service: Service, caller: Caller, body: Body) -> dict[str, Any]:
    """Puts and deletes items; those that transactions have locked come back as unprocessed."""
    given = body["RequestItems"]
    is_blind, request_bytes = not wants_capacity(body), caller.request_bytes
    writes = [
        _write(name, each, request_bytes, is_blind=is_blind)
        for name, requests in given.items()
        for each in requests
    ]

    def prepare() -> Sequence[Action]:
        actions = [_action(service, write) for write in writes]
        if len({action.key for action in actions}) < len(actions):
            raise validation(_DUPLICATES)
        return actions

    unprocessed: dict[str, list[Body]] = {}
    try:
        outcomes: list[Outcome | None] = list(await service.writer.attempt(prepare))
    except ConflictError:
        outcomes = []
        for write in writes:
            outcomes.append(await _alone(service, write))
            if outcomes[-1] is None:
                unprocessed.setdefault(write.table, []).append(write.given)
    answer: dict[str, Any] = {"UnprocessedItems": unprocessed}
    answer.update(_metrics(service, body, writes, outcomes))
    return answer


def _write(table: str, given: Body, request_bytes: int, *, is_blind: bool) -> _Write:
    put = given.get("PutRequest")
    if put is not None:
        return _Write(table, given, read_new_item(put, request_bytes), True, is_blind)
    return _Write(table, given, read_item(given["DeleteRequest"]["Key"]), is_put=False)


def _action(service: Service, write: _Write) -> Action:
    handle = service.tables.get(write.table)
    item = write.item
    if write.is_put:
        action = put_action(handle, item, lambda _old: item, in_batch=True)
        action.put = item if write.is_blind else None
        return action
    return Action(handle, encoded_key(handle, item), _gone)


def _gone(old: Item | None) -> Decision:
    return None if old is not None else UNCHANGED


async def _alone(service: Service, write: _Write) -> Outcome | None:
    try:
        (outcome,) = await service.writer.attempt(lambda: [_action(service, write)])
    except ConflictError:
        return None
    return outcome


def _metrics(
    service: Service, body: Body, writes: Sequence[_Write], outcomes: Sequence[Outcome | None]
) -> dict[str, Any]:
    wants_metrics = body.get("ReturnItemCollectionMetrics") == "SIZE"
    if not wants_metrics and not wants_capacity(body):
        return {}
    meters: dict[str, Consumed] = {}
    metrics: dict[str, list[Any]] = {}
    for write, outcome in zip(writes, outcomes, strict=True):
        handle = service.tables.find(write.table)
        if handle is None or outcome is None:
            continue
        charge_write(meters.setdefault(handle.name, Consumed(handle.name)), handle, outcome)
        shown = collection_metrics(handle, write.item) if wants_metrics else None
        if shown is not None:
            metrics.setdefault(handle.name, []).append(shown)
    answer = render_all(body, meters.values())
    if metrics:
        answer["ItemCollectionMetrics"] = metrics
    return answer

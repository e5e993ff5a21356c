"""TransactGetItems and TransactWriteItems: up to 100 items, all or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from compat.dynamodb.attribute_values import Item, read_item, write_item
from compat.dynamodb.capacity import Consumed
from compat.dynamodb.errors import (
    NO_REASON,
    CancellationReason,
    DynamoError,
    transaction_canceled,
    validation,
)
from compat.dynamodb.expressions.condition import Condition
from compat.dynamodb.expressions.projection import Projection
from compat.dynamodb.expressions.update import Update
from compat.dynamodb.idempotency import ClientToken, Replay
from compat.dynamodb.item_size import item_size
from compat.dynamodb.key_schema import EmptyKeyError
from compat.dynamodb.metering import (
    charge_read,
    charge_write,
    collection_metrics,
    render_all,
    wants_capacity,
)
from compat.dynamodb.operations.items import (
    decide_delete,
    decide_put,
    decide_update,
    put_action,
    read_new_item,
    require,
)
from compat.dynamodb.operations.parameters import (
    condition_of,
    encoded_key,
    placeholders_of,
    projection_of,
    update_of,
)
from compat.dynamodb.service import Body, Caller, Service
from compat.dynamodb.tables import TableHandle
from compat.dynamodb.writes import UNCHANGED, Action, ConflictError, Decision, Outcome

#: Bytes of all items of one transaction.
TRANSACTION_BYTES_MAX: Final = 4 << 20
_TWICE: Final = "Transaction request cannot include multiple operations on one item"
_TOO_LARGE: Final = "Transaction request size exceeds the maximum of 4 MB"
_REASONS: Final[dict[str, str]] = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "ValidationException": "ValidationError",
    "ItemCollectionSizeLimitExceededException": "ItemCollectionSizeLimitExceeded",
}
_CONFLICT: Final = CancellationReason("TransactionConflict", "Transaction is ongoing for the item")


def _reason(error: DynamoError | None) -> CancellationReason:
    """Returns why an action failed. Raises what cancels nothing but is a fault of the whole."""
    if error is None:
        return NO_REASON
    code = _REASONS.get(error.kind)
    if code is None or isinstance(error, EmptyKeyError):
        raise error
    return CancellationReason(code, error.message, error.fields.get("Item"))


def _first_alone(faults: Sequence[DynamoError | None]) -> list[DynamoError | None]:
    """Returns the faults of actions on their tables: of those that cancel, the service tells one."""
    told: list[DynamoError | None] = []
    for fault in faults:
        is_later = any(each is not None for each in told)
        told.append(None if fault is not None and is_later and fault.kind in _REASONS else fault)
    return told


def _judge(faults: Sequence[DynamoError | None]) -> DynamoError:
    return transaction_canceled([_reason(fault) for fault in faults])


# ---- TransactGetItems --------------------------------------------------------------------------


@dataclass(slots=True)
class _Get:
    given: Body
    key: Item
    projection: Projection | None


async def transact_get_items(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Returns items by key, all as of one moment."""
    gets = [_get(each["Get"]) for each in body["TransactItems"]]
    handles = [service.tables.get(get.given["TableName"]) for get in gets]
    keys: list[bytes] = []
    faults: list[DynamoError | None] = []
    for get, handle in zip(gets, handles, strict=True):
        try:
            keys.append(encoded_key(handle, get.key))
            faults.append(None)
        except DynamoError as error:
            faults.append(error)
    if len(keys) < len(gets):
        raise _judge(faults)
    if len(set(keys)) < len(keys):
        raise validation(_TWICE)
    # No wait between these reads: all see the same snapshot.
    values = [service.store.get_now(key) for key in keys]
    items = [
        None if value is None else handle.documents.item(handle.access.decode(value))
        for handle, value in zip(handles, values, strict=True)
    ]
    sizes = [item_size(item or {}) for item in items]
    if sum(sizes) > TRANSACTION_BYTES_MAX:
        raise validation(_TOO_LARGE)
    responses = [
        {}
        if item is None
        else {"Item": write_item(get.projection.apply(item) if get.projection else item)}
        for get, item in zip(gets, items, strict=True)
    ]
    meters: dict[str, Consumed] = {}
    for handle, size in zip(handles, sizes, strict=True):
        meter = meters.setdefault(handle.name, Consumed(handle.name, "read"))
        charge_read(meter, size, consistent=True, transactional=True)
    return {"Responses": responses, **render_all(body, meters.values())}


def _get(given: Body) -> _Get:
    key = read_item(given["Key"])
    placeholders = placeholders_of(given)
    projection = projection_of(given, placeholders)
    placeholders.check_all_used()
    return _Get(given, key, projection)


# ---- TransactWriteItems ------------------------------------------------------------------------


@dataclass(slots=True)
class _Write:
    """One action as given: `item` is what is put, or the key."""

    kind: str
    given: Body
    item: Item
    condition: Condition | None
    update: Update | None

    def action(self, service: Service) -> Action:
        """Returns the action on the table as it is now."""
        handle = service.tables.get(self.given["TableName"])
        given, item, condition = self.given, self.item, self.condition
        if self.kind == "Put":
            return put_action(handle, item, decide_put(given, item, condition))
        key = encoded_key(handle, item)
        if self.kind == "Delete":
            return Action(handle, key, decide_delete(given, condition))
        if self.kind == "Update":
            if self.update is not None:
                self.update.check_keys(handle.key.names)
            decide = decide_update(given, handle, item, self.update, condition)
            return Action(handle, key, decide)

        def check(old: Item | None) -> Decision:
            require(condition, given, old)
            return UNCHANGED

        return Action(handle, key, check)


def _write(given: Body, request_bytes: int) -> _Write:
    (kind,) = (kind for kind in ("ConditionCheck", "Put", "Delete", "Update") if kind in given)
    parameters = given[kind]
    item = read_new_item(parameters, request_bytes) if kind == "Put" else None
    placeholders = placeholders_of(parameters)
    update = update_of(parameters, placeholders)
    condition = condition_of(parameters, placeholders)
    placeholders.check_all_used()
    if item is None:
        item = read_item(parameters["Key"])
    return _Write(kind, parameters, item, condition, update)


async def transact_write_items(service: Service, caller: Caller, body: Body) -> dict[str, Any]:
    """Writes items, all or none, each under its condition."""
    writes = [_write(each, caller.request_bytes) for each in body["TransactItems"]]
    if sum(item_size(write.item) for write in writes) > TRANSACTION_BYTES_MAX:
        raise validation(_TOO_LARGE)
    given_token = body.get("ClientRequestToken")
    token = None
    if given_token is not None:
        request = {"TransactItems": body["TransactItems"]}
        token = ClientToken(caller.role, given_token, request, service.now())

    def prepare() -> Sequence[Action]:
        actions: list[Action] = []
        faults: list[DynamoError | None] = []
        for write in writes:
            try:
                actions.append(write.action(service))
                faults.append(None)
            except DynamoError as error:
                faults.append(error)
        if len(actions) < len(writes):
            raise _judge(_first_alone(faults))
        if len({action.key for action in actions}) < len(actions):
            raise validation(_TWICE)
        return actions

    try:
        if token is not None:
            # What has been done needn't wait for the items, which may be locked by now.
            token.judge(service.store.get_now(token.key))
        outcomes = await service.writer.attempt(
            prepare,
            () if token is None else (token.key,),
            None if token is None else token.claim,
            _judge,
        )
    except Replay:
        return _replayed(service, body, writes)
    except ConflictError as conflict:
        locked = set(conflict.keys)
        reasons = [
            _CONFLICT if action.key in locked or not locked else NO_REASON for action in prepare()
        ]
        raise transaction_canceled(reasons) from None
    return _answer(service, body, writes, outcomes)


def _handle(service: Service, write: _Write) -> TableHandle | None:
    return service.tables.find(write.given["TableName"])


def _answer(
    service: Service, body: Body, writes: Sequence[_Write], outcomes: Sequence[Outcome]
) -> dict[str, Any]:
    wants_metrics = body.get("ReturnItemCollectionMetrics") == "SIZE"
    if not wants_metrics and not wants_capacity(body):
        return {}
    meters: dict[str, Consumed] = {}
    metrics: dict[str, list[Any]] = {}
    for write, outcome in zip(writes, outcomes, strict=True):
        handle = _handle(service, write)
        if handle is None:
            continue
        meter = meters.setdefault(handle.name, Consumed(handle.name, "write"))
        charge_write(meter, handle, outcome, transactional=True)
        shown = collection_metrics(handle, write.item) if wants_metrics else None
        if shown is not None and write.kind != "ConditionCheck":
            metrics.setdefault(handle.name, []).append(shown)
    answer = render_all(body, meters.values())
    if metrics:
        answer["ItemCollectionMetrics"] = metrics
    return answer


def _replayed(service: Service, body: Body, writes: Sequence[_Write]) -> dict[str, Any]:
    """Returns the answer of a request that was done before: it consumes reads."""
    meters: dict[str, Consumed] = {}
    for write in writes:
        handle = _handle(service, write)
        if handle is None:
            continue
        value = service.store.get_now(encoded_key(handle, _key(handle, write)))
        item = {} if value is None else handle.documents.item(handle.access.decode(value))
        meter = meters.setdefault(handle.name, Consumed(handle.name, "read"))
        charge_read(meter, item_size(item), consistent=True, transactional=True)
    return render_all(body, meters.values())


def _key(handle: TableHandle, write: _Write) -> Item:
    return {name: write.item[name] for name in handle.key.names}

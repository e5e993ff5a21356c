"""Query and Scan."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from compat.dynamodb.attribute_values import Item, read_item, write_item
from compat.dynamodb.capacity import Consumed, read_units
from compat.dynamodb.errors import invalid_parameter, validation
from compat.dynamodb.expressions.condition import Condition
from compat.dynamodb.expressions.key_condition import check_filter
from compat.dynamodb.expressions.projection import Projection
from compat.dynamodb.metering import charge_index, render_one, wants_capacity
from compat.dynamodb.operations.parameters import (
    condition_of,
    key_condition_of,
    placeholders_of,
    projection_of,
)
from compat.dynamodb.pages import (
    Page,
    Reader,
    Segment,
    Source,
    behind,
    query_bounds,
    segment_bounds,
)
from compat.dynamodb.service import Body, Caller, Service
from compat.dynamodb.tables import TableHandle


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a request wants of the items read."""

    projection: Projection | None
    filter: Condition | None
    counts_only: bool
    fetches_items: bool


async def query(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Returns a page of one partition's items."""
    start = _start_key(body)
    placeholders = placeholders_of(body)
    filter_ = condition_of(body, placeholders, "FilterExpression", "QueryFilter")
    projection = projection_of(body, placeholders, takes_legacy=True)
    draft = key_condition_of(body, placeholders)
    placeholders.check_all_used()
    handle = service.tables.get(body["TableName"])
    source = _source(handle, body)
    condition = draft.for_key(source.key)
    if filter_ is not None:
        check_filter(filter_, source.key, "QueryFilter" if "QueryFilter" in body else None)
    wanted = _wanted(body, source, projection, filter_)
    between = condition.range
    operator, operands = (between.operator, between.operands) if between else (None, ())
    bounds = query_bounds(source, condition.equal, operator, operands)
    reverse = body.get("ScanIndexForward") is False
    if start is not None:
        position = _position(source, start)
        bounds = behind(bounds, position, reverse=reverse)
    page = await _page(service, body, source, wanted, bounds)
    return _answer(body, source, page, wanted)


async def scan(service: Service, _caller: Caller, body: Body) -> dict[str, Any]:
    """Returns a page of all items."""
    segment = _segment(body)
    start = _start_key(body)
    placeholders = placeholders_of(body)
    filter_ = condition_of(body, placeholders, "FilterExpression", "ScanFilter")
    projection = projection_of(body, placeholders, takes_legacy=True)
    placeholders.check_all_used()
    handle = service.tables.get(body["TableName"])
    source = _source(handle, body)
    wanted = _wanted(body, source, projection, filter_)
    bounds, rest = source.all(), segment
    if segment is not None:
        own = segment_bounds(source, segment)
        if own is not None:
            bounds, rest = own, None
    if start is not None:
        position = _position(source, start)
        if not bounds[0] <= position < bounds[1]:
            raise validation(
                "The provided starting key is invalid: Invalid ExclusiveStartKey."
                " Please use ExclusiveStartKey with correct Segment."
                f" TotalSegments: {body.get('TotalSegments', 1)} Segment: {body.get('Segment', 0)}"
            )
        bounds = (position + b"\0", bounds[1])
    page = await _page(service, body, source, wanted, bounds, rest)
    return _answer(body, source, page, wanted)


async def _page(
    service: Service,
    body: Body,
    source: Source,
    wanted: _Wanted,
    bounds: tuple[bytes, bytes],
    segment: Segment | None = None,
) -> Page:
    reader = Reader(service.store, source, fetches_items=wanted.fetches_items)
    reverse, limit = body.get("ScanIndexForward") is False, body.get("Limit")
    is_looked_at = wanted.projection or wanted.filter or wanted.counts_only or wants_capacity(body)
    if not is_looked_at and source.index is None and segment is None:
        return await reader.shown_page(bounds, reverse=reverse, limit=limit)
    passes = None if wanted.filter is None else wanted.filter.matches
    return await reader.page(bounds, reverse=reverse, limit=limit, passes=passes, segment=segment)


# ---- what the request says ---------------------------------------------------------------------


def _segment(body: Body) -> Segment | None:
    total = body.get("TotalSegments")
    return None if total is None else Segment(body["Segment"], total)


def _start_key(body: Body) -> Item | None:
    wire = body.get("ExclusiveStartKey")
    if wire is None:
        return None
    return read_item(wire)


def _source(handle: TableHandle, body: Body) -> Source:
    name = body.get("IndexName")
    if name is None:
        return Source(handle, None)
    index = handle.indexes.get(name)
    if index is None:
        raise validation(f"The table does not have the specified index: {name}")
    if not index.is_active:
        raise validation(f"Cannot read from backfilling global secondary index: {name}")
    if not index.definition.is_local and body.get("ConsistentRead"):
        raise validation("Consistent reads are not supported on global secondary indexes")
    return Source(handle, index)


def _wanted(
    body: Body, source: Source, projection: Projection | None, filter_: Condition | None
) -> _Wanted:
    select = body.get("Select")
    index = source.index
    fetches = False
    if index is not None and index.definition.projection != "ALL":
        shown = {
            *source.handle.key.names,
            *index.definition.key.names,
            *index.definition.non_key,
        }
        used: Collection[str] = () if projection is None else projection.names
        missing = [name for name in used if name not in shown]
        asks_for_more = select == "ALL_ATTRIBUTES" or bool(missing)
        if asks_for_more and not index.definition.is_local:
            if select == "ALL_ATTRIBUTES":
                raise invalid_parameter(
                    "Select type ALL_ATTRIBUTES is not supported for global secondary index"
                    f" {index.definition.name} because its projection type is not ALL"
                )
            raise invalid_parameter(
                f"Global secondary index {index.definition.name} does not project"
                f" [{', '.join(missing)}]"
            )
        fetches = asks_for_more
    return _Wanted(projection, filter_, select == "COUNT", fetches)


def _position(source: Source, start: Item) -> bytes:
    """Returns where the page before has ended. Raises ValidationException."""
    names = source.start_names()
    if set(start) != set(names):
        raise validation("The provided starting key is invalid")
    types = {**source.key.types, **source.handle.key.types}
    for name in names:
        value = start[name]
        letter = "S" if isinstance(value, str) else "B" if isinstance(value, bytes) else "N"
        if isinstance(value, bool | None | list | dict | frozenset) or types[name] != letter:
            raise validation(
                "The provided starting key is invalid: The provided key element does not match the schema"
            )
    return source.position_of(start)


# ---- the answer --------------------------------------------------------------------------------


def _answer(body: Body, source: Source, page: Page, wanted: _Wanted) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    count = len(page.items)
    if page.shown is not None:
        answer["Items"] = page.shown
        count = len(page.shown)
    elif not wanted.counts_only:
        items = page.items
        if wanted.projection is not None:
            apply = wanted.projection.apply
            answer["Items"] = [write_item(apply(item)) for item in items]
        else:
            answer["Items"] = [write_item(item) for item in items]
    answer["Count"] = count
    answer["ScannedCount"] = page.evaluated
    if page.last is not None:
        last = page.last
        answer["LastEvaluatedKey"] = write_item({n: last[n] for n in source.start_names()})
    if wants_capacity(body):
        answer.update(render_one(body, _consumed(body, source, page)))
    return answer


def _consumed(body: Body, source: Source, page: Page) -> Consumed:
    consumed = Consumed(source.handle.name)
    consistent = bool(body.get("ConsistentRead"))
    units = read_units(page.size, consistent=consistent)
    if source.index is None:
        consumed.table += units
        return consumed
    charge_index(consumed, source.index, units)
    for size in page.base_sizes:
        consumed.table += read_units(size, consistent=consistent)
    return consumed

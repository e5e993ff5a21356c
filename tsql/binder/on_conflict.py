"""ON CONFLICT: the unique indexes that are meant, and what is done instead."""

from collections.abc import Sequence
from typing import Any

from storage.records import dataclass
from storage.schema import ElementState, Index, KeyPart, Table
from tsql.binder import context as clauses
from tsql.binder.columns import item_column
from tsql.binder.context import Item, Level
from tsql.binder.defaults import bind_expression_text
from tsql.binder.from_items import table_item
from tsql.binder.locations import error_at, unsupported_at
from tsql.binder.select import bind_condition
from tsql.binder.update import bind_assignments
from tsql.binder.view_targets import moved
from tsql.binder.writes import note_written
from tsql.bound import NO_ARBITER, ColumnRef, Const, Expression, OnConflict, PossibleArbiter
from tsql.parser import enums
from tsql.planner.implication import implied
from tsql.planner.walk import conjuncts, is_computable, walk

_Action = enums.OnConflictAction


def bind_on_conflict(level: Level, item: Item, node: Any) -> OnConflict:
    """Binds an `ast.OnConflictClause`. Raises 42601, 42P10, 42704."""
    is_update = node.action == _Action.ONCONFLICT_UPDATE
    if is_update and node.infer is None:
        raise error_at(
            node.location,
            "42601",
            "ON CONFLICT DO UPDATE requires inference specification or constraint name",
            hint="For example, ON CONFLICT (column_name).",
        )
    wanted = None if node.infer is None else _wanted(level, item, node.infer)
    if not is_update:
        arbiters, possible = ((), ()) if wanted is None else _arbiters(item, wanted)
        return OnConflict(arbiters, wanted is None, do_nothing=True, possible=possible)
    assert item.base.table is not None
    excluded = table_item(item.base.table, "excluded", relation=1)
    excluded.is_stored = False
    excluded.attributes = item.attributes
    excluded.need = item.base.need
    level.items.append(excluded if item.through is None else moved(item, 1))
    level.relations.append(excluded)
    update = bind_assignments(level, item, node.targetList)
    note_written(item, "w", [assignment.position for assignment in update])
    # Which rows a view has isn't asked of the one that is there.
    where = bind_condition(level, node.whereClause, clauses.WHERE)
    assert wanted is not None
    arbiters, possible = _arbiters(item, wanted)
    return OnConflict(
        arbiters,
        any_constraint=False,
        do_nothing=False,
        update=update,
        where=where,
        possible=possible,
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a conflict's target asks of an index; or the constraint that it names, None for the primary key."""

    expressions: Sequence[Expression] = ()
    conditions: Sequence[Expression] = ()
    is_named: bool = False
    index: Index | None = None


def _wanted(level: Level, item: Item, node: Any) -> _Wanted:
    table = item.base.table
    assert table is not None
    if node.conname is not None:
        index = _constraint(table, node.conname)
        ids = table.key_column_ids if index is None else [part.column_id for part in index.parts]
        positions = [table.position(each) for each in ids if each is not None]
        note_written(item, "r", positions)
        return _Wanted(is_named=True, index=index)
    expressions = [_inferred(level, element, node.location) for element in node.indexElems]
    condition = bind_condition(level, node.whereClause, clauses.WHERE)
    return _Wanted(expressions, conjuncts(condition))


def _arbiters(
    item: Item, wanted: _Wanted
) -> tuple[tuple[Index | None, ...], tuple[PossibleArbiter, ...]]:
    """Returns the unique indexes that are meant, None for the primary key; and those that may be.

    Raises 42P10 if there are neither.
    """
    if wanted.is_named:
        return (wanted.index,), ()
    table, expressions = item.base.table, wanted.expressions
    assert table is not None
    found: list[Index | None] = []
    possible: list[PossibleArbiter] = []
    if table.key_column_ids and _same(expressions, _key_columns(table)):
        found.append(None)
    for index in table.indexes:
        if not index.unique or index.state != ElementState.PUBLIC:
            continue
        if not _same(expressions, _expressions(table, index.parts)):
            continue
        if index.predicate_sql is None:
            found.append(index)
            continue
        predicate = bind_expression_text(index.predicate_sql, table)
        if implied(wanted.conditions, predicate):
            found.append(index)
        elif any(map(_depends, wanted.conditions)):
            possible.append(PossibleArbiter(index, tuple(wanted.conditions), predicate))
    if not found and not possible:
        raise error_at(None, "42P10", NO_ARBITER)
    return tuple(found), tuple(possible)


def _depends(condition: Expression) -> bool:
    """Returns whether it holds parameters, or what is computed of constants."""
    return any(not isinstance(node, Const) and is_computable(node) for node in walk(condition))


def _constraint(table: Table, name: str) -> Index | None:
    if table.primary_key_constraint == name:
        return None
    for index in table.indexes:
        if index.constraint == name:
            return index
    message = f'constraint "{name}" for table "{table.name}" does not exist'
    raise error_at(None, "42704", message)


def _inferred(level: Level, element: Any, place: int | None) -> Expression:
    """Binds one element of the inference specification."""
    if element.collation:
        raise unsupported_at(place, "COLLATE")
    if element.opclass:
        raise unsupported_at(place, "operator class in ON CONFLICT")
    if element.ordering != enums.SortByDir.SORTBY_DEFAULT:
        message = "ASC/DESC is not allowed in ON CONFLICT clause"
        raise error_at(place, "42P10", message)
    if element.nulls_ordering != enums.SortByNulls.SORTBY_NULLS_DEFAULT:
        message = "NULLS FIRST/LAST is not allowed in ON CONFLICT clause"
        raise error_at(place, "42P10", message)
    if element.name is None:
        return level.expression(element.expr, clauses.INDEX)
    item = level.items[0]
    for position, column in enumerate(item.columns):
        if column.name == element.name:
            return item_column(level, item, position, element)
    message = f'column "{element.name}" does not exist'
    raise error_at(place, "42703", message)


def _key_columns(table: Table) -> list[Expression]:
    return [_column(table, column_id) for column_id in table.key_column_ids]


def _column(table: Table, column_id: int) -> ColumnRef:
    position = table.position(column_id)
    column = table.columns[position]
    return ColumnRef(0, position, column.name, column.sql_type, column.typmod)


def _expressions(table: Table, parts: Sequence[KeyPart]) -> list[Expression]:
    return [
        _column(table, part.column_id)
        if part.column_id is not None
        else bind_expression_text(part.expression_sql or "", table)
        for part in parts
    ]


def _same(wanted: Sequence[Expression], parts: Sequence[Expression]) -> bool:
    return all(part in wanted for part in parts) and all(part in parts for part in wanted)

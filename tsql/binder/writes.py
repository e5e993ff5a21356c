"""What INSERT, UPDATE and DELETE share: the table written to, WITH, RETURNING."""

from collections.abc import Iterable
from typing import Any

from tsql.binder import context as clauses
from tsql.binder.context import Item, Level
from tsql.binder.from_items import find_table, table_item, unknown_table
from tsql.binder.targets import bind_targets, fields_from, finished, resolve_unknowns
from tsql.binder.with_queries import bind_with
from tsql.bound import Field, Target


def bind_target(level: Level, node: Any) -> Item:
    """Makes the table that is written to known to the level. Raises 42P01."""
    if node.withClause is not None:
        bind_with(level, node.withClause)
    table = find_table(level, node.relation)
    if table is None:
        raise unknown_table(level, node.relation)
    alias = node.relation.alias
    item = table_item(table, table.name if alias is None else alias.aliasname)
    item.need = level.context.need(table.id)
    level.items.append(item)
    level.relations.append(item)
    return item


def note_written(item: Item, letter: str, positions: Iterable[int]) -> None:
    """Notes the privilege to write columns; without any, that on some column is needed."""
    assert item.need is not None
    assert item.table is not None
    columns = item.table.columns
    item.need.on(letter, [columns[p].id for p in positions if p < len(columns)])


def bind_returning(level: Level, node: Any) -> tuple[tuple[Target, ...], tuple[Field, ...]]:
    """Binds RETURNING."""
    if node.returningClause is None:
        return (), ()
    entries = bind_targets(level, node.returningClause.exprs, clauses.RETURNING)
    resolve_unknowns(level, entries)
    targets = finished(level, entries)
    return targets, fields_from(targets)

"""What INSERT, UPDATE and DELETE share: the table written to, WITH, RETURNING."""

from collections.abc import Iterable
from typing import Any

from storage.errors import DatabaseError
from storage.objects import View
from storage.schema import Table
from tsql.binder import context as clauses
from tsql.binder.context import Item, Level
from tsql.binder.defaults import checks_of, default_of
from tsql.binder.from_items import find_target, table_item, unknown_table
from tsql.binder.targets import bind_targets, fields_from, finished, resolve_unknowns
from tsql.binder.view_targets import view_target
from tsql.binder.with_queries import bind_with
from tsql.bound import Expression, Field, RowRule, Target
from tsql.env import Env


def bind_target(level: Level, node: Any, letter: str) -> Item:
    """Makes the table or view that is written to known to the level; `letter` is the privilege.

    Raises 42P01, 55000.
    """
    if node.withClause is not None:
        bind_with(level, node.withClause)
    found = find_target(level, node.relation)
    if found is None:
        raise unknown_table(level, node.relation)
    alias = found.name if node.relation.alias is None else node.relation.alias.aliasname
    if isinstance(found, Table) and found.query is not None:
        raise DatabaseError("42809", f'cannot change materialized view "{found.name}"')
    if isinstance(found, View):
        item = view_target(level, found, alias, letter)
    else:
        item = table_item(found, alias)
        item.need = level.context.need(found.id)
    level.items.append(item)
    level.relations.append(item.base)
    return item


def note_written(item: Item, letter: str, positions: Iterable[int]) -> None:
    """Notes the privilege to write columns; without any, that on some column is needed."""
    written = list(positions)
    if item.through is not None:
        for need, numbers in item.through.layers:
            need.on(letter, [numbers[position] for position in written if position in numbers])
        return
    assert item.need is not None
    assert item.table is not None
    columns = item.table.columns
    item.need.on(letter, [columns[p].id for p in written if p < len(columns)])


def need_whole(item: Item, letter: str) -> None:
    """Notes a privilege on the whole of what is written to."""
    needs = [item.need] if item.through is None else [need for need, _ in item.through.layers]
    for need in needs:
        assert need is not None
        need.letters = letter


def defaults_of(item: Item, env: Env) -> tuple[Expression, ...]:
    """Returns the defaults of the table's columns, or of the view's columns that they are."""
    assert item.base.table is not None
    given = {} if item.through is None else item.through.defaults
    columns = enumerate(item.base.table.columns)
    return tuple([given[at] if at in given else default_of(c, env) for at, c in columns])


def default_set(item: Item, position: int, env: Env) -> Expression:
    """Returns what SET … = DEFAULT gives a column: a view knows its own default only."""
    if item.through is not None:
        return item.through.own_defaults[position]
    assert item.base.table is not None
    return default_of(item.base.table.columns[position], env)


def rules_of(item: Item, env: Env) -> tuple[RowRule, ...]:
    """Returns what is computed and tested of a new row: the table's rules, then the views'."""
    base = item.base
    assert base.table is not None
    rules = checks_of(base.table, env)
    return rules if item.through is None else (*rules, *item.through.checks)


def bind_returning(level: Level, node: Any) -> tuple[tuple[Target, ...], tuple[Field, ...]]:
    """Binds RETURNING."""
    if node.returningClause is None:
        return (), ()
    entries = bind_targets(level, node.returningClause.exprs, clauses.RETURNING)
    resolve_unknowns(level, entries)
    targets = finished(level, entries)
    return targets, fields_from(targets)

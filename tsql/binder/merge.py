"""MERGE: each row of the source meets a row of the table, or none, and the first WHEN that holds says what is done.

    MERGE INTO t USING s ON t.id = s.id
        WHEN MATCHED AND s.gone THEN DELETE
        WHEN MATCHED THEN UPDATE SET n = s.n
        WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.n)

The table is relation 0, the source's items count from 1. What isn't matched has no row of the table, so that its
conditions and values can't name the table.
"""

from typing import Any, Final

from storage.errors import DatabaseError, not_supported
from storage.objects import View
from tsql.binder import context as clauses
from tsql.binder.coercion import coerce_to_boolean
from tsql.binder.context import Item, Level
from tsql.binder.from_items import (
    bind_from,
    find_target,
    refreshed,
    table_item,
    table_relation,
    unknown_table,
)
from tsql.binder.insert import bind_inserted
from tsql.binder.update import bind_assignments
from tsql.binder.with_queries import bind_with, with_queries
from tsql.binder.writes import defaults_of, note_written, rules_of
from tsql.bound_merge import BoundMerge, MergeWhen
from tsql.parser import enums

_Command: Final = enums.CmdType
_Kind: Final = enums.MergeMatchKind
_LETTERS: Final = {_Command.CMD_UPDATE: "w", _Command.CMD_INSERT: "a"}


def bind_merge(level: Level, node: Any) -> BoundMerge:
    """Binds an `ast.MergeStmt`. Raises 42601, 42712, 42P01, 0A000."""
    if node.withClause is not None:
        if node.withClause.recursive:
            raise DatabaseError("42601", "WITH RECURSIVE is not supported for MERGE statement")
        bind_with(level, node.withClause)
    if node.returningClause is not None:
        raise not_supported("RETURNING of MERGE")
    _check_reachable(node.mergeWhenClauses)
    target = _target(level, node.relation)
    level.relations.append(target)
    source = bind_from(level, (node.sourceRelation,))
    items = list(level.items)
    if any(item.alias == target.alias for item in items if item.is_named):
        raise DatabaseError(
            "42712",
            f'name "{target.alias}" specified more than once',
            detail="The name is used both as MERGE target table and data source.",
        )
    level.items = [target, *items]
    condition = level.expression(node.joinCondition, clauses.JOIN)
    condition = coerce_to_boolean(level.context, condition, "JOIN/ON", node.joinCondition)
    whens = tuple([_when(level, target, items, when) for when in node.mergeWhenClauses])
    env = level.context.env
    assert source is not None
    return BoundMerge(
        table_relation(target),
        refreshed(source, level, 1),
        condition,
        whens,
        defaults_of(target, env),
        rules_of(target, env),
        ctes=with_queries(level),
    )


def _check_reachable(whens: Any) -> None:
    unconditional = set()
    for when in whens:
        if when.matchKind == _Kind.MERGE_WHEN_NOT_MATCHED_BY_SOURCE:
            raise not_supported("WHEN NOT MATCHED BY SOURCE")
        if when.matchKind in unconditional:
            message = "unreachable WHEN clause specified after unconditional WHEN clause"
            raise DatabaseError("42601", message)
        if when.condition is None:
            unconditional.add(when.matchKind)


def _target(level: Level, node: Any) -> Item:
    found = find_target(level, node)
    if found is None:
        raise unknown_table(level, node)
    if isinstance(found, View) or found.query is not None:
        kinds = "views" if isinstance(found, View) else "materialized views"
        raise DatabaseError(
            "0A000",
            f'cannot execute MERGE on relation "{found.name}"',
            detail=f"This operation is not supported for {kinds}.",
        )
    item = table_item(found, found.name if node.alias is None else node.alias.aliasname)
    item.need = level.context.need(found.id)
    return item


def _when(level: Level, target: Item, source: list[Item], node: Any) -> MergeWhen:
    is_matched = node.matchKind == _Kind.MERGE_WHEN_MATCHED
    level.items = [target, *source] if is_matched else list(source)
    level.hidden = [] if is_matched else [target]
    condition = None
    if node.condition is not None:
        condition = level.expression(node.condition, clauses.MERGE_WHEN)
        condition = coerce_to_boolean(level.context, condition, "WHEN", node.condition)
    assert target.need is not None
    match node.commandType:
        case _Command.CMD_UPDATE:
            assignments = bind_assignments(level, target, node.targetList)
            note_written(target, "w", [assignment.position for assignment in assignments])
            return MergeWhen("update", is_matched, condition, assignments=assignments)
        case _Command.CMD_INSERT:
            positions, values = bind_inserted(level, target, node)
            note_written(target, "a", positions)
            return MergeWhen("insert", is_matched, condition, positions=positions, values=values)
        case _Command.CMD_DELETE:
            target.need.letters += "d"
            return MergeWhen("delete", is_matched, condition)
        case _:
            target.need.on("r")
            return MergeWhen("nothing", is_matched, condition)

"""UNION, INTERSECT and EXCEPT: arms of one width, columns of common types.

    SELECT 1 UNION SELECT 2.5 ORDER BY 1

becomes a query over a SetOperation; ORDER BY, LIMIT and OFFSET are its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from tsql.binder import context as clauses
from tsql.binder.clause_items import bind_order_by
from tsql.binder.coercion import (
    coerce,
    coerce_to_common,
    common_typmod,
    select_common_type,
)
from tsql.binder.context import Item, Level
from tsql.binder.derived_collations import derived
from tsql.binder.locations import error_at
from tsql.binder.operators import check_has_equality
from tsql.binder.row_counts import bind_row_count, wants_ties
from tsql.binder.targets import TargetEntry, fields_from
from tsql.bound import (
    BoundSelect,
    Expression,
    Field,
    SetOperation,
    SortKey,
    SubqueryRelation,
    Target,
    reference_to,
)
from tsql.parser import enums
from tsql.types import oids

_NAMES: Final = {
    enums.SetOperation.SETOP_UNION: "UNION",
    enums.SetOperation.SETOP_INTERSECT: "INTERSECT",
    enums.SetOperation.SETOP_EXCEPT: "EXCEPT",
}
_LOCKS: Final = {
    enums.LockClauseStrength.LCS_FORKEYSHARE: "FOR KEY SHARE",
    enums.LockClauseStrength.LCS_FORSHARE: "FOR SHARE",
    enums.LockClauseStrength.LCS_FORNOKEYUPDATE: "FOR NO KEY UPDATE",
    enums.LockClauseStrength.LCS_FORUPDATE: "FOR UPDATE",
}


def bind_set_operation(level: Level, node: Any) -> BoundSelect:
    """Binds an `ast.SelectStmt` that is a set operation, with its ORDER BY and LIMIT."""
    if node.lockingClause:
        name = _LOCKS[node.lockingClause[0].strength]
        raise error_at(None, "0A000", f"{name} is not allowed with UNION/INTERSECT/EXCEPT")
    relation = _operation(level, node)
    fields = relation.fields
    level.relations.append(Item(0, relation.alias, fields, is_named=False))
    level.items = [level.relations[-1]]
    entries = [TargetEntry(reference_to(0, at, f), f.name, None) for at, f in enumerate(fields)]
    keys = _order_by(level, node.sortClause, entries)
    offset = bind_row_count(level, node.limitOffset, clauses.OFFSET)
    limit = bind_row_count(level, node.limitCount, clauses.LIMIT)
    targets = tuple([Target(entry.expression, entry.name) for entry in entries])
    return BoundSelect(
        relation,
        targets,
        order_by=keys,
        limit=limit,
        offset=offset,
        fields=fields_from(targets),
        with_ties=wants_ties(node),
    )


def _order_by(
    level: Level, nodes: Sequence[Any] | None, entries: Sequence[TargetEntry]
) -> tuple[SortKey, ...]:
    keys = bind_order_by(level, nodes, entries)
    for item, key in zip(nodes or (), keys, strict=False):
        if all(key.expression is not entry.expression for entry in entries):
            raise error_at(
                item.node,
                "0A000",
                "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
                detail="Only result column names can be used, not expressions or functions.",
                hint="Add the expression/function to every SELECT,"
                " or move the UNION into a FROM clause.",
            )
    return keys


def _is_operation(node: Any) -> bool:
    """Returns whether a node is an operation of the same tree, and no query of its own."""
    return node.op != enums.SetOperation.SETOP_NONE and not (
        node.sortClause
        or node.limitOffset is not None
        or node.limitCount is not None
        or node.lockingClause
        or node.withClause is not None
    )


def _operation(level: Level, node: Any) -> SetOperation:
    """Binds the operation; a long chain of them from the innermost on, in a loop."""
    chain = [node]
    while _is_operation(chain[-1].larg):
        chain.append(chain[-1].larg)
    left, left_nodes = bind_arm(level, chain[-1].larg)
    relation: SetOperation | None = None
    while chain:
        link = chain.pop()
        right, right_nodes = bind_arm(level, link.rarg)
        relation = combine(level, link, (left, right), (left_nodes, right_nodes))
        left, left_nodes = query_over(relation), [None] * len(relation.fields)
    assert relation is not None
    return relation


def bind_arm(level: Level, node: Any) -> tuple[BoundSelect, list[Any]]:
    """Binds an arm; returns it with its targets' nodes, for the places of errors."""
    if _is_operation(node):
        relation = _operation(level, node)
        return query_over(relation), [None] * len(relation.fields)
    if node.intoClause is not None:
        message = "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT"
        raise error_at(node.intoClause.rel, "42601", message)
    select = level.context.bind_body(level.beside(), node, True)
    nodes: list[Any] = [target.val for target in node.targetList or ()]
    if node.valuesLists:
        nodes = list(node.valuesLists[0])
    if len(nodes) != len(select.fields):
        nodes = [nodes[0] if nodes else None] * len(select.fields)
    return select, nodes


def query_over(relation: SetOperation) -> BoundSelect:
    """Returns the query that gives the operation's rows."""
    columns = [Target(reference_to(0, at, f), f.name) for at, f in enumerate(relation.fields)]
    return BoundSelect(relation, tuple(columns), fields=fields_from(columns))


def combine(
    level: Level,
    node: Any,
    arms: tuple[BoundSelect, BoundSelect],
    nodes: tuple[list[Any], list[Any]],
) -> SetOperation:
    """Returns the operation over its bound arms. Raises 42601, 42804, 42883."""
    name = _NAMES[node.op]
    left, right = arms
    if len(left.fields) != len(right.fields):
        message = f"each {name} query must have the same number of columns"
        raise error_at(nodes[1][0] if nodes[1] else None, "42601", message)
    fields = []
    lefts: list[Expression] = []
    rights: list[Expression] = []
    for at, field in enumerate(left.fields):
        pair = [_column(left, at), _column(right, at)]
        places = (nodes[0][at], nodes[1][at])
        target = select_common_type(pair, places, name)
        converted = [
            coerce_to_common(level.context, expression, target, name, place)
            for expression, place in zip(pair, places, strict=True)
        ]
        if not node.all:
            check_has_equality(target, places[pair[0].type != target])
        collation = derived(pair[0]) or derived(pair[1])
        typmod = common_typmod(pair, target)
        fields.append(Field(field.name, target, typmod, collation=collation))
        lefts.append(converted[0])
        rights.append(converted[1])
    return SetOperation(
        name, bool(node.all), _converted(left, lefts), _converted(right, rights), tuple(fields)
    )


def _column(select: BoundSelect, at: int) -> Expression:
    """Returns what the conversion of a column starts from: for a literal, that itself."""
    expression = select.targets[at].expression
    if expression.type == oids.UNKNOWN or not select.distinct:
        return expression
    field = select.fields[at]
    return reference_to(0, at, field)


def _converted(select: BoundSelect, expressions: Sequence[Expression]) -> BoundSelect:
    """Returns the arm with its columns converted; DISTINCT sees them as they were."""
    if all(e is _column(select, at) for at, e in enumerate(expressions)):
        return select
    if not select.distinct:
        targets = tuple(
            [
                replace(target, expression=expression, table_id=0, column_number=0)
                for target, expression in zip(select.targets, expressions, strict=False)
            ]
        )
        targets += select.targets[len(targets) :]
        return replace(select, targets=targets, fields=fields_from(targets[: len(expressions)]))
    inner = [
        replace(target, expression=expression) if _is_unknown(target) else target
        for target, expression in zip(select.targets, expressions, strict=True)
    ]
    fields = fields_from(inner)
    outer = [
        Target(
            reference_to(0, at, field) if _is_unknown(target) else expression,
            field.name,
        )
        for at, (target, field, expression) in enumerate(
            zip(select.targets, fields, expressions, strict=True)
        )
    ]
    query = replace(select, targets=tuple(inner), fields=fields)
    relation = SubqueryRelation(query, "*SELECT*", fields)
    return BoundSelect(relation, tuple(outer), fields=fields_from(outer))


def _is_unknown(target: Target) -> bool:
    return target.expression.type == oids.UNKNOWN


def unknown_free(level: Level, select: BoundSelect) -> BoundSelect:
    """Returns the query with its literals that have no type as text."""
    targets = tuple(
        [
            replace(t, expression=coerce(level.context, t.expression, oids.TEXT))
            if _is_unknown(t)
            else t
            for t in select.targets
        ]
    )
    return replace(select, targets=targets, fields=fields_from(targets[: len(select.fields)]))

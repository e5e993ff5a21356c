"""WITH: queries by name, recursive ones, and statements that change data.

    WITH a AS (SELECT …), b AS (INSERT … RETURNING …) SELECT … FROM a, b
    WITH RECURSIVE t AS (first rows UNION [ALL] rows made of the last ones) …

Each is bound once. Whether it then runs once and is kept, or in the place of its only reference, is
the planner's choice. In WITH RECURSIVE, queries may refer to later ones: those are bound on demand.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from storage.records import dataclass
from tsql.binder.context import Cte, Level
from tsql.binder.locations import error_at
from tsql.binder.set_operations import bind_arm, combine, unknown_free
from tsql.binder.shown_names import type_name
from tsql.bound import BoundSelect, BoundStatement, Field, WithQuery
from tsql.parser import ast, enums

_Materialize = enums.CTEMaterialize
_KEPT: Final = {
    _Materialize.CTEMaterializeDefault: None,
    _Materialize.CTEMaterializeAlways: True,
    _Materialize.CTEMaterializeNever: False,
}


@dataclass(slots=True)
class _Bound:
    cte: Cte
    node: Any
    statement: BoundStatement | None = None
    recursion: BoundSelect | None = None
    keeps_duplicates: bool = True


def bind_with(level: Level, node: Any) -> None:
    """Makes the WITH queries known to the level. Raises 42712, 42P19, 0A000."""
    bounds: list[_Bound] = []
    for cte_node in node.ctes:
        name = cte_node.ctename
        if any(bound.cte.name == name for bound in bounds):
            message = f'WITH query name "{name}" specified more than once'
            raise error_at(cte_node.location, "42712", message)
        if not isinstance(cte_node.ctequery, ast.SelectStmt) and not level.is_top:
            message = "WITH clause containing a data-modifying statement must be at the top level"
            raise error_at(cte_node.location, "0A000", message)
        cte = Cte(name, level.context.new_number(), level=level)
        bounds.append(_Bound(cte, cte_node))
    if node.recursive:
        for bound in bounds:
            level.ctes[bound.cte.name] = bound.cte
        # What refers to a later query is complete only after it.
        complete: list[_Bound] = []
        for bound in bounds:
            bound.cte.bind = _binder(level, bound, complete)
        for bound in bounds:
            if bound not in complete:
                assert bound.cte.bind is not None
                bound.cte.bind()
        bounds = complete
    else:
        for bound in bounds:
            _bind(level, bound)
            level.ctes[bound.cte.name] = bound.cte
    level.own_ctes += bounds


def with_queries(level: Level) -> tuple[WithQuery, ...]:
    """Returns the level's WITH queries that have to run, in order: once the level is bound."""
    return tuple(_used(level))


def _used(level: Level) -> Iterator[WithQuery]:
    for bound in level.own_ctes:
        statement = bound.statement
        assert statement is not None
        uses = bound.cte.uses
        if isinstance(statement, BoundSelect) and not uses:
            continue
        keep = _KEPT[bound.node.ctematerialized]
        yield WithQuery(
            bound.cte.number,
            bound.cte.name,
            statement,
            bound.recursion,
            bound.keeps_duplicates,
            uses > 1 if keep is None else keep,
            uses,
        )


def _binder(level: Level, bound: _Bound, complete: list[_Bound]) -> Any:
    def bind() -> None:
        cte = bound.cte
        cte.bind = lambda: _mutual(bound)
        complete.extend(_bind(level, bound, recursive=True))
        cte.bind = None
        complete.append(bound)

    return bind


def _mutual(bound: _Bound) -> None:
    message = "mutual recursion between WITH items is not implemented"
    raise error_at(bound.node.location, "0A000", message)


def _bind(level: Level, bound: _Bound, *, recursive: bool = False) -> list[_Bound]:
    """Binds a WITH query; returns those of its own that have to run before it."""
    query = bound.node.ctequery
    inner = level.beside()
    if recursive and _refers(query, bound.cte.name):
        _bind_recursive(inner, bound)
        return inner.own_ctes
    if _has_order(bound.node):
        raise error_at(bound.node.location, "42601", "WITH query is not recursive")
    statement: BoundStatement
    if isinstance(query, ast.SelectStmt):
        statement = level.context.bind_body(inner, query, False)
    elif isinstance(query, ast.MergeStmt):
        raise error_at(bound.node.location, "0A000", "MERGE not supported in WITH query")
    else:
        statement = level.context.bind_statement(inner, query)
    bound.statement = statement
    bound.cte.has_rows = isinstance(statement, BoundSelect) or bool(statement.returning)
    bound.cte.fields = _named(statement.fields, bound.node)
    return []


def _named(fields: tuple[Field, ...], node: Any) -> tuple[Field, ...]:
    """Returns the columns under the names that the WITH query gives them. Raises 42P10."""
    given = [part.sval for part in node.aliascolnames or ()]
    if len(given) > len(fields):
        raise error_at(
            node.location,
            "42P10",
            f'WITH query "{node.ctename}" has {len(fields)} columns available'
            f" but {len(given)} columns specified",
        )
    return tuple(
        [
            replace(field, name=given[at] if at < len(given) else field.name)
            for at, field in enumerate(fields)
        ]
    )


# ---- WITH RECURSIVE ------------------------------------------------------------------------------


def _refers(node: Any, name: str) -> bool:
    """Returns whether a statement names the relation anywhere, and no other WITH query of that name."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, tuple | list):
            pending += current
        elif isinstance(current, ast.RangeVar):
            if current.relname == name and not current.schemaname:
                return True
        elif isinstance(current, ast.Node):
            pending += _in_sight(current, name)
    return False


def _in_sight(node: Any, name: str) -> list[Any]:
    """Returns the parts of a node in which the name isn't that of a WITH query of the node's own."""
    clause: Any = getattr(node, "withClause", None)
    ctes = () if clause is None else clause.ctes
    own = next((at for at, cte in enumerate(ctes) if cte.ctename == name), None)
    if own is None:
        return [getattr(node, slot) for slot in node]
    return [] if clause.recursive else [cte.ctequery for cte in ctes[: own + 1]]


def _bind_recursive(level: Level, bound: _Bound) -> None:
    """Binds `first UNION [ALL] next`: the columns are the first part's."""
    node, cte = bound.node, bound.cte
    query = node.ctequery
    _check_form(node, query)
    if query.withClause is not None:
        bind_with(level, query.withClause)
    if _has_order(node):
        from tsql.binder.search_cycle import with_order  # noqa: PLC0415 - loaded when first needed

        node = with_order(node, _first_names(level, node))
        query = node.ctequery
    reference = f'recursive reference to query "{cte.name}" must not appear'
    cte.bind = None
    cte.forbidden = f"{reference} within its non-recursive term"
    left, left_nodes = bind_arm(level, query.larg)
    left = unknown_free(level, left)
    cte.forbidden = None
    cte.fields = _named(left.fields, node)
    cte.is_working, cte.depth = True, level.depth
    try:
        right, right_nodes = bind_arm(level, query.rarg)
    finally:
        cte.is_working = False
    operation = combine(level, query, (left, right), (left_nodes, right_nodes))
    for at, (field, whole) in enumerate(zip(left.fields, operation.fields, strict=True), 1):
        if (field.type, field.typmod) != (whole.type, whole.typmod):
            raise error_at(
                left_nodes[at - 1],
                "42804",
                f'recursive query "{cte.name}" column {at} has type'
                f" {type_name(field.type, field.typmod)} in non-recursive term"
                f" but type {type_name(whole.type, whole.typmod)} overall",
                hint="Cast the output of the non-recursive term to the correct type.",
            )
    bound.statement, bound.recursion = operation.left, operation.right
    bound.keeps_duplicates = operation.all


def _has_order(node: Any) -> bool:
    """Returns whether a WITH query has a SEARCH or CYCLE clause."""
    return node.search_clause is not None or node.cycle_clause is not None


def _first_names(level: Level, node: Any) -> list[str]:
    """Returns the names of a recursive query's columns, bound for that alone."""
    first, _ = bind_arm(level.beside(), node.ctequery.larg)
    return [field.name for field in _named(first.fields, node)]


def _check_form(node: Any, query: Any) -> None:
    if not isinstance(query, ast.SelectStmt):
        message = f'recursive query "{node.ctename}" must not contain data-modifying statements'
        raise error_at(node.location, "42P19", message)
    if query.op != enums.SetOperation.SETOP_UNION:
        message = f'recursive query "{node.ctename}" does not have the form'
        message += " non-recursive-term UNION [ALL] recursive-term"
        raise error_at(node.location, "42P19", message)
    refused: tuple[tuple[Any, str], ...] = (
        (query.sortClause, "ORDER BY"),
        (query.limitOffset, "OFFSET"),
        (query.limitCount, "LIMIT"),
        (query.lockingClause, "FOR UPDATE/SHARE"),
    )
    for part, name in refused:
        if part:
            at = part[0].node if name == "ORDER BY" else part
            message = f"{name} in a recursive query is not implemented"
            raise error_at(None if name == "FOR UPDATE/SHARE" else at, "0A000", message)

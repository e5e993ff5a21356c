"""SEARCH and CYCLE of WITH RECURSIVE: columns that the query is given to note its way (manual, 7.8.2.1 and 7.8.2.2).

    SEARCH DEPTH FIRST BY a SET way     way: ARRAY[ROW(a)], then way || ARRAY[ROW(a)]
    SEARCH BREADTH FIRST BY a SET way   way: ROW(0, a), then ROW((way).f1 + 1, a)
    CYCLE a SET mark USING path         path likewise; mark: whether ROW(a) = ANY(path), and no rows after such a one

Both arms become subqueries in FROM, so that the columns have their names: PostgreSQL rewrites it in the same way
(rewriteSearchCycle.c).
"""

from typing import Any, Final, NamedTuple

from tsql.binder.locations import error_at
from tsql.identifiers import quoted
from tsql.parser import ast, enums, parse_expression, with_fields

_ARMS: Final = {"larg": ("left", "*TLOCRN*"), "rarg": ("right", "*TROCRN*")}


class _Added(NamedTuple):
    """A column that is added: its name, and what it is in the first rows and in those made of the last."""

    name: str
    first: Any
    further: Any


def with_order(node: Any, names: list[str]) -> Any:
    """Returns the WITH query without its clauses, but with their columns. Raises 0A000, 42601, 42701."""
    query = node.ctequery
    _check_arms(node, query)
    added: list[_Added] = []
    if node.search_clause is not None:
        added.append(_search(node.search_clause, names))
    condition = None
    if node.cycle_clause is not None:
        more, condition = _cycle(node.cycle_clause, names)
        added += more
        _check_names(node, added)
    left = _arm(query.larg, "*TLOCRN*", names, [(item.name, item.first) for item in added])
    reference = _reference(node, query.rarg)
    inner = with_fields(
        query.rarg,
        targetList=(
            *_without_star(query.rarg, reference, names),
            *(_target(parse_expression(f"{quoted(reference)}.{quoted(a.name)}")) for a in added),
        ),
    )
    right = _arm(
        inner,
        "*TROCRN*",
        [*names, *(item.name for item in added)],
        [(item.name, item.further) for item in added],
        shown=names,
        where=condition,
    )
    columns = tuple([ast.String(sval=name) for name in (*names, *(item.name for item in added))])
    changed = with_fields(query, larg=left, rarg=right)
    return with_fields(
        node, ctequery=changed, search_clause=None, cycle_clause=None, aliascolnames=columns
    )


def _check_arms(node: Any, query: Any) -> None:
    for arm, (side, _) in _ARMS.items():
        found = getattr(query, arm)
        if found.op != enums.SetOperation.SETOP_NONE or (arm == "rarg" and found.valuesLists):
            message = (
                f"with a SEARCH or CYCLE clause, the {side} side of the UNION must be a SELECT"
            )
            raise error_at(None, "0A000", message)


def _columns(names: Any) -> str:
    return ", ".join(quoted(part.sval) for part in names)


def _check_columns(clause: Any, columns: Any, names: list[str], what: str) -> None:
    seen: set[str] = set()
    for part in columns:
        if part.sval not in names:
            message = f'{what} column "{part.sval}" not in WITH query column list'
            raise error_at(clause.location, "42601", message)
        if part.sval in seen:
            message = f'{what} column "{part.sval}" specified more than once'
            raise error_at(clause.location, "42701", message)
        seen.add(part.sval)


def _search(clause: Any, names: list[str]) -> _Added:
    _check_columns(clause, clause.search_col_list, names, "search")
    name = clause.search_seq_column
    if name in names:
        message = f'search sequence column name "{name}" already used in WITH query column list'
        raise error_at(clause.location, "42601", message)
    columns, way = _columns(clause.search_col_list), quoted(name)
    if clause.search_breadth_first:
        first, further = f"ROW(0::bigint, {columns})", f"ROW(({way}).f1 + 1, {columns})"
    else:
        first, further = f"ARRAY[ROW({columns})]", f"{way} || ARRAY[ROW({columns})]"
    return _Added(name, parse_expression(first), parse_expression(further))


def _cycle(clause: Any, names: list[str]) -> tuple[list[_Added], Any]:
    """Returns mark and path, and the condition of the rows that are gone on from."""
    _check_columns(clause, clause.cycle_col_list, names, "cycle")
    mark, path = clause.cycle_mark_column, clause.cycle_path_column
    for name, what in ((mark, "mark"), (path, "path")):
        if name in names:
            message = f'cycle {what} column name "{name}" already used in WITH query column list'
            raise error_at(clause.location, "42601", message)
    if mark == path:
        message = "cycle mark column name and cycle path column name are the same"
        raise error_at(clause.location, "42601", message)
    columns, way = _columns(clause.cycle_col_list), quoted(path)
    value, default = clause.cycle_mark_value, clause.cycle_mark_default
    test = parse_expression(f"CASE WHEN ROW({columns}) = ANY({way}) THEN 1 ELSE 0 END")
    (when,) = test.args
    test = with_fields(test, args=(with_fields(when, result=value),), defresult=default)
    condition = with_fields(parse_expression(f"{quoted(mark)} <> 1"), rexpr=value)
    added = [
        _Added(mark, default, test),
        _Added(
            path,
            parse_expression(f"ARRAY[ROW({columns})]"),
            parse_expression(f"{way} || ARRAY[ROW({columns})]"),
        ),
    ]
    return added, condition


def _check_names(node: Any, added: list[_Added]) -> None:
    if node.search_clause is None:
        return
    way, mark, path = [item.name for item in added]
    for name, what in ((mark, "mark"), (path, "path")):
        if name == way:
            message = f"search sequence column name and cycle {what} column name are the same"
            raise error_at(node.search_clause.location, "42601", message)


def _reference(node: Any, arm: Any) -> str:
    """Returns what the right arm calls the query itself. Raises 0A000."""
    own = (None, node.ctename)
    inner = () if arm.withClause is None else arm.withClause.ctes
    is_shadowed = any(cte.ctename == node.ctename for cte in inner)
    pending = [] if is_shadowed else list(arm.fromClause or ())
    while pending:
        item = pending.pop()
        if isinstance(item, ast.JoinExpr):
            pending += [item.larg, item.rarg]
        elif isinstance(item, ast.RangeVar) and (item.schemaname, item.relname) == own:
            return str(item.relname if item.alias is None else item.alias.aliasname)
    message = (
        f'with a SEARCH or CYCLE clause, the recursive reference to WITH query "{node.ctename}"'
        " must be at the top level of its right-hand SELECT"
    )
    raise error_at(None, "0A000", message)


def _without_star(arm: Any, reference: str, names: list[str]) -> list[Any]:
    """Returns the target list with `*` as it was meant: without the columns that are added."""
    own = [_target(parse_expression(f"{quoted(reference)}.{quoted(name)}")) for name in names]
    targets = []
    for target in arm.targetList:
        fields = getattr(target.val, "fields", None) or ()
        if not fields or not isinstance(fields[-1], ast.A_Star):
            targets.append(target)
        elif len(fields) > 1:
            targets += own if fields[0].sval == reference else [target]
        else:
            # As many columns as the query has: there can be nothing else in FROM that has some.
            targets += own
    return targets


def _arm(
    subquery: Any,
    alias: str,
    names: list[str],
    added: list[tuple[str, Any]],
    *,
    shown: list[str] | None = None,
    where: Any = None,
) -> Any:
    """Returns SELECT names, added FROM (subquery) AS alias (names)."""
    colnames = tuple([ast.String(sval=name) for name in names])
    source = ast.RangeSubselect(
        subquery=subquery, alias=ast.Alias(aliasname=alias, colnames=colnames)
    )
    columns = [_target(parse_expression(quoted(name)), name) for name in shown or names]
    return ast.SelectStmt(
        targetList=(*columns, *(_target(value, name) for name, value in added)),
        fromClause=(source,),
        whereClause=where,
        op=enums.SetOperation.SETOP_NONE,
    )


def _target(value: Any, name: str | None = None) -> Any:
    return ast.ResTarget(name=name, val=value)

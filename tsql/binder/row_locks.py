"""FOR UPDATE and its kin: which relations of the query they lock, inside of subqueries too."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from storage.kv.store import LockWait
from storage.lock_modes import LockMode
from tsql.binder.context import Item, Level
from tsql.binder.locations import error_at
from tsql.bound import (
    BoundSelect,
    CteRelation,
    FunctionRelation,
    JoinRelation,
    Relation,
    RowLocking,
    SetOperation,
    SubqueryRelation,
    TableRelation,
    ValuesRelation,
)
from tsql.parser import enums

_Strength = enums.LockClauseStrength
LOCK_NAMES: Final = {
    _Strength.LCS_FORKEYSHARE: "FOR KEY SHARE",
    _Strength.LCS_FORSHARE: "FOR SHARE",
    _Strength.LCS_FORNOKEYUPDATE: "FOR NO KEY UPDATE",
    _Strength.LCS_FORUPDATE: "FOR UPDATE",
}
_MODES: Final = {
    _Strength.LCS_FORKEYSHARE: LockMode.KEY_SHARE,
    _Strength.LCS_FORSHARE: LockMode.SHARE,
    _Strength.LCS_FORNOKEYUPDATE: LockMode.NO_KEY_UPDATE,
    _Strength.LCS_FORUPDATE: LockMode.UPDATE,
}
_WAITS: Final = {
    enums.LockWaitPolicy.LockWaitBlock: LockWait.WAIT,
    enums.LockWaitPolicy.LockWaitError: LockWait.NOWAIT,
    enums.LockWaitPolicy.LockWaitSkip: LockWait.SKIP,
}

#: Of several, the one that waits least.
_ORDER: Final = (LockWait.WAIT, LockWait.SKIP, LockWait.NOWAIT)


def bind_locking(select: BoundSelect, level: Level, node: Any) -> BoundSelect:
    """Returns the query with its locking clauses. Raises 0A000, 42P01."""
    for clause in node.lockingClause:
        name = LOCK_NAMES[clause.strength]
        _check_plain(select, name)
        numbers = _named(level, select, clause, name)
        leaves = list(_leaves(select.relation))
        for item in level.relations:
            if numbers is None or item.relation in numbers:
                _note_locked(item)
                _check_inside(item, leaves[item.relation], name)
        select = _locked(select, numbers, clause, name)
    return select


def _note_locked(item: Item) -> None:
    """Notes the privilege to lock an item's rows, and those of what it reads."""
    if item.need is not None:
        item.need.on("w")
    for part in item.parts:
        _note_locked(part)


def _check_inside(item: Item, relation: Relation, name: str) -> None:
    """Raises 0A000 for a subquery that can't be locked; a view's set operations just aren't."""
    if not isinstance(relation, SubqueryRelation) or item.row_of is not None:
        return
    inner = relation.select
    if isinstance(inner.relation, SetOperation):
        message = f"{name} is not allowed with UNION/INTERSECT/EXCEPT"
        raise error_at(None, "0A000", message)
    leaves = list(_leaves(inner.relation))
    for part in item.parts:
        if 0 <= part.relation < len(leaves):
            _check_inside(part, leaves[part.relation], name)


def _check_plain(select: BoundSelect, name: str) -> None:
    for is_there, what in (
        (select.distinct, "DISTINCT clause"),
        (select.group_by or select.grouping_sets, "GROUP BY clause"),
        (select.having is not None, "HAVING clause"),
        (select.grouped, "aggregate functions"),
        (select.windows, "window functions"),
        (select.set_functions, "set-returning functions in the target list"),
    ):
        if is_there:
            raise error_at(None, "0A000", f"{name} is not allowed with {what}")


def _named(level: Level, select: BoundSelect, clause: Any, name: str) -> set[int] | None:
    """Returns the relations that OF names; None for all. Raises 42P01, 0A000."""
    if not clause.lockedRels:
        return None
    leaves = list(_leaves(select.relation))
    numbers = set()
    for wanted in clause.lockedRels:
        for item in level.items:
            if item.alias != wanted.relname or not item.is_named:
                continue
            if item.relation < 0:
                raise error_at(wanted, "0A000", f"{name} cannot be applied to a join")
            _check_lockable(leaves[item.relation], wanted, name)
            numbers.add(item.relation)
            break
        else:
            message = f'relation "{wanted.relname}" in {name} clause not found in FROM clause'
            raise error_at(wanted, "42P01", message)
    return numbers


def _check_lockable(relation: Relation, node: Any, name: str) -> None:
    match relation:
        case FunctionRelation():
            raise error_at(node, "0A000", f"{name} cannot be applied to a function")
        case ValuesRelation():
            raise error_at(node, "0A000", f"{name} cannot be applied to VALUES")
        case CteRelation():
            raise error_at(node, "0A000", f"{name} cannot be applied to a WITH query")
        case _:
            pass


def _leaves(relation: Relation | None) -> Iterator[Relation]:
    if isinstance(relation, JoinRelation):
        yield from _leaves(relation.left)
        yield from _leaves(relation.right)
    elif relation is not None:
        yield relation


def _locked(select: BoundSelect, numbers: set[int] | None, clause: Any, name: str) -> BoundSelect:
    """Returns the query with the relations locked, the strongest mode of several."""
    locks = {lock.relation: lock for lock in select.locking}
    counter = iter(range(1 << 30))

    def visit(part: Relation, nullable: bool) -> Relation:
        if isinstance(part, JoinRelation):
            left = visit(part.left, nullable or part.kind in {"right", "full"})
            right = visit(part.right, nullable or part.kind in {"left", "full"})
            return replace(part, left=left, right=right)
        number = next(counter)
        if numbers is not None and number not in numbers:
            return part
        if not isinstance(part, TableRelation | SubqueryRelation):
            return part
        problem = None
        if nullable:
            problem = "0A000", f"{name} cannot be applied to the nullable side of an outer join"
        elif isinstance(part, TableRelation) and part.table.query is not None:
            problem = "42809", f'cannot lock rows in materialized view "{part.table.name}"'
        if isinstance(part, SubqueryRelation) and not nullable:
            inner = part.select
            _check_plain(inner, name)
            return replace(part, select=_locked(inner, None, clause, name))
        mode, wait = _MODES[clause.strength], _WAITS[clause.waitPolicy]
        known = locks.get(number)
        if known is not None:
            mode = max(mode, known.mode)
            wait = max(wait, known.wait, key=_ORDER.index)
        locks[number] = RowLocking(number, mode, wait, problem)
        return part

    if select.relation is None:
        return select
    relation = visit(select.relation, False)
    return replace(select, relation=relation, locking=tuple(locks.values()))

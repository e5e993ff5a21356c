"""Cursors: whose rows WHERE CURRENT OF can find again, and which cursors go back by themselves.

Behind what a cursor's query gives stand the keys of the rows that it was made of, where PostgreSQL
could find those: of the tables that FOR UPDATE names, or of the only table of a plain query. Views and
subqueries hand on the keys of their rows as columns behind their own.
"""

from dataclasses import replace

from storage.records import dataclass
from tsql import bound
from tsql.bound import BoundSelect, Field, Relation, RowKey, SubqueryRelation, TableRelation
from tsql.planner.row_layout import leaves_of, width_of
from tsql.types import oids


@dataclass(frozen=True, slots=True)
class CursorForm:
    """What is known of a cursor by its query.

    Attributes:
        table_ids: Of the tables whose rows' keys stand behind its rows.
        is_locking: Whether it locks its rows.
        may_find_more: Whether PostgreSQL might find a table's row where there is no key here.
        can_go_back: Whether it goes back unless it was declared NO SCROLL.
    """

    table_ids: tuple[int, ...]
    is_locking: bool
    may_find_more: bool
    can_go_back: bool


def with_row_keys(select: BoundSelect) -> tuple[BoundSelect, CursorForm]:
    """Returns the query with the keys of the rows that it is made of, and what there is to know of it."""
    keyed, table_ids = _keyed(select, is_locking := _locks(select))
    form = CursorForm(
        table_ids, is_locking, _may_find_more(select, is_locking), _can_go_back(select)
    )
    return keyed, form


def _is_plain(select: BoundSelect) -> bool:
    return not (select.grouped or select.distinct or select.windows or select.set_functions)


def _locks(select: BoundSelect) -> bool:
    """Returns whether the query locks rows, in a subquery of FROM too."""
    inner = [
        leaf.select for leaf in leaves_of(select.relation) if isinstance(leaf, SubqueryRelation)
    ]
    return bool(select.locking) or any(map(_locks, inner))


def _keyed(select: BoundSelect, is_locking: bool) -> tuple[BoundSelect, tuple[int, ...]]:
    """Returns the query with keys, and the ids of their tables."""
    relation = select.relation
    if not _is_plain(select) or relation is None:
        return select, ()
    if not is_locking and isinstance(relation, bound.JoinRelation):
        return select, ()
    locked = {lock.relation for lock in select.locking}
    keys: list[RowKey] = []
    table_ids: list[int] = []
    numbers = iter(range(1 << 30))

    def visit(part: Relation) -> Relation:
        if isinstance(part, bound.JoinRelation):
            return replace(part, left=visit(part.left), right=visit(part.right))
        number = next(numbers)
        if isinstance(part, TableRelation) and (number in locked or not is_locking):
            keys.append(RowKey(number, width_of(part), not is_locking))
            table_ids.append(part.table.id)
        elif isinstance(part, SubqueryRelation):
            inner, ids = _keyed(part.select, is_locking)
            start = len(part.fields)
            keys.extend(RowKey(number, start + at, not is_locking) for at in range(len(ids)))
            table_ids.extend(ids)
            fields = part.fields + (Field("", oids.BYTEA),) * len(ids)
            return replace(part, select=inner, fields=fields) if ids else part
        return part

    keyed = visit(relation)
    return replace(select, relation=keyed, row_keys=tuple(keys)), tuple(table_ids)


def _may_find_more(select: BoundSelect, is_locking: bool) -> bool:
    """Returns whether PostgreSQL looks into what has no keys here: UNION ALL, WITH, a group over locked rows."""
    if not _is_plain(select):
        return is_locking
    leaves = list(leaves_of(select.relation))
    if len(leaves) > 1 and not is_locking:
        return False
    for leaf in leaves:
        if isinstance(leaf, SubqueryRelation) and _may_find_more(leaf.select, is_locking):
            return True
        if isinstance(leaf, bound.CteRelation) or (
            isinstance(leaf, bound.SetOperation) and leaf.all
        ):
            return True
    return False


def _can_go_back(select: BoundSelect) -> bool:
    """Returns whether PostgreSQL's plan would run backwards: scans and sorts do, joins and groups don't."""
    if select.locking:
        return False
    if select.order_by:
        return not select.distinct and not select.set_functions
    if select.grouped or select.distinct or select.windows or select.set_functions:
        return False
    match select.relation:
        case None | bound.JoinRelation() | bound.WorkingTable():
            return False
        case bound.SetOperation(operator="UNION", all=True, left=left, right=right):
            return _can_go_back(left) and _can_go_back(right)
        case bound.SetOperation():
            return False
        case bound.SubqueryRelation(select=inner):
            return _can_go_back(inner)
        case _:
            return True

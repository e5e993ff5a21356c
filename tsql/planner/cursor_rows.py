"""Cursors: whose rows WHERE CURRENT OF can find again, and which cursors go back by themselves.

Behind what a cursor's query gives stand the keys of the rows that it was made of, where PostgreSQL
could find those: of the tables that FOR UPDATE names, or of the only table of a plain query.
"""

from dataclasses import replace

from storage.records import dataclass
from tsql import bound
from tsql.bound import BoundSelect, TableRelation
from tsql.planner.row_layout import leaves_of


@dataclass(frozen=True, slots=True)
class CursorForm:
    """What is known of a cursor by its query.

    Attributes:
        table_ids: Of the tables whose rows' keys stand behind its rows.
        is_locking: Whether it locks its rows.
        is_indirect: Whether it reads a view or a subquery, in which PostgreSQL might find the table.
        can_go_back: Whether it goes back unless it was declared NO SCROLL.
    """

    table_ids: tuple[int, ...]
    is_locking: bool
    is_indirect: bool
    can_go_back: bool


def with_row_keys(select: BoundSelect) -> BoundSelect:
    """Returns the query with the keys of the rows that it is made of."""
    if select.grouped or select.distinct or select.windows or select.set_functions:
        return select
    leaves = list(leaves_of(select.relation))
    if select.locking:
        numbers = [
            lock.relation
            for lock in select.locking
            if isinstance(leaves[lock.relation], TableRelation)
        ]
        return replace(select, row_keys=tuple(sorted(numbers)))
    if isinstance(select.relation, TableRelation):
        return replace(select, row_keys=(0,))
    return select


def cursor_form(select: BoundSelect) -> CursorForm:
    """Returns what there is to know of a cursor's query."""
    leaves = list(leaves_of(select.relation))
    tables = [leaves[number] for number in select.row_keys]
    return CursorForm(
        tuple(part.table.id for part in tables if isinstance(part, TableRelation)),
        bool(select.locking),
        any(isinstance(leaf, bound.SubqueryRelation) for leaf in leaves),
        _can_go_back(select),
    )


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

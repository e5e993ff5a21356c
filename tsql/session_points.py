"""Which statements of a session have a form that runs at once, and may take it now."""

from typing import Any

from storage.errors import DatabaseError
from tsql.execution import revalidate
from tsql.point_statement import PointStatement
from tsql.point_transaction import PointTransaction, step_of
from tsql.prepared import Prepared
from tsql.session_state import SessionState
from tsql.templates import TEXT_CHARACTERS_MAX
from tsql.transactions import Phase

PointForm = PointStatement | PointTransaction


class SessionPoints:
    """The point forms of one session's statements."""

    def __init__(self, state: SessionState) -> None:
        self._state = state

    def statement(self, name: str) -> PointForm | None:
        """Returns the form of a prepared statement; see `tsql.api.Session.point_statement`."""
        state = self._state
        prepared = state.statements.get(name)
        if prepared is None or not self._may_take_points():
            return None
        point: PointForm | None = prepared.point
        if point is None or not point.is_current():
            point = prepared.point = self._made_point(prepared)
        if point is None or not point.is_usable:
            return None
        if state.control.phase is not Phase.IDLE or isinstance(point, PointTransaction):
            state.finished = prepared
        return point

    def _may_take_points(self) -> bool:
        """Returns whether a statement could run at once now; the unnamed portal is given up for it."""
        state, phase = self._state, self._state.control.phase
        if phase is Phase.IDLE:
            return not state.portals
        if phase is not Phase.BLOCK:
            return False
        state.portals.pop("", None)
        state.finished = None
        # A transaction that has changed the catalog sees one of its own.
        return not state.portals and state.catalog is state.database.catalogs.current

    def _made_point(self, prepared: Prepared) -> PointForm | None:
        try:
            revalidate(self._state, prepared)
            if prepared.query is None:
                step = None if prepared.parsed is None else step_of(prepared.parsed.node)
                return step and PointTransaction(self._state, step, prepared.text)
            prepared.query.compile()
        except DatabaseError:
            return None  # The general way says so, in its turn.
        return PointStatement(self._state, prepared.query, prepared.text)

    def text(self, sql: str) -> tuple[PointForm, tuple[Any, ...]] | None:
        """Returns the form of a query string, and its values; see `tsql.api.Session.point_text`."""
        state = self._state
        if len(sql) > TEXT_CHARACTERS_MAX or not self._may_take_points():
            return None
        step = state.transaction_points.get(sql)
        if step is not None:
            state.statements.pop("", None)
            return step, ()
        catalog = state.database.catalogs.current
        found = state.database.templates.known(sql, catalog, state.binding_key)
        if found is None:
            return None
        template, texts = found
        point = state.template_points.get(template.query)
        if point is None or not point.is_current():
            point = state.remember_point(template.query, PointStatement(state, template.query, sql))
        if not point.is_usable:
            return None
        try:
            values = template.values(texts, state.env)
        except DatabaseError:
            return None  # The long way says where in the text the fault is.
        state.statements.pop("", None)
        point.text = sql
        return point, values

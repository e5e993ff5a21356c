"""Point statements as a front door runs them: at once, without a coroutine.

    point = session.point_statement("name")        None: it has no such form, or not now
    answer = point.run(values, told)               None: something is in its way; nothing has happened

What stands between a statement and its point form is looked at in two places only. The statement
itself (its plan, its functions) is judged when it is compiled, by `point_select` and `point_write` in
tsql/executor/point.py. What the catalog and the session's settings say is judged here, once for
each version of them, by `_allows`. So one comparison of versions is all that an execution pays.

In autocommit it runs on the store. In a transaction block the same closures run on the session's
transaction (storage/transaction_points.py), once the tables are locked.
"""

from collections.abc import Callable
from typing import Any

from storage.catalog import Catalog
from storage.commit import Group
from storage.errors import DatabaseError
from storage.kv.store import NeedsTransaction
from storage.table import StaleTable
from storage.table_locks import table_key
from storage.transaction_points import TransactionPoints
from tsql.answer import Answer
from tsql.execution import check_allowed
from tsql.executor.waits import MustWaitError
from tsql.prepared import Query
from tsql.session_state import SessionState
from tsql.transactions import Phase

Told = Callable[[Answer], None]


class PointStatement:
    """A query of one session, as long as neither the catalog nor the session's settings change.

    Attributes:
        parameter_types: Of the values that `run` takes.
        fields: Of its rows, or None if it returns none.
        is_usable: Whether it has a point form that may run.
        text: Of the statement for which it runs.
    """

    __slots__ = (
        "_catalog",
        "_clock",
        "_control",
        "_env",
        "_generation",
        "_locks",
        "_query",
        "_state",
        "_store",
        "_tags",
        "fields",
        "is_usable",
        "parameter_types",
        "text",
    )

    def __init__(self, state: SessionState, query: Query, text: str) -> None:
        self.text = text
        self._state = state
        self._query = query
        self._control = state.control
        self._store = state.database.store
        self._clock = state.database.clock
        self._catalog: Catalog = state.database.catalogs.current
        self._generation = state.settings.generation
        self._env = state.env
        self._tags = (query.tag(0), query.tag(1))
        self._locks = [(table_key(table_id), mode) for table_id, mode in query.table_locks]
        self.parameter_types = query.parameter_types
        self.fields = query.fields
        self.is_usable = _allows(state, query)

    def is_current(self) -> bool:
        """Returns whether what it was made for is still so."""
        state = self._state
        return (
            self._catalog is state.database.catalogs.current
            and self._generation == state.settings.generation
        )

    def run(self, values: tuple[Any, ...], told: Told) -> Answer | None:
        """Runs it, if nothing is in its way.

        An answer that `is_pending` may not be told yet: `told(answer)` is called when it may.
        """
        env = self._env
        env.parameters = values
        env.statement_timestamp = self._clock()
        self._state.functions.begin_statement(self.text)
        if self._control.phase is not Phase.IDLE:
            return self._run_in_block(told)
        env.transaction_timestamp = env.statement_timestamp
        try:
            answer, group = self._evaluate(self._store)
        except (MustWaitError, StaleTable, NeedsTransaction):
            return None
        except Exception as error:  # noqa: BLE001 - it is the answer
            return Answer(None, "", error)
        if answer is not None and group is not None:
            self._tell_later(answer, group, told)
        return answer

    def _evaluate(self, store: Any) -> tuple[Answer | None, Group | None]:
        """Returns the answer, and what must be durable before it is told.

        Raises what a read, or the making of a row, has failed with.
        """
        query = self._query
        if query.point_read is not None:
            rows = query.point_read.run(store, self._env)
            return None if rows is None else self._answer(len(rows), rows), None
        write = query.point_write
        assert write is not None
        if write.sequences and not self._state.functions.has_reserved(write.sequences):
            return None, None
        evaluated = write.run(store, self._env)
        if evaluated is None:
            return None, None
        if evaluated.error is not None:
            return Answer(None, "", evaluated.error), evaluated.group
        written = evaluated.result
        rows = None if self.fields is None else written.rows
        return self._answer(written.count, rows), evaluated.group

    def _answer(self, count: int, rows: Any) -> Answer:
        return Answer(rows, self._tags[count] if count < 2 else self._query.tag(count))

    def _tell_later(self, answer: Answer, group: Group, told: Told) -> None:
        state = self._state

        def settled(failure: DatabaseError | None) -> None:
            if failure is not None:
                answer.error = failure
            answer.is_pending = False
            # Who cancels a commit comes too late.
            if state.interrupts.error is not None:
                state.interrupts.clear()
            if answer.error is not None:
                self._control.fail_now()
            told(answer)

        answer.is_pending = True
        group.when_settled(settled)

    # -- in a transaction block ------------------------------------------------------------------

    def _run_in_block(self, told: Told) -> Answer | None:
        points = self._points()
        if points is None:
            return None
        control = self._control
        try:
            answer, group = self._evaluate(points)
        except (MustWaitError, StaleTable, NeedsTransaction):
            return None
        except Exception as error:  # noqa: BLE001 - it is the answer
            answer, group = Answer(None, "", error), points.unsettled
        if answer is None:
            return None
        if answer.error is None:
            answer.is_in_block = True
        elif control.is_nested:
            return (
                None  # What a savepoint keeps is brought back in slices; nothing has happened yet.
            )
        if group is not None:
            self._tell_later(answer, group, told)
        elif answer.error is not None:
            control.fail_now()
        return answer

    def _points(self) -> TransactionPoints | None:
        """Returns the session's transaction, with the tables locked, if that takes no waiting."""
        control, write = self._control, self._query.point_write
        if write is not None and (write.may_defer or (write.sequences and control.is_nested)):
            return None
        txn: Any = control.statement_transaction()
        points: TransactionPoints | None = txn.points
        if points is None:
            return None
        for key, mode in self._locks:
            if not points.lock(key, mode):
                return None
        return points


def _allows(state: SessionState, query: Query) -> bool:
    """Returns whether the catalog and the settings let the query run in its point form."""
    try:
        check_allowed(state, query)
    except DatabaseError:
        return False  # The general way says so, in its turn.
    if query.point_read is not None:
        return True
    if state.temporary.commit_actions:
        return False
    return query.point_write is not None and not state.settings.is_on("transaction_read_only")

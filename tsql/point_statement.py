"""Point statements as a front door runs them: at once, in autocommit, without a coroutine.

    point = session.point_statement("name")        None: it has no such form, or not now
    answer = point.run(values, told)               None: something is in its way; nothing has happened

What stands between a statement and its point form is looked at in two places only. The statement
itself (its plan, its functions) is judged when it is compiled, by `point_select` and `point_write` in
tsql/executor/point.py. What the catalog and the session's settings say is judged here, once for
each version of them, by `_allows`. So one comparison of versions is all that an execution pays.
"""

from collections.abc import Callable
from typing import Any

from storage.catalog import Catalog
from storage.errors import DatabaseError
from storage.table import StaleTable
from tsql.api import Answer
from tsql.execution import check_allowed
from tsql.executor.waits import MustWaitError
from tsql.prepared import Query
from tsql.session_state import SessionState

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
        "_env",
        "_generation",
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
        self._store = state.database.store
        self._clock = state.database.clock
        self._catalog: Catalog = state.database.catalogs.current
        self._generation = state.settings.generation
        self._env = state.env
        self._tags = (query.tag(0), query.tag(1))
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
        env, query = self._env, self._query
        env.parameters = values
        env.statement_timestamp = env.transaction_timestamp = self._clock()
        self._state.functions.begin_statement(self.text)
        try:
            if query.point_read is None:
                return self._write(told)
            rows = query.point_read.run(self._store, env)
        except (MustWaitError, StaleTable):
            return None
        except Exception as error:  # noqa: BLE001 - it is the answer
            return Answer(None, "", error)
        if rows is None:
            return None
        count = len(rows)
        return Answer(rows, self._tags[count] if count < 2 else query.tag(count))

    def _write(self, told: Told) -> Answer | None:
        state, query = self._state, self._query
        write = query.point_write
        assert write is not None
        if write.sequences and not state.functions.has_reserved(write.sequences):
            return None
        evaluated = write.run(self._store, self._env)
        if evaluated is None:
            return None
        if evaluated.error is None:
            written = evaluated.result
            count = written.count
            tag = self._tags[count] if count < 2 else query.tag(count)
            answer = Answer(None if self.fields is None else written.rows, tag)
        else:
            answer = Answer(None, "", evaluated.error)
        if evaluated.group is None:
            return answer

        def settled(failure: DatabaseError | None) -> None:
            if failure is not None:
                answer.error = failure
            answer.is_pending = False
            # Who cancels a commit comes too late.
            state.interrupts.clear()
            told(answer)

        answer.is_pending = True
        evaluated.group.when_settled(settled)
        return answer


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

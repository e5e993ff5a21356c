"""BEGIN, COMMIT and ROLLBACK as a front door runs them: at once, without a coroutine.

Like a point statement (tsql/point_statement.py), of which each has the form: `run` answers None where
the general way has more to do (a warning, a deferred constraint, a commit that takes files).
"""

import enum
from collections.abc import Callable
from typing import Any, Final

from storage.errors import DatabaseError
from storage.kv.store import NeedsTransaction
from tsql.answer import Answer
from tsql.parser import ast, enums
from tsql.session_state import SessionState
from tsql.transactions import Phase

Told = Callable[[Answer], None]

_KINDS = enums.TransactionStmtKind


class Step(enum.Enum):
    """What it does, and its command tag."""

    BEGIN = "BEGIN"
    START = "START TRANSACTION"
    COMMIT = "COMMIT"
    ROLLBACK = "ROLLBACK"


_STEPS: Final[dict[Any, Step]] = {
    _KINDS.TRANS_STMT_BEGIN: Step.BEGIN,
    _KINDS.TRANS_STMT_START: Step.START,
    _KINDS.TRANS_STMT_COMMIT: Step.COMMIT,
    _KINDS.TRANS_STMT_ROLLBACK: Step.ROLLBACK,
}


def step_of(node: Any) -> Step | None:
    """Returns what a statement does, if it is one of these and says nothing beside it."""
    if not isinstance(node, ast.TransactionStmt) or node.options or node.chain:
        return None
    return _STEPS.get(node.kind)


class PointTransaction:
    """One step of a session's transaction, by its text.

    Attributes:
        is_usable: Always.
    """

    __slots__ = ("_state", "_step", "_text")

    parameter_types: tuple[int, ...] = ()
    fields = None
    is_usable = True

    def __init__(self, state: SessionState, step: Step, text: str) -> None:
        self._state = state
        self._step = step
        self._text = text

    def is_current(self) -> bool:
        """Returns True: it means the same whatever changes."""
        return True

    def run(self, _values: tuple[Any, ...], told: Told) -> Answer | None:
        """Runs it, if nothing is in its way; see PointStatement."""
        state, step = self._state, self._step
        control = state.control
        is_beginning = step is Step.BEGIN or step is Step.START
        if control.phase is not (Phase.IDLE if is_beginning else Phase.BLOCK):
            return None
        state.begin_statement()
        state.functions.begin_statement(self._text)
        if is_beginning:
            control.begin_block()
            return Answer(None, step.value, is_in_block=True)
        if step is Step.ROLLBACK:
            control.rollback_now()
            return Answer(None, step.value)
        if state.temporary.commit_actions:
            return None
        return self._commit(told)

    def _commit(self, told: Told) -> Answer | None:
        state = self._state
        answer = Answer(None, self._step.value)

        def ended(failure: DatabaseError | None) -> None:
            answer.error = failure
            answer.is_pending = False
            # Who cancels a commit comes too late.
            state.interrupts.clear()
            told(answer)

        try:
            answer.is_pending = state.control.commit_now(ended)
        except (NeedsTransaction, DatabaseError):
            return None  # The general way finds it again.
        return answer

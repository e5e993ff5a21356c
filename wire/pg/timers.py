"""The three time-outs of a session: of a statement, of idling in a transaction, of idling at all.

A timer is armed only if its setting says so: most sessions never have one.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from storage.errors import DatabaseError, FatalError
from tsql.api import Session, TransactionStatus

_STATEMENT: Final = ("57014", "canceling statement due to statement timeout")
_IDLE_SESSION: Final = ("57P05", "terminating connection due to idle-session timeout")
_IDLE_IN_TRANSACTION: Final = (
    "25P03",
    "terminating connection due to idle-in-transaction timeout",
)

_IDLE_SETTINGS: Final = ("idle_session_timeout", "idle_in_transaction_session_timeout")


class Timers:
    """One session's timers; `end` hangs up on an idle client."""

    def __init__(
        self,
        session: Session,
        loop: asyncio.AbstractEventLoop,
        end: Callable[[FatalError], None],
    ) -> None:
        self._session = session
        self._loop = loop
        self._end = end
        self._is_statement_running = False
        self._is_overdue = False
        self._statement: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._env: object = None
        self._has_idle_limit = True

    def statement_began(self) -> None:
        """A statement runs from now on, unless one was running already.

        Raises 57014 if that has taken too long while its next message was waited for.
        """
        if self._is_statement_running:
            if self._is_overdue:
                raise DatabaseError(*_STATEMENT)
            return
        self._is_statement_running = True
        seconds = self._seconds("statement_timeout")
        if seconds:
            self._statement = self._loop.call_later(seconds, self._cancel_statement)

    def statement_ended(self) -> None:
        """It ended."""
        self._is_statement_running = self._is_overdue = False
        if self._statement is not None:
            self._statement.cancel()
            self._statement = None

    def _cancel_statement(self) -> None:
        self._is_overdue = True
        self._session.cancel(*_STATEMENT)

    def idle_began(self) -> None:
        """The client is ready for its next query."""
        if not self._may_idle_end():
            return
        if self._session.status is TransactionStatus.IDLE:
            setting, fault = "idle_session_timeout", _IDLE_SESSION
        else:
            setting, fault = "idle_in_transaction_session_timeout", _IDLE_IN_TRANSACTION
        seconds = self._seconds(setting)
        if seconds:
            self._idle = self._loop.call_later(seconds, self._hang_up, fault)

    def _hang_up(self, fault: tuple[str, str]) -> None:
        self._end(FatalError(*fault))

    def idle_ended(self) -> None:
        """It said something."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def stop(self) -> None:
        """No timer fires any more."""
        self.statement_ended()
        self.idle_ended()

    def _may_idle_end(self) -> bool:
        """Whether idling has a limit at all; settings are asked once, until one changes."""
        env = self._session.env
        if env is not self._env:
            self._env = env
            self._has_idle_limit = any(map(self._seconds, _IDLE_SETTINGS))
        return self._has_idle_limit

    def _seconds(self, setting: str) -> float:
        text = self._session.setting(setting)
        return 0.0 if text == "0" else int(text) / 1000

"""Answers of the keeper's that still hold: where the rows of tables lie, as nothing has changed since.

Asking takes two turns of two processes, a third of a millisecond. What the keeper has answered holds
for every later commit timestamp until something is committed to a table that it follows, for it hears
of these only. An answer that is kept keeps files, too, that a flush or a merge has replaced: so it is
given back when either has happened, and after a second at the latest.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from storage.columns.messages import TableVersion

#: How long an answer is kept.
KEPT_SECONDS: Final = 1.0
#: How many are.
_KEPT_MAX: Final = 32


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions of tables as of one commit timestamp; `release` them after the query."""

    tables: list[TableVersion]
    release: Callable[[], None]


class _Answer:
    """An answer that several queries may use: it is given back when the last one has ended."""

    def __init__(self, versions: Versions, timestamp: int) -> None:
        self.timestamp = timestamp
        self.timer: asyncio.TimerHandle | None = None
        self._versions = versions
        self._user_count = 1

    def end(self) -> None:
        """It isn't kept any more."""
        if self.timer is not None:
            self.timer.cancel()
        self.leave()

    def used(self) -> Versions:
        """Returns it for one more query."""
        self._user_count += 1
        return Versions(self._versions.tables, self.leave)

    def leave(self) -> None:
        """One that has used it doesn't any more."""
        self._user_count -= 1
        if not self._user_count:
            self._versions.release()


class KnownVersions:
    """See above.

    Attributes:
        change_count: Counts whatever may have made answers of before untrue.
    """

    def __init__(self) -> None:
        self.change_count = 0
        self._told = 0
        self._answers: dict[tuple[int, ...], _Answer] = {}

    def told(self, timestamp: int) -> None:
        """Hears of a commit to any table that is followed."""
        self._told = timestamp
        self.forget()

    def forget(self) -> None:
        """Hears that something else has become of the tables, or of the keeper."""
        self.change_count += 1
        while self._answers:
            self._answers.popitem()[1].end()

    def get(self, storage_ids: Sequence[int], timestamp: int) -> Versions | None:
        """Returns what holds at a commit timestamp, if it is known."""
        answer = self._answers.get(tuple(storage_ids))
        return answer.used() if answer is not None and answer.timestamp <= timestamp else None

    def keep(
        self, storage_ids: Sequence[int], timestamp: int, versions: Versions, change_count: int
    ) -> Versions:
        """Keeps an answer for the next ones, if all is as it was when it was asked for; returns it."""
        key = tuple(storage_ids)
        if self.change_count != change_count or timestamp < self._told or key in self._answers:
            return versions
        if len(self._answers) >= _KEPT_MAX:
            self.forget()
        answer = self._answers[key] = _Answer(versions, timestamp)
        loop = asyncio.get_running_loop()
        answer.timer = loop.call_later(KEPT_SECONDS, self._expire, key, answer)
        return answer.used()

    def _expire(self, key: tuple[int, ...], answer: _Answer) -> None:
        if self._answers.get(key) is answer:
            self._answers.pop(key).end()

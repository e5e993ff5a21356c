"""What statements answer, and what writes have done: made for each statement, so they are compiled."""

from collections.abc import Sequence
from typing import Any


class Answer:
    """A statement's answer.

    Attributes:
        rows: All rows, or None if the statement returns none or has failed.
        tag: Command tag.
        error: What it has failed with, or None.
        is_pending: Whether a crash could still take back what it tells of: it has to wait.
        is_in_block: Whether a transaction block goes on behind it.
    """

    __slots__ = ("error", "is_in_block", "is_pending", "rows", "tag")

    def __init__(
        self,
        rows: Sequence[Sequence[Any]] | None,
        tag: str,
        error: Exception | None = None,
        *,
        is_pending: bool = False,
        is_in_block: bool = False,
    ) -> None:
        self.rows = rows
        self.tag = tag
        self.error = error
        self.is_pending = is_pending
        self.is_in_block = is_in_block


class WriteResult:
    """What a write has done: how many rows, and what RETURNING says of them."""

    __slots__ = ("count", "rows")

    def __init__(self, count: int, rows: list[Sequence[Any]]) -> None:
        self.count = count
        self.rows = rows

"""Portals: prepared statements with their parameters, ready to run or half run."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import field
from typing import Any

from storage.errors import DatabaseError
from storage.kv.store import Transaction
from storage.records import dataclass
from tsql.api import Result
from tsql.bound import Field
from tsql.executor.run import Batches, FailedBatches, Row
from tsql.executor.waits import MustWaitError
from tsql.prepared import Prepared


@dataclass(slots=True)
class Portal:
    """A portal.

    Attributes:
        reads: What a SELECT sees, if the client has been waited for between Bind and Execute.
        batches: Where its rows come from, once it has begun.
        pending: Rows that have come and that nobody has asked for yet.
        count: Rows given by one Execute, for the command tag.
        is_done: Whether it has come to its end.
    """

    prepared: Prepared
    values: tuple[Any, ...]
    fields: tuple[Field, ...] | None = None
    reads: Transaction | None = None
    batches: Batches | None = None
    pending: list[Row] = field(default_factory=list)
    tag: str = ""
    count: int = 0
    has_begun: bool = False
    is_done: bool = False
    result: Result | None = None
    name: str = ""


async def take_rows(portal: Portal, limit: int) -> tuple[list[Row], bool]:
    """Returns the next rows of a portal, at most `limit`, and whether it knows that to be the end.

    After exactly `limit` rows it doesn't look further, as PostgreSQL does not. The rows before one
    that fails are given, and the error when more are asked for.
    """
    rows = portal.pending
    portal.pending = []
    while len(rows) < limit:
        try:
            batch = None if portal.batches is None else await portal.batches.next()
        except MustWaitError:
            raise
        except DatabaseError as error:
            if not rows:
                raise
            portal.batches = FailedBatches(error)
            return rows, False
        if batch is None:
            portal.batches = None
            return rows, True
        rows += batch
    portal.pending = rows[limit:]
    return rows[:limit], False


RowStream = AsyncIterator[Sequence[Row]]

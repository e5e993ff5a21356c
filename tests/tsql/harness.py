"""Sessions over a store in memory, and what they answer in a form that tests compare."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from compat.postgres.system_relations import PostgresCatalogs
from storage.embedded import open_memory_store
from storage.errors import DatabaseError
from tsql.api import ReadyRows, Result
from tsql.database import Database, SessionOptions
from tsql.functions.load import load_later
from tsql.session import Session

load_later("compat.postgres.load")


@dataclass
class Answer:
    """One statement's answer."""

    tag: str = ""
    names: list[str] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    data: bytes = b""
    error: DatabaseError | None = None


class Client:
    """A session that is asked by the simple protocol, or the extended one."""

    def __init__(self, session: Session) -> None:
        self.session = session

    async def run(self, sql: str, data: bytes | None = None) -> list[Answer]:
        """Runs a query string; an error is the last answer."""
        answers: list[Answer] = []
        try:
            async for result in self.session.simple_query(sql):
                answers.append(Answer())
                await _collect(result, answers[-1], data)
        except DatabaseError as error:
            answers.append(Answer(error=error))
        return answers

    async def tag(self, sql: str, data: bytes | None = None) -> str:
        """Returns the last command tag; errors are raised."""
        return (await self._all(sql, data))[-1].tag

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Returns the last statement's rows."""
        return (await self._all(sql, None))[-1].rows

    async def value(self, sql: str) -> Any:
        """Returns the only value."""
        ((value,),) = await self.rows(sql)
        return value

    async def plan(self, sql: str) -> str:
        """Returns EXPLAIN's text."""
        return "\n".join(line for (line,) in await self.rows(f"EXPLAIN {sql}"))

    async def error(self, sql: str, data: bytes | None = None) -> DatabaseError:
        """Returns the error that the string ends with."""
        error = (await self.run(sql, data))[-1].error
        assert error is not None, f"no error: {sql}"
        return error

    async def _all(self, sql: str, data: bytes | None) -> list[Answer]:
        answers = await self.run(sql, data)
        if answers[-1].error is not None:
            raise answers[-1].error
        return answers

    async def extended(self, sql: str, values: Sequence[Any] = (), limit: int = 0) -> Answer:
        """Runs one statement by parse, bind, execute and sync; errors are raised."""
        session = self.session
        try:
            await session.parse("", sql, ())
            await session.describe_statement("")
            await session.bind("", "", values)
            answer = Answer()
            await _collect(await session.execute("", limit, sync_follows=True), answer, None)
        except DatabaseError:
            await session.sync(failed=True)
            raise
        await session.sync(failed=False)
        return answer

    def notices(self) -> list[tuple[str, str]]:
        """Returns and forgets the notices so far: (sqlstate, message)."""
        notices = [(n.sqlstate, n.message) for n in self.session.events.notices]
        self.session.events.notices.clear()
        return notices


async def _collect(result: Result, answer: Answer, data: bytes | None) -> None:
    if result.copy_in is not None:
        # Odd pieces: rows may break anywhere.
        for start in range(0, len(data or b""), 7):
            await result.copy_in.data((data or b"")[start : start + 7])
        answer.tag = await result.copy_in.done()
        return
    if result.copy_out is not None:
        answer.data = b"".join([chunk async for chunk in result.copy_out.chunks])
    answer.names = [f.name for f in result.fields or ()]
    answer.rows = [tuple(row) for row in result.rows or ()]
    if result.stream is not None:
        async for batch in result.stream:
            assert not isinstance(batch, ReadyRows)
            answer.rows += [tuple(row) for row in batch]
    answer.tag = result.tag


async def settled(task: "asyncio.Task[Any]") -> bool:
    """Lets everything run that can, and returns whether the task has ended."""
    for _ in range(20):
        await asyncio.sleep(0)
    return task.done()


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    store = await open_memory_store()
    opened = await Database.open(store, system_catalogs=PostgresCatalogs())
    yield opened
    await opened.close()
    await store.close()


@pytest.fixture
async def alice(database: Database) -> AsyncIterator[Client]:
    client = Client(database.session(SessionOptions(process_id=1)))
    yield client
    await client.session.close()


@pytest.fixture
async def bob(database: Database) -> AsyncIterator[Client]:
    client = Client(database.session(SessionOptions(process_id=2)))
    yield client
    await client.session.close()

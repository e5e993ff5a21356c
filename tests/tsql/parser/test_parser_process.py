"""Long statements are parsed in another process, which may die."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from storage.errors import DatabaseError
from tsql import parser_process
from tsql.parser import SHORT_BYTES_MAX, RowTemplate
from tsql.parser_process import ParserProcess


@pytest.fixture
async def parser() -> AsyncIterator[ParserProcess]:
    process = ParserProcess()
    yield process
    await process.close()


def long_values(count: int = 5000) -> str:
    return "INSERT INTO t VALUES " + ", ".join(f"({n}, 'row {n}')" for n in range(count))


async def test_short_statements_need_no_process(parser: ParserProcess) -> None:
    assert [s.text for s in await parser.parse("SELECT 1; SELECT 2")] == ["SELECT 1", "SELECT 2"]
    assert parser.process_id is None


async def test_long_values_come_as_rows(parser: ParserProcess) -> None:
    (statement,) = await parser.parse(long_values())
    template = statement.node.selectStmt.valuesLists
    assert isinstance(template, RowTemplate)
    assert len(template) == 1
    assert template.kinds == ["i", "s"]
    assert template.rows[4999] == [4999, "row 4999"]


class Impatient:
    """Slices that are over after each piece of work."""

    pauses = 0

    def __init__(self, _loop: asyncio.AbstractEventLoop) -> None:
        return

    def due(self) -> bool:
        return True

    async def pause(self) -> None:
        Impatient.pauses += 1


async def test_others_may_run_between_two_statements_of_many(
    parser: ParserProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser_process, "Slices", Impatient)
    statements = await parser.parse("SELECT 1;" * 3000)
    assert len(statements) == 3000
    assert Impatient.pauses >= 3000


async def test_statements_wait_for_each_other(parser: ParserProcess) -> None:
    parsed = await asyncio.gather(*(parser.parse(long_values(2000 + n)) for n in range(4)))
    lengths = [len(statements[0].node.selectStmt.valuesLists.rows) for statements in parsed]
    assert lengths == [2000, 2001, 2002, 2003]


async def test_syntax_errors_keep_their_position(parser: ParserProcess) -> None:
    sql = "SELECT 'ü" + "x" * SHORT_BYTES_MAX + "' FROM FROM"
    with pytest.raises(DatabaseError) as caught:
        await parser.parse(sql)
    assert caught.value.sqlstate == "42601"
    assert caught.value.position == len(sql) - 3


async def test_a_tree_too_deep_is_refused(parser: ParserProcess) -> None:
    with pytest.raises(DatabaseError) as caught:
        await parser.parse("SELECT 1" + "+1" * 100_000)
    assert caught.value.sqlstate == "54001"
    assert await parser.parse(long_values())


async def test_a_dead_process_is_replaced(parser: ParserProcess) -> None:
    await parser.parse(long_values())
    first = parser.process_id
    assert first is not None
    task = asyncio.ensure_future(parser.parse("SELECT 1 -- " + "x" * 30_000_000))
    await asyncio.sleep(0)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(DatabaseError) as caught:
        await task
    assert caught.value.sqlstate == "54001"
    assert await parser.parse(long_values())
    assert parser.process_id != first


async def test_a_cancelled_statement_leaves_no_answer_behind(parser: ParserProcess) -> None:
    await parser.parse(long_values())
    task = asyncio.ensure_future(parser.parse(long_values(60_000)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (statement,) = await parser.parse(long_values(3000))
    assert len(statement.node.selectStmt.valuesLists.rows) == 3000


async def test_a_long_string_comes_whole(parser: ParserProcess) -> None:
    (statement,) = await parser.parse("SELECT '" + "é" * 8_000_000 + "'")
    assert len(statement.node.targetList[0].val.val.sval) == 8_000_000
    assert parser.process_id is None, "the process is let go, for its memory"

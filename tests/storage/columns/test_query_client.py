"""Query processes: results as they come, and what happens when one is stopped, stalls or dies."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from storage.columns.messages import (
    ColumnarQuery,
    ColumnSpec,
    ResultColumn,
    TableSpec,
    TableVersion,
)
from storage.columns.query_answer import Answer
from storage.columns.query_client import QueryProcesses, QuerySettings
from storage.columns.query_frames import DONE, FAILED, ROW_COUNT, ROWS, VALUES, Failed
from storage.disk import free_bytes

PROGRAM = ("-m", "tests.storage.columns.rows_program")
INT8 = ResultColumn(20, -1, "int64")
TEXT = ResultColumn(25, -1, "text")
SPEC = TableSpec("t0", 1, (ColumnSpec("c0", 1, (), "int64"), ColumnSpec("c1", 2, (), "text")))


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[QueryProcesses]:
    settings = QuerySettings(
        directory=tmp_path / "queries", memory_bytes=256 << 20, running_count_max=2, program=PROGRAM
    )
    running = QueryProcesses(settings)
    yield running
    await running.close()


def version(rows: int) -> TableVersion:
    return TableVersion(1, 1, rows, 1, 0)


def query(sql: str, *results: ResultColumn, parameters: tuple[Any, ...] = ()) -> ColumnarQuery:
    return ColumnarQuery(sql, (SPEC,), results or (INT8,), parameters)


async def start(processes: QueryProcesses, sql: str, rows: int = 10, **more: Any) -> Answer:
    return await processes.run(query(sql), [version(rows)], **more)


async def read(answer: Answer) -> list[Any]:
    """Returns all rows. Raises AssertionError for a failure."""
    rows: list[Any] = []
    while True:
        kind, payload = await answer.next()
        if kind == DONE:
            return rows
        assert kind == VALUES, msgspec.msgpack.decode(payload)
        rows += zip(*msgspec.msgpack.decode(payload), strict=True)


async def failure(answer: Answer) -> Failed:
    while True:
        kind, payload = await answer.next()
        assert kind != DONE
        if kind == FAILED:
            return msgspec.msgpack.decode(payload, type=Failed)


async def test_values_come_in_batches(processes: QueryProcesses) -> None:
    answer = await processes.run(
        query("SELECT c0, c1 FROM t0 WHERE c0 <> $1 ORDER BY c0", INT8, TEXT, parameters=(3,)),
        [version(10_000)],
    )
    expected = [(n, str(n)) for n in range(10_000) if n != 3]
    assert await read(answer) == expected


async def test_ready_rows_come_as_the_wire_wants_them(processes: QueryProcesses) -> None:
    answer = await start(processes, "SELECT c0 FROM t0 WHERE c0 > 7 ORDER BY 1", formats=(0,))
    kind, payload = await answer.next()
    assert kind == ROWS
    assert ROW_COUNT.unpack(payload[:4]) == (2,)
    row = b"D\0\0\0\x0b\0\1\0\0\0\1"
    assert payload[4:] == row + b"8" + row + b"9"
    assert (await answer.next()).kind == DONE


async def test_errors_say_what_and_whether_another_path_could_do_better(
    processes: QueryProcesses,
) -> None:
    failed = await failure(await start(processes, "SELECT 1 // (c0 - 5) FROM t0"))
    assert not failed.is_final
    failed = await failure(await start(processes, "SELECT error('22012: division by zero')"))
    assert (failed.sqlstate, failed.message, failed.is_final) == (
        "22012",
        "division by zero",
        False,
    )
    assert await read(await start(processes, "SELECT count(*) FROM t0")) == [(10,)]


ENDLESS = "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b"


async def test_a_query_is_stopped_and_its_turn_goes_on(processes: QueryProcesses) -> None:
    answers = [await start(processes, ENDLESS) for _ in range(2)]
    waiting = asyncio.ensure_future(start(processes, "SELECT 1::BIGINT"))
    await asyncio.sleep(0)
    assert not waiting.done()
    answers[0].stop()
    assert await read(await waiting) == [(1,)]
    answers.clear()  # the other one ends by being dropped
    assert await read(await start(processes, "SELECT 2::BIGINT")) == [(2,)]


async def test_one_that_gives_up_waiting_leaves_the_line(processes: QueryProcesses) -> None:
    answers = [await start(processes, ENDLESS) for _ in range(2)]
    given_up = asyncio.ensure_future(start(processes, ENDLESS))
    waiting = asyncio.ensure_future(start(processes, "SELECT 1::BIGINT"))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait([given_up])
    answers.clear()
    assert await read(await waiting) == [(1,)]


async def running_process(processes: QueryProcesses) -> int:
    """Returns the id of the process that works: no spare, and its time is growing."""
    seen: dict[int, int] = {}
    while True:
        spare = {process.pid for process in processes._idle}
        for process_id in set(processes.process_ids) - spare:
            ticks = processor_ticks(process_id)
            if ticks > seen.setdefault(process_id, ticks) + 10:
                return process_id
        await asyncio.sleep(0.05)


async def gone(*process_ids: int) -> None:
    """Returns when processes, of whoever's, have ended."""
    for process_id in process_ids:
        with contextlib.suppress(ProcessLookupError):
            ended = os.pidfd_open(process_id)
            readable = asyncio.Event()
            asyncio.get_running_loop().add_reader(ended, readable.set)
            await readable.wait()
            asyncio.get_running_loop().remove_reader(ended)
            os.close(ended)


def processor_ticks(process_id: int) -> int:
    """Returns the time that a process has used, in hundredths of a second."""
    try:
        fields = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0  # it has just ended
    return int(fields[11])


async def test_a_death_before_the_first_row_is_not_seen(processes: QueryProcesses) -> None:
    slow = "SELECT sum(a.range + b.range)::BIGINT FROM range(25000) a, range(25000) b"
    answer = await start(processes, slow)
    os.kill(await running_process(processes), signal.SIGKILL)
    assert await read(answer) == [(25_000 * 25_000 * 24_999,)]


async def test_the_second_death_is_told(processes: QueryProcesses) -> None:
    answer = await start(processes, ENDLESS)
    first = await running_process(processes)
    os.kill(first, signal.SIGKILL)
    await gone(first)
    os.kill(await running_process(processes), signal.SIGKILL)
    assert (await failure(answer)).sqlstate == "58000"
    assert await read(await start(processes, "SELECT 1::BIGINT")) == [(1,)]


async def test_a_death_in_mid_result_is_told(processes: QueryProcesses) -> None:
    answer = await start(processes, "SELECT range FROM range(100000000)")
    assert (await answer.next()).kind == VALUES
    for process_id in processes.process_ids:
        os.kill(process_id, signal.SIGKILL)
    assert (await failure(answer)).sqlstate == "58000"


async def test_a_stalled_result_frees_its_process(processes: QueryProcesses) -> None:
    count = 1_500_000
    stalled = [await start(processes, f"SELECT range FROM range({count})") for _ in range(2)]
    first = [await answer.next() for answer in stalled]
    assert await read(await start(processes, "SELECT 1::BIGINT")) == [(1,)]
    for answer, frame in zip(stalled, first, strict=True):
        head = msgspec.msgpack.decode(frame.payload)[0]
        rest = await read(answer)
        assert head + [number for (number,) in rest] == list(range(count))


async def test_below_the_floor_nothing_is_spilled_or_spooled(tmp_path: Path) -> None:
    settings = QuerySettings(
        directory=tmp_path / "queries",
        memory_bytes=256 << 20,
        running_count_max=1,
        program=PROGRAM,
        floor_bytes=2 * free_bytes(tmp_path),
    )
    processes = QueryProcesses(settings)
    stalled = await start(processes, "SELECT range FROM range(1500000)")
    await stalled.next()
    # Its turn comes when the other has failed.
    assert await read(await start(processes, "SELECT 1::BIGINT")) == [(1,)]
    assert (await failure(stalled)).sqlstate == "53100"
    large = "SELECT hash(range)::TEXT::BLOB::TEXT AS x FROM range(30000000) ORDER BY x"
    sql = f"SELECT count(*) FROM (SELECT DISTINCT x FROM ({large}))"
    failed = await failure(await start(processes, sql))
    assert failed.sqlstate == "53200"
    assert await read(await start(processes, "SELECT 1::BIGINT")) == [(1,)]
    await processes.close()


async def test_a_query_whose_process_cannot_be_started_is_left_to_others(tmp_path: Path) -> None:
    settings = QuerySettings(directory=tmp_path / "a file", program=PROGRAM)
    (tmp_path / "a file").write_text("in the way")
    processes = QueryProcesses(settings)
    for _ in range(settings.running_count_max + 1):
        failed = await failure(await start(processes, "SELECT 1"))
        assert failed.sqlstate == "58000"
        assert not failed.is_final
    await processes.close()


async def test_the_processes_end_with_the_server(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys, pathlib\n"
        "from tests.storage.columns import test_query_client as t\n"
        "async def main():\n"
        "    settings = t.QuerySettings(directory=pathlib.Path(sys.argv[1]), program=t.PROGRAM)\n"
        "    processes = t.QueryProcesses(settings)\n"
        "    answer = await t.start(processes, t.ENDLESS)\n"
        "    await t.running_process(processes)\n"
        "    print(*processes.process_ids, flush=True)\n"
        "    await asyncio.sleep(1000)\n"
        "asyncio.run(main())\n"
    )
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path / "q"), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    ids = [int(word) for word in (await server.stdout.readline()).split()]
    assert ids
    server.kill()
    await server.wait()
    await gone(*ids)


async def test_a_process_ends_with_a_server_that_has_not_read_its_word(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        started = await asyncio.create_subprocess_exec(
            sys.executable, *PROGRAM, str(tmp_path), str(256 << 20), str(1 << 30), "1", "0", "1",
            stdin=theirs.fileno(), stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    has_come = asyncio.Event()
    asyncio.get_running_loop().add_reader(ours, has_come.set)
    await has_come.wait()
    asyncio.get_running_loop().remove_reader(ours)
    ours.close()
    assert await started.wait() == 0


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT length(md5(repeat('a', 1000000000)))::BIGINT FROM t0",
        "SELECT len(range(1000000000))::BIGINT FROM t0",
        "SELECT count(*)::BIGINT FROM (SELECT unnest(range(300000000)))",
        "SELECT len(list(a.range || b.range::VARCHAR))::BIGINT FROM range(100000) a, range(10000) b",
    ],
)
async def test_memory_bombs_harm_nobody(processes: QueryProcesses, sql: str) -> None:
    bomb = await start(processes, sql)
    other = await start(processes, "SELECT count(*)::BIGINT FROM t0")
    assert await read(other) == [(10,)]
    assert (await failure(bomb)).sqlstate in {"53200", "58000"}
    assert await read(await start(processes, "SELECT 1::BIGINT")) == [(1,)]

"""The program of a query process: `python -m storage.columns.query_process`, started by the server.

Its standard input is a socket to the server (storage/columns/query_frames.py). It runs one query at
a time, over the versions of tables that come with it, and writes the result as DuckDB makes it: when
the server doesn't read, DuckDB stops. It ends when the server does.

It runs where nobody else wants the processor, spills to a directory of its own, and has a limit of memory: what
goes beyond fails, and nobody else notices.
"""

import contextlib
import os
import queue
import re
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec
import pyarrow as pa

from storage.columns import query_frames as frames
from storage.columns.conditions import Evaluator
from storage.columns.data_rows import data_rows
from storage.columns.duck_session import DuckSession
from storage.columns.messages import TableSpec, TableVersion
from storage.columns.process import (
    be_idle,
    do_without_pandas,
    keep_memory,
    read_deep_documents,
)
from storage.columns.query_frames import Done, Failed, Request, Start, Stop
from storage.columns.reader import NotAsAssumedError, Opened
from storage.columns.result_text import NotColumnwise
from storage.columns.result_values import finished, values_of
from storage.disk import free_bytes

#: Rows of one frame: DataRow messages are made faster in larger batches; values are turned into
#: rows on the server's loop, a batch in one go.
_READY_ROWS: Final = 8192
_VALUE_ROWS: Final = 2048
#: What a value may take in the process beside DuckDB's own limit: results, batches, stacks.
_DATA_BYTES_BESIDE: Final = 512 << 20
#: A code that our own SQL has put in front of an error's text.
_CODED: Final = re.compile(r"\b([0-9][0-9A-Z]{4}): ([^\n]*)")


#: Returns the tables of a query, exactly as of their versions.
OpenTables = Callable[[tuple[TableSpec, ...], tuple[TableVersion, ...], Evaluator], Opened]


class QueryProcess:
    """Answers one server.

    Args:
        spill_bytes: Returns what the next query may spill.
    """

    def __init__(
        self,
        channel: socket.socket,
        session: DuckSession,
        open_tables: OpenTables,
        spill_bytes: Callable[[], int],
    ) -> None:
        self._spill_bytes = spill_bytes
        self._channel = channel
        self._session = session
        self._open_tables = open_tables
        self._starts: queue.SimpleQueue[Start | None] = queue.SimpleQueue()
        self._running = 0
        self._time_zone = ""

    def serve(self) -> None:
        """Runs queries until the server is gone."""
        threading.Thread(target=self._listen, daemon=True).start()
        self._send(frames.READY, b"")
        while (start := self._starts.get()) is not None:
            self._running = start.number
            try:
                self._send(frames.DONE, msgspec.msgpack.encode(self._run(start)))
            except (BrokenPipeError, ConnectionError):
                return
            except NotAsAssumedError as error:
                failed = Failed("XX000", str(error), is_final=False, extents=error.extents)
                self._send(frames.FAILED, msgspec.msgpack.encode(failed))
            except Exception as error:  # noqa: BLE001 - told to the server
                self._send(frames.FAILED, msgspec.msgpack.encode(failure(error)))
            finally:
                self._running = 0
                # Nobody waits for that any more.
                self._session.release()

    def _listen(self) -> None:
        """Takes requests, beside the query that runs. Ends the process with the server.

        A server that dies with something unread of ours is a broken connection, not an end.
        """
        try:
            self._take_requests()
        finally:
            os._exit(0)

    def _take_requests(self) -> None:
        decode = msgspec.msgpack.Decoder(Request).decode
        stream = self._channel.makefile("rb")
        while len(length := stream.read(frames.LENGTH.size)) == frames.LENGTH.size:
            request = decode(stream.read(frames.LENGTH.unpack(length)[0]))
            if isinstance(request, Stop):
                if request.number == self._running:
                    self._session.interrupt()
            else:
                self._starts.put(request)

    def _run(self, start: Start) -> Done:
        if start.time_zone != self._time_zone:
            self._session.set_time_zone(start.time_zone)
            self._time_zone = start.time_zone
        query = start.query
        self._session.limit_spilled(self._spill_bytes())
        evaluator = Evaluator(self._session.true_for, start.time_zone)
        opened = self._open_tables(query.tables, start.versions, evaluator)
        tables = opened.tables
        done = Done(opened.row_count, opened.extents, opened.pruned_count)
        batch_rows = _VALUE_ROWS if start.formats is None else _READY_ROWS
        reader = self._session.run(query.sql, tables, list(query.parameters), batch_rows)
        kinds = [column.kind for column in query.results]
        with reader:  # one left open would be in the next query's way
            for batch in reader:
                self._send_batch(batch, kinds, start.formats)
        return done

    def _send_batch(
        self, batch: pa.RecordBatch, kinds: list[str], formats: tuple[int, ...] | None
    ) -> None:
        if not len(batch):
            return
        pairs = [finished(*pair) for pair in zip(batch.columns, kinds, strict=True)]
        columns, shown = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        if formats is not None and columns:
            with contextlib.suppress(NotColumnwise):
                rows = data_rows(columns, shown, formats)
                self._send(frames.ROWS, frames.ROW_COUNT.pack(len(batch)) + rows)
                return
        for start in range(0, len(batch), _VALUE_ROWS):
            part = [column.slice(start, _VALUE_ROWS) for column in columns]
            self._send(frames.VALUES, values_of(part, shown))

    def _send(self, kind: bytes, payload: bytes) -> None:
        self._channel.sendall(frames.HEAD.pack(len(payload) + 1, kind) + payload)


def failure(error: Exception) -> Failed:
    """Returns what the server is told of an error."""
    text = str(error)
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError | pa.ArrowMemoryError):
        return Failed("53200", "out of memory", is_final=True)
    if isinstance(error, duckdb.InterruptException):
        return Failed("57014", "canceling statement due to user request", is_final=True)
    coded = _CODED.search(text)
    if coded is not None:
        return Failed(coded[1], coded[2], is_final=False)
    for kind, sqlstate in _SQLSTATES:
        if isinstance(error, kind):
            return Failed(sqlstate, text, is_final=False)
    return Failed("XX000", f"{type(error).__name__}: {text}", is_final=False)


_SQLSTATES: Final[tuple[tuple[Any, str], ...]] = (
    (ZeroDivisionError, "22012"),
    (duckdb.OutOfRangeException, "22003"),
    (duckdb.ConversionException, "22P02"),
)


def limit_memory(memory_bytes: int) -> None:
    """Bounds what memory_limit doesn't: scalar kernels, results. Mapped files don't count."""
    with Path("/proc/self/status").open() as status:
        used = next(int(line.split()[1]) for line in status if line.startswith("VmData:")) << 10
    limit = used + memory_bytes + _DATA_BYTES_BESIDE
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def run(open_tables: OpenTables) -> None:
    """Serves the process that started this one; the arguments are those of its `QuerySettings`."""
    directory = Path(sys.argv[1])
    memory_bytes, spill_bytes, threads, floor_bytes, running_count_max = map(int, sys.argv[2:7])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server sees to a Ctrl-C
    be_idle()
    keep_memory()
    do_without_pandas()
    read_deep_documents()
    session = DuckSession(
        directory, memory_bytes=memory_bytes, temporary_bytes=spill_bytes, threads=threads
    )
    limit_memory(memory_bytes)

    def may_spill() -> int:
        # Others that run may spill as well, and nobody may take what writes need.
        room = max(0, free_bytes(directory) - floor_bytes) // running_count_max
        return min(spill_bytes, room)

    QueryProcess(socket.socket(fileno=0), session, open_tables, may_spill).serve()

"""The server's end of the parser process: `await parser.parse(sql)` for statements of any length.

Short ones are parsed at once (tsql/parser.py); a long one goes to a process of its own, so that
neither its time nor its crash reaches the event loop. The process is started when it is first
needed and again after it died; one statement is with it at a time.
"""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from storage.errors import DatabaseError
from storage.slices import Slices
from tsql.parser import SHORT_BYTES_MAX, TOO_DEEP_HINT, ParsedStatement, parse, statements_of
from tsql.parser_worker import LENGTH, Frame, Header, Request

#: After a statement of this size the process is let go, for its memory.
_KEPT_BYTES_MAX: Final = 4 << 20
_END_SECONDS_MAX: Final = 1.0

_header = msgspec.msgpack.Decoder(Header).decode
_frame = msgspec.msgpack.Decoder(Frame).decode


class ParserProcess:
    """Parses statements, long ones in another process."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def parse(self, sql: str, types: Sequence[int] = ()) -> list[ParsedStatement]:
        """Returns the statements of a query string. Raises what tsql.parser.parse does.

        `types` are those that the client gives the parameters of a single statement.
        """
        if len(sql) <= SHORT_BYTES_MAX:
            return parse(sql)
        async with self._lock:
            try:
                return await self._parse_long(sql, types)
            except (asyncio.IncompleteReadError, ConnectionError, ValueError):
                await self._end()
                raise DatabaseError(
                    "54001", "stack depth limit exceeded", hint=TOO_DEEP_HINT
                ) from None
            except DatabaseError:
                raise
            except BaseException:
                await self._end()
                raise

    @property
    def process_id(self) -> int | None:
        """The process's id, or None where none is running."""
        return None if self._process is None else self._process.pid

    async def close(self) -> None:
        """Ends the process."""
        async with self._lock:
            await self._end()

    async def _parse_long(self, sql: str, types: Sequence[int]) -> list[ParsedStatement]:
        process = await self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        data = msgspec.msgpack.encode(Request(sql, list(types)))
        process.stdin.write(LENGTH.pack(len(data)))
        process.stdin.write(data)
        await process.stdin.drain()
        header = _header(await self._read(process.stdout))
        lists: list[list[Any]] = [[] for _ in header.lists]
        slices = Slices(asyncio.get_running_loop())
        while frame := await self._read(process.stdout):
            part = _frame(frame)
            lists[part.number] += part.rows
            if slices.due():
                await slices.pause()
        if len(data) > _KEPT_BYTES_MAX:
            await self._end()
        if header.error is not None:
            sqlstate, message, position, hint = header.error
            raise DatabaseError(sqlstate, message, position=position, hint=hint)
        statements = []
        for statement in statements_of(sql, header.tree, lists):
            statements.append(statement)
            if slices.due():
                await slices.pause()
        return statements

    async def _read(self, stream: asyncio.StreamReader) -> bytes:
        (length,) = LENGTH.unpack(await stream.readexactly(LENGTH.size))
        return await stream.readexactly(length)

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tsql.parser_worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.kill()
        async with asyncio.timeout(_END_SECONDS_MAX):
            await process.wait()

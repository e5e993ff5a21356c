"""A session with a small language of its own, to test the front door without a database.

select 1            one row of int4 columns: select 1 2 3
text abc            one row with a text
echo                the parameters, as they came (types as declared at Parse; unknown: text)
rows 1000 100       1,000 int4 rows, streamed in batches of 100
big 100000          one row with a text of so many characters
nothing             a command without rows (tag NOTHING)
notice hello        a notice, then the tag NOTICE
set name value      changes a reported setting
fail 22012 oops     an error
late 22012 oops     two rows, then an error
crash               an exception that isn't a DatabaseError
wait                waits until cancelled, or until `gate` is set
pause               waits once for the event loop
begin, commit, rollback
copyin, copyout 3   COPY FROM STDIN of lines, COPY TO STDOUT of 3 lines
deallocate          tag DEALLOCATE ALL
write 3             tag WRITE 3, told when `settle` is called

Some of them have a point form: all that neither stream nor wait, besides `write`; in a block, too.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.errors import DatabaseError, FatalError
from tsql.answer import Answer
from tsql.api import (
    CopyOut,
    Notice,
    Result,
    Row,
    SessionEvents,
    StatementDescription,
    TransactionStatus,
)
from tsql.bound import Field
from tsql.env import Env
from tsql.types import oids


def int4_fields(count: int) -> tuple[Field, ...]:
    return tuple(Field(f"c{position + 1}", oids.INT4) for position in range(count))


TEXT_FIELDS = (Field("text", oids.TEXT),)


class FakeCopyIn:
    """Counts the lines that it gets; a line `bad` is an error."""

    binary = False

    def __init__(self, session: "FakeSession") -> None:
        self.column_count = 2
        self.received = b""
        self._session = session

    async def data(self, chunk: bytes) -> None:
        self.received += chunk
        if b"bad\n" in self.received:
            raise DatabaseError("22P02", "bad line")

    async def done(self) -> str:
        self._session.copied = self.received
        lines = self.received.count(b"\n")
        return f"COPY {lines}"

    async def fail(self, message: str) -> None:
        self._session.copy_failure = message
        raise DatabaseError("57014", f"COPY from stdin failed: {message}")


@dataclass
class Prepared:
    sql: str
    types: tuple[int, ...]


@dataclass
class Portal:
    sql: str
    types: tuple[int, ...]
    values: Sequence[Any]
    rows: list[Row] | None = None


POINT_VERBS = frozenset(
    [
        "select",
        "text",
        "echo",
        "big",
        "nothing",
        "notice",
        "fail",
        "write",
        "begin",
        "commit",
        "rollback",
    ]
)


@dataclass(eq=False)
class FakePoint:
    """A statement in its point form."""

    session: "FakeSession"
    sql: str
    parameter_types: tuple[int, ...]
    fields: tuple[Field, ...] | None
    is_simple: bool

    def run(self, values: tuple[Any, ...], told: Callable[[Answer], None]) -> Answer | None:
        session = self.session
        verb, _, rest = self.sql.partition(" ")
        if verb == "write" and rest == "blocked":
            return None
        in_block = session.status is TransactionStatus.IN_TRANSACTION
        if verb == "begin" and in_block:
            return None
        if verb == "write" and not in_block:
            session.log.append(self.sql)
            session.waiting.set()
            answer = Answer(None, f"WRITE {rest}", is_pending=True)

            def settled(told_answer: Answer) -> None:
                error = told_answer.error
                session.ended(self.is_simple, error if isinstance(error, DatabaseError) else None)
                told(told_answer)

            session.unsettled.append((answer, settled))
            return answer
        error, rows, tag = None, None, ""
        try:
            run = session.run(self.sql, values, self.parameter_types)
            run.send(None)
        except StopIteration as stop:
            rows = stop.value.rows
            tag = stop.value.tag
        except DatabaseError as failure:
            error = failure
        session.ended(self.is_simple, error)
        in_block = session.status is TransactionStatus.IN_TRANSACTION
        return Answer(rows, tag, error, is_in_block=in_block)


@dataclass
class FakeSession:
    """See the module."""

    settings: dict[str, str] = field(default_factory=dict)
    events: SessionEvents = field(default_factory=SessionEvents)
    status: TransactionStatus = TransactionStatus.IDLE
    env: Env = field(default_factory=Env)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    log: list[str] = field(default_factory=list)
    copied: bytes = b""
    copy_failure: str | None = None
    is_closed: bool = False
    rows_made: int = 0
    statements: dict[str, Prepared] = field(default_factory=dict)
    portals: dict[str, Portal] = field(default_factory=dict)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    unsettled: list[tuple[Answer, Callable[[Answer], None]]] = field(default_factory=list)
    points: dict[Any, FakePoint] = field(default_factory=dict)
    has_points: bool = True
    _cancelled: DatabaseError | None = None
    _is_running: bool = False

    def reported_parameters(self) -> dict[str, str]:
        return {"client_encoding": "UTF8", "server_version": "15.0", **self.settings}

    def setting(self, name: str) -> str:
        return self.settings.get(name, "0")

    @property
    def bound(self) -> Sequence[Any]:
        return ()

    async def fix_bound(self) -> None:
        raise AssertionError

    def reveal(self, error: BaseException) -> None:
        pass

    def cancel(self, sqlstate: str, message: str) -> None:
        if self._is_running:
            self._cancelled = DatabaseError(sqlstate, message)
            self.gate.set()

    async def close(self) -> None:
        self.is_closed = True

    # ---- point forms -----------------------------------------------------------------------------

    def point_statement(self, name: str) -> FakePoint | None:
        prepared = self.statements.get(name)
        if prepared is None:
            return None
        return self._point(prepared.sql, prepared.types, is_simple=False)

    def point_text(self, sql: str) -> tuple[FakePoint, tuple[Any, ...]] | None:
        point = None if ";" in sql else self._point(sql.strip(), (), is_simple=True)
        return None if point is None else (point, ())

    def _point(self, sql: str, types: tuple[int, ...], *, is_simple: bool) -> FakePoint | None:
        if self.status is TransactionStatus.IN_TRANSACTION:
            self.portals.pop("", None)
        is_ready = self.status is not TransactionStatus.FAILED and not self.portals
        if not self.has_points or not is_ready or sql.partition(" ")[0] not in POINT_VERBS:
            return None
        key = (sql, types, is_simple)
        if key not in self.points:
            self.points[key] = FakePoint(self, sql, types, self._fields(sql, types), is_simple)
        return self.points[key]

    def ended(self, is_simple: bool, error: DatabaseError | None) -> None:
        """Logs the end of a point statement as the general way does."""
        if is_simple and error is not None:
            self.log.append(f"failed {error}")
        elif not is_simple:
            self.log.append("sync" if error is None else "sync failed")
        if error is not None:
            self._fail()

    def settle(self, failure: DatabaseError | None = None) -> None:
        """Ends the commit that the oldest `write` waits for."""
        answer, told = self.unsettled.pop(0)
        answer.error, answer.is_pending = failure, False
        told(answer)

    # ---- statements ------------------------------------------------------------------------------

    async def simple_query(self, sql: str) -> AsyncIterator[Result]:
        self._is_running = True
        try:
            for statement in filter(None, (part.strip() for part in sql.split(";"))):
                yield await self.run(statement, (), ())
        except BaseException as error:
            self.log.append(f"failed {error}")
            self._fail()
            raise
        finally:
            self._is_running = False
        if not sql.strip():
            yield Result()

    async def parse(self, name: str, sql: str, parameter_types: Sequence[int]) -> None:
        self.log.append(f"parse {name}")
        self._check_transaction(sql)
        if name and name in self.statements:
            raise DatabaseError("42P05", f'prepared statement "{name}" already exists')
        if sql.startswith("unparsable"):
            raise DatabaseError("42601", "syntax error", position=1)
        self.statements[name] = Prepared(sql, tuple(oid or oids.TEXT for oid in parameter_types))

    def _statement(self, name: str) -> Prepared:
        if name not in self.statements:
            what = f'prepared statement "{name}"' if name else "unnamed prepared statement"
            raise DatabaseError("26000", f"{what} does not exist")
        return self.statements[name]

    async def describe_statement(self, name: str) -> StatementDescription:
        self.log.append(f"describe {name}")
        prepared = self._statement(name)
        return StatementDescription(prepared.types, self._fields(prepared.sql, prepared.types))

    async def bind(self, portal: str, statement: str, values: Sequence[Any]) -> None:
        prepared = self._statement(statement)
        self._check_transaction(prepared.sql)
        if len(values) != len(prepared.types):
            raise DatabaseError(
                "08P01",
                f"bind message supplies {len(values)} parameters, but prepared statement"
                f' "{statement}" requires {len(prepared.types)}',
            )
        self.portals[portal] = Portal(prepared.sql, prepared.types, values)

    def _portal(self, name: str) -> Portal:
        if name not in self.portals:
            raise DatabaseError("34000", f'portal "{name}" does not exist')
        return self.portals[name]

    async def describe_portal(self, portal: str) -> tuple[Field, ...] | None:
        found = self._portal(portal)
        return self._fields(found.sql, found.types)

    async def execute(self, portal: str, row_limit: int, *, sync_follows: bool = False) -> Result:
        found = self._portal(portal)
        self._is_running = True
        try:
            if found.rows is None:
                result = await self.run(found.sql, found.values, found.types)
                if not row_limit or result.rows is None:
                    return result
                found.rows = list(result.rows)
            taken, found.rows = found.rows[:row_limit], found.rows[row_limit:]
            fields = self._fields(found.sql, found.types)
            return Result(
                fields,
                rows=taken,
                tag=f"SELECT {len(taken)}",
                suspended=len(taken) == row_limit,
            )
        finally:
            self._is_running = False

    def close_statement(self, name: str) -> None:
        self.statements.pop(name, None)

    def close_portal(self, name: str) -> None:
        self.portals.pop(name, None)

    async def sync(self, *, failed: bool) -> None:
        self.log.append("sync failed" if failed else "sync")
        if failed:
            self._fail()
        if self.status is TransactionStatus.IDLE:
            self.portals.clear()

    def _fail(self) -> None:
        if self.status is TransactionStatus.IN_TRANSACTION:
            self.status = TransactionStatus.FAILED

    def _check_transaction(self, sql: str) -> None:
        if self.status is TransactionStatus.FAILED and sql not in {"rollback", "commit"}:
            raise DatabaseError(
                "25P02",
                "current transaction is aborted, commands ignored until end of transaction block",
            )

    def _fields(self, sql: str, types: tuple[int, ...]) -> tuple[Field, ...] | None:
        verb, _, rest = sql.partition(" ")
        if verb == "select":
            return int4_fields(len(rest.split()))
        if verb in {"rows", "late"}:
            return int4_fields(1)
        if verb == "echo":
            return tuple(Field(f"p{i + 1}", oid) for i, oid in enumerate(types))
        return TEXT_FIELDS if verb in {"text", "big"} else None

    # ---- the language ----------------------------------------------------------------------------

    async def run(self, sql: str, values: Sequence[Any], types: tuple[int, ...]) -> Result:
        self.log.append(sql)
        self._check_transaction(sql)
        verb, _, rest = sql.partition(" ")
        method = getattr(self, f"_run_{verb}", None)
        if method is None:
            raise DatabaseError("42601", f'syntax error at or near "{verb}"', position=1)
        if verb == "echo":
            return Result(self._fields(sql, types), rows=[tuple(values)], tag="SELECT 1")
        result: Result = await method(rest)
        return result

    async def _run_echo(self, rest: str) -> Result:
        raise NotImplementedError

    async def _run_select(self, rest: str) -> Result:
        row = [int(word) for word in rest.split()]
        return Result(int4_fields(len(row)), rows=[row], tag="SELECT 1")

    async def _run_text(self, rest: str) -> Result:
        return Result(TEXT_FIELDS, rows=[(rest,)], tag="SELECT 1")

    async def _run_big(self, rest: str) -> Result:
        return Result(TEXT_FIELDS, rows=[("x" * int(rest),)], tag="SELECT 1")

    async def _run_rows(self, rest: str) -> Result:
        count, batch = (int(word) for word in rest.split())

        async def stream() -> AsyncIterator[Sequence[Row]]:
            for start in range(0, count, batch):
                self.rows_made = min(start + batch, count)
                yield [(number,) for number in range(start, self.rows_made)]

        return Result(int4_fields(1), stream=stream(), tag=f"SELECT {count}")

    async def _run_nothing(self, rest: str) -> Result:
        return Result(tag="NOTHING")

    async def _run_notice(self, rest: str) -> Result:
        self.events.notices.append(Notice("NOTICE", "00000", rest, hint="a hint"))
        return Result(tag="NOTICE")

    async def _run_set(self, rest: str) -> Result:
        name, value = rest.split()
        self.settings[name] = value
        self.env = Env()
        self.events.parameters[name] = value
        return Result(tag="SET")

    async def _run_write(self, rest: str) -> Result:
        return Result(tag=f"WRITE {rest}")

    async def _run_fail(self, rest: str) -> Result:
        sqlstate, _, message = rest.partition(" ")
        raise DatabaseError(sqlstate, message, detail="a detail", table="t", position=3)

    async def _run_fatal(self, rest: str) -> Result:
        raise FatalError("57P01", "terminating connection due to administrator command")

    async def _run_late(self, rest: str) -> Result:
        sqlstate, _, message = rest.partition(" ")

        async def stream() -> AsyncIterator[Sequence[Row]]:
            yield [(1,), (2,)]
            raise DatabaseError(sqlstate, message)

        return Result(int4_fields(1), stream=stream())

    async def _run_crash(self, rest: str) -> Result:
        raise ValueError(rest)

    async def _run_wait(self, rest: str) -> Result:
        self.waiting.set()
        await self.gate.wait()
        self.gate.clear()
        if self._cancelled is not None:
            error, self._cancelled = self._cancelled, None
            raise error
        return Result(tag="WAIT")

    async def _run_pause(self, rest: str) -> Result:
        await asyncio.sleep(0)
        return Result(tag="PAUSE")

    async def _run_begin(self, rest: str) -> Result:
        self.status = TransactionStatus.IN_TRANSACTION
        return Result(tag="BEGIN")

    async def _run_commit(self, rest: str) -> Result:
        failed = self.status is TransactionStatus.FAILED
        self.status = TransactionStatus.IDLE
        return Result(tag="ROLLBACK" if failed else "COMMIT")

    async def _run_rollback(self, rest: str) -> Result:
        self.status = TransactionStatus.IDLE
        return Result(tag="ROLLBACK")

    async def _run_copyin(self, rest: str) -> Result:
        return Result(copy_in=FakeCopyIn(self))

    async def _run_copyout(self, rest: str) -> Result:
        async def lines() -> AsyncIterator[bytes]:
            for number in range(int(rest)):
                yield f"line {number}\n".encode()

        return Result(copy_out=CopyOut(1, binary=False, chunks=lines()), tag=f"COPY {rest}")

    async def _run_deallocate(self, rest: str) -> Result:
        self.statements.clear()
        return Result(tag="DEALLOCATE ALL")

"""What a front door may ask of a session, and what it gets back. `tsql.session.Session` implements it.

Life of a simple query:   async for result in session.simple_query(sql): send(result)
Life of an extended one:  parse -> (describe_statement) -> bind -> (describe_portal) -> execute -> … -> sync

A session is not for concurrent use, except `cancel()`. Statement coroutines are made to be stepped: most finish
without ever suspending. Errors are raised as DatabaseError; after one in an extended query the front door skips to
Sync and then calls `sync()`. Values are those of storage/types.py; front doors do their own encoding.
"""

import enum
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import field
from typing import Any, Protocol

from storage.errors import FatalError
from storage.records import dataclass
from tsql.answer import Answer
from tsql.bound import Field
from tsql.env import Env

Row = Sequence[Any]


class TransactionStatus(enum.Enum):
    """The status byte of ReadyForQuery."""

    IDLE = b"I"
    IN_TRANSACTION = b"T"
    FAILED = b"E"


@dataclass(frozen=True, slots=True)
class StatementDescription:
    """What Describe answers: parameter types, and the result's fields (None: returns no rows)."""

    parameter_types: tuple[int, ...]
    fields: tuple[Field, ...] | None


class CopyIn(Protocol):
    """COPY FROM STDIN in progress. `column_count`/`binary` make up CopyInResponse."""

    column_count: int
    binary: bool

    async def data(self, chunk: bytes) -> None:
        """Takes one CopyData payload; rows may span chunks."""

    async def done(self) -> str:
        """Ends the copy; returns the command tag."""

    async def fail(self, message: str) -> None:
        """Ends it by CopyFail: raises 57014 with PostgreSQL's message."""


@dataclass(slots=True)
class CopyOut:
    """COPY TO STDOUT: `chunks` are CopyData payloads, one row each."""

    column_count: int
    binary: bool
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class ReadyRows:
    """Rows as DataRow messages in the formats that were asked for."""

    count: int
    data: bytes


@dataclass(slots=True)
class ReadyForm:
    """What a front door may ask of a stream before it reads it: rows ready for the wire.

    Attributes:
        formats: A format code for each column. The messages are in UTF-8.
    """

    formats: tuple[int, ...] | None = None


@dataclass(slots=True)
class Result:
    """What one statement answers.

    Attributes:
        fields: Of the rows, or None if the statement returns none.
        rows: All rows, where they are few and ready; else None.
        stream: Batches of rows, where they are not; read to the end before `tag`.
        ready: If set, the stream may give some of them as ReadyRows.
        tag: Command tag; with a stream, valid at its end. Empty for an empty query string.
        suspended: The row limit was reached: PortalSuspended instead of CommandComplete.
        is_binary: Whether a simple query's rows go out in the binary format.
    """

    fields: tuple[Field, ...] | None = None
    rows: Sequence[Row] | None = None
    stream: AsyncIterator[Sequence[Row] | ReadyRows] | None = None
    tag: str = ""
    suspended: bool = False
    copy_in: CopyIn | None = None
    copy_out: CopyOut | None = None
    ready: ReadyForm | None = None
    is_binary: bool = False


class PointStatement(Protocol):
    """A statement that can run at once, without waiting inside; see tsql/point_statement.py."""

    @property
    def parameter_types(self) -> tuple[int, ...]: ...

    @property
    def fields(self) -> tuple[Field, ...] | None:
        """Returns its rows' fields, the same tuple each time; None if it returns no rows."""

    def run(self, values: tuple[Any, ...], told: Callable[[Answer], None]) -> Answer | None:
        """Runs it; None if it has to go the general way, and nothing has happened.

        With an answer that is pending, `told(answer)` is called when it may be told.
        """


@dataclass(slots=True)
class Notice:
    """A message beside the results, of severity NOTICE, WARNING, INFO, DEBUG or LOG."""

    severity: str
    sqlstate: str
    message: str
    detail: str | None = None
    hint: str | None = None
    position: int | None = None


@dataclass(slots=True)
class SessionEvents:
    """What happened beside the results since last taken: the front door sends and clears them.

    Attributes:
        parameters: Changed settings that ParameterStatus reports, by name.
        notifications: (channel, payload, sender's process id).
        ending: What another session has ended this one with; it stays.
    """

    notices: list[Notice] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    notifications: list[tuple[str, str, int]] = field(default_factory=list)
    ending: FatalError | None = None


class Session(Protocol):
    """One client's settings, prepared statements, portals and transaction."""

    @property
    def events(self) -> SessionEvents: ...

    @property
    def status(self) -> TransactionStatus: ...

    @property
    def env(self) -> Env:
        """The environment for encoding values; the same object while no setting changes."""

    def reported_parameters(self) -> dict[str, str]:
        """Returns the settings that ParameterStatus reports at start, server_version among them."""

    def setting(self, name: str) -> str:
        """Returns a setting's text; the front door asks for its time-outs (in milliseconds) and encoding."""

    def point_statement(self, name: str) -> PointStatement | None:
        """Returns a prepared statement in the form that runs at once, if it has one and may now.

        That is in autocommit or a transaction block, and without portals: it stands for bind,
        execute and sync. The same object each time, as long as it means the same.
        """

    def point_text(self, sql: str) -> tuple[PointStatement, tuple[Any, ...]] | None:
        """Returns a query string of one statement in that form, and its values, likewise.

        It stands for `simple_query`.
        """

    def simple_query(self, sql: str) -> AsyncIterator[Result]:
        """Runs the statements of one query string, in one implicit transaction, as PostgreSQL does.

        Each result is to be consumed whole before the next is asked for. After an error nothing more is yielded.
        """

    async def parse(self, name: str, sql: str, parameter_types: Sequence[int]) -> None:
        """Prepares a statement; type 0 or UNKNOWN means: infer. Raises 42P05 for a name in use."""

    async def describe_statement(self, name: str) -> StatementDescription:
        """Never executes. Raises 26000."""

    async def bind(self, portal: str, statement: str, values: Sequence[Any]) -> None:
        """Makes a portal. Raises 26000, 42P03, 08P01 (wrong number of parameters)."""

    @property
    def bound(self) -> Sequence[Any]:
        """The portals of SELECTs that were made since `fix_bound`."""

    async def fix_bound(self) -> None:
        """Has those not executed yet see what there is now: to call before the client is waited for.

        PostgreSQL takes a portal's snapshot at Bind. Where Execute has come with it nobody can tell.
        """

    async def describe_portal(self, portal: str) -> tuple[Field, ...] | None:
        """Never executes. Raises 34000."""

    async def execute(self, portal: str, row_limit: int, *, sync_follows: bool = False) -> Result:
        """Runs a portal, or goes on with it, up to `row_limit` rows (0: all). Raises 34000.

        `sync_follows` says that the next message is Sync: nothing else shares the transaction, so a
        write of one row needs none.
        """

    def close_statement(self, name: str) -> None: ...

    def close_portal(self, name: str) -> None: ...

    async def sync(self, *, failed: bool) -> None:
        """Ends the implicit transaction: commits, or (`failed`) rolls back / marks the open transaction failed."""

    def reveal(self, error: BaseException) -> None:
        """Settles what an error shows of stored rows, by the rights that the client has now."""

    def cancel(self, sqlstate: str, message: str) -> None:
        """Makes the running statement fail soon (57014, statement timeout); no effect when idle."""

    async def close(self) -> None:
        """Rolls back, releases all locks and portals."""

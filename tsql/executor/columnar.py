"""The choice of a path, and results that come from the columns.

A statement whose plan has a columnar form (tsql/planner/columnar.py) runs

    key path            on small tables, on those without columns, after own writes to them, in
                        SERIALIZABLE, and wherever the translation has no faithful form
    columnar path       where the key path would surely read many rows
    key path, at first  where it may end soon (a range of keys, a LIMIT): if it has read some
                        thousand rows and isn't at its end, what it gave is dropped, and the columns
                        answer

`terrascale.path` takes the choice away. Whatever goes wrong on the columnar path before its first row
was given, memory and interrupts apart, the key path answers instead: with the right rows, or with
PostgreSQL's error.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from storage.columns.extents import KnownExtents
from storage.columns.messages import ColumnarQuery
from storage.columns.query_frames import DONE, FAILED, ROW_COUNT, ROWS, Done, Extents, Failed
from storage.errors import DatabaseError
from storage.keyspace import ITEMS, prefix_range, storage_prefix
from storage.records import dataclass
from storage.schema import Table
from tsql.api import ReadyRows, Result
from tsql.executor.columnar_values import rows_decoder
from tsql.executor.expressions import compile_expression
from tsql.executor.run import Batches, ReadyBatches, Row, Run, Source, TooManyReadsError
from tsql.planner import plan
from tsql.planner.columnar import tables_of

if TYPE_CHECKING:
    from tsql.analytics.translator import Translator

#: Rows of a table from which on its columns are asked.
TABLE_ROWS_MIN: Final = 5_000
#: Items and entries that the key path may read before it has to be at its end.
READS_MAX: Final = 3_000

KeyPath = Callable[[Run], Awaitable[Batches]]


class FrameSource(Protocol):
    """A running query's frames (storage/columns/query_answer.py)."""

    async def next(self) -> tuple[bytes, bytes]: ...

    def stop(self) -> None: ...


class TablesAsOf(Protocol):
    """Versions of tables as of one commit timestamp, held until `release`."""

    segment_count: int
    delta_row_count: int
    row_count: int

    async def run(
        self, query: ColumnarQuery, formats: tuple[int, ...] | None, time_zone: str
    ) -> FrameSource:
        """Starts a query over them, when it is its turn."""

    def release(self) -> None:
        """Lets them go."""


class Columns(Protocol):
    """The columns of the database's tables.

    Attributes:
        extents: How large numbers are, as far as queries have read them.
    """

    extents: KnownExtents

    def row_count(self, storage_id: int) -> int | None:
        """Returns roughly how many rows a table has, or None if its columns can't be read now."""

    def consider(self, table: Table) -> None:
        """Hears that a table without columns is about to be read whole."""

    async def prepare(self, tables: Sequence[Table]) -> None:
        """Returns when the columns of tables can be read, or never will be."""

    async def close(self) -> None:
        """Ends what they need."""

    async def figures(self) -> Sequence[Any]:
        """Returns what there is of each table's columns (storage/columns/table_columns.py, Figures)."""

    async def as_of(self, storage_ids: Sequence[int], timestamp: int) -> TablesAsOf | None:
        """Returns the tables as of a commit timestamp; None if they can't be read so."""


@dataclass(slots=True)
class Chosen:
    """A columnar query that is about to run, and what it reads."""

    query: ColumnarQuery
    tables: TablesAsOf
    rows_read: int = 0


async def pruned_count(chosen: Chosen) -> int | None:
    """Returns how many segments a query leaves out; None if no condition is about that."""
    query = chosen.query
    if not any(spec.bounds for spec in query.tables):
        return None
    # Its tables are opened, and nothing is asked.
    nothing = msgspec.structs.replace(query, sql="SELECT 1 WHERE false", results=())
    frames = await chosen.tables.run(nothing, None, "UTC")
    kind, payload = await frames.next()
    frames.stop()
    return msgspec.msgpack.decode(payload, type=Done).pruned_count if kind == DONE else 0


class Chooser:
    """Decides, for each execution, whether a part of a plan runs on columns."""

    def __init__(self, form: plan.Columnar) -> None:
        self.form = form
        self._tables: dict[int, Table] | None = None
        self._translator: Translator | None = None

    def is_worth_it(self, run: Run) -> bool:
        """Returns whether to try at all; cheap, for it is asked at every execution."""
        if run.columns is None or run.path == "key":
            return False
        if run.path == "columnar":
            return True
        is_worth_it = False
        for storage_id in self.form.large_tables:
            row_count = run.columns.row_count(storage_id)
            if row_count is None:
                if self.form.reads_all:
                    run.columns.consider(self.tables[storage_id])
            elif row_count >= TABLE_ROWS_MIN:
                is_worth_it = True
        return is_worth_it

    def is_surely_first(self, run: Run) -> bool:
        """Returns whether the columns are asked before the key path has read anything."""
        return self.is_worth_it(run) and (run.path == "columnar" or self.form.reads_all)

    async def choose(self, run: Run) -> Chosen | str:
        """Returns what to run on the columns, or why nothing."""
        from tsql.analytics.translator import Translator  # noqa: PLC0415 - few servers' first minute

        assert run.columns is not None
        if self._translator is None:
            self._translator = Translator(self.form.select, compile_expression)
        translation = self._translator.translate(run.env, run.columns.extents.get)
        query = translation.query
        if query is None:
            return translation.reason
        storage_ids = list(dict.fromkeys(spec.storage_id for spec in query.tables))
        for storage_id in storage_ids:
            if not run.txn.reads_as_committed(*prefix_range(storage_prefix(ITEMS, storage_id))):
                return "the transaction has written to the table, or is serializable"
        if run.path == "columnar":
            await run.columns.prepare([self.tables[storage_id] for storage_id in storage_ids])
        tables = await run.columns.as_of(storage_ids, run.txn.read_timestamp)
        return Chosen(query, tables) if tables is not None else "the columns aren't ready"

    @property
    def tables(self) -> dict[int, Table]:
        """The tables that are named, by storage id."""
        if self._tables is None:
            self._tables = tables_of(self.form.select)
        return self._tables

    async def start(self, run: Run, key_path: KeyPath) -> "Batches | None":
        """Starts the columnar form, or the key path within bounds; None: only the key path is left."""
        if not self.is_worth_it(run):
            return None
        if run.path == "auto" and not self.form.reads_all:
            rows = await _rows_within(run, key_path)
            if rows is not None:
                return ReadyBatches(rows)
        chosen = await self.choose(run)
        return None if isinstance(chosen, str) else ColumnarRows(run, self, chosen, key_path)


async def _rows_within(run: Run, key_path: KeyPath) -> list[Row] | None:
    """Returns all rows, if the key path is at its end soon; otherwise None."""
    parameters = run.env.parameters
    counts = run.txn.counts
    run.reads_end = counts.items_read + counts.index_entries_read + READS_MAX
    rows: list[Row] = []
    try:
        batches = await key_path(run)
        while (batch := await batches.next()) is not None:
            rows += batch
    except TooManyReadsError:
        run.env.parameters = parameters
        return None
    else:
        return rows
    finally:
        run.reads_end = None


class ColumnarRows:
    """The rows of a columnar query, or of the key path where that has to stand in.

    It runs when it is first asked, for only then is it known in which form rows are wanted.

    Attributes:
        problem: Why the key path had to stand in.
    """

    def __init__(self, run: Run, chooser: Chooser, chosen: Chosen, key_path: KeyPath) -> None:
        self._run = run
        self._chooser = chooser
        self._chosen = chosen
        self._key_path = key_path
        self._frames: FrameSource | None = None
        self._batches: Batches | None = None
        self._decode = rows_decoder(tuple([column.kind for column in chosen.query.results]))
        self._has_given = False
        self._is_over = False
        self._is_second = False
        self.problem = ""

    async def next(self) -> list[Row] | None:
        piece = await self.piece(None)
        assert not isinstance(piece, ReadyRows)
        return piece

    async def piece(self, formats: tuple[int, ...] | None) -> list[Row] | ReadyRows | None:
        """Returns the next rows, where formats are given and it can be done ready for the wire."""
        if self._batches is not None:
            return await self._batches.next()
        if self._is_over:
            return None
        try:
            kind, payload = await self._next_frame(formats)
        except BaseException:
            self._end()
            raise
        if kind == DONE:
            done = msgspec.msgpack.decode(payload, type=Done)
            self._chosen.rows_read = done.rows_read
            self._learn(done.extents)
            self._end()
            return None
        if kind == FAILED:
            failed = msgspec.msgpack.decode(payload, type=Failed)
            if await self._is_made_anew(failed):
                return await self.piece(formats)
            return await self._failed(failed)
        self._has_given = True
        if kind == ROWS:
            size = ROW_COUNT.size
            return ReadyRows(ROW_COUNT.unpack(payload[:size])[0], payload[size:])
        return self._decode(payload)

    async def _next_frame(self, formats: tuple[int, ...] | None) -> tuple[bytes, bytes]:
        if self._frames is None:
            time_zone = self._run.env.time_zone
            self._frames = await self._chosen.tables.run(self._chosen.query, formats, time_zone)
        return await self._frames.next()

    def _learn(self, extents: Extents) -> None:
        assert self._run.columns is not None
        self._run.columns.extents.learn(self._chosen.query, extents)

    async def _is_made_anew(self, failed: Failed) -> bool:
        """Makes the query anew, once, if it hasn't run for numbers are larger than it has assumed."""
        if not failed.extents or self._is_second:
            return False
        self._is_second = True
        self._learn(failed.extents)
        self._end()
        chosen = await self._chooser.choose(self._run)
        if isinstance(chosen, str):
            return False
        self._chosen = chosen
        self._decode = rows_decoder(tuple([column.kind for column in chosen.query.results]))
        self._is_over = False
        return True

    async def _failed(self, failed: Failed) -> list[Row] | None:
        self._end()
        if failed.is_final or self._has_given:
            raise DatabaseError(failed.sqlstate, failed.message)
        self.problem = failed.message
        self._batches = await self._key_path(self._run)
        return await self._batches.next()

    def _end(self) -> None:
        self._is_over = True
        frames, self._frames = self._frames, None
        if frames is not None:
            frames.stop()
        self._chosen.tables.release()

    def __del__(self) -> None:
        if not self._is_over:
            self._end()

    async def stream(self, result: Result) -> AsyncIterator[Sequence[Row] | ReadyRows]:
        """Yields all rows, in the form that the result's reader has asked for."""
        assert result.ready is not None
        formats = result.ready.formats
        count = 0
        while (piece := await self.piece(formats)) is not None:
            count += piece.count if isinstance(piece, ReadyRows) else len(piece)
            yield piece
        result.tag = f"SELECT {count}"


def chosen_source(form: plan.Columnar, source: Source) -> Source:
    """Returns the operator of a part of a plan that may run on columns."""
    chooser = Chooser(form)

    async def key_path(run: Run) -> Batches:
        return source(run)

    def start(run: Run) -> Batches:
        return _ChosenRows(run, chooser, key_path) if chooser.is_worth_it(run) else source(run)

    return start


class _ChosenRows:
    __slots__ = ("_batches", "_chooser", "_key_path", "_run")

    def __init__(self, run: Run, chooser: Chooser, key_path: KeyPath) -> None:
        self._run = run
        self._chooser = chooser
        self._key_path = key_path
        self._batches: Batches | None = None

    async def next(self) -> list[Row] | None:
        if self._batches is None:
            chosen = await self._chooser.start(self._run, self._key_path)
            self._batches = await self._key_path(self._run) if chosen is None else chosen
        return await self._batches.next()

"""COPY FROM STDIN: lines to rows of a table, converted and inserted in batches.

A batch is converted whole before its rows are inserted, as PostgreSQL does (1,000 rows or 64 KB), so
that of two faults the same one is reported. Errors say where: COPY t, line 3, column a: "x".
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from storage.errors import DatabaseError
from storage.schema import Column, Table
from storage.table import Claim
from storage.tables import Tables
from tsql.bound import Expression, RowRule, TableRelation
from tsql.copy.binary import BinaryHeaderError, BinaryReader
from tsql.copy.converters import Convert, converter_of
from tsql.copy.fields import Fields, Split, csv_splitter, text_splitter
from tsql.copy.lines import LineReader
from tsql.copy.options import CopyOptions, Format, Header
from tsql.copy.row_converter import row_converter
from tsql.encodings import Encoding
from tsql.executor.access import Predicate
from tsql.executor.new_rows import RowChecks, RowForms, new_row_maker
from tsql.executor.run import Run
from tsql.executor.waits import MustWaitError, reserve, sequences_of
from tsql.types.kinds import is_domain

BATCH_ROWS_MAX: Final = 1000
BATCH_BYTES_MAX: Final = 65535
_ROWS_PER_SLICE: Final = 32
#: Bytes of a value or a line that an error's context shows (PostgreSQL's MAX_COPY_DATA_DISPLAY).
_SHOWN_BYTES_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class CopyTarget:
    """What COPY FROM writes to.

    Attributes:
        columns: The table's, then those attributes of it that are known.
        positions: Of the columns that the data has, in its order.
        defaults, checks: Of the whole table, as for INSERT.
        where: Lets rows through for which it is true.
    """

    relation: TableRelation
    columns: tuple[Column, ...]
    positions: tuple[int, ...]
    defaults: tuple[Expression, ...]
    checks: tuple[RowRule, ...]
    where: Predicate | None

    @property
    def table(self) -> Table:
        return self.relation.table


@dataclass(slots=True)
class _Batch:
    """Rows that are converted and not inserted yet, each with the number of its line."""

    rows: list[list[Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    bytes: int = 0


class CopyFrom:
    """A COPY FROM in progress; see `tsql.api.CopyIn`."""

    def __init__(
        self,
        target: CopyTarget,
        options: CopyOptions,
        encoding: Encoding,
        run: Run,
        tables: Tables,
    ) -> None:
        self.column_count = len(target.positions)
        self.binary = options.format is Format.BINARY
        self._target = target
        self._options = options
        self._encoding = encoding
        self._run = run
        self._tables = tables
        self._access = tables.access(target.table)
        self._columns = [target.columns[position] for position in target.positions]
        self._forms = RowForms(
            target.relation,
            {
                position: column.sql_type
                for position, column in zip(target.positions, self._columns, strict=True)
            },
        )
        self._make = new_row_maker(target.relation, target.positions, target.defaults)
        self._checks = RowChecks(target.table, target.checks, target.positions, are_values_raw=True)
        self._sequences = sequences_of(target.defaults)
        self._reader = LineReader(options)
        self._binary = BinaryReader(self._columns, encoding, run.env)
        self._split = _splitter(self._columns, options)
        self._converters: list[Convert] = []
        if not self.binary:
            self._converters = [
                converter_of(column.sql_type, column.typmod, run.env) for column in self._columns
            ]
            self._convert = row_converter(self._columns, self._converters)
        self._claim: Claim | None = None
        self._batch = _Batch()
        self._count = 0
        self._line = 0
        self._awaits_header = options.header is not Header.NONE

    async def start(self) -> None:
        """Takes the table's write lock, and the whole table if it is empty."""
        await self._access.lock_for_write(self._run.txn)
        self._claim = await self._access.claim_empty(self._run.txn)

    async def data(self, chunk: bytes) -> None:
        if self.binary:
            await self._binary_rows(self._fed(lambda: self._binary.feed(chunk)))
        else:
            await self._lines(self._fed(lambda: self._reader.feed(chunk)))

    async def done(self) -> str:
        if self.binary:
            self._fed(self._binary.finish)
        else:
            await self._lines(self._fed(self._reader.finish))
            if self._awaits_header:
                self._check_header(1, b"")
        await self._flush()
        await self._tables.end_statement(self._run.txn)
        return f"COPY {self._count}"

    async def fail(self, message: str) -> None:
        raise DatabaseError(
            "57014",
            f"COPY from stdin failed: {message}",
            context=f"COPY {self._target.table.name}, line {self._reader.line_number + 1}",
        )

    def _fed(self, feed: Callable[[], Any]) -> Any:
        """Feeds a reader; its errors know their line."""
        try:
            return feed()
        except BinaryHeaderError:
            raise
        except DatabaseError as error:
            where = error.context or f"line {self._reader.line_number + 1}"
            error.context = f"COPY {self._target.table.name}, {where}"
            raise

    # -- lines to rows ---------------------------------------------------------------------------

    async def _lines(self, lines: list[tuple[int, bytes]]) -> None:
        if self._awaits_header and lines:
            self._awaits_header = False
            self._check_header(*lines[0])
            lines = lines[1:]
        for start in range(0, len(lines), _ROWS_PER_SLICE):
            if self._sequences:
                await reserve(self._sequences, _ROWS_PER_SLICE, self._run.env)
            for number, line in lines[start : start + _ROWS_PER_SLICE]:
                while True:
                    try:
                        self._take(number, line)
                        break
                    except MustWaitError as wait:
                        await wait.ready()
                if len(self._batch.rows) >= BATCH_ROWS_MAX or self._batch.bytes > BATCH_BYTES_MAX:
                    await self._flush()
            await self._run.breathe()

    def _take(self, number: int, raw: bytes) -> None:
        """Converts one line and puts its row into the batch."""
        text = ""
        try:
            text = self._encoding.decode(raw)
            fields = self._split(text)
            if len(fields) != self.column_count:
                self._check_width(fields, number, text)
        except DatabaseError as error:
            if not text and raw:  # It can't be shown.
                error.context = f"COPY {self._target.table.name}, line {number}"
            error.context = error.context or self._line_context(number, text)
            raise
        try:
            values = self._convert(fields)
        except DatabaseError as error:
            error.context = self._field_context(fields, number)
            raise
        self._add(values, number, len(raw), text)

    def _check_width(self, fields: Fields, number: int, text: str) -> None:
        if len(fields) > self.column_count:
            if not self.column_count and not text:
                fields.clear()
                return
            raise DatabaseError("22P04", "extra data after last expected column")
        for value, convert in zip(fields, self._converters, strict=False):
            # What is there is converted first, as in PostgreSQL: its faults come before the lack.
            try:
                if value is not None:
                    convert(value)
            except DatabaseError as error:
                error.context = self._field_context(fields, number)
                raise
        missing = self._columns[len(fields)].name
        raise DatabaseError("22P04", f'missing data for column "{missing}"')

    def _field_context(self, fields: Fields, number: int) -> str:
        """Returns where the field is that no converter takes: found by converting again."""
        name = self._target.table.name
        for column, text, convert in zip(self._columns, fields, self._converters, strict=False):
            try:
                if text is not None or is_domain(column.sql_type):
                    convert(text)
            except DatabaseError:
                shown = "null input" if text is None else f'"{_shown(text)}"'
                return f"COPY {name}, line {number}, column {column.name}: {shown}"
        return f"COPY {name}, line {number}"

    def _add(self, values: Sequence[Any], number: int, size: int, text: str | None) -> None:
        env = self._run.env
        try:
            row = self._make(values, env)
            if self._target.where is not None and not self._target.where(row, env):
                return
            self._checks.test(row, env)
        except DatabaseError as error:
            if text is None:
                error.context = f"COPY {self._target.table.name}, line {number}"
            else:
                error.context = self._line_context(number, text)
            raise
        batch = self._batch
        batch.rows.append(row)
        batch.numbers.append(number)
        batch.bytes += size

    def _line_context(self, number: int, text: str) -> str:
        return f'COPY {self._target.table.name}, line {number}: "{_shown(text)}"'

    async def _flush(self) -> None:
        """Inserts the batch."""
        batch, self._batch = self._batch, _Batch()
        if not batch.rows:
            return
        try:
            self._count += await self._access.insert_many(
                self._run.txn, self._stored(batch), self._claim
            )
        except DatabaseError as error:
            error.context = f"COPY {self._target.table.name}, line {self._line}"
            raise

    def _stored(self, batch: _Batch) -> Iterator[Sequence[Any]]:
        for row, number in zip(batch.rows, batch.numbers, strict=True):
            self._line = number
            yield self._forms.stored(row)

    def _check_header(self, number: int, raw: bytes) -> None:
        if self._options.header is not Header.MATCH:
            return
        text = self._encoding.decode(raw)
        fields = self._split(text)
        fault = self._header_fault(fields)
        if fault is not None:
            raise DatabaseError("22P04", fault, context=self._line_context(number, text))

    def _header_fault(self, fields: Fields) -> str | None:
        if len(fields) != self.column_count:
            return (
                f"wrong number of fields in header line: got {len(fields)},"
                f" expected {self.column_count}"
            )
        for at, (found, column) in enumerate(zip(fields, self._columns, strict=True), 1):
            if found is None:
                return (
                    f"column name mismatch in header line field {at}: got null value"
                    f' ("{self._options.null}"), expected "{column.name}"'
                )
            if found != column.name:
                return (
                    f'column name mismatch in header line field {at}: got "{found}",'
                    f' expected "{column.name}"'
                )
        return None

    # -- binary ----------------------------------------------------------------------------------

    async def _binary_rows(self, rows: list[tuple[int, list[Any], int]]) -> None:
        for number, values, size in rows:
            while True:
                try:
                    self._add(values, number, size, None)
                    break
                except MustWaitError as wait:
                    await wait.ready()
            if len(self._batch.rows) >= BATCH_ROWS_MAX or self._batch.bytes > BATCH_BYTES_MAX:
                await self._flush()
        await self._run.breathe()


def _splitter(columns: Sequence[Column], options: CopyOptions) -> Split:
    if not options.is_csv:
        return text_splitter(options)
    names = [column.name for column in columns]
    return csv_splitter(
        options,
        [_is_chosen(name, options.force_not_null) for name in names],
        [_is_chosen(name, options.force_null) for name in names],
    )


def _is_chosen(name: str, choice: tuple[str, ...] | bool) -> bool:
    return choice if isinstance(choice, bool) else name in choice


def _shown(text: str) -> str:
    data = text.encode()
    if len(data) <= _SHOWN_BYTES_MAX:
        return text
    return data[:_SHOWN_BYTES_MAX].decode(errors="ignore") + "..."

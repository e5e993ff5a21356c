"""COPY TO STDOUT: rows as lines or in the binary format, one CopyData message a row."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from tsql.bound import Field
from tsql.copy.binary import HEADER, TRAILER, pack_row
from tsql.copy.fields import csv_joiner, text_joiner
from tsql.copy.options import CopyOptions, Format, Header
from tsql.encodings import Encoding
from tsql.env import Env
from tsql.executor.run import Batches, Row
from tsql.types import oids
from tsql.types.binary.registry import Context, send_of
from tsql.types.io import output_of

_TEXTS = frozenset({oids.TEXT, oids.VARCHAR, oids.NAME, oids.JSON})


class CopyWriter:
    """Writes the rows of one COPY TO.

    Attributes:
        count: Rows written so far.
    """

    def __init__(
        self, fields: Sequence[Field], options: CopyOptions, encoding: Encoding, env: Env
    ) -> None:
        self.count = 0
        self._fields = fields
        self._options = options
        self._encode = encoding.encode
        if options.format is Format.BINARY:
            self._line = _binary_line(fields, Context(encoding, env))
        else:
            self._line = self._text_line(env)

    def _text_line(self, env: Env) -> Callable[[Row], bytes]:
        renders = [_renderer(field.type, env) for field in self._fields]
        join = self._joiner()
        encode = self._encode

        def line(row: Row) -> bytes:
            texts = [
                None if value is None else value if render is None else render(value)
                for value, render in zip(row, renders, strict=False)
            ]
            return encode(join(texts))

        return line

    def _joiner(self) -> Callable[[Sequence[str | None]], str]:
        options = self._options
        if not options.is_csv:
            return text_joiner(options)
        choice = options.force_quote
        return csv_joiner(
            options,
            [choice if isinstance(choice, bool) else f.name in choice for f in self._fields],
        )

    def header(self) -> bytes | None:
        """Returns what comes before the rows."""
        if self._options.format is Format.BINARY:
            return HEADER
        if self._options.header is Header.NONE:
            return None
        names = [field.name for field in self._fields]
        if self._options.is_csv:
            return self._encode(csv_joiner(self._options, [False] * len(names))(names))
        return self._encode(text_joiner(self._options)(names))

    async def chunks(self, batches: Batches) -> AsyncIterator[bytes]:
        """Yields the payloads of CopyData."""
        header = self.header()
        is_binary = self._options.format is Format.BINARY
        if header is not None and not is_binary:
            yield header
        # As PostgreSQL, which fills one message: the binary header comes with the first row.
        pending = header if header is not None and is_binary else b""
        line = self._line
        while (rows := await batches.next()) is not None:
            for row in rows:
                self.count += 1
                yield pending + line(row)
                pending = b""
        if is_binary:
            yield pending + TRAILER


def _renderer(type_: int, env: Env) -> Callable[[Any], str] | None:
    """Returns what makes a value's text; None where it is its own."""
    if type_ in _TEXTS:
        return None
    render = output_of(type_)
    return lambda value: render(value, env)


def _binary_line(fields: Sequence[Field], context: Context) -> Callable[[Row], bytes]:
    senders = [send_of(field.type) for field in fields]

    def line(row: Row) -> bytes:
        return pack_row(
            [
                None if value is None else send(value, context)
                for value, send in zip(row, senders, strict=False)
            ]
        )

    return line

"""Shortcuts: point statements answered by one call, for the two forms in which clients send them.

    Query                                     a statement with inline literals
    Bind, (Describe,) Execute, Sync           a prepared one, by way of the unnamed portal

Most of what the messages of such a run say is the same at each run: which statement, which formats,
what its rows look like. So a shortcut is kept for the bytes of a Bind before its values, with
decoders, row encoder and the constant parts of the response in it. The session says at each run
whether the statement still means the same; everything else (an error in a parameter, a statement
that needs a transaction, a piece that isn't here yet) goes the general way, which handles the
messages one by one and answers the same.
"""

from collections.abc import Callable
from typing import Final

from storage.errors import DatabaseError
from tsql.answer import Answer
from tsql.api import PointStatement, Session, TransactionStatus
from tsql.encodings import Encoding
from tsql.types.binary.registry import Context, Receive
from wire.pg import backend
from wire.pg.frontend import PreparedRun, formats_of, result_formats_of, statement_name
from wire.pg.parameters import decoders_of
from wire.pg.rows import RowEncoder
from wire.pg.statements import RowShapes

#: Shortcuts of one connection: statements by the formats that they are bound with.
SHORTCUT_COUNT_MAX: Final = 1000
_RESPONSE_COUNT_MAX: Final = 100
_READY_IDLE: Final = backend.ready_for_query(TransactionStatus.IDLE.value)
_READY_IN_BLOCK: Final = backend.ready_for_query(TransactionStatus.IN_TRANSACTION.value)

Told = Callable[[Answer], None]


class Response:
    """How the answers of one statement are told.

    Attributes:
        head: What comes before the rows.
        is_simple: Whether it answers a simple query.
    """

    __slots__ = ("_context", "_encoder", "_without_rows", "head", "is_simple")

    def __init__(
        self, head: bytes, encoder: RowEncoder | None, context: Context, *, is_simple: bool
    ) -> None:
        self.head = head
        self.is_simple = is_simple
        self._encoder = encoder
        self._context = context
        self._without_rows: dict[str, bytes] = {}

    def whole(self, answer: Answer) -> bytes:
        """Returns the response to a run that hasn't failed, up to ReadyForQuery."""
        ready = _READY_IN_BLOCK if answer.is_in_block else _READY_IDLE
        if answer.rows:
            return b"".join((self.head, self.body(answer), ready))
        response = self._without_rows.get(answer.tag)
        if response is None:
            response = self.head + self.body(answer)
            if len(self._without_rows) < _RESPONSE_COUNT_MAX:
                self._without_rows[answer.tag] = response
        return response + ready

    def body(self, answer: Answer) -> bytes:
        """Returns rows and command tag."""
        tag = backend.command_complete(answer.tag)
        if not answer.rows or self._encoder is None:
            return tag
        return self._encoder.encode(answer.rows, self._context) + tag


class _Bound:
    """A prepared statement as one client binds it."""

    __slots__ = (
        "context",
        "decoders",
        "is_described",
        "name",
        "point",
        "response",
        "result_formats",
    )

    def __init__(
        self,
        run: PreparedRun,
        name: str,
        point: PointStatement,
        context: Context,
        response: Response,
    ) -> None:
        head, _, self.result_formats, self.is_described, _ = run
        self.name = name
        self.point = point
        self.context = context
        self.response = response
        self.decoders: tuple[Receive, ...] = decoders_of(point.parameter_types, formats_of(head))


class Shortcuts:
    """The shortcuts of one connection."""

    def __init__(self, session: Session, shapes: RowShapes) -> None:
        self._session = session
        self._shapes = shapes
        self._bound: dict[bytes, _Bound] = {}
        self._simple: dict[PointStatement, Response] = {}

    def forget(self) -> None:
        """Forgets all: the client's encoding has changed."""
        self._bound.clear()
        self._simple.clear()

    # ---- prepared statements ---------------------------------------------------------------------

    def run_prepared(
        self, run: PreparedRun, encoding: Encoding, told: Told
    ) -> tuple[Answer, Response] | None:
        """Runs a prepared statement; None: the general way, please. Nothing has happened then."""
        head, raws, result_formats, is_described, _ = run
        bound = self._bound.get(head)
        if (
            bound is None
            or bound.point is not self._session.point_statement(bound.name)
            or bound.result_formats != result_formats
            or bound.is_described is not is_described
        ):
            bound = self._bind(run, encoding)
            if bound is None:
                return None
        context = bound.context
        try:
            values = [
                None if raw is None else decode(raw, context)
                for raw, decode in zip(raws, bound.decoders, strict=True)
            ]
        except Exception:  # noqa: BLE001 - the general way finds it again, and says which it was
            return None
        answer = bound.point.run(tuple(values), told)
        return None if answer is None else (answer, bound.response)

    def _bind(self, run: PreparedRun, encoding: Encoding) -> _Bound | None:
        head, raws, result_formats, is_described, _ = run
        try:
            name = statement_name(head, encoding.decode)
            point = self._session.point_statement(name)
            formats = result_formats_of(result_formats)
            if point is None or formats is None or len(raws) != len(point.parameter_types):
                return None
            before_rows = backend.BIND_COMPLETE
            if is_described:
                before_rows += (
                    backend.NO_DATA
                    if point.fields is None
                    else self._shapes.description(point.fields, formats, encoding)
                )
            context = Context(encoding, self._session.env)
            encoder = (
                None
                if point.fields is None
                else self._shapes.encoder(point.fields, formats, encoding)
            )
            response = Response(before_rows, encoder, context, is_simple=False)
            bound = _Bound(run, name, point, context, response)
        except (DatabaseError, ValueError):
            return None  # Formats that don't exist, or don't fit.
        if len(self._bound) >= SHORTCUT_COUNT_MAX:
            self._bound.clear()
        self._bound[head] = bound
        return bound

    # ---- simple queries --------------------------------------------------------------------------

    def run_simple(
        self, sql: str, encoding: Encoding, told: Told
    ) -> tuple[Answer, Response] | None:
        """Runs a query string, likewise."""
        found = self._session.point_text(sql)
        if found is None:
            return None
        point, values = found
        response = self._simple.get(point)
        if response is None:
            response = self._simple_response(point, encoding)
        answer = point.run(values, told)
        return None if answer is None else (answer, response)

    def _simple_response(self, point: PointStatement, encoding: Encoding) -> Response:
        head, encoder = b"", None
        if point.fields is not None:
            head = self._shapes.description(point.fields, (), encoding)
            encoder = self._shapes.encoder(point.fields, (), encoding)
        context = Context(encoding, self._session.env)
        if len(self._simple) >= SHORTCUT_COUNT_MAX:
            self._simple.clear()
        response = self._simple[point] = Response(head, encoder, context, is_simple=True)
        return response

"""The one exception hierarchy.

An error is raised where the fault is found, with its SQLSTATE; each front door renders it. What other protocols need
(a DynamoDB error type, an HTTP status) follows from the SQLSTATE by the table below, so that the places that raise
stay short. SQLSTATEs: PostgreSQL manual, appendix A.
"""

from collections.abc import Callable
from typing import Self

from storage.records import dataclass
from storage.row_details import KeyDetail, MayRead, RowDetail


@dataclass(frozen=True, slots=True)
class Rendering:
    """How protocols other than PostgreSQL's show an error."""

    dynamodb_type: str
    http_status: int


_BY_SQLSTATE = {
    "23505": Rendering("ConditionalCheckFailedException", 409),
    "23514": Rendering("ValidationException", 400),
    "40001": Rendering("TransactionConflictException", 409),
    "40P01": Rendering("TransactionConflictException", 409),
    "40003": Rendering("InternalServerError", 500),
    "42501": Rendering("AccessDeniedException", 403),
    "42P01": Rendering("ResourceNotFoundException", 404),
    "42P07": Rendering("ResourceInUseException", 409),
    "53100": Rendering("InternalServerError", 507),
    "53300": Rendering("RequestLimitExceeded", 503),
    "55P03": Rendering("TransactionConflictException", 409),
    "57014": Rendering("InternalServerError", 503),
    "72000": Rendering("InternalServerError", 503),
}
_BY_CLASS = {
    "53": Rendering("ThrottlingException", 503),
    "57": Rendering("InternalServerError", 503),
    "58": Rendering("InternalServerError", 500),
    "XX": Rendering("InternalServerError", 500),
}
_CLIENT_FAULT = Rendering("ValidationException", 400)


class DatabaseError(Exception):
    """A fault with a SQLSTATE and the fields of PostgreSQL's error message.

    Attributes:
        sqlstate: Five characters.
        position: 1-based character offset into the statement, or None.
        shows: What a fuller detail shows to those who may read it, until that is settled.
        routine: The function of PostgreSQL's that reports it, where drivers look at it.
    """

    severity = "ERROR"

    def __init__(  # noqa: PLR0913 - these are the fields of PostgreSQL's ErrorResponse
        self,
        sqlstate: str,
        message: str,
        *,
        detail: str | None = None,
        hint: str | None = None,
        position: int | None = None,
        context: str | None = None,
        schema: str | None = None,
        table: str | None = None,
        column: str | None = None,
        datatype: str | None = None,
        constraint: str | None = None,
        routine: str | None = None,
    ) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message
        self.detail = detail
        self.hint = hint
        self.position = position
        self.context = context
        self.schema = schema
        self.table = table
        self.column = column
        self.datatype = datatype
        self.constraint = constraint
        self.routine = routine
        self.shows: KeyDetail | RowDetail | None = None

    def showing(self, shows: KeyDetail | RowDetail) -> Self:
        """Returns the error, with a detail for those who may read what it shows."""
        self.shows = shows
        return self

    def reveal(self, may_read_of: Callable[[int], MayRead]) -> None:
        """Settles the detail: `may_read_of` says what the client may read of a table, by its id."""
        shows, self.shows = self.shows, None
        if shows is not None:
            self.detail = shows.seen(may_read_of(shows.table_id)) or self.detail

    @property
    def rendering(self) -> Rendering:
        """How DynamoDB and REST show this error."""
        exact = _BY_SQLSTATE.get(self.sqlstate)
        return exact or _BY_CLASS.get(self.sqlstate[:2], _CLIENT_FAULT)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.sqlstate!r}, {self.message!r})"


class FatalError(DatabaseError):
    """A fault after which the server closes the connection (severity FATAL)."""

    severity = "FATAL"


def not_supported(feature: str, *, hint: str | None = None) -> DatabaseError:
    """Returns the error for what TerraScale doesn't do (yet): 0A000, naming the feature."""
    return DatabaseError("0A000", f"{feature} is not supported", hint=hint)

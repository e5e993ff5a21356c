"""Exceptions to ErrorResponse: the one place where PostgreSQL's error fields are made.

Expected faults are DatabaseErrors. Anything else is a bug of ours (XX000) or a limit of Python's
(recursion, memory); it is logged with its traceback and the connection lives on.
"""

import logging

from storage.errors import DatabaseError, FatalError
from tsql.api import Notice
from wire.pg import backend

_log = logging.getLogger(__name__)

#: Codes after which PostgreSQL closes the connection, whoever raised them: shutdown and time-outs.
_CONNECTION_ENDING = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03"})


def as_database_error(error: BaseException) -> DatabaseError:
    """Returns the error that the client gets for an exception."""
    if isinstance(error, DatabaseError):
        return error
    if isinstance(error, RecursionError):
        return DatabaseError(
            "54001",
            "stack depth limit exceeded",
            hint="Simplify the statement: it is nested too deeply.",
        )
    if isinstance(error, MemoryError):
        return DatabaseError("53200", "out of memory")
    _log.error("internal_error", exc_info=error)
    return DatabaseError("XX000", f"internal error: {type(error).__name__}: {error}")


def is_fatal(error: DatabaseError) -> bool:
    """Whether the connection ends with this error."""
    return isinstance(error, FatalError) or error.sqlstate in _CONNECTION_ENDING


def error_response(error: DatabaseError, encode: backend.Encode) -> bytes:
    """Returns the message with all fields that the error has."""
    severity = "FATAL" if is_fatal(error) else "ERROR"
    optional = {
        "D": error.detail,
        "H": error.hint,
        "P": None if error.position is None else str(error.position),
        "W": error.context,
        "s": error.schema,
        "t": error.table,
        "c": error.column,
        "d": error.datatype,
        "n": error.constraint,
        "R": error.routine,
    }
    fields = {"S": severity, "V": severity, "C": error.sqlstate, "M": error.message}
    fields.update((code, text) for code, text in optional.items() if text is not None)
    return backend.error_response(fields, encode)


def notice_response(notice: Notice, encode: backend.Encode) -> bytes:
    """Returns a notice, warning or other message beside the results."""
    optional = {
        "D": notice.detail,
        "H": notice.hint,
        "P": None if notice.position is None else str(notice.position),
    }
    fields = {"S": notice.severity, "V": notice.severity, "C": notice.sqlstate, "M": notice.message}
    fields.update((code, text) for code, text in optional.items() if text is not None)
    return backend.notice_response(fields, encode)


def as_fatal(error: DatabaseError) -> FatalError:
    """Returns the error as one that ends the connection."""
    if isinstance(error, FatalError):
        return error
    return FatalError(error.sqlstate, error.message, detail=error.detail, hint=error.hint)

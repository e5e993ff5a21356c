"""What the failure of a write, or of a sync, means to those who wait for it."""

from storage.disk import no_room
from storage.errors import DatabaseError
from storage.kv.engine import EngineError, Fault


def again(failure: DatabaseError) -> DatabaseError:
    """Returns the same error for another client: an exception collects where it has been raised."""
    return DatabaseError(
        failure.sqlstate, failure.message, detail=failure.detail, hint=failure.hint
    )


def unknown(error: EngineError) -> DatabaseError:
    """Returns what a write or sync that failed means to those whose commits were in it."""
    return DatabaseError(
        "40003",
        "the outcome of the commit is unknown",
        detail=error.message,
        hint="Read the data again before repeating the statement.",
    )


def write_error(error: EngineError) -> DatabaseError:
    """Returns what a write that failed before the log means to a client."""
    return no_room() if error.fault is Fault.NO_SPACE else _broken(error)


def _broken(error: EngineError) -> DatabaseError:
    return DatabaseError("58030", "the store takes no writes", detail=error.message)

"""What SQL functions ask of the session they run in, beyond the settings that Env holds.

`env.session` is an object with these members, or some of them: what it lacks answers 0A000.
Functions run to their end without waiting; a hook that would have to wait raises what the
executor makes of it, or refuses.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from storage.errors import not_supported
from storage.schema import Table
from tsql.env import Env, NoSessionError


class SessionHooks(Protocol):
    """The members of `env.session` that functions use.

    Attributes:
        backend_pid: The session's process id, as BackendKeyData gave it.
        session_user: Who logged in.
        server_started_at: Microseconds since 2000-01-01 UTC.
        settings_loaded_at: Likewise.
        query: The text of the statement that the client sent.
        client: The client's address and TCP port, None on a Unix socket.
        server: The server's, likewise.
    """

    backend_pid: int
    session_user: str
    server_started_at: int
    settings_loaded_at: int
    query: str
    client: tuple[str, int] | None
    server: tuple[str, int] | None

    def nextval(self, sequence: int) -> int:
        """Returns the sequence's next value. Raises 42P01, 42809, 2200H."""

    def identity_value(self, sequence: int) -> int:
        """Returns the next value for an identity column."""

    def currval(self, sequence: int) -> int:
        """Returns what this session's last nextval gave. Raises 55000."""

    def setval(self, sequence: int, value: int, is_called: bool) -> int:
        """Sets the sequence; returns the value. Raises 22003."""

    def lastval(self) -> int:
        """Returns what nextval gave last, of any sequence. Raises 55000."""

    def advisory_lock(
        self, key: tuple[int, int, int], *, shared: bool, wait: bool, transaction: bool
    ) -> bool:
        """Takes an advisory lock of class, object and sub id, for the transaction or the session.

        Returns False if it is taken and `wait` is false.
        """

    def advisory_unlock(self, key: tuple[int, int, int], *, shared: bool) -> bool:
        """Gives back one hold of a session's lock; False if there is none."""

    def advisory_unlock_all(self) -> None:
        """Gives back all of the session's advisory locks, those of its transaction apart."""

    def blocking_pids(self, pid: int) -> Iterable[int]:
        """Returns which sessions a session waits for."""

    def transaction_id(self, *, assign: bool) -> int | None:
        """Returns the transaction's 64-bit number; None if it has none and `assign` is false."""

    def listening_channels(self) -> Iterable[str]:
        """Returns the channels that the session listens to."""

    def notify(self, channel: str, payload: str) -> None:
        """Sends a notification when the transaction commits."""

    def pause(self, seconds: float) -> None:
        """Has the statement wait before it goes on to its next row, or to its end."""

    def wait_for_end(self, pid: int, milliseconds: int) -> None:
        """Has the statement wait until a session is gone, at most so long."""

    def signal_backend(self, pid: int, *, terminate: bool) -> bool:
        """Cancels another session's statement, or ends the session; False if there is none."""

    def relation_id(self, schema: str | None, name: str) -> int | None:
        """Returns the OID of a table, index, sequence or catalog relation.

        None if there is none.
        """

    def has_relation(self, oid: int) -> bool:
        """Whether there is a relation of that OID."""

    def current_row(self, cursor: str, table: Table) -> Iterable[tuple[bytes, int]]:
        """Returns the keys that the row a cursor is on may have now. Raises 34000, 24000."""

    def move_current_row(self, cursor: str, table: Table, new_key: bytes, mark: int) -> None:
        """Notes that the row a cursor is on has another key now."""

    def column_number(self, relation: int, name: str) -> int | None:
        """Returns a column's number, None if there is no such column."""


def session_member(env: Env, name: str, feature: str) -> Any:
    """Returns a member of the session; raises 0A000, naming the feature, if it has none."""
    found = getattr(env.session, name, None)
    if found is None:
        if env.session is None:
            raise NoSessionError(feature)
        raise not_supported(feature)
    return found

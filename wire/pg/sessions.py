"""Who is connected: places among the sessions, cancel keys, the limit on their number."""

import asyncio
import hmac
import itertools
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection
from dataclasses import field
from typing import Final, Protocol

from storage.errors import FatalError
from storage.records import dataclass
from tsql.api import Session
from wire.outbox import Outbox
from wire.pg.authentication import Passwords
from wire.pg.identity import OnlyDefault, Roles
from wire.pg.limits import Limits
from wire.pg.startup import CancelRequest
from wire.pg.tls import TlsSettings

_log = logging.getLogger(__name__)

_CANCEL_KEY_BYTES: Final = 4
#: Process ids begin somewhere below this, so that a stale cancel request rarely meets anyone.
_FIRST_PROCESS_ID_MAX: Final = 1 << 20
_PROCESS_ID_END: Final = 1 << 31


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """What a new session is for.

    Attributes:
        settings: From the startup packet, by the names that the client used.
        process_id: Names the session in cancel requests, notifications and activity views.
        wake: To be called when something (a notification) is there for an idle client.
        client, server: The addresses and ports of the connection's ends; None on a Unix socket.
        tls: Version, cipher and its bits, where the connection is encrypted.
    """

    user: str
    database: str
    settings: dict[str, str]
    process_id: int
    wake: Callable[[], None]
    client: tuple[str, int] | None = None
    server: tuple[str, int] | None = None
    tls: tuple[str, str, int] | None = None


OpenSession = Callable[[SessionRequest], Awaitable[Session]]


@dataclass(frozen=True, slots=True)
class Components:
    """What the front door is made of besides its limits."""

    open_session: OpenSession
    passwords: Passwords | None = None
    tls: TlsSettings | None = None
    roles: Roles = field(default_factory=OnlyDefault)


class Client(Protocol):
    """A connection, as shutdown sees it."""

    def shut_down(self) -> None:
        """Ends the connection: at once if it is idle, else when its statement is done."""

    def abort(self) -> None:
        """Cuts it."""


@dataclass(slots=True)
class Slot:
    """A connection's place among the sessions, from its startup to its end."""

    process_id: int
    secret_key: bytes = field(default_factory=lambda: secrets.token_bytes(_CANCEL_KEY_BYTES))
    session: Session | None = None


class Sessions:
    """All connections of the front door, and the places that some of them hold."""

    def __init__(self, components: Components, limits: Limits) -> None:
        self.components = components
        self.limits = limits
        self.outbox = Outbox(asyncio.get_running_loop())
        self.is_closing = False
        self._clients: set[Client] = set()
        self._slots: dict[int, Slot] = {}
        self._process_ids = itertools.count(secrets.randbelow(_FIRST_PROCESS_ID_MAX) + 1)
        self._on_empty: Callable[[], None] | None = None

    @property
    def clients(self) -> Collection[Client]:
        """All connections there are."""
        return list(self._clients)

    def admit(self, client: Client) -> bool:
        """Registers a connection; False if there are too many even to be talked to."""
        if len(self._clients) >= 2 * self.limits.connection_count_max + 8:
            return False
        self._clients.add(client)
        return True

    def dismiss(self, client: Client) -> None:
        """Forgets a connection."""
        self._clients.discard(client)
        if not self._clients and self._on_empty is not None:
            self._on_empty()

    def when_empty(self, call: Callable[[], None]) -> None:
        """Has `call` called when the last connection goes; at once if there is none."""
        self._on_empty = call
        if not self._clients:
            call()

    def reserve(self) -> Slot:
        """Returns a place among the sessions. Raises 53300 and 57P03."""
        if self.is_closing:
            raise FatalError("57P03", "the database system is shutting down")
        if len(self._slots) >= self.limits.connection_count_max:
            raise FatalError("53300", "sorry, too many clients already")
        process_id = next(self._process_ids)
        while process_id in self._slots or process_id >= _PROCESS_ID_END:
            if process_id >= _PROCESS_ID_END:
                self._process_ids = itertools.count(1)
            process_id = next(self._process_ids)
        slot = self._slots[process_id] = Slot(process_id)
        return slot

    def release(self, slot: Slot) -> None:
        """Gives a place back."""
        self._slots.pop(slot.process_id, None)

    def cancel(self, request: CancelRequest) -> None:
        """Cancels what a session runs, if the request knows its secret."""
        slot = self._slots.get(request.process_id)
        if slot is None or not hmac.compare_digest(slot.secret_key, request.secret_key):
            _log.info("cancel_refused process_id=%d", request.process_id)
        elif slot.session is not None:
            slot.session.cancel("57014", "canceling statement due to user request")

    def cancel_all(self) -> None:
        """Cancels everything, for shutdown."""
        for slot in list(self._slots.values()):
            if slot.session is not None:
                slot.session.cancel("57P01", "terminating connection due to administrator command")

    @property
    def count(self) -> int:
        """Sessions there are, those being authenticated included."""
        return len(self._slots)

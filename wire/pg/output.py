"""The outgoing half of one connection: responses gathered, then written in one piece.

PostgreSQL sends when a Sync or Flush asks for it or when 8 KB are there; so does this. A client that
doesn't read makes `relieve` wait, and with it the statement that produces the rows.
"""

from typing import Protocol

from wire.pg.limits import OUTPUT_BUFFER_BYTES


class Channel(Protocol):
    """What a conversation needs of the world: to send, and to wait."""

    def write(self, data: bytes) -> None:
        """Sends; never blocks. What can't be sent yet is kept."""

    def post(self, data: bytes) -> None:
        """Sends at the end of the event loop's turn, unless it is much."""

    @property
    def is_blocked(self) -> bool:
        """Whether so much is kept that nothing should be written now."""

    async def unblocked(self) -> None:
        """Returns when writing makes sense again. Raises Disconnect if the client is gone."""

    async def more_input(self) -> None:
        """Returns when more bytes have been received. Raises Disconnect at the end of input."""

    #: Reading of `time.perf_counter` at which this connection has held the event loop for as long
    #: as it may at a time.
    turn_end: float

    async def next_turn(self) -> None:
        """Lets others run."""


class StatementClock(Protocol):
    """Watches the time that statements take."""

    def statement_began(self) -> None:
        """A statement runs from now on, unless one was running already.

        Raises 57014 if that has taken too long while its next message was waited for.
        """

    def statement_ended(self) -> None:
        """It ended."""


class Output:
    """Gathers responses."""

    __slots__ = ("_channel", "_is_wanted", "_parts", "_size")

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._parts: list[bytes] = []
        self._size = 0
        self._is_wanted = False

    def add(self, message: bytes) -> None:
        """Adds one or more whole messages."""
        self._parts.append(message)
        self._size += len(message)

    def want(self) -> None:
        """The client awaits what is here: it is to be sent at the end of the turn at the latest."""
        self._is_wanted = True

    def flush_wanted(self) -> None:
        """Sends if the client waits for it or there is much."""
        if self._is_wanted or self._size >= OUTPUT_BUFFER_BYTES:
            self._is_wanted = False
            if self._parts:
                self._channel.post(self._taken())

    def flush(self) -> None:
        """Sends all, now."""
        self._is_wanted = False
        if self._parts:
            self._channel.write(self._taken())

    def _taken(self) -> bytes:
        parts, self._parts, self._size = self._parts, [], 0
        return b"".join(parts) if len(parts) > 1 else parts[0]

    @property
    def is_full(self) -> bool:
        """Whether `relieve` has something to do."""
        return self._size >= OUTPUT_BUFFER_BYTES

    async def relieve(self) -> None:
        """Sends what is here, and waits if the client doesn't take it."""
        self.flush()
        if self._channel.is_blocked:
            await self._channel.unblocked()

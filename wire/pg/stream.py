"""A connection's byte stream on an event loop: TLS, flow control both ways, turns.

Implements the conversation's `Channel`. Input is pushed into the sans-I/O `Connection`; reading stops
while more of it waits than a running statement should let pile up. Output that a client doesn't take
blocks only that client's statement.
"""

import asyncio
import ssl
import time

from wire.outbox import Outbox
from wire.pg.connection import Connection, Disconnect
from wire.pg.limits import INPUT_BACKLOG_BYTES_MAX, TURN_PAUSE_SECONDS, TURN_SECONDS_MAX
from wire.pg.tls import TlsLayer


class ByteStream:
    """The bytes of one client, in and out."""

    def __init__(
        self,
        connection: Connection,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        outbox: Outbox,
    ) -> None:
        self._connection = connection
        self._transport = transport
        self._loop = loop
        self._outbox = outbox
        self._tls: TlsLayer | None = None
        self._input_waiter: asyncio.Future[None] | None = None
        self._output_waiter: asyncio.Future[None] | None = None
        self._is_output_paused = False
        self._is_input_paused = False
        self.turn_end = 0.0
        self.has_input_ended = False
        self.is_lost = False

    # ---- input -----------------------------------------------------------------------------------

    def receive(self, data: bytes, *, is_busy: bool) -> None:
        """Takes bytes from the socket. Raises ssl.SSLError."""
        if self._tls is not None:
            try:
                data = self._tls.decrypt(data)
            finally:
                self._write_raw(self._tls.pending())
            if self._tls.is_closed:
                self.has_input_ended = True
        self._connection.receive(data)
        if self._input_waiter is not None:
            _wake(self._input_waiter)
        elif is_busy and self._connection.backlog > INPUT_BACKLOG_BYTES_MAX:
            self._pause_input()

    def end_input(self) -> None:
        """Nothing more comes: whoever waits for it hears so."""
        self.has_input_ended = True
        _wake(self._input_waiter)

    async def more_input(self) -> None:
        """Returns when more bytes have been received. Raises Disconnect at the end of input."""
        if not self.has_input_ended:
            self.resume_input()
            self._input_waiter = self._loop.create_future()
            try:
                await self._input_waiter
            finally:
                self._input_waiter = None
        if self.has_input_ended:
            raise Disconnect("end of input")

    def _pause_input(self) -> None:
        if not self._is_input_paused and not self._transport.is_closing():
            self._is_input_paused = True
            self._transport.pause_reading()

    def resume_input(self) -> None:
        """Reads on, after a pause."""
        if self._is_input_paused and not self._transport.is_closing():
            self._is_input_paused = False
            self._transport.resume_reading()

    # ---- output ----------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Sends; for a client that is gone, does nothing."""
        if self._tls is not None and not self.is_lost:
            data = self._tls.encrypt(data)
        self._write_raw(data)

    def post(self, data: bytes) -> None:
        """Sends likewise, at the end of the loop's turn, together with other clients' answers."""
        if self._tls is not None and not self.is_lost:
            data = self._tls.encrypt(data)
        if data and not self.is_lost:
            self._outbox.put(self._transport, data)

    def _write_raw(self, data: bytes) -> None:
        if data and not self.is_lost and not self._transport.is_closing():
            self._outbox.send()
            self._transport.write(data)

    @property
    def is_blocked(self) -> bool:
        """Whether `unblocked` has something to wait for, or to tell."""
        return self._is_output_paused or self.is_lost

    async def unblocked(self) -> None:
        """Returns when the client takes bytes again. Raises Disconnect if it is gone."""
        if self._is_output_paused and not self.is_lost:
            self._output_waiter = self._loop.create_future()
            try:
                await self._output_waiter
            finally:
                self._output_waiter = None
        if self.is_lost:
            raise Disconnect("connection to client lost")

    def pause_output(self) -> None:
        """The client takes no more for now."""
        self._is_output_paused = True

    def resume_output(self) -> None:
        """It does again."""
        self._is_output_paused = False
        _wake(self._output_waiter)

    # ---- turns -----------------------------------------------------------------------------------

    def begin_turn(self) -> None:
        """From now on this connection holds the event loop."""
        self.turn_end = time.perf_counter() + TURN_SECONDS_MAX

    async def next_turn(self) -> None:
        """Lets others run."""
        await asyncio.sleep(TURN_PAUSE_SECONDS)

    # ---- beginning and end -----------------------------------------------------------------------

    @property
    def encryption(self) -> tuple[str, str, int] | None:
        """TLS's version, its cipher and that one's bits; None in the clear."""
        return None if self._tls is None else self._tls.encryption

    async def begin_tls(self, context: ssl.SSLContext, received: bytes = b"") -> TlsLayer:
        """Speaks TLS from here on, and returns when the handshake is done. Raises ssl.SSLError."""
        self._tls = TlsLayer(context)
        if received:
            self.receive(received, is_busy=False)
        while not self._tls.is_established:
            await self.more_input()
        return self._tls

    def lose(self) -> None:
        """The socket is gone."""
        self.is_lost = True
        self.end_input()
        _wake(self._output_waiter)

    def close(self) -> None:
        """Closes the socket after what was written."""
        if self._tls is not None:
            self._write_raw(self._tls.goodbye())
        self._outbox.send()
        self._transport.close()

    def abort(self) -> None:
        """Closes it at once."""
        self._transport.abort()


def _wake(waiter: "asyncio.Future[None] | None") -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)

"""What connections have to send, kept until the turn of the event loop ends.

A send wakes whoever reads at the other end, and the wake costs more than the copying. Sends in the
midst of a turn wake the same readers again and again, since they have slept in between; one after
another, the first wakes them for all. Where sixteen connections ask at once that is a quarter of the
server's time (docs/decisions/0073-answers-at-the-end-of-a-turn.md).
"""

import asyncio
from typing import Final

#: As much is sent at once: more would be kept for clients that don't take it.
KEPT_BYTES_MAX: Final = 64 * 1024


class Outbox:
    """Short answers of all connections of one front door, in their order."""

    __slots__ = ("_loop", "_size", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: list[tuple[asyncio.WriteTransport, bytes]] = []
        self._size = 0

    def put(self, transport: asyncio.WriteTransport, data: bytes) -> None:
        """Has `data` sent when what the loop has received by now is looked after."""
        if not self._waiting:
            self._loop.call_soon(self.send)
        self._waiting.append((transport, data))
        self._size += len(data)
        if self._size >= KEPT_BYTES_MAX:
            self.send()

    def send(self) -> None:
        """Sends all; for whoever sends or closes by himself, and mustn't overtake what is here."""
        if self._waiting:
            waiting, self._waiting, self._size = self._waiting, [], 0
            for transport, data in waiting:
                if not transport.is_closing():
                    transport.write(data)

"""Answers wait for the end of the turn, in order, and never pile up."""

import asyncio
from typing import cast

from wire.outbox import KEPT_BYTES_MAX, Outbox


class Transport:
    """Notes in a log that all share what is written to it."""

    def __init__(self, name: str, log: list[tuple[str, bytes]]) -> None:
        self.name = name
        self.log = log
        self.is_gone = False

    def is_closing(self) -> bool:
        return self.is_gone

    def write(self, data: bytes) -> None:
        self.log.append((self.name, data))


def two() -> tuple[Outbox, Transport, Transport, list[tuple[str, bytes]]]:
    log: list[tuple[str, bytes]] = []
    return Outbox(asyncio.get_running_loop()), Transport("a", log), Transport("b", log), log


def put(outbox: Outbox, transport: Transport, data: bytes) -> None:
    outbox.put(cast(asyncio.WriteTransport, transport), data)


async def test_what_is_put_in_a_turn_goes_at_its_end_in_order() -> None:
    outbox, a, b, log = two()
    for transport, data in ((a, b"1"), (b, b"2"), (a, b"3")):
        put(outbox, transport, data)
    assert log == []
    await asyncio.sleep(0)
    assert log == [("a", b"1"), ("b", b"2"), ("a", b"3")]
    put(outbox, b, b"4")
    await asyncio.sleep(0)
    assert log[3:] == [("b", b"4")]


async def test_much_goes_at_once() -> None:
    outbox, a, b, log = two()
    put(outbox, a, b"1")
    put(outbox, b, b"x" * KEPT_BYTES_MAX)
    assert [name for name, _ in log] == ["a", "b"]


async def test_whoever_is_gone_gets_nothing_and_keeps_nobody_waiting() -> None:
    outbox, a, b, log = two()
    put(outbox, a, b"1")
    put(outbox, b, b"2")
    a.is_gone = True
    outbox.send()
    await asyncio.sleep(0)
    assert log == [("b", b"2")]

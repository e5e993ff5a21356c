"""Memory goes back to the system after a peak, and nothing is trimmed while the process is steady."""

import asyncio
import pathlib
from collections.abc import Callable

import pytest

from benchmarks.peers import resident_bytes
from terrascale import memory
from terrascale.memory import WORTH_BYTES, Trimmer
from tests.server import Server


class Looks:
    """Sizes that the trimmer sees, one a look, and how often it trims."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, sizes: list[int]) -> None:
        self.sizes = sizes
        self.trims = 0
        self.seen_all = asyncio.Event()
        monkeypatch.setattr(memory, "LOOK_SECONDS", 0.0)
        monkeypatch.setattr(memory, "resident_bytes", self.next_size)

    def next_size(self) -> int:
        if len(self.sizes) == 1:
            self.seen_all.set()
            return self.sizes[0]
        return self.sizes.pop(0)

    def trim(self, _keep: object) -> int:
        self.trims += 1
        return 1

    async def run(self) -> int:
        """Returns how often it trimmed."""
        loop = asyncio.get_running_loop()
        trimmer = Trimmer(loop)
        trimmer._trim = self.trim
        trimmer.start()
        async with asyncio.timeout(60):
            await self.seen_all.wait()
        trimmer.stop()
        await loop.shutdown_default_executor()
        return self.trims


async def test_a_peak_that_has_passed_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    peak = 100 + 3 * WORTH_BYTES
    assert await Looks(monkeypatch, [100, peak, peak, 100, 100]).run() == 1


@pytest.mark.parametrize(
    "size_at", [lambda n: 100, lambda n: 100 + n * WORTH_BYTES], ids=["steady", "growing"]
)
async def test_nothing_is_trimmed_while_there_is_nothing_to_gain(
    monkeypatch: pytest.MonkeyPatch, size_at: Callable[[int], int]
) -> None:
    sizes = [size_at(n) for n in range(6)]
    assert await Looks(monkeypatch, [*sizes, sizes[0]]).run() == 0


def test_the_resident_size_is_the_systems() -> None:
    assert memory.resident_bytes() > 1 << 20


@pytest.mark.parametrize("protocol", ["simple", "extended", "simple, failing"])
def test_an_idle_session_holds_nothing_of_a_large_statement(
    tmp_path: pathlib.Path, protocol: str
) -> None:
    text = "x" * (64 << 20)
    with Server(tmp_path / "data") as server, server.connect() as client:
        assert server.process is not None
        client.simple_query("SELECT 1")
        before = resident_bytes(server.process.pid)
        if protocol == "extended":
            result = client.extended_query("SELECT $1::text", [text.encode()])
        else:
            nothing = " / 0" if protocol == "simple, failing" else ""
            (result,) = client.simple_query(f"SELECT length('{text}'){nothing}")
        assert (result.error is not None) == ("failing" in protocol)
        assert resident_bytes(server.process.pid) - before < 48 << 20

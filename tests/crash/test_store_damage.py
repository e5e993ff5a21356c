"""Every kind of file, damaged in every way.

All acknowledged rows read back, or the file is named.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.check import check
from storage.embedded import OpenStore, open_store
from storage.errors import DatabaseError
from storage.kv.directory import DirectoryError
from storage.kv.engine import EngineError
from storage.kv.verdict import DamageError
from tests.crash.bulk_process import row, value

ROOT = Path(__file__).parents[2]
ROWS = 60_000
OFFSETS = 20


@dataclass
class Damaged:
    """A directory to be damaged, and what it held."""

    directory: Path
    acknowledged: set[int]


def run_and_kill(directory: Path, *, idle: bool) -> set[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.bulk_process", str(directory), str(ROWS)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    acknowledged: set[int] = set()
    assert process.stdout is not None
    with process, process.stdout:
        for line in process.stdout:
            if line == b"idle\n":
                process.kill()
                break
            acknowledged.add(int(line))
            is_enough = len(acknowledged) > ROWS * 0.8 and len(logs(directory)) > 1
            if is_enough and not idle:
                process.kill()
        acknowledged.update(int(line) for line in process.stdout if line.strip().isdigit())
    return acknowledged


def logs(directory: Path) -> list[Path]:
    return list((directory / "store").glob("*.log"))


@pytest.fixture(scope="module", params=["under load", "idle"])
def killed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Damaged:
    directory = tmp_path_factory.mktemp("damage") / "data"
    acknowledged = run_and_kill(directory, idle=request.param == "idle")
    store = directory / "store"
    tables = list(store.glob("*.sst"))
    assert len(tables) >= 3
    assert sum(file.stat().st_size for file in store.iterdir()) > 150 << 20
    if request.param == "under load":
        assert len(logs(directory)) >= 2
    return Damaged(directory, acknowledged)


def copied(source: Path, target: Path, damaged: Path) -> Path:
    """Returns a copy that shares the files that nobody writes in place."""
    shared = {".sst", ".log"}

    def copy(one: str, other: str) -> None:
        if Path(one).suffix in shared and Path(one) != damaged:
            os.link(one, other)
        else:
            shutil.copy2(one, other)

    shutil.copytree(source, target, copy_function=copy)
    return target


def kinds(directory: Path) -> Iterator[Path]:
    store = directory / "store"
    tables = sorted(store.glob("*.sst"), key=lambda table: table.stat().st_size)
    yield from (tables[0], tables[len(tables) // 2], tables[-1])
    yield from logs(directory)
    yield from store.glob("MANIFEST-*")
    yield from (store / "CURRENT", store / "IDENTITY", *store.glob("OPTIONS-*"))
    yield from (directory / "synced-through", directory / "format")


def damages(content: bytes) -> Iterator[tuple[str, bytes | None]]:
    yield "removed", None
    for step in range(OFFSETS):
        offset = len(content) * step // OFFSETS
        flipped = bytearray(content)
        if flipped:
            flipped[offset] ^= 1 << step % 8
        yield f"flipped at {offset}", bytes(flipped)
        yield f"cut at {offset}", content[:offset]
        yield f"zeroed from {offset}", content[:offset] + bytes(len(content) - offset)


async def read_back(store: OpenStore, acknowledged: set[int]) -> None:
    found = 0
    async for entries in store.begin().scan(b"\x10", b"\x11"):
        for key, stored in entries:
            number = int(key[5:])
            assert stored == value(number), f"row {number} has changed"
            found += number in acknowledged
    assert found == len(acknowledged), f"{len(acknowledged) - found} acknowledged rows are gone"
    for number in sorted(acknowledged)[::500]:
        assert store.get_now(row(number)) == value(number)


async def close(store: OpenStore, name: str) -> None:
    """Closes it; background work may have met the damage, and then names the file."""
    try:
        await store.close()
    except EngineError as error:
        assert name in str(error)  # noqa: PT017 - it may be raised, and needn't


async def outcome(directory: Path, acknowledged: set[int], name: str) -> str:
    """Opens the store and reads all; returns what happened."""
    try:
        store = await open_store(directory)
    except (DamageError, DirectoryError) as error:
        if str(directory) not in str(error):
            raise
        return "refused"
    try:
        await read_back(store, acknowledged)
    except DatabaseError:
        await close(store, name)
        report = check(directory)
        assert not report.is_sound, "a read failed, and the check found nothing"
        assert name in "\n".join(report.lines)
        return "named by the check"
    await close(store, name)
    return "read back"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_damage_is_survived_or_named(killed: Damaged, tmp_path: Path) -> None:
    outcomes: dict[tuple[str, str], int] = {}
    for path in kinds(killed.directory):
        content = path.read_bytes()
        for what, damaged in damages(content):
            copy = copied(killed.directory, tmp_path / "copy", path)
            target = copy / path.relative_to(killed.directory)
            target.unlink()
            if damaged is not None:
                target.write_bytes(damaged)
            try:
                happened = asyncio.run(outcome(copy, killed.acknowledged, path.name))
            except BaseException as error:
                error.add_note(f"{path.name} {what}")
                raise
            kind = (path.suffix or path.name.partition("-")[0], happened)
            outcomes[kind] = outcomes.get(kind, 0) + 1
            shutil.rmtree(copy)
    print(outcomes)
    assert outcomes[".sst", "named by the check"] > 0
    assert outcomes["MANIFEST", "refused"] > 0
    assert sum(outcomes.values()) > 400

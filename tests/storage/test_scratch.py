"""Scratch space goes, whatever its engine says."""

import asyncio
from pathlib import Path
from typing import Any

from storage.kv.engine import Engine, EngineError, Fault
from storage.kv.memory_store import MemoryEngine
from storage.scratch import ScratchSpace


class Failing(MemoryEngine):
    """An engine whose background work has met the end of the disk."""

    def close(self) -> None:
        raise EngineError(Fault.NO_SPACE, "no space left")


def names(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


async def test_an_engine_that_fails_at_its_end_is_no_loss(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    problems: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: problems.append(context))

    def open_engine(path: Path) -> Engine:
        path.mkdir()
        return Failing()

    space = ScratchSpace(loop, tmp_path, open_engine)
    space.enter()
    assert names(tmp_path)
    space.close()
    await loop.shutdown_default_executor()
    await asyncio.sleep(0)
    assert names(tmp_path) == []
    assert not problems

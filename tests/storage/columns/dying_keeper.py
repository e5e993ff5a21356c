"""A keeper that dies at the n-th step of what it does with files and manifests, as by SIGKILL.

    python -m tests.storage.columns.dying_keeper DIRECTORY SOCKET SETTINGS

Steps are counted over all lives, in the file `steps` beside the directory; it dies where the number
in the file `die-at` is reached.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storage.columns import delta, keeper, kept_table, part, segment

BESIDE = Path(sys.argv[1]).parent


LOCK = threading.Lock()


def step() -> None:
    counter, limit = BESIDE / "steps", BESIDE / "die-at"
    with LOCK:
        count = int(counter.read_text()) + 1 if counter.exists() else 1
        new = counter.with_suffix(".new")
        new.write_text(str(count))
        new.replace(counter)
        if limit.exists() and count == int(limit.read_text()):
            os.kill(os.getpid(), signal.SIGKILL)


def dying(action: Callable[..., Any]) -> Callable[..., Any]:
    """Returns the action with a step before and one after it."""

    def run(*arguments: Any, **more: Any) -> Any:
        step()
        result = action(*arguments, **more)
        step()
        return result

    return run


def main() -> None:
    for module, name in (
        (delta, "write_part"),
        (segment, "write_part"),
        (part, "sync_file"),
        (segment, "sync_file"),
        (segment, "make_ends"),
        (delta, "make_ends"),
    ):
        setattr(module, name, dying(getattr(module, name)))
    for owner, name in (
        (keeper.Keeper, "_new_manifest"),
        (keeper.Keeper, "_retire"),
        (keeper.Keeper, "_take_file"),
        (kept_table.KeptTable, "sync_ends"),
        (kept_table.KeptTable, "complete"),
        (kept_table.KeptTable, "_add_segments"),
        (segment.Segment, "set_ends"),
    ):
        setattr(owner, name, dying(getattr(owner, name)))
    keeper.main()


if __name__ == "__main__":
    main()

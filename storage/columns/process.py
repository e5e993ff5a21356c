"""What the processes of the columnar path have in common: they give way, and end with the server."""

import contextlib
import ctypes
import importlib.abc
import os
import signal
import sys
from typing import Final

#: Of the keeper, which others wait for.
KEEPER_NICENESS: Final = 5
#: Of scans: queries and first builds.
SCAN_NICENESS: Final = 19

_PR_SET_PDEATHSIG: Final = 1


def die_with_parent() -> None:
    """Has the kernel end this process when the thread that started it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def be_nice(niceness: int) -> None:
    """Gives way to others, also where the kernel schedules whole sessions (autogroups)."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, niceness)


def do_without_pandas() -> None:
    """Spares this process pandas, which pyarrow loads with its first array wherever it is installed.

    That takes longer than all else that a query process does before its first query.
    """
    sys.meta_path.insert(0, _WithoutPandas())


class _WithoutPandas(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            message = "No module named 'pandas'"
            raise ModuleNotFoundError(message, name=fullname)

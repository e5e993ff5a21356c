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
_IDLE_NICENESS: Final = 19

_PR_SET_PDEATHSIG: Final = 1
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
#: Nothing is stored that is deeper than Python's own limit, 1,000; each level takes up to four calls.
_CALLS_MAX: Final = 10_000


def die_with_parent() -> None:
    """Has the kernel end this process when the thread that started it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def be_nice(niceness: int) -> None:
    """Gives way to others, also where the kernel schedules whole sessions (autogroups)."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, niceness)


def be_idle() -> None:
    """Runs from here on where nobody else wants the processor: scans, and what is built for them.

    The lowest niceness alone has its share of a busy processor, a few milliseconds at a time, for which
    a point operation waits.
    """
    be_nice(_IDLE_NICENESS)
    with contextlib.suppress(OSError, AttributeError):  # Linux has it
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def keep_memory() -> None:
    """Has this process keep what is freed, up to a bound, for what it needs next.

    A comparison of a segment's rows takes a tenth of the time that new pages for its result take.
    """
    libc = ctypes.CDLL(None)
    for option, byte_count in ((_M_MMAP_THRESHOLD, 32 << 20), (_M_TRIM_THRESHOLD, 128 << 20)):
        with contextlib.suppress(AttributeError):  # another library than GNU's
            libc.mallopt(option, byte_count)


def do_without_pandas() -> None:
    """Spares this process pandas, which pyarrow loads with its first array wherever it is installed.

    That takes longer than all else that a query process does before its first query.
    """
    sys.meta_path.insert(0, _WithoutPandas())


def read_deep_documents() -> None:
    """Has this process read and write documents as deep as the store takes them.

    The server's own limit is of Python's making: a document that got just below it there may be
    beyond it here, where other calls are on the stack, and writing one takes several for a level.
    """
    sys.setrecursionlimit(_CALLS_MAX)


class _WithoutPandas(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            message = "No module named 'pandas'"
            raise ModuleNotFoundError(message, name=fullname)

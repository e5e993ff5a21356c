"""Ends: from which commit on a row isn't there any more, as mapped arrays that change in place.

One file of int64 for a segment, or for a block of the delta: 0 while the row lives, else the commit
timestamp, set once. A reader at N may run meanwhile, for what is set then is beyond N. The file has
its room from the beginning: a page that the disk has none for would end the process.
"""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

Timestamps = npt.NDArray[np.int64]


def make_ends(path: Path, row_count: int) -> Timestamps:
    """Returns the ends of rows that all live, in a new file."""
    with path.open("xb") as file:
        os.posix_fallocate(file.fileno(), 0, row_count * 8)
    return open_ends(path, row_count)


def open_ends(path: Path, row_count: int) -> Timestamps:
    """Returns ends that are there already, to be changed."""
    # A plain view: setting one element of a memmap takes several times as long.
    return np.asarray(np.memmap(path, np.int64, "r+", shape=(row_count,)))


def read_ends(path: str, offset: int, row_count: int) -> Timestamps:
    """Returns the ends of some rows, to be read; they may change meanwhile."""
    mapped = np.memmap(path, np.int64, "r", offset=offset * 8, shape=(row_count,))
    return np.asarray(mapped)

"""A client that asks small questions while others attack, in a process of its own.

    python -m tests.fuzz.innocent PORT

An attacker's own work would be in its way in one process. Prints the 99th percentile of the time to
an answer, in seconds, for each line that comes in: of all answers since the one before.
"""

import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType

from tests.pgclient import PgClient

ROOT = Path(__file__).parents[2]
PAUSE_SECONDS = 0.001


class Innocent:
    """The process, for a test."""

    def __init__(self, port: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.innocent", str(port)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def p99(self) -> float:
        """Returns the 99th percentile of the answers since the last call, in seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def __enter__(self) -> "Innocent":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()


def main() -> None:
    """Asks, as the module says."""
    latencies: list[float] = []
    is_over = threading.Event()

    def ask() -> None:
        with PgClient.connect(port=int(sys.argv[1]), user="terrascale") as client:
            while not is_over.is_set():
                began = time.perf_counter()
                client.simple_query("SELECT 1")
                latencies.append(time.perf_counter() - began)
                time.sleep(PAUSE_SECONDS)

    thread = threading.Thread(target=ask)
    thread.start()
    for _ in sys.stdin:
        since, latencies[:] = list(latencies), []
        print(statistics.quantiles(since, n=100)[98], flush=True)
    is_over.set()
    thread.join()


if __name__ == "__main__":
    main()

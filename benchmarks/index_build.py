"""CREATE INDEX CONCURRENTLY on a million rows that eight clients update: its time, and what they notice.

The clients' latencies come from pgbench's log, one line a transaction; those from before the build are the comparison.
"""

import pathlib
import signal
import subprocess
import time

from benchmarks.peers import Peer
from benchmarks.workload import UPDATE

CLIENTS = 8
QUIET_SECONDS = 5


def measure(peers: list[Peer], folder: pathlib.Path, rows: int) -> None:
    """Prints seconds of the build, and the writers' p99 before and meanwhile."""
    script = folder / "index_update.sql"
    script.write_text(UPDATE.format(rows=rows))
    print(
        f"{'index, online':14} {'build s':>8} {'p99 before':>11} {'p99 meanwhile':>14} {'writes/s meanwhile':>19}"
    )
    for peer in peers:
        prefix = folder / f"index_{peer.name}"
        command = [
            "pgbench", "-n", "-f", str(script), "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", "600",
            "-l", f"--log-prefix={prefix}", *peer.arguments(), peer.database,
        ]  # fmt: skip
        writers = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(QUIET_SECONDS)
            began = time.time()
            with peer.connect() as client:
                (result,) = client.simple_query("CREATE INDEX CONCURRENTLY points_b ON points (b)")
                assert result.error is None, result.error
            ended = time.time()
        finally:
            writers.send_signal(signal.SIGINT)
            writers.wait()
        before, meanwhile = _latencies(prefix, began, ended)
        peer.run("DROP INDEX points_b")
        rate = len(meanwhile) / (ended - began)
        print(
            f"{peer.name:14} {ended - began:8.1f} {_p99(before):8.1f} ms {_p99(meanwhile):11.1f} ms {rate:19.0f}",
            flush=True,
        )


def _latencies(prefix: pathlib.Path, began: float, ended: float) -> tuple[list[float], list[float]]:
    """Returns the milliseconds of the transactions that ended before, and during, the build."""
    before: list[float] = []
    meanwhile: list[float] = []
    for path in prefix.parent.glob(f"{prefix.name}.*"):
        for line in path.read_text().splitlines():
            fields = line.split()
            if len(fields) < 6:
                continue  # cut off by the signal
            at = int(fields[4]) + int(fields[5]) / 1e6
            milliseconds = int(fields[2]) / 1000
            if at < began:
                before.append(milliseconds)
            elif at < ended:
                meanwhile.append(milliseconds)
    return before, meanwhile


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)] if values else 0.0

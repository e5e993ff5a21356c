"""How long the event loop makes others wait, beside 8 point clients, while something large goes on.

The server measures the lateness of a 1-ms timer (SIGUSR1 starts afresh, SIGUSR2 writes the figures to its log).
"""

import os
import pathlib
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable

from benchmarks.peers import Peer, resident_bytes, terrascale
from benchmarks.workload import CREATE, READ, copy_chunks
from tests.server import Server

#: Of the columns' processes.
DEATHS = 50
FIGURES = re.compile(
    r"loop lateness: (\d+) samples, p99 ([\d.]+) ms, p99\.9 ([\d.]+) ms, maximum ([\d.]+) ms"
)


def figures(server: Server) -> tuple[str, ...]:
    """Asks the server for its figures and returns samples, p99, p99.9 and maximum."""
    assert server.process is not None
    known = len(FIGURES.findall(server.log_path.read_text()))
    server.process.send_signal(signal.SIGUSR2)
    while True:
        found = FIGURES.findall(server.log_path.read_text())
        if len(found) > known:
            answer: tuple[str, ...] = found[-1]
            return answer
        time.sleep(0.05)


def observe(
    server: Server, folder: pathlib.Path, rows: int, name: str, work: Callable[[Peer], None]
) -> None:
    """Runs the work beside 8 reading clients and prints the loop's lateness and the process's memory."""
    peer = terrascale(server)
    assert server.process is not None
    script = folder / "pauses-read.sql"
    script.write_text(READ.format(rows=rows))
    command = [
        "pgbench",
        "-n",
        "-f",
        str(script),
        "-M",
        "prepared",
        "-c",
        "8",
        "-T",
        "600",
        *peer.arguments(),
        peer.database,
    ]
    readers = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        server.process.send_signal(signal.SIGUSR1)
        began = time.perf_counter()
        work(peer)
        elapsed = time.perf_counter() - began
        samples, p99, p999, maximum = figures(server)
        memory = resident_bytes(server.process.pid) / 1e6
        assert readers.poll() is None, "the readers ended early"
    finally:
        readers.terminate()
        readers.wait()
    print(
        f"pauses during {name}: p99 {p99} ms, p99.9 {p999} ms (target 5), maximum {maximum} ms "
        f"({samples} samples, {elapsed:.1f} s, {memory:.0f} MB resident)",
        flush=True,
    )


def copy_into(table: str, rows: int, start: int) -> Callable[[Peer], None]:
    """Returns the work of COPYing rows behind those that are there."""

    def work(peer: Peer) -> None:
        with peer.connect() as client:
            (result,) = client.simple_query(
                f"COPY {table} FROM STDIN", list(copy_chunks(rows, start=start))
            )
            assert result.error is None, result.error

    return work


def statement(sql: str) -> Callable[[Peer], None]:
    """Returns the work of one statement."""
    return lambda peer: peer.run(sql)


def dying(server: Server) -> Callable[[Peer], None]:
    """Returns the work of queries over columns whose processes, and the keeper, are killed."""

    def work(peer: Peer) -> None:
        source = random.Random(1)
        with peer.connect() as client:
            client.simple_query("SET terrascale.path = 'columnar'")
            sql = "SELECT a, count(*), sum(d) FROM points GROUP BY a"
            (expected,) = client.simple_query(sql)
            for _ in range(DEATHS):
                children = server.children()
                for pid in source.sample(children, min(1, len(children))):
                    os.kill(pid, signal.SIGKILL)
                client.simple_query("UPDATE points SET b = b WHERE id = 1")
                (found,) = client.simple_query(sql)
                assert sorted(found.rows) == sorted(expected.rows), "other rows after a death"

    return work


def measure(folder: pathlib.Path, rows: int) -> None:
    """Prints the pauses during each kind of large work."""
    with Server(folder / "pauses") as server:
        peer = terrascale(server)
        peer.run(CREATE)
        copy_into("points", rows, 1)(peer)
        works = {
            "nothing else": lambda _peer: time.sleep(5),
            f"COPY of {rows} rows into a table that has rows": copy_into("points", rows, rows + 1),
            "a unique index build": statement("CREATE UNIQUE INDEX points_id ON points (c, id)"),
            "an UPDATE of 300000 rows in one transaction": statement(
                "UPDATE points SET b = b WHERE id <= 300000"
            ),
            f"a GROUP BY over {2 * rows} rows": statement(
                "SELECT a, count(*), sum(d) FROM points GROUP BY a"
            ),
            f"{DEATHS} deaths of the columns' processes": dying(server),
            "an UPDATE of all rows in one transaction": statement("UPDATE points SET b = 0"),
        }
        for name, work in works.items():
            observe(server, folder, rows, name, work)

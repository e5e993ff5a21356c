"""Runs the benchmarks and prints ratios to PostgreSQL 15: `make bench`, or one part of it:

tools/postgres.sh python -m benchmarks [--part start|copy|points|tpcb|index|pauses] [--rows N] [--seconds N] [--rounds N]

Both servers run at default settings with fsync on, over TCP, interleaved; figures are medians of the rounds. The
machine is noisy: only ratios of one run mean anything.
"""

import argparse
import pathlib
import statistics
import tempfile
import time

from benchmarks import index_build, pauses, tpcb
from benchmarks.peers import Peer, pgbench, postgresql, resident_bytes, terrascale
from benchmarks.workload import CREATE, INSERT, READ, ROWS, UPDATE, copy_chunks
from tests.server import Server

PARTS = ("start", "copy", "points", "tpcb", "index", "pauses")


def start_up(folder: pathlib.Path, rounds: int) -> None:
    """Time until the listener answers, and the idle process's memory."""
    times, sizes = [], []
    for number in range(rounds):
        server = Server(folder / f"start{number}")
        began = time.perf_counter()
        with server:
            with server.connect():
                times.append(time.perf_counter() - began)
            assert server.process is not None
            sizes.append(resident_bytes(server.process.pid))
    print(f"start to first connection: {statistics.median(times):.3f} s (target 0.35)")
    print(f"resident when idle: {statistics.median(sizes) / 1e6:.0f} MB (target 70)")


def load(peer: Peer, rows: int) -> float:
    """Loads the table by COPY; returns rows per second."""
    peer.run(CREATE)
    chunks = list(copy_chunks(rows))
    with peer.connect() as client:
        began = time.perf_counter()
        (result,) = client.simple_query("COPY points FROM STDIN", chunks)
        elapsed = time.perf_counter() - began
        assert result.error is None, result.error
        assert result.tag == f"COPY {rows}", result.tag
    return rows / elapsed


def compare_rows(peers: list[Peer]) -> None:
    """The loaded rows are the same on both sides, to the byte."""
    answers = []
    for peer in peers:
        with peer.connect() as client:
            client.simple_query("SET timezone = 'UTC'")
            (result,) = client.simple_query("SELECT * FROM points WHERE id <= 1000 ORDER BY id")
            (count,) = client.simple_query("SELECT count(*) FROM points")
            answers.append((result.rows, count.rows))
    assert answers[0] == answers[1], "the peers' rows differ"


def points(peers: list[Peer], folder: pathlib.Path, rows: int, seconds: int, rounds: int) -> None:
    """pgbench at 1, 8 and 32 clients: reads, updates, inserts; prepared and simple protocol."""
    floors = {
        ("read", 8): 0.4,
        ("update", 8): 0.8,
        ("insert", 8): 0.8,
        ("update", 32): 0.6,
        ("insert", 32): 0.6,
    }
    print(
        f"{'script':8} {'mode':9} {'clients':>7} {'postgresql':>11} {'terrascale':>11} {'ratio':>6}  floor"
    )
    for name, text in (("read", READ), ("update", UPDATE), ("insert", INSERT)):
        script = folder / f"{name}.sql"
        script.write_text(text.format(rows=rows))
        for mode in ("prepared", "simple"):
            for clients in (1, 8, 32):
                rates: dict[str, list[float]] = {peer.name: [] for peer in peers}
                for _ in range(rounds):
                    for peer in peers:
                        rates[peer.name].append(
                            pgbench(peer, script, mode=mode, clients=clients, seconds=seconds)
                        )
                theirs, ours = (statistics.median(rates[peer.name]) for peer in peers)
                floor = floors.get((name, clients), "")
                print(
                    f"{name:8} {mode:9} {clients:7} {theirs:11.0f} {ours:11.0f} {ours / theirs:6.2f}  {floor}",
                    flush=True,
                )


def beside_postgresql(
    peers: list[Peer], parts: set[str], folder: pathlib.Path, options: argparse.Namespace
) -> None:
    """The parts that run on both servers."""
    if parts & {"copy", "points", "index"}:
        theirs, ours = (load(peer, options.rows) for peer in peers)
        print(
            f"COPY FROM, rows/s: postgresql {theirs:.0f}, terrascale {ours:.0f}, ratio {ours / theirs:.2f} (floor 0.15)"
        )
        compare_rows(peers)
        if "points" in parts:
            points(peers, folder, options.rows, options.seconds, options.rounds)
        if "index" in parts:
            index_build.measure(peers, folder, options.rows)
        for peer in peers:
            peer.run("DROP TABLE points")
    if "tpcb" in parts:
        tpcb.measure(peers, options.scale, options.seconds, options.rounds)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--scale", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    parts = set(options.part or PARTS)
    with tempfile.TemporaryDirectory(prefix="terrascale-bench-") as name:
        folder = pathlib.Path(name)
        if "start" in parts:
            start_up(folder, options.rounds)
        if parts & {"copy", "points", "tpcb", "index"}:
            with Server(folder / "data") as server:
                beside_postgresql([postgresql(), terrascale(server)], parts, folder, options)
        if "pauses" in parts:
            pauses.measure(folder, options.rows)


if __name__ == "__main__":
    main()

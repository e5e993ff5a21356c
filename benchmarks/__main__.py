"""Runs the benchmarks and prints ratios to PostgreSQL 15: `make bench`, or one part of it:

tools/postgres.sh python -m benchmarks [--part start|copy|points|tpcb|index|pauses|columns|documents|tpch] [--rows N] [--documents N] [--seconds N] [--rounds N]
    [--script read|update|insert] [--mode prepared|simple|extended] [--clients N]

The last three (and --part) may be repeated. "CPU us" is the time that our server's process takes for one statement: it
says more than a rate where something else runs beside the benchmark.

Both servers run at default settings with fsync on, over TCP, interleaved; figures are medians of the rounds. The
machine is noisy: only ratios of one run mean anything.
"""

import argparse
import itertools
import pathlib
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import columns, documents, index_build, pauses, tpcb, tpch
from benchmarks.peers import Peer, cpu_seconds, pgbench, postgresql, resident_bytes, terrascale
from benchmarks.workload import CREATE, INSERT, READ, ROWS, UPDATE, copy_chunks
from tests.server import Server

PARTS = ("start", "copy", "points", "tpcb", "index", "pauses", "columns", "documents", "tpch")
SCRIPTS = {"read": READ, "update": UPDATE, "insert": INSERT}
#: Ratios to PostgreSQL's rate that must be reached, by script and number of clients.
FLOORS = {
    ("read", 8): 0.4,
    ("update", 8): 0.8,
    ("insert", 8): 0.8,
    ("update", 32): 0.6,
    ("insert", 32): 0.6,
}


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


@dataclass(frozen=True)
class PointRuns:
    """Which point benchmarks to run, and for how long."""

    scripts: Sequence[str]
    modes: Sequence[str]
    clients: Sequence[int]
    seconds: int
    rounds: int


def points(peers: list[Peer], folder: pathlib.Path, rows: int, runs: PointRuns) -> None:
    """Runs pgbench: reads, updates, inserts; prepared and simple protocol; more and more clients."""
    print(
        f"{'script':8} {'mode':9} {'clients':>7} {'postgresql':>11} {'terrascale':>11} {'ratio':>6}"
        f"  floor  {'CPU us':>6}"
    )
    for name, mode, clients in itertools.product(runs.scripts, runs.modes, runs.clients):
        script = folder / f"{name}.sql"
        script.write_text(SCRIPTS[name].format(rows=rows))
        rates: dict[str, list[float]] = {peer.name: [] for peer in peers}
        costs: dict[str, list[float]] = {peer.name: [] for peer in peers}
        for _ in range(runs.rounds):
            for peer in peers:
                before = cpu_seconds(peer)
                rate, count = pgbench(
                    peer, script, mode=mode, clients=clients, seconds=runs.seconds
                )
                rates[peer.name].append(rate)
                costs[peer.name].append(1e6 * (cpu_seconds(peer) - before) / count)
        theirs, ours = (statistics.median(rates[peer.name]) for peer in peers)
        cost = statistics.median(costs["terrascale"])
        print(
            f"{name:8} {mode:9} {clients:7} {theirs:11.0f} {ours:11.0f} {ours / theirs:6.2f}"
            f"  {FLOORS.get((name, clients), ''):5}  {cost:6.0f}",
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
            runs = PointRuns(
                options.script or list(SCRIPTS),
                options.mode or ["prepared", "simple"],
                options.clients or [1, 8, 32],
                options.seconds,
                options.rounds,
            )
            points(peers, folder, options.rows, runs)
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
    parser.add_argument("--documents", type=int, default=2_000_000)
    parser.add_argument("--scale", type=int, default=10)
    parser.add_argument("--tpch-scale", type=float, default=1)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--script", action="append", choices=list(SCRIPTS))
    parser.add_argument("--mode", action="append", choices=["prepared", "simple", "extended"])
    parser.add_argument("--clients", action="append", type=int)
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
        if "columns" in parts:
            with Server(folder / "columns") as server:
                peers = terrascale(server), postgresql()
                columns.run(*peers, options.documents, options.rounds, options.seconds)
        if "documents" in parts:
            with Server(folder / "documents") as server:
                peers = terrascale(server), postgresql()
                for peer in peers:
                    peer.run("DROP TABLE IF EXISTS documents")
                documents.run(*peers, options.documents, options.rounds, folder / "documents")
        if "tpch" in parts:
            (folder / "rows").mkdir()
            with Server(folder / "tpch") as server:
                tpch.measure(
                    terrascale(server), folder / "rows", options.tpch_scale, options.rounds
                )


if __name__ == "__main__":
    main()

"""pgbench's own script, TPC-B-like: one transaction of five statements, on the tables that `pgbench -i` makes."""

import statistics
import subprocess
import time

from benchmarks.peers import Peer, pgbench

FLOOR = 0.3


def initialise(peer: Peer, scale: int) -> float:
    """Runs `pgbench -i`: DROP, CREATE, TRUNCATE, COPY, VACUUM, ALTER TABLE ADD PRIMARY KEY; returns the seconds."""
    began = time.perf_counter()
    command = ["pgbench", "-i", "-q", "-s", str(scale), *peer.arguments(), peer.database]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return time.perf_counter() - began


def check_sums(peer: Peer) -> None:
    """All three balances have moved by the same amount."""
    with peer.connect() as client:
        sums = [
            client.simple_query(f"SELECT sum({column}) FROM pgbench_{table}")[0].rows
            for column, table in (
                ("abalance", "accounts"),
                ("tbalance", "tellers"),
                ("bbalance", "branches"),
            )
        ]
    assert sums[0] == sums[1] == sums[2], (peer.name, sums)


def measure(peers: list[Peer], scale: int, seconds: int, rounds: int) -> None:
    """Prints transactions per second at 1, 8 and 32 clients."""
    theirs, ours = [initialise(peer, scale) for peer in peers]
    print(f"pgbench -i -s {scale}: postgresql {theirs:.1f} s, terrascale {ours:.1f} s")
    print(f"{'tpcb':9} {'clients':>7} {'postgresql':>11} {'terrascale':>11} {'ratio':>6}  floor")
    for mode in ("simple", "prepared"):
        for clients in (1, 8, 32):
            rates: dict[str, list[float]] = {peer.name: [] for peer in peers}
            for _ in range(rounds):
                for peer in peers:
                    rate, _ = pgbench(
                        peer, "tpcb-like", mode=mode, clients=clients, seconds=seconds
                    )
                    rates[peer.name].append(rate)
            theirs, ours = (statistics.median(rates[peer.name]) for peer in peers)
            figures = f"{theirs:11.0f} {ours:11.0f} {ours / theirs:6.2f}  {FLOOR}"
            print(f"{mode:9} {clients:7} {figures}", flush=True)
    for peer in peers:
        check_sums(peer)
        peer.run("DROP TABLE pgbench_accounts, pgbench_branches, pgbench_tellers, pgbench_history")

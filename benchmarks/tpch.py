"""TPC-H: its 22 questions over our columns, beside DuckDB's own tables of the same rows.

(b) the geometric mean of the ratios, and the worst. Answers are compared, too.
"""

import pathlib
import statistics
import subprocess
import sys
import time
from typing import Any

import duckdb

from benchmarks.columns import connected, copy, fetch, seconds
from benchmarks.peers import Peer
from tests.tsql.analytics.tpch import QUERIES, SCHEMA, TABLES

GENERATOR = pathlib.Path(sys.executable).parent / "tpchgen-cli"
#: Floats and averages of exact numbers differ in their last digits.
TOLERANCE = 1e-6


def load(ours: Peer, folder: pathlib.Path) -> None:
    """Loads the tables by COPY, and has their columns built."""
    rows, taken = 0, 0.0
    with connected(ours, "key") as client:
        client.execute(SCHEMA.encode())
        for table in TABLES:
            with (folder / f"{table}.tbl").open() as file:
                lines = (line.removesuffix("|\n") + "\n" for line in file)
                taken += copy(client, f"COPY {table} FROM STDIN WITH (DELIMITER '|')", lines)
            rows += fetch(client, f"SELECT count(*) FROM {table}")[0][0]
    began = time.perf_counter()
    with connected(ours) as client:
        for table in TABLES:
            fetch(client, f"SELECT count(*) FROM {table}")
    built = time.perf_counter() - began
    print(f"  {rows:,} rows loaded, {rows / taken:,.0f}/s; columns built for them in {built:.1f} s")


def native_tables(folder: pathlib.Path) -> Any:
    native = duckdb.connect()
    native.execute(SCHEMA)
    for table in TABLES:
        native.execute(f"COPY {table} FROM '{folder / table}.tbl' (DELIMITER '|', HEADER false)")
    return native


def is_alike(one: Any, other: Any) -> bool:
    """Returns whether values are equal but for trailing blanks and floats' last digits."""
    if isinstance(one, str):
        return bool(one.rstrip() == other.rstrip())
    if isinstance(other, float):
        return abs(float(one) - other) <= TOLERANCE * max(1.0, abs(other))
    return bool(one == other)


def measure(ours: Peer, folder: pathlib.Path, scale: float, rounds: int) -> None:
    print(f"TPC-H at scale {scale}")
    subprocess.run([GENERATOR, "-q", "-s", str(scale), f"--output-dir={folder}"], check=True)
    load(ours, folder)
    native = native_tables(folder)
    ratios = []
    with connected(ours) as client:
        for number, sql in sorted(QUERIES.items()):
            explained = str(fetch(client, f"EXPLAIN {sql}"))
            found, expected = fetch(client, sql), fetch(native, sql)
            assert len(found) == len(expected), number
            for one, other in zip(found, expected, strict=True):
                assert all(map(is_alike, one, other)), (number, one, other)
            mine = seconds(rounds, fetch, client, sql)
            duck = seconds(rounds, fetch, native, sql)
            ratios.append(mine / duck)
            where = "" if "Columnar" in explained else "  by keys"
            print(
                f"  {number:2} {mine * 1000:8.1f} ms, DuckDB {duck * 1000:8.1f} ms"
                f" ({mine / duck:5.2f}x){where}",
                flush=True,
            )
    print(
        f"(b) TPC-H to DuckDB's own: mean {statistics.geometric_mean(ratios):.2f}x (target 2.0),"
        f" worst {max(ratios):.2f}x (4)"
    )

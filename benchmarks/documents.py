"""Documents in a jsonb column: TerraScale and PostgreSQL 15 have the same text, the same statements.

(a) grouping and filtering    DuckDB's own table has their attributes as columns: what a schema gives
(e) loading by COPY           until the columns have been built, too
(f) disk                      keys, items and segments, beside PostgreSQL's table and index
"""

import json
import pathlib
import statistics
import time
from collections.abc import Iterator

from benchmarks.columns import (
    CASTS,
    COLUMNS,
    QUERIES,
    connected,
    copy,
    fetch,
    native_table,
    rows_of,
    seconds,
)
from benchmarks.peers import Peer

TABLE = "CREATE TABLE documents (id int PRIMARY KEY, doc jsonb)"
PATHS = {name: f"(doc->>'{name}')::{CASTS.get(name, 'text')}" for name in COLUMNS}
PLAIN = {name: name for name in COLUMNS}
#: Pairs: over documents, and over columns.
PAIRS = [
    *((text.format(**PATHS), text.format(**PLAIN)) for text in QUERIES),
    (
        """SELECT count(*) FROM documents WHERE doc @> '{"country": "c7", "active": true}'""",
        "SELECT count(*) FROM documents WHERE country = 'c7' AND active",
    ),
    (
        "SELECT doc->>'active', count(*) FROM documents WHERE doc ? 'city' GROUP BY 1 ORDER BY 1",
        "SELECT active, count(*) FROM documents WHERE city IS NOT NULL GROUP BY 1 ORDER BY 1",
    ),
]


def lines_of(count: int) -> Iterator[str]:
    for row in rows_of(count):
        yield f"{row[0]}\t{json.dumps(dict(zip(COLUMNS, row, strict=True)))}\n"


def load(peer: Peer, count: int) -> float:
    """Returns the seconds that it has taken."""
    with connected(peer, "key") as client:
        client.execute(TABLE)
        taken = copy(client, "COPY documents FROM STDIN", lines_of(count))
        if peer.name != "terrascale":
            client.execute("VACUUM ANALYZE documents")
    print(f"  {peer.name}: loaded {count / taken:,.0f} documents/s")
    return taken


def disk(ours: Peer, theirs: Peer, folder: pathlib.Path) -> None:
    """Columns are beside the rows, which RocksDB has compressed; PostgreSQL has a table and its index."""
    with connected(theirs) as client:
        ((table,),) = fetch(client, "SELECT pg_total_relation_size('documents')")
    with connected(ours) as client:
        ((segments,),) = fetch(client, "SELECT sum(bytes) FROM terrascale.segments")
    kept = sum(path.stat().st_size for path in folder.rglob("*.sst"))
    print(
        f"(f) on disk: PostgreSQL {table / 1e6:.0f} MB; segments {float(segments) / 1e6:.0f} MB,"
        f" keys and items {kept / 1e6:.0f} MB: {(float(segments) + kept) / table:.2f} (target 1.2)"
    )


def run(ours: Peer, theirs: Peer, count: int, rounds: int, folder: pathlib.Path) -> None:
    """Runs all."""
    print(f"documents: {count:,} of {len(COLUMNS)} attributes, jsonb on both sides")
    mine, others = (load(peer, count) for peer in (ours, theirs))
    native = native_table(count)
    to_postgresql, to_duckdb = [], []
    with connected(ours) as client, connected(theirs) as other:
        began = time.perf_counter()
        client.execute("SELECT count(*) FROM documents")
        built = time.perf_counter() - began
        print(f"  first query, columns built for it: {built:.1f} s")
        print(
            f"(e) loading by COPY, columns included: {others / (mine + built):.2f} of PostgreSQL's rate"
            " (target 0.15)"
        )
        firsts = []
        for sql, _ in PAIRS:
            began = time.perf_counter()
            found = fetch(client, sql)
            firsts.append(time.perf_counter() - began)
            assert found == fetch(other, sql), sql
        for (sql, plain), first in zip(PAIRS, firsts, strict=True):
            explained = fetch(client, f"EXPLAIN {sql}")
            mine = seconds(rounds, fetch, client, sql)
            postgresql = seconds(1, fetch, other, sql)
            duck = seconds(rounds, fetch, native, plain)
            to_postgresql.append(postgresql / mine)
            to_duckdb.append(mine / duck)
            print(
                f"  {mine * 1000:8.1f} ms (first {first * 1000:7.1f}), PostgreSQL {postgresql * 1000:8.1f} ms"
                f" ({postgresql / mine:5.1f}x), DuckDB {duck * 1000:7.1f} ms ({mine / duck:5.2f}x)"
                f" {'' if 'Columnar' in str(explained) else 'by keys '} {sql[:70]}",
                flush=True,
            )
    print(
        f"(a) faster than PostgreSQL: at least {min(to_postgresql):.1f}x (target 25), mean"
        f" {statistics.geometric_mean(to_postgresql):.1f}x; to DuckDB's own table: mean"
        f" {statistics.geometric_mean(to_duckdb):.2f}x (target 1.5), worst {max(to_duckdb):.2f}x (2.5)"
    )
    disk(ours, theirs, folder)

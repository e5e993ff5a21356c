"""The columnar path beside PostgreSQL 15, and beside DuckDB's own tables of the same columns.

(a) grouping and filtering documents   PostgreSQL has them as jsonb, TerraScale as a table
(c) freshness                          a write is acknowledged; then a count that includes it
(d) isolation                          point reads while scans run, and without them
(g) a join by primary keys             ten rows of two tables
(h) a long result                      rows per second to psycopg and asyncpg
"""

import asyncio
import json
import pathlib
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import duckdb
import psycopg

from benchmarks.peers import Peer

DOCUMENTS = """CREATE TABLE documents (id int PRIMARY KEY, country text, city text, age int, score float8,
    active boolean, born date, balance numeric(12,2))"""
JSON_DOCUMENTS = "CREATE TABLE documents (id int PRIMARY KEY, doc jsonb)"
COLUMNS = ("id", "country", "city", "age", "score", "active", "born", "balance")
CASTS = {
    "id": "int",
    "age": "int",
    "score": "float8",
    "active": "boolean",
    "born": "date",
    "balance": "numeric",
}
QUERIES = (
    "SELECT count(*) FROM documents WHERE {age} > 60",
    "SELECT {country}, count(*), avg({balance}) FROM documents GROUP BY 1 ORDER BY 1",
    "SELECT {city}, max({score}) FROM documents WHERE {active} GROUP BY 1 ORDER BY 1",
    "SELECT {country}, {age}, count(*) FROM documents WHERE {born} >= '1980-01-01' GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT {id}, {balance} FROM documents ORDER BY {balance} DESC, {id} LIMIT 10",
    "SELECT sum({balance}), min({born}), max({born}) FROM documents WHERE {country} IN ('c7', 'c8')",
)  # fmt: skip


def rows_of(count: int) -> Iterator[tuple[Any, ...]]:
    source = random.Random(7)
    for number in range(count):
        yield (
            number, f"c{source.randrange(30)}", f"city {source.randrange(200)}", source.randrange(90),
            round(source.random() * 100, 3), source.random() < 0.7,
            f"{1940 + source.randrange(70)}-0{1 + source.randrange(9)}-1{source.randrange(10)}",
            f"{source.randrange(10**8) / 100:.2f}",
        )  # fmt: skip


def copy(client: psycopg.Connection[Any], sql: str, lines: Iterator[str]) -> float:
    began = time.perf_counter()
    with client.cursor().copy(sql.encode()) as target:
        parts: list[str] = []
        for line in lines:
            parts.append(line)
            if len(parts) == 2000:
                target.write("".join(parts))
                parts.clear()
        target.write("".join(parts))
    return time.perf_counter() - began


def connected(peer: Peer, path: str = "columnar") -> psycopg.Connection[Any]:
    options = f"-c terrascale.path={path}" if peer.name == "terrascale" else ""
    return psycopg.connect(
        host=peer.host, port=peer.port, user=peer.user, dbname=peer.database, autocommit=True, options=options
    )  # fmt: skip


def fetch(client: Any, sql: str) -> Any:
    return client.execute(sql).fetchall()


def seconds(rounds: int, action: Callable[..., Any], *arguments: Any) -> float:
    """Returns the median time, after one run that isn't counted."""
    action(*arguments)
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        action(*arguments)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def load(peer: Peer, count: int) -> None:
    with connected(peer, "key") as client:
        if peer.name == "terrascale":
            client.execute(DOCUMENTS)
            lines = ("\t".join(_field(value) for value in row) + "\n" for row in rows_of(count))
            taken = copy(client, "COPY documents FROM STDIN", lines)
        else:
            client.execute(JSON_DOCUMENTS)
            lines = (
                f"{row[0]}\t{json.dumps(dict(zip(COLUMNS, row, strict=True)))}\n"
                for row in rows_of(count)
            )
            taken = copy(client, "COPY documents FROM STDIN", lines)
            client.execute("VACUUM ANALYZE documents")
    print(f"  {peer.name}: loaded {count / taken:,.0f} rows/s")


def _field(value: Any) -> str:
    return "ft"[value] if isinstance(value, bool) else str(value)


def group_and_filter(ours: Peer, theirs: Peer, count: int, rounds: int) -> None:
    for peer in (ours, theirs):
        load(peer, count)
    plain = {name: name for name in COLUMNS}
    paths = {name: f"(doc->>'{name}')::{CASTS.get(name, 'text')}" for name in COLUMNS}
    native = native_table(count)
    to_postgresql, to_duckdb = [], []
    with connected(ours) as client, connected(theirs) as other:
        began = time.perf_counter()
        client.execute("SELECT count(*) FROM documents")
        print(f"(a) first query, columns built for it: {time.perf_counter() - began:.1f} s")
        for text in QUERIES:
            sql = text.format(**plain)
            assert "Columnar" in str(client.execute(f"EXPLAIN {sql}".encode()).fetchall()), sql
            mine = seconds(rounds, fetch, client, sql)
            postgresql = seconds(max(1, rounds // 2), fetch, other, text.format(**paths))
            duck = seconds(rounds, fetch, native, sql)
            to_postgresql.append(postgresql / mine)
            to_duckdb.append(mine / duck)
            print(
                f"  {mine * 1000:8.1f} ms, PostgreSQL {postgresql * 1000:8.1f} ms ({postgresql / mine:5.1f}x),"
                f" DuckDB {duck * 1000:7.1f} ms ({mine / duck:4.2f}x)  {sql[:60]}"
            )
    print(
        f"(a) faster than PostgreSQL on jsonb: at least {min(to_postgresql):.1f}x (target 25); to DuckDB's own"
        f" table: mean {statistics.geometric_mean(to_duckdb):.2f}x (target 1.5), worst {max(to_duckdb):.2f}x (2.5)"
    )


def native_table(count: int) -> Any:
    native = duckdb.connect()
    native.execute(DOCUMENTS.replace("float8", "double").replace("PRIMARY KEY", ""))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "rows.csv"
        with path.open("w") as file:
            file.writelines(
                ",".join(_field(value) for value in row) + "\n" for row in rows_of(count)
            )
        native.execute(f"COPY documents FROM '{path}'")
    return native


def freshness(ours: Peer, count: int, rounds: int) -> None:
    times = []
    with connected(ours, "key") as writer, connected(ours) as reader:
        reader.execute("SELECT count(*) FROM documents").fetchall()
        for number in range(rounds):
            writer.execute(
                "INSERT INTO documents VALUES (%s, 'c1', 'x', 1, 1, true, '2000-01-01', 1)",
                (count + number,),
            )
            began = time.perf_counter()
            found = reader.execute("SELECT count(*) FROM documents").fetchall()
            times.append(time.perf_counter() - began)
            assert found == [(count + number + 1,)], (found, count, number)
    times.sort()
    print(
        f"(c) a count right after a write: median {times[len(times) // 2] * 1000:.1f} ms,"
        f" p99 {times[int(len(times) * 0.99)] * 1000:.1f} ms (target 20)"
    )


def isolation(ours: Peer, count: int, duration: float) -> None:
    idle = point_read_times(ours, count, duration)
    is_over = threading.Event()

    def scan() -> None:
        with connected(ours) as client:
            while not is_over.is_set():
                client.execute(
                    "SELECT country, city, avg(balance), max(score) FROM documents GROUP BY 1, 2 ORDER BY 1, 2"
                ).fetchone()

    scanner = threading.Thread(target=scan)
    scanner.start()
    busy = point_read_times(ours, count, duration)
    is_over.set()
    scanner.join()
    p99 = [times[int(len(times) * 0.99)] * 1e6 for times in (idle, busy)]
    print(
        f"(d) p99 of point reads: idle {p99[0]:.0f} us, beside scans {p99[1]:.0f} us: {p99[1] / p99[0]:.2f}x (target 3)"
    )


def point_read_times(ours: Peer, count: int, duration: float) -> list[float]:
    source = random.Random(3)
    times = []
    with connected(ours, "auto") as client:
        end = time.perf_counter() + duration
        while (began := time.perf_counter()) < end:
            client.execute(
                "SELECT * FROM documents WHERE id = %s", (source.randrange(count),), prepare=True
            )
            times.append(time.perf_counter() - began)
            time.sleep(0.0003)
    return sorted(times)


def keyed_join(peers: tuple[Peer, Peer], rounds: int) -> None:
    rates = []
    sql = "SELECT o.id, l.name FROM orders o JOIN labels l ON l.id = o.label WHERE o.id BETWEEN %s AND %s"
    for peer in peers:
        with connected(peer, "auto") as client:
            client.execute("CREATE TABLE labels (id int PRIMARY KEY, name text)")
            client.execute("CREATE TABLE orders (id int PRIMARY KEY, label int)")
            client.execute(
                "INSERT INTO labels SELECT i, 'label ' || i FROM generate_series(1, 20000) i"
            )
            client.execute(
                "INSERT INTO orders SELECT i, 1 + i * 7 % 20000 FROM generate_series(1, 20000) i"
            )
            if peer.name != "terrascale":
                client.execute("VACUUM ANALYZE")
            began = time.perf_counter()
            for number in range(rounds):
                first = number * 13 % 19_000 + 1
                found = client.execute(sql, (first, first + 9), prepare=True).fetchall()
                assert len(found) == 10
            rates.append(rounds / (time.perf_counter() - began))
    print(
        f"(g) a join by keys, ten rows: {rates[0]:,.0f}/s, PostgreSQL {rates[1]:,.0f}/s: {rates[0] / rates[1]:.2f} (target 0.3)"
    )


def long_result(ours: Peer, theirs: Peer, count: int) -> None:
    with connected(theirs) as client:
        client.execute(DOCUMENTS.replace("documents", "plain"))
        lines = ("\t".join(_field(value) for value in row) + "\n" for row in rows_of(count))
        copy(client, "COPY plain FROM STDIN", lines)
        client.execute("VACUUM ANALYZE plain")
    columns = ", ".join(COLUMNS)
    ours_sql, theirs_sql = (
        f"SELECT {columns} FROM {name} WHERE id < {count}" for name in ("documents", "plain")
    )
    for driver, read in (("psycopg", read_by_psycopg), ("asyncpg", read_by_asyncpg)):
        rates = [
            count / seconds(1, read, peer, sql, count)
            for peer, sql in ((ours, ours_sql), (theirs, theirs_sql))
        ]
        print(
            f"(h) {count:,} rows to {driver}: {rates[0]:,.0f}/s, PostgreSQL {rates[1]:,.0f}/s: {rates[0] / rates[1]:.2f} (target 0.8)"
        )


def read_by_psycopg(peer: Peer, sql: str, count: int) -> None:
    with connected(peer) as client:
        result = client.pgconn.exec_(
            sql.encode()
        )  # what the server does, and not Python's conversions
        assert result.ntuples == count


def read_by_asyncpg(peer: Peer, sql: str, count: int) -> None:
    async def read() -> None:
        settings = {"terrascale.path": "columnar"} if peer.name == "terrascale" else {}
        client = await asyncpg.connect(
            host=peer.host,
            port=peer.port,
            user=peer.user,
            database=peer.database,
            server_settings=settings,
        )
        assert len(await client.fetch(sql)) == count
        await client.close()

    asyncio.run(read())


def run(ours: Peer, theirs: Peer, count: int, rounds: int, duration: float) -> None:
    """Runs all."""
    print(f"columns: {count:,} documents of {len(COLUMNS)} attributes")
    group_and_filter(ours, theirs, count, rounds)
    long_result(ours, theirs, min(count, 1_000_000))
    freshness(ours, count, 200)
    isolation(ours, count, duration)
    keyed_join((ours, theirs), 2000)

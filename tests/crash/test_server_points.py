"""Servers that kill themselves at named points: whatever was under way there is whole or not there."""

import asyncio
import pathlib

import pytest

from tests.crash.cast import Cast
from tests.crash.consistency import disagreements
from tests.crash.history import ask, integers
from tests.server import Server

#: Points and how often they are passed before; two depths each, to meet different work.
POINTS = [
    ("before the write", 60),
    ("between write and sync", 60),
    ("after the sync", 60),
    ("before the flush", 2),
    ("after the flush", 2),
    ("in a sorted file", 4000),
    ("before the ingest", 2),
    ("after the ingest", 2),
    ("before a write of the catalog", 9),
    ("between a write of the catalog and its sync", 9),
]
MANY_ROWS = 20_000


def dying(folder: pathlib.Path, point: str, visits: int) -> Server:
    """A server on the same directory that won't live long."""
    program = ("-m", "tests.crash.planted", point.replace(" ", "-"), str(visits))
    return Server(folder / "data", program=program)


@pytest.mark.slow
@pytest.mark.parametrize(("point", "visits"), POINTS)
@pytest.mark.parametrize("depth", [1, 3])
def test_a_kill_at_each_point_of_a_commit(
    tmp_path: pathlib.Path, point: str, visits: int, depth: int
) -> None:
    cast = Cast.of(visits * depth)
    with Server(tmp_path / "data") as server, server.connect() as client:
        cast.prepare(client)
    cast.cycle(dying(tmp_path, point, visits * depth).start())
    assert asyncio.run(disagreements(tmp_path / "data")) == []
    with Server(tmp_path / "data") as server, server.connect() as client:
        cast.verify(client)


@pytest.mark.slow
@pytest.mark.parametrize("unique", ["", "UNIQUE "])
@pytest.mark.parametrize(
    ("point", "visits"),
    [
        ("in a long scan", 10),
        ("in a sorted file of index entries", MANY_ROWS // 2),
        ("before the flush", 1),
        ("before the ingest", 1),
        ("after the ingest", 1),
    ],
)
def test_a_kill_inside_an_index_build(
    tmp_path: pathlib.Path, point: str, visits: int, unique: str
) -> None:
    with Server(tmp_path / "data") as server, server.connect() as client:
        ask(client, "CREATE TABLE many (n int PRIMARY KEY, v int NOT NULL)")
        values = ", ".join(f"({n}, {-n})" for n in range(MANY_ROWS))
        ask(client, f"INSERT INTO many VALUES {values}")
    build = f"CREATE {unique}INDEX many_v ON many (v)"
    with dying(tmp_path, point, visits) as server, server.connect() as client:
        assert server.process is not None
        with pytest.raises((EOFError, OSError)):
            ask(client, build)
        assert server.process.wait(timeout=20) == -9
    assert asyncio.run(disagreements(tmp_path / "data")) == []
    with Server(tmp_path / "data") as server, server.connect() as client:
        assert integers(client, "SELECT count(*), min(v) FROM many") == [(MANY_ROWS, 1 - MANY_ROWS)]
        # Nobody was told of it: it may be there, whole, or not at all.
        again = client.simple_query(build)[-1].error
        assert again is None or again["sqlstate"] == "42P07", again
        assert integers(client, "SELECT n FROM many WHERE v = -77") == [(77,)]
    assert asyncio.run(disagreements(tmp_path / "data")) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "visits"),
    [
        ("in a long scan", 10),
        ("in a sorted file", MANY_ROWS // 2),
        ("in a sorted file of index entries", MANY_ROWS // 2),
        ("before the flush", 1),
        ("before the ingest", 1),
        ("after the ingest", 1),
    ],
)
@pytest.mark.parametrize(
    "change",
    [
        "ALTER v TYPE bigint, ADD COLUMN w serial",
        "DROP CONSTRAINT many_pkey, ADD PRIMARY KEY (v)",
        "DROP CONSTRAINT many_pkey",
    ],
)
def test_a_kill_inside_a_rewrite(
    tmp_path: pathlib.Path, point: str, visits: int, change: str
) -> None:
    with Server(tmp_path / "data") as server, server.connect() as client:
        ask(client, "CREATE TABLE many (n int PRIMARY KEY, v int NOT NULL)")
        ask(client, "CREATE INDEX many_v ON many (v)")
        values = ", ".join(f"({n}, {-n})" for n in range(MANY_ROWS))
        ask(client, f"INSERT INTO many VALUES {values}")
    with dying(tmp_path, point, visits) as server, server.connect() as client:
        assert server.process is not None
        with pytest.raises((EOFError, OSError)):
            ask(client, f"ALTER TABLE many {change}")
        assert server.process.wait(timeout=20) == -9
    assert asyncio.run(disagreements(tmp_path / "data")) == []
    with Server(tmp_path / "data") as server, server.connect() as client:
        assert integers(client, "SELECT count(*), min(v) FROM many") == [(MANY_ROWS, 1 - MANY_ROWS)]
        assert integers(client, "SELECT n FROM many WHERE v = -77") == [(77,)]
        # Nobody was told of it: it may have happened, whole, or not at all.
        client.simple_query(f"ALTER TABLE many {change}")
        assert integers(client, "SELECT count(*), min(v) FROM many") == [(MANY_ROWS, 1 - MANY_ROWS)]
        assert integers(client, "SELECT n FROM many WHERE v = -77") == [(77,)]
    assert asyncio.run(disagreements(tmp_path / "data")) == []


@pytest.mark.slow
@pytest.mark.parametrize("unique", ["", "UNIQUE "])
@pytest.mark.parametrize(
    ("point", "visits"),
    [
        ("before a write of the catalog", 1),
        ("between a write of the catalog and its sync", 1),
        ("before a write of the catalog", 2),
        ("between a write of the catalog and its sync", 3),
        ("before the write", 20),
        ("between write and sync", 25),
        ("after the sync", 30),
        ("before a write of the catalog", 4),
        ("between a write of the catalog and its sync", 4),
    ],
)
def test_a_kill_inside_an_online_build(
    tmp_path: pathlib.Path, point: str, visits: int, unique: str
) -> None:
    with Server(tmp_path / "data") as server, server.connect() as client:
        ask(client, "CREATE TABLE many (n int PRIMARY KEY, v int NOT NULL)")
        values = ", ".join(f"({n}, {-n})" for n in range(MANY_ROWS))
        ask(client, f"INSERT INTO many VALUES {values}")
    with dying(tmp_path, point, visits) as server, server.connect() as client:
        assert server.process is not None
        with pytest.raises((EOFError, OSError)):
            ask(client, f"CREATE {unique}INDEX CONCURRENTLY many_v ON many (v)")
        assert server.process.wait(timeout=20) == -9
    assert asyncio.run(disagreements(tmp_path / "data")) == []
    with Server(tmp_path / "data") as server, server.connect() as client:
        ask(client, "INSERT INTO many VALUES (-1, 1)")
        again = client.simple_query("CREATE INDEX many_v ON many (v)")[-1].error
        assert again is None or again["sqlstate"] == "42P07", again
        ask(client, "ALTER TABLE many ADD COLUMN w int")
        # The server itself goes on with the build.
        explain = "EXPLAIN SELECT n FROM many WHERE v = -77"
        for _ in range(100_000):
            if "many_v" in str(client.simple_query(explain)[0].rows):
                break
        else:
            raise AssertionError("the build never ends")
        assert integers(client, "SELECT n FROM many WHERE v IN (-77, 1) ORDER BY n") == [
            (-1,),
            (77,),
        ]
    assert asyncio.run(disagreements(tmp_path / "data")) == []

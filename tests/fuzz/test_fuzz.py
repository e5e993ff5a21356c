"""The short form of `make fuzz` and the long one."""

import pathlib
import random
import time
from collections.abc import Callable, Iterator

import pytest

from benchmarks.peers import resident_bytes
from terrascale.server import ALL_LOADED
from tests.fuzz.attacks import BOMBS, attack, conversation, monsters, mutate, throw
from tests.fuzz.innocent import Innocent
from tests.server import Server

MEMORY_SLACK_BYTES = 20 << 20


@pytest.fixture
def server(tmp_path: pathlib.Path) -> Iterator[Server]:
    settings = {"TERRASCALE_STATEMENT_TIMEOUT": "20000", "TERRASCALE_LOG_LEVEL": "debug"}
    with Server(tmp_path / "data", env=settings) as running:
        yield running


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all monsters: what one of them leaves behind meets the next."""
    folder = tmp_path_factory.mktemp("monsters")
    with Server(folder / "data", env={"TERRASCALE_STATEMENT_TIMEOUT": "20000"}) as running:
        yield running


def assert_alive(server: Server) -> None:
    with server.connect() as client:
        (result,) = client.simple_query("SELECT 1")
        assert result.rows == [("1",)]


def random_bytes(server: Server, source: random.Random) -> None:
    throw(server, source.randbytes(source.randint(1, 4096)))


def mutated_conversation(server: Server, source: random.Random) -> None:
    throw(server, mutate(source, conversation(source)))


@pytest.mark.parametrize("attacker", [random_bytes, mutated_conversation])
def test_bytes_kill_nothing(
    server: Server, attacker: Callable[[Server, random.Random], None]
) -> None:
    source = random.Random(7)
    for _ in range(100):
        attacker(server, source)
    assert_alive(server)


@pytest.mark.parametrize("name", [name for name, _ in monsters(20)])
def test_a_monster_gets_an_answer(lasting: Server, name: str) -> None:
    sql = next(sql for found, sql in monsters(20) if found == name)
    with lasting.connect() as client:
        attack(client, sql)
        assert attack(client, "SELECT 1") == "SELECT 1", "the connection didn't survive"
    assert_alive(lasting)


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_is_defused(lasting: Server, name: str) -> None:
    sql, expected = BOMBS[name]
    with lasting.connect() as client:
        assert attack(client, sql) == expected
        assert attack(client, "SELECT 1") == "SELECT 1", "the connection didn't survive"
    assert_alive(lasting)


def test_a_statement_in_slices_is_ended_by_its_time_out(lasting: Server) -> None:
    with lasting.connect() as client:
        assert attack(client, "SET statement_timeout = '200ms'") == "SET"
        for sql in (
            "SELECT count(*) FROM generate_series(1, 1000000000)",
            "SELECT g FROM generate_series(1, 1000000000) g ORDER BY -g LIMIT 1",
            "SELECT g % 10, sum(g) FROM generate_series(1, 1000000000) g GROUP BY 1",
            "SELECT pg_sleep(100)",
        ):
            assert attack(client, sql) == "57014"


def overcome(server: Server, each: Iterator[tuple[str, str]]) -> None:
    """Has the server meet monsters, one after another."""
    for _name, sql in each:
        with server.connect() as client:
            client.sock.settimeout(120)
            attack(client, sql)


#: How long the innocent client is alone, and how long it isn't.
ALONE_SECONDS, ATTACKED_SECONDS = 5, 60


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["random bytes", "mutated conversations", "monsters"])
def test_a_minute_of_fuzz(server: Server, kind: str) -> None:
    assert server.process is not None
    pid = server.process.pid
    if kind == "monsters":
        # What every server has after a while stays: all that it loads behind its start, the stack that
        # the deepest need, and the plans of short statements, those for any literal from the second on.
        server.wait_for(ALL_LOADED)
        for _ in range(2):
            overcome(server, monsters(20))
    with Innocent(server.port) as innocent:
        time.sleep(ALONE_SECONDS)
        alone = innocent.p99()
        before = resident_bytes(pid)
        source = random.Random(11)
        deadline = time.monotonic() + ATTACKED_SECONDS
        while time.monotonic() < deadline:
            if kind == "monsters":
                overcome(server, monsters())
            else:
                attacker = random_bytes if kind == "random bytes" else mutated_conversation
                attacker(server, source)
        attacked = innocent.p99()
    assert_alive(server)
    after = resident_bytes(pid)
    print(
        f"{kind}: p99 {alone * 1e3:.2f} -> {attacked * 1e3:.2f} ms, memory {before >> 20} -> {after >> 20} MB"
    )
    assert after - before < MEMORY_SLACK_BYTES
    assert attacked < 5 * alone

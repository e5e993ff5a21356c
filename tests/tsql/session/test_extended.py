"""The extended protocol: prepared statements, portals, what lies between two Syncs."""

import pytest

from storage.errors import DatabaseError
from tests.tsql.harness import Client
from tsql.types import oids


@pytest.fixture(autouse=True)
async def table(alice: Client) -> None:
    await alice.run("CREATE TABLE t (id int PRIMARY KEY, name text)")
    await alice.run("INSERT INTO t SELECT g, 'n' || g FROM generate_series(1, 5) g")


async def test_description_before_any_run(alice: Client) -> None:
    session = alice.session
    await session.parse("s", "SELECT name, id + $2 AS next FROM t WHERE id = $1", [])
    description = await session.describe_statement("s")
    assert description.parameter_types == (oids.INT4, oids.INT4)
    assert [(f.name, f.type) for f in description.fields or ()] == [
        ("name", oids.TEXT),
        ("next", oids.INT4),
    ]
    await session.sync(failed=False)


async def test_same_statement_runs_with_other_values(alice: Client) -> None:
    session = alice.session
    await session.parse("s", "SELECT name FROM t WHERE id = $1", [])
    for number in (3, 1, 99):
        await session.bind("", "s", [number])
        result = await session.execute("", 0, sync_follows=True)
        await session.sync(failed=False)
        assert [list(row) for row in result.rows or ()] == ([[f"n{number}"]] if number < 9 else [])


async def test_portal_is_suspended_and_goes_on(alice: Client) -> None:
    session = alice.session
    await session.parse("", "SELECT id FROM t ORDER BY id", [])
    await session.bind("p", "", [])
    seen = []
    for _ in range(3):
        result = await session.execute("p", 2)
        seen.append(([row[0] for row in result.rows or ()], result.suspended, result.tag))
    assert seen == [([1, 2], True, ""), ([3, 4], True, ""), ([5], False, "SELECT 1")]
    await session.sync(failed=False)
    with pytest.raises(DatabaseError, match='portal "p" does not exist'):
        await session.execute("p", 0)


async def test_statements_before_one_sync_share_a_transaction(alice: Client) -> None:
    session = alice.session
    await session.parse("i", "INSERT INTO t VALUES ($1, $2)", [])
    await session.bind("", "i", [10, "x"])
    await session.execute("", 0)
    await session.bind("", "i", [1, "duplicate"])
    with pytest.raises(DatabaseError, match="duplicate key"):
        await session.execute("", 0)
    await session.sync(failed=True)
    assert await alice.value("SELECT count(*) FROM t") == 5


@pytest.mark.parametrize("sync_follows", [False, True])
async def test_write_is_committed_by_sync(
    alice: Client, bob: Client, *, sync_follows: bool
) -> None:
    session = alice.session
    await session.parse("", "UPDATE t SET name = $1 WHERE id = 1 RETURNING id, name", [])
    await session.bind("", "", ["new"])
    result = await session.execute("", 0, sync_follows=sync_follows)
    assert ([tuple(row) for row in result.rows or ()], result.tag) == ([(1, "new")], "UPDATE 1")
    await session.sync(failed=False)
    assert await bob.value("SELECT name FROM t WHERE id = 1") == "new"


@pytest.mark.parametrize(
    ("action", "sqlstate"),
    [
        ("parse twice", "42P05"),
        ("bind unknown", "26000"),
        ("too many values", "08P01"),
        ("execute unknown", "34000"),
        ("several commands", "42601"),
    ],
)
async def test_misuse(alice: Client, action: str, sqlstate: str) -> None:
    session = alice.session
    await session.parse("s", "SELECT $1::int", [])
    with pytest.raises(DatabaseError) as caught:
        match action:
            case "parse twice":
                await session.parse("s", "SELECT 1", [])
            case "bind unknown":
                await session.bind("", "nope", [])
            case "too many values":
                await session.bind("", "s", [1, 2])
            case "execute unknown":
                await session.execute("nope", 0)
            case _:
                await session.parse("", "SELECT 1; SELECT 2", [])
    assert caught.value.sqlstate == sqlstate
    await session.sync(failed=True)


async def test_plan_follows_the_table(alice: Client) -> None:
    session = alice.session
    await session.parse("s", "SELECT name FROM t WHERE name = $1", [])
    await session.sync(failed=False)
    await alice.run("CREATE INDEX ON t (name)")
    await session.bind("", "s", ["n3"])
    assert [tuple(r) for r in (await session.execute("", 0)).rows or ()] == [("n3",)]
    await session.sync(failed=False)
    await alice.run("DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, name int)")
    with pytest.raises(DatabaseError) as caught:
        await session.bind("", "s", ["n3"])
    assert caught.value.sqlstate in {"0A000", "42883"}
    await session.sync(failed=True)


async def test_empty_statement(alice: Client) -> None:
    assert (await alice.extended("")).tag == ""
    assert await alice.run("  ; ; ") == []


async def test_commands_run_extended(alice: Client) -> None:
    assert (await alice.extended("SET work_mem = '2MB'")).tag == "SET"
    assert (await alice.extended("SHOW work_mem")).rows == [("2MB",)]
    assert (await alice.extended("VACUUM t")).tag == "VACUUM"
    assert (await alice.extended("BEGIN")).tag == "BEGIN"
    assert (await alice.extended("INSERT INTO t VALUES (9, 'x')")).tag == "INSERT 0 1"
    assert (await alice.extended("ROLLBACK")).tag == "ROLLBACK"
    assert await alice.value("SELECT count(*) FROM t") == 5


async def test_prepare_and_execute(alice: Client) -> None:
    await alice.run("PREPARE p (int, text) AS INSERT INTO t VALUES ($1, $2) RETURNING id")
    assert await alice.rows("EXECUTE p (7, 'seven')") == [(7,)]
    assert (await alice.error("EXECUTE p (7)")).sqlstate == "42601"
    assert (await alice.error("EXECUTE p (true, 'x')")).sqlstate == "42804"
    assert (await alice.error("PREPARE p AS SELECT 1")).sqlstate == "42P05"
    await alice.run("DEALLOCATE p")
    assert (await alice.error("EXECUTE p (8, 'x')")).sqlstate == "26000"


async def test_long_result_is_streamed_whole(alice: Client) -> None:
    rows = await alice.rows("SELECT g FROM generate_series(1, 3000) g")
    assert rows == [(g,) for g in range(1, 3001)]
    answer = await alice.extended("SELECT g FROM generate_series(1, $1) g", [3000])
    assert (len(answer.rows), answer.tag) == (3000, "SELECT 3000")


async def test_statement_too_long_for_the_loop_is_parsed_elsewhere(alice: Client) -> None:
    values = ", ".join(f"({n}, 'name {n}')" for n in range(100, 3100))
    assert await alice.tag(f"INSERT INTO t VALUES {values}") == "INSERT 0 3000"
    listed = ", ".join(map(str, range(100, 8000)))
    assert await alice.value(f"SELECT count(*) FROM t WHERE id IN ({listed})") == 3000
    error = await alice.error("SELECT 1" + "+1" * 300_000)
    assert error.sqlstate == "54001"
    assert await alice.value("SELECT 1") == 1

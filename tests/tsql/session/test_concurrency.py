"""Two sessions at once: waiting, re-checking, deadlocks, cancelling, DDL in between."""

import asyncio

import pytest

from storage.errors import DatabaseError
from tests.tsql.harness import Client, settled


@pytest.fixture
async def accounts(alice: Client) -> None:
    await alice.run("CREATE TABLE t (id int PRIMARY KEY, n int, u int UNIQUE)")
    await alice.run("INSERT INTO t VALUES (1, 10, 1), (2, 20, 2), (3, 30, 3)")


@pytest.mark.usefixtures("accounts")
async def test_second_updater_waits_and_sees_the_new_value(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN")
    await alice.run("UPDATE t SET n = n + 1 WHERE id = 1")
    waiting = asyncio.ensure_future(bob.tag("UPDATE t SET n = n * 2 WHERE id = 1"))
    assert not await settled(waiting)
    await alice.run("COMMIT")
    assert await waiting == "UPDATE 1"
    assert await bob.value("SELECT n FROM t WHERE id = 1") == 22


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("where", ["id = 1 AND n = 10", "n = 10"])
async def test_row_that_no_longer_matches_is_left_alone(
    alice: Client, bob: Client, where: str
) -> None:
    await alice.run("BEGIN; UPDATE t SET n = 11 WHERE id = 1")
    waiting = asyncio.ensure_future(bob.tag(f"UPDATE t SET n = 99 WHERE {where}"))
    assert not await settled(waiting)
    await alice.run("COMMIT")
    assert await waiting == "UPDATE 0"


@pytest.mark.usefixtures("accounts")
async def test_waiter_finds_the_row_deleted(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN; DELETE FROM t WHERE id = 1")
    waiting = asyncio.ensure_future(bob.tag("UPDATE t SET n = 0 WHERE id = 1"))
    assert not await settled(waiting)
    await alice.run("COMMIT")
    assert await waiting == "UPDATE 0"


@pytest.mark.usefixtures("accounts")
async def test_rollback_lets_the_waiter_go_on(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN; UPDATE t SET n = 0 WHERE id = 1")
    waiting = asyncio.ensure_future(bob.tag("UPDATE t SET n = n + 1 WHERE id = 1"))
    assert not await settled(waiting)
    await alice.run("ROLLBACK")
    assert await waiting == "UPDATE 1"
    assert await bob.value("SELECT n FROM t WHERE id = 1") == 11


@pytest.mark.usefixtures("accounts")
async def test_second_inserter_of_a_unique_value_waits(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN; INSERT INTO t VALUES (4, 0, 40)")
    waiting = asyncio.ensure_future(bob.run("INSERT INTO t VALUES (5, 0, 40)"))
    assert not await settled(waiting)
    await alice.run("COMMIT")
    (answer,) = await waiting
    assert answer.error is not None
    assert (answer.error.sqlstate, answer.error.constraint) == ("23505", "t_u_key")


@pytest.mark.usefixtures("accounts")
async def test_deadlock_ends_one_of_the_two(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN; UPDATE t SET n = 0 WHERE id = 1")
    await bob.run("BEGIN; UPDATE t SET n = 0 WHERE id = 2")
    first = asyncio.ensure_future(alice.run("UPDATE t SET n = 1 WHERE id = 2"))
    assert not await settled(first)
    second = asyncio.ensure_future(bob.run("UPDATE t SET n = 1 WHERE id = 1"))
    errors = [answers[-1].error for answers in await asyncio.gather(first, second)]
    assert sorted(error.sqlstate if error else "" for error in errors) in (["", "40P01"], ["40P01"])


@pytest.mark.usefixtures("accounts")
async def test_cancel_ends_a_wait_for_a_lock(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN; UPDATE t SET n = 0 WHERE id = 1")
    waiting = asyncio.ensure_future(bob.error("UPDATE t SET n = 1 WHERE id = 1"))
    assert not await settled(waiting)
    bob.session.cancel("57014", "canceling statement due to user request")
    assert (await waiting).sqlstate == "57014"
    await alice.run("COMMIT")
    assert await bob.tag("UPDATE t SET n = 5 WHERE id = 1") == "UPDATE 1"


@pytest.mark.usefixtures("accounts")
async def test_cancel_ends_long_work(alice: Client) -> None:
    waiting = asyncio.ensure_future(
        alice.error("SELECT count(*) FROM generate_series(1, 100000000)")
    )
    await asyncio.sleep(0)
    alice.session.cancel("57014", "canceling statement due to statement timeout")
    error = await waiting
    assert (error.sqlstate, error.message) == (
        "57014",
        "canceling statement due to statement timeout",
    )
    assert await alice.value("SELECT 1") == 1


@pytest.mark.usefixtures("accounts")
async def test_cancel_has_no_effect_when_idle(alice: Client) -> None:
    alice.session.cancel("57014", "too late")
    assert await alice.value("SELECT count(*) FROM t") == 3


@pytest.mark.usefixtures("accounts")
async def test_lock_timeout(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN; UPDATE t SET n = 0 WHERE id = 1")
    await bob.run("SET lock_timeout = '1ms'")
    error = await bob.error("UPDATE t SET n = 1 WHERE id = 1")
    assert (error.sqlstate, error.message) == ("55P03", "canceling statement due to lock timeout")


@pytest.mark.usefixtures("accounts")
async def test_for_update_skips_or_refuses_locked_rows(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN")
    assert await alice.rows("SELECT id FROM t ORDER BY id LIMIT 1 FOR UPDATE") == [(1,)]
    assert await bob.rows("SELECT id FROM t ORDER BY id FOR UPDATE SKIP LOCKED") == [(2,), (3,)]
    error = await bob.error("SELECT id FROM t WHERE id = 1 FOR UPDATE NOWAIT")
    assert error.sqlstate == "55P03"
    assert await bob.tag("UPDATE t SET n = 0 WHERE id = 2") == "UPDATE 1"


@pytest.mark.usefixtures("accounts")
async def test_for_update_reads_the_row_again(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN; UPDATE t SET n = 77 WHERE id = 1")
    waiting = asyncio.ensure_future(bob.rows("SELECT n FROM t WHERE id = 1 FOR UPDATE"))
    assert not await settled(waiting)
    await alice.run("COMMIT")
    assert await waiting == [(77,)]


@pytest.mark.usefixtures("accounts")
async def test_repeatable_read_keeps_its_snapshot_and_refuses_a_lost_update(
    alice: Client, bob: Client
) -> None:
    await alice.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
    assert await alice.value("SELECT n FROM t WHERE id = 1") == 10
    await bob.run("UPDATE t SET n = 11 WHERE id = 1")
    assert await alice.value("SELECT n FROM t WHERE id = 1") == 10
    error = await alice.error("UPDATE t SET n = n + 1 WHERE id = 1")
    assert error.sqlstate == "40001"


@pytest.mark.usefixtures("accounts")
async def test_read_committed_sees_what_commits_meanwhile(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN")
    assert await alice.value("SELECT n FROM t WHERE id = 1") == 10
    await bob.run("UPDATE t SET n = 11 WHERE id = 1")
    assert await alice.value("SELECT n FROM t WHERE id = 1") == 11


@pytest.mark.usefixtures("accounts")
async def test_ddl_waits_for_writers_and_writers_for_ddl(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN; INSERT INTO t VALUES (4, 40, 4)")
    building = asyncio.ensure_future(bob.tag("CREATE INDEX t_n ON t (n)"))
    assert not await settled(building)
    await alice.run("COMMIT")
    assert await building == "CREATE INDEX"
    assert await bob.rows("SELECT id FROM t WHERE n = 40") == [(4,)]
    await bob.run("BEGIN; CREATE INDEX t_n2 ON t (n, u)")
    writing = asyncio.ensure_future(alice.tag("INSERT INTO t VALUES (5, 50, 5)"))
    assert not await settled(writing)
    await bob.run("COMMIT")
    assert await writing == "INSERT 0 1"
    assert await alice.rows("SELECT id FROM t WHERE n = 50 AND u = 5") == [(5,)]


@pytest.mark.usefixtures("accounts")
async def test_uncommitted_table_is_unseen_by_others(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN; CREATE TABLE fresh (a int PRIMARY KEY); INSERT INTO fresh VALUES (1)")
    assert (await bob.error("SELECT * FROM fresh")).sqlstate == "42P01"
    await alice.run("COMMIT")
    assert await bob.rows("SELECT * FROM fresh") == [(1,)]


@pytest.mark.usefixtures("accounts")
async def test_advisory_lock_waits_for_its_holder(alice: Client, bob: Client) -> None:
    await alice.run("SELECT pg_advisory_lock(7)")
    assert await bob.value("SELECT pg_try_advisory_lock(7)") is False
    waiting = asyncio.ensure_future(bob.rows("SELECT pg_advisory_lock(7)"))
    assert not await settled(waiting)
    assert await alice.value("SELECT pg_advisory_unlock(7)") is True
    await waiting
    assert await alice.value("SELECT pg_try_advisory_lock(7)") is False


async def test_notifications_arrive_at_the_commit(alice: Client, bob: Client) -> None:
    await bob.run("LISTEN news")
    await alice.run("BEGIN; NOTIFY news, 'one'; NOTIFY news, 'one'; NOTIFY news, 'two'")
    assert bob.session.events.notifications == []
    await alice.run("COMMIT")
    assert bob.session.events.notifications == [("news", "one", 1), ("news", "two", 1)]
    bob.session.events.notifications.clear()
    await bob.run("UNLISTEN *")
    await alice.run("NOTIFY news")
    assert bob.session.events.notifications == []


@pytest.mark.usefixtures("accounts")
async def test_large_statement_leaves_the_loop_to_others(alice: Client, bob: Client) -> None:
    work = asyncio.ensure_future(
        alice.tag("INSERT INTO t SELECT g, g, g FROM generate_series(1000, 9000) g")
    )
    turns = 0
    while not work.done():
        turns += 1
        assert await bob.value("SELECT count(*) FROM t") in (3, 8004)
        await asyncio.sleep(0)
    assert await work == "INSERT 0 8001"
    assert turns > 5


@pytest.mark.usefixtures("accounts")
async def test_interrupt_inside_a_block_fails_the_block(alice: Client, bob: Client) -> None:
    await alice.run("BEGIN; UPDATE t SET n = 0 WHERE id = 1")
    await bob.run("BEGIN; UPDATE t SET n = 0 WHERE id = 2")
    waiting = asyncio.ensure_future(bob.error("UPDATE t SET n = 1 WHERE id = 1"))
    assert not await settled(waiting)
    bob.session.cancel("57014", "canceling statement due to user request")
    await waiting
    with pytest.raises(DatabaseError, match="current transaction is aborted"):
        await bob.tag("SELECT 1")

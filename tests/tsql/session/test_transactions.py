"""Blocks, implicit transactions, savepoints and failure, as PostgreSQL has them."""

import pytest

from tests.tsql.harness import Client
from tsql.api import TransactionStatus

FAILED = "current transaction is aborted, commands ignored until end of transaction block"


@pytest.fixture(autouse=True)
async def table(alice: Client) -> None:
    await alice.run("CREATE TABLE t (id int PRIMARY KEY, n int)")


async def test_statements_of_one_string_are_one_transaction(alice: Client) -> None:
    answers = await alice.run("INSERT INTO t VALUES (1, 1); SELECT 1; SELECT 1/0; SELECT 2")
    assert [answer.tag for answer in answers[:2]] == ["INSERT 0 1", "SELECT 1"]
    assert answers[-1].error is not None
    assert await alice.value("SELECT count(*) FROM t") == 0


async def test_begin_inside_a_string_keeps_what_came_before(alice: Client) -> None:
    await alice.run("INSERT INTO t VALUES (1, 1); BEGIN; INSERT INTO t VALUES (2, 2)")
    assert alice.session.status is TransactionStatus.IN_TRANSACTION
    await alice.run("ROLLBACK")
    assert await alice.value("SELECT count(*) FROM t") == 0


async def test_commit_inside_a_string_ends_the_implicit_transaction(alice: Client) -> None:
    await alice.run("INSERT INTO t VALUES (1, 1); COMMIT; INSERT INTO t VALUES (2, 2); SELECT 1/0")
    assert alice.notices() == [("25P01", "there is no transaction in progress")]
    assert await alice.rows("SELECT id FROM t") == [(1,)]


async def test_failed_block_refuses_all_but_its_end(alice: Client) -> None:
    await alice.run("BEGIN")
    await alice.error("SELECT nope")
    assert alice.session.status is TransactionStatus.FAILED
    for sql in ("SELECT 1", "SET work_mem = '1MB'", "SAVEPOINT s", "BEGIN"):
        error = await alice.error(sql)
        assert (error.sqlstate, error.message) == ("25P02", FAILED)
    assert await alice.tag("COMMIT") == "ROLLBACK"
    assert alice.session.status.value == b"I"


async def test_savepoints_nest(alice: Client) -> None:
    await alice.run("BEGIN; INSERT INTO t VALUES (1, 1); SAVEPOINT a; INSERT INTO t VALUES (2, 2)")
    await alice.run("SAVEPOINT b; INSERT INTO t VALUES (3, 3); RELEASE b")
    await alice.error("INSERT INTO t VALUES (1, 1)")
    await alice.run("ROLLBACK TO a; INSERT INTO t VALUES (4, 4); COMMIT")
    assert await alice.rows("SELECT id FROM t ORDER BY id") == [(1,), (4,)]


async def test_savepoint_of_the_same_name_hides_the_first(alice: Client) -> None:
    await alice.run("BEGIN; SAVEPOINT s; INSERT INTO t VALUES (1, 1); SAVEPOINT s")
    await alice.run("INSERT INTO t VALUES (2, 2); ROLLBACK TO s; RELEASE s; ROLLBACK TO s; COMMIT")
    assert await alice.value("SELECT count(*) FROM t") == 0


@pytest.mark.parametrize(
    ("sql", "sqlstate", "message"),
    [
        ("SAVEPOINT s", "25P01", "SAVEPOINT can only be used in transaction blocks"),
        ("RELEASE s", "25P01", "RELEASE SAVEPOINT can only be used in transaction blocks"),
        ("ROLLBACK TO s", "25P01", "ROLLBACK TO SAVEPOINT can only be used in transaction blocks"),
        ("BEGIN; RELEASE s", "3B001", 'savepoint "s" does not exist'),
        ("BEGIN; VACUUM", "25001", "VACUUM cannot run inside a transaction block"),
        ("BEGIN; DISCARD ALL", "25001", "DISCARD ALL cannot run inside a transaction block"),
        ("COMMIT AND CHAIN", "25P01", "COMMIT AND CHAIN can only be used in transaction blocks"),
        (
            "BEGIN READ ONLY; INSERT INTO t VALUES (1)",
            "25006",
            "cannot execute INSERT in a read-only transaction",
        ),
        (
            "BEGIN READ ONLY; CREATE TABLE u (a int)",
            "25006",
            "cannot execute CREATE TABLE in a read-only transaction",
        ),
        (
            "BEGIN; SELECT 1; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "25001",
            "SET TRANSACTION ISOLATION LEVEL must be called before any query",
        ),
    ],
)
async def test_what_a_transaction_forbids(
    alice: Client, sql: str, sqlstate: str, message: str
) -> None:
    error = await alice.error(sql)
    assert (error.sqlstate, error.message) == (sqlstate, message)


async def test_warnings(alice: Client) -> None:
    await alice.run("COMMIT")
    await alice.run("ROLLBACK")
    await alice.run("SET LOCAL work_mem = '1MB'")
    await alice.run("BEGIN")
    await alice.run("BEGIN")
    assert [sqlstate for sqlstate, _ in alice.notices()] == ["25P01", "25P01", "25P01", "25001"]


async def test_chain_keeps_the_modes(alice: Client) -> None:
    await alice.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; COMMIT AND CHAIN")
    assert await alice.value("SHOW transaction_isolation") == "repeatable read"
    assert await alice.value("SHOW transaction_read_only") == "on"
    await alice.run("COMMIT")
    assert await alice.value("SHOW transaction_isolation") == "read committed"


async def test_settings_follow_the_transaction(alice: Client) -> None:
    await alice.run("SET work_mem = '8MB'")
    await alice.run("BEGIN; SET work_mem = '16MB'; SAVEPOINT s; SET LOCAL work_mem = '32MB'")
    assert await alice.value("SHOW work_mem") == "32MB"
    await alice.run("ROLLBACK TO s")
    assert await alice.value("SHOW work_mem") == "16MB"
    await alice.run("ROLLBACK")
    assert await alice.value("SHOW work_mem") == "8MB"
    await alice.run("BEGIN; SET LOCAL work_mem = '64MB'; COMMIT")
    assert await alice.value("SHOW work_mem") == "8MB"


async def test_ddl_rolls_back_with_its_transaction(alice: Client) -> None:
    await alice.run("INSERT INTO t VALUES (1, 1)")
    await alice.run("BEGIN; CREATE TABLE u (a int); TRUNCATE t; CREATE INDEX t_n ON t (n)")
    assert await alice.value("SELECT count(*) FROM t") == 0
    await alice.run("ROLLBACK")
    assert await alice.value("SELECT count(*) FROM t") == 1
    assert (await alice.error("SELECT * FROM u")).sqlstate == "42P01"
    await alice.run("BEGIN; DROP TABLE t; SAVEPOINT s; CREATE TABLE t (a text); ROLLBACK TO s")
    assert (await alice.error("SELECT * FROM t")).sqlstate == "42P01"
    await alice.run("ROLLBACK")
    assert await alice.rows("SELECT id FROM t") == [(1,)]


async def test_failed_statement_leaves_nothing(alice: Client) -> None:
    await alice.run("INSERT INTO t VALUES (5, 5)")
    assert (
        await alice.error("INSERT INTO t SELECT g, g FROM generate_series(1, 9) g")
    ).sqlstate == "23505"
    assert (await alice.error("UPDATE t SET n = 1 / (id - 5)")).sqlstate == "22012"
    assert await alice.rows("SELECT * FROM t") == [(5, 5)]


async def test_now_stands_still_in_a_transaction(alice: Client) -> None:
    await alice.run("BEGIN")
    first = await alice.value("SELECT now()")
    assert await alice.value("SELECT now()") == first
    assert await alice.value("SELECT statement_timestamp()") > first
    await alice.run("COMMIT")

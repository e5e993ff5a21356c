"""Row types while transactions make, change and leave relations: names, what others see, and what is forgotten."""

import asyncio

import pytest

from storage.row_types import relation_of, row_type_id
from tests.tsql.harness import Client, settled
from tsql.catalog import pg


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("CREATE TABLE x (a int)", "CREATE TYPE x AS ENUM ()"),
        ("CREATE TYPE x AS ENUM ()", "CREATE TABLE x (a int)"),
        ("CREATE VIEW x AS SELECT 1", "CREATE TYPE x AS ENUM ()"),
        ("CREATE TYPE x AS ENUM ()", "CREATE VIEW x AS SELECT 1"),
        ("ALTER TABLE t RENAME TO x", "CREATE TYPE x AS (a int)"),
        ("CREATE TYPE x AS ENUM ()", "ALTER TABLE t RENAME TO x"),
    ],
)
async def test_a_relation_and_a_type_cant_take_one_name_at_once(
    alice: Client, bob: Client, first: str, second: str
) -> None:
    await alice.run("CREATE TABLE t (a int)")
    await alice.run(f"BEGIN; {first}")
    waiting = asyncio.ensure_future(bob.error(second))
    assert not await settled(waiting)
    await alice.run("COMMIT")
    assert (await waiting).sqlstate == "42710"


async def test_others_see_the_committed_fields(alice: Client, bob: Client) -> None:
    await alice.run("CREATE TABLE t (a int); CREATE TYPE held AS (t t)")
    await alice.run("BEGIN; ALTER TABLE t ADD COLUMN b int")
    assert await alice.value("SELECT ROW(1, 2)::t::text") == "(1,2)"
    assert await bob.value("SELECT ROW(1)::t::text") == "(1)"
    assert await bob.value("SELECT (ROW(ROW(1))::held).t::text") == "(1)"
    await alice.run("ROLLBACK")
    assert await alice.value("SELECT ROW(1)::t::text") == "(1)"
    assert await alice.value("SELECT jsonb_populate_record(NULL::t, '{\"a\": 2}')::text") == "(2)"


async def test_types_of_relations_that_are_no_more_are_forgotten(alice: Client) -> None:
    before = set(pg.types())
    for ending in ("ROLLBACK", "COMMIT; DROP TABLE t; DROP VIEW v"):
        await alice.run(f"BEGIN; CREATE TABLE t (a int); CREATE VIEW v AS SELECT 1; {ending}")
    await alice.run("BEGIN; SAVEPOINT s; CREATE TEMP TABLE w (a int); ROLLBACK TO s; COMMIT")
    assert set(pg.types()) == before


def test_oids_tell_their_relation() -> None:
    assert relation_of(row_type_id(16384)) == 16384
    assert relation_of(row_type_id(16384) + 1) == 16384
    assert relation_of(16384) is None

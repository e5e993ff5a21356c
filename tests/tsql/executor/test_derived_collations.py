"""Collations that don't sort by bytes: what asks for their order is refused, wherever the value came from."""

import pytest

from tests.tsql.harness import Client

TABLE = 'CREATE TABLE named (id int PRIMARY KEY, a text COLLATE "sv-x-icu", c text, l text[] COLLATE "sv-x-icu")'


@pytest.fixture(autouse=True)
async def table(alice: Client) -> None:
    await alice.run(TABLE)
    await alice.run("INSERT INTO named VALUES (1, 'z', 'c', '{z}'), (2, 'å', 'd', '{å}')")
    await alice.run("CREATE VIEW seen AS SELECT id, a || c AS joined FROM named")
    await alice.run("CREATE TABLE holding (id int PRIMARY KEY, x named)")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a FROM named ORDER BY a",
        "SELECT a < 'b' FROM named",
        "SELECT a BETWEEN 'a' AND 'b' FROM named",
        "SELECT max(a) FROM named",
        "SELECT upper(a) FROM named",
        "SELECT a ILIKE 'a' FROM named",
        "SELECT a ~ 'a' FROM named",
        "SELECT greatest(a, c) FROM named",
        "SELECT id FROM named WHERE c > ANY (SELECT a FROM named)",
        "SELECT id FROM named WHERE (c, id) < (a, 1)",
        "SELECT rank() OVER (ORDER BY a) FROM named",
        "SELECT string_agg(c, '' ORDER BY a) FROM named",
        "SELECT lag(a) OVER () < 'x' FROM named",
        "SELECT * FROM (SELECT coalesce(a, c) AS x FROM named) s ORDER BY x",
        "WITH w AS (SELECT a AS x FROM named) SELECT max(x) FROM w",
        "SELECT a FROM named UNION SELECT c FROM named ORDER BY 1",
        "SELECT joined FROM seen ORDER BY joined",
        "SELECT id FROM named n ORDER BY n",
        "SELECT id FROM named n ORDER BY (SELECT n.a)",
        "SELECT id FROM holding ORDER BY (x).a",
        "SELECT (x).* FROM holding ORDER BY 2",
        "SELECT x FROM (VALUES ('a' COLLATE \"sv-x-icu\")) v(x) ORDER BY x",
        "SELECT c COLLATE \"sv-x-icu\" < 'b' FROM named",
        "SELECT id FROM named ORDER BY l",
        "SELECT u FROM named, unnest(l) u",
        "ALTER TABLE named ADD CHECK (a < 'x')",
        "INSERT INTO named (id, a) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET c = 'y' WHERE excluded.a > 'b'",
        'CREATE DOMAIN swedish AS text COLLATE "sv-x-icu"',
    ],
)
async def test_what_asks_for_another_order_is_refused(alice: Client, sql: str) -> None:
    error = await alice.error(sql)
    assert error.sqlstate == "0A000"
    assert "COLLATE" in error.message or 'under collation "sv-x-icu"' in error.message


async def test_another_collate_overrides_it(alice: Client) -> None:
    assert await alice.rows('SELECT a FROM named ORDER BY a COLLATE "C"') == [("z",), ("å",)]
    assert await alice.value('SELECT max(coalesce(a, c) COLLATE "default") FROM named') == "å"
    assert await alice.value("SELECT count(*) FROM named GROUP BY a = c") == 2

"""Random SELECTs give the same rows on both paths, or are left to the key path."""

import collections
import pathlib

import pytest

from tests.golden.script import read_script
from tests.tsql.analytics.both_paths import BothPaths
from tests.tsql.analytics.duck import session
from tests.tsql.analytics.random_queries import Queries
from tests.tsql.harness import Client

SCHEMA = pathlib.Path(__file__).parent / "corpus" / "schema.sql"
#: Of a value that nothing depends on, DuckDB may not ask: then PostgreSQL's error isn't raised.
UNNEEDED = ("22012", "22003", "2201F")


@pytest.mark.parametrize("seed", range(12))
async def test_random_queries_do_not_differ(alice: Client, seed: int) -> None:
    for block in read_script(SCHEMA):
        await alice.tag(block.sql)
    both, queries, words = BothPaths(alice, session()), Queries(seed), collections.Counter[str]()
    for _ in range(12):
        outcome = await both.compare(queries.query())
        if outcome is None:
            continue  # not a statement: its types don't go together
        if outcome.word == "unraised":
            assert outcome.text.splitlines()[-1].startswith(UNNEEDED), outcome.text
        assert outcome.word != "different", outcome.text
        words[outcome.word] += 1
    assert words["same"] >= 6

"""TPC-H's 22 questions, at a thousandth of its smallest scale, on both paths."""

import pathlib
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from compat.postgres.system_relations import PostgresCatalogs
from storage.embedded import open_memory_store
from tests.tsql.analytics.both_paths import BothPaths
from tests.tsql.analytics.duck import session
from tests.tsql.analytics.tpch import QUERIES, SCHEMA, TABLES
from tests.tsql.harness import Client
from tsql.database import Database, SessionOptions

GENERATOR = pathlib.Path(sys.executable).parent / "tpchgen-cli"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    made = tmp_path_factory.mktemp("tpch")
    subprocess.run([GENERATOR, "-q", "-s", "0.001", f"--output-dir={made}"], check=True)
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(directory: pathlib.Path) -> AsyncIterator[BothPaths]:
    store = await open_memory_store()
    database = await Database.open(store, system_catalogs=PostgresCatalogs())
    client = Client(database.session(SessionOptions(process_id=1)))
    await client.tag(SCHEMA)
    for table in TABLES:
        lines = (directory / f"{table}.tbl").read_bytes().splitlines()
        data = b"".join(line.removesuffix(b"|") + b"\n" for line in lines)
        await client.tag(f"COPY {table} FROM STDIN WITH (DELIMITER '|')", data)
    yield BothPaths(client, session())
    await client.session.close()
    await database.close()
    await store.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("number", sorted(QUERIES))
async def test_both_paths_answer_alike(both: BothPaths, number: int) -> None:
    outcome = await both.compare(QUERIES[number])
    assert outcome is not None
    assert (outcome.word, outcome.text) == ("same", "")

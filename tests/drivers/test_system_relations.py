"""Every column of every system relation can be fetched, as text and in binary form."""

import psycopg
import pytest

from tests.server import Server


@pytest.mark.parametrize("binary", [False, True])
def test_all_of_each_relation_is_fetched(server: Server, binary: bool) -> None:
    address = f"host=127.0.0.1 port={server.port} dbname=terrascale user=terrascale"
    with psycopg.connect(address) as connection:
        relations = connection.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'v')"
            " AND relnamespace::regnamespace::text IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert len(relations) > 200
        for (name,) in relations:
            with connection.cursor(binary=binary) as cursor:
                cursor.execute(f"SELECT * FROM {name} LIMIT 3")
                assert cursor.description

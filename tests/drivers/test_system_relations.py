"""Every column of every system relation can be fetched, as text and in binary form."""

import psycopg
import pytest

from tests.server import Server

#: PostgreSQL has no binary form of aclitem either.
COLUMNS = """
SELECT c.oid::regclass::text, string_agg(quote_ident(attname), ', ' ORDER BY attnum)
FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0
WHERE relkind IN ('r', 'v') AND relnamespace::regnamespace::text IN ('pg_catalog', 'information_schema')
    AND NOT (%s AND atttypid IN ('aclitem'::regtype, 'aclitem[]'::regtype))
GROUP BY c.oid
"""


@pytest.mark.parametrize("binary", [False, True])
def test_all_of_each_relation_is_fetched(server: Server, binary: bool) -> None:
    address = f"host=127.0.0.1 port={server.port} dbname=terrascale user=terrascale"
    with psycopg.connect(address) as connection:
        relations = connection.execute(COLUMNS, (binary,)).fetchall()
        assert len(relations) > 200
        for name, columns in relations:
            with connection.cursor(binary=binary) as cursor:
                cursor.execute(f"SELECT {columns} FROM {name} LIMIT 3")
                assert cursor.description

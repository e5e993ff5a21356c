"""CREATE EXTENSION: what is built in is accepted with a notice, and kept; the others are refused by name."""

import pathlib

import psycopg
import pytest

from tests.server import Server

CREATE = 'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"'


def _connect(server: Server) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        f"host=127.0.0.1 port={server.port} dbname=terrascale user=terrascale", autocommit=True
    )


def test_an_extension_outlasts_a_kill(tmp_path: pathlib.Path) -> None:
    said: list[str | None] = []
    with Server(tmp_path / "data") as server:
        with _connect(server) as connection:
            connection.add_notice_handler(lambda notice: said.append(notice.message_primary))
            for _ in range(2):
                connection.execute(CREATE)
            connection.execute("CREATE EXTENSION pgcrypto VERSION '1.3'")
            connection.execute("DROP EXTENSION pgcrypto CASCADE")
        server.kill()
        server.start()
        with _connect(server) as connection:
            found = connection.execute("SELECT extname, extversion FROM pg_extension").fetchall()
    assert found == [("uuid-ossp", "1.1")]
    assert said == [
        'extension "uuid-ossp" is built in',
        'extension "uuid-ossp" already exists, skipping',
        'of extension "pgcrypto" digest, hmac, gen_random_bytes and gen_random_uuid are built in',
    ]


def test_the_others_are_refused_by_name(server: Server) -> None:
    with _connect(server) as connection:
        for name in ("postgis", "vector", "plpgsql", "hstore"):
            with pytest.raises(psycopg.errors.FeatureNotSupported, match=f'extension "{name}"'):
                connection.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="another schema"):
            connection.execute("CREATE EXTENSION pgcrypto SCHEMA pg_catalog")
        with pytest.raises(psycopg.errors.FeatureNotSupported, match='version "9"'):
            connection.execute("CREATE EXTENSION pgcrypto VERSION '9'")
        connection.execute("CREATE ROLE extension_user")
        connection.execute("SET ROLE extension_user")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE EXTENSION pgcrypto")

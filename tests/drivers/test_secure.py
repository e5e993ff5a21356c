"""A server with a password and TLS: each driver comes in by SCRAM, encrypted and verified, or not at all."""

import pathlib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pg8000.dbapi
import psycopg
import pytest

from tests.drivers.certificate import write_certificate
from tests.server import Server

PASSWORD = "pässword 'quoted'"


@dataclass(frozen=True)
class SecureServer:
    """A running server and the certificate to trust."""

    server: Server
    cert: pathlib.Path

    @property
    def address(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.server.port, "user": "terrascale"}


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureServer]:
    folder: pathlib.Path = tmp_path_factory.mktemp("secure")
    cert, key = write_certificate(folder)
    flags = ("--tls-cert", str(cert), "--tls-key", str(key))
    with Server(folder / "data", *flags, env={"TERRASCALE_PASSWORD": PASSWORD}) as running:
        yield SecureServer(running, cert)


@pytest.mark.parametrize("sslmode", ["disable", "require", "verify-full"])
def test_psycopg_logs_in(secure: SecureServer, sslmode: str) -> None:
    with psycopg.connect(
        **secure.address,
        dbname="terrascale",
        password=PASSWORD,
        sslmode=sslmode,
        sslrootcert=str(secure.cert),
        require_auth="scram-sha-256",
    ) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("terrascale",)
        assert connection.pgconn.ssl_in_use == (sslmode != "disable")


@pytest.mark.parametrize("sslmode", ["disable", "require"])
def test_a_session_knows_whether_it_is_encrypted(secure: SecureServer, sslmode: str) -> None:
    question = (
        "SELECT ssl, version, cipher, bits, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    )
    with psycopg.connect(
        **secure.address, dbname="terrascale", password=PASSWORD, sslmode=sslmode
    ) as connection:
        found = connection.execute(question).fetchone()
    if sslmode == "disable":
        assert found == (False, None, None, None, None)
    else:
        assert found is not None
        encrypted, version, cipher, bits, client = found
        assert (encrypted, version, client) == (True, "TLSv1.3", None)
        assert cipher.startswith("TLS_")
        assert bits in {128, 256}


def test_who_is_refused_is_in_the_log(secure: SecureServer) -> None:
    user = "some\nbody"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            **{**secure.address, "user": user},
            dbname="terrascale",
            password="no",
            sslmode="require",
        )
    (line,) = (line for line in secure.server.log_path.read_text().splitlines() if "some" in line)
    assert re.fullmatch(
        r".* WARNING refused client=127\.0\.0\.1:\d+ 28P01 "
        r"""'password authentication failed for user "some\\nbody"'""",
        line,
    )


def test_psycopg_binds_the_login_to_the_certificate_if_offered(secure: SecureServer) -> None:
    with psycopg.connect(
        **secure.address, dbname="terrascale", password=PASSWORD, channel_binding="prefer"
    ) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("password", ["wrong", "", None])
def test_psycopg_is_refused_without_the_password(secure: SecureServer, password: Any) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"password"):
        psycopg.connect(**secure.address, dbname="terrascale", password=password)


@pytest.mark.parametrize("encrypted", [True, False])
async def test_asyncpg_logs_in(secure: SecureServer, encrypted: bool) -> None:
    context = ssl.create_default_context(cafile=str(secure.cert)) if encrypted else False
    connection = await asyncpg.connect(
        **secure.address, database="terrascale", password=PASSWORD, ssl=context
    )
    assert await connection.fetchval("SELECT $1::text", "x" * 100_000) == "x" * 100_000
    await connection.close()


async def test_asyncpg_is_refused_with_a_wrong_password(secure: SecureServer) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(**secure.address, database="terrascale", password="no", ssl=False)


def test_pg8000_logs_in_over_tls(secure: SecureServer) -> None:
    context = ssl.create_default_context(cafile=str(secure.cert))
    connection = pg8000.dbapi.connect(
        **secure.address, database="terrascale", password=PASSWORD, ssl_context=context
    )
    cursor = connection.cursor()
    cursor.execute("SELECT 1")
    assert cursor.fetchone() == [1]
    connection.close()

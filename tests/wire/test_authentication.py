"""Passwords: SCRAM with our client and with libpq; TLS asked for and spoken at once."""

import asyncio
import datetime
import socket
import ssl
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import pgclient
from tests.pgclient import PgClient, StartupError
from tests.wire.door import Door, open_door
from tsql.access.passwords import prepare
from wire.pg.authentication import Passwords, Verifier
from wire.pg.tls import TlsSettings, server_context

PASSWORDS = Passwords({"terrascale": Verifier.of("sécret")})


def log_in(door: Door, user: str, password: str) -> list[int]:
    with PgClient.connect(port=door.port, user=user, password=password) as client:
        client.simple_query("select 1")
        return client.authentication


class TestScram:
    async def test_the_right_password(self) -> None:
        async with open_door(passwords=PASSWORDS) as door:
            codes = await asyncio.to_thread(log_in, door, "terrascale", "sécret")
            assert codes == [10, 0]

    @pytest.mark.parametrize("user", ["terrascale", "bob"])
    async def test_a_wrong_password_and_an_unknown_user_look_alike(self, user: str) -> None:
        async with open_door(passwords=PASSWORDS) as door:
            with pytest.raises(StartupError) as caught:
                await asyncio.to_thread(log_in, door, user, "wrong")
            fields = caught.value.fields
            assert (fields["severity"], fields["sqlstate"]) == ("FATAL", "28P01")
            assert fields["message"] == f'password authentication failed for user "{user}"'

    async def test_the_salt_of_an_unknown_user_stays(self) -> None:
        assert PASSWORDS.verifier("bob").salt == PASSWORDS.verifier("bob").salt
        assert PASSWORDS.verifier("bob").salt != PASSWORDS.verifier("eve").salt

    @pytest.mark.parametrize(
        ("answer", "sqlstate"),
        [
            (pgclient.message(b"p", b"PLAIN\0\0\0\0\0"), "08P01"),
            (pgclient.message(b"p", b"SCRAM-SHA-256"), "08P01"),
            (pgclient.message(b"p", b"SCRAM-SHA-256\0\0\0\0\3xyz"), "08P01"),
            (pgclient.message(b"p", b"SCRAM-SHA-256\0\0\0\0\1\xff"), "08P01"),
            (pgclient.message(b"p", b"SCRAM-SHA-256-PLUS\0\0\0\0\0"), "08P01"),
            (pgclient.message(b"p", b"SCRAM-SHA-256\0\0\0\0\x0ep=x,,n=,r=abcd"), "08P01"),
            (pgclient.message(b"p", b"SCRAM-SHA-256\0\0\0\0\x0cn,a=x,n=,r=a"), "0A000"),
            (pgclient.query("select 1"), "08P01"),
        ],
    )
    async def test_nonsense_instead_of_a_password(self, answer: bytes, sqlstate: str) -> None:
        async with open_door(passwords=PASSWORDS) as door:

            def use(client: PgClient) -> dict[str, str]:
                client.send(pgclient.startup_packet({"user": "terrascale"}), answer)
                return pgclient.error_fields(client.read_until("E")[-1][1])

            error = await door.raw(use)
            assert (error["severity"], error["sqlstate"]) == ("FATAL", sqlstate)

    async def test_libpq(self) -> None:
        async with open_door(passwords=PASSWORDS) as door:

            def use(password: str) -> str:
                url = f"host=127.0.0.1 port={door.port} user=terrascale dbname=terrascale"
                with psycopg.connect(url, password=password, autocommit=True) as connection:
                    return str(connection.execute("text hello").fetchall()[0][0])

            assert await asyncio.to_thread(use, "sécret") == "hello"
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                await asyncio.to_thread(use, "wrong")


@pytest.mark.parametrize(
    ("password", "prepared"),
    [
        ("plain", "plain"),
        ("I\u00adX", "IX"),  # soft hyphen
        ("a\u00a0b", "a b"),  # no-break space
        ("\u00aa", "a"),  # compatibility form
        ("\u2168", "IX"),
        ("ä\u0007", "ä\u0007"),  # forbidden: taken as it is
        ("\u06271", "\u06271"),  # right to left, but not to its end: likewise
    ],
)
def test_saslprep(password: str, prepared: str) -> None:
    assert prepare(password) == prepared


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> TlsSettings:
    return server_context(*certificate)


def client_context(certificate: tuple[Path, Path], *protocols: str) -> ssl.SSLContext:
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    if protocols:
        trusting.set_alpn_protocols(protocols)
    return trusting


class TestTls:
    async def test_libpq_asks_for_tls(
        self, tls: TlsSettings, certificate: tuple[Path, Path]
    ) -> None:
        async with open_door(tls=tls, passwords=PASSWORDS) as door:

            def use() -> str:
                with psycopg.connect(
                    host="localhost",
                    hostaddr="127.0.0.1",
                    port=door.port,
                    user="terrascale",
                    password="sécret",
                    sslmode="verify-full",
                    channel_binding="require",
                    sslrootcert=str(certificate[0]),
                    autocommit=True,
                ) as connection:
                    assert len(connection.execute("big 300000").fetchall()[0][0]) == 300_000
                    return str(connection.execute("text hello").fetchall()[0][0])

            assert await asyncio.to_thread(use) == "hello"

    async def test_tls_may_begin_at_once(
        self, tls: TlsSettings, certificate: tuple[Path, Path]
    ) -> None:
        async with open_door(tls=tls) as door:

            def use() -> None:
                raw = socket.create_connection(("127.0.0.1", door.port))
                wrapped = client_context(certificate, "postgresql").wrap_socket(
                    raw, server_hostname="localhost"
                )
                assert wrapped.selected_alpn_protocol() == "postgresql"
                client = PgClient(wrapped, ("127.0.0.1", door.port))
                with client:
                    client.startup("terrascale")
                    assert client.simple_query("select 7")[0].rows == [("7",)]

            await asyncio.to_thread(use)

    async def test_direct_tls_without_alpn_is_refused(
        self, tls: TlsSettings, certificate: tuple[Path, Path]
    ) -> None:
        async with open_door(tls=tls) as door:

            def use() -> None:
                with (
                    socket.create_connection(("127.0.0.1", door.port)) as raw,
                    client_context(certificate).wrap_socket(
                        raw, server_hostname="localhost"
                    ) as wrapped,
                ):
                    wrapped.sendall(pgclient.startup_packet({"user": "terrascale"}))
                    assert wrapped.recv(1) == b""

            await asyncio.to_thread(use)

    async def test_direct_tls_without_a_certificate_is_closed(self) -> None:
        async with open_door() as door:

            def use(client: PgClient) -> bytes:
                client.send(b"\x16\x03\x01\0\5hello")
                return client.sock.recv(10)

            assert await door.raw(use) == b""

    async def test_garbage_in_place_of_a_handshake_is_closed(self, tls: TlsSettings) -> None:
        async with open_door(tls=tls) as door:

            def use(client: PgClient) -> bytes:
                client.send(pgclient.message(b"", bytes.fromhex("04d2162f")))
                assert client.sock.recv(1) == b"S"
                client.send(b"\x16\x03\x01\0\5hello")
                received = b""
                while chunk := client.sock.recv(100):
                    received += chunk
                return received

            assert (await door.raw(use))[:1] in {b"", b"\x15"}  # an alert, if anything

    async def test_unencrypted_bytes_behind_the_request_are_an_attack(
        self, tls: TlsSettings
    ) -> None:
        async with open_door(tls=tls) as door:

            def use(client: PgClient) -> dict[str, str]:
                client.send(pgclient.message(b"", bytes.fromhex("04d2162f")) + b"injected")
                return pgclient.error_fields(client.read_until("E")[-1][1])

            error = await door.raw(use)
            assert error["message"] == "received unencrypted data after SSL request"

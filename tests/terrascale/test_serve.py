"""The `terrascale` command as a process: what it says when it is ready, and when it can't be."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from tests.drivers.certificate import write_certificate
from tests.pgclient import PgClient, StartupError
from tests.server import Server, free_port

STOP_SECONDS_MAX = 5.0


def terrascale(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "terrascale", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
        timeout=60,
    )


def serve(data_dir: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Runs a server that is expected to refuse; returns exit code and what it said."""
    flags = ["--data-dir", str(data_dir), "--socket-dir", str(data_dir.parent)]
    done = terrascale("serve", *flags, *arguments, **environment)
    assert done.stdout == ""
    return done.returncode, done.stderr.strip()


def test_the_ready_block_can_be_pasted(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        for host in ("127.0.0.1", str(tmp_path)):
            with PgClient.connect(host, server.port, "terrascale") as client:
                assert client.simple_query("select 1")[0].rows == [("1",)]
        text = server.log_path.read_text()
        assert text.startswith("TerraScale 0.")
        assert str(tmp_path / "data") in text
        assert f"psql -h 127.0.0.1 -p {server.port} -U terrascale" in text
        assert f"psql -h {tmp_path} -p {server.port} -U terrascale" in text


def test_sigterm_ends_idle_and_busy_clients_in_time(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server, server.connect() as idle, server.connect() as busy:
        busy.send(b"Q\0\0\0\x17select pg_sleep(60)\0")
        idle.simple_query("begin")
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=STOP_SECONDS_MAX) == 0
        assert idle.read_until("E")[-1][1].startswith(b"SFATAL\0VFATAL\0C57P01\0")
    assert not list(tmp_path.glob(".s.PGSQL.*"))


def test_a_hangup_stops_the_server_but_not_under_nohup(tmp_path: Path) -> None:
    # A server inherits what its parent does about the signal; the tests may run under nohup themselves.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        server = Server(tmp_path / "data").start()
        assert server.process is not None
        server.process.send_signal(signal.SIGHUP)
        assert server.process.wait(timeout=STOP_SECONDS_MAX) == 0
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        server.start()
    finally:
        signal.signal(signal.SIGHUP, before)
    server.process.send_signal(signal.SIGHUP)
    with server.connect() as client:
        assert client.simple_query("select 1")[0].rows == [("1",)]
    assert server.stop() == 0


def test_a_second_server_on_the_directory(tmp_path: Path) -> None:
    with Server(tmp_path / "data"):
        code, text = serve(tmp_path / "data", "--pg-port", str(free_port()))
        assert code == 1
        assert text == (
            f"terrascale: data directory {tmp_path / 'data'} is in use by another server"
        )


def test_a_port_in_use_touches_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, text = serve(tmp_path / "data", "--pg-port", str(port))
    assert code == 1
    assert text == (
        f"terrascale: port {port} is in use: another server listens on 127.0.0.1:{port}"
        " (choose another by --pg-port)."
    )
    assert not (tmp_path / "data").exists()


def test_the_doors_need_ports_of_their_own(tmp_path: Path) -> None:
    port = str(free_port())
    code, text = serve(tmp_path / "data", "--pg-port", port, "--dynamodb-port", port)
    assert code == 1
    assert text == (
        f"terrascale: --pg-port and --dynamodb-port are both {port}: each needs a port of its own."
    )
    assert not (tmp_path / "data").exists()


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    code, text = serve(tmp_path / "file" / "data", "--pg-port", "0")
    assert code == 1
    assert text.startswith(f"terrascale: cannot use data directory {tmp_path / 'file' / 'data'}")
    assert len(text.splitlines()) == 1


def test_a_format_from_the_future(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.stop()
    (tmp_path / "data" / "format").write_text("999\n")
    code, text = serve(tmp_path / "data", "--pg-port", "0")
    assert code == 1
    assert "has format 999" in text
    assert len(text.splitlines()) == 1


def test_no_password_no_network(tmp_path: Path) -> None:
    code, text = serve(tmp_path / "data", "--host", "0.0.0.0", "--pg-port", "0")
    assert code == 1
    assert "refusing to listen on 0.0.0.0 without a password" in text
    assert not (tmp_path / "data").exists()


def test_with_a_password_it_is_asked_for(tmp_path: Path) -> None:
    environment = {"TERRASCALE_PASSWORD": "secret"}
    with Server(tmp_path / "data", "--host", "0.0.0.0", env=environment) as server:
        with server.connect(password="secret") as client:
            assert client.authentication == [10, 0]
        with pytest.raises(StartupError, match="28P01"):
            server.connect(password="wrong")
        # Off loopback an access key is needed, and nobody has one.
        assert "(no access key is listed: set dynamodb_access_keys)" in server.log_path.read_text()
        with PgClient.connect(str(tmp_path), server.port, "terrascale") as local:
            assert local.authentication == [0]


def test_unusable_tls_files(tmp_path: Path) -> None:
    cert, key = write_certificate(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = write_certificate(tmp_path / "other")
    nonsense, nowhere = tmp_path / "nonsense", tmp_path / "nowhere"
    nonsense.write_text("nonsense")
    encrypted = tmp_path / "encrypted"
    pem = serialization.load_pem_private_key(key.read_bytes(), None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    encrypted.write_bytes(pem)
    for given, what in (
        ((nowhere, key), f"cannot read {nowhere}: No such file or directory"),
        ((cert, nowhere), f"cannot read {nowhere}: No such file or directory"),
        ((nonsense, key), f"there is no certificate in PEM in {nonsense}"),
        ((cert, nonsense), f"there is no private key in PEM in {nonsense}"),
        ((cert, other), f"the private key {other} doesn't belong to the certificate {cert}"),
        (
            (cert, encrypted),
            f"the private key {encrypted} is encrypted: give it without a passphrase",
        ),
    ):
        flags = ["--tls-cert", str(given[0]), "--tls-key", str(given[1])]
        code, text = serve(tmp_path / "data", "--pg-port", "0", *flags)
        assert (code, text) == (1, f"terrascale: cannot offer TLS: {what}.")
        assert not (tmp_path / "data").exists()


def test_a_directory_of_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "data" / "scratch").mkdir(parents=True)
    (tmp_path / "data" / "scratch" / "novel.txt").write_text("It was a dark and stormy night")
    code, text = serve(tmp_path / "data", "--pg-port", "0", "--dynamodb-port", "0")
    assert code == 1
    assert text == (
        f"terrascale: {tmp_path / 'data'} is not a data directory, and not empty: it holds scratch; "
        "name another, or a new one"
    )
    assert [path.name for path in (tmp_path / "data").rglob("*")] == ["scratch", "novel.txt"]


def test_settings_show_what_the_server_was_started_with(tmp_path: Path) -> None:
    cert, key = write_certificate(tmp_path)
    flags = ["--tls-cert", str(cert), "--tls-key", str(key)]
    environment = {"TERRASCALE_MAX_CONNECTIONS": "7"}
    names = (
        "port, listen_addresses, max_connections, ssl, ssl_cert_file",
        "data_directory, unix_socket_directories",
    )
    question = "select name, setting, source from pg_settings where name in ('{}') order by name"
    with Server(tmp_path / "data", *flags, env=environment) as server, server.connect() as client:
        assert client.simple_query("show max_connections")[0].rows == [("7",)]
        everybodys, superusers = (question.format(part.replace(", ", "','")) for part in names)
        assert client.simple_query(everybodys)[0].rows == [
            ("listen_addresses", "127.0.0.1", "configuration file"),
            ("max_connections", "7", "configuration file"),
            ("port", str(server.port), "configuration file"),
            ("ssl", "on", "configuration file"),
            ("ssl_cert_file", str(cert), "configuration file"),
        ]
        assert client.simple_query(superusers)[0].rows == [
            ("data_directory", str(tmp_path / "data"), "configuration file"),
            ("unix_socket_directories", str(tmp_path), "configuration file"),
        ]
        client.simple_query("create role somebody login")
        with PgClient.connect("127.0.0.1", server.port, "somebody", "terrascale") as other:
            assert other.simple_query(everybodys)[0].rows is not None
            assert other.simple_query("show data_directory")[0].rows == [("",)]


def test_a_folder_whose_name_is_too_long_for_a_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    with Server(tmp_path / "data", "--socket-dir", str(folder)) as server:
        log = server.log_path.read_text()
    assert f"no Unix socket in {folder}: AF_UNIX path too long" in log


def test_an_address_that_is_not_ours(tmp_path: Path) -> None:
    code, text = serve(
        tmp_path / "data", "--host", "192.0.2.1", "--pg-port", "5", TERRASCALE_PASSWORD="x"
    )
    assert code == 1
    assert text == ("terrascale: cannot listen on 192.0.2.1:5: Cannot assign requested address.")


def test_healthcheck(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        assert terrascale("healthcheck", "--pg-port", str(server.port)).returncode == 0
        # What the other door's port is is no matter.
        environment = {"TERRASCALE_DYNAMODB_PORT": str(server.port)}
        checked = terrascale("healthcheck", "--pg-port", str(server.port), **environment)
        assert checked.returncode == 0
    assert terrascale("healthcheck", "--pg-port", str(server.port)).returncode == 1


def test_version() -> None:
    assert terrascale("--version").stdout == terrascale("version").stdout
    assert terrascale("version").stdout.startswith("terrascale 0.")

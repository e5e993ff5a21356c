"""The `terrascale` command. Heavy modules are imported by the commands that need them."""

import socket
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from terrascale import __version__
from terrascale.config import ConfigurationError, Settings, load

app = typer.Typer(
    help="TerraScale: a durable, partitioned database that speaks PostgreSQL's protocol.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="TOML file with settings.")
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", metavar="DIR", help="Where the data is kept. [default: ./terrascale-data]"
    ),
]
Host = Annotated[str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]")]
PgPort = Annotated[
    int | None, typer.Option(help="Port of the PostgreSQL protocol. [default: 5432]")
]


def fail(sentence: str, code: int = 1) -> NoReturn:
    """Says what is wrong and ends."""
    typer.echo(f"terrascale: {sentence}", err=True)
    raise typer.Exit(code)


def _settings(flags: dict[str, Any], config: Path | None) -> Settings:
    try:
        return load(flags, config)
    except ConfigurationError as error:
        fail(str(error))


@app.command()
def serve(  # noqa: PLR0913, PLR0917 - one parameter a flag
    data_dir: DataDir = None,
    host: Host = None,
    pg_port: PgPort = None,
    socket_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Directory of the Unix socket. [default: /tmp, and /var/run/postgresql where writable]",
        ),
    ] = None,
    dynamodb_port: Annotated[
        int | None,
        typer.Option(help="Port of the DynamoDB API, which comes later. [default: 8000]"),
    ] = None,
    http_port: Annotated[
        int | None,
        typer.Option(help="Port of the REST API and console, which come later. [default: 8080]"),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificate chain in PEM.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Private key in PEM.")
    ] = None,
    config: Config = None,
) -> None:
    """Starts the server in the foreground; SIGTERM or Ctrl-C stops it.

    Every flag has an environment variable (TERRASCALE_DATA_DIR, TERRASCALE_PG_PORT, …) and a key in the
    --config file; flags win over the environment, the environment over the file. The password is
    TERRASCALE_PASSWORD, or `password` in the file.
    """
    flags = {
        "data_dir": data_dir,
        "host": host,
        "pg_port": pg_port,
        "socket_dir": socket_dir,
        "dynamodb_port": dynamodb_port,
        "http_port": http_port,
        "tls_cert": tls_cert,
        "tls_key": tls_key,
    }
    settings = _settings(flags, config)
    from terrascale.server import StartError, run  # noqa: PLC0415 - loads the engine

    try:
        run(settings)
    except StartError as error:
        fail(str(error))


@app.command()
def healthcheck(host: Host = None, pg_port: PgPort = None, config: Config = None) -> None:
    """Exits with 0 when a server answers on the PostgreSQL port, with 1 otherwise."""
    settings = _settings({"host": host, "pg_port": pg_port, "password": "unused"}, config)
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    try:
        with socket.create_connection((address, settings.pg_port), timeout=2) as connection:
            connection.settimeout(2)
            connection.sendall(bytes.fromhex("0000000804d2162f"))  # SSLRequest: S or N is an answer
            answer = connection.recv(1)
    except OSError as error:
        fail(f"no answer from {address}:{settings.pg_port}: {error.strerror or error}.")
    if answer not in {b"S", b"N"}:
        fail(f"what answers on {address}:{settings.pg_port} doesn't speak PostgreSQL's protocol.")


@app.command()
def check(
    data_dir: DataDir = None,
    config: Config = None,
    salvage: Annotated[  # noqa: FBT002 - typer makes it a flag
        bool, typer.Option("--salvage", help="Open in spite of damage, and list what is dropped.")
    ] = False,
) -> None:
    """Verifies the files of a data directory whose server is stopped; exits with 1 if any is damaged."""
    settings = _settings({"data_dir": data_dir, "password": "unused"}, config)
    from storage.check import check as check_directory  # noqa: PLC0415 - loads the engine

    report = check_directory(settings.data_dir, salvage=salvage)
    for line in report.lines:
        typer.echo(line)
    raise typer.Exit(0 if report.is_sound else 1)


@app.command()
def version() -> None:
    """Prints the version."""
    typer.echo(f"terrascale {__version__}")


def main() -> None:
    """Runs the command line."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)

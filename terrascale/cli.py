"""The `terrascale` command. Heavy modules are imported by the commands that need them.

argparse, not a richer library: those cost 50 ms of every start (docs/decisions/0011-argparse.md).
"""

import argparse
import gc
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from terrascale import __version__
from terrascale.config import ConfigurationError, Settings, load

_SERVE_EPILOG: Final = """\
Every flag has an environment variable (TERRASCALE_DATA_DIR, TERRASCALE_PG_PORT, ...) and a key in the
--config file; flags win over the environment, the environment over the file. The password is
TERRASCALE_PASSWORD, or `password` in the file.
"""


def fail(sentence: str) -> NoReturn:
    """Says what is wrong and ends with exit code 1."""
    sys.stderr.write(f"terrascale: {sentence}\n")
    raise SystemExit(1)


def _settings(flags: dict[str, Any], config: Path | None) -> Settings:
    try:
        return load(flags, config)
    except ConfigurationError as error:
        fail(str(error))


def _serve(options: argparse.Namespace) -> int:
    flags = {name: value for name, value in vars(options).items() if name not in {"config", "run"}}
    settings = _settings(flags, options.config)
    # Loading makes half a million objects that stay: the server collects once it is up.
    gc.disable()
    from terrascale.server import StartError, run  # noqa: PLC0415 - loads the engine

    try:
        run(settings)
    except StartError as error:
        fail(str(error))
    return 0


def _healthcheck(options: argparse.Namespace) -> int:
    flags = {"host": options.host, "pg_port": options.pg_port, "password": "unused"}
    settings = _settings(flags, options.config)
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
    return 0


def _check(options: argparse.Namespace) -> int:
    settings = _settings({"data_dir": options.data_dir, "password": "unused"}, options.config)
    from storage.check import check as check_directory  # noqa: PLC0415 - loads the engine

    report = check_directory(settings.data_dir, salvage=options.salvage)
    for line in report.lines:
        sys.stdout.write(f"{line}\n")
    if options.columns and report.is_sound:
        import subprocess  # noqa: PLC0415 - costs every start

        # The server's own code loads neither Arrow nor DuckDB; what compares has its own process.
        sys.stdout.flush()
        program = [sys.executable, "-m", "storage.columns.compare", str(settings.data_dir)]
        return subprocess.run(program, check=False).returncode  # noqa: S603 - a module of ours
    return 0 if report.is_sound else 1


def _version(_options: argparse.Namespace) -> int:
    sys.stdout.write(f"terrascale {__version__}\n")
    return 0


_Flag = tuple[str, dict[str, Any]]

_CONFIG: Final[_Flag] = (
    "--config",
    {"type": Path, "metavar": "FILE", "help": "TOML file with settings"},
)
_DATA_DIR: Final[_Flag] = (
    "--data-dir",
    {"metavar": "DIR", "help": "where the data is kept (default: ./terrascale-data)"},
)
_HOST: Final[_Flag] = ("--host", {"help": "address to listen on (default: 127.0.0.1)"})
_PG_PORT: Final[_Flag] = (
    "--pg-port",
    {"metavar": "PORT", "help": "port of the PostgreSQL protocol (default: 5432)"},
)
_SERVE_FLAGS: Final[tuple[_Flag, ...]] = (
    _DATA_DIR,
    _HOST,
    _PG_PORT,
    (
        "--socket-dir",
        {
            "metavar": "DIR",
            "help": "directory of the Unix socket (default: /tmp, and /var/run/postgresql where writable)",
        },
    ),
    (
        "--dynamodb-port",
        {"metavar": "PORT", "help": "port of the DynamoDB API (default: 8000)"},
    ),
    (
        "--dynamodb-region",
        {"metavar": "REGION", "help": "AWS region in ARNs and signatures (default: us-east-1)"},
    ),
    (
        "--dynamodb-account-id",
        {"metavar": "ID", "help": "AWS account in ARNs (default: 000000000000)"},
    ),
    (
        "--dynamodb-dev-mode",
        {
            "metavar": "on|off",
            "help": "whether the DynamoDB API accepts any access key (default: on loopback only)",
        },
    ),
    (
        "--http-port",
        {
            "metavar": "PORT",
            "help": "port of the REST API and console, which come later (default: 8080)",
        },
    ),
    (
        "--tls-cert",
        {"metavar": "FILE", "help": "certificate chain in PEM; offers TLS"},
    ),
    ("--tls-key", {"metavar": "FILE", "help": "private key in PEM"}),
    _CONFIG,
)
_SALVAGE: Final[_Flag] = (
    "--salvage",
    {"action": "store_true", "help": "open in spite of damage, and list what is dropped"},
)
_COLUMNS: Final[_Flag] = (
    "--columns",
    {"action": "store_true", "help": "also compare tables that are kept as columns, item by item"},
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="terrascale",
        description="TerraScale: a durable, partitioned database that speaks PostgreSQL's protocol.",
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"terrascale {__version__}",
        help="print the version and exit",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(
        name: str,
        run: Callable[[argparse.Namespace], int],
        flags: Sequence[_Flag],
        text: str,
        epilog: str = "",
    ) -> None:
        sub = commands.add_parser(
            name,
            help=text,
            description=text[0].upper() + text[1:] + ".",
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for flag, options in flags:
            sub.add_argument(flag, **options)
        sub.set_defaults(run=run)

    command(
        "serve",
        _serve,
        _SERVE_FLAGS,
        "start the server in the foreground; SIGTERM or Ctrl-C stops it",
        _SERVE_EPILOG,
    )
    command(
        "healthcheck",
        _healthcheck,
        (_HOST, _PG_PORT, _CONFIG),
        "exit with 0 if a server answers on the PostgreSQL port",
    )
    command(
        "check",
        _check,
        (_DATA_DIR, _CONFIG, _SALVAGE, _COLUMNS),
        "verify the files of a data directory whose server is stopped; exit with 1 if any is damaged",
    )
    command("version", _version, (), "print the version")
    return parser


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command line and exits."""
    if arguments is None and len(sys.argv) == 1:
        _parser().print_help()
        raise SystemExit(0)
    options = _parser().parse_args(arguments)
    try:
        code = options.run(options)
    except KeyboardInterrupt:
        code = 130
    raise SystemExit(code)

"""Settings: defaults, overlaid by a TOML file, by TERRASCALE_* in the environment, by flags.

The one reader of the environment. A setting's name is its flag's name with underscores: `--pg-port`,
`TERRASCALE_PG_PORT`, `pg_port = 5432` (or `pg-port`) in the file. Whatever is wrong is said in one
sentence that names the setting and where it came from.
"""

import dataclasses
import ipaddress
import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

PREFIX: Final = "TERRASCALE_"
PORT_MAX: Final = 65535
#: What PostgreSQL's `max_connections` may be at most.
CONNECTIONS_MAX: Final = 262_143
INT32_MAX: Final = (1 << 31) - 1
#: In every container Kubernetes describes a service called `terrascale` or `terrascale-…` by variables of these names …
_OF_A_SERVICE: Final = re.compile(
    r"(?:\w+_)?(?:service_host|service_port(?:_\w+)?|port_\d+_(?:tcp|udp|sctp)(?:_(?:proto|port|addr))?)"
)
#: … and by one that may have a setting's own name, such as TERRASCALE_PG_PORT, with this in place of a number.
_URL_OF_A_SERVICE: Final = re.compile(r"(?:tcp|udp|sctp)://.*")


class ConfigurationError(Exception):
    """A setting that can't be; the text is one sentence for the person who set it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an administrator may set.

    Attributes:
        data_dir: Where the data is kept.
        host: Address of the TCP listeners; off loopback a password must be set.
        pg_port: Port of the PostgreSQL protocol; 0 lets the system choose.
        socket_dir: Directory of the Unix socket; None: /tmp and, where writable, /var/run/postgresql.
        dynamodb_port: Port of the DynamoDB API; 0 lets the system choose.
        dynamodb_region: The AWS region in ARNs and signatures.
        dynamodb_account_id: The AWS account in ARNs.
        dynamodb_dev_mode: Whether any access key may come; None: on loopback only.
        dynamodb_access_keys: (id, secret, role) of each key.
        http_port: Port of the REST API and the console (likewise).
        password: The password of user terrascale; None: none is asked, on loopback only.
        tls_cert: Certificate chain in PEM; with `tls_key`, TLS is offered.
        max_connections: More than that get 53300.
        statement_timeout: Milliseconds; the default of PostgreSQL's setting. 0: none.
        free_space_floor_mb: Below that much free disk, inserts and updates get 53100. 0: no floor.
        log_level: debug, info, warning or error.
    """

    data_dir: Path = Path("terrascale-data")
    host: str = "127.0.0.1"
    pg_port: int = 5432
    socket_dir: Path | None = None
    dynamodb_port: int = 8000
    dynamodb_region: str = "us-east-1"
    dynamodb_account_id: str = "000000000000"
    dynamodb_dev_mode: bool | None = None
    dynamodb_access_keys: tuple[tuple[str, str, str], ...] = ()
    http_port: int = 8080
    password: str | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    max_connections: int = 500
    statement_timeout: int = 0
    free_space_floor_mb: int = 192
    log_level: str = "info"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the listeners."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def accepts_any_access_key(self) -> bool:
        """Whether the DynamoDB API is in development mode."""
        return self.is_loopback if self.dynamodb_dev_mode is None else self.dynamodb_dev_mode

    def socket_dirs(self) -> tuple[Path, ...]:
        """Returns the directories that get a Unix socket."""
        if self.socket_dir is not None:
            # libpq takes a name that doesn't begin with a slash for a host's.
            return (self.socket_dir.absolute(),)
        usual = Path("/var/run/postgresql")
        found = (usual,) if usual.is_dir() and os.access(usual, os.W_OK) else ()
        return (Path("/tmp"), *found)  # noqa: S108 - where PostgreSQL's clients look


def load(flags: Mapping[str, Any], config: Path | None = None) -> Settings:
    """Returns the settings; a flag that is None was not given. Raises ConfigurationError."""
    environment = _environment()
    file = config or _path(environment.pop("config", None))
    environment.pop("config", None)
    values: dict[str, Any] = {}
    for origin, found in (
        (f"file {file}", _read_file(file) if file else {}),
        ("environment", environment),
        ("command line", {name: value for name, value in flags.items() if value is not None}),
    ):
        for name, value in found.items():
            values[name] = _converted(name, value, origin)
    settings = Settings(**values)
    _validate(settings)
    return settings


def _environment() -> dict[str, str]:
    """Returns the settings in the environment; what describes a service of our name is none."""
    found = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in os.environ.items()  # noqa: TID251 - this module is the one reader
        if name.startswith(PREFIX) and value != ""
    }
    return {
        name: value
        for name, value in found.items()
        if not _OF_A_SERVICE.fullmatch(name)
        and not (name.endswith("port") and _URL_OF_A_SERVICE.fullmatch(value))
    }


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None


def _read_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return _flat(tomllib.load(file))
    except OSError as error:
        raise ConfigurationError(
            f"cannot read the configuration file {path}: {error.strerror}."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the configuration file {path} is not valid TOML: {error}."
        ) from error


def _flat(table: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a file's settings by name; `[dynamodb]` may hold those that begin with it."""
    values = {name.replace("-", "_"): value for name, value in table.items()}
    group = values.pop("dynamodb", None)
    if isinstance(group, dict):
        values.update({f"dynamodb_{name.replace('-', '_')}": v for name, v in group.items()})
    elif group is not None:
        values["dynamodb"] = group
    return values


def _converted(name: str, value: Any, origin: str) -> Any:
    converter = _CONVERTERS.get(name)
    if converter is None:
        known = ", ".join(sorted(_CONVERTERS))
        raise ConfigurationError(f"unknown setting {name!r} in the {origin}; known are: {known}.")
    try:
        return converter(value)
    except (TypeError, ValueError, KeyError, AttributeError):
        is_secret = name in {"password", "dynamodb_access_keys"}
        shown = "the value given" if is_secret else repr(value)
        raise ConfigurationError(f"setting {name!r} in the {origin} can't be {shown}.") from None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(value)
    return value


def _file(value: Any) -> Path:
    # An empty name would be the working directory.
    return value if isinstance(value, Path) else Path(_text(value))


def _integer(least: int, most: int) -> Callable[[Any], int]:
    def converted(value: Any) -> int:
        # TOML has switches and fractions, too, and int() takes both.
        if isinstance(value, bool | float):
            raise TypeError(value)
        number = int(value)
        if not least <= number <= most:
            raise ValueError(number)
        return number

    return converted


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    found = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}
    try:
        return found[str(value).lower()]
    except KeyError:
        raise ValueError(value) from None


def _account_id(value: Any) -> str:
    text = str(value)
    if len(text) != 12 or not text.isdecimal():
        raise ValueError(text)
    return text


def _access_keys(value: Any) -> tuple[tuple[str, str, str], ...]:
    """Reads {"id": {"secret": …, "role": …}}, a table of TOML or an object of JSON."""
    if isinstance(value, str):
        value = json.loads(value)
    for given in value.values():
        if not given.keys() <= {"secret", "role"}:
            raise ValueError(given.keys())
    return tuple(
        (key_id, _text(given["secret"]), _text(given.get("role", "terrascale")))
        for key_id, given in value.items()
    )


def _level(value: Any) -> str:
    level = str(value).lower()
    if level not in {"debug", "info", "warning", "error"}:
        raise ValueError(level)
    return level


_port: Final = _integer(0, PORT_MAX)
_CONVERTERS: Final[dict[str, Callable[[Any], Any]]] = {
    "data_dir": _file,
    "host": _text,
    "pg_port": _port,
    "socket_dir": _file,
    "dynamodb_port": _port,
    "dynamodb_region": _text,
    "dynamodb_account_id": _account_id,
    "dynamodb_dev_mode": _switch,
    "dynamodb_access_keys": _access_keys,
    "http_port": _port,
    "password": _text,
    "tls_cert": _file,
    "tls_key": _file,
    "max_connections": _integer(1, CONNECTIONS_MAX),
    "statement_timeout": _integer(0, INT32_MAX),
    "free_space_floor_mb": _integer(0, INT32_MAX),
    "log_level": _level,
}


def _validate(settings: Settings) -> None:
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise ConfigurationError("--tls-cert and --tls-key belong together: give both or neither.")
    if not settings.is_loopback and settings.password is None:
        raise ConfigurationError(
            f"refusing to listen on {settings.host} without a password: set {PREFIX}PASSWORD, or `password` in the "
            "configuration file, or listen on 127.0.0.1."
        )

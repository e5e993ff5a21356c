"""Startup packets: what a client says before there is a session.

They have a length but no type byte; a code in the place of the protocol version tells requests
(encryption, cancelling) from the real startup. A startup may carry command-line options, which are
settings in another dress.
"""

from dataclasses import field
from typing import Final

from storage.errors import FatalError
from storage.records import dataclass
from wire.pg.codec import INT32

_CANCEL_CODE: Final = 80877102
_SSL_CODE: Final = 80877103
_GSS_CODE: Final = 80877104
_NAME_BYTES_MAX: Final = 63
_REPLICATION_OFF: Final = frozenset({"false", "off", "no", "n", "f", "0", "of"})
_REPLICATION_ON: Final = frozenset({"true", "on", "yes", "y", "t", "1", "database"})


@dataclass(frozen=True, slots=True)
class DirectTls:
    """The first byte is TLS's, without an SSLRequest before it."""


@dataclass(frozen=True, slots=True)
class SslRequest:
    """May we speak TLS? Answered by one byte, S or N."""


@dataclass(frozen=True, slots=True)
class GssRequest:
    """May we speak GSSAPI? Answered by N."""


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Cancel what another connection runs. Never answered."""

    process_id: int
    secret_key: bytes


@dataclass(frozen=True, slots=True)
class StartupMessage:
    """The startup proper.

    Attributes:
        minor_version: Of protocol 3; anything above 0 is answered by NegotiateProtocolVersion.
        settings: Other parameters and those of `options`, in their order.
        unknown_options: Protocol options (`_pq_.`), of which none means anything yet.
    """

    minor_version: int
    user: str
    database: str
    settings: dict[str, str] = field(default_factory=dict)
    unknown_options: tuple[str, ...] = ()


StartupPacket = SslRequest | GssRequest | CancelRequest | StartupMessage


class UnsupportedProtocolError(FatalError):
    """The client's protocol isn't 3.x; one before 3 reads errors in an older layout."""

    def __init__(self, major: int, minor: int) -> None:
        super().__init__(
            "0A000",
            f"unsupported frontend protocol {major}.{minor}: server supports 3.0 to 3.0",
        )
        self.speaks_version_3 = major >= 3


def decode_startup(body: bytes, *, ssl_allowed: bool, gss_allowed: bool) -> StartupPacket:
    """Returns what a packet's body (behind its length) asks. Raises FatalError."""
    (code,) = INT32.unpack_from(body)
    if code == _CANCEL_CODE:
        return CancelRequest(INT32.unpack_from(body, 4)[0], body[8:])
    if code == _SSL_CODE and ssl_allowed:
        return SslRequest()
    if code == _GSS_CODE and gss_allowed:
        return GssRequest()
    major, minor = (code >> 16) & 0xFFFF, code & 0xFFFF
    if major != 3:
        raise UnsupportedProtocolError(major, minor)
    return _startup(_parameters(body), minor)


def _parameters(body: bytes) -> list[tuple[str, str]]:
    """Returns the name/value pairs between the version and the closing NUL."""
    parameters = []
    offset = 4
    while (name_end := body.find(0, offset)) > offset:
        value_end = body.find(0, name_end + 1)
        if value_end < 0:
            break
        name, value = body[offset:name_end], body[name_end + 1 : value_end]
        parameters.append((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")))
        offset = value_end + 1
    if offset != len(body) - 1 or body[offset]:
        raise FatalError("08P01", "invalid startup packet layout: expected terminator as last byte")
    return parameters


def _startup(parameters: list[tuple[str, str]], minor: int) -> StartupMessage:
    user = database = ""
    settings: dict[str, str] = {}
    unknown_options = []
    for name, value in parameters:
        if name == "user":
            user = _truncated(value)
        elif name == "database":
            database = _truncated(value)
        elif name == "options":
            settings.update(parse_options(value))
        elif name == "replication":
            _refuse_replication(value)
        elif name.startswith("_pq_."):
            unknown_options.append(name)
        else:
            settings[name] = value
    if not user:
        raise FatalError("28000", "no PostgreSQL user name specified in startup packet")
    return StartupMessage(minor, user, database or user, settings, tuple(unknown_options))


def _truncated(name: str) -> str:
    return name.encode()[:_NAME_BYTES_MAX].decode("utf-8", "ignore")


def _refuse_replication(value: str) -> None:
    if value.lower() in _REPLICATION_OFF:
        return
    if value.lower() in _REPLICATION_ON:
        raise FatalError("0A000", "replication connections are not supported")
    raise FatalError(
        "22023",
        f'invalid value for parameter "replication": "{value}"',
        hint='Valid values are: "false", 0, "true", 1, "database".',
    )


def parse_options(text: str) -> dict[str, str]:
    """Returns the settings in a command line: `-c name=value`, `--name=value`. Raises 42601."""
    settings = {}
    words = iter(_split_options(text))
    for word in words:
        if word.startswith("--") and len(word) > 2:
            flag, assignment = "--", word[2:]
        elif word.startswith("-c"):
            flag, assignment = "-c ", word[2:] or next(words, "")
        else:
            raise FatalError(
                "42601",
                f"invalid command-line argument for server process: {word}",
                hint='Try "postgres --help" for more information.',
            )
        name, equals, value = assignment.partition("=")
        if not equals:
            raise FatalError("42601", f"{flag}{assignment} requires a value")
        settings[name.replace("-", "_")] = value
    return settings


def _split_options(text: str) -> list[str]:
    """Returns the words; a backslash keeps the next character from ending one."""
    words: list[str] = []
    current: list[str] | None = None
    characters = iter(text)
    for character in characters:
        if character.isspace():
            if current is not None:
                words.append("".join(current))
            current = None
            continue
        current = [] if current is None else current
        current.append(next(characters, "") if character == "\\" else character)
    if current is not None:
        words.append("".join(current))
    return words

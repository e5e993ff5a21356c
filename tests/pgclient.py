"""A raw PostgreSQL client in plain Python: shows what really comes over the wire.

Drivers hide types, tags, notices and message order; this one keeps them. It depends on nothing,
blocks, and speaks to real PostgreSQL and to TerraScale alike:

    with PgClient.connect(port=5432, user="postgres") as client:
        for result in client.simple_query("select 1; select 'x' || $$y$$"):
            print(result.fields, result.rows, result.tag, result.error)
        client.extended_query("select $1::int4 + 1", ["41"])

Below `simple_query` and `extended_query` lie `send` and `read_message`, for conversations message
by message.
"""

import base64
import contextlib
import hashlib
import hmac
import os
import socket
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

ERROR_FIELDS = {
    "S": "severity_localized",
    "V": "severity",
    "C": "sqlstate",
    "M": "message",
    "D": "detail",
    "H": "hint",
    "P": "position",
    "p": "internal_position",
    "q": "internal_query",
    "W": "context",
    "s": "schema",
    "t": "table",
    "c": "column",
    "d": "datatype",
    "n": "constraint",
    "F": "file",
    "L": "line",
    "R": "routine",
}

Parameter = str | bytes | None
Value = str | bytes | None


class StartupError(Exception):
    """The server answered the startup with an error; `fields` are its fields."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(f"{fields.get('sqlstate')}: {fields.get('message')}")
        self.fields = fields


@dataclass(frozen=True)
class FieldInfo:
    """One column of a RowDescription."""

    name: str
    type: int
    typmod: int
    table: int = 0
    column: int = 0
    length: int = 0
    format: int = 0


@dataclass
class StatementResult:
    """What one statement answered: complete (tag), suspended, or failed (error)."""

    fields: tuple[FieldInfo, ...] | None = None
    rows: list[tuple[Value, ...]] = field(default_factory=list)
    tag: str | None = None
    error: dict[str, str] | None = None
    notices: list[dict[str, str]] = field(default_factory=list)
    parameter_types: tuple[int, ...] | None = None
    suspended: bool = False
    copy_data: bytes | None = None
    copy_formats: tuple[int, ...] | None = None


def message(kind: bytes, payload: bytes = b"") -> bytes:
    """Returns a frontend message with type byte and length (a startup packet has no type)."""
    return kind + struct.pack("!i", len(payload) + 4) + payload


def cstring(text: str | bytes, encoding: str = "utf-8") -> bytes:
    return (text.encode(encoding) if isinstance(text, str) else text) + b"\0"


def startup_packet(parameters: dict[str, str], version: int = 196608) -> bytes:
    body = b"".join(cstring(name) + cstring(value) for name, value in parameters.items())
    return message(b"", struct.pack("!i", version) + body + b"\0")


def query(sql: str | bytes) -> bytes:
    return message(b"Q", cstring(sql))


def parse(name: str, sql: str | bytes, types: Sequence[int] = ()) -> bytes:
    body = cstring(name) + cstring(sql) + struct.pack(f"!H{len(types)}I", len(types), *types)
    return message(b"P", body)


def bind(
    portal: str,
    statement: str,
    parameters: Sequence[Parameter] = (),
    result_formats: Sequence[int] = (),
) -> bytes:
    """Returns Bind: str parameters go as text, bytes as binary."""
    formats = [int(isinstance(value, bytes)) for value in parameters]
    body = [cstring(portal), cstring(statement)]
    body.append(struct.pack(f"!H{len(formats)}h", len(formats), *formats))
    body.append(struct.pack("!H", len(parameters)))
    for value in parameters:
        raw = value.encode() if isinstance(value, str) else value
        body.append(b"\xff\xff\xff\xff" if raw is None else struct.pack("!i", len(raw)) + raw)
    body.append(struct.pack(f"!H{len(result_formats)}h", len(result_formats), *result_formats))
    return message(b"B", b"".join(body))


def describe(kind: str, name: str) -> bytes:
    return message(b"D", kind.encode() + cstring(name))


def close(kind: str, name: str) -> bytes:
    return message(b"C", kind.encode() + cstring(name))


def execute(portal: str, row_limit: int = 0) -> bytes:
    return message(b"E", cstring(portal) + struct.pack("!i", row_limit))


SYNC = message(b"S")
FLUSH = message(b"H")
TERMINATE = message(b"X")


def error_fields(payload: bytes) -> dict[str, str]:
    """Returns the fields of an ErrorResponse or NoticeResponse by name."""
    fields = {}
    for part in payload.split(b"\0"):
        if part:
            code = chr(part[0])
            fields[ERROR_FIELDS.get(code, code)] = part[1:].decode("utf-8", "replace")
    return fields


def row_description(payload: bytes) -> tuple[FieldInfo, ...]:
    (count,) = struct.unpack_from("!H", payload)
    offset = 2
    fields = []
    for _ in range(count):
        end = payload.index(b"\0", offset)
        name = payload[offset:end].decode("utf-8", "replace")
        table, column, oid, length, typmod, form = struct.unpack_from("!IhIhih", payload, end + 1)
        fields.append(FieldInfo(name, oid, typmod, table, column, length, form))
        offset = end + 19
    return tuple(fields)


def data_row(payload: bytes, formats: Sequence[int] = ()) -> tuple[Value, ...]:
    """Returns the values: str where the format is text, bytes where it is binary."""
    (count,) = struct.unpack_from("!H", payload)
    offset = 2
    values: list[Value] = []
    for position in range(count):
        (length,) = struct.unpack_from("!i", payload, offset)
        offset += 4
        if length < 0:
            values.append(None)
            continue
        raw = payload[offset : offset + length]
        offset += length
        binary = position < len(formats) and formats[position] == 1
        values.append(raw if binary else raw.decode("utf-8", "surrogateescape"))
    return tuple(values)


class PgClient:
    """One connection."""

    def __init__(self, sock: socket.socket, address: Any, *, timeout: float = 30.0) -> None:
        self.sock = sock
        self.address = address
        self.sock.settimeout(timeout)
        self.buffer = bytearray()
        self.parameters: dict[str, str] = {}
        self.process_id = 0
        self.secret_key = b""
        self.status = ""
        self.notices: list[dict[str, str]] = []
        self.notifications: list[tuple[str, str, int]] = []
        self.authentication: list[int] = []

    @classmethod
    def connect(
        cls,
        host: str = "127.0.0.1",
        port: int = 5432,
        user: str = "postgres",
        database: str | None = None,
        password: str | None = None,
        **settings: str,
    ) -> "PgClient":
        """Opens a connection and logs in.

        `settings` are startup parameters; a host that begins with a slash is a socket folder.
        """
        client = cls.open(host, port)
        try:
            client.startup(user, database, password, **settings)
        except BaseException:
            client.abort()
            raise
        return client

    @classmethod
    def open(cls, host: str = "127.0.0.1", port: int = 5432) -> "PgClient":
        """Opens the byte stream only."""
        if host.startswith("/"):
            address: Any = f"{host}/.s.PGSQL.{port}"
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        else:
            address = (host, port)
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.connect(address)
            if sock.family == socket.AF_INET:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            sock.close()
            raise
        return cls(sock, address)

    def __enter__(self) -> "PgClient":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def startup(
        self, user: str, database: str | None = None, password: str | None = None, **settings: str
    ) -> None:
        """Sends the startup packet, answers the authentication and reads to ReadyForQuery."""
        parameters = {"user": user, **({"database": database} if database else {}), **settings}
        self.send(startup_packet(parameters))
        while True:
            kind, payload = self.read_message()
            if kind == "R":
                self._authenticate(payload, user, password)
            elif kind == "K":
                (self.process_id,) = struct.unpack_from("!i", payload)
                self.secret_key = payload[4:]
            elif kind == "N":
                self.notices.append(error_fields(payload))
            elif kind == "E":
                raise StartupError(error_fields(payload))
            elif kind == "Z":
                return

    def _authenticate(self, payload: bytes, user: str, password: str | None) -> None:
        (code,) = struct.unpack_from("!i", payload)
        self.authentication.append(code)
        if code == 3:
            self.send(message(b"p", cstring(password or "")))
        elif code == 5:
            inner = hashlib.md5(f"{password}{user}".encode()).hexdigest()
            outer = hashlib.md5(inner.encode() + payload[4:8]).hexdigest()
            self.send(message(b"p", cstring("md5" + outer)))
        elif code == 10:
            self._scram(password or "")

    def _scram(self, password: str) -> None:
        nonce = base64.b64encode(os.urandom(18)).decode()
        first_bare = f"n=,r={nonce}"
        first = f"n,,{first_bare}".encode()
        self.send(message(b"p", cstring("SCRAM-SHA-256") + struct.pack("!i", len(first)) + first))
        kind, payload = self.read_message()
        if kind == "E":
            raise StartupError(error_fields(payload))
        server_first = payload[4:].decode()
        fields = dict(part.split("=", 1) for part in server_first.split(","))
        salt, rounds = base64.b64decode(fields["s"]), int(fields["i"])
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        without_proof = f"c=biws,r={fields['r']}"
        signed = f"{first_bare},{server_first},{without_proof}".encode()
        signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        self.send(message(b"p", f"{without_proof},p={base64.b64encode(proof).decode()}".encode()))
        kind, payload = self.read_message()
        if kind == "E":
            raise StartupError(error_fields(payload))
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        expected = base64.b64encode(hmac.digest(server_key, signed, "sha256")).decode()
        if payload[4:].decode() != f"v={expected}":
            raise AssertionError("the server doesn't know the password's verifier")

    # ---- messages --------------------------------------------------------------------------------

    def send(self, *messages: bytes) -> None:
        self.sock.sendall(b"".join(messages))

    def read_message(self) -> tuple[str, bytes]:
        """Returns the next message's type and payload; keeps status, parameters, notifications.

        Raises EOFError when the server has closed the connection.
        """
        header = self._read_exactly(5)
        (length,) = struct.unpack_from("!i", header, 1)
        kind, payload = chr(header[0]), self._read_exactly(length - 4)
        if kind == "Z":
            self.status = payload.decode()
        elif kind == "S":
            name, value, _ = payload.split(b"\0")
            self.parameters[name.decode()] = value.decode()
        elif kind == "A":
            channel, text, _ = payload[4:].split(b"\0")
            sender = struct.unpack_from("!i", payload)[0]
            self.notifications.append((channel.decode(), text.decode(), sender))
        return kind, payload

    def read_until(self, kinds: str) -> list[tuple[str, bytes]]:
        """Returns the messages up to and including the first of one of these types."""
        messages = []
        while True:
            messages.append(self.read_message())
            if messages[-1][0] in kinds:
                return messages

    def _read_exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            chunk = self.sock.recv(65536)
            if not chunk:
                raise EOFError("the server closed the connection")
            self.buffer += chunk
        result = bytes(self.buffer[:count])
        del self.buffer[:count]
        return result

    # ---- statements ------------------------------------------------------------------------------

    def simple_query(
        self, sql: str | bytes, copy_data: Iterable[bytes] = ()
    ) -> list[StatementResult]:
        """Runs a query string; one result per statement, the last with the error if there was one.

        `copy_data` are the payloads sent to the first COPY FROM STDIN.
        """
        self.send(query(sql))
        return self._results(copy_data)

    def extended_query(
        self,
        sql: str | bytes,
        parameters: Sequence[Parameter] = (),
        *,
        parameter_types: Sequence[int] = (),
        result_formats: Sequence[int] = (),
        row_limit: int = 0,
        copy_data: Iterable[bytes] = (),
    ) -> StatementResult:
        """Runs one statement by Parse, Describe, Bind, Describe, Execute, Sync (unnamed)."""
        if copy_data != ():
            # PostgreSQL ignores Sync while it takes COPY data, so it is sent after the copy.
            self.send(parse("", sql, parameter_types), bind("", "", parameters), execute(""), FLUSH)
            return self._results(copy_data, sync=True)[0]
        self.send(
            parse("", sql, parameter_types),
            describe("S", ""),
            bind("", "", parameters, result_formats),
            describe("P", ""),
            execute("", row_limit),
            SYNC,
        )
        results = self._results()
        return results[0] if results else StatementResult()

    def _results(
        self, copy_data: Iterable[bytes] = (), *, sync: bool = False
    ) -> list[StatementResult]:
        results: list[StatementResult] = []
        current = StatementResult()
        is_open = False
        while True:
            kind, payload = self.read_message()
            if kind == "Z":
                if is_open:
                    results.append(current)
                return results
            if kind == "G":
                current.copy_formats = _copy_formats(payload)
                self._send_copy(copy_data, sync=sync)
            elif kind == "E" and sync and current.copy_formats is None:
                self.send(SYNC)
            is_open = _take(current, kind, payload) or is_open
            if kind in "CIEs":
                results.append(current)
                current, is_open = StatementResult(), False
            elif kind == "N" and not is_open:
                self.notices.append(current.notices[-1])

    def results_until_closed(self) -> list[StatementResult]:
        """Reads results up to ReadyForQuery, or to the end if the server has hung up."""
        results: list[StatementResult] = []
        while self.buffer:
            kind, payload = self.read_message()
            if kind == "Z":
                break
            if not results or results[-1].tag is not None or results[-1].error is not None:
                results.append(StatementResult())
            _take(results[-1], kind, payload)
        return [each for each in results if each != StatementResult()]

    def _send_copy(self, copy_data: Iterable[bytes], *, sync: bool) -> None:
        for chunk in copy_data:
            self.send(message(b"d", chunk))
        self.send(message(b"c"), SYNC if sync else b"")

    def cancel(self) -> None:
        """Asks the server to cancel what this connection runs; returns when it was taken."""
        family = socket.AF_UNIX if isinstance(self.address, str) else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as sock:
            sock.settimeout(10)
            sock.connect(self.address)
            code = struct.pack("!ii", 80877102, self.process_id)
            sock.sendall(message(b"", code + self.secret_key))
            while sock.recv(64):
                pass

    def say_goodbye(self) -> None:
        """Ends the session, and returns when the server has closed it."""
        self.send(TERMINATE)
        with contextlib.suppress(EOFError, OSError):
            while True:
                self.read_message()
        self.abort()

    def close(self) -> None:
        """Says goodbye and closes."""
        with contextlib.suppress(OSError):  # the server may be faster
            self.sock.sendall(TERMINATE)
        self.abort()

    def abort(self) -> None:
        """Closes the socket without a word."""
        self.sock.close()


def _copy_formats(payload: bytes) -> tuple[int, ...]:
    (count,) = struct.unpack_from("!H", payload, 1)
    return struct.unpack_from(f"!{count}h", payload, 3)


def _take(result: StatementResult, kind: str, payload: bytes) -> bool:
    """Adds a message to the result; False for messages that belong to no statement."""
    if kind == "T":
        result.fields = row_description(payload)
    elif kind == "D":
        formats = [column.format for column in result.fields or ()]
        result.rows.append(data_row(payload, formats))
    elif kind == "C":
        result.tag = payload[:-1].decode()
    elif kind == "I":
        result.tag = ""
    elif kind == "E":
        result.error = error_fields(payload)
    elif kind == "N":
        result.notices.append(error_fields(payload))
    elif kind == "t":
        count = struct.unpack_from("!H", payload)[0]
        result.parameter_types = struct.unpack_from(f"!{count}I", payload, 2)
    elif kind == "s":
        result.suspended = True
    elif kind == "H":
        result.copy_formats = _copy_formats(payload)
        result.copy_data = b""
    elif kind == "d":
        result.copy_data = (result.copy_data or b"") + payload
    else:
        return False
    return True

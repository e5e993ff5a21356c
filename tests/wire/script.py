"""Conversations as text: what is sent, message by message, and what came back.

    # What this shows.
    > Parse ["", "select $1::int4 + 1", []]
    > Bind ["", "", ["41"], [1]]
    > Execute ["", 0]
    > Sync
    = until ReadyForQuery
    < ParseComplete
    < BindComplete
    < DataRow [{"hex": "0000002a"}]
    < CommandComplete "SELECT 1"
    < ReadyForQuery "I"

`>` sends a message, its arguments as JSON; `=` reads until so many messages of a kind (one, unless a
number follows), or until the server has hung up (`= until closed`); `<` are the messages read. A row
description's columns are name:type, with @column number, (type modifier) and /b for binary where
they apply.
"""

import json
import struct
from collections.abc import Callable, Iterator
from typing import Any

from tests import pgclient
from tests.pgclient import FieldInfo, PgClient

NAMES = {
    "1": "ParseComplete",
    "2": "BindComplete",
    "3": "CloseComplete",
    "A": "NotificationResponse",
    "C": "CommandComplete",
    "D": "DataRow",
    "E": "ErrorResponse",
    "G": "CopyInResponse",
    "H": "CopyOutResponse",
    "I": "EmptyQueryResponse",
    "N": "NoticeResponse",
    "S": "ParameterStatus",
    "T": "RowDescription",
    "Z": "ReadyForQuery",
    "c": "CopyDone",
    "d": "CopyData",
    "n": "NoData",
    "s": "PortalSuspended",
    "t": "ParameterDescription",
}
HIDDEN_FIELDS = {"severity_localized", "file", "line", "routine"}


def _parameter(value: Any) -> pgclient.Parameter:
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"])
    assert value is None or isinstance(value, str)
    return value


def _bind(
    portal: str, statement: str, values: list[Any], result_formats: list[int] | None = None
) -> bytes:
    parameters = [_parameter(value) for value in values]
    return pgclient.bind(portal, statement, parameters, result_formats or [])


def _raw(kind: str, payload: str) -> bytes:
    return pgclient.message(kind.encode(), bytes.fromhex(payload))


SENDERS: dict[str, Callable[..., bytes]] = {
    "Query": pgclient.query,
    "Parse": pgclient.parse,
    "Bind": _bind,
    "DescribeStatement": lambda name: pgclient.describe("S", name),
    "DescribePortal": lambda name: pgclient.describe("P", name),
    "CloseStatement": lambda name: pgclient.close("S", name),
    "ClosePortal": lambda name: pgclient.close("P", name),
    "Execute": pgclient.execute,
    "Sync": lambda: pgclient.SYNC,
    "Flush": lambda: pgclient.FLUSH,
    "Terminate": lambda: pgclient.TERMINATE,
    "CopyData": lambda text: pgclient.message(b"d", text.encode()),
    "CopyDone": lambda: pgclient.message(b"c"),
    "CopyFail": lambda text: pgclient.message(b"f", pgclient.cstring(text)),
    "Message": _raw,
    "Bytes": bytes.fromhex,
}


def _column(field: FieldInfo) -> str:
    text = f"{field.name}:{field.type}"
    text += f"@{field.column}" if field.column else ""
    text += f"({field.typmod})" if field.typmod != -1 else ""
    return text + ("/b" if field.format else "")


def _value(value: pgclient.Value) -> Any:
    """Shows a value; bytes, and text that can't be read, as hexadecimal."""
    if isinstance(value, str) and not value.isprintable():
        value = value.encode("utf-8", "surrogateescape")
    return {"hex": value.hex()} if isinstance(value, bytes) else value


class Reader:
    """Reads messages and shows them."""

    def __init__(self, client: PgClient) -> None:
        self._client = client
        self._formats: list[int] = []

    def until(self, name: str, count: int) -> Iterator[str]:
        """Yields the lines of the messages up to the count-th of that name."""
        while count:
            try:
                kind, payload = self._client.read_message()
            except (EOFError, ConnectionResetError):
                yield "closed"
                return
            shown = self._shown(kind, payload)
            argument = "" if shown is None else " " + json.dumps(shown, ensure_ascii=False)
            yield NAMES[kind] + argument
            count -= NAMES[kind] == name
            if kind == "Z" and name != "ReadyForQuery":
                return  # What was awaited won't come any more.

    def _shown(self, kind: str, payload: bytes) -> Any:
        match kind:
            case "C" | "Z":
                return payload.rstrip(b"\0").decode()
            case "D":
                values = pgclient.data_row(payload, self._formats)
                return [_value(value) for value in values]
            case "T":
                fields = pgclient.row_description(payload)
                self._formats = [field.format for field in fields]
                return [_column(field) for field in fields]
            case "t":
                count = struct.unpack_from("!H", payload)[0]
                return struct.unpack_from(f"!{count}I", payload, 2)
            case "E" | "N":
                fields_by_name = pgclient.error_fields(payload)
                return {k: v for k, v in fields_by_name.items() if k not in HIDDEN_FIELDS}
            case "S":
                return [part.decode() for part in payload.split(b"\0")[:2]]
            case "G" | "H":
                count = struct.unpack_from("!H", payload, 1)[0]
                return [payload[0], *struct.unpack_from(f"!{count}h", payload, 3)]
            case "d":
                return payload.decode("utf-8", "replace")
            case _:
                return None


def replay(text: str, client: PgClient) -> str:
    """Holds the conversation and returns it with the answers that came."""
    reader = Reader(client)
    lines: list[str] = []
    pending: list[bytes] = []
    for line in text.splitlines():
        if line.startswith("<"):
            continue
        lines.append(line)
        if line.startswith("> "):
            name, _, arguments = line[2:].partition(" ")
            pending.append(SENDERS[name](*json.loads(arguments or "[]")))
        elif line.startswith("= until "):
            client.send(*pending)
            pending.clear()
            name, _, count = line[8:].partition(" ")
            lines += [f"< {shown}" for shown in reader.until(name, int(count or 1))]
    return "\n".join(lines) + "\n"

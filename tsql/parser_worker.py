"""The process that parses long statements: `python -m tsql.parser_worker`, started by the server.

It reads requests from its standard input and answers on its standard output, one after another:

    request    length (4 bytes, big endian) · msgpack: the statement, its parameters' types as declared
    answer     frames of length · msgpack: first a Header, then the rows of its lists, a few
               thousand at a time; the last frame is empty

It may take its time, and it may die: of a tree that is too deep for the C stack, or of memory. The
server then answers 54001 and starts another.
"""

import contextlib
import gc
import json
import os
import resource
import struct
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO, Final

import msgspec

from storage.errors import DatabaseError
from tsql.condense import condense, count_nodes, place_by_characters
from tsql.parser import TOO_DEEP_HINT, tree_of

LENGTH: Final = struct.Struct("!I")
#: Objects in the JSON of a tree that the server will take, some ten for each operator: binding one
#: takes 20 µs, and holds the loop.
NODES_MAX: Final = 100_000
NICENESS: Final = 10
ROWS_PER_FRAME: Final = 2000
_MEMORY_BYTES_MAX: Final = 4 << 30
_RECURSION_MAX: Final = 30_000


class Request(msgspec.Struct, array_like=True):
    """A statement; `types` are the OIDs that the client gives its first parameters, 0 for none."""

    sql: str
    types: list[int] = []


class Header(msgspec.Struct, array_like=True):
    """The first frame of an answer: a tree and the lengths of its lists, or an error."""

    tree: bytes = b""
    lists: list[int] = []
    error: tuple[str, str, int | None, str | None] | None = None


class Frame(msgspec.Struct, array_like=True):
    """Some rows of one list."""

    number: int
    rows: list[object]


def parsed(sql: str, types: Sequence[int] = ()) -> tuple[Header, list[list[object]]]:
    """Returns the answer to a statement: its header, and the lists."""
    try:
        tree = _decoded(tree_of(sql))
        place_by_characters(tree, sql)
        lists = condense(tree, types)
        if count_nodes(tree) > NODES_MAX:
            return Header(error=("54001", "statement too complex", None, TOO_DEEP_HINT)), []
        return Header(msgspec.json.encode(tree), [len(rows) for rows in lists]), lists
    except DatabaseError as error:
        return Header(error=(error.sqlstate, error.message, error.position, error.hint)), []
    except (RecursionError, MemoryError):
        return Header(error=("54001", "stack depth limit exceeded", None, TOO_DEEP_HINT)), []


def _decoded(tree: str) -> Any:
    """Decodes JSON quickly, or, where it nests deeply, with a decoder that needs less stack."""
    try:
        return msgspec.json.decode(tree)
    except RecursionError:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(_RECURSION_MAX)
        try:
            return json.loads(tree)
        finally:
            sys.setrecursionlimit(limit)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers requests until there are no more."""
    encode = msgspec.msgpack.Encoder().encode
    decode = msgspec.msgpack.Decoder(Request).decode
    while len(length := requests.read(LENGTH.size)) == LENGTH.size:
        request = decode(requests.read(LENGTH.unpack(length)[0]))
        header, lists = parsed(request.sql, request.types)
        _send(answers, encode(header))
        for number, rows in enumerate(lists):
            for start in range(0, len(rows), ROWS_PER_FRAME):
                _send(answers, encode(Frame(number, rows[start : start + ROWS_PER_FRAME])))
        _send(answers, b"")
        answers.flush()


def _send(answers: BinaryIO, frame: bytes) -> None:
    answers.write(LENGTH.pack(len(frame)) + frame)


def main() -> None:
    """Serves the process that started this one."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES_MAX, _MEMORY_BYTES_MAX))
    with contextlib.suppress(OSError):
        # Whoever waits for a long statement may wait a little longer: the loop serves everybody.
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    gc.disable()  # trees have no cycles, and collections of millions of objects take seconds
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()

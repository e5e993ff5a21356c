"""What goes over the socket between the server and a query process.

    server -> process    length (4 bytes, big endian) · msgpack of a Start or a Stop
    process -> server    length · kind (1 byte) · payload:

        READY    once, when the process is ready for its first query
        ROWS     number of rows (4 bytes) · DataRow messages, ready for the client
        VALUES   msgpack of a list of values for each column of the result
        DONE     msgpack of Done: the query has come to its end
        FAILED   msgpack of Failed: the query has failed, and the process is ready for another

One query is with a process at a time; ROWS and VALUES may alternate within one result, for a batch
that has no ready form as rows is sent as values.
"""

import struct
from typing import Final

import msgspec

from storage.columns.messages import ColumnarQuery, Extent, TableVersion

LENGTH: Final = struct.Struct(">I")
HEAD: Final = struct.Struct(">Ic")
ROW_COUNT: Final = struct.Struct(">I")

READY: Final = b"+"
ROWS: Final = b"R"
VALUES: Final = b"V"
DONE: Final = b"D"
FAILED: Final = b"F"


class Start(msgspec.Struct, array_like=True, tag="start", frozen=True):
    """Asks for a query over these versions of its tables.

    Attributes:
        number: What a Stop for it names.
        formats: A format code for each column, where DataRow messages are wanted; None: values.
        time_zone: The session's.
    """

    number: int
    query: ColumnarQuery
    versions: tuple[TableVersion, ...]
    formats: tuple[int, ...] | None
    time_zone: str


class Stop(msgspec.Struct, array_like=True, tag="stop", frozen=True):
    """Asks for the end of a query, if it still runs."""

    number: int


Request = Start | Stop


#: How large numbers are: name of the table in the query, of the column or path, and that.
Extents = tuple[tuple[str, str, Extent], ...]


class Done(msgspec.Struct, array_like=True, frozen=True):
    """What a query has read.

    Attributes:
        rows_read: Rows of its tables, before any condition.
        extents: Of numbers that aren't as large as the query assumes.
        pruned_count: Segments that it hasn't read, for none of their rows is within its bounds.
    """

    rows_read: int = 0
    extents: Extents = ()
    pruned_count: int = 0


class Failed(msgspec.Struct, array_like=True, frozen=True):
    """Why a query has failed.

    Attributes:
        is_final: No other path would do better: memory, or a stop that was asked for.
        extents: The query hasn't been run, for it assumes others.
    """

    sqlstate: str
    message: str
    is_final: bool
    extents: Extents = ()

"""What a query over columns is made of: the values that cross between server and processes.

`ColumnarQuery` says in DuckDB's words what to run, `TableSpec` what its tables are made of, and
`TableVersion` where the rows of a table lie as of a commit timestamp. All are msgpack arrays: a new
field goes to the end and has a default.

A *kind* says how a column is held, in the Arrow table that the reader makes of it, and in the
result of the query:

    kind              Arrow type                     remarks
    bool              bool
    int16 int32 int64 likewise                       oid and other small types as int64
    float32 float64   likewise
    numeric           decimal64 or 128 (d, s)        s is the display scale of every value; results
                                                     are decimal128(38, s)
    numeric_scaled    likewise, and int8             display scales apart: two columns, `<name>` and
                                                     `<name>_s`; as a result one struct (value,
                                                     scale)
    date              date32
    time              time64(us)
    timestamp         timestamp(us)
    timestamptz       timestamp(us, UTC)
    interval          month_day_nano_interval        months, days and microseconds stay apart
    uuid              binary or text
    text              string, or a dictionary of it  all text types, compared by bytes
    bytea             binary
    jsonb             string                         normalised text, numbers exact
    kind[]            list of the kind               as results only

Kinds of results that are finished outside of DuckDB, for it has no exact form of them. Each is a
struct whose fields come in this order:

    quotient          dividend, its display scale, divisor, its display scale: numeric division;
                      avg of exact numbers is sum ÷ count. NULL where the dividend or the divisor is
    var_pop var_samp stddev_pop stddev_samp
                      count, sum, sum of squares, display scale of the inputs: over exact numbers

The decimals in them may be of any scale; display scales say how many digits PostgreSQL shows.
"""

from typing import Any

import msgspec


class Extent(msgspec.Struct, frozen=True, array_like=True):
    """How large the numbers of a column, or at a path, are.

    Attributes:
        digits: Of the largest one, those after the point included.
        scale: Digits after the point.
        is_uniform: Whether all show as many.
    """

    digits: int
    scale: int
    is_uniform: bool


#: Where numbers are: storage id, id of a declared column or the path of an attribute, and, where they
#: are in documents, the path there.
NumberPlace = tuple[int, int | None, tuple[str, ...], tuple[str, ...] | None]


class ColumnSpec(msgspec.Struct, frozen=True, array_like=True):
    """A column that a query reads.

    Attributes:
        name: Its name in DuckDB, "c0", "c1"…: DuckDB ignores case, so names of SQL can't be used.
        column: The declared column's id in the item's map; None for an undeclared attribute.
        path: () for a declared column; the name of an undeclared attribute.
        kind: How it is held, see above.
        missing: Value of rows that were written before the column was added, in its stored form.
        scale: Digits after the point of `numeric` and `numeric_scaled`.
        digits: All digits of these; where the numbers turn out to have more, the query isn't run.
    """

    name: str
    column: int | None
    path: tuple[str, ...]
    kind: str
    missing: Any = None
    scale: int = 0
    digits: int = 38


class Alternative(msgspec.Struct, frozen=True, array_like=True):
    """What one sort of values at a path is read as.

    Attributes:
        sort: See storage/columns/shred.py.
        columns: The letters of the columns that `sql` names.
        sql: NULL for rows of other sorts.
        reads_document: Whether it names the document, too.
        whole: What all rows are read as where all are of the sort, if that is the same for all.
    """

    sort: str
    columns: str
    sql: str
    reads_document: bool = False
    whole: str = ""


class Reading(msgspec.Struct, frozen=True, array_like=True):
    """A column made of what is at a path: of the alternatives for the sorts that occur there.

    Attributes:
        name: Of the column, in DuckDB.
        type: Its type, in DuckDB's words.
    """

    name: str
    type: str
    alternatives: tuple[Alternative, ...]


class PathSpec(msgspec.Struct, frozen=True, array_like=True):
    """A path into documents that a query reads.

    Attributes:
        name: What the names of its columns begin with; the letter of each follows behind "_".
        document: The column of the documents, as text.
        path: The keys that lead to it; () is the document itself.
        extent: How large its numbers are assumed to be; where they aren't, the query isn't run.
            None: as large as any.
    """

    name: str
    document: ColumnSpec
    path: tuple[str, ...]
    readings: tuple[Reading, ...]
    extent: Extent | None = None


class Bound(msgspec.Struct, frozen=True, array_like=True):
    """What a column, or what is at a path, has to be for a row to count; both ends belong to it.

    Attributes:
        name: The column's or the path's, in DuckDB.
        low, high: In stored form, numerics as text; None: there is no such end.
        values: Where it has to be one of several, all of them.
        letters: Of a path: its columns one of which has to be so.
        sorts: Of a path: the sorts of values that may be there. Where there are others, nothing is
            known of any row.
    """

    name: str
    low: Any
    high: Any
    values: tuple[Any, ...] = ()
    letters: str = ""
    sorts: tuple[str, ...] = ()


class Top(msgspec.Struct, frozen=True, array_like=True):
    """The query needs only the first rows of an order, of which this is the first key.

    Attributes:
        name: Of the column or the path that is sorted by, in DuckDB.
        count: How many rows it needs.
        is_descending: Whether the greatest come first.
        letters, sorts: Of a path, see `Bound`.
    """

    name: str
    count: int
    is_descending: bool
    letters: str = ""
    sorts: tuple[str, ...] = ()


class Condition(msgspec.Struct, frozen=True, array_like=True):
    """A condition that reads one column of texts or integers; only rows for which it is true count.

    Attributes:
        name: Of the column that says for which rows it is true, in DuckDB.
        column: What it reads: a column, or a reading of a path.
        pieces: Its SQL, which names that column between them.
        type: Of the column, in DuckDB's words.
    """

    name: str
    column: str
    pieces: tuple[str, ...]
    type: str = "VARCHAR"


class TableSpec(msgspec.Struct, frozen=True, array_like=True):
    """A table that a query reads; its name in DuckDB is "t0", "t1" and so on.

    Attributes:
        bounds: Rows beyond any of these may be left out: the query drops them, and all that they
            are joined with.
        conditions: Columns of their own; others may read them.
        top: Rows that surely aren't among these may be left out.
        is_counted: Whether nothing is read of the rows for which the conditions are true.
    """

    name: str
    storage_id: int
    columns: tuple[ColumnSpec, ...]
    paths: tuple[PathSpec, ...] = ()
    bounds: tuple[Bound, ...] = ()
    conditions: tuple[Condition, ...] = ()
    top: Top | None = None
    is_counted: bool = False


class ResultColumn(msgspec.Struct, frozen=True, array_like=True):
    """A column of the result: its type for the client, and how the query emits it."""

    oid: int
    typmod: int
    kind: str


class ColumnarQuery(msgspec.Struct, frozen=True, array_like=True):
    """A query in DuckDB's SQL, over the relations that `tables` names.

    `parameters` are the values of $1, $2…: whatever msgpack has (null, bool, int, float, text,
    bytes). The text of the query casts them to their types.
    """

    sql: str
    tables: tuple[TableSpec, ...]
    results: tuple[ResultColumn, ...]
    parameters: tuple[Any, ...] = ()


class PartVersion(msgspec.Struct, frozen=True, array_like=True):
    """Rows, and how to know which of them are visible.

    Attributes:
        path: Of their file; empty where they come along, as `stream`: then all are visible.
        begin: The newest commit that a row of it is of; before that, each has a begin of its own.
        ends_path: Where the rows' ends are, from `ends_offset` on; empty if no row has ended, or if
            only those in `dead` have: places of rows that aren't visible, as int32.
    """

    path: str
    row_count: int
    begin: int
    ends_path: str = ""
    ends_offset: int = 0
    stream: bytes = b""
    dead: bytes = b""


class TableVersion(msgspec.Struct, frozen=True, array_like=True):
    """Where the rows of one storage id lie, exactly as of a commit timestamp.

    The keeper's client makes it and the reader opens it; in between nobody looks inside.

    Attributes:
        row_count: Visible rows, or an upper bound of them.
        segment_count: Segments that hold them.
        delta_row_count: Rows of them that are in no segment yet.
    """

    storage_id: int
    timestamp: int
    row_count: int
    segment_count: int
    delta_row_count: int
    parts: tuple[PartVersion, ...] = ()

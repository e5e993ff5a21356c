"""serial and identity columns: an integer column with a sequence of its own."""

from collections.abc import Sequence as List
from dataclasses import dataclass
from typing import Any

import msgspec

from storage.errors import DatabaseError
from storage.schema import Column, Sequence, Table
from tsql.ddl.context import Ddl
from tsql.ddl.dependencies import relation
from tsql.ddl.names import free_name
from tsql.ddl.sequence_options import SequenceOptions
from tsql.ddl.sequences import new_sequence
from tsql.types import oids

_INTEGERS = {oids.INT2, oids.INT4, oids.INT8}


@dataclass(frozen=True, slots=True)
class SerialColumn:
    """A column whose DEFAULT is to be the next value of a sequence that is made with the table.

    Attributes:
        identity: As in storage.schema.Column.
    """

    column_id: int
    options: SequenceOptions
    identity: str = ""


def identity_column(column: Column, constraint: Any) -> SerialColumn:
    """Returns what an identity column asks for. Raises 22023."""
    if column.sql_type not in _INTEGERS:
        raise DatabaseError("22023", "identity column type must be smallint, integer, or bigint")
    options = SequenceOptions.of(constraint.options, is_identity=True)
    return SerialColumn(column.id, options, identity=constraint.generated_when)


async def create_owned_sequences(
    table: Table, serials: List[SerialColumn], ddl: Ddl, command: str = "ALTER TABLE"
) -> tuple[Table, list[Sequence]]:
    """Returns the table with its DEFAULTs, and the sequences to create beside it."""
    made: list[Sequence] = []
    columns = {column.id: column for column in table.columns}
    taken: set[str] = set()

    def is_taken(name: str) -> bool:
        return name in taken or ddl.catalog.relation(table.schema, name) is not None

    for serial in serials:
        column = columns[serial.column_id]
        asked = serial.options.sequence_name
        name = asked[-1] if asked else free_name(table.name, column.name, "seq", is_taken)
        taken.add(name)
        ddl.notice(
            "DEBUG1",
            "00000",
            f'{command} will create implicit sequence "{name}"'
            f' for serial column "{table.name}.{column.name}"',
        )
        options = serial.options.with_type(column.sql_type)
        sequence = await new_sequence(table.schema, name, options, ddl)
        made.append(
            msgspec.structs.replace(sequence, owner_table_id=table.id, owner_column_id=column.id)
        )
        columns[column.id] = with_sequence(column, sequence, serial.identity)
    ordered = tuple(columns[column.id] for column in table.columns)
    return msgspec.structs.replace(table, columns=ordered), made


def with_sequence(column: Column, sequence: Sequence, identity: str) -> Column:
    """Returns the column with its sequence's next value as DEFAULT."""
    return msgspec.structs.replace(
        column,
        default_sql=f"nextval('{sequence.id}')",
        default_relies_on=() if identity else (relation(sequence.id),),
        identity=identity,
    )

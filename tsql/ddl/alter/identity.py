"""ALTER COLUMN … ADD, SET and DROP IDENTITY, and DROP EXPRESSION of a generated column."""

from typing import Any

from storage.errors import DatabaseError
from storage.schema import Column, Sequence
from tsql.ddl.alteration.state import Alteration, alterable_column
from tsql.ddl.default_privileges import give_default_privileges
from tsql.ddl.sequence_options import SequenceOptions
from tsql.ddl.sequences import change_sequence
from tsql.ddl.serial import create_owned_sequences, identity_column
from tsql.types import oids


async def add_identity(cmd: Any, alteration: Alteration) -> None:
    """ALTER [COLUMN] name ADD GENERATED … AS IDENTITY. Raises 55000."""
    ddl, constraint = alteration.ddl, cmd.def_
    column = alterable_column(alteration, cmd.name)
    shown = _shown(alteration, column)
    check_identity_type(column)
    if not column.not_null:
        raise DatabaseError(
            "55000", f"{shown} must be declared NOT NULL before identity can be added"
        )
    if column.identity:
        raise DatabaseError("55000", f"{shown} is already an identity column")
    if column.default_sql is not None:
        raise DatabaseError("55000", f"{shown} already has a default value")
    serial = identity_column(column, constraint)
    alteration.table, sequences = await create_owned_sequences(alteration.table, [serial], ddl)
    for sequence in sequences:
        await give_default_privileges(await ddl.changes.create_sequence(sequence), ddl)


def check_identity_type(column: Column) -> None:
    """Raises 22023 unless it is an integer."""
    if column.sql_type not in {oids.INT2, oids.INT4, oids.INT8}:
        message = "identity column type must be smallint, integer, or bigint"
        raise DatabaseError("22023", message)


async def change_identity_type(alteration: Alteration, old: Column, new: Column) -> None:
    """Gives the sequence of an identity column the column's new type. Raises 22023."""
    check_identity_type(new)
    sequence = _sequence_of(alteration, old)
    if sequence is not None and new.sql_type != old.sql_type:
        await change_sequence(sequence, SequenceOptions({"as": new.sql_type}), alteration.ddl)


async def set_identity(cmd: Any, alteration: Alteration) -> None:
    """ALTER [COLUMN] name SET GENERATED …, SET sequence option, RESTART. Raises 55000, 42601."""
    column = alterable_column(alteration, cmd.name)
    if not column.identity:
        raise DatabaseError("55000", f"{_shown(alteration, column)} is not an identity column")
    generated = [item for item in cmd.def_ or () if item.defname == "generated"]
    others = [item for item in cmd.def_ or () if item.defname != "generated"]
    if len(generated) > 1:
        raise DatabaseError("42601", "conflicting or redundant options")
    if generated:
        identity = chr(generated[0].arg.ival)
        alteration.change_column(column.id, identity=identity)
    if others:
        sequence = _sequence_of(alteration, column)
        assert sequence is not None
        await change_sequence(sequence, SequenceOptions.of(others), alteration.ddl)


async def drop_identity(cmd: Any, alteration: Alteration) -> None:
    """ALTER [COLUMN] name DROP IDENTITY [IF EXISTS]. Raises 55000."""
    ddl, column = alteration.ddl, alterable_column(alteration, cmd.name)
    if not column.identity:
        message = f"{_shown(alteration, column)} is not an identity column"
        if not cmd.missing_ok:
            raise DatabaseError("55000", message)
        ddl.notice("NOTICE", "00000", f"{message}, skipping")
        return
    sequence = _sequence_of(alteration, column)
    alteration.change_column(column.id, identity="", default_sql=None, default_relies_on=())
    if sequence is not None:
        await ddl.sequences.freeze(ddl.txn, sequence)
        await ddl.changes.drop_sequence(sequence.id)
        ddl.sequences.forget(ddl.txn, sequence)


async def drop_expression(cmd: Any, alteration: Alteration) -> None:
    """ALTER [COLUMN] name DROP EXPRESSION [IF EXISTS]: the values stay. Raises 55000."""
    column = alterable_column(alteration, cmd.name)
    if column.generated_sql is None:
        message = f"{_shown(alteration, column)} is not a stored generated column"
        if not cmd.missing_ok:
            raise DatabaseError("55000", message)
        alteration.ddl.notice("NOTICE", "00000", f"{message}, skipping")
        return
    alteration.change_column(column.id, generated_sql=None, generated_from=())


def _shown(alteration: Alteration, column: Column) -> str:
    return f'column "{column.name}" of relation "{alteration.table.name}"'


def _sequence_of(alteration: Alteration, column: Column) -> Sequence | None:
    for sequence in alteration.ddl.catalog.sequences:
        owner = sequence.owner_table_id, sequence.owner_column_id
        if owner == (alteration.table.id, column.id):
            return sequence
    return None

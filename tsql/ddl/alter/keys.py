"""PRIMARY KEY and UNIQUE of a table that is there: added, made of an index, dropped.

The primary key is where rows are stored, so a new one, and none (a hidden key), has every row
written again under its new key; so are all index entries, which end in the key of their row.
"""

from typing import Any, Final

import msgspec

from storage.catalog import IndexRef
from storage.errors import DatabaseError, not_supported
from storage.objects import Address
from storage.schema import ElementState, Index, KeyPart, Table
from tsql.ddl.alter.dependents import remove_dependents
from tsql.ddl.alteration.removal import drop_primary_key
from tsql.ddl.alteration.state import Alteration
from tsql.ddl.columns import check_can_be_key
from tsql.ddl.constraints import KeyConstraint
from tsql.ddl.create_table import tell_of_index, unique_index, with_included
from tsql.ddl.names import free_name, index_columns_part
from tsql.parser import enums
from tsql.types.collations import DEFAULT_COLLATION

_TYPES = enums.ConstrType
_UNFIT: Final = "Cannot create a primary key or unique constraint using such an index."


async def add_key(alteration: Alteration, key: KeyConstraint) -> None:
    """Adds a PRIMARY KEY or UNIQUE constraint. Raises 42P16, 42P07, 42710."""
    ddl, table = alteration.ddl, alteration.table
    if key.is_primary and table.has_primary_key:
        raise second_primary_key(table)
    columns = [alteration.column(name) for name in key.columns]
    for column in columns:
        check_can_be_key(column.kind, column.element_kind, column.sql_type)
    name = _name(alteration, key)
    kind = "PRIMARY KEY" if key.is_primary else "UNIQUE"
    tell_of_index(f"ALTER TABLE / ADD {kind}", name, table, ddl)
    relation_id = await ddl.catalogs.new_relation_id()
    included = [alteration.column(each).id for each in key.included]
    if key.is_primary and not key.timing.deferrable:
        set_primary_key(alteration, name, tuple(column.id for column in columns), relation_id)
        alteration.change(
            primary_key_included_ids=tuple(included), primary_key_options=dict(key.options)
        )
        return
    index = unique_index(columns, name, relation_id, await ddl.catalogs.new_storage_id())
    index = with_included(index, included)
    index = msgspec.structs.replace(
        index,
        constraint=name,
        nulls_distinct=key.nulls_distinct,
        timing=key.timing,
        is_primary=key.is_primary,
        options=dict(key.options),
    )
    alteration.change(indexes=(*table.indexes, index))
    alteration.new_indexes.append(index.id)


def _name(alteration: Alteration, key: KeyConstraint) -> str:
    table = alteration.table
    checks = {check.name for check in table.checks} | {key.name for key in table.foreign_keys}
    if key.name is None:
        middle = None if key.is_primary else index_columns_part([*key.columns, *key.included])
        label = "pkey" if key.is_primary else "key"
        return free_name(
            table.name, middle, label, lambda name: name in checks or alteration.is_taken(name)
        )
    if alteration.is_taken(key.name):
        raise DatabaseError("42P07", f'relation "{key.name}" already exists')
    if key.name in checks:
        message = f'constraint "{key.name}" for relation "{table.name}" already exists'
        raise DatabaseError("42710", message)
    return key.name


def second_primary_key(table: Table) -> DatabaseError:
    """Returns 42P16."""
    return DatabaseError("42P16", f'multiple primary keys for table "{table.name}" are not allowed')


def set_primary_key(
    alteration: Alteration, name: str, column_ids: tuple[int, ...], relation_id: int
) -> None:
    """Gives the table a primary key; the rows move."""
    alteration.change(
        key_column_ids=column_ids,
        hidden_key=False,
        primary_key_constraint=name,
        primary_key_index_id=relation_id,
        partition_column_count=1,
    )
    alteration.is_rewrite = True


async def drop_key(alteration: Alteration, name: str, *, cascades: bool) -> None:
    """DROP CONSTRAINT of a PRIMARY KEY or UNIQUE; the columns stay NOT NULL. Raises 2BP01."""
    root = Address("constraint", alteration.table.id, name=name)
    await remove_dependents(alteration, root, cascades=cascades)
    table = alteration.table
    if name == table.primary_key_constraint:
        drop_primary_key(alteration)
        return
    rest = tuple(index for index in table.indexes if index.constraint != name)
    alteration.change(indexes=rest)


# ---- USING INDEX -------------------------------------------------------------------------------


async def add_key_of_index(constraint: Any, alteration: Alteration) -> None:
    """ADD [CONSTRAINT name] PRIMARY KEY | UNIQUE USING INDEX index. Raises 42704, 42809, 55000."""
    table = alteration.table
    is_primary = constraint.contype == _TYPES.CONSTR_PRIMARY
    if constraint.deferrable:
        raise not_supported("DEFERRABLE")
    if is_primary and table.has_primary_key:
        raise second_primary_key(table)
    index = _fit_index(constraint, alteration)
    name = constraint.conname or index.name
    if name != index.name:
        if alteration.is_taken(name):
            raise DatabaseError("42P07", f'relation "{name}" already exists')
        alteration.ddl.notice(
            "NOTICE",
            "00000",
            "ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index"
            f' "{index.name}" to "{name}"',
        )
    if not is_primary:
        named = msgspec.structs.replace(index, name=name, constraint=name)
        indexes = tuple(named if each is index else each for each in table.indexes)
        alteration.change(indexes=indexes)
        return
    column_ids = tuple(part.column_id for part in index.parts if part.column_id is not None)
    for column_id in column_ids:
        if not table.column_by_id(column_id).not_null:
            alteration.change_column(column_id, not_null=True)
            alteration.not_null.add(column_id)
    rest = tuple(each for each in table.indexes if each is not index)
    alteration.change(indexes=rest)
    set_primary_key(alteration, name, column_ids, index.id)
    alteration.change(
        primary_key_included_ids=index.included_column_ids, primary_key_options=index.options
    )


def _fit_index(constraint: Any, alteration: Alteration) -> Index:
    """Returns the index that is to become the constraint's."""
    table, name = alteration.table, constraint.indexname
    position = None if constraint.location is None else constraint.location + 1

    def fault(sqlstate: str, message: str, detail: str | None = None) -> DatabaseError:
        return DatabaseError(sqlstate, message, detail=detail, position=position)

    index = next((each for each in table.indexes if each.name == name), None)
    if index is None:
        other = alteration.ddl.catalog.relation(table.schema, name)
        if not isinstance(other, IndexRef):
            raise fault("42704", f'index "{name}" does not exist')
        if other.index is not None and other.index.constraint is None:
            raise fault("55000", f'index "{name}" does not belong to table "{table.name}"')
    if index is None or index.constraint is not None:
        raise fault("55000", f'index "{name}" is already associated with a constraint')
    if index.state is not ElementState.PUBLIC:
        raise fault("55000", f'index "{name}" is not valid')
    if not index.unique:
        raise fault("42809", f'"{name}" is not a unique index', _UNFIT)
    if any(part.column_id is None for part in index.parts):
        raise fault("42809", f'index "{name}" contains expressions', _UNFIT)
    if index.predicate_sql is not None:
        raise fault("42809", f'"{name}" is a partial index', _UNFIT)
    for number, part in enumerate(index.parts, 1):
        if not _sorts_by_default(part, table):
            raise fault(
                "42809",
                f'index "{name}" column number {number} does not have default sorting behavior',
                _UNFIT,
            )
    return index


def _sorts_by_default(part: KeyPart, table: Table) -> bool:
    assert part.column_id is not None
    column = table.column_by_id(part.column_id)
    if part.descending or part.nulls_first or part.operator_class:
        return False
    return part.collation in {0, column.collation or DEFAULT_COLLATION}

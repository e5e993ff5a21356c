"""FOREIGN KEY: read from a constraint's syntax, checked, and put into both tables.

The referenced table is locked like the referencing one, and gets a new version too: who writes to
it plans again, and then knows of the constraint.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from storage.catalog import Catalog
from storage.constraints.reference import Reference
from storage.errors import DatabaseError
from storage.rewrite import newest_rows
from storage.schema import Action, Column, ForeignKey, Index, Table, Timing
from tsql.access.privileges import Need, check_needs
from tsql.ddl.columns import SYSTEM_COLUMNS
from tsql.ddl.context import Ddl, no_such_relation
from tsql.ddl.key_types import conversion, is_comparable
from tsql.ddl.names import free_name, index_columns_part
from tsql.types.type_names import type_name

_ACTIONS: Final = {
    "a": Action.NO_ACTION,
    "r": Action.RESTRICT,
    "c": Action.CASCADE,
    "n": Action.SET_NULL,
    "d": Action.SET_DEFAULT,
}
#: Referenced keys that are remembered while rows are tested: many rows refer to few.
_FOUND_KEYS_MAX: Final = 10_000
_ROWS_PER_LOOK: Final = 64


@dataclass(frozen=True, slots=True)
class ForeignKeyClause:
    """A FOREIGN KEY as it is written.

    Attributes:
        parent: The referenced relation's RangeVar.
        referenced: Names of the referenced columns; empty: those of the primary key.
        is_valid: Whether the rows that are there are to be tested.
    """

    name: str | None
    columns: tuple[str, ...]
    parent: Any
    referenced: tuple[str, ...]
    match_full: bool
    on_delete: Action
    on_update: Action
    set_columns: tuple[str, ...]
    timing: Timing
    is_valid: bool = True


def foreign_key_clause(constraint: Any, column: str | None, timing: Timing) -> ForeignKeyClause:
    """Reads a Constraint node; `column` is the one that it stands behind. Raises 0A000."""
    if constraint.fk_matchtype == "p":
        raise DatabaseError("0A000", "MATCH PARTIAL not yet implemented")
    columns = (column,) if column is not None else _names(constraint.fk_attrs)
    return ForeignKeyClause(
        name=constraint.conname,
        columns=columns,
        parent=constraint.pktable,
        referenced=_names(constraint.pk_attrs),
        match_full=constraint.fk_matchtype == "f",
        on_delete=_ACTIONS[constraint.fk_del_action],
        on_update=_ACTIONS[constraint.fk_upd_action],
        set_columns=tuple(dict.fromkeys(_names(constraint.fk_del_set_cols))),
        timing=timing,
        is_valid=not constraint.skip_validation,
    )


def _names(items: Any) -> tuple[str, ...]:
    return tuple(item.sval for item in items or ())


async def new_foreign_key(
    clause: ForeignKeyClause, table: Table, ddl: Ddl
) -> tuple[ForeignKey, Table]:
    """Returns a foreign key for a locked table, and the table as it is with it.

    The referenced table is locked, and told of it. Raises what PostgreSQL raises about the
    definition.
    """
    parent = await _parent(clause, table, ddl)
    _check_may_refer(clause, parent, ddl)
    columns = [_column(table, name) for name in clause.columns]
    referenced, index = _referenced(clause, parent)
    if len(columns) != len(referenced):
        raise DatabaseError(
            "42830", "number of referencing and referenced columns for foreign key disagree"
        )
    _check_actions(clause, columns)
    name = _name(clause, table, ddl.catalog)
    for column, other in zip(columns, referenced, strict=True):
        check_comparable(name, column, other)
    key = ForeignKey(
        id=await ddl.catalogs.new_relation_id(),
        name=name,
        column_ids=tuple(column.id for column in columns),
        referenced_table_id=parent.id,
        referenced_column_ids=tuple(column.id for column in referenced),
        referenced_index_id=None if index is None else index.id,
        match_full=clause.match_full,
        on_delete=clause.on_delete,
        on_update=clause.on_update,
        set_column_ids=_set_columns(clause, columns, table),
        timing=clause.timing,
        validated=clause.is_valid,
    )
    by = table.referenced_by
    if parent.id == table.id:
        by = _with(by, table.id)
    elif table.id not in parent.referenced_by:
        told = msgspec.structs.replace(parent, referenced_by=_with(parent.referenced_by, table.id))
        await ddl.changes.replace_table(told)
    keys = (*table.foreign_keys, key)
    return key, msgspec.structs.replace(table, foreign_keys=keys, referenced_by=by)


def _check_may_refer(clause: ForeignKeyClause, parent: Table, ddl: Ddl) -> None:
    """Raises 42501 without the REFERENCES privilege."""
    need = Need(parent.id)
    columns = [parent.column(name) for name in clause.referenced]
    ids = [column.id for column in columns if column is not None] or parent.key_column_ids
    need.on("x", ids)
    check_needs([need], ddl.catalog, ddl.env.user)


def _check_actions(clause: ForeignKeyClause, columns: Sequence[Column]) -> None:
    """Raises 42601 for an action that would write to a generated column."""
    if all(column.generated_sql is None for column in columns):
        return
    sets = {Action.SET_NULL, Action.SET_DEFAULT}
    for event, action, refused in (
        ("UPDATE", clause.on_update, sets | {Action.CASCADE}),
        ("DELETE", clause.on_delete, sets),
    ):
        if action in refused:
            raise DatabaseError(
                "42601",
                f"invalid ON {event} action for foreign key constraint containing generated column",
            )


def check_comparable(name: str, column: Column, other: Column) -> None:
    """Raises 42804 if a column's type can't refer to the other's."""
    if not is_comparable(column.sql_type, other.sql_type):
        raise DatabaseError(
            "42804",
            f'foreign key constraint "{name}" cannot be implemented',
            detail=f'Key columns "{column.name}" and "{other.name}" are of incompatible types:'
            f" {type_name(column.sql_type)} and {type_name(other.sql_type)}.",
        )


#: What tables of a kind may refer to, in the order in which messages name them.
_MAY_REFER_TO: Final = {
    "permanent": ("permanent",),
    "unlogged": ("permanent", "unlogged"),
    "temporary": ("temporary",),
}


def _persistence(table: Table) -> str:
    if table.schema.startswith("pg_temp"):
        return "temporary"
    return "unlogged" if table.is_unlogged else "permanent"


async def _parent(clause: ForeignKeyClause, table: Table, ddl: Ddl) -> Table:
    relation = clause.parent
    found = ddl.find(relation.schemaname, relation.relname)
    if found is None and relation.relname == table.name and relation.schemaname is None:
        # The session's first temporary table: the search path doesn't have its schema yet.
        return table
    if found is None:
        if relation.schemaname is not None and ddl.catalog.schema(relation.schemaname) is None:
            raise DatabaseError("3F000", f'schema "{relation.schemaname}" does not exist')
        raise no_such_relation(relation, ddl)
    if not isinstance(found, Table) or found.query is not None:
        raise DatabaseError("42809", f'referenced relation "{relation.relname}" is not a table')
    if found.id == table.id:
        return table
    kind, allowed = _persistence(table), _MAY_REFER_TO[_persistence(table)]
    if _persistence(found) not in allowed:
        raise DatabaseError(
            "42P16",
            f"constraints on {kind} tables may reference only {' or '.join(allowed)} tables",
        )
    locked = await ddl.changes.lock_table(found.id)
    if locked is None:
        raise no_such_relation(relation, ddl)
    return locked


def _column(table: Table, name: str) -> Column:
    column = table.column(name)
    if column is None and name in SYSTEM_COLUMNS:
        raise DatabaseError("0A000", "system columns cannot be used in foreign keys")
    if column is None:
        raise DatabaseError(
            "42703", f'column "{name}" referenced in foreign key constraint does not exist'
        )
    return column


def _referenced(clause: ForeignKeyClause, parent: Table) -> tuple[list[Column], Index | None]:
    """Returns the referenced columns, and the unique index that has them (None: primary key)."""
    if not clause.referenced:
        if any(index.is_primary for index in parent.indexes):
            raise _deferrable("primary key", parent)
        if not parent.key_column_ids or parent.primary_key_constraint is None:
            raise DatabaseError(
                "42704", f'there is no primary key for referenced table "{parent.name}"'
            )
        return [parent.column_by_id(column_id) for column_id in parent.key_column_ids], None
    columns = [_column(parent, name) for name in clause.referenced]
    ids = [column.id for column in columns]
    if len(set(ids)) < len(ids):
        raise DatabaseError(
            "42830", "foreign key referenced-columns list must not contain duplicates"
        )
    if len(ids) == len(parent.key_column_ids) and set(ids) == set(parent.key_column_ids):
        return columns, None
    is_deferrable = False
    for index in parent.indexes:
        parts = [part.column_id for part in index.parts]
        if not index.unique or index.predicate_sql is not None or None in parts:
            continue
        if len(parts) == len(ids) and set(parts) == set(ids):
            if not index.timing.deferrable:
                return columns, index
            is_deferrable = True
    if is_deferrable:
        raise _deferrable("unique constraint", parent)
    raise DatabaseError(
        "42830",
        f'there is no unique constraint matching given keys for referenced table "{parent.name}"',
    )


def _deferrable(what: str, parent: Table) -> DatabaseError:
    return DatabaseError(
        "55000", f'cannot use a deferrable {what} for referenced table "{parent.name}"'
    )


def _set_columns(
    clause: ForeignKeyClause, columns: Sequence[Column], table: Table
) -> tuple[int, ...]:
    ids = []
    for name in clause.set_columns:
        column = _column(table, name)
        if column not in columns:
            raise DatabaseError(
                "42P10",
                f'column "{name}" referenced in ON DELETE SET action must be part of foreign key',
            )
        ids.append(column.id)
    return tuple(ids)


def _name(clause: ForeignKeyClause, table: Table, catalog: Catalog) -> str:
    if clause.name is not None:
        if clause.name in constraint_names([table]):
            raise DatabaseError(
                "42710",
                f'constraint "{clause.name}" for relation "{table.name}" already exists',
            )
        return clause.name
    others = [t for t in catalog.tables if t.schema == table.schema and t.id != table.id]
    taken = constraint_names([*others, table])
    part = index_columns_part(list(clause.columns))
    return free_name(table.name, part, "fkey", taken.__contains__)


def constraint_names(tables: Iterable[Table]) -> set[str]:
    """Returns the names of the tables' constraints of all kinds."""
    names: set[str] = set()
    for table in tables:
        names.update(check.name for check in table.checks)
        names.update(key.name for key in table.foreign_keys)
        names.update(index.constraint for index in table.indexes if index.constraint)
        if table.primary_key_constraint is not None:
            names.add(table.primary_key_constraint)
    return names


def _with(ids: tuple[int, ...], table_id: int) -> tuple[int, ...]:
    return ids if table_id in ids else (*ids, table_id)


async def test_rows(key: ForeignKey, table: Table, ddl: Ddl) -> None:
    """Tests the rows of a locked table, whose parent is locked too. Raises 23503."""
    parent = ddl.catalog.table_by_id(key.referenced_table_id)
    assert parent is not None
    access = ddl.tables.access(table)
    reference = Reference(key, access, ddl.tables.access(parent), conversion)
    count = 0
    found: set[bytes] = set()
    async for row in newest_rows(ddl.txn, ddl.catalogs, access):
        wanted = reference.child_key(row)
        if wanted is not None and wanted not in found:
            if not await reference.find(ddl.txn, wanted, locks=False):
                raise reference.missing(row)
            if len(found) < _FOUND_KEYS_MAX:
                found.add(wanted)
        count += 1
        if not count % _ROWS_PER_LOOK:
            await ddl.txn.pressure()


async def remove_foreign_key(
    table: Table, name: str, ddl: Ddl, *, tells_parent: bool = True
) -> Table:
    """Removes a foreign key of a locked table, and returns it as it is then."""
    key = next(key for key in table.foreign_keys if key.name == name)
    rest = tuple(other for other in table.foreign_keys if other is not key)
    is_last = all(other.referenced_table_id != key.referenced_table_id for other in rest)
    if key.referenced_table_id == table.id:
        by = table.referenced_by
        if is_last:
            by = tuple(table_id for table_id in by if table_id != table.id)
        return await ddl.changes.replace_table(
            msgspec.structs.replace(table, foreign_keys=rest, referenced_by=by)
        )
    if is_last and tells_parent:
        await forget_referencing(key.referenced_table_id, table.id, ddl)
    return await ddl.changes.replace_table(msgspec.structs.replace(table, foreign_keys=rest))


async def forget_referencing(parent_id: int, table_id: int, ddl: Ddl) -> None:
    """Tells a referenced table that another one refers to it no more."""
    parent = await ddl.changes.lock_table(parent_id)
    if parent is None or table_id not in parent.referenced_by:
        return
    by = tuple(other for other in parent.referenced_by if other != table_id)
    await ddl.changes.replace_table(msgspec.structs.replace(parent, referenced_by=by))


def references_to(table: Table, catalog: Catalog) -> list[tuple[Table, ForeignKey]]:
    """Returns the foreign keys that refer to a table, with the tables that have them."""
    found = []
    for table_id in table.referenced_by:
        child = catalog.table_by_id(table_id)
        if child is not None:
            found += [(child, k) for k in child.foreign_keys if k.referenced_table_id == table.id]
    return found

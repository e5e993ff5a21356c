"""SET (…), RESET (…), and subcommands that tune what isn't here: checked, and accepted.

| subcommand                          | here                                                       |
|-------------------------------------|------------------------------------------------------------|
| SET (fillfactor, autovacuum_… = …)  | kept with the table                                        |
| SET (partition_key, scheme = …)     | the rows move if their keys are hashed                     |
| SET (column_policy = …)             | strict only while no undeclared attribute was ever written |
| ALTER COLUMN … SET STATISTICS,      | the column is looked up; there are no statistics, no TOAST |
|   STORAGE, COMPRESSION, (…)         |                                                            |
| CLUSTER ON, SET WITHOUT CLUSTER,    | kept and shown; items are always in key order              |
|   REPLICA IDENTITY                  |                                                            |
| SET LOGGED, SET UNLOGGED            | kept and shown: every table is durable                     |
"""

from typing import Any, Final

from storage.catalog import IndexRef
from storage.errors import DatabaseError, not_supported
from storage.schema import ColumnPolicy, Index, KeyScheme, Table
from tsql.ddl.alteration.state import Alteration, alterable_column
from tsql.ddl.context import Ddl
from tsql.ddl.create_table import with_partition_key
from tsql.ddl.like import part_name
from tsql.ddl.names import index_part_names
from tsql.ddl.options import TableOptions, table_options
from tsql.parser import enums
from tsql.temporary import is_temporary

_OWN: Final = frozenset({"partition_key", "column_policy", "scheme"})
_STORAGES: Final = frozenset({"plain", "external", "extended", "main", "default"})
_COMPRESSIONS: Final = frozenset({"pglz", "lz4", "default"})
_STATISTICS_MAX: Final = 10_000


async def set_parameters(cmd: Any, alteration: Alteration) -> None:
    """SET (name = value, …). Raises 22023."""
    given = {definition.defname for definition in cmd.def_}
    options = table_options(cmd.def_)
    table = alteration.table
    alteration.change(options={**table.options, **options.kept})
    if "column_policy" in given:
        _set_policy(alteration, options)
    if "partition_key" in given:
        before = table.partition_column_count
        alteration.table = with_partition_key(alteration.table, options.partition_columns)
        is_hashed = table.scheme is KeyScheme.HASH
        if is_hashed and alteration.table.partition_column_count != before:
            alteration.is_rewrite = True
    if "scheme" in given and options.scheme is not table.scheme:
        alteration.change(scheme=options.scheme)
        alteration.is_rewrite = True


def _set_policy(alteration: Alteration, options: TableOptions) -> None:
    table = alteration.table
    if options.policy is table.policy:
        return
    if options.policy is ColumnPolicy.STRICT and table.attributes:
        raise not_supported(
            "column_policy = 'strict' for a table with undeclared attributes",
            hint="Declare them by ALTER TABLE … ADD COLUMN first.",
        )
    alteration.change(policy=options.policy)


async def reset_parameters(cmd: Any, alteration: Alteration) -> None:
    """RESET (name, …). Raises 0A000 for what decides where rows are."""
    names = {definition.defname for definition in cmd.def_}
    own = sorted(names & _OWN)
    if own:
        raise not_supported(f"RESET ({own[0]})", hint=f"Use SET ({own[0]} = …).")
    kept = {name: text for name, text in alteration.table.options.items() if name not in names}
    alteration.change(options=kept)


async def set_statistics(cmd: Any, alteration: Alteration) -> None:
    """ALTER COLUMN … SET STATISTICS n."""
    if cmd.name is None:
        raise DatabaseError("0A000", "cannot refer to non-index column by number")
    check_statistics_target(cmd, alteration.ddl)
    alterable_column(alteration, cmd.name)


def set_index_statistics(cmd: Any, found: IndexRef, ddl: Ddl) -> None:
    """ALTER INDEX … ALTER COLUMN n SET STATISTICS n. Raises 42703, 0A000, 22023."""
    check_statistics_target(cmd, ddl)
    index, table = found.index, found.table
    name = table.primary_key_constraint if index is None else index.name
    column_ids = table.key_column_ids if index is None else [part.column_id for part in index.parts]
    included = table.primary_key_included_ids if index is None else index.included_column_ids
    count = len(column_ids)
    number = cmd.num
    if cmd.name is not None:
        if index is None:
            names = [table.column_by_id(column_id).name for column_id in table.key_column_ids]
        else:
            names = index_part_names([part_name(part, table) for part in index.parts])
        number = names.index(cmd.name) + 1 if cmd.name in names else 0
    if not 1 <= number <= count + len(included):
        what = f'"{cmd.name}"' if cmd.name is not None else f"number {number}"
        raise DatabaseError("42703", f'column {what} of relation "{name}" does not exist')
    if number > count:
        column = table.column_by_id(included[number - count - 1]).name
        message = f'cannot alter statistics on included column "{column}" of index "{name}"'
        raise DatabaseError("0A000", message)
    column_id = column_ids[number - 1]
    if column_id is None:
        return
    column = table.column_by_id(column_id).name
    message = f'cannot alter statistics on non-expression column "{column}" of index "{name}"'
    raise DatabaseError("0A000", message, hint="Alter statistics on table column instead.")


def check_statistics_target(cmd: Any, ddl: Ddl) -> None:
    """Raises 22023 for a target that is too low; one that is too high is lowered."""
    target = int(getattr(cmd.def_, "ival", 0) or 0)
    if target < -1:
        raise DatabaseError("22023", f"statistics target {target} is too low")
    if target > _STATISTICS_MAX:
        message = f"lowering statistics target to {_STATISTICS_MAX}"
        ddl.notice("WARNING", "22023", message)


async def set_storage(cmd: Any, alteration: Alteration) -> None:
    """ALTER COLUMN … SET STORAGE mode."""
    mode = cmd.def_.sval
    if mode.lower() not in _STORAGES:
        raise DatabaseError("22023", f'invalid storage type "{mode}"')
    alterable_column(alteration, cmd.name)


async def set_compression(cmd: Any, alteration: Alteration) -> None:
    """ALTER COLUMN … SET COMPRESSION method."""
    alterable_column(alteration, cmd.name)
    method = cmd.def_.sval
    if method.lower() not in _COMPRESSIONS:
        raise DatabaseError("22023", f'invalid compression method "{method}"')


async def set_column_options(cmd: Any, alteration: Alteration) -> None:
    """ALTER COLUMN … SET (n_distinct = …) and RESET (…)."""
    alterable_column(alteration, cmd.name)
    for definition in cmd.def_:
        if definition.defname not in {"n_distinct", "n_distinct_inherited"}:
            raise DatabaseError("22023", f'unrecognized parameter "{definition.defname}"')


async def drop_cluster(_cmd: Any, alteration: Alteration) -> None:
    """SET WITHOUT CLUSTER."""
    alteration.change(clustered_index_id=0)


async def set_logged(cmd: Any, alteration: Alteration) -> None:
    """SET LOGGED, SET UNLOGGED: what the catalog says of it. Raises 42P16."""
    table, catalog = alteration.table, alteration.ddl.catalog
    is_unlogged = cmd.subtype == enums.AlterTableType.AT_SetUnLogged
    if is_temporary(table.schema):
        message = f'cannot change logged status of table "{table.name}" because it is temporary'
        raise DatabaseError("42P16", message, schema=table.schema, table=table.name)
    referred = [key.referenced_table_id for key in table.foreign_keys]
    for other_id in table.referenced_by if is_unlogged else referred:
        other = catalog.table_by_id(other_id)
        if other is None or other.id == table.id or other.is_unlogged is is_unlogged:
            continue
        child, parent = (other, table) if is_unlogged else (table, other)
        states = ("unlogged", "logged") if is_unlogged else ("logged", "unlogged")
        raise DatabaseError(
            "42P16",
            f'could not change table "{table.name}" to {states[0]} because it references'
            f' {states[1]} table "{other.name}"',
            schema=table.schema,
            table=table.name,
            constraint=next(
                key.name for key in child.foreign_keys if key.referenced_table_id == parent.id
            ),
        )
    alteration.change(is_unlogged=is_unlogged)


async def cluster_on(cmd: Any, alteration: Alteration) -> None:
    """CLUSTER ON index. Raises 42704, 42809, 0A000."""
    alteration.change(clustered_index_id=index_to_cluster(cmd.name, alteration))


def index_to_cluster(name: str, alteration: Alteration) -> int:
    """Returns the relation id of an index of the table by which it can be clustered."""
    index_id, index = _index_named(name, alteration)
    if index is not None and index.predicate_sql is not None:
        raise DatabaseError("0A000", f'cannot cluster on partial index "{name}"')
    return index_id


async def replica_identity(cmd: Any, alteration: Alteration) -> None:
    """REPLICA IDENTITY …: there is no logical replication that would use it."""
    name, table = cmd.def_.name, alteration.table
    index_id = 0
    if name is not None:
        index_id, index = _index_named(name, alteration)
        if index is not None:
            _check_identity(index, table)
    alteration.change(replica_identity=cmd.def_.identity_type, replica_index_id=index_id)


def _check_identity(index: Index, table: Table) -> None:
    """Raises 42809 or 0A000 if the index doesn't tell every row from the others."""
    name = index.name
    if not index.unique:
        raise DatabaseError("42809", f'cannot use non-unique index "{name}" as replica identity')
    if index.timing.deferrable:
        raise DatabaseError("0A000", f'cannot use non-immediate index "{name}" as replica identity')
    if any(part.column_id is None for part in index.parts):
        raise DatabaseError("0A000", f'cannot use expression index "{name}" as replica identity')
    if index.predicate_sql is not None:
        raise DatabaseError("0A000", f'cannot use partial index "{name}" as replica identity')
    for part in index.parts:
        column = table.column_by_id(part.column_id or 0)
        if not column.not_null:
            raise DatabaseError(
                "42809",
                f'index "{name}" cannot be used as replica identity because column'
                f' "{column.name}" is nullable',
            )


def _index_named(name: str, alteration: Alteration) -> tuple[int, Index | None]:
    """Returns an index of the table and its relation id; None for the primary key's."""
    table = alteration.table
    if name == table.primary_key_constraint:
        return table.primary_key_index_id, None
    for index in table.indexes:
        if index.name == name:
            return index.id, index
    found = alteration.ddl.catalog.relation(table.schema, name)
    if found is None:
        message = f'index "{name}" for table "{table.name}" does not exist'
        raise DatabaseError("42704", message)
    of_another = f' for table "{table.name}"' if isinstance(found, IndexRef) else ""
    raise DatabaseError("42809", f'"{name}" is not an index{of_another}')

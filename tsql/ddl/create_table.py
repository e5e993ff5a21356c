"""CREATE TABLE.

The definition is read in PostgreSQL's order, because the first fault is the one reported: columns
and keys, then whether the name is taken, then defaults and checks.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from storage.errors import DatabaseError, not_supported
from storage.objects import TYPES, CompositeType
from storage.schema import Check, Column, Index, KeyPart, Projection, Table, Timing
from tsql.binder import bind_default, bind_expression, bind_generated
from tsql.bound import Const
from tsql.ddl.columns import check_can_be_key, column_of, serial_type
from tsql.ddl.constraints import (
    KeyConstraint,
    redundant_with,
    refuse_constraint,
    timing_of,
    with_attributes,
)
from tsql.ddl.context import Ddl
from tsql.ddl.default_privileges import give_default_privileges
from tsql.ddl.definition import CheckClause, Definition
from tsql.ddl.foreign_keys import foreign_key_clause, new_foreign_key
from tsql.ddl.like import create_comments, read_like, with_indexes
from tsql.ddl.names import free_name, index_columns_part
from tsql.ddl.options import TableOptions, index_options, table_options
from tsql.ddl.sequence_options import SequenceOptions
from tsql.ddl.serial import SerialColumn, create_owned_sequences, identity_column
from tsql.ddl.stored_text import stored_text
from tsql.ddl.temporary import check_on_commit, note_on_commit
from tsql.ddl.user_types import hold_types
from tsql.parser import ast, enums
from tsql.planner.walk import columns_of, named_columns

_TYPES = enums.ConstrType


async def create_table(node: Any, ddl: Ddl) -> str:
    """Runs a CreateStmt; returns the command tag."""
    _refuse(node)
    check_on_commit(node.oncommit, node.relation)
    relation = node.relation
    schema = await ddl.creation_schema(relation)
    name = relation.relname
    if node.if_not_exists and ddl.catalog.relation(schema, name) is not None:
        ddl.notice("NOTICE", "42P07", f'relation "{name}" already exists, skipping')
        return "CREATE TABLE"
    if ddl.catalog.named(CompositeType, schema, name) is not None:
        raise DatabaseError("42P07", f'relation "{name}" already exists')
    if ddl.catalog.is_named(TYPES, schema, name):
        raise type_exists(name)
    options = table_options(node.options)
    definition = _read(node, name, ddl)
    await hold_types([column.sql_type for column in definition.columns], ddl)
    if ddl.catalog.relation(schema, name) is not None:
        raise DatabaseError("42P07", f'relation "{name}" already exists')
    table = await _table(definition, schema, options, ddl)
    if relation.relpersistence == "u":
        table = msgspec.structs.replace(table, is_unlogged=True)
    table, sequences = await create_owned_sequences(table, definition.serials, ddl, "CREATE TABLE")
    _tell_of_keys(table, ddl)
    table = await ddl.changes.create_table(table)
    await give_default_privileges(table, ddl)
    for sequence in sequences:
        await give_default_privileges(await ddl.changes.create_sequence(sequence), ddl)
    await create_comments(table, definition.copied, ddl)
    note_on_commit(node.oncommit, table, ddl)
    for clause in definition.foreign_keys:
        _, table = await new_foreign_key(clause, table, ddl)
        table = await ddl.changes.replace_table(table)
    return "CREATE TABLE"


def type_exists(name: str) -> DatabaseError:
    """Returns the error for a relation that takes a type's name."""
    return DatabaseError(
        "42710",
        f'type "{name}" already exists',
        hint="A relation has an associated type of the same name, so you must use a name that"
        " doesn't conflict with any existing type.",
    )


def _tell_of_keys(table: Table, ddl: Ddl) -> None:
    if table.primary_key_constraint is not None:
        tell_of_index("CREATE TABLE / PRIMARY KEY", table.primary_key_constraint, table, ddl)
    for index in table.indexes:
        if index.constraint:
            kind = "PRIMARY KEY" if index.is_primary else "UNIQUE"
            tell_of_index(f"CREATE TABLE / {kind}", index.name, table, ddl)


def tell_of_index(what: str, name: str, table: Table, ddl: Ddl) -> None:
    """Tells who wants to know it of the index that a constraint has."""
    message = f'{what} will create implicit index "{name}" for table "{table.name}"'
    ddl.notice("DEBUG1", "00000", message)


def _refuse(node: Any) -> None:
    features = (
        (node.inhRelations and node.partbound is None, "INHERITS"),
        (node.partbound is not None, "PARTITION OF"),
        (node.partspec is not None, "PARTITION BY"),
        (node.ofTypename is not None, "CREATE TABLE OF a type"),
        (node.tablespacename is not None, "TABLESPACE"),
    )
    for is_used, feature in features:
        if is_used:
            hint = None
            if feature == "PARTITION BY":
                hint = "Name the partition key by WITH (partition_key = '…')."
            raise not_supported(feature, hint=hint)
    if node.accessMethod not in {None, "heap"}:
        raise DatabaseError("42704", f'access method "{node.accessMethod}" does not exist')


# ---- reading -----------------------------------------------------------------------------------


def _read(node: Any, name: str, ddl: Ddl) -> Definition:
    definition = Definition(name, ddl.env)
    pending: list[Any] = []
    for element in node.tableElts or ():
        match element:
            case ast.ColumnDef():
                read_column(definition, element)
            case ast.Constraint():
                pending.append(element)
            case ast.TableLikeClause():
                read_like(definition, element, definition.copied, ddl)
            case _:
                raise not_supported(type(element).__name__)
    for constraint in pending:
        _read_constraint(definition, constraint, None)
    settle_keys(definition)
    return definition


def read_column(definition: Definition, element: Any) -> None:
    """Reads a ColumnDef into the definition, with its constraints."""
    serial = serial_type(element)
    if serial is not None:
        element = _with_type(element, serial)
    position = len(definition.columns)
    column_id = definition.first_column_id + position
    column = column_of(element, column_id, definition.env)
    if definition.position(column.name) is not None:
        raise DatabaseError("42701", f'column "{column.name}" specified more than once')
    definition.columns.append(column)
    if serial is not None:
        definition.serials.append(SerialColumn(column_id, SequenceOptions({})))
        definition.change(position, not_null=True)
    nullness: bool | None = None
    for constraint, attributes in with_attributes(element.constraints or ()):
        match constraint.contype:
            case _TYPES.CONSTR_NULL | _TYPES.CONSTR_NOTNULL:
                wanted = constraint.contype == _TYPES.CONSTR_NOTNULL
                is_other = nullness is not None and nullness != wanted
                if is_other or (not wanted and definition.is_serial(column_id)):
                    raise _column_fault(
                        definition,
                        constraint,
                        f'conflicting NULL/NOT NULL declarations for column "{column.name}"',
                    )
                nullness = wanted
                if wanted:
                    definition.change(position, not_null=True)
            case _TYPES.CONSTR_DEFAULT | _TYPES.CONSTR_IDENTITY | _TYPES.CONSTR_GENERATED:
                _read_value(definition, constraint, column)
                if constraint.contype == _TYPES.CONSTR_IDENTITY:
                    if nullness is False:
                        raise _column_fault(
                            definition,
                            constraint,
                            f'conflicting NULL/NOT NULL declarations for column "{column.name}"',
                        )
                    definition.change(position, not_null=True)
            case _:
                _read_constraint(definition, constraint, column, attributes)


def _read_value(definition: Definition, constraint: Any, column: Column) -> None:
    """Reads where a column's values come from, if the INSERT has none. Raises 42601."""
    kinds = {
        _TYPES.CONSTR_DEFAULT: "default",
        _TYPES.CONSTR_IDENTITY: "identity",
        _TYPES.CONSTR_GENERATED: "generation expression",
    }
    new = kinds[constraint.contype]
    old = {
        "default": column.id in definition.defaults
        or definition.is_serial(column.id, is_identity=False),
        "identity": definition.is_serial(column.id, is_identity=True),
        "generation expression": column.id in definition.generated,
    }
    if old[new]:
        again = {
            "default": "multiple default values specified for",
            "identity": "multiple identity specifications for",
            "generation expression": "multiple generation clauses specified for",
        }[new]
        has_place = not definition.is_serial(column.id, is_identity=False)
        message = f'{again} column "{column.name}"'
        raise _column_fault(definition, constraint, message, has_place=has_place)
    # PostgreSQL finds this at the DEFAULT that it makes of serial, which stands nowhere.
    is_serial = definition.is_serial(column.id, is_identity=False)
    for other in ("default", "identity", "generation expression"):
        if old[other]:
            first, second = (n for n in old if n in {new, other})
            message = f'both {first} and {second} specified for column "{column.name}"'
            raise _column_fault(definition, constraint, message, has_place=not is_serial)
    match new:
        case "default":
            definition.defaults[column.id] = constraint.raw_expr
        case "identity":
            definition.serials.append(identity_column(column, constraint))
        case _:
            definition.generated[column.id] = constraint.raw_expr


def _with_type(element: Any, type_name: str) -> Any:
    """Returns the column definition with an integer type in the place of serial."""
    names = (ast.String(sval="pg_catalog"), ast.String(sval=type_name))
    changed = copy.copy(element)
    object.__setattr__(changed, "typeName", ast.TypeName(names=names, typemod=-1))
    return changed


def _read_constraint(
    definition: Definition,
    constraint: Any,
    column: Column | None,
    attributes: Sequence[Any] = (),
) -> None:
    refuse_constraint(constraint)
    match constraint.contype:
        case _TYPES.CONSTR_CHECK:
            clause = CheckClause(
                constraint.conname, constraint.raw_expr, no_inherit=bool(constraint.is_no_inherit)
            )
            definition.checks.append(clause)
        case _TYPES.CONSTR_PRIMARY | _TYPES.CONSTR_UNIQUE:
            read_key(definition, constraint, column, timing_of(constraint, attributes))
        case _TYPES.CONSTR_FOREIGN:
            timing = timing_of(constraint, attributes)
            name = None if column is None else column.name
            definition.foreign_keys.append(foreign_key_clause(constraint, name, timing))
        case other:
            raise not_supported(f"constraint {other.name}")


def read_key(
    definition: Definition, constraint: Any, column: Column | None, timing: Timing
) -> None:
    """Reads a PRIMARY KEY or UNIQUE constraint, of a column or of the table."""
    is_primary = constraint.contype == _TYPES.CONSTR_PRIMARY
    position = None if constraint.location is None else constraint.location + 1
    if is_primary and any(key.is_primary for key in definition.keys):
        raise DatabaseError(
            "42P16",
            f'multiple primary keys for table "{definition.name}" are not allowed',
            position=position,
        )
    names = [column.name] if column else [item.sval for item in constraint.keys]
    included = [item.sval for item in constraint.including or ()]
    kind = "primary key" if is_primary else "unique"
    for index, name in enumerate([*names, *included]):
        if definition.position(name) is None:
            raise DatabaseError(
                "42703", f'column "{name}" named in key does not exist', position=position
            )
        if name in names[:index] and index < len(names):
            raise DatabaseError(
                "42701",
                f'column "{name}" appears twice in {kind} constraint',
                position=position,
            )
    definition.keys.append(
        KeyConstraint(
            constraint.conname,
            is_primary,
            tuple(names),
            tuple(included),
            nulls_distinct=not constraint.nulls_not_distinct,
            timing=timing,
            options=tuple(index_options(constraint.options).items()),
        )
    )


def settle_keys(definition: Definition) -> None:
    """Puts the primary key first, drops UNIQUE constraints that say the same again."""
    ordered = sorted(definition.keys, key=lambda key: not key.is_primary)
    kept: list[KeyConstraint] = []
    for key in ordered:
        same = redundant_with(key, kept)
        if same is None:
            kept.append(key)
        elif same.name is None:
            kept[kept.index(same)] = replace(same, name=key.name)
    definition.keys = kept
    for key in kept:
        for name in key.columns:
            position = definition.position(name)
            assert position is not None
            column = definition.columns[position]
            if key.is_primary:
                definition.change(position, not_null=True)
            check_can_be_key(column.kind, column.element_kind, column.sql_type)


def _column_fault(
    definition: Definition, constraint: Any, message: str, *, has_place: bool = True
) -> DatabaseError:
    return DatabaseError(
        "42601",
        f'{message} of table "{definition.name}"',
        position=constraint.location + 1 if has_place else None,
    )


# ---- making ------------------------------------------------------------------------------------


async def _table(definition: Definition, schema: str, options: TableOptions, ddl: Ddl) -> Table:
    table = Table(
        id=await ddl.catalogs.new_relation_id(),
        schema=schema,
        name=definition.name,
        storage_id=await ddl.catalogs.new_storage_id(),
        columns=tuple(definition.columns),
        hidden_key=True,
        scheme=options.scheme,
        policy=options.policy,
        next_column_id=len(definition.columns) + 1,
        owner=ddl.env.user,
        options=options.kept,
    )
    table = with_defaults(table, definition, ddl)
    table = with_generated(table, definition, ddl)
    table = _with_checks(table, definition, ddl)
    taken = {definition.name}
    for key in definition.keys:
        table = await _with_key(table, key, taken, ddl)
    table = await with_indexes(table, definition.copied, ddl)
    return with_partition_key(table, options.partition_columns)


def with_defaults(table: Table, definition: Definition, ddl: Ddl) -> Table:
    """Returns the table with the DEFAULTs that were read."""
    columns = []
    for column in table.columns:
        node = definition.defaults.get(column.id)
        if node is None:
            columns.append(column)
            continue
        columns.append(msgspec.structs.replace(column, **default_changes(node, column, ddl)))
    return msgspec.structs.replace(table, columns=tuple(columns))


def default_changes(node: Any, column: Column, ddl: Ddl) -> dict[str, Any]:
    """Returns what a DEFAULT changes of its column; a bare NULL is none, as in PostgreSQL."""
    expression = bind_default(node, column, ddl.env)
    if isinstance(expression, Const) and expression.value is None:
        return {"default_sql": None, "default_relies_on": ()}
    text, relies_on = stored_text(node, ddl.env)
    return {"default_sql": text, "default_relies_on": relies_on}


def with_generated(table: Table, definition: Definition, ddl: Ddl) -> Table:
    """Returns the table with the generation expressions that were read."""
    columns = []
    # Each sees which the others are, for none may be made of another.
    marked = msgspec.structs.replace(
        table,
        columns=tuple(
            msgspec.structs.replace(column, generated_sql="")
            if column.id in definition.generated
            else column
            for column in table.columns
        ),
    )
    for column in table.columns:
        node = definition.generated.get(column.id)
        if node is None:
            columns.append(column)
            continue
        expression = bind_generated(node, marked, column, ddl.env)
        text, _ = stored_text(node, ddl.env)
        read = tuple(sorted(table.columns[position].id for position in columns_of(expression)))
        changes = {"generated_sql": text, "generated_from": read}
        columns.append(msgspec.structs.replace(column, **changes))
    return msgspec.structs.replace(table, columns=tuple(columns))


def _with_checks(table: Table, definition: Definition, ddl: Ddl) -> Table:
    named = [clause.name for clause in definition.checks if clause.name is not None]
    for name in named:
        if named.count(name) > 1:
            raise DatabaseError("42710", f'check constraint "{name}" already exists')
    checks: list[Check] = []
    for given, node, no_inherit in definition.checks:
        expression = bind_expression(node, table, ddl.env, "check")
        positions, names_row = named_columns(expression)
        is_of_one = len(positions) == 1 and not names_row
        only = table.columns[positions[0]].name if is_of_one else None
        taken = {*named, *(check.name for check in checks)}
        name = given or free_name(table.name, only, "check", taken.__contains__)
        column_ids = tuple(table.columns[position].id for position in positions)
        checks.append(
            Check(
                name=name,
                check_sql=stored_text(node, ddl.env)[0],
                column_ids=column_ids,
                no_inherit=no_inherit,
            )
        )
    # PostgreSQL tests them in the order of their names.
    checks.sort(key=lambda check: check.name.encode())
    return msgspec.structs.replace(table, checks=tuple(checks))


async def _with_key(table: Table, key: KeyConstraint, taken: set[str], ddl: Ddl) -> Table:
    def is_taken(name: str) -> bool:
        return name in taken or ddl.catalog.relation(table.schema, name) is not None

    name = key.name
    if name is None:
        middle = None if key.is_primary else index_columns_part([*key.columns, *key.included])
        name = free_name(table.name, middle, "pkey" if key.is_primary else "key", is_taken)
    elif is_taken(name):
        raise DatabaseError("42P07", f'relation "{name}" already exists')
    taken.add(name)
    columns = [column for n in key.columns if (column := table.column(n)) is not None]
    ids = tuple(column.id for column in columns)
    included = [column.id for n in key.included if (column := table.column(n)) is not None]
    relation_id = await ddl.catalogs.new_relation_id()
    if key.is_primary and not key.timing.deferrable:
        return msgspec.structs.replace(
            table,
            key_column_ids=ids,
            hidden_key=False,
            primary_key_constraint=name,
            primary_key_index_id=relation_id,
            primary_key_included_ids=tuple(included),
            primary_key_options=dict(key.options),
        )
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
    return msgspec.structs.replace(table, indexes=(*table.indexes, index))


def unique_index(columns: Sequence[Column], name: str, index_id: int, storage_id: int) -> Index:
    """Returns the index of a UNIQUE constraint."""
    parts = tuple(
        KeyPart(
            column_id=column.id,
            kind=column.kind,
            element_kind=column.element_kind,
            sql_type=column.sql_type,
            typmod=column.typmod,
        )
        for column in columns
    )
    return Index(id=index_id, name=name, storage_id=storage_id, parts=parts, unique=True)


def with_included(index: Index, column_ids: Sequence[int]) -> Index:
    """Returns the index with the columns of INCLUDE."""
    if not column_ids:
        return index
    return msgspec.structs.replace(
        index, projection=Projection.INCLUDE, included_column_ids=tuple(column_ids)
    )


def with_partition_key(table: Table, names: tuple[str, ...] | None) -> Table:
    """Returns the table with the partition key that WITH names. Raises 22023."""
    if names is None:
        return table
    key = [table.column_by_id(column_id).name for column_id in table.key_column_ids]
    if list(names) != key[: len(names)] or not names:
        raise DatabaseError(
            "22023",
            "partition_key must name the first columns of the primary key, in its order",
            detail=f"The primary key is ({', '.join(key)})." if key else None,
        )
    return msgspec.structs.replace(table, partition_column_count=len(names))

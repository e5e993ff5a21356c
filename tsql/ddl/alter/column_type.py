"""ALTER COLUMN … [SET DATA] TYPE … [USING expression].

Values that are the same bytes under the new type (text and varchar, a longer varchar, a wider
numeric) stay where they are; any other change has all rows written again. Defaults, checks and
indexes are read anew over the new type.
"""

import copy
from typing import Any, Final

import msgspec

from storage.errors import DatabaseError
from storage.items import Row
from storage.objects import Address, View
from storage.row_types import row_type_of
from storage.schema import Check, Column, Index, KeyPart, Table
from storage.types import Kind
from tsql.binder import bind_default, bind_expression, bind_transform
from tsql.bound import ColumnRef, Expression
from tsql.ddl.alter.identity import change_identity_type
from tsql.ddl.alteration.removal import columns_in
from tsql.ddl.alteration.state import Alteration, alterable_column, without_position
from tsql.ddl.columns import check_can_be_key, column_of
from tsql.ddl.describe import describe
from tsql.ddl.user_types import check_not_inside, hold_types
from tsql.deparse import deparse
from tsql.env import Env
from tsql.executor.expressions import Evaluate, compile_expression
from tsql.identifiers import quoted
from tsql.parser import Constant, ast, parse_expression
from tsql.types import oids
from tsql.types.kinds import kinds_of_type
from tsql.types.type_names import type_name

_STRINGS: Final = frozenset({Kind.TEXT, Kind.VARCHAR})
_PRECISIONS: Final = frozenset({oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ})
_PRECISION_MAX: Final = 6


async def prepare_type(cmd: Any, alteration: Alteration) -> None:
    """Binds the new values to the columns as they were. Raises 42703, 42704, 42804."""
    old = alterable_column(alteration, cmd.name)
    definition = copy.copy(cmd.def_)
    object.__setattr__(definition, "colname", cmd.name)
    with without_position():
        wanted = column_of(definition, old.id, alteration.ddl.env)
    check_not_inside(wanted.sql_type, row_type_of(alteration.old), alteration.ddl)
    await hold_types([wanted.sql_type], alteration.ddl)
    new = msgspec.structs.replace(
        old,
        kind=wanted.kind,
        element_kind=wanted.element_kind,
        sql_type=wanted.sql_type,
        typmod=wanted.typmod,
        collation=wanted.collation,
    )
    if old.identity:
        await change_identity_type(alteration, old, new)
    if old.generated_sql is not None and cmd.def_.raw_default is not None:
        message = "cannot specify USING when altering type of generated column"
        detail = f'Column "{old.name}" is a generated column.'
        raise DatabaseError("42611", message, detail=detail)
    node = cmd.def_.raw_default or ast.ColumnRef(fields=(ast.String(sval=cmd.name),))
    table, env = alteration.table, alteration.ddl.env
    converted, attributes = bind_transform(node, table, new, env)
    if converted is None:
        raise _not_castable(new, has_using=cmd.def_.raw_default is not None)
    is_itself = cmd.def_.raw_default is None or _is_reference(converted, table.position(old.id))
    if old.id not in alteration.types:
        evaluate = _over_old_rows(compile_expression(converted), table, attributes)
        alteration.types[old.id] = new, evaluate, is_itself


def _is_reference(expression: Expression, position: int) -> bool:
    return isinstance(expression, ColumnRef) and expression.position == position


def _not_castable(column: Column, *, has_using: bool) -> DatabaseError:
    target = type_name(column.sql_type)
    if has_using:
        return DatabaseError(
            "42804",
            f'result of USING clause for column "{column.name}" cannot be cast automatically'
            f" to type {target}",
            hint="You might need to add an explicit cast.",
        )
    shown = type_name(column.sql_type, column.typmod)
    return DatabaseError(
        "42804",
        f'column "{column.name}" cannot be cast automatically to type {target}',
        hint=f'You might need to specify "USING {quoted(column.name)}::{shown}".',
    )


def _over_old_rows(evaluate: Evaluate, table: Table, attributes: tuple[str, ...]) -> Evaluate:
    if not attributes:
        return evaluate
    width = len(table.columns)

    def over_attributes(row: Row, env: Env) -> Any:
        found = row[-1]
        return evaluate([*row[:width], *[found.get(name) for name in attributes]], env)

    return over_attributes


def _check_no_view(column: Column, alteration: Alteration) -> None:
    """Raises 0A000 for a column that a view shows or reads."""
    on = Address("relation", alteration.table.id, column.id)
    ddl = alteration.ddl
    materialized = [table.query for table in ddl.catalog.tables if table.query is not None]
    for view in (*ddl.catalog.objects(View), *materialized):
        if on in view.relies_on:
            shown = describe(Address("relation", view.id), ddl.catalog, ddl.env.search_path)
            raise DatabaseError(
                "0A000",
                "cannot alter type of a column used by a view or rule",
                detail=f'rule _RETURN on {shown} depends on column "{column.name}"',
            )


async def change_type(cmd: Any, alteration: Alteration) -> None:
    """Changes the type, and what is made of the column. Raises 0A000, 42804, 42883."""
    old = alterable_column(alteration, cmd.name)
    for column in alteration.table.columns:
        if old.id in column.generated_from:
            raise DatabaseError(
                "0A000",
                "cannot alter type of a column used by a generated column",
                detail=f'Column "{old.name}" is used by generated column "{column.name}".',
            )
    _check_no_view(old, alteration)
    prepared = alteration.types.pop(old.id, None)
    if prepared is None:
        raise DatabaseError("0A000", f'cannot alter type of column "{cmd.name}" twice')
    new, evaluate, is_itself = prepared
    is_same = (old.sql_type, old.typmod, old.collation) == (
        new.sql_type,
        new.typmod,
        new.collation,
    )
    if is_same and is_itself:
        return
    changes: dict[str, Any] = {}
    if not (is_itself and _is_same_stored(old, new)):
        alteration.values[old.id] = evaluate
        alteration.is_rewrite = True
        changes["missing"] = None
    alteration.change_column(
        old.id,
        kind=new.kind,
        element_kind=new.element_kind,
        sql_type=new.sql_type,
        typmod=new.typmod,
        collation=new.collation,
        default_sql=_default(old, new, alteration.ddl.env),
        **changes,
    )
    await _change_indexes(old, alteration)
    for check in alteration.table.checks:
        if old.id in check.column_ids:
            _bind_again(check, alteration)


def _is_same_stored(old: Column, new: Column) -> bool:
    """Returns whether all values that `old` may have are the same in items and keys of `new`."""
    if (old.kind, old.element_kind) != (new.kind, new.element_kind):
        # varchar to text, and the other way round without a length.
        are_strings = old.kind in _STRINGS and new.kind in _STRINGS
        return are_strings and new.typmod == -1
    if new.typmod in {-1, old.typmod}:
        return old.sql_type == new.sql_type or old.kind in _STRINGS
    if old.sql_type != new.sql_type or old.typmod == -1:
        return new.sql_type in _PRECISIONS and new.typmod >= _PRECISION_MAX
    if new.sql_type == oids.VARCHAR:
        return new.typmod >= old.typmod
    if new.sql_type in _PRECISIONS:
        return new.typmod >= min(old.typmod, _PRECISION_MAX)
    if new.sql_type == oids.NUMERIC:
        before, after = old.typmod - 4, new.typmod - 4
        return before & 0x7FF == after & 0x7FF and after >> 16 >= before >> 16
    return False


def _default(old: Column, new: Column, env: Env) -> str | None:
    """Returns the default under the new type. Raises 42804."""
    if old.default_sql is None:
        return None
    node = parse_expression(old.default_sql)
    if isinstance(node, Constant) and isinstance(node.val, ast.String):
        # The literal had the old type: it isn't read again as one of the new.
        shown = type_name(old.sql_type, old.typmod)
        node = parse_expression(f"CAST({old.default_sql} AS {shown})")
    try:
        bind_default(node, new, env)
    except DatabaseError as error:
        if error.sqlstate != "42804":
            raise
        raise DatabaseError(
            "42804",
            f'default for column "{old.name}" cannot be cast automatically to type'
            f" {type_name(new.sql_type)}",
        ) from None
    return deparse(node)


async def _change_indexes(old: Column, alteration: Alteration) -> None:
    """Types the parts of the column's indexes anew; those that must be built again are noted."""
    ddl, table = alteration.ddl, alteration.table
    indexes: list[Index] = []
    for index in table.indexes:
        if old.id not in columns_in(index, table):
            indexes.append(index)
            continue
        parts = tuple([_part_again(part, alteration) for part in index.parts])
        changed = msgspec.structs.replace(index, parts=parts)
        if _reads(index) or _kinds(index) != _kinds(changed):
            storage_id = await ddl.catalogs.new_storage_id()
            changed = msgspec.structs.replace(changed, storage_id=storage_id)
            alteration.new_indexes.append(index.id)
        indexes.append(changed)
    for column_id in table.key_column_ids:
        column = table.column_by_id(column_id)
        check_can_be_key(column.kind, column.element_kind, column.sql_type)
    alteration.change(indexes=tuple(indexes))


def _kinds(index: Index) -> list[Any]:
    kinds = [Kind.TEXT if part.kind in _STRINGS else part.kind for part in index.parts]
    return [*kinds, *(part.element_kind for part in index.parts)]


def _reads(index: Index) -> bool:
    """Returns whether an index computes something of its rows."""
    return index.predicate_sql is not None or any(p.column_id is None for p in index.parts)


def _part_again(part: KeyPart, alteration: Alteration) -> KeyPart:
    table = alteration.table
    if part.column_id is not None:
        column = table.column_by_id(part.column_id)
        kind, element_kind = column.kind, column.element_kind
        sql_type, typmod = column.sql_type, column.typmod
    else:
        node = parse_expression(part.expression_sql or "")
        with without_position():
            expression = bind_expression(node, table, alteration.ddl.env, "index")
        kinds = kinds_of_type(expression.type)
        assert kinds is not None
        kind, element_kind = kinds
        sql_type, typmod = expression.type, expression.typmod
    check_can_be_key(kind, element_kind, sql_type)
    return msgspec.structs.replace(
        part, kind=kind, element_kind=element_kind, sql_type=sql_type, typmod=typmod
    )


def _bind_again(check: Check, alteration: Alteration) -> None:
    with without_position():  # the text that it counts in isn't the client's
        node = parse_expression(check.check_sql)
        bind_expression(node, alteration.table, alteration.ddl.env, "check")
    if check.validated:
        alteration.checks.append(check.name)

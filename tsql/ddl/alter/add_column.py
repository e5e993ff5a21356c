"""ADD COLUMN.

A default that is the same for every row is evaluated once, and kept as the column's *missing* value:
no row is touched. A volatile one (serial, random()) has every row written again.
"""

import functools
from typing import Any

import msgspec

from storage.errors import DatabaseError
from storage.items import Row, missing_for
from storage.row_types import row_type_of
from storage.schema import Column, ColumnPolicy
from tsql.binder import bind_default_text, bind_generated, bind_transform
from tsql.binder.defaults import default_of
from tsql.bound import CoerceToDomain
from tsql.ddl.alter.constraints import add_check, require_not_null
from tsql.ddl.alter.keys import add_key
from tsql.ddl.alteration.references import add_reference
from tsql.ddl.alteration.state import Alteration, Pass, without_position
from tsql.ddl.create_table import (
    read_column,
    settle_keys,
    with_defaults,
    with_generated,
)
from tsql.ddl.default_privileges import give_default_privileges
from tsql.ddl.definition import Definition
from tsql.ddl.serial import create_owned_sequences
from tsql.ddl.user_types import check_not_inside, hold_types
from tsql.env import Env
from tsql.executor.expressions import compile_expression
from tsql.parser import ast, parse_expression
from tsql.planner.walk import is_volatile, walk
from tsql.types.kinds import is_domain


async def add_column(cmd: Any, alteration: Alteration) -> None:
    """ADD [COLUMN] [IF NOT EXISTS] name type, with its constraints."""
    ddl, table = alteration.ddl, alteration.table
    name = cmd.def_.colname
    if table.column(name) is not None:
        message = f'column "{name}" of relation "{table.name}" already exists'
        if not cmd.missing_ok:
            raise DatabaseError("42701", message)
        ddl.notice("NOTICE", "42701", f"{message}, skipping")
        return
    definition = Definition(table.name, ddl.env, first_column_id=table.next_column_id)
    read_column(definition, cmd.def_)
    settle_keys(definition)
    (column,) = definition.columns
    check_not_inside(column.sql_type, row_type_of(alteration.old), ddl)
    await hold_types([column.sql_type], ddl)
    alteration.change(columns=(*table.columns, column), next_column_id=column.id + 1)
    with without_position():
        table = with_defaults(alteration.table, definition, ddl)
        table = with_generated(table, definition, ddl)
    alteration.table, sequences = await create_owned_sequences(table, definition.serials, ddl)
    for sequence in sequences:
        await give_default_privileges(await ddl.changes.create_sequence(sequence), ddl)
    _fill(alteration, alteration.column(name), cmd.def_)
    for written in definition.checks:
        check = functools.partial(add_check, alteration, written)
        alteration.later(Pass.ADD_OTHER_CONSTRAINT, check)
    for key in definition.keys:
        if key.is_primary:
            not_null = functools.partial(require_not_null, alteration, key.columns)
            alteration.later(Pass.COLUMN_ATTRIBUTES, not_null)
        alteration.later(Pass.ADD_INDEX, functools.partial(add_key, alteration, key))
    for clause in definition.foreign_keys:
        reference = functools.partial(add_reference, alteration, clause)
        alteration.later(Pass.ADD_OTHER_CONSTRAINT, reference)


def _fill(alteration: Alteration, column: Column, element: Any) -> None:
    """Sees to it that the rows that are there have the column."""
    if column.not_null:
        alteration.not_null.add(column.id)
    if column.generated_sql is not None:
        _compute(alteration, column)
        return
    if _is_attribute(alteration, column):
        _pin(alteration, column, element)
        return
    if column.default_sql is None and not is_domain(column.sql_type):
        return
    env = alteration.ddl.env
    default = default_of(column, env)
    evaluate = compile_expression(default)
    # Where there are no rows, no value is tested against a domain's constraints.
    if is_volatile(default) or any(isinstance(part, CoerceToDomain) for part in walk(default)):
        alteration.values[column.id] = evaluate
        alteration.is_rewrite = True
        return
    value = evaluate((), env)
    if value is None:
        return
    alteration.not_null.discard(column.id)  # all rows have it: there is nothing to look for
    alteration.change_column(column.id, missing=missing_for(column, value))
    alteration.values[column.id] = lambda _row, _env: value


def _compute(alteration: Alteration, column: Column) -> None:
    """Has every row written again with the generated column's value."""
    old, env = alteration.old, alteration.ddl.env
    assert column.generated_sql is not None
    # It may be made of columns that the same statement has added before it.
    known = {each.id for each in old.columns} | {column.id}
    added = [each for each in alteration.table.columns if each.id not in known]
    table = msgspec.structs.replace(old, columns=(*old.columns, *added))
    expression = bind_generated(parse_expression(column.generated_sql), table, column, env)
    evaluate, width = compile_expression(expression), len(old.columns)
    values = [alteration.values.get(each.id) for each in added]

    def computed(row: Row, env: Env) -> Any:
        more = [None if value is None else value(row, env) for value in values]
        return evaluate([*row[:width], *more], env)

    alteration.values[column.id] = computed
    alteration.is_rewrite = True


def _is_attribute(alteration: Alteration, column: Column) -> bool:
    """Returns whether rows of a dynamic table may have an undeclared attribute of that name."""
    table = alteration.old
    is_dynamic = table.policy is ColumnPolicy.DYNAMIC
    return is_dynamic and any(name == column.name for name, _ in table.attributes)


def _pin(alteration: Alteration, column: Column, element: Any) -> None:
    """Makes a column of an attribute: rows that have it keep its value, under the new type."""
    env, table = alteration.ddl.env, alteration.old
    node = ast.TypeCast(
        arg=ast.ColumnRef(fields=(ast.String(sval=column.name),)), typeName=element.typeName
    )
    converted, _ = bind_transform(node, table, column, env)
    assert converted is not None
    convert = compile_expression(converted)
    default = None
    if column.default_sql is not None:
        default = compile_expression(bind_default_text(column.default_sql, column, env))
    declared = [None] * len(table.columns)

    def value(row: Row, env: Env) -> Any:
        found = row[-1].get(column.name)
        if found is not None:
            return convert([*declared, found], env)
        return None if default is None else default((), env)

    alteration.values[column.id] = value
    alteration.is_rewrite = True
    attributes = tuple(each for each in alteration.table.attributes if each[0] != column.name)
    alteration.change(attributes=attributes)

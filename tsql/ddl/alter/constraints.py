"""ADD CONSTRAINT, VALIDATE CONSTRAINT and DROP CONSTRAINT; CHECK's own part of them.

Another kind of constraint adds itself to `_ADDED` (what ADD CONSTRAINT does), and to `_find`,
which is asked what a name means.
"""

import functools
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from storage.errors import DatabaseError, not_supported
from storage.schema import AT_ONCE, Check, Table, Timing
from tsql.binder import bind_expression
from tsql.ddl.alter.keys import add_key, add_key_of_index, drop_key
from tsql.ddl.alteration.references import (
    add_reference,
    change_timing,
    drop_own_key,
    validate_reference,
)
from tsql.ddl.alteration.state import Alteration, Pass, without_position
from tsql.ddl.constraints import refuse_constraint, timing_of
from tsql.ddl.create_table import read_key
from tsql.ddl.definition import CheckClause, Definition
from tsql.ddl.foreign_keys import constraint_names, foreign_key_clause
from tsql.ddl.names import free_name
from tsql.ddl.stored_text import stored_text
from tsql.parser import enums
from tsql.planner.walk import named_columns

_TYPES = enums.ConstrType


async def add_constraint(cmd: Any, alteration: Alteration) -> None:
    """ADD table_constraint [NOT VALID]: queued for the pass that is its kind's."""
    constraint = cmd.def_
    add = _ADDED.get(constraint.contype)
    if add is None:
        refuse_constraint(constraint)
        raise not_supported(f"constraint {constraint.contype.name}")
    add(constraint, alteration)


def _queue_check(constraint: Any, alteration: Alteration) -> None:
    refuse_constraint(constraint)

    async def add() -> None:
        clause = CheckClause(
            constraint.conname, constraint.raw_expr, no_inherit=bool(constraint.is_no_inherit)
        )
        await add_check(alteration, clause, is_valid=not constraint.skip_validation)

    alteration.later(Pass.ADD_OTHER_CONSTRAINT, add)


def _queue_key(constraint: Any, alteration: Alteration) -> None:
    if constraint.indexname is not None:

        async def use_index() -> None:
            await add_key_of_index(constraint, alteration)

        alteration.later(Pass.ADD_INDEX_CONSTRAINT, use_index)
        return
    refuse_constraint(constraint)
    definition = Definition(
        alteration.table.name, alteration.ddl.env, columns=list(alteration.table.columns)
    )
    try:
        read_key(definition, constraint, None, timing_of(constraint))
    except DatabaseError as error:
        if error.sqlstate == "42703":
            error.position = None
            if constraint.contype == _TYPES.CONSTR_PRIMARY:
                error.message = error.message.replace(
                    " named in key", f' of relation "{alteration.table.name}"'
                )
        raise
    (key,) = definition.keys

    async def add() -> None:
        await add_key(alteration, key)

    async def not_null() -> None:
        await require_not_null(alteration, key.columns)

    if key.is_primary:
        alteration.later(Pass.COLUMN_ATTRIBUTES, not_null)
    alteration.later(Pass.ADD_INDEX, add)


def _queue_reference(constraint: Any, alteration: Alteration) -> None:
    clause = foreign_key_clause(constraint, None, timing_of(constraint))
    alteration.later(
        Pass.ADD_OTHER_CONSTRAINT, functools.partial(add_reference, alteration, clause)
    )


_ADDED: Final[dict[Any, Callable[[Any, Alteration], None]]] = {
    _TYPES.CONSTR_CHECK: _queue_check,
    _TYPES.CONSTR_FOREIGN: _queue_reference,
    _TYPES.CONSTR_PRIMARY: _queue_key,
    _TYPES.CONSTR_UNIQUE: _queue_key,
}


async def require_not_null(alteration: Alteration, names: Iterable[str]) -> None:
    """Makes columns NOT NULL; every row is looked at."""
    for name in names:
        column = alteration.column(name)
        if not column.not_null:
            alteration.change_column(column.id, not_null=True)
            alteration.not_null.add(column.id)


async def add_check(alteration: Alteration, clause: CheckClause, *, is_valid: bool = True) -> None:
    """Adds a CHECK constraint; unless it is NOT VALID, every row must meet it. Raises 42710."""
    table = alteration.table
    given, node, no_inherit = clause
    with without_position():
        expression = bind_expression(node, table, alteration.ddl.env, "check")
    positions, names_row = named_columns(expression)
    if given is not None and given in constraint_names([table]):
        raise constraint_exists(given, table)
    is_of_one = len(positions) == 1 and not names_row
    only = table.columns[positions[0]].name if is_of_one else None
    name = given or free_name(table.name, only, "check", constraint_names([table]).__contains__)
    column_ids = tuple(table.columns[position].id for position in positions)
    check = Check(
        name=name,
        check_sql=stored_text(node, alteration.ddl.env)[0],
        column_ids=column_ids,
        validated=is_valid,
        no_inherit=no_inherit,
    )
    # PostgreSQL tests them in the order of their names.
    checks = sorted((*table.checks, check), key=lambda check: check.name.encode())
    alteration.change(checks=tuple(checks))
    if is_valid:
        alteration.checks.append(name)


def constraint_exists(name: str, table: Table) -> DatabaseError:
    """Returns 42710."""
    return DatabaseError("42710", f'constraint "{name}" for relation "{table.name}" already exists')


def _no_such_constraint(name: str, table: Table) -> DatabaseError:
    return DatabaseError("42704", f'constraint "{name}" of relation "{table.name}" does not exist')


async def validate_constraint(cmd: Any, alteration: Alteration) -> None:
    """VALIDATE CONSTRAINT name. Raises 42704, 42809."""
    table, name = alteration.table, cmd.name
    if name not in constraint_names([table]):
        raise _no_such_constraint(name, table)
    for key in table.foreign_keys:
        if key.name == name:
            await validate_reference(alteration, key)
            return
    check = next((check for check in table.checks if check.name == name), None)
    if check is None:
        raise DatabaseError(
            "42809",
            f'constraint "{name}" of relation "{table.name}" is not a foreign key or check'
            " constraint",
        )
    if check.validated:
        return
    valid = msgspec.structs.replace(check, validated=True)
    alteration.change(checks=tuple(valid if each is check else each for each in table.checks))
    alteration.checks.append(name)


async def alter_constraint(cmd: Any, alteration: Alteration) -> None:
    """ALTER CONSTRAINT name: when a foreign key is tested. Raises 42704, 42809."""
    table, change = alteration.table, cmd.def_
    name = change.conname
    if not change.alterDeferrability:
        raise not_supported("this form of ALTER CONSTRAINT")
    timing = AT_ONCE
    if change.deferrable:
        timing = Timing(deferrable=True, initially_deferred=bool(change.initdeferred))
    if await change_timing(alteration, name, timing):
        return
    if name not in constraint_names([table]):
        raise _no_such_constraint(name, table)
    raise DatabaseError(
        "42809",
        f'constraint "{name}" of relation "{table.name}" is not a foreign key constraint',
    )


async def drop_constraint(cmd: Any, alteration: Alteration) -> None:
    """DROP CONSTRAINT [IF EXISTS] name [RESTRICT | CASCADE]. Raises 42704."""
    table, name = alteration.table, cmd.name
    if any(check.name == name for check in table.checks):
        alteration.change(checks=tuple(check for check in table.checks if check.name != name))
        return
    if any(key.name == name for key in table.foreign_keys):
        await drop_own_key(alteration, name)
        return
    if name in constraint_names([table]):
        cascades = cmd.behavior == enums.DropBehavior.DROP_CASCADE
        await drop_key(alteration, name, cascades=cascades)
        return
    error = _no_such_constraint(name, table)
    if not cmd.missing_ok:
        raise error
    alteration.ddl.notice("NOTICE", "00000", f"{error.message}, skipping")

"""ALTER VIEW: options, and the defaults of its columns (for what is inserted through it)."""

from typing import Any, Final

import msgspec

from storage.errors import DatabaseError, not_supported
from storage.objects import View
from storage.schema import Column
from storage.types import Kind
from tsql.binder import bind_default
from tsql.ddl.alter.subcommands import subcommand_name
from tsql.ddl.alteration.state import without_position
from tsql.ddl.context import Ddl
from tsql.ddl.stored_text import stored_text
from tsql.ddl.views import check_updatable, view_option
from tsql.parser import enums
from tsql.types.kinds import kinds_of_type

_SET: Final = enums.AlterTableType.AT_SetRelOptions
_RESET: Final = enums.AlterTableType.AT_ResetRelOptions
_DEFAULT: Final = enums.AlterTableType.AT_ColumnDefault
_CHECK: Final = "check_option"


async def alter_view(view: View, node: Any, ddl: Ddl) -> None:
    """Runs the subcommands of ALTER VIEW (or ALTER TABLE) on a view. Raises 42809."""
    ddl.require_owner(view)
    locked = await ddl.changes.lock_object(View, view.id)
    if locked is None:
        raise DatabaseError("42P01", f'relation "{view.name}" does not exist')
    changed = locked
    for cmd in node.cmds:
        match cmd.subtype:
            case subtype if subtype in {_SET, _RESET}:
                changed = _with_options(changed, cmd, is_reset=subtype == _RESET)
            case subtype if subtype == _DEFAULT:
                changed = _with_default(changed, cmd, ddl)
            case _:
                raise _wrong_action(view, cmd)
    if changed.check_option:
        check_updatable(changed, ddl)
    await ddl.changes.replace_object(changed)


def _wrong_action(view: View, cmd: Any) -> DatabaseError:
    action = subcommand_name(cmd)
    if action == "OWNER TO":
        return not_supported("OWNER TO beside other subcommands")
    return DatabaseError(
        "42809",
        f'ALTER action {action} cannot be performed on relation "{view.name}"',
        detail="This operation is not supported for views.",
    )


def _with_options(view: View, cmd: Any, *, is_reset: bool) -> View:
    options = view.all_options
    for definition in cmd.def_:
        if is_reset:
            options.pop(definition.defname, None)
        else:
            options[definition.defname] = view_option(definition)
    check_option = options.pop(_CHECK, "")
    return msgspec.structs.replace(view, options=options, check_option=check_option)


def _with_default(view: View, cmd: Any, ddl: Ddl) -> View:
    at = next((at for at, column in enumerate(view.columns) if column.name == cmd.name), None)
    if at is None:
        message = f'column "{cmd.name}" of relation "{view.name}" does not exist'
        raise DatabaseError("42703", message)
    found = view.columns[at]
    text, relies_on = None, view.relies_on
    if cmd.def_ is not None:
        with without_position():
            kind, element_kind = kinds_of_type(found.sql_type) or (Kind.JSON, None)
            column = Column(
                id=at + 1,
                name=found.name,
                kind=kind,
                element_kind=element_kind,
                sql_type=found.sql_type,
                typmod=found.typmod,
            )
            bind_default(cmd.def_, column, ddl.env)
            text, more = stored_text(cmd.def_, ddl.env)
        relies_on = tuple(dict.fromkeys((*relies_on, *more)))
    columns = list(view.columns)
    columns[at] = msgspec.structs.replace(found, default_sql=text)
    return msgspec.structs.replace(view, columns=tuple(columns), relies_on=relies_on)

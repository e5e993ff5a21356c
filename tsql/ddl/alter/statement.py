"""ALTER TABLE: finds the table, locks it, runs the subcommands, then sees to the rows."""

import functools
from typing import Any, Final

import msgspec

from storage.catalog import IndexRef
from storage.errors import DatabaseError, not_supported
from storage.objects import View
from storage.schema import Sequence, Table
from tsql.ddl.alter.composite import alter_composite
from tsql.ddl.alter.parameters import set_index_statistics
from tsql.ddl.alter.subcommands import SUBCOMMANDS, Subcommand, subcommand_name
from tsql.ddl.alter.view import alter_view
from tsql.ddl.alteration.finish import finish
from tsql.ddl.alteration.state import Alteration
from tsql.ddl.context import Ddl, no_such_relation, skip_relation
from tsql.ddl.options import index_options
from tsql.ddl.owned import change_owner
from tsql.ddl.sequences import set_sequence_logged
from tsql.parser import enums

_LOGGED: Final = {
    enums.AlterTableType.AT_SetLogged: True,
    enums.AlterTableType.AT_SetUnLogged: False,
}
_CHANGE_OWNER: Final = enums.AlterTableType.AT_ChangeOwner
_KINDS: Final = {
    enums.ObjectType.OBJECT_TABLE: "TABLE",
    enums.ObjectType.OBJECT_INDEX: "INDEX",
    enums.ObjectType.OBJECT_SEQUENCE: "SEQUENCE",
    enums.ObjectType.OBJECT_VIEW: "VIEW",
    enums.ObjectType.OBJECT_MATVIEW: "MATERIALIZED VIEW",
    enums.ObjectType.OBJECT_FOREIGN_TABLE: "FOREIGN TABLE",
    enums.ObjectType.OBJECT_TYPE: "TYPE",
}
_TUNING: Final = frozenset(
    {enums.AlterTableType.AT_SetRelOptions, enums.AlterTableType.AT_ResetRelOptions}
)
_OF_MATERIALIZED: Final = _TUNING | {
    enums.AlterTableType.AT_ClusterOn,
    enums.AlterTableType.AT_DropCluster,
    enums.AlterTableType.AT_SetOptions,
    enums.AlterTableType.AT_ResetOptions,
    enums.AlterTableType.AT_SetStatistics,
    enums.AlterTableType.AT_SetStorage,
}


async def alter_table(node: Any, ddl: Ddl) -> str:
    """Runs an AlterTableStmt; returns the command tag."""
    kind = _KINDS.get(node.objtype, "TABLE")
    if len(node.cmds) == 1 and node.cmds[0].subtype == _CHANGE_OWNER:
        return await _change_owner(node, kind, ddl)
    if node.objtype == enums.ObjectType.OBJECT_TYPE:
        return await alter_composite(node, ddl)
    found = ddl.find(node.relation.schemaname, node.relation.relname)
    if isinstance(found, View) and kind in {"VIEW", "TABLE"}:
        await alter_view(found, node, ddl)
        return f"ALTER {kind}"
    if isinstance(found, Sequence) and {cmd.subtype for cmd in node.cmds} <= _LOGGED.keys():
        ddl.require_owner(found)
        await set_sequence_logged(found, ddl, is_logged=_LOGGED[node.cmds[-1].subtype])
        return f"ALTER {kind}"
    if isinstance(found, IndexRef) and {cmd.subtype for cmd in node.cmds} <= _TUNING:
        await _tune_index(found, node, ddl)
        return f"ALTER {kind}"
    subcommands = [_subcommand(cmd) for cmd in node.cmds]
    table = await _locked(node, ddl)
    if table is None:
        return f"ALTER {kind}"
    ddl.require_owner(table)
    ddl.check_no_events(table, "ALTER TABLE")
    alteration = Alteration(ddl, table, table)
    for subcommand, cmd in zip(subcommands, node.cmds, strict=True):
        if subcommand.prepare is not None:
            await subcommand.prepare(cmd, alteration)
        work = functools.partial(subcommand.run, cmd, alteration)
        alteration.later(subcommand.when(cmd), work)
    await alteration.run_passes()
    await finish(alteration)
    return f"ALTER {kind}"


async def _change_owner(node: Any, kind: str, ddl: Ddl) -> str:
    relation = node.relation
    found = ddl.find(relation.schemaname, relation.relname)
    if found is None:
        if not node.missing_ok:
            raise no_such_relation(relation, ddl)
        skip_relation(relation, ddl)
    elif isinstance(found, IndexRef):
        message = f'cannot change owner of index "{relation.relname}"'
        hint = "Change the ownership of the index's table instead."
        raise DatabaseError("42809", message, hint=hint)
    else:
        await change_owner(found, node.cmds[0].newowner, ddl)
    return f"ALTER {kind}"


def _subcommand(cmd: Any) -> Subcommand:
    found = SUBCOMMANDS.get(cmd.subtype)
    if found is None:
        raise not_supported(f"ALTER TABLE … {subcommand_name(cmd)}")
    return found


async def _locked(node: Any, ddl: Ddl) -> Table | None:
    """Returns the table, locked against everybody; None if IF EXISTS lets it be missing."""
    relation = node.relation
    found = ddl.find(relation.schemaname, relation.relname)
    if found is None:
        if not node.missing_ok:
            raise no_such_relation(relation, ddl)
        skip_relation(relation, ddl)
        return None
    if not isinstance(found, Table):
        if isinstance(found, IndexRef) and all(map(_sets_statistics, node.cmds)):
            ddl.require_owner(found.table)
            for cmd in node.cmds:
                set_index_statistics(cmd, found, ddl)
            return None
        raise _wrong_kind(found, node)
    if found.query is not None:
        _check_materialized(found, node)
    locked = await ddl.changes.lock_table(found.id)
    if locked is None:
        raise no_such_relation(relation, ddl)
    return locked


def _check_materialized(found: Table, node: Any) -> None:
    """Raises 42809 for what can't be done to a materialized view: all but tuning."""
    for cmd in node.cmds:
        if cmd.subtype not in _OF_MATERIALIZED:
            action = subcommand_name(cmd)
            raise DatabaseError(
                "42809",
                f'ALTER action {action} cannot be performed on relation "{found.name}"',
                detail="This operation is not supported for materialized views.",
            )


async def _tune_index(found: IndexRef, node: Any, ddl: Ddl) -> None:
    """Runs an ALTER INDEX that sets parameters, which are kept and shown. Raises 22023, 42501."""
    ddl.require_owner(found.table)
    table = await ddl.changes.lock_table(found.table.id)
    if table is None:
        raise no_such_relation(node.relation, ddl)
    index = found.index and next((one for one in table.indexes if one.id == found.index.id), None)
    options = table.primary_key_options if index is None else index.options
    for cmd in node.cmds:
        if cmd.subtype == enums.AlterTableType.AT_SetRelOptions:
            options = {**options, **index_options(cmd.def_)}
        else:
            gone = {definition.defname for definition in cmd.def_}
            options = {name: text for name, text in options.items() if name not in gone}
    if index is None:
        changed = msgspec.structs.replace(table, primary_key_options=options)
    else:
        tuned = msgspec.structs.replace(index, options=options)
        indexes = tuple(tuned if one is index else one for one in table.indexes)
        changed = msgspec.structs.replace(table, indexes=indexes)
    await ddl.changes.replace_table(changed)


def _sets_statistics(cmd: Any) -> bool:
    return bool(cmd.subtype == enums.AlterTableType.AT_SetStatistics)


def _wrong_kind(found: Any, node: Any) -> DatabaseError:
    name = node.relation.relname
    if node.objtype != enums.ObjectType.OBJECT_TABLE:
        return not_supported(f"ALTER {_KINDS.get(node.objtype, 'TABLE')}")
    kinds = "other relations"
    if isinstance(found, IndexRef):
        kinds = "indexes"
    elif isinstance(found, Sequence):
        kinds = "sequences"
    action = subcommand_name(node.cmds[0])
    return DatabaseError(
        "42809",
        f'ALTER action {action} cannot be performed on relation "{name}"',
        detail=f"This operation is not supported for {kinds}.",
    )

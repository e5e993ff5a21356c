"""All commands, by the class of their syntax node.

Those that few statements of a running application need are imported when the first of them comes, or
in the background after the start: they are a good part of what there is to import.
"""

import importlib
from typing import Any, Final

from tsql.commands import refused, settings, statements, transaction
from tsql.commands.command import Command
from tsql.parser import ast

COMMANDS: Final[dict[type[Any], Command]] = {
    ast.DeallocateStmt: statements.DEALLOCATE,
    ast.DiscardStmt: settings.DISCARD,
    ast.ExecuteStmt: statements.EXECUTE,
    ast.PrepareStmt: statements.PREPARE,
    ast.TransactionStmt: transaction.TRANSACTION,
    ast.VariableSetStmt: settings.SET,
    ast.VariableShowStmt: settings.SHOW,
}
#: Module -> the commands that it has.
_LATER: Final[dict[str, dict[type[Any], str]]] = {
    "tsql.commands.constraints": {
        ast.ConstraintsSetStmt: "SET_CONSTRAINTS",
    },
    "tsql.commands.copy": {
        ast.CopyStmt: "COPY",
    },
    "tsql.commands.create_table_as": {
        ast.CreateTableAsStmt: "CREATE_TABLE_AS",
        ast.SelectStmt: "CREATE_TABLE_AS",  # with INTO
    },
    "tsql.commands.cursors": {
        ast.ClosePortalStmt: "CLOSE",
        ast.DeclareCursorStmt: "DECLARE",
        ast.FetchStmt: "FETCH",
    },
    "tsql.commands.databases": {
        ast.AlterDatabaseSetStmt: "ALTER_SET",
        ast.AlterDatabaseStmt: "ALTER",
        ast.CreatedbStmt: "CREATE",
        ast.DropdbStmt: "DROP",
    },
    "tsql.commands.ddl": {
        ast.AlterDefaultPrivilegesStmt: "ALTER_DEFAULT_PRIVILEGES",
        ast.AlterDomainStmt: "ALTER_DOMAIN",
        ast.AlterEnumStmt: "ALTER_ENUM",
        ast.AlterObjectSchemaStmt: "SET_SCHEMA",
        ast.AlterOwnerStmt: "ALTER_OWNER",
        ast.AlterRoleSetStmt: "ALTER_ROLE_SET",
        ast.AlterRoleStmt: "ALTER_ROLE",
        ast.AlterSeqStmt: "ALTER_SEQUENCE",
        ast.AlterTableStmt: "ALTER_TABLE",
        ast.ClusterStmt: "CLUSTER",
        ast.CommentStmt: "COMMENT",
        ast.CompositeTypeStmt: "CREATE_COMPOSITE",
        ast.CreateDomainStmt: "CREATE_DOMAIN",
        ast.CreateEnumStmt: "CREATE_ENUM",
        ast.CreateExtensionStmt: "CREATE_EXTENSION",
        ast.CreateRoleStmt: "CREATE_ROLE",
        ast.CreateSchemaStmt: "CREATE_SCHEMA",
        ast.CreateSeqStmt: "CREATE_SEQUENCE",
        ast.CreateStmt: "CREATE_TABLE",
        ast.DropOwnedStmt: "DROP_OWNED",
        ast.DropRoleStmt: "DROP_ROLE",
        ast.DropStmt: "DROP",
        ast.GrantRoleStmt: "GRANT_ROLE",
        ast.GrantStmt: "GRANT",
        ast.IndexStmt: "CREATE_INDEX",
        ast.ReassignOwnedStmt: "REASSIGN_OWNED",
        ast.ReindexStmt: "REINDEX",
        ast.RenameStmt: "RENAME",
        ast.TruncateStmt: "TRUNCATE",
        ast.ViewStmt: "CREATE_VIEW",
    },
    "tsql.commands.explain": {
        ast.ExplainStmt: "EXPLAIN",
    },
    "tsql.commands.lock_table": {
        ast.LockStmt: "LOCK",
    },
    "tsql.commands.maintenance": {
        ast.CheckPointStmt: "CHECKPOINT",
        ast.VacuumStmt: "VACUUM",
    },
    "tsql.commands.materialized_views": {
        ast.RefreshMatViewStmt: "REFRESH",
    },
    "tsql.commands.notifications": {
        ast.ListenStmt: "LISTEN",
        ast.NotifyStmt: "NOTIFY",
        ast.UnlistenStmt: "UNLISTEN",
    },
}
_MODULES: Final = {node: module for module, commands in _LATER.items() for node in commands}


def load(module: str) -> None:
    """Imports a module of commands."""
    found = importlib.import_module(module)
    for node, name in _LATER[module].items():
        COMMANDS[node] = getattr(found, name)


def command_of(node: Any) -> Command:
    """Returns the command of a statement; for one that isn't there, the one that refuses it."""
    kind = type(node)
    if kind in _MODULES and kind not in COMMANDS:
        load(_MODULES[kind])
    return COMMANDS.get(kind, refused.REFUSED_COMMAND)


def later_modules() -> list[str]:
    """Returns the modules that may be imported after the start."""
    return list(_LATER)

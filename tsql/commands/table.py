"""All commands, by the class of their syntax node."""

from typing import Any, Final

from tsql.commands import (
    constraints,
    copy,
    create_table_as,
    cursors,
    ddl,
    explain,
    maintenance,
    notifications,
    refused,
    settings,
    statements,
    transaction,
)
from tsql.commands.command import Command
from tsql.parser import ast

COMMANDS: Final[dict[type[Any], Command]] = {
    ast.AlterObjectSchemaStmt: ddl.SET_SCHEMA,
    ast.AlterTableStmt: ddl.ALTER_TABLE,
    ast.AlterSeqStmt: ddl.ALTER_SEQUENCE,
    ast.AlterEnumStmt: ddl.ALTER_ENUM,
    ast.CreateEnumStmt: ddl.CREATE_ENUM,
    ast.AlterOwnerStmt: ddl.ALTER_OWNER,
    ast.AlterRoleSetStmt: ddl.ALTER_ROLE_SET,
    ast.AlterRoleStmt: ddl.ALTER_ROLE,
    ast.CommentStmt: ddl.COMMENT,
    ast.CreateTableAsStmt: create_table_as.CREATE_TABLE_AS,
    ast.SelectStmt: create_table_as.CREATE_TABLE_AS,  # with INTO
    ast.ViewStmt: ddl.CREATE_VIEW,
    ast.CheckPointStmt: maintenance.CHECKPOINT,
    ast.ClosePortalStmt: cursors.CLOSE,
    ast.DeclareCursorStmt: cursors.DECLARE,
    ast.FetchStmt: cursors.FETCH,
    ast.ConstraintsSetStmt: constraints.SET_CONSTRAINTS,
    ast.CopyStmt: copy.COPY,
    ast.CreateRoleStmt: ddl.CREATE_ROLE,
    ast.CreateSchemaStmt: ddl.CREATE_SCHEMA,
    ast.CreateSeqStmt: ddl.CREATE_SEQUENCE,
    ast.CreateStmt: ddl.CREATE_TABLE,
    ast.DeallocateStmt: statements.DEALLOCATE,
    ast.DiscardStmt: settings.DISCARD,
    ast.DropOwnedStmt: ddl.DROP_OWNED,
    ast.DropRoleStmt: ddl.DROP_ROLE,
    ast.DropStmt: ddl.DROP,
    ast.ExecuteStmt: statements.EXECUTE,
    ast.ExplainStmt: explain.EXPLAIN,
    ast.GrantRoleStmt: ddl.GRANT_ROLE,
    ast.GrantStmt: ddl.GRANT,
    ast.IndexStmt: ddl.CREATE_INDEX,
    ast.ListenStmt: notifications.LISTEN,
    ast.LockStmt: maintenance.LOCK,
    ast.NotifyStmt: notifications.NOTIFY,
    ast.PrepareStmt: statements.PREPARE,
    ast.ReindexStmt: ddl.REINDEX,
    ast.RenameStmt: ddl.RENAME,
    ast.ReassignOwnedStmt: ddl.REASSIGN_OWNED,
    ast.TransactionStmt: transaction.TRANSACTION,
    ast.TruncateStmt: ddl.TRUNCATE,
    ast.UnlistenStmt: notifications.UNLISTEN,
    ast.VacuumStmt: maintenance.VACUUM,
    ast.VariableSetStmt: settings.SET,
    ast.VariableShowStmt: settings.SHOW,
}


def command_of(node: Any) -> Command:
    """Returns the command of a statement; for one that isn't there, the one that refuses it."""
    return COMMANDS.get(type(node), refused.REFUSED_COMMAND)

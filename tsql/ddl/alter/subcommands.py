"""The subcommands of ALTER TABLE: when each runs, and which function is it.

A new one is a function `async def (cmd, alteration) -> None` in a module of its family, and a line
here. `cmd` is the AlterTableCmd; the function changes `alteration.table`, and says what the rows
need. What must be looked at before anything has changed (the type in ALTER … TYPE, whose USING is
bound to the columns as they were) is `prepare`'s.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from tsql.ddl.alter.add_column import add_column
from tsql.ddl.alter.column_default import set_default
from tsql.ddl.alter.column_type import change_type, prepare_type
from tsql.ddl.alter.constraints import (
    add_constraint,
    alter_constraint,
    drop_constraint,
    validate_constraint,
)
from tsql.ddl.alter.drop_column import drop_column
from tsql.ddl.alter.identity import (
    add_identity,
    drop_expression,
    drop_identity,
    set_identity,
)
from tsql.ddl.alter.nullness import drop_not_null, set_not_null
from tsql.ddl.alter.parameters import (
    cluster_on,
    drop_cluster,
    replica_identity,
    reset_parameters,
    set_column_options,
    set_compression,
    set_logged,
    set_parameters,
    set_statistics,
    set_storage,
)
from tsql.ddl.alteration.state import Alteration, Pass
from tsql.parser import enums

_TYPES = enums.AlterTableType
Act = Callable[[Any, Alteration], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subcommand:
    """A subcommand.

    Attributes:
        when: Gives the pass in which it runs.
        prepare: What it looks at before the first pass.
    """

    when: Callable[[Any], Pass]
    run: Act
    prepare: Act | None = None


def _in(when: Pass) -> Callable[[Any], Pass]:
    return lambda _cmd: when


def _default_pass(cmd: Any) -> Pass:
    return Pass.DROP if cmd.def_ is None else Pass.ADD_OTHER_CONSTRAINT


SUBCOMMANDS: Final[dict[Any, Subcommand]] = {
    _TYPES.AT_AddColumn: Subcommand(_in(Pass.ADD_COLUMN), add_column),
    _TYPES.AT_AddConstraint: Subcommand(_in(Pass.ADD_CONSTRAINT), add_constraint),
    _TYPES.AT_AddIdentity: Subcommand(_in(Pass.ADD_OTHER_CONSTRAINT), add_identity),
    _TYPES.AT_AlterColumnType: Subcommand(_in(Pass.ALTER_TYPE), change_type, prepare_type),
    _TYPES.AT_ClusterOn: Subcommand(_in(Pass.MISC), cluster_on),
    _TYPES.AT_ColumnDefault: Subcommand(_default_pass, set_default),
    _TYPES.AT_DropCluster: Subcommand(_in(Pass.MISC), drop_cluster),
    _TYPES.AT_DropColumn: Subcommand(_in(Pass.DROP), drop_column),
    _TYPES.AT_DropConstraint: Subcommand(_in(Pass.DROP), drop_constraint),
    _TYPES.AT_DropExpression: Subcommand(_in(Pass.DROP), drop_expression),
    _TYPES.AT_DropIdentity: Subcommand(_in(Pass.DROP), drop_identity),
    _TYPES.AT_DropNotNull: Subcommand(_in(Pass.DROP), drop_not_null),
    _TYPES.AT_ReplicaIdentity: Subcommand(_in(Pass.MISC), replica_identity),
    _TYPES.AT_ResetOptions: Subcommand(_in(Pass.MISC), set_column_options),
    _TYPES.AT_ResetRelOptions: Subcommand(_in(Pass.MISC), reset_parameters),
    _TYPES.AT_SetCompression: Subcommand(_in(Pass.MISC), set_compression),
    _TYPES.AT_SetIdentity: Subcommand(_in(Pass.MISC), set_identity),
    _TYPES.AT_SetLogged: Subcommand(_in(Pass.MISC), set_logged),
    _TYPES.AT_SetUnLogged: Subcommand(_in(Pass.MISC), set_logged),
    _TYPES.AT_SetNotNull: Subcommand(_in(Pass.COLUMN_ATTRIBUTES), set_not_null),
    _TYPES.AT_SetOptions: Subcommand(_in(Pass.MISC), set_column_options),
    _TYPES.AT_SetRelOptions: Subcommand(_in(Pass.MISC), set_parameters),
    _TYPES.AT_SetStatistics: Subcommand(_in(Pass.MISC), set_statistics),
    _TYPES.AT_SetStorage: Subcommand(_in(Pass.MISC), set_storage),
    _TYPES.AT_AlterConstraint: Subcommand(_in(Pass.MISC), alter_constraint),
    _TYPES.AT_ValidateConstraint: Subcommand(_in(Pass.MISC), validate_constraint),
}

#: Those with another name than their subtype's words.
_NAMES: Final = {
    "AT_ColumnDefault": "ALTER COLUMN ... SET DEFAULT",
    "AT_DropNotNull": "ALTER COLUMN ... DROP NOT NULL",
    "AT_SetNotNull": "ALTER COLUMN ... SET NOT NULL",
    "AT_SetExpression": "ALTER COLUMN ... SET EXPRESSION",
    "AT_DropExpression": "ALTER COLUMN ... DROP EXPRESSION",
    "AT_SetStatistics": "ALTER COLUMN ... SET STATISTICS",
    "AT_SetOptions": "ALTER COLUMN ... SET",
    "AT_ResetOptions": "ALTER COLUMN ... RESET",
    "AT_SetStorage": "ALTER COLUMN ... SET STORAGE",
    "AT_SetCompression": "ALTER COLUMN ... SET COMPRESSION",
    "AT_AlterColumnType": "ALTER COLUMN ... SET DATA TYPE",
    "AT_AddIdentity": "ALTER COLUMN ... ADD IDENTITY",
    "AT_SetIdentity": "ALTER COLUMN ... SET",
    "AT_DropIdentity": "ALTER COLUMN ... DROP IDENTITY",
    "AT_ChangeOwner": "OWNER TO",
    "AT_DropCluster": "SET WITHOUT CLUSTER",
    "AT_SetRelOptions": "SET",
    "AT_ResetRelOptions": "RESET",
    "AT_AddInherit": "INHERIT",
    "AT_DropInherit": "NO INHERIT",
    "AT_AddOf": "OF",
    "AT_DropOf": "NOT OF",
    "AT_EnableTrig": "ENABLE TRIGGER",
    "AT_DisableTrig": "DISABLE TRIGGER",
    "AT_EnableRowSecurity": "ENABLE ROW SECURITY",
    "AT_DisableRowSecurity": "DISABLE ROW SECURITY",
    "AT_ForceRowSecurity": "FORCE ROW SECURITY",
    "AT_NoForceRowSecurity": "NO FORCE ROW SECURITY",
    "AT_SetLogged": "SET LOGGED",
    "AT_SetUnLogged": "SET UNLOGGED",
}


def subcommand_name(cmd: Any) -> str:
    """Returns what PostgreSQL calls a subcommand: ADD COLUMN, ALTER COLUMN ... SET NOT NULL."""
    name = cmd.subtype.name
    if name == "AT_ColumnDefault" and cmd.def_ is None:
        return "ALTER COLUMN ... DROP DEFAULT"
    if name in _NAMES:
        return _NAMES[name]
    words = ""
    for letter in name.removeprefix("AT_"):
        words += f" {letter}" if letter.isupper() and words else letter
    return words.upper()

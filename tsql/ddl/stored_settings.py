"""ALTER ROLE and ALTER DATABASE … SET: settings that a session begins with."""

from collections.abc import Mapping
from typing import Any

from storage.errors import not_supported
from tsql.parser import ast, enums


def changed_settings(old: Mapping[str, str], statement: Any, command: str) -> dict[str, str]:
    """Returns the settings after a VariableSetStmt."""
    kinds = enums.VariableSetKind
    settings = dict(old)
    match statement.kind:
        case kinds.VAR_SET_VALUE:
            settings[statement.name.lower()] = ", ".join(map(_text, statement.args))
        case kinds.VAR_RESET | kinds.VAR_SET_DEFAULT:
            settings.pop(statement.name.lower(), None)
        case kinds.VAR_RESET_ALL:
            settings.clear()
        case _:
            raise not_supported(f"{command} … SET … FROM CURRENT")
    return settings


def _text(argument: Any) -> str:
    value = argument.val
    match value:
        case ast.Integer():
            return str(value.ival)
        case ast.Float():
            return str(value.fval)
        case ast.Boolean():
            return "on" if value.boolval else "off"
        case _:
            return str(value.sval)

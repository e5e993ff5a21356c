"""SET, SHOW, RESET, DISCARD and SET TRANSACTION."""

from collections.abc import Sequence
from typing import Any

from storage.errors import DatabaseError, not_supported
from tsql.api import Result
from tsql.bound import Field
from tsql.commands.command import Command, Fields, Invocation
from tsql.commands.temporary import discard_temporary
from tsql.parser import ast, enums
from tsql.session_state import SessionState
from tsql.setting_checks import fixed_offset_zone
from tsql.types import oids
from tsql.types.io import input_of

_KINDS = enums.VariableSetKind
_TRANSACTION_MODES = ("transaction_isolation", "transaction_read_only", "transaction_deferrable")


async def run_set(invocation: Invocation) -> Result:
    """Runs a VariableSetStmt."""
    node, state = invocation.node, invocation.state
    state.control.mark_settings()
    if node.is_local and state.control.is_single:
        state.warning("25P01", "SET LOCAL can only be used in transaction blocks")
    match node.kind:
        case _KINDS.VAR_SET_VALUE:
            _set_value(state, node)
        case _KINDS.VAR_SET_DEFAULT:
            _reset(state, node)
        case _KINDS.VAR_RESET:
            _reset(state, node)
            return Result(tag="RESET")
        case _KINDS.VAR_RESET_ALL:
            state.settings.reset_all()
            return Result(tag="RESET")
        case _KINDS.VAR_SET_MULTI:
            _set_many(state, node)
        case _:
            raise not_supported("SET … FROM CURRENT")
    return Result(tag="SET")


def _reset(state: SessionState, node: Any) -> None:
    if node.name.lower() == "session_authorization":
        state.settings.set("role", "none", local=node.is_local)
    state.settings.reset(node.name, local=node.is_local)


def _set_value(state: SessionState, node: Any) -> None:
    name = node.name.lower()
    texts = [_argument_text(argument, state) for argument in node.args]
    if name in _TRANSACTION_MODES:
        check_transaction_mode(state, name, texts[0].lower())
    if name in {"role", "session_authorization"}:
        state.check_may_become(name, texts[0])
    if name == "session_authorization":
        state.settings.set("role", "none", local=node.is_local)
    state.settings.set_list(node.name, texts, local=node.is_local)


def _argument_text(argument: Any, state: SessionState) -> str:
    match argument:
        case ast.A_Const(val=ast.Integer(ival=value)):
            return str(value)
        case ast.A_Const(val=ast.Float(fval=value)):
            return str(value)
        case ast.A_Const(val=ast.String(sval=value)):
            return str(value)
        case ast.A_Const(val=ast.Boolean(boolval=value)):
            return "true" if value else "false"
        case ast.TypeCast(arg=ast.A_Const(val=ast.String(sval=value))):
            # SET TIME ZONE INTERVAL '-3:30' HOUR TO MINUTE
            interval = input_of(oids.INTERVAL)(str(value), -1, state.env)
            if interval.months or interval.days:
                raise DatabaseError("22023", f'invalid value for parameter "TimeZone": "{value}"')
            return fixed_offset_zone(interval.microseconds // 1_000_000)
        case _:
            raise not_supported("this form of SET")


def _set_many(state: SessionState, node: Any) -> None:
    match node.name:
        case "TRANSACTION":
            if state.control.is_single:
                state.warning("25P01", "SET TRANSACTION can only be used in transaction blocks")
                state.control.mark_settings()
            set_transaction_modes(state, node.args, is_default=False)
        case "SESSION CHARACTERISTICS":
            set_transaction_modes(state, node.args, is_default=True)
        case _:
            raise not_supported("SET TRANSACTION SNAPSHOT")


def _mode(option: Any) -> tuple[str, str]:
    """Returns the setting and the value of a mode."""
    value = option.arg.val if isinstance(option.arg, ast.A_Const) else option.arg
    text = "on" if getattr(value, "ival", 0) else "off"
    if isinstance(value, ast.String):
        text = str(value.sval)
    return option.defname, text


def set_transaction_modes(
    state: SessionState, options: Sequence[Any] | None, *, is_default: bool
) -> None:
    """Sets what BEGIN, SET TRANSACTION and SET SESSION CHARACTERISTICS say."""
    for option in options or ():
        name, text = _mode(option)
        if not is_default:
            check_transaction_mode(state, name, text)
        setting = f"default_{name}" if is_default else name
        state.settings.set(setting, text, local=not is_default)


def check_transaction_mode(state: SessionState, name: str, text: str) -> None:
    """Raises 25001 where a mode of the transaction can't change any more."""
    control = state.control
    if not control.is_open:
        return
    if name == "transaction_read_only":
        _check_read_only(state, text)
        return
    what = "[NOT] DEFERRABLE" if name == "transaction_deferrable" else "ISOLATION LEVEL"
    if what == "ISOLATION LEVEL" and text == state.settings.value(name):
        return
    if control.has_run:
        raise DatabaseError("25001", f"SET TRANSACTION {what} must be called before any query")
    if control.is_nested:
        verb = "cannot be called within" if what == "[NOT] DEFERRABLE" else "must not be called in"
        raise DatabaseError("25001", f"SET TRANSACTION {what} {verb} a subtransaction")


def _check_read_only(state: SessionState, text: str) -> None:
    control = state.control
    if text not in {"off", "false", "no", "0"} or not state.settings.is_on("transaction_read_only"):
        return
    if control.is_nested:
        message = "cannot set transaction read-write mode inside a read-only transaction"
        raise DatabaseError("25001", message)
    if control.has_run:
        raise DatabaseError("25001", "transaction read-write mode must be set before any query")


# ---- SHOW --------------------------------------------------------------------------------------

_ALL_FIELDS = (
    Field("name", oids.TEXT),
    Field("setting", oids.TEXT),
    Field("description", oids.TEXT),
)


def show_fields(state: SessionState, node: Any) -> Fields:
    """Returns the fields of a VariableShowStmt. Raises 42704."""
    if node.name == "all":
        return _ALL_FIELDS
    state.settings.show(node.name)
    return (Field(state.settings.canonical_name(node.name), oids.TEXT),)


async def run_show(invocation: Invocation) -> Result:
    """Runs a VariableShowStmt."""
    node, settings = invocation.node, invocation.state.settings
    fields = show_fields(invocation.state, node)
    rows = settings.all() if node.name == "all" else [(settings.show(node.name),)]
    return Result(fields, rows, tag="SHOW")


# ---- DISCARD -----------------------------------------------------------------------------------

_TARGETS = enums.DiscardMode


async def run_discard(invocation: Invocation) -> Result:
    """Runs a DiscardStmt."""
    state = invocation.state
    match invocation.node.target:
        case _TARGETS.DISCARD_ALL:
            if not (invocation.is_alone and state.control.is_single):
                raise DatabaseError("25001", "DISCARD ALL cannot run inside a transaction block")
            state.settings.reset_all()
            state.statements.clear()
            state.portals.clear()
            state.cursors.clear()
            state.discard()
            await discard_temporary(state)
            return Result(tag="DISCARD ALL")
        case _TARGETS.DISCARD_PLANS:
            return Result(tag="DISCARD PLANS")
        case _TARGETS.DISCARD_SEQUENCES:
            state.forget_sequences()
            return Result(tag="DISCARD SEQUENCES")
        case _:
            await discard_temporary(state)
            return Result(tag="DISCARD TEMP")


SET = Command(run_set)
SHOW = Command(run_show, show_fields)
DISCARD = Command(run_discard)

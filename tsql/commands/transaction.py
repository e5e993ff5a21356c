"""BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their kin."""

from typing import Any, Final

from storage.errors import DatabaseError
from tsql.api import Result
from tsql.commands.command import Command, Invocation
from tsql.commands.maintenance import require_no_transaction
from tsql.commands.settings import set_transaction_modes
from tsql.parser import enums
from tsql.session_state import SessionState
from tsql.transactions import Phase

_KINDS = enums.TransactionStmtKind
_ENDING: Final = frozenset(
    {
        _KINDS.TRANS_STMT_COMMIT,
        _KINDS.TRANS_STMT_ROLLBACK,
        _KINDS.TRANS_STMT_ROLLBACK_TO,
        _KINDS.TRANS_STMT_PREPARE,
    }
)


async def run_transaction_statement(invocation: Invocation) -> Result:
    """Runs a TransactionStmt."""
    node, state = invocation.node, invocation.state
    control = state.control
    match node.kind:
        case _KINDS.TRANS_STMT_BEGIN:
            return _begin(state, node, "BEGIN")
        case _KINDS.TRANS_STMT_START:
            return _begin(state, node, "START TRANSACTION")
        case _KINDS.TRANS_STMT_COMMIT:
            return await _end(state, node, commits=True)
        case _KINDS.TRANS_STMT_ROLLBACK:
            return await _end(state, node, commits=False)
        case _KINDS.TRANS_STMT_SAVEPOINT:
            control.savepoint(node.savepoint_name)
            return Result(tag="SAVEPOINT")
        case _KINDS.TRANS_STMT_RELEASE:
            control.release(node.savepoint_name)
            for cursor in state.cursors.values():
                cursor.depth = min(cursor.depth, control.savepoint_count)
            return Result(tag="RELEASE")
        case _KINDS.TRANS_STMT_ROLLBACK_TO:
            await control.rollback_to(node.savepoint_name)
            state.portals.clear()
            state.end_cursors(control.savepoint_count)
            return Result(tag="ROLLBACK")
        case _KINDS.TRANS_STMT_PREPARE:
            return await _prepare(state)
        case kind:
            command = "COMMIT" if kind == _KINDS.TRANS_STMT_COMMIT_PREPARED else "ROLLBACK"
            require_no_transaction(invocation, f"{command} PREPARED")
            message = f'prepared transaction with identifier "{node.gid}" does not exist'
            raise DatabaseError("42704", message)


async def _prepare(state: SessionState) -> Result:
    """PREPARE TRANSACTION: disabled, as PostgreSQL has it unless told otherwise; the transaction ends."""
    control = state.control
    if not control.is_block:
        state.warning("25P01", "there is no transaction in progress")
    fails = control.is_block and control.phase is not Phase.FAILED
    await control.rollback()
    if fails:
        raise DatabaseError(
            "55000",
            "prepared transactions are disabled",
            hint="Set max_prepared_transactions to a nonzero value.",
        )
    return Result(tag="ROLLBACK")


def _begin(state: SessionState, node: Any, tag: str) -> Result:
    if not state.control.begin_block():
        state.warning("25001", "there is already a transaction in progress")
    set_transaction_modes(state, node.options, is_default=False)
    return Result(tag=tag)


async def _end(state: SessionState, node: Any, *, commits: bool) -> Result:
    control = state.control
    if not control.is_block:
        if node.chain:
            command = "COMMIT AND CHAIN" if commits else "ROLLBACK AND CHAIN"
            control.require_block(command)
        state.warning("25P01", "there is no transaction in progress")
    commits_really = commits and control.phase is not Phase.FAILED
    modes = {
        name: state.settings.value(name)
        for name in ("transaction_isolation", "transaction_read_only", "transaction_deferrable")
    }
    if commits_really:
        await control.commit()
    else:
        await control.rollback()
    if node.chain:
        control.begin_block()
        for name, value in modes.items():
            state.settings.set(name, value, local=True)
    return Result(tag="COMMIT" if commits_really else "ROLLBACK")


def ends_failure(node: Any) -> bool:
    """Returns whether a failed transaction lets the statement run."""
    return node.kind in _ENDING


TRANSACTION = Command(run_transaction_statement, ends_failure=ends_failure)

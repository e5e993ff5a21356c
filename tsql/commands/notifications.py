"""LISTEN, UNLISTEN and NOTIFY: they take effect when their transaction commits."""

from storage.errors import DatabaseError
from tsql.api import Result
from tsql.commands.command import Command, Invocation
from tsql.session_state import SessionState

#: PostgreSQL's NOTIFY_PAYLOAD_MAX_LENGTH.
PAYLOAD_BYTES_MAX = 8000


async def run_listen(invocation: Invocation) -> Result:
    """Runs a ListenStmt."""
    state, channel = invocation.state, invocation.node.conditionname

    def listen(committed: bool) -> None:
        if committed:
            state.listen(channel)

    state.at_end(listen)
    return Result(tag="LISTEN")


async def run_unlisten(invocation: Invocation) -> Result:
    """Runs an UnlistenStmt; without a channel (`*`), of all."""
    state, channel = invocation.state, invocation.node.conditionname

    def unlisten(committed: bool) -> None:
        if committed:
            state.unlisten(channel)

    state.at_end(unlisten)
    return Result(tag="UNLISTEN")


async def run_notify(invocation: Invocation) -> Result:
    """Runs a NotifyStmt."""
    node = invocation.node
    notify(invocation.state, node.conditionname, node.payload or "")
    return Result(tag="NOTIFY")


def notify(state: SessionState, channel: str, payload: str) -> None:
    """Sends a notification at the commit; the same one twice in a transaction goes once."""
    if not channel:
        raise DatabaseError("22023", "channel name cannot be empty")
    if len(payload.encode()) >= PAYLOAD_BYTES_MAX:
        raise DatabaseError("22023", "payload string too long")
    if (channel, payload) in state.pending_notifications:
        return
    if not state.pending_notifications:
        state.at_end(state.deliver_notifications)
    state.pending_notifications.append((channel, payload))


LISTEN = Command(run_listen)
UNLISTEN = Command(run_unlisten)
NOTIFY = Command(run_notify)

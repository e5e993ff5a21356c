"""LISTEN, UNLISTEN and NOTIFY: they take effect when their transaction commits."""

from tsql.api import Result
from tsql.commands.command import Command, Invocation


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
    invocation.state.notify(node.conditionname, node.payload or "")
    return Result(tag="NOTIFY")


LISTEN = Command(run_listen)
UNLISTEN = Command(run_unlisten)
NOTIFY = Command(run_notify)

"""The COPY sub-protocol: the part of a conversation where messages carry data.

COPY FROM STDIN takes CopyData until CopyDone or CopyFail; Flush and Sync in between are ignored, since
clients send them before they know that they are copying. Anything else is 08P01 and ends the
connection. COPY TO STDOUT is a plain stream of CopyData.
"""

from time import perf_counter

from storage.errors import DatabaseError
from tsql.api import CopyIn, CopyOut
from wire.pg import backend, frontend
from wire.pg.connection import Connection, Disconnect
from wire.pg.output import Channel, Output


async def copy_in(copy: CopyIn, connection: Connection, channel: Channel, output: Output) -> str:
    """Runs COPY FROM STDIN and returns its command tag."""
    output.add(backend.copy_in_response(copy.column_count, binary=copy.binary))
    output.flush()
    connection.begin_copy()
    try:
        return await _receive(copy, connection, channel)
    finally:
        connection.end_copy()


async def _receive(copy: CopyIn, connection: Connection, channel: Channel) -> str:
    while True:
        message = connection.next_message()
        if message is None:
            await _wait(copy, channel)
        elif isinstance(message, frontend.CopyData):
            await copy.data(message.data)
            if perf_counter() >= channel.turn_end:
                await channel.next_turn()
        elif isinstance(message, frontend.CopyDone):
            return await copy.done()
        elif isinstance(message, frontend.CopyFail):
            await copy.fail(message.message)
            raise DatabaseError("57014", f"COPY from stdin failed: {message.message}")
        elif isinstance(message, frontend.Malformed):
            message.error.context = await _give_up(copy, message.error.message)
            raise message.error


async def _wait(copy: CopyIn, channel: Channel) -> None:
    try:
        await channel.more_input()
    except Disconnect:
        await _give_up(copy, "unexpected EOF on client connection with an open transaction")
        raise


async def _give_up(copy: CopyIn, reason: str) -> str | None:
    """Ends a copy for a reason on this side; returns where the session was in the data."""
    try:
        await copy.fail(reason)
    except DatabaseError as error:
        return error.context
    return None


async def copy_out(copy: CopyOut, channel: Channel, output: Output) -> None:
    """Sends COPY TO STDOUT's data."""
    output.add(backend.copy_out_response(copy.column_count, binary=copy.binary))
    async for chunk in copy.chunks:
        output.add(backend.copy_data(chunk))
        if output.is_full:
            await output.relieve()
            if perf_counter() >= channel.turn_end:
                await channel.next_turn()
    output.add(backend.COPY_DONE)

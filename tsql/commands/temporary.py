"""What a session does about its temporary tables of itself: at each commit, and at its end.

What it takes is imported when there are any.
"""

import logging

from storage.errors import DatabaseError
from tsql.session_state import SessionState

_log = logging.getLogger(__name__)


async def run_commit_actions(state: SessionState) -> None:
    """Does what ON COMMIT says, in the transaction that is about to commit. Raises 0A000."""
    if not state.temporary.commit_actions:
        return
    from tsql.commands.maintenance import ddl_of  # noqa: PLC0415 - loaded when first needed
    from tsql.ddl import temporary  # noqa: PLC0415

    await temporary.run_commit_actions(ddl_of(state))


async def discard_temporary(state: SessionState) -> None:
    """Drops all that the session has made in its temporary schema, in its transaction."""
    if not state.temporary.has_begun:
        return
    from tsql.commands.maintenance import ddl_of  # noqa: PLC0415
    from tsql.ddl import temporary  # noqa: PLC0415

    await temporary.drop_temporary_objects(ddl_of(state))


async def end_temporary(state: SessionState) -> None:
    """Drops the temporary schema of a session that ends; it is in no transaction."""
    if not state.temporary.has_begun:
        return
    try:
        await discard_temporary(state)
        await state.control.commit()
    except DatabaseError as error:
        # A full disk, say. The next start drops them.
        _log.warning("temporary_schema_left schema=%s: %s", state.temporary.name, error)
        await state.control.rollback()

"""Who a client is here: the mapping of names that a newcomer's client makes up.

There is one user and one database, both `terrascale`. A client that comes in without a password (by
loopback or a Unix socket) usually sends the name of its operating system's user, and that as the
database too: such names mean the default ones, and a notice says so. A database by any other name
doesn't exist.
"""

from dataclasses import dataclass
from typing import Final

from storage.errors import FatalError
from tsql.api import Notice
from wire.pg.startup import StartupMessage

DEFAULT_NAME: Final = "terrascale"


@dataclass(frozen=True, slots=True)
class Identity:
    """The user and database of a session, and what the client is to be told about them."""

    user: str
    database: str
    notices: tuple[Notice, ...] = ()


def identify(startup: StartupMessage, *, is_trusted: bool) -> Identity:
    """Returns who the client is. Raises 28000 and 3D000."""
    user, database, replaced = startup.user, startup.database, []
    if user != DEFAULT_NAME:
        if not is_trusted:
            raise FatalError("28000", f'role "{user}" does not exist')
        replaced.append(f'user "{user}"')
    if database != DEFAULT_NAME:
        if not (is_trusted and database == user):
            raise FatalError("3D000", f'database "{database}" does not exist')
        replaced.append(f'database "{database}"')
    if not replaced:
        return Identity(DEFAULT_NAME, DEFAULT_NAME)
    verb = "means" if len(replaced) == 1 else "mean"
    message = f'{" and ".join(replaced)} {verb} "{DEFAULT_NAME}" here'
    return Identity(DEFAULT_NAME, DEFAULT_NAME, (Notice("NOTICE", "00000", message),))

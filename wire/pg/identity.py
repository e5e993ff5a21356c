"""Who a client is here: the mapping of names that a newcomer's client makes up.

There is a database `terrascale`, and a user of that name. A client that comes in without a password (by
loopback or a Unix socket) usually sends the name of its operating system's user, and that as the database
too: a name that is no role's means the default one, and a notice says so. That ends with the first role that
somebody makes: from then on a name is meant, and one that isn't there, or not any more, comes in no longer as
a superuser. A role is itself, and so is a database. `postgres`, from which tools create and drop other
databases, means the default one to everybody.
"""

from typing import Final, Protocol

from storage.errors import FatalError
from storage.records import dataclass
from tsql.api import Notice
from wire.pg.startup import StartupMessage

DEFAULT_NAME: Final = "terrascale"
MAINTENANCE_NAME: Final = "postgres"


@dataclass(frozen=True, slots=True)
class Identity:
    """The user and database of a session, and what the client is to be told about them."""

    user: str
    database: str
    notices: tuple[Notice, ...] = ()


class Roles(Protocol):
    """The roles and databases, as far as who comes in is concerned."""

    def is_known(self, name: str) -> bool:
        """Returns whether there is a role of that name."""

    def may_log_in(self, name: str) -> bool:
        """Returns whether the role has LOGIN."""

    def has_made_roles(self) -> bool:
        """Returns whether there are roles that somebody has made."""

    def has_database(self, name: str) -> bool:
        """Returns whether there is a database of that name."""


class OnlyDefault:
    """There is one user and one database."""

    def is_known(self, name: str) -> bool:
        return name == DEFAULT_NAME

    def may_log_in(self, name: str) -> bool:
        return name == DEFAULT_NAME

    def has_made_roles(self) -> bool:
        return False

    def has_database(self, name: str) -> bool:
        return name == DEFAULT_NAME


def identify(startup: StartupMessage, roles: Roles, *, is_trusted: bool) -> Identity:
    """Returns who the client is. Raises 28000 and 3D000."""
    user, database, replaced = startup.user, startup.database, []
    is_known = roles.is_known(user)
    if is_known and not roles.may_log_in(user):
        raise FatalError("28000", f'role "{user}" is not permitted to log in')
    if not is_known:
        if not is_trusted or roles.has_made_roles():
            raise FatalError("28000", f'role "{user}" does not exist')
        replaced.append(f'user "{user}"')
    found = database
    if not roles.has_database(database):
        if database != MAINTENANCE_NAME and not (is_trusted and database == user):
            raise FatalError("3D000", f'database "{database}" does not exist')
        replaced.append(f'database "{database}"')
        found = DEFAULT_NAME
    identity = user if is_known else DEFAULT_NAME
    if not replaced:
        return Identity(identity, found)
    verb = "means" if len(replaced) == 1 else "mean"
    message = f'{" and ".join(replaced)} {verb} "{DEFAULT_NAME}" here'
    return Identity(identity, found, (Notice("NOTICE", "00000", message),))

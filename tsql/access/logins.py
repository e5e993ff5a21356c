"""Who may log in, and by which password: the roles of the committed catalog."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from storage.catalog import Catalog
from storage.objects import Role
from tsql.access.databases import find_database
from tsql.access.passwords import Verifier
from tsql.access.roles import FIRST_ROLE, all_roles, find_role

_PARSED_MAX: Final = 1000


class Logins(Mapping[str, Verifier]):
    """The verifiers of the roles that may log in, by name, as the catalog is at each look.

    Args:
        catalog: Gives the committed catalog.
        clock: Microseconds since 2000-01-01 UTC: passwords may end.
        first_password: Of the role that a database begins with, as the server was started.
    """

    def __init__(
        self, catalog: Callable[[], Catalog], clock: Callable[[], int], first_password: str | None
    ) -> None:
        self._catalog = catalog
        self._clock = clock
        self._first = None if first_password is None else Verifier.of(first_password)
        self._parsed: dict[str, Verifier | None] = {}

    def __getitem__(self, name: str) -> Verifier:
        role = find_role(self._catalog(), name)
        if role is None or not role.login:
            raise KeyError(name)
        if name == FIRST_ROLE.name and self._first is not None:
            return self._first
        is_over = role.valid_until is not None and role.valid_until < self._clock()
        verifier = None if role.password is None or is_over else self._verifier(role.password)
        if verifier is None:
            raise KeyError(name)
        return verifier

    def _verifier(self, text: str) -> Verifier | None:
        if text not in self._parsed:
            if len(self._parsed) > _PARSED_MAX:
                self._parsed.clear()
            self._parsed[text] = Verifier.parsed(text)
        return self._parsed[text]

    def __iter__(self) -> Iterator[str]:
        return iter([role.name for role in all_roles(self._catalog()) if role.name in self])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def is_known(self, name: str) -> bool:
        """Returns whether there is a role of that name."""
        return find_role(self._catalog(), name) is not None

    def may_log_in(self, name: str) -> bool:
        """Returns whether the role has LOGIN."""
        role = find_role(self._catalog(), name)
        return role is not None and role.login

    def has_made_roles(self) -> bool:
        """Returns whether there are roles that somebody has made."""
        return any(role.id != FIRST_ROLE.id for role in self._catalog().objects(Role))

    def has_database(self, name: str) -> bool:
        """Returns whether there is a database of that name."""
        return find_database(self._catalog(), name) is not None

    def connection_limit(self, name: str) -> int:
        """Returns how many sessions the role may have; -1: any number."""
        role = find_role(self._catalog(), name)
        return -1 if role is None or role.superuser else role.connection_limit

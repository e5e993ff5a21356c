"""Types' names in the binder's errors: as the session would write them whose statement is bound.

A type that users made has its schema in front where the search path doesn't find it. Binding never
waits, so whoever's context was made last is the one whose statement it is.
"""

from tsql.env import Env
from tsql.types.type_names import type_name_in


class _Names:
    env: Env = Env()


def name_types_for(env: Env) -> None:
    """Has the errors to come name types as this session sees them; one without a session changes nothing."""
    if env.session is not None:
        _Names.env = env


def type_name(oid: int, typmod: int | None = None) -> str:
    """Returns a type's name as an error shows it."""
    return type_name_in(_Names.env, oid, typmod)

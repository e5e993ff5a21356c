"""Advisory locks and sequences: what a session holds and counts beside its rows. Manual: 9.17, 9.27.10.

A lock is named by one int8 or by two int4; the two name spaces don't meet.
"""

from collections.abc import Callable

from tsql.env import Env
from tsql.functions.registry import IDENTITY_VALUE, implements
from tsql.functions.session_hooks import session_member

_Key = tuple[int, int, int]
_WORD = 0xFFFFFFFF
_ONE_NUMBER, _TWO_NUMBERS = 1, 2


def _one_key(key: int) -> _Key:
    return key >> 32 & _WORD, key & _WORD, _ONE_NUMBER


def _two_keys(first: int, second: int) -> _Key:
    return first & _WORD, second & _WORD, _TWO_NUMBERS


def _register_locks(suffix: str, make_key: Callable[..., _Key]) -> None:
    """Registers the functions of one kind of key: locks by mode, waiting and scope, and unlocks."""
    for shared in (False, True):
        mode = "_shared" if shared else ""
        for scope in ("", "_xact"):
            _register_lock(f"pg_advisory{scope}_lock{mode}{suffix}", make_key, shared, scope, True)
            name = f"pg_try_advisory{scope}_lock{mode}{suffix}"
            _register_lock(name, make_key, shared, scope, False)
        _register_unlock(f"pg_advisory_unlock{mode}{suffix}", make_key, shared)


def _register_lock(
    src: str, make_key: Callable[..., _Key], shared: bool, scope: str, wait: bool
) -> None:
    @implements(src, env=True)
    def lock(env: Env, *numbers: int) -> bool | str:
        take = session_member(env, "advisory_lock", "advisory locking")
        taken: bool = take(make_key(*numbers), shared=shared, wait=wait, transaction=bool(scope))
        return "" if wait else taken


def _register_unlock(src: str, make_key: Callable[..., _Key], shared: bool) -> None:
    @implements(src, env=True)
    def unlock(env: Env, *numbers: int) -> bool:
        give_back = session_member(env, "advisory_unlock", "advisory locking")
        released: bool = give_back(make_key(*numbers), shared=shared)
        if not released and env.notice is not None:
            mode = "ShareLock" if shared else "ExclusiveLock"
            env.notice("WARNING", "01000", f"you don't own a lock of type {mode}")
        return released


_register_locks("_int8", _one_key)
_register_locks("_int4", _two_keys)


@implements("pg_advisory_unlock_all", env=True)
def pg_advisory_unlock_all(env: Env) -> str:
    session_member(env, "advisory_unlock_all", "advisory locking")()
    return ""


# ---- sequences -------------------------------------------------------------------------------------


@implements("nextval_oid", env=True)
def nextval(env: Env, sequence: int) -> int:
    value: int = session_member(env, "nextval", "function nextval")(sequence)
    return value


@implements(IDENTITY_VALUE, env=True)
def identity_value(env: Env, sequence: int) -> int:
    value: int = session_member(env, "identity_value", "function nextval")(sequence)
    return value


@implements("currval_oid", env=True)
def currval(env: Env, sequence: int) -> int:
    value: int = session_member(env, "currval", "function currval")(sequence)
    return value


@implements("setval_oid", env=True)
def setval(env: Env, sequence: int, value: int) -> int:
    return setval_is_called(env, sequence, value, True)


@implements("setval3_oid", env=True)
def setval_is_called(env: Env, sequence: int, value: int, is_called: bool) -> int:
    result: int = session_member(env, "setval", "function setval")(sequence, value, is_called)
    return result


@implements("lastval", env=True)
def lastval(env: Env) -> int:
    value: int = session_member(env, "lastval", "function lastval")()
    return value


@implements("pg_sequence_last_value", env=True)
def pg_sequence_last_value(env: Env, sequence: int) -> int | None:
    last_value = session_member(env, "sequence_last_value", "function pg_sequence_last_value")
    value: int | None = last_value(sequence)
    return value

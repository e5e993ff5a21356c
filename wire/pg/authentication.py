"""Who may come in: nobody is asked (trust), or the password is, by SCRAM-SHA-256.

The server keeps verifiers, never passwords. An unknown user gets the same conversation as a known
one with a wrong password, salt included, so that names can't be found out.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from storage.errors import DatabaseError, FatalError
from wire.pg import backend
from wire.pg.codec import PayloadReader

#: Sends a message and returns the client's answer; None: only sends.
Ask = Callable[[bytes], Awaitable[bytes]]
Send = Callable[[bytes], None]

_MECHANISM: Final = "SCRAM-SHA-256"
_ITERATION_COUNT: Final = 4096


@dataclass(frozen=True, slots=True)
class Verifier:
    """What SCRAM needs to check a password without knowing it."""

    salt: bytes
    stored_key: bytes
    server_key: bytes
    iteration_count: int = _ITERATION_COUNT

    @classmethod
    def of(cls, password: str) -> "Verifier":
        """Returns a new verifier for a password."""
        salt, stored_key, server_key, iteration_count = _mechanism().make_auth_info(
            password, iteration_count=_ITERATION_COUNT, salt=secrets.token_bytes(16)
        )
        return cls(salt, stored_key, server_key, iteration_count)


def _mechanism() -> Any:
    # Imported here: a server without passwords needn't load it.
    from scramp import ScramMechanism  # noqa: PLC0415

    return ScramMechanism(_MECHANISM)


@dataclass(frozen=True, slots=True)
class Passwords:
    """The users and their verifiers. `secret` makes up salts for users that don't exist."""

    verifiers: Mapping[str, Verifier]
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def verifier(self, user: str) -> Verifier:
        """Returns the user's verifier, or one that no password fits."""
        known = self.verifiers.get(user)
        if known is not None:
            return known
        salt = hmac.digest(self.secret, user.encode(), "sha256")[:16]
        return Verifier(salt, secrets.token_bytes(32), secrets.token_bytes(32))


async def authenticate(user: str, passwords: Passwords, ask: Ask, send: Send) -> None:
    """Asks for the password. Raises FatalError 28P01 for a wrong one, 08P01 for a wrong message."""
    from scramp import ScramException  # noqa: PLC0415 - only with passwords, as above

    verifier = passwords.verifier(user)

    def auth_info(_name: str) -> tuple[bytes, bytes, bytes, int]:
        # The name inside the SCRAM messages is empty; the startup's counts.
        return verifier.salt, verifier.stored_key, verifier.server_key, verifier.iteration_count

    server = _mechanism().make_server(auth_info)
    first = _initial_response(await ask(backend.AUTHENTICATION_SASL))
    try:
        server.set_client_first(first)
        server_first = server.get_server_first().encode()
        final = await ask(backend.authentication_sasl_continue(server_first))
        server.set_client_final(final.decode("utf-8", "replace"))
        send(backend.authentication_sasl_final(server.get_server_final().encode()))
    except ScramException as error:
        raise FatalError("28P01", f'password authentication failed for user "{user}"') from error
    if user not in passwords.verifiers:
        raise FatalError("28P01", f'password authentication failed for user "{user}"')


def _initial_response(payload: bytes) -> str:
    """Returns the client's first SCRAM message from a SASLInitialResponse."""
    reader = PayloadReader(payload)
    try:
        mechanism = reader.cstring()
        length = reader.int32()
        data = b"" if length == -1 else reader.take(length)
        reader.end()
    except DatabaseError as error:
        raise FatalError(error.sqlstate, error.message) from None
    if mechanism != _MECHANISM.encode():
        raise FatalError("08P01", "client selected an invalid SASL authentication mechanism")
    return data.decode("utf-8", "replace")

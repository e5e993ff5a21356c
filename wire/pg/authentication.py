"""Who may come in: nobody is asked (trust), or the password is, by SCRAM-SHA-256.

The server keeps verifiers, never passwords. An unknown user gets the same conversation as a known
one with a wrong password, salt included, so that names can't be found out.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field

from storage.errors import DatabaseError, FatalError
from storage.records import dataclass
from wire.pg import backend
from wire.pg.codec import PayloadReader
from wire.pg.scram import ScramServer, Verifier, mechanisms

__all__ = ["Passwords", "Verifier", "authenticate"]

#: Sends a message and returns the client's answer.
Ask = Callable[[bytes], Awaitable[bytes]]
Send = Callable[[bytes], None]


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


async def authenticate(
    user: str, passwords: Passwords, binding: bytes | None, ask: Ask, send: Send
) -> None:
    """Asks for the password. `binding` is the certificate's hash, if the connection is encrypted.

    Raises FatalError: 28P01 for a wrong password, 08P01 for a wrong message.
    """
    server = ScramServer(passwords.verifier(user), binding)
    offered = backend.authentication_sasl(mechanisms(binding))
    mechanism, first = _initial_response(await ask(offered))
    answer = server.first(mechanism, first)
    last = await ask(backend.authentication_sasl_continue(answer.encode()))
    signature = server.final(last.decode("utf-8", "replace"))
    if signature is None or user not in passwords.verifiers:
        raise FatalError("28P01", f'password authentication failed for user "{user}"')
    send(backend.authentication_sasl_final(signature.encode()))


def _initial_response(payload: bytes) -> tuple[str, str]:
    """Returns the mechanism and the client's first message from a SASLInitialResponse."""
    reader = PayloadReader(payload)
    try:
        mechanism = reader.cstring()
        length = reader.int32()
        data = b"" if length == -1 else reader.take(length)
        reader.end()
    except DatabaseError as error:
        raise FatalError(error.sqlstate, error.message) from None
    return mechanism.decode("utf-8", "replace"), data.decode("utf-8", "replace")

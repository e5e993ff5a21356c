"""Passwords, kept as SCRAM-SHA-256 verifiers (RFC 5802) in the form that PostgreSQL prints.

SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import stringprep
import unicodedata
from typing import Final

from storage.records import dataclass

_ITERATION_COUNT: Final = 4096
_SALT_BYTES: Final = 16
_KEY_BYTES: Final = 32
_FORM: Final = re.compile(r"SCRAM-SHA-256\$(\d{1,9}):([^$:]+)\$([^$:]+):([^$:]+)")


@dataclass(frozen=True, slots=True)
class Verifier:
    """What is needed to check a password without knowing it."""

    salt: bytes
    stored_key: bytes
    server_key: bytes
    iteration_count: int = _ITERATION_COUNT

    @classmethod
    def of(cls, password: str) -> "Verifier":
        """Returns a new verifier for a password."""
        return cls._derived(password, secrets.token_bytes(_SALT_BYTES), _ITERATION_COUNT)

    @classmethod
    def _derived(cls, password: str, salt: bytes, count: int) -> "Verifier":
        salted = hashlib.pbkdf2_hmac("sha256", prepare(password).encode(), salt, count)
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        return cls(salt, hashlib.sha256(client_key).digest(), server_key, count)

    @classmethod
    def parsed(cls, text: str) -> "Verifier | None":
        """Returns the verifier of its text, or None if the text isn't one."""
        match = _FORM.fullmatch(text)
        if match is None or not int(match[1]):
            return None
        try:
            salt, stored, server = (
                base64.b64decode(part, validate=True) for part in match.group(2, 3, 4)
            )
        except (binascii.Error, ValueError):
            return None
        if len(stored) != _KEY_BYTES or len(server) != _KEY_BYTES:
            return None
        return cls(salt, stored, server, int(match[1]))

    def text(self) -> str:
        """Returns the form that is kept."""
        salt, stored, server = (
            base64.b64encode(part).decode()
            for part in (self.salt, self.stored_key, self.server_key)
        )
        return f"SCRAM-SHA-256${self.iteration_count}:{salt}${stored}:{server}"

    def fits(self, password: str) -> bool:
        """Returns whether it is the verifier of a password."""
        other = self._derived(password, self.salt, self.iteration_count)
        return hmac.compare_digest(other.stored_key, self.stored_key)


def prepare(password: str) -> str:
    """Returns the password by SASLprep (RFC 4013); one that it forbids is taken as it is."""
    if password.isascii():
        return password
    mapped = "".join(
        " " if stringprep.in_table_c12(character) else character
        for character in password
        if not stringprep.in_table_b1(character)
    )
    prepared = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)
    return password if not prepared or _is_forbidden(prepared) else prepared


def _is_forbidden(text: str) -> bool:
    forbidden = (
        stringprep.in_table_a1,
        stringprep.in_table_c12,
        stringprep.in_table_c21_c22,
        stringprep.in_table_c3,
        stringprep.in_table_c4,
        stringprep.in_table_c5,
        stringprep.in_table_c6,
        stringprep.in_table_c7,
        stringprep.in_table_c8,
        stringprep.in_table_c9,
    )
    if any(test(character) for character in text for test in forbidden):
        return True
    if not any(stringprep.in_table_d1(character) for character in text):
        return False
    # Right-to-left text: nothing else in it, and it begins and ends so.
    return (
        any(stringprep.in_table_d2(character) for character in text)
        or not stringprep.in_table_d1(text[0])
        or not stringprep.in_table_d1(text[-1])
    )

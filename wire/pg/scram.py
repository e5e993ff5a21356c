"""SCRAM-SHA-256 (RFC 5802, RFC 7677): the server's side of one exchange, and password verifiers.

    client   n,,n=,r=<client nonce>
    server   r=<client nonce><server nonce>,s=<salt>,i=<iterations>
    client   c=<binding>,r=<both nonces>,p=<proof>
    server   v=<signature>

The proof shows that the client knows the password, the signature that the server knows the verifier;
neither gives the password away. With TLS, the binding also covers the server's certificate, so that
nobody can sit in between (SCRAM-SHA-256-PLUS). The name inside is empty: the startup packet has it.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Final

from storage.errors import FatalError
from tsql.access.passwords import Verifier

__all__ = ["ScramServer", "Verifier", "mechanisms"]

PLAIN_MECHANISM: Final = "SCRAM-SHA-256"
BINDING_MECHANISM: Final = "SCRAM-SHA-256-PLUS"
_BINDING_FLAG: Final = "p=tls-server-end-point"
_NONCE_BYTES: Final = 18


class ScramServer:
    """One exchange. Its methods raise FatalError: 08P01 malformed, 28000 binding, 28P01 proof."""

    def __init__(self, verifier: Verifier, binding: bytes | None, nonce: str | None = None) -> None:
        """`binding` is the hash of the certificate, if the connection is encrypted."""
        self._verifier = verifier
        self._binding = binding
        self._nonce = nonce or base64.b64encode(secrets.token_bytes(_NONCE_BYTES)).decode()
        self._header = ""
        self._binds = False
        self._signed = ""

    def first(self, mechanism: str, message: str) -> str:
        """Takes the client's first message and returns the server's."""
        if mechanism not in mechanisms(self._binding):
            raise FatalError("08P01", "client selected an invalid SASL authentication mechanism")
        flag, _, rest = message.partition(",")
        identity, _, bare = rest.partition(",")
        self._check_flag(flag, is_binding_mechanism=mechanism == BINDING_MECHANISM)
        if identity:
            raise FatalError("0A000", "client uses authorization identity, but it is not supported")
        fields = _fields(bare, "n", "r")
        self._header = f"{flag},{identity},"
        self._nonce = fields["r"] + self._nonce
        salt = base64.b64encode(self._verifier.salt).decode()
        answer = f"r={self._nonce},s={salt},i={self._verifier.iteration_count}"
        self._signed = f"{bare},{answer}"
        return answer

    def _check_flag(self, flag: str, *, is_binding_mechanism: bool) -> None:
        """The flag tells whether the client binds (p), can't (n), or thinks that we can't (y)."""
        if is_binding_mechanism != (flag == _BINDING_FLAG) or flag not in ("n", "y", _BINDING_FLAG):
            raise _malformed("Unexpected channel-binding flag.")
        if flag == "y" and self._binding is not None:
            raise FatalError(
                "28000",
                "SCRAM channel binding negotiation error",
                detail="The client supports SCRAM channel binding but thinks the server does not."
                "  However, this server does support channel binding.",
            )
        self._binds = is_binding_mechanism

    def final(self, message: str) -> str | None:
        """Takes the client's last message and returns the server's, or None for a wrong proof."""
        without_proof, _, proof = message.rpartition(",p=")
        fields = _fields(without_proof, "c", "r")
        self._check_binding(_decoded(fields["c"]))
        if not hmac.compare_digest(fields["r"].encode(), self._nonce.encode()):
            raise FatalError("08P01", "invalid SCRAM response", detail="Nonce does not match.")
        signed = f"{self._signed},{without_proof}".encode()
        signature = hmac.digest(self._verifier.stored_key, signed, "sha256")
        received = _decoded(proof)
        if len(received) != len(signature):
            raise _malformed("Malformed proof in client-final-message.")
        client_key = bytes(a ^ b for a, b in zip(received, signature, strict=True))
        if not hmac.compare_digest(hashlib.sha256(client_key).digest(), self._verifier.stored_key):
            return None
        answer = hmac.digest(self._verifier.server_key, signed, "sha256")
        return f"v={base64.b64encode(answer).decode()}"

    def _check_binding(self, received: bytes) -> None:
        expected = self._header.encode()
        if self._binds and self._binding is not None:
            expected += self._binding
        if not hmac.compare_digest(received, expected):
            if self._binds:
                raise FatalError("28000", "SCRAM channel binding check failed")
            raise FatalError(
                "08P01", "unexpected SCRAM channel-binding attribute in client-final-message"
            )


def mechanisms(binding: bytes | None) -> tuple[str, ...]:
    """Returns what is offered to a client, the strongest first."""
    return (PLAIN_MECHANISM,) if binding is None else (BINDING_MECHANISM, PLAIN_MECHANISM)


def _fields(text: str, *names: str) -> dict[str, str]:
    """Returns attributes that must be there, in this order; what follows them is ignored."""
    parts = text.split(",")
    fields = dict(part.partition("=")[::2] for part in parts)
    if [part[:2] for part in parts[: len(names)]] != [f"{name}=" for name in names]:
        raise _malformed(f'Expected attributes "{", ".join(names)}".')
    if not fields.get("r") or not all("!" <= character <= "~" for character in fields["r"]):
        raise _malformed("Non-printable characters in SCRAM nonce.")
    return fields


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _malformed("Malformed base64.") from None


def _malformed(detail: str) -> FatalError:
    return FatalError("08P01", "malformed SCRAM message", detail=detail)

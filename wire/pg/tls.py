"""TLS as a layer of bytes: encrypted in, plain out, and the reverse. No I/O.

The event loop's own TLS can't begin in the middle of bytes that were already read, which is what both
an SSLRequest and a direct TLS start ask for; this can.
"""

import contextlib
import ssl
from pathlib import Path
from typing import Final, NoReturn

from storage.records import dataclass

ALPN_PROTOCOL: Final = "postgresql"
_READ_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """What the server shows and proves: `binding` is the certificate's hash (RFC 5929)."""

    context: ssl.SSLContext
    binding: bytes


class TlsFilesError(Exception):
    """The certificate and its key can't be used; the text says which file is to blame."""


def server_context(certificate: Path, key: Path) -> TlsSettings:
    """Returns the server's TLS settings. Raises TlsFilesError."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols([ALPN_PROTOCOL])

    def refuse_passphrase() -> NoReturn:
        # OpenSSL would ask for it at the terminal, and wait.
        raise TlsFilesError(f"the private key {key} is encrypted: give it without a passphrase")

    pem = _readable(certificate)
    _readable(key)
    try:
        context.load_cert_chain(certificate, key, refuse_passphrase)
    except ssl.SSLError as error:
        raise TlsFilesError(_what_is_wrong(error, certificate, key, pem)) from error
    return TlsSettings(context, _certificate_hash(pem))


def _readable(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TlsFilesError(f"cannot read {path}: {error.strerror}") from error


def _what_is_wrong(error: ssl.SSLError, certificate: Path, key: Path, pem: bytes) -> str:
    """Returns which of two readable files OpenSSL couldn't use: it doesn't say itself."""
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"the private key {key} doesn't belong to the certificate {certificate}"
    try:
        _certificate_hash(pem)
    except ValueError:
        return f"there is no certificate in PEM in {certificate}"
    return f"there is no private key in PEM in {key}"


def _certificate_hash(pem: bytes) -> bytes:
    """Returns the hash of the certificate by its own signature's algorithm, at least SHA-256."""
    # Only a server with TLS needs it, and it takes a while to load.
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415

    certificate = x509.load_pem_x509_certificate(pem)
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None or isinstance(algorithm, hashes.MD5 | hashes.SHA1):
        algorithm = hashes.SHA256()
    return certificate.fingerprint(algorithm)


class TlsLayer:
    """One connection's TLS. `is_closed` after the client's goodbye."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._is_established = False
        self.is_closed = False

    @property
    def is_established(self) -> bool:
        """Whether the handshake is done."""
        return self._is_established

    @property
    def encryption(self) -> tuple[str, str, int] | None:
        """The version, the cipher and its bits, once the handshake is done."""
        version, cipher = self._tls.version(), self._tls.cipher()
        return None if version is None or cipher is None else (version, cipher[0], cipher[2])

    @property
    def speaks_postgresql(self) -> bool:
        """Whether the client asked for our protocol by ALPN."""
        return self._tls.selected_alpn_protocol() == ALPN_PROTOCOL

    def decrypt(self, data: bytes) -> bytes:
        """Returns the plain bytes that the encrypted ones complete. Raises ssl.SSLError."""
        self._incoming.write(data)
        if not self._is_established and not self._shake_hands():
            return b""
        parts = []
        try:
            while part := self._tls.read(_READ_BYTES):
                parts.append(part)
            self.is_closed = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.is_closed = True
        return b"".join(parts)

    def _shake_hands(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self._is_established = True
        return True

    def encrypt(self, data: bytes) -> bytes:
        """Returns the bytes to send for plain ones."""
        self._tls.write(data)
        return self._outgoing.read()

    def pending(self) -> bytes:
        """Returns what TLS itself has to say: handshake, alerts, renewed keys."""
        return self._outgoing.read()

    def goodbye(self) -> bytes:
        """Returns the alert that tells the client that nothing was cut off."""
        with contextlib.suppress(ssl.SSLError):  # the client's own goodbye isn't waited for
            self._tls.unwrap()
        return self._outgoing.read()

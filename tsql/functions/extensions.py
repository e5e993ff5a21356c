"""Functions of the extensions uuid-ossp and pgcrypto. Manual: F.27, F.49."""

import hashlib
import hmac
import secrets
import uuid

from storage.errors import DatabaseError
from tsql.functions.registry import implements

_BYTES_MAX = 1024
_DIGESTS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})


@implements("uuid_generate_v1")
def uuid_generate_v1() -> bytes:
    return uuid.uuid1().bytes


@implements("uuid_generate_v1mc")
def uuid_generate_v1mc() -> bytes:
    """Has a random multicast address in place of the machine's."""
    return uuid.uuid1(node=secrets.randbits(48) | 1 << 40).bytes


@implements("uuid_generate_v3")
def uuid_generate_v3(namespace: bytes, name: str) -> bytes:
    return uuid.uuid3(uuid.UUID(bytes=namespace), name).bytes


@implements("uuid_generate_v4")
def uuid_generate_v4() -> bytes:
    return uuid.uuid4().bytes


@implements("uuid_generate_v5")
def uuid_generate_v5(namespace: bytes, name: str) -> bytes:
    return uuid.uuid5(uuid.UUID(bytes=namespace), name).bytes


@implements("uuid_nil")
def uuid_nil() -> bytes:
    return bytes(16)


@implements("uuid_ns_dns")
def uuid_ns_dns() -> bytes:
    return uuid.NAMESPACE_DNS.bytes


@implements("uuid_ns_url")
def uuid_ns_url() -> bytes:
    return uuid.NAMESPACE_URL.bytes


@implements("uuid_ns_oid")
def uuid_ns_oid() -> bytes:
    return uuid.NAMESPACE_OID.bytes


@implements("uuid_ns_x500")
def uuid_ns_x500() -> bytes:
    return uuid.NAMESPACE_X500.bytes


def _digest_named(name: str) -> str:
    lowered = name.lower()
    if lowered not in _DIGESTS:
        raise DatabaseError("22023", f'Cannot use "{name}": No such hash algorithm')
    return lowered


def _bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data


@implements("pg_digest")
def pg_digest(data: str | bytes, name: str) -> bytes:
    return hashlib.new(_digest_named(name), _bytes(data), usedforsecurity=False).digest()


@implements("pg_hmac")
def pg_hmac(data: str | bytes, key: str | bytes, name: str) -> bytes:
    return hmac.digest(_bytes(key), _bytes(data), _digest_named(name))


@implements("pg_random_bytes")
def pg_random_bytes(count: int) -> bytes:
    if not 1 <= count <= _BYTES_MAX:
        raise DatabaseError("39000", "Length not in range")
    return secrets.token_bytes(count)

"""OIDs of what the catalog doesn't number: made of what identifies the object.

They are the same after a restart, in a range that the catalog's own ids (from 16384, growing) won't
reach. Two of one kind that met by chance, one in two thousand million, would only be taken for each
other.
"""

import hashlib
from typing import Final

_DERIVED: Final = 1 << 31


def derived(kind: str, *parts: int | str) -> int:
    """Returns the OID of the object of a kind that these parts identify."""
    text = "\0".join([kind, *map(str, parts)]).encode()
    digest = hashlib.blake2b(text, digest_size=4).digest()
    return _DERIVED | int.from_bytes(digest, "big")


def constraint_id(relation_id: int, name: str) -> int:
    """Returns a constraint's OID (pg_constraint)."""
    return derived("constraint", relation_id, name)

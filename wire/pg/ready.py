"""Whether rows that a stream can give ready are what this client is to see.

They are made elsewhere, in UTF-8 and by the default settings. What another setting would show
otherwise, as text, is encoded here as ever.
"""

from collections.abc import Sequence
from typing import Final

from tsql.bound import Field
from tsql.env import Env
from tsql.types import oids

_FLOATS: Final = frozenset({oids.FLOAT4, oids.FLOAT8})
_DATES: Final = frozenset({oids.DATE, oids.TIMESTAMP, oids.TIMESTAMPTZ})
_UTC: Final = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT"})


def has_plain_form(
    fields: Sequence[Field], formats: Sequence[int], encoding: str, env: Env
) -> bool:
    """Returns whether the default form of all columns is the one that is wanted."""
    return encoding == "UTF8" and all(
        code == 1 or _has_plain_text(field.type, env)
        for field, code in zip(fields, formats, strict=True)
    )


def _has_plain_text(oid: int, env: Env) -> bool:
    if oid in _FLOATS:
        return env.extra_float_digits >= 1
    if oid == oids.BYTEA:
        return env.bytea_output == "hex"
    if oid in _DATES:
        is_plain = env.date_style == "ISO"
        return is_plain and (oid != oids.TIMESTAMPTZ or env.time_zone in _UTC)
    return True

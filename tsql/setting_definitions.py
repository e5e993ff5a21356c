"""PostgreSQL's settings as definitions, and the rules by which a text becomes a setting's value.

A value is kept in the form that SHOW prints once units are added: `parse` normalises a client's
text ('1.5GB' -> '1572864' of unit kB), `show` renders it (`1536MB`). Numbers: PostgreSQL manual,
section 20.1.1. What a value means beyond its type (a time zone that must exist) is checked in
tsql/settings.py.
"""

import functools
import math
import re
from importlib import resources

import msgspec

from storage.errors import DatabaseError


class Definition(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A row of pg_settings; `context` says who may change it, and when."""

    name: str
    kind: str
    context: str
    unit: str
    minimum: str | None
    maximum: str | None
    choices: tuple[str, ...] | None
    default: str
    category: str
    description: str
    more: str = ""


#: Shown by SHOW but left out of pg_settings.
_UNLISTED = (
    Definition("is_superuser", "bool", "internal", "", None, None, None, "on", "", ""),
    Definition("role", "string", "user", "", None, None, None, "none", "", ""),
    Definition("seed", "real", "user", "", "-1", "1", None, "0", "", ""),
    Definition("session_authorization", "string", "user", "", None, None, None, "", "", ""),
    Definition(
        "terrascale.path",
        "enum",
        "user",
        "",
        None,
        None,
        ("auto", "key", "columnar"),
        "auto",
        "",
        "",
    ),
)

_MEMORY_UNITS = {"B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}
_BASE_BYTES = {"B": 1, "kB": 1 << 10, "8kB": 8 << 10, "MB": 1 << 20}
_TIME_UNITS = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}
_MEMORY_HINT = 'Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".'
_TIME_HINT = 'Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".'
_OCTAL = frozenset({"log_file_mode", "unix_socket_permissions", "data_directory_mode"})
_NUMBER = re.compile(
    r"\s*([+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))\s*([A-Za-z]*)\s*\Z"
)
#: Spellings that enum settings take beside those they list (guc_tables.c).
_HIDDEN_CHOICES = {
    "true": "on",
    "false": "off",
    "yes": "on",
    "no": "off",
    "1": "on",
    "0": "off",
}
_HIDDEN_CHOICE_SETTINGS = frozenset(
    {"backslash_quote", "constraint_exclusion", "synchronous_commit", "force_parallel_mode"}
)


@functools.cache
def definitions() -> dict[str, Definition]:
    """Returns all settings by lower-case name."""
    text = resources.files("tsql.catalog").joinpath("pg_settings.jsonl").read_bytes()
    rows = msgspec.json.decode(
        b"[" + text.rstrip().replace(b"\n", b",") + b"]", type=list[Definition]
    )
    return {row.name.lower(): row for row in (*rows, *_UNLISTED)}


def parse_bool(text: str) -> bool | None:
    """Returns what a Boolean spelling (or a prefix of one) means, or None."""
    lowered = text.lower()
    if not lowered:
        return None
    for word, value in (("true", True), ("false", False), ("yes", True), ("no", False)):
        if word.startswith(lowered):
            return value
    if lowered in {"on", "1"}:
        return True
    return False if lowered in {"off", "of", "0"} else None


def parse(definition: Definition, name: str, text: str) -> str:
    """Returns the normalised value; `name` is how the client wrote it."""
    match definition.kind:
        case "bool":
            value = parse_bool(text)
            if value is None:
                raise DatabaseError("22023", f'parameter "{name}" requires a Boolean value')
            return "on" if value else "off"
        case "enum":
            return _parse_choice(definition, name, text)
        case "integer":
            return _parse_integer(definition, name, text)
        case "real":
            return _parse_real(definition, name, text)
        case _:
            return text


def invalid(name: str, text: str, **fields: str) -> DatabaseError:
    """Returns the error for a value that a setting doesn't take."""
    message = f'invalid value for parameter "{name}": "{text}"'
    return DatabaseError("22023", message, detail=fields.get("detail"), hint=fields.get("hint"))


def _parse_choice(definition: Definition, name: str, text: str) -> str:
    choices = definition.choices or ()
    lowered = text.lower()
    for choice in choices:
        if choice.lower() == lowered:
            return choice
    if definition.name in _HIDDEN_CHOICE_SETTINGS and lowered in _HIDDEN_CHOICES:
        return _HIDDEN_CHOICES[lowered]
    if lowered == "debug" and "debug2" in choices:
        return "debug2"
    if lowered == "info" and "notice" in choices:
        return "info"
    raise invalid(name, text, hint=f"Available values: {', '.join(choices)}.")


def _parse_number(definition: Definition, name: str, text: str) -> float:
    """Returns the number in the setting's own unit."""
    match = _NUMBER.match(text)
    if match is None:
        if re.match(r"\s*[+-]?\.?\d", text) and definition.unit:
            raise invalid(name, text, hint=_unit_hint(definition.unit))
        raise invalid(name, text)
    digits, unit = match.groups()
    unsigned = digits.lstrip("+-").lower()
    if unsigned.startswith("0x"):
        number = float(int(unsigned, 16)) * (-1 if digits[0] == "-" else 1)
    elif definition.kind == "integer" and re.fullmatch(r"0[0-7]+", unsigned):
        number = float(int(unsigned, 8)) * (-1 if digits[0] == "-" else 1)
    else:
        number = float(digits)
    if not unit:
        return number
    if definition.unit in _BASE_BYTES and unit in _MEMORY_UNITS:
        return number * _MEMORY_UNITS[unit] / _BASE_BYTES[definition.unit]
    if definition.unit in _TIME_UNITS and unit in _TIME_UNITS:
        return number * _TIME_UNITS[unit] / _TIME_UNITS[definition.unit]
    if not definition.unit:
        raise invalid(name, text)
    raise invalid(name, text, hint=_unit_hint(definition.unit))


def _unit_hint(unit: str) -> str:
    return _MEMORY_HINT if unit in _BASE_BYTES else _TIME_HINT


def _parse_integer(definition: Definition, name: str, text: str) -> str:
    number = _parse_number(definition, name, text)
    value = round(number)
    if not -(2**31) <= value < 2**31:
        raise invalid(name, text, hint="Value exceeds integer range.")
    low, high = int(definition.minimum or 0), int(definition.maximum or 0)
    if not low <= value <= high:
        raise _out_of_range(definition, name, str(value))
    return str(value)


def _parse_real(definition: Definition, name: str, text: str) -> str:
    number = _parse_number(definition, name, text)
    low, high = float(definition.minimum or 0), float(definition.maximum or 0)
    if math.isnan(number) or not low <= number <= high:
        raise _out_of_range(definition, name, f"{number:g}")
    return f"{number:g}"


def _out_of_range(definition: Definition, name: str, value: str) -> DatabaseError:
    unit = f" {definition.unit}" if definition.unit else ""
    return DatabaseError(
        "22023",
        f'{value}{unit} is outside the valid range for parameter "{name}"'
        f" ({definition.minimum} .. {definition.maximum})",
    )


def show(definition: Definition, value: str) -> str:
    """Returns the value as SHOW prints it: in the largest unit that divides it."""
    if definition.name in _OCTAL:
        return f"0{int(value):03o}"
    if not definition.unit:
        return value
    if definition.kind == "integer":
        number = int(value)
        return _with_unit(definition.unit, number) if number > 0 else value
    real = float(value)
    return _real_with_unit(definition.unit, real) if real > 0 else value


def _with_unit(unit: str, number: int) -> str:
    if unit in _BASE_BYTES:
        amount, units = number * _BASE_BYTES[unit], _MEMORY_UNITS
    else:
        amount, units = number * _TIME_UNITS[unit], _TIME_UNITS
    for name, size in reversed(units.items()):
        if amount % size == 0:
            return f"{amount // size}{name}"
    return f"{number}{unit}"


def _real_with_unit(unit: str, number: float) -> str:
    for name, size in reversed(_TIME_UNITS.items()):
        amount = number * _TIME_UNITS[unit] / size
        if amount >= 1 and math.isclose(amount, round(amount), rel_tol=1e-8):
            return f"{amount:g}{name}"
    return f"{number:g}{unit}"

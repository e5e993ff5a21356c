"""COPY's options: read, checked against each other, with PostgreSQL's errors in its order."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.encodings import Encoding, encoding
from tsql.parser import ast
from tsql.setting_checks import check_encoding
from tsql.setting_definitions import parse_bool


class Format(enum.Enum):
    """How rows are written."""

    TEXT = "text"
    CSV = "csv"
    BINARY = "binary"


class Header(enum.Enum):
    """What the first line is."""

    NONE = "none"
    PRESENT = "present"
    MATCH = "match"


#: force_quote and its kin: the names listed, or True for all columns.
ColumnChoice = tuple[str, ...] | bool


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """The options of one COPY; of the characters, each is one ASCII character."""

    format: Format = Format.TEXT
    delimiter: str = "\t"
    null: str = "\\N"
    header: Header = Header.NONE
    quote: str = '"'
    escape: str = '"'
    force_quote: ColumnChoice = ()
    force_not_null: ColumnChoice = ()
    force_null: ColumnChoice = ()
    encoding: Encoding | None = None

    @property
    def is_csv(self) -> bool:
        return self.format is Format.CSV


_LISTS: Final = frozenset({"force_quote", "force_not_null", "force_null"})
_TEXTS: Final = frozenset({"delimiter", "null", "quote", "escape"})
#: Characters that mean something behind a backslash.
_BAD_DELIMITERS: Final = "\\.abcdefghijklmnopqrstuvwxyz0123456789"


def copy_options(definitions: Sequence[Any] | None, *, is_from: bool) -> CopyOptions:
    """Returns what the options say. Raises 42601, 22023, 0A000."""
    found: dict[str, Any] = {}
    for definition in definitions or ():
        name = definition.defname
        if name in found:
            raise DatabaseError(
                "42601", "conflicting or redundant options", position=_position(definition)
            )
        found[name] = _value(name, definition, is_from=is_from)
    options = _with_defaults(found)
    _check_format(found, options)
    _check_characters(options)
    _check_csv_options(found, options, is_from=is_from)
    return options


def _position(definition: Any) -> int | None:
    location: int | None = definition.location
    return None if location is None else location + 1


def _value(name: str, definition: Any, *, is_from: bool) -> Any:
    if name == "format":
        text = _text(definition)
        try:
            return Format(text)
        except ValueError:
            raise DatabaseError(
                "22023", f'COPY format "{text}" not recognized', position=_position(definition)
            ) from None
    if name in _TEXTS:
        return _text(definition)
    if name in _LISTS:
        return _columns(definition)
    if name == "header":
        return _header(definition, is_from=is_from)
    if name == "freeze":
        return _boolean(definition)
    if name == "encoding":
        try:
            return encoding(check_encoding(_text(definition), ""))
        except DatabaseError:
            raise DatabaseError(
                "22023",
                'argument to option "encoding" must be a valid encoding name',
                position=_position(definition),
            ) from None
    raise DatabaseError("42601", f'option "{name}" not recognized', position=_position(definition))


def _text(definition: Any) -> str:
    match definition.arg:
        case None:
            raise DatabaseError("42601", f"{definition.defname} requires a parameter")
        case ast.String(sval=text):
            return str(text)
        case ast.Integer(ival=value):
            return str(value)
        case ast.Boolean(boolval=value):
            return "true" if value else "false"
        case ast.TypeName(names=names):
            return str(names[-1].sval if names else "")
        case other:
            return str(getattr(other, "fval", other))


def _boolean(definition: Any) -> bool:
    if definition.arg is None:
        return True
    value = parse_bool(_text(definition))
    if value is None:
        raise DatabaseError("42601", f"{definition.defname} requires a Boolean value")
    return value


def _header(definition: Any, *, is_from: bool) -> Header:
    if definition.arg is None:
        return Header.PRESENT
    text = _text(definition).lower()
    if text == "match":
        if not is_from:
            raise DatabaseError("0A000", 'cannot use "match" with HEADER in COPY TO')
        return Header.MATCH
    value = parse_bool(text)
    if value is None:
        raise DatabaseError("42601", 'header requires a Boolean value or "match"')
    return Header.PRESENT if value else Header.NONE


def _columns(definition: Any) -> ColumnChoice:
    argument = definition.arg
    if isinstance(argument, ast.A_Star) and definition.defname == "force_quote":
        return True
    if isinstance(argument, tuple):
        return tuple(item.sval for item in argument)
    raise DatabaseError(
        "22023",
        f'argument to option "{definition.defname}" must be a list of column names',
        position=_position(definition),
    )


def _with_defaults(found: dict[str, Any]) -> CopyOptions:
    chosen = {name: value for name, value in found.items() if name != "freeze"}
    if chosen.get("format") is Format.CSV:
        chosen.setdefault("delimiter", ",")
        chosen.setdefault("null", "")
        chosen.setdefault("escape", chosen.get("quote", '"'))
    return CopyOptions(**chosen)


def _check_format(found: dict[str, Any], options: CopyOptions) -> None:
    if options.format is Format.BINARY:
        for name in ("delimiter", "null"):
            if name in found:
                raise DatabaseError("42601", f"cannot specify {name.upper()} in BINARY mode")


def _check_characters(options: CopyOptions) -> None:
    delimiter, null = options.delimiter, options.null
    if len(delimiter.encode()) != 1:
        raise DatabaseError("0A000", "COPY delimiter must be a single one-byte character")
    if delimiter in "\r\n":
        raise DatabaseError("22023", "COPY delimiter cannot be newline or carriage return")
    if "\r" in null or "\n" in null:
        raise DatabaseError(
            "22023", "COPY null representation cannot use newline or carriage return"
        )
    if not options.is_csv and delimiter in _BAD_DELIMITERS:
        raise DatabaseError("22023", f'COPY delimiter cannot be "{delimiter}"')
    if options.format is Format.BINARY and options.header is not Header.NONE:
        raise DatabaseError("0A000", "cannot specify HEADER in BINARY mode")


def _check_csv_options(found: dict[str, Any], options: CopyOptions, *, is_from: bool) -> None:
    for name in ("quote", "escape"):
        if name not in found and not options.is_csv:
            continue
        if not options.is_csv:
            raise DatabaseError("0A000", f"COPY {name} available only in CSV mode")
        if len(getattr(options, name).encode()) != 1:
            raise DatabaseError("0A000", f"COPY {name} must be a single one-byte character")
        if name == "quote" and options.delimiter == options.quote:
            raise DatabaseError("22023", "COPY delimiter and quote must be different")
    for name, wants_from in (
        ("force_quote", False),
        ("force_not_null", True),
        ("force_null", True),
    ):
        if name not in found:
            continue
        words = name.replace("_", " ")
        if not options.is_csv:
            raise DatabaseError("0A000", f"COPY {words} available only in CSV mode")
        if is_from is not wants_from:
            direction = "COPY FROM" if wants_from else "COPY TO"
            raise DatabaseError("0A000", f"COPY {words} only available using {direction}")
    if options.delimiter in options.null:
        raise DatabaseError("0A000", "COPY delimiter must not appear in the NULL specification")
    if options.is_csv and options.quote in options.null:
        raise DatabaseError(
            "0A000", "CSV quote character must not appear in the NULL specification"
        )

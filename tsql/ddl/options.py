"""WITH (…) of CREATE TABLE: what TerraScale reads, and PostgreSQL's own storage parameters.

| parameter     | meaning                                                                     |
|---------------|-----------------------------------------------------------------------------|
| partition_key | the first columns of the primary key that make the partition key: 'a,b'     |
| column_policy | strict (default): an unknown column is an error; dynamic: any attribute     |
| scheme        | range (default): keys in order of value; hash: partitions spread by a hash  |

PostgreSQL's parameters (fillfactor, autovacuum_…) tune what isn't here: they are checked and kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from storage.errors import DatabaseError
from storage.schema import ColumnPolicy, KeyScheme
from tsql.parser import ast
from tsql.setting_definitions import parse_bool

_POSTGRES_PARAMETERS: Final = frozenset(
    {
        "fillfactor", "toast_tuple_target", "parallel_workers", "vacuum_index_cleanup",
        "vacuum_truncate", "user_catalog_table", "log_autovacuum_min_duration",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableOptions:
    """The parameters of one CREATE TABLE."""

    partition_columns: tuple[str, ...] | None
    policy: ColumnPolicy
    scheme: KeyScheme
    kept: dict[str, str]


def table_options(definitions: Sequence[Any] | None) -> TableOptions:
    """Returns what the WITH clause says. Raises 22023."""
    partition_columns: tuple[str, ...] | None = None
    policy, scheme = ColumnPolicy.STRICT, KeyScheme.RANGE
    kept: dict[str, str] = {}
    for definition in definitions or ():
        name, text = definition.defname, text_of(definition.arg)
        if definition.defnamespace is not None:
            name = f"{definition.defnamespace}.{name}"
        if name == "partition_key":
            partition_columns = tuple(part.strip().strip('"') for part in text.split(","))
        elif name == "column_policy":
            policy = ColumnPolicy(_choice(name, text, tuple(ColumnPolicy)))
        elif name == "scheme":
            scheme = KeyScheme(_choice(name, text, tuple(KeyScheme)))
        elif name == "oids":
            _check_without_oids(text)
        elif name == "fillfactor":
            kept[name] = _fill_factor(text)
        elif name in _POSTGRES_PARAMETERS or name.startswith(("autovacuum_", "toast.")):
            kept[name] = text
        else:
            raise DatabaseError("22023", f'unrecognized parameter "{name}"')
    return TableOptions(partition_columns, policy, scheme, kept)


def index_options(definitions: Sequence[Any] | None, method: str = "btree") -> dict[str, str]:
    """Returns the storage parameters of an index, to be kept and shown. Raises 22023."""
    kept: dict[str, str] = {}
    for definition in definitions or ():
        name, text = definition.defname, text_of(definition.arg)
        if definition.defnamespace is not None:
            message = f'unrecognized parameter namespace "{definition.defnamespace}"'
            raise DatabaseError("22023", message)
        if name == "fillfactor":
            kept[name] = _fill_factor(text)
        elif name == "deduplicate_items" and method == "btree":
            if parse_bool(text) is None:
                message = f'invalid value for boolean option "{name}": {text}'
                raise DatabaseError("22023", message)
            kept[name] = text
        else:
            raise DatabaseError("22023", f'unrecognized parameter "{name}"')
    return kept


def _check_without_oids(text: str) -> None:
    """Raises 0A000 for rows with OIDs of their own; dumps of older servers say that there are none."""
    has_oids = parse_bool(text)
    if has_oids is None:
        raise DatabaseError("42601", "oids requires a Boolean value")
    if has_oids:
        raise DatabaseError("0A000", "tables declared WITH OIDS are not supported")


def text_of(argument: Any) -> str:
    """Returns the text of a parameter's value."""
    match argument:
        case None:
            return "true"
        case ast.String():
            return str(argument.sval)
        case ast.Integer():
            return str(argument.ival)
        case ast.Float():
            return str(argument.fval)
        case ast.Boolean():
            return "true" if argument.boolval else "false"
        case ast.TypeName(names=names):
            return str(names[-1].sval if names else "")
        case _:
            return str(argument)


def _choice(name: str, text: str, choices: tuple[str, ...]) -> str:
    lowered = text.lower()
    if lowered in choices:
        return lowered
    quoted = " and ".join(f'"{choice}"' for choice in choices)
    raise DatabaseError(
        "22023",
        f'invalid value for enum option "{name}": {text}',
        detail=f"Valid values are {quoted}.",
    )


def _fill_factor(text: str) -> str:
    if not text.isdigit():
        raise DatabaseError("22023", f'invalid value for integer option "fillfactor": {text}')
    if not 10 <= int(text) <= 100:
        raise DatabaseError(
            "22023",
            f'value {text} out of bounds for option "fillfactor"',
            detail='Valid values are between "10" and "100".',
        )
    return text

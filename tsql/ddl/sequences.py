"""CREATE SEQUENCE, and the options that identity columns share with it."""

from collections.abc import Sequence as List
from typing import Any, Final

import msgspec

from storage.errors import DatabaseError, not_supported
from storage.schema import Sequence
from tsql.binder import bind_type_name
from tsql.ddl.context import Ddl
from tsql.parser import ast
from tsql.types import oids

_RANGES: Final = {
    oids.INT2: (-(2**15), 2**15 - 1),
    oids.INT4: (-(2**31), 2**31 - 1),
    oids.INT8: (-(2**63), 2**63 - 1),
}
_NUMBERS: Final = frozenset({"start", "increment", "minvalue", "maxvalue", "cache"})


class SequenceOptions(msgspec.Struct, frozen=True):
    """What CREATE SEQUENCE says; None where it says nothing."""

    sql_type: int = oids.INT8
    start: int | None = None
    increment: int = 1
    minvalue: int | None = None
    maxvalue: int | None = None
    cache: int = 1
    cycle: bool = False

    @classmethod
    def of(cls, definitions: List[Any] | None) -> "SequenceOptions":
        """Returns the options of a list. Raises 42601, 22023."""
        found: dict[str, Any] = {}
        for definition in definitions or ():
            name = definition.defname
            if name in found:
                raise DatabaseError("42601", "conflicting or redundant options")
            if name in _NUMBERS:
                found[name] = None if definition.arg is None else _number(definition.arg)
            elif name == "cycle":
                found[name] = bool(getattr(definition.arg, "boolval", False))
            elif name == "as":
                found["sql_type"] = _integer_type(definition.arg)
            else:
                raise not_supported(f"the sequence option {name.upper()}")
        return cls(**found)


def _number(argument: Any) -> int:
    match argument:
        case ast.Integer(ival=value):
            return int(value or 0)
        case ast.Float(fval=text):
            return int(str(text))
        case _:
            raise DatabaseError("42601", "a sequence option must be a number")


def _integer_type(node: Any) -> int:
    oid, _ = bind_type_name(node)
    if oid not in _RANGES:
        raise DatabaseError("22023", "sequence type must be smallint, integer, or bigint")
    return oid


async def new_sequence(schema: str, name: str, options: SequenceOptions, ddl: Ddl) -> Sequence:
    """Returns a sequence with its defaults. Raises 22023."""
    low, high = _RANGES[options.sql_type]
    if options.increment == 0:
        raise DatabaseError("22023", "INCREMENT must not be zero")
    ascends = options.increment > 0
    minimum = options.minvalue if options.minvalue is not None else (1 if ascends else low)
    maximum = options.maxvalue if options.maxvalue is not None else (high if ascends else -1)
    for word, value in (("MINVALUE", minimum), ("MAXVALUE", maximum)):
        if not low <= value <= high:
            type_name = {oids.INT2: "smallint", oids.INT4: "integer"}[options.sql_type]
            raise DatabaseError(
                "22023", f"{word} ({value}) is out of range for sequence data type {type_name}"
            )
    if minimum >= maximum:
        raise DatabaseError("22023", f"MINVALUE ({minimum}) must be less than MAXVALUE ({maximum})")
    start = options.start if options.start is not None else (minimum if ascends else maximum)
    if start < minimum:
        raise DatabaseError(
            "22023", f"START value ({start}) cannot be less than MINVALUE ({minimum})"
        )
    if start > maximum:
        raise DatabaseError(
            "22023", f"START value ({start}) cannot be greater than MAXVALUE ({maximum})"
        )
    if options.cache < 1:
        raise DatabaseError("22023", f"CACHE ({options.cache}) must be greater than zero")
    return Sequence(
        id=await ddl.catalogs.new_relation_id(),
        schema=schema,
        name=name,
        sql_type=options.sql_type,
        start=start,
        increment=options.increment,
        minimum=minimum,
        maximum=maximum,
        cycle=options.cycle,
        cache=options.cache,
        owner=ddl.env.user,
    )


async def create_sequence(node: Any, ddl: Ddl) -> str:
    """Runs a CreateSeqStmt; returns the command tag."""
    relation = node.sequence
    if relation.relpersistence != "p":
        raise not_supported("CREATE TEMPORARY SEQUENCE")
    schema = ddl.creation_schema(relation)
    if ddl.catalog.relation(schema, relation.relname) is not None:
        message = f'relation "{relation.relname}" already exists'
        if not node.if_not_exists:
            raise DatabaseError("42P07", message)
        ddl.notice("NOTICE", "42P07", f"{message}, skipping")
        return "CREATE SEQUENCE"
    options = SequenceOptions.of(node.options)
    await ddl.changes.create_sequence(await new_sequence(schema, relation.relname, options, ddl))
    return "CREATE SEQUENCE"

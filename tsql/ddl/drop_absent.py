"""DROP of what there can't be here: it is not found, as with PostgreSQL when there is none.

Scripts drop triggers, rules, functions and extensions IF EXISTS before they make their own. What
PostgreSQL has from the start under such a name (its functions, plpgsql) is refused.
"""

from collections.abc import Callable
from typing import Any, Final

from storage.errors import DatabaseError, not_supported
from tsql.binder import bind_type_name
from tsql.catalog import pg
from tsql.ddl.context import Ddl, no_such_relation
from tsql.ddl.describe import kind_of_relation
from tsql.parser import ast, enums
from tsql.types.type_names import type_name

_TYPES: Final = enums.ObjectType
_ON_RELATION: Final = {
    _TYPES.OBJECT_TRIGGER: "trigger",
    _TYPES.OBJECT_RULE: "rule",
    _TYPES.OBJECT_POLICY: "policy",
}
_BY_NAME: Final = {
    _TYPES.OBJECT_ACCESS_METHOD: "access method",
    _TYPES.OBJECT_COLLATION: "collation",
    _TYPES.OBJECT_CONVERSION: "conversion",
    _TYPES.OBJECT_LANGUAGE: "language",
    _TYPES.OBJECT_TSPARSER: "text search parser",
    _TYPES.OBJECT_TSDICTIONARY: "text search dictionary",
    _TYPES.OBJECT_TSTEMPLATE: "text search template",
    _TYPES.OBJECT_TSCONFIGURATION: "text search configuration",
    _TYPES.OBJECT_FDW: "foreign-data wrapper",
    _TYPES.OBJECT_FOREIGN_SERVER: "server",
    _TYPES.OBJECT_PUBLICATION: "publication",
    _TYPES.OBJECT_EVENT_TRIGGER: "event trigger",
    _TYPES.OBJECT_STATISTIC_EXT: "statistics object",
    _TYPES.OBJECT_EXTENSION: "extension",
}
_ROUTINES: Final = {
    _TYPES.OBJECT_FUNCTION: "function",
    _TYPES.OBJECT_PROCEDURE: "procedure",
    _TYPES.OBJECT_ROUTINE: "routine",
    _TYPES.OBJECT_AGGREGATE: "aggregate",
}
_TAGS: Final = {
    _TYPES.OBJECT_FDW: "FOREIGN DATA WRAPPER",
    _TYPES.OBJECT_FOREIGN_SERVER: "SERVER",
    _TYPES.OBJECT_STATISTIC_EXT: "STATISTICS",
    _TYPES.OBJECT_FOREIGN_TABLE: "FOREIGN TABLE",
    _TYPES.OBJECT_TSPARSER: "TEXT SEARCH PARSER",
    _TYPES.OBJECT_TSDICTIONARY: "TEXT SEARCH DICTIONARY",
    _TYPES.OBJECT_TSTEMPLATE: "TEXT SEARCH TEMPLATE",
    _TYPES.OBJECT_TSCONFIGURATION: "TEXT SEARCH CONFIGURATION",
    _TYPES.OBJECT_OPCLASS: "OPERATOR CLASS",
    _TYPES.OBJECT_OPFAMILY: "OPERATOR FAMILY",
}
_LANGUAGE_NAMES: Final = (
    "arabic armenian basque catalan danish dutch english finnish french german greek hindi hungarian indonesian irish "
    "italian lithuanian nepali norwegian portuguese romanian russian serbian simple spanish swedish tamil turkish "
    "yiddish"
)
_LANGUAGES: Final = frozenset(_LANGUAGE_NAMES.split())
#: What PostgreSQL has from the start.
_BUILT_IN: Final = {
    _TYPES.OBJECT_ACCESS_METHOD: frozenset(
        ("heap", "btree", "hash", "gist", "gin", "spgist", "brin")
    ),
    _TYPES.OBJECT_EXTENSION: frozenset({"plpgsql"}),
    _TYPES.OBJECT_LANGUAGE: frozenset(("internal", "c", "sql", "plpgsql")),
    _TYPES.OBJECT_TSPARSER: frozenset({"default"}),
    _TYPES.OBJECT_TSDICTIONARY: _LANGUAGES | {f"{name}_stem" for name in _LANGUAGES},
    _TYPES.OBJECT_TSTEMPLATE: frozenset(("simple", "synonym", "ispell", "thesaurus", "snowball")),
    _TYPES.OBJECT_TSCONFIGURATION: _LANGUAGES,
}


def drop_absent(node: Any, ddl: Ddl) -> str:
    """Answers a DropStmt of a kind that isn't there; returns the command tag. Raises 0A000, 42704, 42883."""
    kind = node.removeType
    what = _TAGS.get(kind) or kind.name.removeprefix("OBJECT_").replace("_", " ")
    missing = _finder(kind)
    if missing is None:
        raise not_supported(f"DROP {what}")
    for item in node.objects:
        error = missing(item, kind, ddl)
        if error is None:
            raise not_supported(f"DROP {what}")
        if not node.missing_ok:
            if kind == _TYPES.OBJECT_TRIGGER:
                error.message = error.message.replace(" for relation ", " for table ")
            raise error
        if (
            kind in _OF_ACCESS_METHODS
            and item[0].sval not in _BUILT_IN[_TYPES.OBJECT_ACCESS_METHOD]
        ):
            raise error
        message = error.message
        if kind in _ROUTINES and error.sqlstate == "42883":
            message = f"{_ROUTINES[kind]} {_as_written(item)} does not exist"
        elif kind == _TYPES.OBJECT_OPERATOR and error.sqlstate == "42883":
            message = _skipped_operator(item, ddl)
        elif kind == _TYPES.OBJECT_COLLATION:
            message = message.replace(_FOR_ENCODING, "")
        ddl.notice("NOTICE", "00000", f"{message}, skipping")
    return f"DROP {what}"


def _finder(kind: Any) -> Callable[[Any, Any, Ddl], DatabaseError | None] | None:
    if kind in _ON_RELATION:
        return _on_relation
    if kind in _BY_NAME:
        return _by_name
    if kind in _ROUTINES:
        return _routine
    return _FINDERS.get(kind)


def _names(item: Any) -> list[str]:
    return [item.sval or ""] if isinstance(item, ast.String) else [part.sval for part in item]


def _on_relation(item: Any, kind: Any, ddl: Ddl) -> DatabaseError:
    *place, name = _names(item)
    schema = place[-2] if len(place) > 1 else None
    if schema is not None and ddl.catalog.schema(ddl.env.own_schema(schema)) is None:
        return DatabaseError("3F000", f'schema "{schema}" does not exist')
    if ddl.find(schema, place[-1]) is None:
        return no_such_relation(ast.RangeVar(relname=place[-1], schemaname=schema), ddl)
    message = f'{_ON_RELATION[kind]} "{name}" for relation "{place[-1]}" does not exist'
    return DatabaseError("42704", message)


def _by_name(item: Any, kind: Any, ddl: Ddl) -> DatabaseError | None:
    *schemas, name = _names(item)
    if _is_built_in(kind, name):
        return None
    if schemas and ddl.catalog.schema(ddl.env.own_schema(schemas[-1])) is None:
        return DatabaseError("3F000", f'schema "{schemas[-1]}" does not exist')
    shown = ".".join((*schemas, name))
    encoding = _FOR_ENCODING if kind == _TYPES.OBJECT_COLLATION else ""
    return DatabaseError("42704", f'{_BY_NAME[kind]} "{shown}"{encoding} does not exist')


def _is_built_in(kind: Any, name: str) -> bool:
    if kind == _TYPES.OBJECT_COLLATION:
        return name in pg.collations()
    if kind == _TYPES.OBJECT_CONVERSION:
        return "_to_" in name
    return name in _BUILT_IN.get(kind, ())


def _foreign_table(item: Any, _kind: Any, ddl: Ddl) -> DatabaseError:
    *schemas, name = _names(item)
    if schemas and ddl.catalog.schema(ddl.env.own_schema(schemas[-1])) is None:
        return DatabaseError("3F000", f'schema "{schemas[-1]}" does not exist')
    found = ddl.find(schemas[-1] if schemas else None, name)
    if found is not None:
        is_kind = kind_of_relation(found)
        article = "an" if is_kind == "index" else "a"
        hint = f"Use DROP {is_kind.upper()} to remove {article} {is_kind}."
        raise DatabaseError("42809", f'"{name}" is not a foreign table', hint=hint)
    return DatabaseError("42P01", f'foreign table "{name}" does not exist')


def _as_written(item: Any) -> str:
    """Returns a routine as the parser has it: its types under the grammar's names."""
    name = ".".join(part.sval for part in item.objname)
    types = [
        ".".join(part.sval for part in each.names) + "[]" * bool(each.arrayBounds)
        for each in item.objargs or ()
    ]
    return f"{name}({','.join(types)})"


def _routine(item: Any, kind: Any, ddl: Ddl) -> DatabaseError | None:
    *schemas, name = [part.sval for part in item.objname]
    if (
        schemas
        and schemas[-1] != "pg_catalog"
        and ddl.catalog.schema(ddl.env.own_schema(schemas[-1])) is None
    ):
        return DatabaseError("3F000", f'schema "{schemas[-1]}" does not exist')
    if pg.procs_by_name().get(name) and schemas in ([], ["pg_catalog"]):
        return None
    shown = ".".join((*schemas, name))
    word = _ROUTINES[kind]
    if item.args_unspecified:
        message = f'could not find a {word} named "{shown}"'
        return DatabaseError("42883", message)
    try:
        types = [type_name(bind_type_name(part, ddl.env)[0]) for part in item.objargs or ()]
    except DatabaseError as error:
        return _absent_type(error)
    arguments = ", ".join(types)
    if kind == _TYPES.OBJECT_AGGREGATE:
        arguments = arguments or "*"
    return DatabaseError("42883", f"{word} {shown}({arguments}) does not exist")


def _absent_type(error: DatabaseError) -> DatabaseError:
    """Returns the error if it is of a type or schema that isn't there; raises any other."""
    if error.sqlstate not in {"42704", "3F000"}:
        raise error
    error.position = None
    return error


def _operator(item: Any, _kind: Any, ddl: Ddl) -> DatabaseError | None:
    *schemas, name = [part.sval for part in item.objname]
    try:
        left, right = [
            0 if part is None else bind_type_name(part, ddl.env)[0] for part in item.objargs
        ]
    except DatabaseError as error:
        return _absent_type(error)
    found = pg.operators_by_name().get(name, ()) if schemas in ([], ["pg_catalog"]) else ()
    if any(operator.left == left and operator.right == right for operator in found):
        return None
    operands = [type_name(left)] * bool(left), [type_name(right)] * bool(right)
    shown = " ".join((*operands[0], ".".join((*schemas, name)), *operands[1]))
    return DatabaseError("42883", f"operator does not exist: {shown}")


def _skipped_operator(item: Any, ddl: Ddl) -> str:
    *schemas, name = [part.sval for part in item.objname]
    if schemas and ddl.catalog.schema(ddl.env.own_schema(schemas[-1])) is None:
        return f'schema "{schemas[-1]}" does not exist'
    return f"operator {'.'.join((*schemas, name))} does not exist"


def _cast(item: Any, _kind: Any, ddl: Ddl) -> DatabaseError | None:
    try:
        source, target = [bind_type_name(part, ddl.env)[0] for part in item]
    except DatabaseError as error:
        return _absent_type(error)
    if (source, target) in pg.casts():
        return None
    message = f"cast from type {type_name(source)} to type {type_name(target)} does not exist"
    return DatabaseError("42704", message)


def _operator_class(item: Any, kind: Any, ddl: Ddl) -> DatabaseError | None:
    method, *schemas, name = _names(item)
    if method not in _BUILT_IN[_TYPES.OBJECT_ACCESS_METHOD]:
        return DatabaseError("42704", f'access method "{method}" does not exist')
    if name.endswith("_ops") and not schemas:
        return None
    if schemas and ddl.catalog.schema(ddl.env.own_schema(schemas[-1])) is None:
        return DatabaseError("3F000", f'schema "{schemas[-1]}" does not exist')
    shown = ".".join((*schemas, name))
    message = f'{_OF_ACCESS_METHODS[kind]} "{shown}" does not exist for access method "{method}"'
    return DatabaseError("42704", message)


_FOR_ENCODING: Final = ' for encoding "UTF8"'
_OF_ACCESS_METHODS: Final = {
    _TYPES.OBJECT_OPCLASS: "operator class",
    _TYPES.OBJECT_OPFAMILY: "operator family",
}
_FINDERS: Final[dict[Any, Callable[[Any, Any, Ddl], DatabaseError | None]]] = {
    _TYPES.OBJECT_FOREIGN_TABLE: _foreign_table,
    _TYPES.OBJECT_OPERATOR: _operator,
    _TYPES.OBJECT_CAST: _cast,
    _TYPES.OBJECT_OPCLASS: _operator_class,
    _TYPES.OBJECT_OPFAMILY: _operator_class,
}

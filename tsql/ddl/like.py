"""LIKE in CREATE TABLE: another relation's columns, and what INCLUDING asks for beside them.

What the catalog keeps as text (defaults, generation expressions, checks) is read again, for the new
table's columns have the same names. Storage, compression and statistics are nothing that a table has
here.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from storage.errors import DatabaseError, not_supported
from storage.objects import Attribute, Comment, CompositeType, View, ViewColumn
from storage.schema import Column, Index, KeyPart, Sequence, Table
from tsql.ddl.constraints import KeyConstraint
from tsql.ddl.context import Ddl, no_such_relation
from tsql.ddl.definition import CheckClause, Copied, Definition
from tsql.ddl.names import free_name, index_columns_part, index_part_names
from tsql.ddl.remove import CLASS_IDS
from tsql.ddl.sequence_options import SequenceOptions
from tsql.ddl.serial import SerialColumn
from tsql.ddl.user_types import find_type, require_usage
from tsql.derived_ids import constraint_id
from tsql.parser import ast, parse_expression
from tsql.types.kinds import storable_kinds

#: Bits of PostgreSQL's TableLikeOption.
_COMMENTS: Final = 1
_CONSTRAINTS: Final = 4
_DEFAULTS: Final = 8
_GENERATED: Final = 16
_IDENTITY: Final = 32
_INDEXES: Final = 64


def read_like(definition: Definition, clause: Any, copied: Copied, ddl: Ddl) -> None:
    """Reads a TableLikeClause into the definition. Raises 42P01, 42809, 42501, 42701, 42P16."""
    relation = clause.relation
    found = _source(relation, ddl)
    options = clause.options or 0
    source_id = found.relation_id if isinstance(found, CompositeType) else found.id
    for number, column in enumerate(_parts(found), 1):
        new = _column(column, definition.first_column_id + len(definition.columns))
        if definition.position(new.name) is not None:
            raise DatabaseError("42701", f'column "{new.name}" specified more than once')
        definition.columns.append(new)
        if isinstance(column, Column) and isinstance(found, Table):
            _read_value(definition, column, new, options, (found, ddl))
        if options & _COMMENTS:
            old_id = _part_id(column, number)
            text = _comment("relation", source_id, ddl, old_id)
            if text is not None:
                copied.column_comments.append((new.id, text))
    if isinstance(found, Table):
        with_comments = bool(options & _COMMENTS)
        if options & _CONSTRAINTS:
            _read_checks(definition, found, copied, ddl, with_comments=with_comments)
        if options & _INDEXES:
            _read_indexes(definition, found, copied, ddl, with_comments=with_comments)


def _source(relation: Any, ddl: Ddl) -> Table | View | CompositeType:
    place = None if relation.location is None else relation.location + 1
    found = ddl.find(relation.schemaname, relation.relname)
    if found is None:
        schemas = [] if relation.schemaname is None else [relation.schemaname]
        composite = find_type([*schemas, relation.relname], ddl)
        if isinstance(composite, CompositeType):
            require_usage(composite, ddl)
            return composite
        error = no_such_relation(relation, ddl)
        error.position = place
        raise error
    if not isinstance(found, Table | View):
        message = f'relation "{relation.relname}" is invalid in LIKE clause'
        kinds = "sequences" if isinstance(found, Sequence) else "indexes"
        detail = f"This operation is not supported for {kinds}."
        raise DatabaseError("42809", message, detail=detail, position=place)
    ddl.require(found, "r")
    return found


def _parts(
    found: Table | View | CompositeType,
) -> Iterable[Column | ViewColumn | Attribute]:
    return found.attributes if isinstance(found, CompositeType) else found.columns


def _part_id(part: Column | ViewColumn | Attribute, number: int) -> int:
    match part:
        case Column():
            return part.id
        case Attribute():
            return part.number
        case _:
            return number


def _comment(kind: str, object_id: int, ddl: Ddl, sub_id: int = 0) -> str | None:
    found = ddl.catalog.object(Comment, CLASS_IDS[kind], object_id, sub_id)
    return None if found is None else found.text


def _column(column: Any, column_id: int) -> Column:
    kinds = storable_kinds(column.sql_type)
    if kinds is None:
        raise not_supported(f"LIKE with a column of the type of {column.name}")
    return Column(
        id=column_id,
        name=column.name,
        kind=kinds[0],
        element_kind=kinds[1],
        sql_type=column.sql_type,
        typmod=column.typmod,
        not_null=getattr(column, "not_null", False),
        collation=getattr(column, "collation", 0),
    )


def _read_value(
    definition: Definition, old: Column, new: Column, options: int, source: tuple[Table, Ddl]
) -> None:
    table, ddl = source
    if old.generated_sql is not None:
        if options & _GENERATED:
            definition.generated[new.id] = parse_expression(old.generated_sql)
    elif old.identity:
        if options & _IDENTITY:
            said = _options_of(_sequence_of(table, old, ddl))
            definition.serials.append(SerialColumn(new.id, said, identity=old.identity))
    elif old.default_sql is not None and options & _DEFAULTS:
        definition.defaults[new.id] = parse_expression(old.default_sql)


def _sequence_of(table: Table, column: Column, ddl: Ddl) -> Sequence:
    return next(
        each
        for each in ddl.catalog.sequences
        if (each.owner_table_id, each.owner_column_id) == (table.id, column.id)
    )


def _options_of(sequence: Sequence) -> SequenceOptions:
    return SequenceOptions(
        {
            "start": sequence.start,
            "increment": sequence.increment,
            "minvalue": sequence.minimum,
            "maxvalue": sequence.maximum,
            "cycle": sequence.cycle,
            "cache": sequence.cache,
        }
    )


def _read_checks(
    definition: Definition, table: Table, copied: Copied, ddl: Ddl, *, with_comments: bool
) -> None:
    for check in table.checks:
        node = parse_expression(check.check_sql)
        definition.checks.append(CheckClause(check.name, node, check.no_inherit))
        text = _comment("constraint", constraint_id(table.id, check.name), ddl)
        if with_comments and text is not None:
            copied.check_comments.append((check.name, text))


def _read_indexes(
    definition: Definition, table: Table, copied: Copied, ddl: Ddl, *, with_comments: bool
) -> None:
    def names(ids: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(table.column_by_id(column_id).name for column_id in ids)

    def comment(index_id: int) -> str | None:
        return _comment("relation", index_id, ddl) if with_comments else None

    def add(key: KeyConstraint, index_id: int) -> None:
        if key.is_primary and any(each.is_primary for each in definition.keys):
            message = f'multiple primary keys for table "{definition.name}" are not allowed'
            raise DatabaseError("42P16", message)
        definition.keys.append(key)
        if (text := comment(index_id)) is not None:
            copied.key_comments.append((key, text))

    if table.primary_key_constraint is not None:
        primary = KeyConstraint(
            None,
            is_primary=True,
            columns=names(table.key_column_ids),
            included=names(table.primary_key_included_ids),
            options=tuple(table.primary_key_options.items()),
        )
        add(primary, table.primary_key_index_id)
    for index in table.indexes:
        if index.dynamodb_settings is not None or index.sparse:
            raise not_supported("LIKE with an index made through DynamoDB")
        if index.constraint is None:
            copied.indexes.append((table, index, comment(index.id)))
            continue
        add(
            KeyConstraint(
                None,
                index.is_primary,
                names(tuple(part.column_id or 0 for part in index.parts)),
                names(index.included_column_ids),
                nulls_distinct=index.nulls_distinct,
                timing=index.timing,
                options=tuple(index.options.items()),
            ),
            index.id,
        )


# ---- making ------------------------------------------------------------------------------------


async def with_indexes(table: Table, copied: Copied, ddl: Ddl) -> Table:
    """Returns the new table with the plain indexes of the others."""
    for source, index, text in copied.indexes:
        table = await _with_index(table, source, index, ddl)
        if text is not None:
            copied.index_comments.append((table.indexes[-1].id, text))
    return table


async def _with_index(table: Table, source: Table, index: Index, ddl: Ddl) -> Table:
    def new_id(old: int) -> int:
        column = table.column(source.column_by_id(old).name)
        assert column is not None
        return column.id

    taken = {table.name, table.primary_key_constraint, *(each.name for each in table.indexes)}

    def is_taken(name: str) -> bool:
        return name in taken or ddl.catalog.relation(table.schema, name) is not None

    included = [source.column_by_id(column_id).name for column_id in index.included_column_ids]
    parts = index_part_names([*[part_name(part, source) for part in index.parts], *included])
    new = msgspec.structs.replace(
        index,
        id=await ddl.catalogs.new_relation_id(),
        storage_id=await ddl.catalogs.new_storage_id(),
        name=free_name(table.name, index_columns_part(parts), "idx", is_taken),
        parts=tuple(
            part
            if part.column_id is None
            else msgspec.structs.replace(part, column_id=new_id(part.column_id))
            for part in index.parts
        ),
        included_column_ids=tuple(new_id(each) for each in index.included_column_ids),
    )
    return msgspec.structs.replace(table, indexes=(*table.indexes, new))


def part_name(part: KeyPart, source: Table) -> str | None:
    """Returns what an index calls its part, None for an expression without a name of its own."""
    if part.column_id is not None:
        return source.column_by_id(part.column_id).name
    expression = parse_expression(part.expression_sql or "")
    if isinstance(expression, ast.FuncCall) and expression.funcname:
        return str(expression.funcname[-1].sval)
    return None


async def create_comments(table: Table, copied: Copied, ddl: Ddl) -> None:
    """Gives the new table's parts the comments of the others."""
    comments = [
        Comment(class_id=CLASS_IDS["relation"], object_id=table.id, sub_id=column_id, text=text)
        for column_id, text in copied.column_comments
    ]
    comments += [
        Comment(
            class_id=CLASS_IDS["constraint"], object_id=constraint_id(table.id, name), text=text
        )
        for name, text in copied.check_comments
    ]
    indexes = [(_index_of(key, table), text) for key, text in copied.key_comments]
    comments += [
        Comment(class_id=CLASS_IDS["relation"], object_id=index_id, text=text)
        for index_id, text in [*indexes, *copied.index_comments]
    ]
    for comment in comments:
        await ddl.changes.create_object(comment)


def _index_of(key: KeyConstraint, table: Table) -> int:
    """Returns the OID of the index that a constraint of the new table has."""
    if key.is_primary and table.primary_key_constraint is not None:
        return table.primary_key_index_id
    ids = [column.id for name in key.columns for column in table.columns if column.name == name]
    return next(
        index.id
        for index in table.indexes
        if index.constraint is not None and [part.column_id for part in index.parts] == ids
    )

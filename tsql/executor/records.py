"""Records among expressions: the names and types of their fields, as far as they are known."""

from collections.abc import Sequence
from typing import Any

from tsql.binder.functions import output_columns
from tsql.bound import Expression, FunctionCall, Relabel, RowConstructor, WholeRow
from tsql.env import Env
from tsql.executor.parts import Evaluate, Row
from tsql.types import oids
from tsql.types.composites import is_composite, newest_attributes
from tsql.types.record import Record

Fields = tuple[tuple[str, int], ...]


def fields_of(arguments: Sequence[Expression]) -> tuple[Fields | None, ...]:
    """Returns the fields of each argument that is a record; () where none is."""
    if all(argument.type != oids.RECORD for argument in arguments):
        return ()
    return tuple([record_fields(argument) for argument in arguments])


def record_fields(expression: Expression) -> Fields | None:
    """Returns names and types of a record's fields, or None if they aren't known before it runs."""
    match expression:
        case WholeRow(columns=columns, names=names):
            types = [column.type for column in columns]
            return tuple(zip(names, types, strict=True))
        case RowConstructor(fields=fields, names=names):
            types = [field.type for field in fields]
            return tuple(zip(names, types, strict=True))
        case Relabel(argument=argument):
            return record_fields(argument)
        case _ if is_composite(expression.type):
            attributes = newest_attributes(expression.type)
            return tuple([(each.name, each.sql_type) for each in attributes])
        case FunctionCall(columns=tuple() as defined):
            return tuple([(name, type_) for name, type_, _ in defined])
        case FunctionCall():
            outputs = output_columns(expression)
            return None if outputs is None else tuple(outputs)
        case _:
            return None


def recorded(call: FunctionCall, evaluate: Evaluate) -> Evaluate:
    """Returns a record-valued call with its tuples made records."""
    fields = record_fields(call)
    if fields is None:
        return evaluate
    types = tuple([type_ for _, type_ in fields])
    names = tuple([name for name, _ in fields])
    if call.proc.returns_set:

        def rows(row: Row, env: Env) -> Any:
            values = evaluate(row, env)
            return (
                None if values is None else (Record.of(each, types, (), names) for each in values)
            )

        return rows

    def one(row: Row, env: Env) -> Any:
        value = evaluate(row, env)
        return None if value is None else Record.of(value, types, (), names)

    return one

"""Errors of a running path, which lax predicates and silent calls turn into unknown or nothing."""

from storage.errors import DatabaseError


class PathError(DatabaseError):
    """A fault of the document, not of the path: predicates see it as unknown."""


def no_member(key: str) -> PathError:
    return PathError("2203A", f'JSON object does not contain key "{key}"')


def not_an_object(accessor: str) -> PathError:
    sqlstate = "2203A" if accessor == "member accessor" else "2203C"
    return PathError(sqlstate, f"jsonpath {accessor} can only be applied to an object")


def not_an_array(accessor: str) -> PathError:
    return PathError("22039", f"jsonpath {accessor} can only be applied to an array")


def bad_subscript(reason: str) -> PathError:
    return PathError("22033", f"jsonpath array subscript is {reason}")


def bad_operand(side: str, operator: str) -> PathError:
    return PathError(
        "22038", f"{side} operand of jsonpath operator {operator} is not a single numeric value"
    )


def not_a_number(operator: str) -> PathError:
    return PathError(
        "2203B", f"operand of unary jsonpath operator {operator} is not a numeric value"
    )


def wrong_method(sqlstate: str, name: str, what: str) -> PathError:
    return PathError(sqlstate, f"jsonpath item method .{name}() can only be applied to {what}")

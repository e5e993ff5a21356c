"""The name of a result column that has none of its own: `count`, `max`, `?column?`.

PostgreSQL's rules: a column, function or construct gives its own name; a cast gives its argument's
if that has one, else the type's; CASE gives its ELSE's, else `case`.
"""

from typing import Any, Final

from tsql.parser import ast, enums

UNNAMED: Final = "?column?"
_Op = enums.SQLValueFunctionOp
_VALUES: Final = {
    _Op.SVFOP_CURRENT_DATE: "current_date",
    _Op.SVFOP_CURRENT_TIME: "current_time",
    _Op.SVFOP_CURRENT_TIME_N: "current_time",
    _Op.SVFOP_CURRENT_TIMESTAMP: "current_timestamp",
    _Op.SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp",
    _Op.SVFOP_LOCALTIME: "localtime",
    _Op.SVFOP_LOCALTIME_N: "localtime",
    _Op.SVFOP_LOCALTIMESTAMP: "localtimestamp",
    _Op.SVFOP_LOCALTIMESTAMP_N: "localtimestamp",
    _Op.SVFOP_CURRENT_ROLE: "current_role",
    _Op.SVFOP_CURRENT_USER: "current_user",
    _Op.SVFOP_USER: "user",
    _Op.SVFOP_SESSION_USER: "session_user",
    _Op.SVFOP_CURRENT_CATALOG: "current_catalog",
    _Op.SVFOP_CURRENT_SCHEMA: "current_schema",
}
_SUBLINKS: Final = {
    enums.SubLinkType.EXISTS_SUBLINK: "exists",
    enums.SubLinkType.ARRAY_SUBLINK: "array",
}
_CONSTRUCTS: Final[dict[type[Any], str]] = {
    ast.A_ArrayExpr: "array",
    ast.CoalesceExpr: "coalesce",
    ast.GroupingFunc: "grouping",
    ast.JsonParseExpr: "json",
    ast.RowExpr: "row",
}


def column_name(node: Any) -> str:
    """Returns the name of a result column made of the expression."""
    return _figure(node)[0] or UNNAMED


def _figure(node: Any) -> tuple[str | None, bool]:
    """Returns the name, and whether it is a good one (a cast's type or `case` are not)."""
    kind = type(node)
    if kind is ast.ColumnRef:
        name = _last(node.fields)
        return name, name is not None
    if kind is ast.A_Indirection:
        name = _last(node.indirection)
        return (name, True) if name else _figure(node.arg)
    if kind is ast.FuncCall:
        return node.funcname[-1].sval, True
    if kind is ast.TypeCast:
        name, is_good = _figure(node.arg)
        return (name, True) if is_good else (node.typeName.names[-1].sval, False)
    if kind is ast.CollateClause:
        return _figure(node.arg)
    if kind is ast.CaseExpr:
        name, is_good = _figure(node.defresult)
        return (name, True) if is_good else ("case", False)
    name = _construct(node)
    return name, name is not None


def _last(parts: Any) -> str | None:
    names = [part.sval for part in parts if isinstance(part, ast.String)]
    return names[-1] if names else None


def _construct(node: Any) -> str | None:
    kind = type(node)
    if kind is ast.A_Expr and node.kind == enums.A_Expr_Kind.AEXPR_NULLIF:
        return "nullif"
    if kind is ast.MinMaxExpr:
        return "greatest" if node.op == enums.MinMaxOp.IS_GREATEST else "least"
    if kind is ast.SQLValueFunction:
        return _VALUES[node.op]
    if kind is ast.SubLink:
        if node.subLinkType == enums.SubLinkType.EXPR_SUBLINK:
            return _first_target(node.subselect)
        return _SUBLINKS.get(node.subLinkType)
    return _CONSTRUCTS.get(kind)


def _first_target(select: Any) -> str | None:
    while select.larg is not None:
        select = select.larg
    if select.valuesLists:
        return "column1"
    target = select.targetList[0]
    return target.name or column_name(target.val)

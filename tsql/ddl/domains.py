"""CREATE DOMAIN."""

from typing import Any, Final

from msgspec.structs import replace

from storage.errors import DatabaseError, not_supported
from storage.objects import DomainCheck, DomainType
from storage.user_types import user_type
from tsql.binder import bind_default, bind_type_name
from tsql.binder.collations import collation_named
from tsql.binder.defaults import bind_domain_check, column_of_base
from tsql.bound import Const
from tsql.catalog import pg
from tsql.ddl.alteration.state import without_position
from tsql.ddl.context import Ddl
from tsql.ddl.default_privileges import give_default_privileges
from tsql.ddl.names import free_name
from tsql.ddl.stored_text import stored_text
from tsql.ddl.user_types import check_name_is_free, hold_types, type_is_taken
from tsql.executor.user_types import register_type
from tsql.parser import ast, enums
from tsql.types.collations import is_foreign
from tsql.types.kinds import kinds_of_type
from tsql.types.type_names import type_name

_TYPES = enums.ConstrType
_IMPOSSIBLE: Final = {
    _TYPES.CONSTR_UNIQUE: "unique",
    _TYPES.CONSTR_PRIMARY: "primary key",
    _TYPES.CONSTR_EXCLUSION: "exclusion",
    _TYPES.CONSTR_FOREIGN: "foreign key",
}
_TIMINGS: Final = frozenset(
    {
        _TYPES.CONSTR_ATTR_DEFERRABLE,
        _TYPES.CONSTR_ATTR_NOT_DEFERRABLE,
        _TYPES.CONSTR_ATTR_DEFERRED,
        _TYPES.CONSTR_ATTR_IMMEDIATE,
    }
)


async def create_domain(node: Any, ddl: Ddl) -> str:
    """Runs a CreateDomainStmt; returns the command tag. Raises 42710, 42704, 42804, 42601."""
    *schemas, name = [part.sval for part in node.domainname]
    place = ast.RangeVar(schemaname=schemas[-1] if schemas else None, relname=name)
    schema = await ddl.creation_schema(place)
    check_name_is_free(schema, name, ddl)
    base, typmod = _base(node, ddl)
    collation = _collation(node, base)
    inherited = user_type(ddl.catalog, base)
    default = inherited.default_sql if isinstance(inherited, DomainType) else None
    relies_on = inherited.default_relies_on if isinstance(inherited, DomainType) else ()
    made = DomainType(
        id=await ddl.catalogs.new_relation_id(),
        array_id=await ddl.catalogs.new_relation_id(),
        schema=schema,
        name=name,
        base=base,
        typmod=typmod,
        default_sql=default,
        default_relies_on=relies_on,
        collation=collation or getattr(inherited, "collation", 0),
        owner=ddl.env.user,
    )
    made = _with_constraints(made, node.constraints or (), ddl)
    await hold_types([base], ddl)
    made = await ddl.changes.create_object(made, taken=type_is_taken(name))
    await give_default_privileges(made, ddl)
    register_type(made)
    return "CREATE DOMAIN"


def _base(node: Any, ddl: Ddl) -> tuple[int, int]:
    with without_position():
        base, typmod = bind_type_name(node.typeName, ddl.env)
    row = pg.types()[base]
    if row.kind not in {"b", "d", "e", "r", "m", "c"}:
        written = ".".join(part.sval for part in node.typeName.names)
        raise DatabaseError("42804", f'"{written}" is not a valid base type for a domain')
    if kinds_of_type(base) is None:
        raise not_supported(f"a domain over type {type_name(base)}")
    return base, typmod


def _collation(node: Any, base: int) -> int:
    """Returns the OID of the collation that CREATE DOMAIN names, or 0."""
    if node.collClause is None:
        return 0
    collation = collation_named(node.collClause, base)
    if is_foreign(collation):
        raise not_supported("such a COLLATE of a domain")
    return collation


def _with_constraints(domain: DomainType, constraints: Any, ddl: Ddl) -> DomainType:
    """Returns the domain with the constraints that CREATE DOMAIN gives it."""
    nullness: bool | None = None
    has_default = False
    checks = []
    for constraint in constraints:
        match constraint.contype:
            case _TYPES.CONSTR_DEFAULT:
                if has_default:
                    raise DatabaseError("42601", "multiple default expressions")
                has_default = True
                domain = with_default(domain, constraint.raw_expr, ddl)
            case _TYPES.CONSTR_NOTNULL | _TYPES.CONSTR_NULL:
                wanted = constraint.contype == _TYPES.CONSTR_NOTNULL
                if nullness is not None and nullness != wanted:
                    raise DatabaseError("42601", "conflicting NULL/NOT NULL constraints")
                nullness = wanted
            case _:
                check_is_possible(constraint)
                checks.append(constraint)
    domain = replace(domain, not_null=bool(nullness))
    for constraint in checks:
        domain, _ = with_check(domain, constraint, ddl)
    return domain


def check_is_possible(constraint: Any) -> None:
    """Raises 42601, 42P17 or 0A000 for a constraint that no domain has."""
    kind = constraint.contype
    if kind in _IMPOSSIBLE:
        message = f"{_IMPOSSIBLE[kind]} constraints not possible for domains"
        raise DatabaseError("42601", message)
    if kind in _TIMINGS:
        message = "specifying constraint deferrability not supported for domains"
        raise DatabaseError("0A000", message)
    if constraint.is_no_inherit:
        message = "check constraints for domains cannot be marked NO INHERIT"
        raise DatabaseError("42P17", message)


def with_default(domain: DomainType, node: Any, ddl: Ddl) -> DomainType:
    """Returns the domain with a DEFAULT; None takes it away, as NULL does. Raises 42804."""
    if node is None:
        return replace(domain, default_sql=None, default_relies_on=())
    with without_position():
        expression = bind_default(node, column_of_base(domain), ddl.env)
    if isinstance(expression, Const) and expression.value is None:
        return replace(domain, default_sql=None, default_relies_on=())
    text, relies_on = stored_text(node, ddl.env)
    return replace(domain, default_sql=text, default_relies_on=relies_on)


def with_check(domain: DomainType, constraint: Any, ddl: Ddl) -> tuple[DomainType, str]:
    """Returns the domain with one CHECK more, and its name. Raises 42710."""
    names = {check.name for check in domain.checks}
    given = constraint.conname
    if given is not None and given in names:
        message = f'constraint "{given}" for domain "{domain.name}" already exists'
        raise DatabaseError("42710", message)
    name = given or free_name(domain.name, None, "check", names.__contains__)
    with without_position():
        bind_domain_check(constraint.raw_expr, domain, ddl.env)
    check = DomainCheck(
        name,
        stored_text(constraint.raw_expr, ddl.env)[0],
        validated=not constraint.skip_validation,
    )
    # PostgreSQL tests them in the order of their names.
    checks = sorted((*domain.checks, check), key=lambda each: each.name.encode())
    return replace(domain, checks=tuple(checks)), name

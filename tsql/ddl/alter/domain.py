"""ALTER DOMAIN: defaults, NOT NULL, constraints."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from msgspec.structs import replace

from storage.errors import DatabaseError, not_supported
from storage.objects import DomainCheck, DomainType
from tsql.ddl.context import Ddl
from tsql.ddl.domain_values import renew_tables, test_values
from tsql.ddl.domains import check_is_possible, with_check, with_default
from tsql.ddl.user_types import lock_type, require_domain
from tsql.executor.user_types import compile_check, register_type
from tsql.parser import enums

Change = Callable[[DomainType, Any, Ddl], Awaitable[DomainType]]


async def alter_domain(node: Any, ddl: Ddl) -> str:
    """Runs an AlterDomainStmt; returns the command tag. Raises 42704, 42809, 42710, 23502, 23514."""
    names = [part.sval for part in node.typeName]
    domain = require_domain(await lock_type(names, ddl), names)
    changed = await _CHANGES[node.subtype](domain, node, ddl)
    if changed != domain:
        changed = await ddl.changes.replace_object(changed)
        register_type(changed)
        await renew_tables(changed, ddl)
    return "ALTER DOMAIN"


async def _set_default(domain: DomainType, node: Any, ddl: Ddl) -> DomainType:
    return with_default(domain, node.def_, ddl)


async def _drop_not_null(domain: DomainType, _node: Any, _ddl: Ddl) -> DomainType:
    return replace(domain, not_null=False)


async def _set_not_null(domain: DomainType, _node: Any, ddl: Ddl) -> DomainType:
    if not domain.not_null:
        fault = "23502", "null values"
        await test_values(domain, ddl, lambda value: value is not None, fault)
    return replace(domain, not_null=True)


async def _add_constraint(domain: DomainType, node: Any, ddl: Ddl) -> DomainType:
    constraint = node.def_
    if constraint.contype != enums.ConstrType.CONSTR_CHECK:
        check_is_possible(constraint)
        raise not_supported(f"ALTER DOMAIN … ADD {constraint.contype.name}")
    check_is_possible(constraint)
    changed, name = with_check(domain, constraint, ddl)
    if not constraint.skip_validation:
        await _validate(changed, name, ddl)
    return changed


async def _validate(domain: DomainType, name: str, ddl: Ddl) -> None:
    test = compile_check(domain, _check(domain, name).check_sql, ddl.env)
    env = ddl.env
    fault = "23514", "values that violate the new constraint"
    await test_values(domain, ddl, lambda value: test((value,), env) is not False, fault)


def _check(domain: DomainType, name: str) -> DomainCheck:
    return next(check for check in domain.checks if check.name == name)


def _no_such_constraint(name: str, names: list[str]) -> DatabaseError:
    """Returns 42704."""
    shown = ".".join(names)
    return DatabaseError("42704", f'constraint "{name}" of domain "{shown}" does not exist')


def _named(domain: DomainType, node: Any) -> str:
    """Returns the constraint's name. Raises 42704."""
    if all(check.name != node.name for check in domain.checks):
        raise _no_such_constraint(node.name, [part.sval for part in node.typeName])
    return str(node.name)


async def _validate_constraint(domain: DomainType, node: Any, ddl: Ddl) -> DomainType:
    name = _named(domain, node)
    if _check(domain, name).validated:
        return domain
    await _validate(domain, name, ddl)
    checks = tuple(
        replace(check, validated=True) if check.name == name else check for check in domain.checks
    )
    return replace(domain, checks=checks)


async def _drop_constraint(domain: DomainType, node: Any, ddl: Ddl) -> DomainType:
    try:
        name = _named(domain, node)
    except DatabaseError as error:
        if not node.missing_ok:
            raise
        ddl.notice("NOTICE", "00000", f"{error.message}, skipping")
        return domain
    rest = tuple(check for check in domain.checks if check.name != name)
    return replace(domain, checks=rest)


_CHANGES: Final[dict[str, Change]] = {
    "T": _set_default,
    "N": _drop_not_null,
    "O": _set_not_null,
    "C": _add_constraint,
    "V": _validate_constraint,
    "X": _drop_constraint,
}


async def rename_domain_constraint(node: Any, ddl: Ddl) -> str:
    """ALTER DOMAIN … RENAME CONSTRAINT. Raises 42704, 42710, 42809."""
    names = [part.sval for part in node.object]
    domain = require_domain(await lock_type(names, ddl), names)
    old, new = node.subname, node.newname
    taken = {check.name for check in domain.checks}
    if old not in taken:
        message = f'constraint "{old}" for domain {".".join(names)} does not exist'
        raise DatabaseError("42704", message)
    if new in taken:
        message = f'constraint "{new}" for domain {".".join(names)} already exists'
        raise DatabaseError("42710", message)
    checks = [replace(check, name=new) if check.name == old else check for check in domain.checks]
    checks.sort(key=lambda check: check.name.encode())
    changed = await ddl.changes.replace_object(replace(domain, checks=tuple(checks)))
    register_type(changed)
    return "ALTER DOMAIN"

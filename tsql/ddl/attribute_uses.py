"""Constraints of domains that look at an attribute of a composite type, and what a change of it does to them."""

from msgspec.structs import replace

from storage.errors import DatabaseError
from storage.objects import CompositeType, DomainCheck, DomainType
from tsql.binder.defaults import bind_domain_check
from tsql.binder.tree import walk
from tsql.bound import Expression, FieldAccess
from tsql.ddl.context import Ddl
from tsql.ddl.domain_values import renew_tables
from tsql.executor.user_types import register_type
from tsql.parser import parse_expression
from tsql.types.kinds import base_type
from tsql.types.type_names import type_name

Uses = list[tuple[DomainType, DomainCheck]]


def _expression(domain: DomainType, check: DomainCheck, ddl: Ddl) -> Expression:
    return bind_domain_check(parse_expression(check.check_sql), domain, ddl.env)


def uses_of(found: CompositeType, name: str, ddl: Ddl) -> Uses:
    """Returns the constraints that look at the attribute."""
    position = next(at for at, each in enumerate(found.attributes) if each.name == name)
    return [
        (domain, check)
        for domain in ddl.catalog.objects(DomainType)
        for check in domain.checks
        if any(
            isinstance(part, FieldAccess)
            and part.position == position
            and base_type(part.record.type) == found.id
            for part in walk(_expression(domain, check, ddl))
        )
    ]


def bind_again(ddl: Ddl) -> None:
    """Raises the error of a constraint that means nothing any more."""
    for domain in ddl.catalog.objects(DomainType):
        for check in domain.checks:
            _expression(domain, check, ddl)


async def drop_uses(
    found: CompositeType, name: str, uses: Uses, ddl: Ddl, *, cascades: bool
) -> None:
    """Drops the constraints along with the attribute. Raises 2BP01 unless it cascades."""
    if not uses:
        return
    shown = f"column {name} of composite type {type_name(found.id)}"
    if not cascades:
        raise DatabaseError(
            "2BP01",
            f"cannot drop {shown} because other objects depend on it",
            detail="\n".join([f"constraint {check.name} depends on {shown}" for _, check in uses]),
            hint="Use DROP ... CASCADE to drop the dependent objects too.",
        )
    lines = [f"drop cascades to constraint {check.name}" for _, check in uses]
    if len(lines) == 1:
        ddl.notice("NOTICE", "00000", lines[0])
    else:
        message = f"drop cascades to {len(lines)} other objects"
        ddl.notice("NOTICE", "00000", message, detail="\n".join(lines))
    for domain in {domain.id: domain for domain, _ in uses}.values():
        gone = [check for of, check in uses if of.id == domain.id]
        locked = await ddl.changes.lock_object(DomainType, domain.id)
        if locked is None:
            continue
        kept = tuple(check for check in locked.checks if check not in gone)
        changed = await ddl.changes.replace_object(replace(locked, checks=kept))
        register_type(changed)
        await renew_tables(changed, ddl)

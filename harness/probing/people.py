"""Who asks: for each operation an admin in a tenant of its own, a stranger, and all who must not get in.

Rule: who may is read from the contract (x-scopes, x-roles); who may not is derived from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.fuzzing.callers import SCOPES
from reports.record import Persona

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.document import Document
    from contracts.routing import Operation

ADMIN = "mmm_admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Those who ask for one operation. All but the stranger are of one tenant.

    `insider` has no role that the contract knows, and the scopes that it needs, every scope where it needs
    none; `second` is another admin. `unscoped` and `outsiders` must not get in.
    """

    admin: Persona
    second: Persona
    insider: Persona
    stranger: Persona
    unscoped: tuple[Persona, ...]
    outsiders: tuple[Persona, ...]

    def everybody(self) -> Iterator[Persona]:
        """Yield them all."""
        yield from (self.admin, self.second, self.insider, self.stranger)
        yield from (*self.unscoped, *self.outsiders)


def cast_of(document: Document, operation: Operation, number: int, seed: int) -> Cast:
    """Return who asks for an operation: the same for a seed."""
    maker = _Maker(f"probe{number}", f"probes-{seed}-{number}")
    roles = known_roles(document)
    return Cast(
        admin=maker.person("admin", (ADMIN,)),
        second=maker.person("second", (ADMIN,)),
        insider=maker.person("insider", ("developer",), operation.scopes or SCOPES),
        stranger=_Maker(f"probe{number}", f"elsewhere-{seed}-{number}").person("stranger", roles),
        unscoped=tuple(
            maker.person(f"scope{at}", ("developer",), scope)
            for at, scope in enumerate(wrong_scopes(operation.scopes))
        ),
        outsiders=tuple(
            maker.person(f"role{at}", held) for at, held in enumerate(wrong_roles(operation.roles, roles))
        ),
    )


def bad_callers(seed: int, flaws: Iterable[str]) -> tuple[Persona, ...]:
    """Return an admin for each flaw that a token can have: sound, it would open every door."""
    maker = _Maker("bad", f"probes-{seed}-0")
    return tuple(maker.person(flaw, (ADMIN,), flaw=flaw) for flaw in flaws)


def known_roles(document: Document) -> tuple[str, ...]:
    """Return every role that some operation asks for, in the contract's order."""
    return tuple(dict.fromkeys(role for operation in document.operations for role in operation.roles))


def wrong_scopes(needed: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield scopes that lack one which is needed: all others, and some that are spelled like it."""
    for scope in needed:
        others = tuple(other for other in SCOPES if other != scope)
        yield others
        yield (*others, f"{scope}.none", f"x{scope}", scope.partition(".")[0])
        yield ()


def wrong_roles(accepted: tuple[str, ...], known: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield roles of which none is accepted: none, others, and some that are spelled like one that is."""
    if not accepted:
        return
    yield ()
    yield ("developer",)
    yield from ((role,) for role in known if role not in accepted)
    yield tuple(spelled for role in accepted for spelled in (f"not_{role}", f"{role}_readonly", f"{role},x"))
    yield ("admin", "iam_admin", "mmm")


@dataclass(frozen=True, slots=True)
class _Maker:
    prefix: str
    tenant: str

    def person(
        self, name: str, roles: tuple[str, ...], scope: tuple[str, ...] = SCOPES, flaw: str | None = None
    ) -> Persona:
        return Persona(
            name=f"{self.prefix}_{name}",
            sub=f"{self.prefix}-{name}".replace("_", "-"),
            tenant_id=self.tenant,
            roles=roles,
            scope=scope,
            flaw=flaw,
        )

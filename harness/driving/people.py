"""Who calls: personas of one tenant, the same again for the same names, and their tokens."""

from __future__ import annotations

import base64
import json
from functools import cached_property
from typing import TYPE_CHECKING

from harness.driving.failures import not_exercised
from reports.record import Persona

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.control import IamControl
    from harness.driving.names import Names
    from harness.driving.recorder import Recorder

SCOPES = ("mmm.decide", "mmm.read", "mmm.outcome")
ADMIN_ROLES = ("mmm_admin", "tenant_admin")


class People:
    """The people of one tenant. Each has every scope and no more role than its name says."""

    def __init__(self, names: Names, tenant: str, *, prefix: str = "") -> None:
        self.tenant = tenant
        self._names = names
        self._prefix = prefix
        self._known: dict[str, int] = {}
        self._others = 0

    @cached_property
    def developer(self) -> Persona:
        """Return the tenant's usual developer: a human without any admin role."""
        return self.someone("developer", roles=("developer",))

    @cached_property
    def admin(self) -> Persona:
        """Return somebody with role mmm_admin."""
        return self.someone("admin", roles=("mmm_admin",))

    @cached_property
    def tenant_admin(self) -> Persona:
        """Return somebody with role tenant_admin."""
        return self.someone("tenant_admin", roles=("tenant_admin",))

    @cached_property
    def approver(self) -> Persona:
        """Return somebody who may approve, and is no admin."""
        return self.someone("approver", roles=("mmm_approver",))

    @cached_property
    def ci_bot(self) -> Persona:
        """Return a service with role ci_bot, which may name another actor."""
        return self.someone("ci_bot", roles=("ci_bot",), actor_type="service")

    @cached_property
    def ai_agent(self) -> Persona:
        """Return an AI agent that asks for itself."""
        return self.someone("ai_agent", roles=("developer",), actor_type="ai_agent")

    def another_developer(self) -> Persona:
        """Return a developer whom nobody has seen before: no quota spent, no decision made."""
        return self.someone("developer", roles=("developer",))

    def someone(
        self,
        name: str,
        *,
        roles: Iterable[str] = (),
        scope: Iterable[str] = SCOPES,
        actor_type: str = "human",
        flaw: str | None = None,
        sub: str | None = None,
    ) -> Persona:
        """Return a person made to measure; a name given twice is numbered."""
        self._known[name] = number = self._known.get(name, 0) + 1
        shown = f"{self._prefix}{name}" + (f"_{number}" if number > 1 else "")
        return Persona(
            name=shown,
            sub=sub or self._names.actor(),
            tenant_id=self.tenant,
            roles=tuple(roles),
            scope=tuple(scope),
            actor_type=actor_type,
            flaw=flaw,
        )

    def without_scope(self, scope: str, *, roles: Iterable[str] = ("developer",)) -> Persona:
        """Return somebody who has every scope but one."""
        name = f"no_{scope.removeprefix('mmm.')}"
        return self.someone(name, roles=roles, scope=(other for other in SCOPES if other != scope))

    def flawed(self, flaw: str) -> Persona:
        """Return an admin whose token has one flaw: it would open every door if it were sound."""
        return self.someone(flaw, roles=("mmm_admin",), flaw=flaw)

    def elsewhere(self) -> People:
        """Return the people of another tenant."""
        return self.of_tenant(self._names.tenant())

    def of_tenant(self, tenant: str) -> People:
        """Return the people of a tenant of this id."""
        self._others += 1
        number = "" if self._others == 1 else str(self._others)
        return People(self._names, tenant, prefix=f"{self._prefix}other{number}_")


class Wallet:
    """Holds the tokens of a scenario's people: each is made once, when it is first needed."""

    def __init__(self, iam: IamControl | None, recorder: Recorder) -> None:
        self._iam = iam
        self._recorder = recorder
        self._tokens: dict[Persona, str] = {}

    async def token_of(self, persona: Persona) -> str:
        """Return the person's token."""
        if persona not in self._tokens:
            self._tokens[persona] = await self._mint(persona)
        return self._tokens[persona]

    async def jti_of(self, persona: Persona) -> str:
        """Return the id by which the person's token can be revoked."""
        payload = (await self.token_of(persona)).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims["jti"])

    @property
    def tokens(self) -> tuple[str, ...]:
        """Return every token that was made so far."""
        return tuple(self._tokens.values())

    async def _mint(self, persona: Persona) -> str:
        if self._iam is None:
            not_exercised("IAM of this target is not ours: nobody here can make tokens")
        token = await self._iam.mint(
            sub=persona.sub,
            tenant_id=persona.tenant_id,
            roles=list(persona.roles),
            scope=list(persona.scope),
            actor_type=persona.actor_type,
            lifetime_seconds=persona.lifetime_seconds,
            flaw=persona.flaw,
        )
        self._recorder.hide(token, stand_in(persona))
        return token


def stand_in(persona: Persona) -> str:
    """Return what is written in place of a person's token.

    >>> stand_in(Persona(name="tenant_admin", sub="a", tenant_id="t"))
    '$TOKEN_TENANT_ADMIN'
    """
    return f"$TOKEN_{persona.name.upper()}"

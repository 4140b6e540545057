"""Givens: what a scenario starts from. A refused step is blamed on that step's own requirement.

Rule: nothing that is read here counts as looked at: a given is not evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from harness.driving.answers import Items, Object
from harness.driving.builders import DESCRIPTION, Json, a_multiplier, a_playbook, an_experiment, an_outcome
from harness.driving.failures import EngineBreachError, GivenRefusedError
from harness.driving.names import canary_of
from harness.driving.reply import Decision

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from harness.driving.engine import EngineClient
    from harness.driving.people import People
    from harness.driving.reply import RawReply, Reply
    from reports.record import Persona


_T = TypeVar("_T")


@dataclass(frozen=True)
class Step:
    """One kind of preparation: what it is called, what it calls, and which requirement says that it works."""

    name: str
    operation: str
    requirement: str
    success: tuple[int, ...] = (200,)


CREATE = Step("a playbook is created", "POST /playbooks", "FR-3", (200, 201))
PUBLISH = Step("a playbook is published", "POST /playbooks/{id}/publish", "FR-3")
DEPRECATE = Step("a playbook is deprecated", "DELETE /playbooks/{id}", "FR-3", (204,))
DECIDE = Step("a decision is made", "POST /decide", "UT-MMM-01")
FIRE = Step("a published playbook without triggers fires", "POST /decide", "UT-MMM-01")
FIND = Step("an experiment is listed", "GET /experiments", "FR-13")
BEGIN = Step("an experiment is created", "POST /experiments", "FR-13", (200, 201))
REPORT = Step("an outcome is accepted", "POST /decisions/{id}/outcomes", "IT-MMM-01", (202,))
PREFER = Step("an actor says what it wants", "PUT /actors/{id}/preferences", "FR-14", (200, 201))
SNOOZE = Step("an actor snoozes", "POST /actors/{id}/preferences/snooze", "FR-10", (200, 201))
ENABLE = Step("an admin changes the tenant's policy", "PUT /tenants/{id}/policy", "FR-13", (200, 201))


class Given:
    """Prepares a tenant."""

    def __init__(self, engine: EngineClient, people: People) -> None:
        self.engine = engine
        self.people = people

    async def draft_playbook(self, playbook: Json | None = None, *, by: Persona | None = None) -> Object:
        """Create a playbook; it does not fire yet. Described as by default, it bears its tenant's canary."""
        body = playbook or a_playbook()
        if body.get("description") == DESCRIPTION:
            tenant = (by or self.people.admin).tenant_id
            body = body | {"description": f"{DESCRIPTION} [{canary_of(tenant)}]"}
        created = await _object(CREATE, lambda: self.engine.create_playbook(body, by))
        _demand(CREATE, lambda: created.string("playbook_id"))
        return created

    async def published_playbook(self, playbook: Json | None = None, *, by: Persona | None = None) -> Object:
        """Create a playbook and publish it: from now on it fires. Return it as it was created.

        What publishing answers besides 200 is the engine's choice, and so is the published version's number.
        """
        draft = await self.draft_playbook(playbook, by=by)
        await _step(PUBLISH, lambda: self.engine.publish_playbook(draft["playbook_id"], by))
        return draft

    async def deprecated_playbook(self, playbook: Json | None = None) -> Object:
        """Create, publish and delete a playbook: it never fires again. Return it as it was created."""
        published = await self.published_playbook(playbook)
        await _step(DEPRECATE, lambda: self.engine.delete_playbook(published["playbook_id"]))
        return published

    async def decision(self, by: Persona | None = None, **members: object) -> Decision:
        """Make a decision, with or without actions."""
        answer = await _object(DECIDE, lambda: self.engine.decide(by, **members))
        return _demand(DECIDE, lambda: _decision(answer))

    async def decision_with_actions(self, by: Persona | None = None, **members: object) -> Decision:
        """Make a decision that proposes something: a playbook that fits is published already."""
        answer = await _object(DECIDE, lambda: self.engine.decide(by, **members))
        decision = _demand(DECIDE, lambda: _decision(answer))
        _demand(FIRE, lambda: decision.actions[0].string("action_id"))
        return decision

    async def decision_to_approve(self, people: People | None = None) -> Decision:
        """Make a decision for a tenant's usual developer, with a multiplier that needs two approvals."""
        tenant = people or self.people
        dual = a_playbook(name="Dual", actions=[a_multiplier(requires_dual_channel=True)])
        await self.published_playbook(dual, by=tenant.admin)
        return await self.decision_with_actions(tenant.developer)

    async def experiment(self, name: str, *, by: Persona | None = None) -> Object:
        """Create an experiment of a name that its tenant has only once, and return it as it is listed.

        What creating answers besides its status is the engine's choice.
        """
        await _step(BEGIN, lambda: self.engine.create_experiment(an_experiment(name=name), by))
        listed = (await _step(FIND, lambda: self.engine.list_experiments(by))).json()
        found = _demand(FIND, lambda: Items(listed, "the list").where_each(lambda each: each["name"] == name))
        return _demand(FIND, lambda: Items([each.plain for each in found], "the experiments so named")[0])

    async def outcome(self, decision: Decision, by: Persona | None = None, result: str = "shown") -> Object:
        """Report what became of a decision's first action."""
        body = an_outcome(decision.actions[0].string("action_id"), result)
        accepted = await _object(REPORT, lambda: self.engine.report_outcome(decision.id, body, by))
        _demand(REPORT, lambda: accepted.string("outcome_id"))
        return accepted

    async def preferences(self, by: Persona | None = None, /, **members: object) -> None:
        """Let an actor (the usual developer) say what it wants."""
        await _step(PREFER, lambda: self.engine.update_preferences(members, by))

    async def snoozed(self, by: Persona | None = None, hours: int = 1) -> None:
        """Let an actor (the usual developer) have some hours of silence."""
        await _step(SNOOZE, lambda: self.engine.snooze({"duration_hours": hours}, by))

    async def tenant_policy(self, by: Persona | None = None, /, **members: object) -> None:
        """Let an admin change parts of the tenant's policy."""
        await _step(ENABLE, lambda: self.engine.update_tenant_policy(members, by))


def _decision(answer: Object) -> Decision:
    decision = Decision(answer["decision"], "decision")
    _ = decision.id, decision.actions
    return decision


async def _step(step: Step, call: Callable[[], Awaitable[Reply]]) -> RawReply:
    """Take a step; all that counts is that it succeeds."""
    try:
        raw = (await call()).raw
    except EngineBreachError as failure:
        raise _refused(step, str(failure)) from failure
    if raw.status not in step.success:
        raise _refused(step, str(raw))
    return raw


async def _object(step: Step, call: Callable[[], Awaitable[Reply]]) -> Object:
    """Take a step that has something to say."""
    raw = await _step(step, call)
    return _demand(step, lambda: Object(raw.json(), f"the answer to {step.operation}"))


def _demand(step: Step, read: Callable[[], _T]) -> _T:
    """Read something that the step must have given."""
    try:
        return read()
    except EngineBreachError as failure:
        raise _refused(step, str(failure)) from failure


def _refused(step: Step, detail: str) -> GivenRefusedError:
    return GivenRefusedError(step.name, step.operation, (step.requirement,), detail)

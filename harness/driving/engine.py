"""The engine under test, as a caller sees it: one method a route, sent as a tenant's usual people would.

Rule: a method asks, and judges nothing; whoever needs another request than the usual one gives it to `call`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from harness.driving.answers import Items
from harness.driving.builders import Json, a_decide_request
from harness.driving.calling import EngineCalls
from harness.driving.failures import MalformedAnswerError, not_exercised
from harness.driving.reply import OK, Reply

if TYPE_CHECKING:
    from reports.record import Persona

ERASURE = "/actors/{actor_id}"


class EngineClient(EngineCalls):
    """Calls each route of the engine as one of a tenant's people; replicas take turns."""

    async def decide(self, by: Persona | None = None, **members: object) -> Reply:
        """Ask for a decision for the caller (the usual developer), with a signal and a context by default."""
        person = by or self.people.developer
        return await self.call("POST", "/decide", by=person, body=a_decide_request(person, **members))

    async def trigger(self, by: Persona | None = None, **members: object) -> Reply:
        """Evaluate a signal explicitly."""
        person = by or self.people.developer
        return await self.call(
            "POST", "/triggers/evaluate", by=person, body=a_decide_request(person, **members)
        )

    async def report_outcome(self, decision_id: str, body: Json, by: Persona | None = None) -> Reply:
        """Say what became of an action."""
        person = by or self.people.developer
        return await self.call("POST", f"/decisions/{_segment(decision_id)}/outcomes", by=person, body=body)

    async def list_playbooks(self, by: Persona | None = None, **query: str) -> Reply:
        """List the tenant's playbooks."""
        return await self.call("GET", "/playbooks", by=by or self.people.developer, query=query)

    async def own_playbooks(self, **query: str) -> Items:
        """List the tenant's own playbooks: that the list has no others is NFR-5's to show."""
        listed = await self.list_playbooks(None, **query)
        if listed.status != OK:
            raise MalformedAnswerError(f"no list of playbooks: {listed.raw}")
        own = listed.objects.where_each(lambda playbook: playbook["tenant_id"] == self.people.tenant)
        return Items([playbook.plain for playbook in own], listed.objects.where)

    async def create_playbook(self, body: object, by: Persona | None = None) -> Reply:
        """Create a draft."""
        return await self.call("POST", "/playbooks", by=by or self.people.admin, body=body)

    async def update_playbook(self, playbook_id: str, body: object, by: Persona | None = None) -> Reply:
        """Change a playbook."""
        path = f"/playbooks/{_segment(playbook_id)}"
        return await self.call("PUT", path, by=by or self.people.admin, body=body)

    async def publish_playbook(self, playbook_id: str, by: Persona | None = None) -> Reply:
        """Publish the draft version of a playbook."""
        return await self.call(
            "POST", f"/playbooks/{_segment(playbook_id)}/publish", by=by or self.people.admin
        )

    async def delete_playbook(self, playbook_id: str, by: Persona | None = None) -> Reply:
        """Deprecate a playbook."""
        return await self.call("DELETE", f"/playbooks/{_segment(playbook_id)}", by=by or self.people.admin)

    async def read_preferences(self, by: Persona | None = None, *, of: Persona | None = None) -> Reply:
        """Ask what an actor wants (the caller itself, unless `of` says whose)."""
        person = by or self.people.developer
        return await self.call("GET", _preferences(of or person), by=person)

    async def update_preferences(
        self, body: object, by: Persona | None = None, *, of: Persona | None = None
    ) -> Reply:
        """Change what an actor wants."""
        person = by or self.people.developer
        return await self.call("PUT", _preferences(of or person), by=person, body=body)

    async def snooze(self, body: object, by: Persona | None = None, *, of: Persona | None = None) -> Reply:
        """Let nothing reach an actor for a while."""
        person = by or self.people.developer
        return await self.call("POST", f"{_preferences(of or person)}/snooze", by=person, body=body)

    async def read_tenant_policy(self, by: Persona | None = None, *, tenant: str | None = None) -> Reply:
        """Ask what a tenant (the caller's own) lets its actors see."""
        person = by or self.people.admin
        return await self.call("GET", f"/tenants/{_segment(tenant or person.tenant_id)}/policy", by=person)

    async def update_tenant_policy(
        self, body: object, by: Persona | None = None, *, tenant: str | None = None
    ) -> Reply:
        """Change what a tenant lets its actors see."""
        person = by or self.people.admin
        path = f"/tenants/{_segment(tenant or person.tenant_id)}/policy"
        return await self.call("PUT", path, by=person, body=body)

    async def approve(self, action_id: str, by: Persona | None = None, **members: object) -> Reply:
        """Give an approval, or another verdict."""
        path = f"/actions/{_segment(action_id)}/approve"
        return await self.call("POST", path, by=by or self.people.developer, body=members)

    async def approval_of(self, action_id: str, by: Persona | None = None) -> Reply:
        """Ask how far an action's approval is."""
        path = f"/actions/{_segment(action_id)}/approval-status"
        return await self.call("GET", path, by=by or self.people.developer)

    async def list_experiments(self, by: Persona | None = None, **query: str) -> Reply:
        """List the experiments of a person's tenant."""
        person = by or self.people.admin
        return await self.call(
            "GET", "/experiments", by=person, query={"tenant_id": person.tenant_id} | query
        )

    async def create_experiment(self, body: object, by: Persona | None = None) -> Reply:
        """Create an experiment."""
        return await self.call("POST", "/experiments", by=by or self.people.admin, body=body)

    async def update_experiment(self, experiment_id: str, body: object, by: Persona | None = None) -> Reply:
        """Change an experiment."""
        path = f"/experiments/{_segment(experiment_id)}"
        return await self.call("PUT", path, by=by or self.people.admin, body=body)

    async def switch_experiment(self, experiment_id: str, way: str, by: Persona | None = None) -> Reply:
        """Activate or deactivate an experiment."""
        path = f"/experiments/{_segment(experiment_id)}/{way}"
        return await self.call("POST", path, by=by or self.people.admin)

    async def tenant_metrics(
        self, by: Persona | None = None, *, tenant: str | None = None, **period: str
    ) -> Reply:
        """Ask for the counts of a tenant (the caller's own)."""
        person = by or self.people.admin
        path = f"/tenants/{_segment(tenant or person.tenant_id)}/metrics"
        return await self.call("GET", path, by=person, query=period)

    async def erase(self, actor: str, by: Persona | None = None) -> Reply:
        """Erase an actor; where the engine does not have this route, nobody here knows how."""
        path = f"/actors/{_segment(actor)}"
        if f"DELETE {ERASURE}" in self._missing:
            not_exercised("the engine erases actors by another route than DELETE /actors/{id}, if at all")
        return await self.call("DELETE", path, by=by or self.people.admin)

    async def public(self, name: str) -> Reply:
        """Get health, ready or metrics, as anybody."""
        return await self.call("GET", f"/{name}")


def _preferences(person: Persona) -> str:
    return f"/actors/{_segment(person.sub)}/preferences"


def _segment(value: str) -> str:
    return quote(value, safe="")

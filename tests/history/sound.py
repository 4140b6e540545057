"""A sound run, made up: what tenants asked, what an engine that keeps every rule did, what is left of it."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from fakes.control import Entry, Span
from harness.driving.names import Names
from harness.driving.people import stand_in
from harness.history import History, Log, Numbers
from reports.record import Exchange, Message, Persona

BASE = "http://127.0.0.1:1/v1/mmm"
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOUND_LINE = '{"level": "info", "event_type": "decided"}'
EVALUATE = "POST /v1/policy/tenants/{tenant_id}/evaluate"
Json = dict[str, Any]


@dataclass
class Tenant:
    """One tenant in a scenario of its own, and what it was given."""

    number: int
    playbook: str = ""
    quota: int = 3
    decisions: list[tuple[str, list[str]]] = field(default_factory=list)
    spent: Counter[str] = field(default_factory=Counter)

    @property
    def id(self) -> str:
        return Names(self.number, "a tenant").tenant()

    @property
    def scenario(self) -> str:
        return f"scenarios/features/test_it.py::test_{self.number}"

    @property
    def admin(self) -> Persona:
        return self.person("admin")

    def person(self, role: str, number: int = 0) -> Persona:
        name = f"{role}_{number}"
        return Persona(name, Names(self.number, name).actor(), self.id)


class Run:
    """Plays a sound engine. Every id comes from a counter, every moment from a clock of its own."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.receipts: list[Json] = []
        self.policy: list[Entry] = []
        self.spans: list[Span] = []
        self.decided: Counter[str] = Counter()
        self.proposed: Counter[tuple[str, str]] = Counter()
        self.outcomes: Counter[str] = Counter()
        self._ids = 0
        self._clock = 0

    def new_id(self) -> str:
        self._ids += 1
        return str(uuid.uuid5(uuid.NAMESPACE_OID, str(self._ids)))

    def now(self) -> str:
        self._clock += 1
        return (BEGIN + timedelta(milliseconds=20 * self._clock)).isoformat()

    def call(
        self,
        tenant: Tenant,
        person: Persona,
        call: str,
        body: object = None,
        *,
        status: int | None = 200,
        said: object = None,
        headers: dict[str, str] | None = None,
    ) -> Exchange:
        method, _, path = call.partition(" ")
        sent = {"authorization": f"Bearer {stand_in(person)}"} | (headers or {})
        exchange = Exchange(
            id=f"x-{len(self.exchanges) + 1}",
            at=self.now(),
            side="engine",
            method=method,
            url=BASE + path,
            request=Message(tuple(sent.items()), "" if body is None else json.dumps(body)),
            status=status,
            response=None if status is None else Message((), json.dumps(said)),
            seconds=0.01,
            scenario=tenant.scenario,
            persona=person,
        )
        self.exchanges.append(exchange)
        return exchange

    def receipt(self, tenant: Tenant, kind: str, about: str = "", **inputs: str) -> None:
        self.receipts.append(
            {
                "receipt_id": self.new_id(),
                "tenant_id": tenant.id,
                "timestamp_utc": self.now(),
                "inputs": {"kind": kind, "playbooks": [], **inputs},
                "result": {"after": {"playbook_id": about}},
            }
        )

    def publish(self, tenant: Tenant, limits: Json | None = None) -> None:
        tenant.playbook = self.new_id()
        said = {"playbook_id": tenant.playbook, "tenant_id": tenant.id}
        self.call(tenant, tenant.admin, "POST /playbooks", {"limits": limits or {}}, said=said)
        self.receipt(tenant, "admin", tenant.playbook)
        self.call(tenant, tenant.admin, f"POST /playbooks/{tenant.playbook}/publish", said=said)
        self.receipt(tenant, "admin", tenant.playbook)

    def publish_again(self, tenant: Tenant) -> None:
        """Publish what is published: no change, and no receipt (that is the engine's choice)."""
        self.call(tenant, tenant.admin, f"POST /playbooks/{tenant.playbook}/publish", said={})

    def set_policy(
        self, tenant: Tenant, quota: int, types: list[str] | None = None, *, a_day: int | None = None
    ) -> None:
        tenant.quota = quota
        said = {
            "policy_id": self.new_id(),
            "quotas": {
                "max_actions_per_hour": quota,
                "max_actions_per_day": quota if a_day is None else a_day,
            },
            "enabled_action_types": ["mirror", "mentor", "multiplier"] if types is None else types,
        }
        self.call(tenant, tenant.admin, f"PUT /tenants/{tenant.id}/policy", {"quotas": {}}, said=said)
        self.receipt(tenant, "admin")

    def ask_policy(self, tenant: Tenant, restrictions: list[str] | None = None) -> None:
        self.policy.append(an_entry(tenant, len(self.policy) + 1, self.now(), restrictions or []))

    def decide(self, tenant: Tenant, person: Persona, wanted: int, *, traced: bool = False) -> None:
        """Decide: no more actions than the quota leaves."""
        left = max(0, tenant.quota - tenant.spent[person.sub])
        self.decide_beyond(tenant, person, min(wanted, left), traced=traced)

    def decide_beyond(self, tenant: Tenant, person: Persona, count: int, *, traced: bool = False) -> None:
        """Decide with so many actions, whatever the quota is."""
        tenant.spent[person.sub] += count
        decision, trace = self.new_id(), self.new_id().replace("-", "")
        actions = [
            {
                "action_id": self.new_id(),
                "type": "mirror",
                "surfaces": ["ide"],
                "playbook_id": tenant.playbook,
            }
            for _ in range(count)
        ]
        said = {"decision": {"decision_id": decision, "actor_id": person.sub, "actions": actions}}
        headers = {"traceparent": f"00-{trace}-{'a' * 16}-01"} if traced else {}
        body = {"tenant_id": tenant.id, "context": {"repo_id": "repo-1"}}
        self.call(tenant, person, "POST /decide", body, said=said, headers=headers)
        self.receipt(tenant, "decision", decision_id=decision)
        self.decided[tenant.id] += 1
        self.proposed[(tenant.id, "mirror")] += count
        tenant.decisions.append((decision, [str(action["action_id"]) for action in actions]))
        if traced:
            self.spans.append(a_span(trace, "b" * 16, "a" * 16, "mmm.decide"))
            self.spans.append(a_span(trace, "c" * 16, "b" * 16, "policy.gate"))

    def refuse(self, tenant: Tenant, person: Persona) -> None:
        self.call(tenant, person, "POST /decide", {"tenant_id": 1}, status=422, said={"error": {}})

    def lose_answer(self, tenant: Tenant, person: Persona, *, kept: bool) -> None:
        """Lose the answer to a report: whether anything was kept, and a receipt left, nobody knows."""
        decision, actions = tenant.decisions[0]
        body = {"action_id": actions[0], "result": "shown"}
        self.call(tenant, person, f"POST /decisions/{decision}/outcomes", body, status=None)
        if kept:
            self.receipt(tenant, "outcome", outcome_id=self.new_id())
            self.outcomes["shown"] += 1

    def report(self, tenant: Tenant, person: Persona) -> None:
        decision, actions = tenant.decisions[0]
        outcome = self.new_id()
        body, said = {"action_id": actions[0], "result": "shown"}, {"outcome_id": outcome}
        self.call(tenant, person, f"POST /decisions/{decision}/outcomes", body, status=202, said=said)
        self.receipt(tenant, "outcome", outcome_id=outcome, decision_id=decision)
        self.outcomes["shown"] += 1

    def prefer(self, tenant: Tenant, person: Persona) -> None:
        self.call(tenant, person, f"PUT /actors/{quote(person.sub, safe='')}/preferences", {}, said={})

    def history(self) -> History:
        """Return what is left of it."""
        return History(
            exchanges=tuple(self.exchanges),
            receipts=tuple(self.receipts),
            journals={"policy": tuple(self.policy)},
            numbers=Numbers("", self.metrics()),
            spans=tuple(self.spans),
            logs=(Log("engine-0.log", (SOUND_LINE,)),),
        )

    def metrics(self) -> str:
        decided = [
            f'mmm_decisions_total{{tenant_id="{tenant}",actor_type="human"}} {times}'
            for tenant, times in self.decided.items()
        ]
        proposed = [
            f'mmm_actions_total{{tenant_id="{tenant}",action_type="{kind}"}} {times}.0'
            for (tenant, kind), times in self.proposed.items()
        ]
        outcomes = [f'mmm_outcomes_total{{result="{name}"}} {n}' for name, n in self.outcomes.items()]
        return "\n".join([*decided, *proposed, *outcomes])


def an_entry(tenant: Tenant, seq: int, at: str, restrictions: list[str]) -> Entry:
    """Return what policy was asked for a tenant, and said."""
    return Entry(
        seq=seq,
        at=at,
        operation=EVALUATE,
        tenant=tenant.id,
        sub=None,
        traceparent=None,
        method="POST",
        path=f"/v1/policy/tenants/{tenant.id}/evaluate",
        query="",
        request_headers={},
        request_body={"context": {}},
        status=200,
        response_body={"allowed": True, "restrictions": restrictions},
        fault=None,
        armed_at=None,
        fired_at=None,
        script_id=None,
    )


def a_span(trace: str, span: str, parent: str, name: str) -> Span:
    """Return a span."""
    return Span(trace, span, parent, name, 1, 2, {}, {})


def begin(run: Run, tenants: int) -> list[Tenant]:
    """Let each tenant do a little of everything, so that every check has something to look at."""
    made = [Tenant(number) for number in range(tenants)]
    for tenant in made:
        run.publish(tenant)
        run.set_policy(tenant, 3, a_day=10)
        run.ask_policy(tenant, ["mentor"])
        run.decide(tenant, tenant.person("developer"), 1, traced=True)
        run.report(tenant, tenant.person("developer"))
        run.refuse(tenant, tenant.person("developer"))
    return made


def changed(history: History, index: int, body: Json) -> History:
    """Return a history in which one exchange was answered otherwise."""
    exchanges = list(history.exchanges)
    old = exchanges[index]
    kept = {name: getattr(old, name) for name in old.__struct_fields__}
    exchanges[index] = Exchange(**(kept | {"response": Message((), json.dumps(body))}))
    return replace(history, exchanges=tuple(exchanges))

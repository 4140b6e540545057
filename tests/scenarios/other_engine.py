"""An engine by other choices than the reference engine's, in memory, with defects to be switched on.

It creates with 201, lists a playbook once a version, lets chance decide between equals, has no policy before
one is set, knows no rejection, and takes a contradicting outcome in the earlier one's place.
"""

from __future__ import annotations

import base64
import copy
import json
import random
import re
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ADMINS = {"mmm_admin", "tenant_admin"}
SURFACES = ["ide", "ci", "alert"]
LATER = "2090-01-01T00:00:00+01:00"
SEVERITIES = ["info", "warn", "high", "critical"]
FINAL = {"accepted", "dismissed", "failed"}
DEFECTS = {
    "a deprecated playbook still fires": "FR-3",
    "a version stays what it was": "FR-3",
    "a severity must be the very one": "UT-MMM-01",
    "quotas are counted by playbook": "FR-7",
    "a cool-down is forgotten": "FR-7",
    "the least important go first": "FR-7",
    "a snooze spares alerts": "FR-10",
    "preferences are seen every other time": "FR-14",
    "policies are merged": "FR-13",
    "one person approves twice": "FR-6",
    "an outcome is counted twice": "FR-13",
    "playbooks are everybody's": "NFR-5",
    "developers publish": "ST-MMM-01",
}
"""Each with a requirement that a finding of it may name."""

Json = dict[str, Any]
Answered = tuple[int, Any]


@dataclass(frozen=True)
class Caller:
    sub: str
    tenant_id: str
    roles: frozenset[str]
    scope: frozenset[str]
    actor_type: str

    @property
    def is_admin(self) -> bool:
        return bool(ADMINS & self.roles)


def caller_of(token: str) -> Caller:
    """Believe a token: whether it is sound is another's to test."""
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    scope = claims["scope"].split() if isinstance(claims["scope"], str) else claims["scope"]
    roles, kind = frozenset(claims["roles"]), claims["actor_type"]
    return Caller(claims["sub"], claims["tenant_id"], roles, frozenset(scope), kind)


@dataclass
class Tenant:
    books: dict[str, Json] = field(default_factory=dict)
    decisions: dict[str, Json] = field(default_factory=dict)
    preferences: dict[str, Json] = field(default_factory=dict)
    stale: dict[str, Json] = field(default_factory=dict)
    policy: Json | None = None
    outcomes: list[Json] = field(default_factory=list)
    approvals: dict[str, Json] = field(default_factory=dict)


class OtherEngine:
    def __init__(self, defect: str | None = None) -> None:
        assert defect is None or defect in DEFECTS
        self._defect = defect
        self._tenants: defaultdict[str, Tenant] = defaultdict(Tenant)
        self._chance = random.Random(7)
        self._asked = 0

    def answer(self, caller: Caller, method: str, path: str, query: Json, body: Json | None) -> Answered:
        self._asked += 1
        for verb, pattern, handler in self._routes():
            match = re.fullmatch(pattern, path)
            if verb == method and match:
                return handler(caller, {"query": query, "body": body or {}}, *match.groups())
        return 404, {"error": {"code": "NOT_FOUND"}}

    def _routes(self) -> list[tuple[str, str, Callable[..., Answered]]]:
        return [
            ("POST", "/decide", self._decide),
            ("POST", "/triggers/evaluate", self._trigger),
            ("GET", "/playbooks", self._list),
            ("POST", "/playbooks", self._create),
            ("PUT", "/playbooks/([^/]+)", self._change),
            ("POST", "/playbooks/([^/]+)/publish", self._publish),
            ("DELETE", "/playbooks/([^/]+)", self._deprecate),
            ("GET", "/actors/([^/]+)/preferences", self._preferences),
            ("PUT", "/actors/([^/]+)/preferences", self._prefer),
            ("POST", "/actors/([^/]+)/preferences/snooze", self._snooze),
            ("GET", "/tenants/([^/]+)/policy", self._policy),
            ("PUT", "/tenants/([^/]+)/policy", self._rule),
            ("GET", "/tenants/([^/]+)/metrics", self._metrics),
            ("POST", "/decisions/([^/]+)/outcomes", self._outcome),
            ("POST", "/actions/([^/]+)/approve", self._approve),
            ("GET", "/actions/([^/]+)/approval-status", self._approval),
        ]

    # Playbooks

    def _create(self, caller: Caller, sent: Json) -> Answered:
        if not caller.is_admin:
            return 403, None
        book = {"id": str(uuid.uuid4()), "draft": sent["body"], "published": None, "deprecated": False}
        self._tenants[caller.tenant_id].books[book["id"]] = book | {"number": 1, "old": []}
        return 201, {"playbook_id": book["id"], "status": "draft"}

    def _book(self, caller: Caller, identity: str) -> tuple[int, Json]:
        if not (caller.is_admin or self._defect == "developers publish"):
            return 403, {}
        book = self._tenants[caller.tenant_id].books.get(identity)
        if book is None and self._defect == "playbooks are everybody's":
            every = {key: value for tenant in self._tenants.values() for key, value in tenant.books.items()}
            book = every.get(identity)
        return (404, {}) if book is None else (410 if book["deprecated"] else 200, book)

    def _change(self, caller: Caller, sent: Json, identity: str) -> Answered:
        status, book = self._book(caller, identity)
        if status == 200:
            book["draft"] = (book["draft"] or book["published"]) | sent["body"]
        return status, None

    def _publish(self, caller: Caller, _sent: Json, identity: str) -> Answered:
        status, book = self._book(caller, identity)
        if status == 200 and book["draft"]:
            if book["published"]:
                book["old"].append(book["published"])
                book["number"] += self._defect != "a version stays what it was"
            book["published"], book["draft"] = book["draft"], None
        return status, None

    def _deprecate(self, caller: Caller, _sent: Json, identity: str) -> Answered:
        status, book = self._book(caller, identity)
        if status == 200:
            book["deprecated"] = True
        return (204 if status == 200 else status), None

    def _list(self, caller: Caller, sent: Json) -> Answered:
        entries = []
        for book in self._tenants[caller.tenant_id].books.values():
            versions = [(old, "deprecated") for old in book["old"]]
            gone = "deprecated" if book["deprecated"] else ""
            versions += [(book["published"], gone or "published")] if book["published"] else []
            versions += [(book["draft"], gone or "draft")] if book["draft"] else []
            entries += [
                {"playbook_id": book["id"], "name": content["name"], "status": status}
                for content, status in versions
            ]
        wanted = sent["query"].get("status")
        return 200, [entry for entry in entries if wanted in {None, entry["status"]}]

    # Decisions

    def _trigger(self, caller: Caller, sent: Json) -> Answered:
        return self._decide(caller, sent) if sent["body"].get("signal") else (422, None)

    def _decide(self, caller: Caller, sent: Json) -> Answered:
        body = sent["body"]
        if "mmm.decide" not in caller.scope or body["tenant_id"] != caller.tenant_id:
            return 403, None
        tenant, repo = self._tenants[caller.tenant_id], body["context"]["repo_id"]
        made = [
            action for book in tenant.books.values() for action in self._actions(tenant, caller, body, book)
        ]
        self._chance.shuffle(made)
        backwards = self._defect == "the least important go first"
        made.sort(key=lambda action: action["priority"], reverse=not backwards)
        decision = {"decision_id": str(uuid.uuid4()), "actor_id": caller.sub, "repo": repo, "actions": []}
        tenant.decisions[decision["decision_id"]] = decision
        for action in made:
            if self._fits_limits(tenant, caller, decision, action):
                decision["actions"].append(action)
                self._await_approval(tenant, decision, action)
        decision["actions"].sort(key=lambda action: -action["priority"])
        told = {"tenant_id": caller.tenant_id, "actor_type": caller.actor_type, "degraded_mode": False}
        return 200, {"decision": copy.deepcopy(decision | told)}

    def _actions(self, tenant: Tenant, caller: Caller, body: Json, book: Json) -> list[Json]:
        content = book["published"]
        if book["deprecated"] and self._defect != "a deprecated playbook still fires":
            content = None
        if content is None or not self._matches(content, caller, body):
            return []
        kept = [self._narrowed(tenant, caller, template) for template in content["actions"]]
        return [
            action
            | {
                "action_id": str(uuid.uuid4()),
                "requires_consent": action["type"] == "multiplier",
                "requires_dual_channel": action.get("requires_dual_channel", False),
                "playbook_id": book["id"],
                "playbook_version": f"{book['number']}.0.0",
                "priority": content["limits"]["priority"],
                "limits": content["limits"],
            }
            for action in kept
            if action
        ]

    def _matches(self, content: Json, caller: Caller, body: Json) -> bool:
        signal, context = body.get("signal"), body["context"]
        facts = {"branch": {context["branch"]}, "repo": {context["repo_id"]}}
        facts |= {"role": set(caller.roles), "actor_type": {caller.actor_type}}
        triggered = not content["triggers"] or any(self._fires(one, signal) for one in content["triggers"])
        return triggered and all(one["value"] in facts[one["type"]] for one in content["conditions"])

    def _fires(self, trigger: Json, signal: Json | None) -> bool:
        if signal is None or trigger.get("event_type", signal["event_type"]) != signal["event_type"]:
            return False
        least = SEVERITIES.index(trigger.get("severity", "info"))
        is_so = SEVERITIES.index(signal["severity"])
        if self._defect == "a severity must be the very one" and "severity" in trigger:
            return least == is_so
        return is_so >= least

    def _narrowed(self, tenant: Tenant, caller: Caller, template: Json) -> Json | None:
        """Return what is left of an action."""
        policy, wishes = tenant.policy or {}, self._wishes(tenant, caller.sub)
        types = policy.get("enabled_action_types")
        if types is not None and template["type"] not in types:
            return None
        if template["type"] in wishes["opt_out_categories"]:
            return None
        usable = set(policy.get("enabled_surfaces", SURFACES)) & set(wishes["preferred_surfaces"] or SURFACES)
        if wishes["snooze_until"]:
            usable &= {"alert"} if self._defect == "a snooze spares alerts" else set()
        left = [surface for surface in template["surfaces"] if surface in usable]
        return template | {"surfaces": left} if left else None

    def _fits_limits(self, tenant: Tenant, caller: Caller, decision: Json, action: Json) -> bool:
        quotas = (tenant.policy or {}).get("quotas") or {"max_actions_per_hour": 3, "max_actions_per_day": 10}
        had = [(made, each) for made in tenant.decisions.values() for each in made["actions"]]
        mine = [each for made, each in had if made["actor_id"] == caller.sub]
        of_book = [(made, each) for made, each in had if each["playbook_id"] == action["playbook_id"]]
        spent = len(mine)
        if self._defect == "quotas are counted by playbook":
            spent = sum(each["playbook_id"] == action["playbook_id"] for each in mine)
        limits = action["limits"]
        by_me = sum(made["actor_id"] == caller.sub for made, _ in of_book)
        in_repo = sum(made["repo"] == decision["repo"] for made, _ in of_book)
        cooling = limits.get("cooldown_minutes") and by_me and self._defect != "a cool-down is forgotten"
        return not cooling and (
            spent < min(quotas.values())
            and by_me < limits.get("max_per_actor_per_day", 99)
            and in_repo < limits.get("max_per_repo_per_day", 99)
        )

    # Preferences and policy

    def _wishes(self, tenant: Tenant, sub: str) -> Json:
        seen = tenant.preferences
        if self._defect == "preferences are seen every other time" and self._asked % 2:
            seen = tenant.stale
        nothing = {"opt_out_categories": [], "preferred_surfaces": SURFACES, "snooze_until": None}
        return nothing | {"preference_id": str(uuid.uuid4())} | seen.get(sub, {})

    def _preferences(self, caller: Caller, _sent: Json, sub: str) -> Answered:
        if caller.sub != sub and not caller.is_admin:
            return 403, None
        wishes = self._wishes(self._tenants[caller.tenant_id], sub)
        return 200, wishes | {"actor_id": sub, "tenant_id": caller.tenant_id}

    def _prefer(self, caller: Caller, sent: Json, sub: str) -> Answered:
        if caller.sub != sub and not caller.is_admin:
            return 403, None
        tenant = self._tenants[caller.tenant_id]
        tenant.preferences[sub] = (
            {"preference_id": str(uuid.uuid4())} | tenant.preferences.get(sub, {}) | sent["body"]
        )
        return 201, None

    def _snooze(self, caller: Caller, sent: Json, sub: str) -> Answered:
        if caller.sub == sub and not sent["body"]["duration_hours"]:
            return 422, None
        return self._prefer(caller, {"body": {"snooze_until": LATER}}, sub)

    def _policy(self, caller: Caller, _sent: Json, tenant_id: str) -> Answered:
        if not caller.is_admin or tenant_id != caller.tenant_id:
            return 403, None
        policy = self._tenants[tenant_id].policy
        return (404, None) if policy is None else (200, policy | {"tenant_id": tenant_id})

    def _rule(self, caller: Caller, sent: Json, tenant_id: str) -> Answered:
        if not caller.is_admin or tenant_id != caller.tenant_id:
            return 403, None
        tenant = self._tenants[tenant_id]
        before, body = tenant.policy or {"policy_id": str(uuid.uuid4())}, dict(sent["body"])
        if self._defect == "policies are merged":
            body = {
                name: sorted({*value, *before.get(name, [])}) if isinstance(value, list) else value
                for name, value in body.items()
            }
        tenant.policy = before | body
        return 200, None

    # What becomes of actions

    def _metrics(self, caller: Caller, _sent: Json, tenant_id: str) -> Answered:
        if not caller.is_admin or tenant_id != caller.tenant_id:
            return 403, None
        tenant = self._tenants[tenant_id]
        actions = [action["type"] for made in tenant.decisions.values() for action in made["actions"]]
        results = [outcome["result"] for outcome in tenant.outcomes]
        twice = self._defect == "an outcome is counted twice"
        by_result = {
            name: results.count(name) * (1 + (twice and name == "accepted")) for name in set(results)
        }
        counts = {
            "decisions_total": len(tenant.decisions),
            "actions_total": len(actions),
            "actions_by_type": {name: actions.count(name) for name in set(actions)},
            "outcomes_total": sum(by_result.values()),
            "outcomes_by_result": by_result,
        }
        return 200, {"tenant_id": tenant_id, "aggregates": counts}

    def _outcome(self, caller: Caller, sent: Json, decision_id: str) -> Answered:
        tenant, body = self._tenants[caller.tenant_id], sent["body"]
        decision = tenant.decisions.get(decision_id, {"actions": []})
        if body["result"] in {"dismissed", "failed"} and "reason" not in body:
            return 422, None
        if body["action_id"] not in [action["action_id"] for action in decision["actions"]]:
            return 404, None
        if body["result"] in FINAL:
            tenant.outcomes = [
                each
                for each in tenant.outcomes
                if each["action_id"] != body["action_id"] or each["result"] not in FINAL
            ]
        tenant.outcomes.append(body)
        return 202, {"outcome_id": str(uuid.uuid4()), "status": "accepted"}

    def _await_approval(self, tenant: Tenant, decision: Json, action: Json) -> None:
        if action["requires_dual_channel"]:
            tenant.approvals[action["action_id"]] = {
                "approval_id": str(uuid.uuid4()),
                "action_id": action["action_id"],
                "decision_id": decision["decision_id"],
                "actor_id": decision["actor_id"],
                "approver_id": None,
                "status": "pending",
                "first_approval_at": None,
                "second_approval_at": None,
            }

    def _approval(self, caller: Caller, _sent: Json, action_id: str) -> Answered:
        approval = self._tenants[caller.tenant_id].approvals.get(action_id)
        return (404, None) if approval is None else (200, dict(approval))

    def _approve(self, caller: Caller, sent: Json, action_id: str) -> Answered:
        approval = self._tenants[caller.tenant_id].approvals.get(action_id)
        if approval is None:
            return 404, None
        body, status = sent["body"], approval["status"]
        is_actor = approval["actor_id"] == caller.sub
        is_approver = bool((ADMINS | {"mmm_approver"}) & caller.roles)
        if body.get("actor_id", caller.sub) != caller.sub or not (is_actor or is_approver):
            return 403, None
        alone = self._defect == "one person approves twice" and is_approver
        in_turn = {"pending": is_actor, "first_approved": not is_actor or alone}.get(status, False)
        if not in_turn or body.get("is_first", status == "pending") != (status == "pending"):
            return 409, None
        if body.get("verdict") == "reject":
            return 422, None
        if status == "pending":
            approval |= {"status": "first_approved", "first_approval_at": LATER}
        else:
            approval |= {"status": "fully_approved", "second_approval_at": LATER, "approver_id": caller.sub}
        self._tenants[caller.tenant_id].approvals[action_id] = approval
        return 200, {"status": approval["status"], "approval": dict(approval)}

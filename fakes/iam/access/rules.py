"""What a policy says: four kinds of rules, one for each step of a decision.

Rules of the form: what a selector leaves out means everything; a call that does not tell an attribute fits no
condition on it. The contract (PolicyBundle) describes the same form; what reaches here has kept it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from fakes.iam.access.question import Question

Words = tuple[str, ...]


class Conditions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Attributes of subject and context: all that are named must fit."""

    device_posture: Words | None = None
    location: Words | None = None
    min_risk_score: float | None = None
    max_risk_score: float | None = None
    after: str | None = None
    before: str | None = None
    attributes: dict[str, tuple[Any, ...]] = {}


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="effect"):
    """Whom and what a rule is about, and what is said when it decides."""

    tenants: Words | None = None
    subjects: Words | None = None
    actions: Words | None = None
    resources: Words | None = None
    reason: str | None = None

    def is_about(self, question: Question) -> bool:
        """Say whether the rule means this call."""
        subject = question.subject
        return (
            (self.tenants is None or subject.tenant in self.tenants)
            and (self.subjects is None or subject.sub in self.subjects)
            and (self.actions is None or question.action in self.actions)
            and (self.resources is None or question.resource in self.resources)
        )


class Deny(Rule, frozen=True, tag="deny"):
    """No, whatever else is said; `roles` and `when` narrow it."""

    roles: Words | None = None
    when: Conditions = Conditions()


class Role(Rule, frozen=True, tag="role", kw_only=True):
    """Only for who has one of these roles."""

    roles: Words


class Attribute(Rule, frozen=True, tag="attribute", kw_only=True):
    """Only under these conditions."""

    when: Conditions


class Cap(Rule, frozen=True, tag="cap"):
    """Only with an elevation, from a risk on (any, without); such an elevation has its own bounds."""

    above_risk_score: float | None = None
    max_duration: str | None = None
    max_scope: Words | None = None


AnyRule = Deny | Role | Attribute | Cap


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules under one id; they count while the status is "active"."""

    id: str
    rules: tuple[AnyRule, ...]
    status: str


class Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Policies that come and go together: a later version replaces the earlier one from its time on."""

    bundle_id: str
    version: str
    policies: tuple[Policy, ...]
    effective_from: str | None = None

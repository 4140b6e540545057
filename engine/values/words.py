"""The closed sets of words that the engine speaks, each written once."""

from typing import Literal

ActionType = Literal["mirror", "mentor", "multiplier"]
Surface = Literal["ide", "ci", "alert"]
Severity = Literal["info", "warn", "high", "critical"]
Source = Literal["ide", "ci"]
Environment = Literal["dev", "stage", "prod"]
ActorType = Literal["human", "ai_agent"]
ConditionType = Literal["role", "branch", "repo", "actor_type", "environment"]
OutcomeResult = Literal["shown", "ignored", "dismissed", "accepted", "failed"]
ApprovalStatus = Literal["pending", "first_approved", "fully_approved", "rejected"]
Verdict = Literal["approve", "reject"]
ExperimentStatus = Literal["draft", "active", "inactive"]
PlaybookStatus = Literal["draft", "published", "deprecated"]

MIRROR: ActionType = "mirror"
MENTOR: ActionType = "mentor"
MULTIPLIER: ActionType = "multiplier"
ACTION_TYPES: tuple[ActionType, ...] = ("mirror", "mentor", "multiplier")
SURFACES: tuple[Surface, ...] = ("ide", "ci", "alert")
SEVERITY_ORDER: dict[Severity, int] = {"info": 0, "warn": 1, "high": 2, "critical": 3}
OUTCOME_RESULTS: tuple[OutcomeResult, ...] = ("shown", "ignored", "dismissed", "accepted", "failed")
FINAL_RESULTS: frozenset[OutcomeResult] = frozenset(("accepted", "dismissed", "failed"))
NEEDS_REASON: frozenset[OutcomeResult] = frozenset(("dismissed", "failed"))

"""What scenarios send: valid by default, each part replaceable by name.

Rule: pure functions that return JSON-ready dicts; a part given as ABSENT is left out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from reports.record import Persona

Json = dict[str, Any]


DESCRIPTION = "Shows that the last build failed."


class _Absent:
    """A member that is not there (None would be null)."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


def a_signal(**parts: object) -> Json:
    """Return a failed build, as CI reports it."""
    default = {
        "signal_id": "signal-1",
        "source": "ci",
        "event_type": "build.failed",
        "severity": "warn",
        "occurred_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return _with(default, parts)


def a_context(**parts: object) -> Json:
    """Return where the actor works: an IDE, on a branch of a repository."""
    return _with({"repo_id": "repo-1", "branch": "main", "source": "ide", "environment": "dev"}, parts)


def a_decide_request(person: Persona, **members: object) -> Json:
    """Return a request of this person for itself, with a signal and a context."""
    default = {"tenant_id": person.tenant_id, "context": a_context(), "signal": a_signal()}
    return _with(default, members)


def a_mirror(title: str = "Build failed", **parts: object) -> Json:
    """Return the template of a mirror: a fact, without prescription."""
    payload = {"title": title, "body": "The last build of this branch failed in 2 of 40 tests."}
    return _with({"type": "mirror", "surfaces": ["ide"], "payload": payload}, parts)


def a_rationale(**parts: object) -> Json:
    """Return why a mentor speaks."""
    default = {
        "evidence_links": ["https://ci.example/builds/17"],
        "baseline_comparison": "2 failing tests; the median of the last 20 builds is 0",
        "why_relevant": "The failing tests cover files of this branch.",
    }
    return _with(default, parts)


def a_mentor(title: str = "Flaky test suspected", **parts: object) -> Json:
    """Return the template of a mentor with its rationale, without generated content."""
    payload = {
        "title": title,
        "body": "Rerunning the two failing tests alone often shows whether they are flaky.",
        "rationale": a_rationale(),
    }
    return _with({"type": "mentor", "surfaces": ["ide"], "payload": payload}, parts)


def a_multiplier(title: str = "Rerun the failing tests", **parts: object) -> Json:
    """Return the template of a multiplier: an offer to do something."""
    payload = {"title": title, "body": "Rerun the two failing tests on a clean machine."}
    return _with(
        {"type": "multiplier", "surfaces": ["ide"], "payload": payload, "requires_consent": True}, parts
    )


def with_body(action: Json, body: str) -> Json:
    """Return an action's template with another body text."""
    return action | {"payload": action["payload"] | {"body": body}}


def a_playbook(**parts: object) -> Json:
    """Return a playbook that fires for any signal with one mirror, unless its parts say otherwise."""
    default = {
        "name": "Build failures",
        "description": DESCRIPTION,
        "triggers": [],
        "conditions": [],
        "actions": [a_mirror()],
        "limits": {},
    }
    return _with(default, parts)


def an_experiment(**parts: object) -> Json:
    """Return an experiment."""
    return _with({"name": "Shorter titles", "config": {"share": 0.5}}, parts)


def an_outcome(action_id: object, result: object = "shown", **parts: object) -> Json:
    """Return what became of an action; a refusal or failure comes with a reason."""
    reason = "not relevant here" if result in {"dismissed", "failed"} else ABSENT
    return _with({}, {"action_id": action_id, "result": result, "reason": reason} | parts)


def _with(default: Json, parts: dict[str, object]) -> Json:
    return {name: value for name, value in (default | parts).items() if value is not ABSENT}

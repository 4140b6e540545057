"""A body cannot set what is the engine's: ids, tenant, status, times, approver (engine.md 3, 4 and 6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.fuzzing.choices import declared_members
from harness.probing.breach import BreachError, CannotError
from harness.probing.samples import JSON, sample
from harness.probing.scene import MADE, parsed, succeeded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.fuzzing.wire import Call
    from harness.probing.samples import Sample
    from harness.probing.scene import Scene
    from reports.record import Persona

FORGED_ID = "f0f0f0f0-0000-4000-8000-00000f0f0f0f"
FORGED_TIME = "1999-12-31T23:59:59Z"
FORGED_NAME = "somebody-forged"
WRITING = frozenset({"POST", "PUT"})
REFUSED = frozenset(range(400, 500))
# What no body may set, wherever an answer has it. Left out: what the contract leaves open (version,
# snooze_until, safety_critical) and what an operation's body has by right.
FORGED: Mapping[str, object] = {
    "tenant_id": FORGED_NAME,
    "playbook_id": FORGED_ID,
    "experiment_id": FORGED_ID,
    "preference_id": FORGED_ID,
    "policy_id": FORGED_ID,
    "decision_id": FORGED_ID,
    "outcome_id": FORGED_ID,
    "approval_id": FORGED_ID,
    "approver_id": FORGED_NAME,
    "created_at": FORGED_TIME,
    "updated_at": FORGED_TIME,
    "first_approval_at": FORGED_TIME,
    "second_approval_at": FORGED_TIME,
}
# A state that the operation does not lead to: each is one of the contract's enum for that object.
STATUS: Mapping[str, str] = {
    "POST /playbooks": "published",
    "PUT /playbooks/{playbook_id}": "published",
    "POST /experiments": "active",
    "PUT /experiments/{experiment_id}": "active",
    "POST /actions/{action_id}/approve": "fully_approved",
}


def mass_assignment(scene: Scene) -> Iterator[None]:
    """Members that are the engine's are refused in a body or ignored: all at once, then one by one.

    Ignored is only what an answer has a place for: where none has, nothing is shown.
    """
    forged = _forged(scene) if scene.valid.body is not None else {}
    if not forged:
        return
    fresh, by = _fresh(scene)
    together = _sent(scene, fresh, by, forged)
    apart = [] if succeeded(together) else [_sent(scene, fresh, by, {name: forged[name]}) for name in forged]
    readings = scene.readings({**scene.values, **fresh.path}, by)
    seen = scene.calls[-len(readings) :] if readings else []
    identities = _identities(fresh, together, *apart)
    for name, read in readings.items():
        _free_of(forged, read, identities, name, together, *apart, *seen)
    shown = _shown(scene, readings, identities, together, *apart)
    refused = {name for name, call in zip(forged, apart, strict=False) if not succeeded(call)}
    proved = forged.keys() & (shown | refused)
    if not proved:
        raise CannotError(f"taken, and no answer has a place for {', '.join(forged)}")
    for _ in proved:
        yield


def _fresh(scene: Scene) -> tuple[Sample, Persona]:
    """Return a valid request on what nothing was done with yet, and whose it is."""
    if MADE.isdisjoint({*scene.valid.path, *scene.valid.body}):
        return scene.valid, scene.cast.admin
    by = scene.cast.second
    return sample(scene.bench.document, scene.operation, scene.made_for(by)) or scene.valid, by


def _forged(scene: Scene) -> dict[str, object]:
    raw = scene.bench.document.raw
    node = raw["paths"][scene.operation.template][scene.operation.method.lower()]
    own = declared_members(raw, node["requestBody"]["content"][JSON]["schema"])
    shown = declared_members(raw, {name: node["responses"].get(name, {}) for name in ("200", "202")})
    forged = {name: value for name, value in FORGED.items() if name in shown - own}
    if "tenant_id" not in own:
        forged["tenant_id"] = FORGED_NAME
    if scene.operation.name in STATUS and "status" not in own:
        forged["status"] = STATUS[scene.operation.name]
    return forged


def _sent(scene: Scene, fresh: Sample, by: Persona, forged: Mapping[str, object]) -> Call:
    """Send them; an answer that takes the request shows none of them."""
    call = scene.settled(scene.ask(fresh.with_members(**forged), by))
    if not succeeded(call):
        scene.expect(call, REFUSED, f"with {', '.join(forged)} in its body")
        return call
    _free_of(forged, parsed(call), _identities(fresh, call), "its answer", call)
    return call


def _free_of(
    forged: Mapping[str, object],
    shown: Any,  # noqa: ANN401 - any JSON value
    identities: set[str],
    where: str,
    *seen: Call,
) -> None:
    text = json.dumps(shown)
    for name, value in forged.items():
        if str(value) in (_statuses(shown, identities) if name == "status" else text):
            raise BreachError(f"a body's {name} was taken over: {where} shows {value}", *seen)


def _shown(scene: Scene, readings: Mapping[str, Any], identities: set[str], *calls: Call) -> set[str]:
    """Return the names of all members of what was written, in its answers and wherever it can be read."""
    whole = [parsed(call) for call in calls if succeeded(call)]
    whole += [read for name, read in readings.items() if name == f"GET {scene.operation.template}"]
    whole += [each for read in readings.values() for each in _of(read, identities)]
    return {name for read in whole for name in _members(read)}


def _of(shown: Any, identities: set[str]) -> Iterator[Any]:  # noqa: ANN401 - any JSON value
    """Yield each object that has one of these ids."""
    if isinstance(shown, dict) and identities & {str(shown.get(name)) for name in MADE}:
        yield shown
        return
    inner = shown.values() if isinstance(shown, dict) else shown if isinstance(shown, list) else ()
    for each in inner:
        yield from _of(each, identities)


def _members(shown: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield the name of every member, wherever it is."""
    if isinstance(shown, dict):
        yield from shown
    inner = shown.values() if isinstance(shown, dict) else shown if isinstance(shown, list) else ()
    for each in inner:
        yield from _members(each)


def _identities(fresh: Sample, *calls: Call) -> set[str]:
    """Return the ids of what was written: made by these calls, or named by their path."""
    made = [answer for answer in map(parsed, calls) if isinstance(answer, dict)]
    ids = {str(value) for answer in made for name, value in answer.items() if name in MADE}
    return ids | {value for name, value in fresh.path.items() if name in MADE}


def _statuses(shown: Any, identities: set[str]) -> list[str]:  # noqa: ANN401 - any JSON value
    """Return the status of each object that has one of these ids."""
    if isinstance(shown, list):
        return [status for item in shown for status in _statuses(item, identities)]
    if not isinstance(shown, dict):
        return []
    own = [str(shown.get("status"))] if identities & {str(shown.get(name)) for name in MADE} else []
    return [*own, *(status for member in shown.values() for status in _statuses(member, identities))]

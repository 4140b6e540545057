"""The same again, where it is promised to be harmless (engine.md 4 and 6; RFC 9110, 9.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.fuzzing.choices import declared_members
from harness.probing.breach import BreachError, CannotError
from harness.repeating.rebinding import TIME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from contracts.routing import Operation
    from harness.probing.scene import Scene

# What the second answer may be. 4: publish "repeat is harmless"; 4 and the contract: a second deletion (404,
# 409 and 410 say each in its way that it is gone) or erasure, to activate what is active; 6: the same person
# twice is 409.
AGAIN: dict[str, frozenset[int]] = {
    "POST /playbooks/{playbook_id}/publish": frozenset({200}),
    "DELETE /playbooks/{playbook_id}": frozenset({204, 404, 409, 410}),
    "DELETE /actors/{actor_id}": frozenset({204, 404}),
    "POST /actions/{action_id}/approve": frozenset({409}),
    "POST /experiments/{experiment_id}/activate": frozenset({200, 409}),
    "POST /experiments/{experiment_id}/deactivate": frozenset({200, 409}),
}
WELL = frozenset({200, 201})
# RFC 9110, 9.2.1 and 9.2.2: to read changes nothing, and to put the same again changes nothing more.
BY_METHOD = {"GET": WELL, "PUT": WELL}
# Counts may come late (5.3 promises "as last written" of preferences, policy and playbooks alone).
LAGGING = frozenset({"GET /tenants/{tenant_id}/metrics"})
# The number of a draft that was written again may move.
MOVES = frozenset({"version"})


def promised(operation: Operation) -> bool:
    """Return whether anything is promised of an operation that is asked for twice."""
    return bool(_wanted(operation)) and not operation.public


def _wanted(operation: Operation) -> frozenset[int]:
    return AGAIN.get(operation.name) or BY_METHOD.get(operation.method, frozenset())


def repeated(scene: Scene) -> Iterator[None]:
    """Send the valid request again: it is answered as promised, and all that can be read stays the same."""
    wanted = _wanted(scene.operation)
    before = steady(scene, scene.readings())
    if not before:
        raise CannotError("nothing can be read that would show a change")
    again = scene.ask(scene.valid, scene.caller)
    scene.expect(again, wanted, "sent again", scene.control)
    yield
    first = len(scene.calls)
    if changed := changes(scene, before):
        shows = f"sent again, it changed what {', '.join(changed)} shows"
        raise BreachError(shows, scene.control, again, *scene.calls[first:])
    yield


def changes(scene: Scene, before: Mapping[str, Any]) -> list[str]:
    """Name the reading operations that show something else than before; not what is new with each reading."""
    after = steady(scene, scene.readings())
    changed = [name for name, answer in after.items() if before.get(name) != answer]
    again = steady(scene, scene.readings()) if changed else {}
    return [name for name in changed if again.get(name) == after[name]]


def steady(scene: Scene, readings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of these readings stays as it is while nothing is written."""
    return {
        name: still(read, _declared(scene, name)) for name, read in readings.items() if name not in LAGGING
    }


def _declared(scene: Scene, name: str) -> frozenset[str]:
    """Return the members that the contract has for a reading."""
    raw = scene.bench.document.raw
    method, _, template = name.partition(" ")
    return declared_members(raw, raw["paths"][template][method.lower()]["responses"].get("200", {}))


def still(value: Any, declared: Collection[str]) -> Any:  # noqa: ANN401 - any JSON value
    """Return what was read without what may move: what the contract does not have, and the order of lists.

    Times are there or not, whatever they say. An object of free names stays whole.

    >>> read = [{"a": 2, "version": "1.0.1", "revision": 3}, {"a": 1, "at": "2026-03-02T10:15:00Z"}]
    >>> still(read, {"a", "at", "version"})
    [{'a': 1, 'at': '<time>'}, {'a': 2}]
    """
    if isinstance(value, dict):
        kept = value.keys() & declared or value.keys()
        return {name: still(value[name], declared) for name in sorted(kept - MOVES)}
    if isinstance(value, str):
        return TIME.sub("<time>", value)
    if isinstance(value, list):
        return sorted((still(item, declared) for item in value), key=json.dumps)
    return value

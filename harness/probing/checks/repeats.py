"""The same again, where it is promised to be harmless (engine.md 4 and 6; RFC 9110, 9.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.probing.breach import BreachError
from harness.repeating.rebinding import TIME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.routing import Operation
    from harness.probing.scene import Scene

# What the second answer may be. 4: publish "repeat is harmless"; 4 and the contract: a second deletion or
# erasure, to activate what is active; 6: the same person twice is 409.
AGAIN: dict[str, frozenset[int]] = {
    "POST /playbooks/{playbook_id}/publish": frozenset({200}),
    "DELETE /playbooks/{playbook_id}": frozenset({204, 404}),
    "DELETE /actors/{actor_id}": frozenset({204, 404}),
    "POST /actions/{action_id}/approve": frozenset({409}),
    "POST /experiments/{experiment_id}/activate": frozenset({200, 409}),
    "POST /experiments/{experiment_id}/deactivate": frozenset({200, 409}),
}
WELL = frozenset({200, 201})
# RFC 9110, 9.2.1 and 9.2.2: to read changes nothing, and to put the same again changes nothing more.
BY_METHOD = {"GET": WELL, "PUT": WELL}
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
    before = still(scene.readings())
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
    after = still(scene.readings())
    changed = [name for name, answer in after.items() if before.get(name) != answer]
    again = still(scene.readings()) if changed else {}
    return [name for name in changed if again.get(name) == after[name]]


def still(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return what was read without what may move: times are there or not, whatever they say.

    >>> still([{"a": 1, "version": "1.0.1", "updated_at": "2026-03-02T10:15:00Z"}])
    [{'a': 1, 'updated_at': '<time>'}]
    """
    if isinstance(value, dict):
        return {name: still(member) for name, member in value.items() if name not in MOVES}
    if isinstance(value, str):
        return TIME.sub("<time>", value)
    return [still(item) for item in value] if isinstance(value, list) else value
